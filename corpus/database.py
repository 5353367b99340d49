"""The SQLite file under the store: a connection for each thread, transactions, and errors as German sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from corpus.disk import no_room
from corpus.errors import DamagedStoreError, StoreError
from corpus.migration import OLDEST_VERSION, migrate
from corpus.schema import ADDITIONS, SCHEMA, SCHEMA_VERSION
from corpus.sqlite_files import transaction

DATABASE_FILE = "aktenkundig.sqlite"
RESTORING_FOLDER = ".wiederherstellung-fertig"
"""In a data directory while a restored backup takes the place of what was there."""
_BUSY_SECONDS = 20.0

_NO_ROOM = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
)
"""Beside the first, what SQLite makes of files that may not grow."""

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
        if (directory / RESTORING_FOLDER).exists():
            raise StoreError(
                f"In „{directory}“ wurde das Zurückspielen einer Sicherung unterbrochen; "
                "bitte „aktenkundig doctor --repair“ aufrufen, das führt es zu Ende."
            )
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

    def is_readable(self) -> bool:
        """Whether the file is in its place and answers a query."""
        if not self._path.is_file():  # a connection would go on reading the file that was taken away
            return False
        try:
            self.query("SELECT value FROM meta WHERE key = 'schema'")
        except StoreError:
            return False
        return True

    @property
    def identity(self) -> int:
        """Another number when another file has taken the place of this one, as restoring a backup does."""
        self.query("SELECT 1")
        return int(self._local.identity)

    def rewrite(self) -> bool:
        """Write the file anew without anything that was deleted, and empty the write-ahead log.

        ``False`` if the log could not be emptied because somebody was reading all the time.
        """
        try:
            connection = self._connection()
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as error:
            raise self._problem(error) from error
        return not busy

    def copy_to(self, path: Path) -> None:
        """Write one state of the database into a new file, whatever others write meanwhile, and nothing deleted."""
        try:
            self._connection().execute("VACUUM INTO ?", (str(path),))
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
            with transaction(self._connection()) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            raise self._problem(error) from error

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, to another file once that has taken the place of the one it knew."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None and not connection.in_transaction and self._local.identity != self._identity():
            self.close()
            connection = None
        if connection is None:
            self._local.identity = self._identity()
            connection = _connect(self._path)
            self._local.connection = connection
        return connection

    def _identity(self) -> int:
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:  # between two states; what is open stays usable, and SQLite says what is not
            return int(getattr(self._local, "identity", 0))

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
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code in _NO_ROOM:
            return no_room(self._directory)
        if code & 0xFF == sqlite3.SQLITE_IOERR:  # VACUUM does not say more, whatever was the matter
            return StoreError(
                f"Der Datenträger von „{self._directory}“ meldet einen Fehler ({error}); bitte prüfen, ob er Platz hat "
                "und in Ordnung ist, und es noch einmal versuchen."
            )
        if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return damaged(self._directory, str(error))
        return StoreError(
            f"Der Bestand in „{self._directory}“ ist nicht lesbar ({error}); bitte „aktenkundig doctor“ aufrufen."
        )


def damaged(directory: Path, reason: str) -> DamagedStoreError:
    """What to do when the SQLite file cannot be trusted any more."""
    return DamagedStoreError(
        f"Der Bestand in „{directory}“ ist beschädigt ({reason}); bitte mit „aktenkundig restore SICHERUNG --force“ "
        f"eine Sicherung zurückspielen oder dort die Dateien „{DATABASE_FILE}*“ löschen und die Dokumente neu einlesen."
    )


def copy_database(path: Path, copy: Path) -> None:
    """Write one state of a SQLite file into a new one, while others may go on writing; raises :class:`StoreError`."""
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.DatabaseError as error:
        raise StoreError(f"„{path}“ ist nicht lesbar ({error}); bitte die Datei prüfen.") from error


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
    """Make the file if it is not there, and add the tables that came later; only one caller at a time may do so.

    The tables are made in a file beside, which is moved into place, so that an interruption leaves nothing half made.
    """
    prepare_directory(directory)
    path = directory / DATABASE_FILE
    if path.is_file():
        _add_tables(directory)
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


def _add_tables(directory: Path) -> None:
    database = Database(directory)
    database.query("PRAGMA journal_mode = WAL")  # a copy has another one
    if not database.query("SELECT 1 FROM sqlite_master WHERE name = 'removed_words'"):
        with database.transaction() as connection:
            for statement in ADDITIONS.split(";"):
                connection.execute(statement)
    database.close()


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
