"""What users say of answers, kept on this machine so that it can become tests.

No text of a document is kept: an answer is recorded by the places that it cites, so that deleting a document leaves no
quote of it behind. Kept are the question, the earlier questions of its conversation, and what the user wrote. Even that
goes with a document: entries that cite it, and entries with a word that only it had.
"""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.answer import Answer, Status, Turn
from corpus.data_directory import FEEDBACK_FILE
from corpus.errors import AktenkundigError, StoreError, UnreadableFileError
from corpus.store import Store
from corpus.traces import bare_words

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from corpus.settings import Settings

LONGEST_COMMENT: Final = 1000
_REMEMBERED: Final = 500
"""Answers that can be rated: the last ones that were shown, by anybody."""
_CHANGES: Final = 5
"""Times that an answer can be rated anew: somebody may change their mind, nobody may fill the disk."""

Verdict = Literal["up", "down"]
Reason = Literal["wrong", "wrong_place", "incomplete", "unclear"]
REASONS: Final[dict[Reason, str]] = {
    "wrong": "falsch",
    "wrong_place": "falsche Stelle",
    "incomplete": "unvollständig",
    "unclear": "unverständlich",
}
"""Why an answer did not help, as users read it."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Opinion(_Kept):
    """What a user says of an answer."""

    verdict: Verdict
    reasons: list[Reason] = Field(default_factory=list, max_length=len(REASONS))
    comment: str = Field(default="", max_length=LONGEST_COMMENT)


class CitedPlace(_Kept):
    """A place that an answer cited; ``version`` is the fingerprint of the document as it was then."""

    document: str
    version: str | None
    char_start: int = Field(ge=0)
    char_end: int


class Feedback(_Kept):
    """An opinion with what it is about; ``answer`` tells ratings of the same answer, of which the last one counts."""

    answer: str
    at: datetime
    opinion: Opinion
    question: str
    earlier: list[str]
    status: Status
    cited: list[CitedPlace]
    settings: str


class FeedbackLog:
    """The file of all feedback in a data directory, one entry a line, readable by its owner only."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FEEDBACK_FILE
        self._lock = FileLock(directory / f".{FEEDBACK_FILE}.lock")

    def append(self, feedback: Feedback) -> None:
        """Add an entry; after a crash the file ends with a whole one or with a line that :meth:`read` passes over.

        Raises :class:`StoreError` if it cannot be written.
        """
        try:
            with self._lock:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(descriptor, "r+b", buffering=0) as file:
                    torn = file.seek(0, os.SEEK_END) > 0 and _last_byte(file.fileno()) != b"\n"
                    file.write((b"\n" if torn else b"") + feedback.model_dump_json().encode() + b"\n")
                    os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(
                "Die Rückmeldung ließ sich nicht speichern; bitte der Verwaltung Bescheid geben."
            ) from error

    def read(self) -> list[Feedback]:
        """The last entry on each answer, in the order in which they were first rated; none if there is no file.

        A line that was torn off while it was written is passed over. Raises :class:`UnreadableFileError` if the file
        cannot be read.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnreadableFileError(f"Die Rückmeldungen in „{self.path}“ sind nicht lesbar.") from error
        found: dict[str, Feedback] = {}
        for line in lines:
            try:
                feedback = Feedback.model_validate_json(line)
            except ValidationError:
                continue
            found[feedback.answer] = feedback
        return list(found.values())

    def forget(self, documents: Collection[str], words: Collection[str]) -> None:
        """Keep only entries that cite nothing but ``documents`` and in which none of ``words`` stands, in lower case.

        Lines that :meth:`read` would pass over go, too. Raises :class:`StoreError` if the file cannot be written.
        """
        gone = frozenset(words)
        try:
            with self._lock:
                if not self.path.is_file():
                    return
                lines = [line for line in self.path.read_bytes().split(b"\n") if _stays(line, documents, gone)]
                draft = self.path.with_suffix(".neu")
                draft.touch(0o600)
                draft.write_bytes(b"".join(line + b"\n" for line in lines))
                draft.replace(self.path)
        except OSError as error:
            raise StoreError(
                f"Die Rückmeldungen in „{self.path}“ lassen sich nicht ändern; bitte Platz und Rechte prüfen."
            ) from error


class FeedbackDesk:
    """Remembers the answers that were shown, and takes opinions on them; safe to use from several threads."""

    def __init__(self, assistant: Assistant, log: FeedbackLog) -> None:
        self._assistant = assistant
        self._log = log
        self._shown: OrderedDict[str, tuple[Answer, list[str], int]] = OrderedDict()
        self._lock = Lock()

    def remember(self, answer: Answer, history: Sequence[Turn]) -> str:
        """A key under which the answer can be rated; nobody can guess it."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._shown[key] = (answer, [turn.text for turn in history if turn.role == "user"], 0)
            while len(self._shown) > _REMEMBERED:
                self._shown.popitem(last=False)
        return key

    def submit(self, key: str, opinion: Opinion) -> None:
        """Keep an opinion.

        Raises :class:`AktenkundigError` for an answer that is not remembered any more or that cites a document which
        is no more, :class:`StoreError` if it cannot be written.
        """
        with self._lock:
            if key not in self._shown or self._shown[key][2] >= _CHANGES:
                raise _cannot_be_rated()
            answer, earlier, times = self._shown[key]
            self._shown[key] = (answer, earlier, times + 1)
        cited = [
            CitedPlace(
                document=citation.document,
                version=self._assistant.holdings.fingerprint(citation.document),
                char_start=citation.char_start,
                char_end=citation.char_end,
            )
            for citation in answer.citations
        ]
        if any(place.version is None for place in cited):  # a document that was removed since leaves no trace
            raise _cannot_be_rated()
        self._log.append(
            Feedback(
                answer=key,
                at=datetime.now(UTC).replace(microsecond=0),
                opinion=opinion,
                question=answer.question,
                earlier=earlier,
                status=answer.status,
                cited=cited,
                settings=answer.settings,
            )
        )


def forget_feedback(settings: Settings, words: frozenset[str]) -> None:
    """An entry point of the group ``aktenkundig.forgetting``: forget what is about documents that are no more."""
    with closing(Store(settings.data)) as store:
        there = {info.document for info in store.documents()}
    FeedbackLog(settings.data).forget(there, words)


def _stays(line: bytes, documents: Collection[str], gone: frozenset[str]) -> bool:
    try:
        feedback = Feedback.model_validate_json(line)
    except ValidationError:
        return False
    if any(place.document not in documents for place in feedback.cited):
        return False
    said = " ".join((feedback.question, *feedback.earlier, feedback.opinion.comment))
    return gone.isdisjoint(bare_words(said))


def _cannot_be_rated() -> AktenkundigError:
    return AktenkundigError("Diese Antwort lässt sich nicht mehr bewerten; bitte die Frage noch einmal stellen.")


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)
