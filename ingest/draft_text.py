"""The text of a file that is not to be kept: a draft for the fact check.

An entry point of the group ``aktenkundig.drafts``, because the assistant must not import this package. The file is read
in a process of its own, like everything that comes from outside, and nothing of it is stored.
"""

from __future__ import annotations

from pathlib import Path

from corpus.errors import DraftError, UnreadableFileError
from ingest.worker import ReadingWorkers


def draft_text(path: Path) -> str:
    """What the file says, paragraph by paragraph; raises :class:`DraftError` with a German sentence."""
    with ReadingWorkers(count=1) as workers:
        try:
            documents = workers.submit(path).result()
        except UnreadableFileError as error:
            raise DraftError(str(error)) from error
    return "\n\n".join(document.canonical.text for document in documents)
