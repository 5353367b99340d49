"""The SQLite file under the store: a connection for each thread, transactions, and errors as German sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus.errors import StoreError
from corpus.migration import OLDEST_VERSION, migrate
from corpus.schema import SCHEMA, SCHEMA_VERSION

DATABASE_FILE = "aktenkundig.sqlite"
_BUSY_SECONDS = 20.0

Row = tuple[Any, ...]
"""SQLite does not tell the types of columns; the store's methods give them."""


class Database:
    """The file in ``directory``; safe to use from several threads.

    Opening it changes nothing, unless it comes from an earlier version of the program.
    """

    def __init__(self, directory: Path) -> None:
        """Open the database that :func:`create_database` made; raises :class:`StoreError`."""
        self._directory = directory
        self._path = directory / DATABASE_FILE
        self._local = threading.local()
        if not self._path.is_file():
            raise StoreError(
                f"In „{directory}“ ist noch nichts eingelesen; bitte zuerst „aktenkundig ingest PFAD“ aufrufen."
            )
        _require_writable(directory)
        self._check_version()

    def query(self, statement: str, values: tuple[object, ...] = ()) -> list[Row]:
        """All rows that a statement gives."""
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._problem(error) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let this thread see one state of the file throughout, whatever others write meanwhile; may be nested."""
        if getattr(self._local, "in_snapshot", False):
            yield
            return
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            self._local.in_snapshot = True
            try:
                yield
            finally:
                self._local.in_snapshot = False
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise self._problem(error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside happens, or nothing does."""
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise self._problem(error) from error

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self._path)
            self._local.connection = connection
        return connection

    def _check_version(self) -> None:
        if self._version() == str(OLDEST_VERSION):
            try:
                migrate(self._connection())
            except sqlite3.DatabaseError as error:
                raise self._problem(error) from error
        if self._version() != str(SCHEMA_VERSION):
            raise StoreError(
                f"Das Datenverzeichnis „{self._directory}“ stammt von einer anderen Version; bitte neu einlesen."
            )

    def _version(self) -> str:
        rows = self.query("SELECT value FROM meta WHERE key = 'schema'")
        return str(rows[0][0]) if rows else ""

    def _problem(self, error: sqlite3.DatabaseError) -> StoreError:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            return StoreError("Gerade schreibt ein anderer Vorgang in den Bestand; bitte gleich noch einmal versuchen.")
        return StoreError(
            f"Der Bestand in „{self._directory}“ ist nicht lesbar ({error}); bitte „aktenkundig doctor“ aufrufen."
        )


def prepare_directory(directory: Path) -> None:
    """Make the data directory if it is not there; raises :class:`StoreError` if nothing can be written into it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"Das Datenverzeichnis „{directory}“ lässt sich nicht anlegen; bitte Rechte prüfen."
        ) from error
    _require_writable(directory)


def create_database(directory: Path) -> None:
    """Make the file if it is not there; only one caller at a time may do so.

    The tables are made in a file beside, which is moved into place, so that an interruption leaves nothing half made.
    """
    prepare_directory(directory)
    path = directory / DATABASE_FILE
    if path.is_file():
        return
    draft = path.with_suffix(f".{os.getpid()}.neu")
    connection = _connect(draft)
    try:
        connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
        connection.execute("INSERT INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    draft.replace(path)


def _require_writable(directory: Path) -> None:
    """Refuse a directory without any write permission, also for root, who could write all the same."""
    refusal = StoreError(
        f"Das Datenverzeichnis „{directory}“ ist schreibgeschützt; bitte Rechte prüfen oder AKTENKUNDIG_DATA ändern."
    )
    if not directory.stat().st_mode & 0o222:
        raise refusal
    probe = directory / f".schreibprobe-{threading.get_native_id()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise refusal from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    return connection
