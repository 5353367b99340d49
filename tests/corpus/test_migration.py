"""A store of the version before documents had Gremien is opened as it is, and knows the same as before."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from corpus.access import Access, Clearance
from corpus.analysis import analyse
from corpus.database import DATABASE_FILE
from corpus.errors import StoreError
from corpus.schema import SCHEMA, SCHEMA_VERSION
from corpus.store import Scope, Store
from tests.corpus.indexes import MODEL, prepared

VERSION_2 = Path(__file__).with_name("version-2.sqlite.gz")
"""Two documents, one of them non-public, one that was replaced, one that was removed, one announced."""
PUBLIC = Scope(clearance=Clearance.of())


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / DATABASE_FILE).write_bytes(gzip.decompress(VERSION_2.read_bytes()))
    return tmp_path


def test_a_store_of_version_2_shows_the_same_documents_to_the_same_people(directory: Path) -> None:
    store = Store(directory)
    assert [(info.document, Access.of(info)) for info in store.documents()] == [
        ("geheim", Access("non_public")),
        ("offen", Access("public")),
    ]
    assert [info.document for info in store.documents(PUBLIC)] == ["offen"]
    assert store.text("offen").startswith("Der Kreistag beschließt die Kreisumlage.")
    assert [key for key, _ in store.search_terms(analyse("Kreisumlage"), 5, Scope())] == ["offen:2:0"]
    assert [entry.document for entry in store.missing(PUBLIC)] == ["anhang-1"]
    assert store.questions(PUBLIC) == ["Was kostet das?"]
    assert store.files.fingerprint("/eingang/geheim.pdf") == "geheim-1"
    assert store.integrity() == "ok"


def test_a_store_of_version_2_has_the_tables_of_a_new_one_and_keeps_its_rows(directory: Path) -> None:
    Store(directory).close()
    with sqlite3.connect(directory / DATABASE_FILE) as old, sqlite3.connect(":memory:") as new:
        new.executescript(SCHEMA)
        tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type != 'shadow' ORDER BY name"
        columns = 'SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY name'
        assert old.execute(tables).fetchall() == new.execute(tables).fetchall()
        for (table,) in new.execute(tables).fetchall():
            assert old.execute(columns, (table,)).fetchall() == new.execute(columns, (table,)).fetchall(), table
        assert old.execute("PRAGMA foreign_key_check").fetchall() == []
        assert old.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == (str(SCHEMA_VERSION),)
        assert old.execute("SELECT count(*) FROM passages WHERE size > 0").fetchone() == (4,)
        assert old.execute("SELECT count(*) FROM sentences").fetchone() == (4,)


def test_a_store_of_version_2_gives_no_key_twice_and_removes_documents_whole(directory: Path) -> None:
    store = Store(directory)
    keys = store.passage_keys()
    key = store.begin(prepared("neu", visibility="internal"), MODEL)
    assert key > 4  # the fourth document had been removed
    store.finish(key)
    store.remove("neu")
    assert store.passage_keys() == keys
    with sqlite3.connect(directory / DATABASE_FILE) as connection:
        assert connection.execute("SELECT count(*) FROM words WHERE document_key = ?", (key,)).fetchone() == (0,)


def test_a_migration_that_fails_leaves_the_file_as_it_was(directory: Path) -> None:
    with sqlite3.connect(directory / DATABASE_FILE) as connection:
        connection.execute("CREATE TABLE access_rules (somebody TEXT)")
    with pytest.raises(StoreError, match="nicht lesbar"):
        Store(directory)
    with sqlite3.connect(directory / DATABASE_FILE) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() == ("2",)
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (2,)
        connection.execute("DROP TABLE access_rules")
    assert len(Store(directory).documents()) == 2
