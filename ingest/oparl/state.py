"""What is known of a body between two runs: its objects as the server gave them, and what was made of them.

The objects are kept because a run that asks for changes only gets some of them: a meeting's new result changes the
Beratungsfolge of papers that the server does not send again. An Akte is made of a paper or a meeting; it is *due* when
something in it changed, and stays so until it has been read into the store, however often a run is interrupted.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from corpus.errors import StoreError
from corpus.sqlite_files import transaction
from ingest.oparl.client import Validators
from ingest.oparl.values import Json, addresses, canonical, embedded, identity, stamp, text
from ingest.sources import slug

STATE_FILE: Final = "abgleich.sqlite"
_VERSION: Final = 1
_ERASE: Final = "erase"
"""Remembered from when something was removed until the file has been written anew without it."""

Kind = Literal["organization", "meeting", "paper", "agendaItem", "consultation", "file"]

_SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- key: the identity of the object's address. run: the last run in whose lists it stood; NULL for one that was only
-- looked up because another object refers to it, which is looked up again after a while. checked: when it was seen.
CREATE TABLE objects (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, run INTEGER, checked TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX objects_by_kind ON objects (kind, run);

-- Agenda items and consultations that are embedded in a meeting or paper; item: what a consultation's agenda item is.
CREATE TABLE parts (part TEXT PRIMARY KEY, whole TEXT NOT NULL, item TEXT, value TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX parts_of_whole ON parts (whole);
CREATE INDEX parts_of_item ON parts (item);

-- due: see Due; since: when it became so. name: its folder; title: what the store knows it by.
CREATE TABLE akten (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL UNIQUE, title TEXT UNIQUE,
    due INTEGER NOT NULL, since TEXT NOT NULL, built TEXT
) WITHOUT ROWID;
CREATE INDEX akten_due ON akten (due);

-- What an Akte was made of; changes of these make it due.
CREATE TABLE uses (
    akte TEXT NOT NULL REFERENCES akten (key) ON DELETE CASCADE, object TEXT NOT NULL, PRIMARY KEY (akte, object)
) WITHOUT ROWID;
CREATE INDEX uses_of_object ON uses (object);

CREATE TABLE files (
    akte TEXT NOT NULL REFERENCES akten (key) ON DELETE CASCADE, key TEXT NOT NULL, name TEXT NOT NULL,
    url TEXT NOT NULL, etag TEXT, modified TEXT, checked TEXT NOT NULL, PRIMARY KEY (akte, key)
) WITHOUT ROWID;
"""


class Due(IntEnum):
    """Why an Akte has to be looked at: not at all, something around it or itself changed, or it is gone."""

    NOT = 0
    AROUND = 1
    ITSELF = 2
    GONE = 3


@dataclass(frozen=True, slots=True)
class AkteState:
    """An Akte: its key and folder, whether it is new, what is due since when (ISO 8601)."""

    key: str
    kind: str
    name: str
    due: Due
    since: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was fetched: its name in the Akte's folder, where it came from, and when it was last asked for."""

    key: str
    name: str
    url: str
    validators: Validators
    checked: str


class State:
    """The state of one body, in a file of its own; a context manager, for one thread."""

    def __init__(self, folder: Path) -> None:
        """Open it, or make it; raises :class:`StoreError` if the file is of no use."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / STATE_FILE
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            # What was taken offline must not stay readable in free pages of the file.
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("PRAGMA foreign_keys = ON")
            if not self._connection.execute("SELECT 1 FROM sqlite_master").fetchall():
                self._connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError:
            version = None
        if version != _VERSION:
            self._connection.close()
            raise StoreError(
                f"Der Stand des Abgleichs in „{self._path}“ ist nicht lesbar; bitte die Datei löschen, dann wird alles "
                "neu abgeglichen."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.remembered(_ERASE) is not None:
                # SQLite moves cells between pages; only a file that is written anew has no copies of them left.
                self._connection.execute("VACUUM")
                self.remember(_ERASE, None)
        finally:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does."""
        with transaction(self._connection):
            yield

    # What is remembered of the runs.

    def remembered(self, key: str) -> str | None:
        """A remembered value."""
        rows = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchall()
        return str(rows[0][0]) if rows else None

    def remember(self, key: str, value: str | None) -> None:
        """Remember a value, or forget it."""
        self._connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        if value is not None:
            self._connection.execute("INSERT INTO meta VALUES (?, ?)", (key, value))

    def moment(self, key: str) -> datetime | None:
        """A remembered point in time."""
        value = self.remembered(key)
        return None if value is None else datetime.fromisoformat(value)

    # Objects.

    def put(self, kind: Kind, value: Json, run: int | None) -> bool:
        """Keep an object; whether it is new or another than before. What it is used in becomes due.

        ``run`` is the run in whose lists it stood, ``None`` for one that another object refers to.
        """
        key, written, at = identity(value["id"]), canonical(value), stamp()
        if kind in {"agendaItem", "consultation"} and self.whole_of(key) is not None:
            return self._put_part(key, written)
        rows = self._connection.execute("SELECT value, run FROM objects WHERE key = ?", (key,)).fetchall()
        is_listed_first = run is not None and (not rows or rows[0][1] is None)
        with self.transaction():
            is_changed = not rows or rows[0][0] != written
            if is_changed:
                if rows:
                    self.remember(_ERASE, "")
                touched = {key, *self._parts_of(key)}
                self._connection.execute(
                    "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)",
                    (key, kind, written, rows[0][1] if rows else None, at),
                )
                self._set_parts(key, value)
                touched |= self._parts_of(key)
                self._touch(touched | {identity(address) for address in addresses(value, "meeting", "paper")})
            self._connection.execute(
                "UPDATE objects SET run = coalesce(?, run), checked = ? WHERE key = ?", (run, at, key)
            )
            if kind in {"paper", "meeting"} and run is not None and (is_changed or is_listed_first):
                self._make_due(key, kind, Due.ITSELF)
        return is_changed

    def _put_part(self, key: str, written: str) -> bool:
        """Keep a newer form of what is embedded in another object."""
        with self.transaction():
            changed = self._connection.execute(
                "UPDATE parts SET value = ? WHERE part = ? AND value != ?", (written, key, written)
            ).rowcount
            if changed:
                self._touch({key})
        return changed > 0

    def remove(self, key: str) -> bool:
        """Forget an object; whether there was one. Its Akte is gone, those that it is used in become due."""
        with self.transaction():
            self.remember(_ERASE, "")
            touched = {key, *self._parts_of(key)}
            found = self._connection.execute("DELETE FROM objects WHERE key = ?", (key,)).rowcount > 0
            found = self._connection.execute("DELETE FROM parts WHERE part = ?", (key,)).rowcount > 0 or found
            self._connection.execute("DELETE FROM parts WHERE whole = ?", (key,))
            self._touch(touched)
            self._connection.execute("UPDATE akten SET due = ?, since = ? WHERE key = ?", (Due.GONE, stamp(), key))
        return found

    def object(self, key: str) -> tuple[Json, str] | None:
        """An object, or the part of one, and when the server was last asked for it; "" for one of a list."""
        rows = self._connection.execute(
            "SELECT value, CASE WHEN run IS NULL THEN checked ELSE '' END FROM objects WHERE key = ?1 "
            "UNION ALL SELECT value, '' FROM parts WHERE part = ?1 LIMIT 1",
            (key,),
        ).fetchall()
        return (json.loads(rows[0][0]), str(rows[0][1])) if rows else None

    def whole_of(self, part: str) -> str | None:
        """The key of the meeting or paper that a part is embedded in."""
        rows = self._connection.execute("SELECT whole FROM parts WHERE part = ?", (part,)).fetchall()
        return str(rows[0][0]) if rows else None

    def is_of_paper(self, key: str) -> bool:
        """Whether a consultation, or the consultation of an agenda item, is embedded in a known paper."""
        rows = self._connection.execute(
            "SELECT 1 FROM parts p JOIN objects o ON o.key = p.whole AND o.kind = 'paper' "
            "WHERE p.part = ?1 OR p.item = ?1 LIMIT 1",
            (key,),
        )
        return rows.fetchone() is not None

    def unlisted(self, kind: Kind, run: int) -> list[str]:
        """The keys of listed objects that the lists of this run did not name."""
        rows = self._connection.execute(
            "SELECT key FROM objects WHERE kind = ? AND run IS NOT NULL AND run < ? ORDER BY key", (kind, run)
        )
        return [str(row[0]) for row in rows]

    def count(self, kind: Kind) -> int:
        """How many objects of a kind are known from lists."""
        rows = self._connection.execute("SELECT count(*) FROM objects WHERE kind = ? AND run IS NOT NULL", (kind,))
        return int(rows.fetchone()[0])

    # Akten.

    def due(self) -> list[AkteState]:
        """What has to be done, what is gone first."""
        rows = self._connection.execute(
            "SELECT key, kind, name, due, since, built IS NULL FROM akten WHERE due > 0 "
            "ORDER BY due = 3 DESC, kind DESC, key"
        )
        return [AkteState(str(k), str(kind), str(n), Due(d), str(s), bool(b)) for k, kind, n, d, s, b in rows]

    def make_old_due(self, before: str, due: Due) -> None:
        """Have those looked at again that were last looked at before this moment."""
        self._connection.execute(
            "UPDATE akten SET due = ?, since = ? WHERE due < ? AND built < ?", (due, stamp(), due, before)
        )

    def names(self) -> list[tuple[str, str]]:
        """Key and folder of all Akten that have documents."""
        rows = self._connection.execute("SELECT key, name FROM akten WHERE title IS NOT NULL")
        return [(str(key), str(name)) for key, name in rows]

    def set_due(self, key: str, due: Due) -> None:
        """Have an Akte looked at."""
        self._connection.execute("UPDATE akten SET due = ?, since = ? WHERE key = ?", (due, stamp(), key))

    def free_title(self, key: str, title: str) -> str:
        """The title, or with a number behind it if another Akte has it: the store tells Akten by it."""
        number, candidate = 1, title
        while self._connection.execute("SELECT 1 FROM akten WHERE title = ? AND key != ?", (candidate, key)).fetchall():
            number += 1
            candidate = f"{title} [{number}]"
        self._connection.execute("UPDATE akten SET title = ? WHERE key = ?", (candidate, key))
        return candidate

    def drop_title(self, key: str) -> None:
        """Note that an Akte has no documents."""
        self._connection.execute("UPDATE akten SET title = NULL WHERE key = ?", (key,))

    def settle(self, akte: AkteState, uses: Iterable[str], *, again: bool) -> None:
        """Note that an Akte is in the store as it should be, unless something of it has to be tried ``again``."""
        with self.transaction():
            if akte.due == Due.GONE:
                self._connection.execute("DELETE FROM akten WHERE key = ? AND due = ?", (akte.key, Due.GONE))
                return
            self._connection.execute("DELETE FROM uses WHERE akte = ?", (akte.key,))
            self._connection.executemany(
                "INSERT OR IGNORE INTO uses VALUES (?, ?)", [(akte.key, key) for key in set(uses)]
            )
            self._connection.execute(
                "UPDATE akten SET due = ?, built = ? WHERE key = ?",
                (Due.AROUND if again else Due.NOT, stamp(), akte.key),
            )

    # Files.

    def files(self, akte: str) -> dict[str, KeptFile]:
        """The files of an Akte by their keys."""
        rows = self._connection.execute(
            "SELECT key, name, url, etag, modified, checked FROM files WHERE akte = ?", (akte,)
        )
        return {
            str(key): KeptFile(str(key), str(name), str(url), Validators(etag, modified), str(checked))
            for key, name, url, etag, modified, checked in rows
        }

    def keep_file(self, akte: str, file: KeptFile) -> None:
        """Note a fetched file."""
        self._connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (akte, file.key, file.name, file.url, file.validators.etag, file.validators.modified, file.checked),
        )

    def forget_file(self, akte: str, key: str) -> None:
        """Forget a file of an Akte."""
        self._connection.execute("DELETE FROM files WHERE akte = ? AND key = ?", (akte, key))

    def _parts_of(self, whole: str) -> set[str]:
        rows = self._connection.execute(
            "SELECT part FROM parts WHERE whole = ?1 UNION SELECT item FROM parts WHERE whole = ?1 AND item NOT NULL",
            (whole,),
        )
        return {str(row[0]) for row in rows}

    def _set_parts(self, key: str, value: Json) -> None:
        self._connection.execute("DELETE FROM parts WHERE whole = ?", (key,))
        for part in embedded(value, "agendaItem", "consultation"):
            address = text(part.get("id"))
            if address is not None:
                item = next((identity(other) for other in addresses(part, "agendaItem")), None)
                self._connection.execute("DELETE FROM objects WHERE key = ?", (identity(address),))
                self._connection.execute(
                    "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", (identity(address), key, item, canonical(part))
                )

    def _touch(self, keys: set[str]) -> None:
        """Have all looked at that one of these is used in."""
        at = stamp()
        self._connection.executemany(
            "UPDATE akten SET due = 1, since = ?1 WHERE due = 0 AND key IN (SELECT akte FROM uses WHERE object = ?2)",
            [(at, key) for key in keys],
        )

    def _make_due(self, key: str, kind: Kind, due: Due) -> None:
        self._connection.execute(
            "INSERT INTO akten (key, kind, name, due, since) VALUES (?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT (key) DO UPDATE SET due = ?4, since = ?5",
            (key, kind, folder_name(key), due, stamp()),
        )


def folder_name(key: str) -> str:
    """A short name that is always the same for an object, and fit for folders and document ids."""
    readable = slug(key.rsplit("/", 1)[-1])[-24:].strip("-") or "objekt"
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
