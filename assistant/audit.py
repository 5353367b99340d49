"""The audit log: who saw which document, and when; what was asked only where the operator wants it.

It is a SQLite file of its own, readable by its owner only, and forgets by itself.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from corpus.data_directory import AUDIT_FILE
from corpus.settings import Settings
from corpus.sqlite_files import PrivateFile
from corpus.store import Store
from corpus.traces import bare_words

_DAY: Final = 86_400.0
_REMOVED: Final = "entfernt:"
"""Before the name of a document that is no more; ids have no colon."""
_SCHEMA: Final = """
-- at: seconds since 1970; account: empty for the public; question: NULL unless it is to be kept.
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    account TEXT NOT NULL,
    action TEXT NOT NULL,
    document TEXT NOT NULL,
    question TEXT
);
CREATE INDEX IF NOT EXISTS entries_by_time ON entries (at);
"""

Action = Literal["answer", "search", "check", "sheet", "page", "text", "original", "citation", "change", "login"]
ACTIONS: Final[dict[Action, str]] = {
    "answer": "Antwort",
    "search": "Suche",
    "check": "Faktencheck",
    "sheet": "Sitzungsblatt",
    "page": "Seite",
    "text": "Text",
    "original": "Original",
    "citation": "Zitat",
    "change": "Änderung",
    "login": "Anmeldung",
}
"""What somebody did, and how it is told."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One document that one account has been shown; ``document`` is empty for a login."""

    at: float
    account: str
    action: Action
    document: str
    question: str | None


class AuditLog:
    """The log of a data directory. Safe to use from several threads and processes."""

    def __init__(
        self, directory: Path, *, days: int, questions: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        """Entries are kept for ``days``; with ``questions`` their wording is, too. Raises :class:`StoreError`."""
        self.path = directory / AUDIT_FILE
        self._kept = days * _DAY
        self._questions = questions
        self._clock = clock
        self._file = PrivateFile(
            self.path,
            unopened=f"Das Zugriffsprotokoll „{self.path}“ lässt sich nicht öffnen.",
            unusable=f"Das Zugriffsprotokoll „{self.path}“ ist nicht benutzbar",
        )
        with self._file.connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def note(self, account: str, action: Action, documents: Collection[str], question: str | None = None) -> None:
        """Add an entry for each document; what is older than it may be goes.

        Raises :class:`StoreError` if it cannot be written: nothing is shown then.
        """
        now = self._clock()
        kept = question if self._questions else None
        with self._file.transaction() as connection:
            connection.execute("DELETE FROM entries WHERE at < ?", (now - self._kept,))
            connection.executemany(
                "INSERT INTO entries (at, account, action, document, question) VALUES (?, ?, ?, ?, ?)",
                [(now, account, action, document, kept) for document in dict.fromkeys(documents)],
            )

    def forget(self, documents: Collection[str], gone: frozenset[str]) -> None:
        """Keep of all other documents than these only that they were seen, and no question with one of these words.

        Whoever knows a document's id still finds who saw it; nobody learns from the log what it was.
        """
        with self._file.transaction() as connection:
            seen = connection.execute("SELECT DISTINCT document FROM entries WHERE document != ''").fetchall()
            left = [name for (name,) in seen if name not in documents and not name.startswith(_REMOVED)]
            connection.executemany(
                "UPDATE entries SET document = ?, question = NULL WHERE document = ?",
                [(_removed(name), name) for name in left],
            )
            asked = connection.execute("SELECT id, question FROM entries WHERE question NOT NULL").fetchall()
            connection.executemany(
                "UPDATE entries SET question = NULL WHERE id = ?",
                [(key,) for key, question in asked if not gone.isdisjoint(bare_words(question))],
            )
        with self._file.connected() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def entries(
        self, *, account: str | None = None, document: str | None = None, since: float = 0.0
    ) -> list[AuditEntry]:
        """The entries that are to be kept, oldest first; some of them where something is given."""
        with self._file.connected() as connection:
            rows = connection.execute(
                "SELECT at, account, action, document, question FROM entries WHERE at >= ?1 "
                "AND (?2 IS NULL OR account = ?2) AND (?3 IS NULL OR document IN (?3, ?4)) ORDER BY id",
                (max(since, self._clock() - self._kept), account, document, document and _removed(document)),
            ).fetchall()
        return [AuditEntry(*row) for row in rows]


def forget_seen(settings: Settings, words: frozenset[str]) -> None:
    """An entry point of the group ``aktenkundig.forgetting``: forget what documents that are no more were called."""
    if not (settings.data / AUDIT_FILE).is_file():
        return
    with closing(Store(settings.data)) as store:
        there = {info.document for info in store.documents()}
    AuditLog(settings.data, days=settings.audit_days).forget(there, words)


def _removed(document: str) -> str:
    return _REMOVED + hashlib.sha256(document.encode()).hexdigest()[:16]
