"""What all SQLite files of a data directory have in common: transactions, and who may read the private ones."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from corpus.errors import StoreError

_BUSY_SECONDS: Final = 20.0


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Everything inside happens, or nothing does; nobody else writes meanwhile.

    The connection must have been opened with ``isolation_level=None``, so that Python begins nothing by itself.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class PrivateFile:
    """A SQLite file that only its owner may read, and in whose pages nothing stays that was deleted.

    Each use has a connection of its own, so several threads and processes may use it.
    """

    def __init__(self, path: Path, *, unopened: str, unusable: str) -> None:
        """Make the file if it is not there; raises :class:`StoreError` with the sentence ``unopened``.

        ``unusable`` is how the sentence begins where SQLite refuses later on.
        """
        self.path = path
        self._unusable = unusable
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(unopened) from error

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """A connection; raises :class:`StoreError`."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA secure_delete = ON")
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._unusable} ({error}).") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """See :func:`transaction`; raises :class:`StoreError`."""
        with self.connected() as connection, transaction(connection):
            yield connection
