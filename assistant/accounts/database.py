"""The SQLite file of the accounts: its tables, its rights, and its transactions."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from corpus.data_directory import ACCOUNTS_FILE
from corpus.errors import StoreError
from corpus.sqlite_files import PrivateFile

_VERSION: Final = 2
_SCHEMA: Final = f"""
BEGIN;
-- key: the name as names are compared; password: Argon2, NULL where only others let somebody in.
-- subject: hash of who somebody is at the login provider, NULL for whom it has not let in yet.
CREATE TABLE accounts (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    password TEXT,
    roles TEXT NOT NULL,
    gremien TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    subject TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_by_subject ON accounts (subject);
-- Of secrets only hashes are kept (SHA-256: they are random and long). Times are seconds since 1970.
-- provider: 1 where the login provider has let somebody in, who is then to be logged out there, too.
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    opened REAL NOT NULL,
    seen REAL NOT NULL,
    provider INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
    label TEXT NOT NULL,
    made REAL NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;
-- Logins that failed, by account and by address; until: when the next one is taken.
CREATE TABLE attempts (subject TEXT PRIMARY KEY, failures INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_FROM_1: Final = (
    "ALTER TABLE accounts ADD COLUMN subject TEXT",
    "CREATE UNIQUE INDEX accounts_by_subject ON accounts (subject)",
    "ALTER TABLE sessions ADD COLUMN provider INTEGER NOT NULL DEFAULT 0",
    "PRAGMA user_version = 2",
)
"""What the first version of the file has not."""


class AccountDatabase:
    """The file in a data directory; each call has a connection of its own, so several threads may use it."""

    def __init__(self, directory: Path) -> None:
        """Make the file if it is not there, for its owner only; raises :class:`StoreError`."""
        self.path = directory / ACCOUNTS_FILE
        self._file = PrivateFile(
            self.path,
            unopened=f"Die Zugänge in „{self.path}“ lassen sich nicht öffnen; bitte die Rechte prüfen.",
            unusable=f"Die Zugänge in „{self.path}“ sind nicht lesbar",
        )
        with self._file.connected() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
            elif version not in (1, _VERSION):
                raise StoreError(f"Die Zugänge in „{self.path}“ stammen von einer anderen Version.")
        if version == 1:
            self._bring_up()

    def _bring_up(self) -> None:
        """Give a file of the first version what it has not; whoever else opens it meanwhile waits."""
        with self.transaction() as connection:
            if connection.execute("PRAGMA user_version").fetchone() == (1,):
                for statement in _FROM_1:
                    connection.execute(statement)

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """All rows that a statement gives."""
        with self._file.connected() as connection:
            return connection.execute(statement, values).fetchall()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Everything inside happens, or nothing does; nobody else writes meanwhile."""
        return self._file.transaction()
