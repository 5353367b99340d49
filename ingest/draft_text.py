"""The text of a file that is not to be kept: a draft for the fact check.

An entry point of the group ``aktenkundig.drafts``, because the assistant must not import this package. The file is read
in a process of its own, like everything that comes from outside, and nothing of it is stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from corpus.errors import DraftError, UnreadableFileError
from ingest.worker import Limits, ReadingWorkers

LIMITS: Final = Limits(stall_seconds=60.0, total_seconds=300.0, memory=1_000_000_000, result=200_000_000)
"""Somebody waits for it, and others may wait behind them: less than a file may take that is ingested."""


def draft_text(path: Path) -> str:
    """What the file says, paragraph by paragraph; raises :class:`DraftError` with a German sentence."""
    with ReadingWorkers(1, LIMITS) as workers:
        try:
            documents = workers.submit(path).result()
        except UnreadableFileError as error:
            raise DraftError(str(error)) from error
    return "\n\n".join(document.canonical.text for document in documents)
