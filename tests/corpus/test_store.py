"""The store and the vector index hold the same passages, whatever is written, interrupted and removed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from llama_index.core.schema import TextNode

from corpus.analysis import analyse
from corpus.errors import StoreError
from corpus.index_files import name_in, read_stamp, write_stamp
from corpus.records import PreparedDocument
from corpus.store import Scope, Store
from corpus.types import (
    Box,
    Passage,
    Span,
)
from corpus.vectors import VectorIndex
from tests.conftest import ROOT
from tests.corpus.indexes import FIRST, MODEL, Indexes, prepared


def in_full_text_index(directory: Path, word: str) -> int:
    """How many rows of the FTS5 table itself have the word."""
    connection = sqlite3.connect(directory / "aktenkundig.sqlite")
    try:
        found = connection.execute("SELECT count(*) FROM passage_terms WHERE passage_terms MATCH ?", (word,)).fetchone()
        connection.execute("INSERT INTO passage_terms (passage_terms) VALUES ('integrity-check')")
    finally:
        connection.rollback()
        connection.close()
    return int(found[0])


def test_what_was_written_is_read_back(indexes: Indexes) -> None:
    document = prepared()
    indexes.put(document)
    store = indexes.store
    assert store.text("vorlage") == document.text
    assert store.document("vorlage").pages == 2
    assert store.pages("vorlage") == document.pages
    assert store.sections("vorlage") == document.sections
    assert store.sentences("vorlage") == document.sentences
    assert store.abbreviations(Scope()) == [("vorlage", document.abbreviations[0])]
    assert store.vocabulary(Scope()) == document.words
    assert store.model() == MODEL
    passage = store.passages(["vorlage:1:0"], Scope())["vorlage:1:0"]
    assert passage == Passage("vorlage:1:0", "vorlage", 0, 0, "Beschluss", Span(0, len(FIRST)), FIRST)
    [(sentence, vector)] = store.sentences_of(passage)
    assert sentence == document.sentences[0]
    assert vector == pytest.approx([0.6, 0.8], abs=1e-3)


def test_a_quote_is_read_with_its_page_and_its_boxes(indexes: Indexes) -> None:
    indexes.put(prepared())
    span = Span(4, 12)
    assert indexes.store.excerpt("vorlage", span) == "Kreistag"
    assert indexes.store.boxes("vorlage", span) == [Box(0, 74.0, 80.0, 122.0, 92.0)]
    assert [page.printed for page in indexes.store.pages_of("vorlage", span)] == ["1"]
    across = Span(len(FIRST) - 2, len(FIRST) + 4)
    assert [box.page for box in indexes.store.boxes("vorlage", across)] == [0, 1]


def test_a_document_is_unseen_until_it_is_finished(indexes: Indexes) -> None:
    store = indexes.store
    key = indexes.begin(prepared())
    assert store.documents() == []
    assert store.fingerprint("vorlage") is None
    assert store.passage_keys() == set()
    assert store.passage_keys("indexing") == {"vorlage:1:0", "vorlage:1:1"}
    assert indexes.by_terms("Kreisumlage", Scope()) == set()
    assert indexes.by_vector(Scope()) == set()
    assert (store.vocabulary(Scope()), store.abbreviations(Scope()), store.count_passages(Scope())) == ({}, [], 0)
    with pytest.raises(StoreError, match="gibt es nicht"):
        store.text("vorlage")
    store.finish(key)
    assert indexes.by_terms("Kreisumlage", Scope()) == {"vorlage"}
    assert indexes.by_vector(Scope()) == {"vorlage"}


def test_the_old_version_answers_until_the_new_one_is_finished(indexes: Indexes) -> None:
    indexes.put(prepared())
    key = indexes.begin(prepared(first="Der Kreistag vertagt den Nachtragshaushalt.", version="2"))
    assert indexes.store.text("vorlage").startswith(FIRST)
    assert indexes.by_terms("Kreisumlage", Scope()) == {"vorlage"}
    assert indexes.by_terms("Nachtragshaushalt", Scope()) == set()
    assert indexes.store.finish(key) == {"vorlage:1:0", "vorlage:1:1"}
    assert indexes.store.text("vorlage").startswith("Der Kreistag vertagt")


def test_replacing_removes_the_old_passages_from_both_indexes_and_the_full_text(
    indexes: Indexes, tmp_path: Path
) -> None:
    indexes.put(prepared())
    assert in_full_text_index(tmp_path, analyse("Kreisumlage")[0]) == 1
    indexes.put(prepared(first="Der Kreistag vertagt den Nachtragshaushalt.", version="2"))
    assert indexes.store.passage_keys() == indexes.vectors.keys() == {"vorlage:2:0", "vorlage:2:1"}
    assert indexes.by_terms("Kreisumlage", Scope()) == set()
    assert in_full_text_index(tmp_path, analyse("Kreisumlage")[0]) == 0
    assert indexes.by_terms("Nachtragshaushalt", Scope()) == {"vorlage"}


def test_removing_leaves_no_row_and_no_word_of_the_document_in_the_file(indexes: Indexes, tmp_path: Path) -> None:
    indexes.put(prepared())
    indexes.vectors.delete(indexes.store.remove("vorlage"))
    assert indexes.vectors.keys() == set()
    connection = sqlite3.connect(tmp_path / "aktenkundig.sqlite")
    tables = ("documents", "pages", "sections", "passages", "sentences", "abbreviations", "words", "passage_terms")
    counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 - the names above
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert counts == dict.fromkeys(tables, 0)
    assert FIRST.encode() not in (tmp_path / "aktenkundig.sqlite").read_bytes()


def test_the_best_passages_are_all_found_whenever_the_index_is_opened_anew(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(600, 384)).astype(np.float32) + 2.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    Store.create(tmp_path).close()
    nodes = [TextNode(id_=str(n), text=str(n), embedding=v.tolist()) for n, v in enumerate(vectors)]
    VectorIndex(tmp_path).add(nodes)
    for _ in range(3):
        index = VectorIndex(tmp_path)
        for query in vectors[:50]:
            found = [similarity for _, similarity in index.search(query.tolist(), 50, Scope())]
            assert found == pytest.approx(np.sort(vectors @ query)[::-1][:50], abs=1e-5)


def test_vectors_of_another_model_are_refused_before_anything_is_written(indexes: Indexes) -> None:
    indexes.put(prepared())
    with pytest.raises(StoreError, match="anderes-modell"):
        indexes.store.begin(prepared("zweites"), "anderes-modell")
    assert indexes.store.passage_keys("indexing") == set()


def test_a_failed_write_leaves_nothing_behind(indexes: Indexes) -> None:
    broken = prepared()
    twice = PreparedDocument(
        **{name: getattr(broken, name) for name in PreparedDocument.__slots__ if name != "passages"},
        passages=[broken.passages[0], broken.passages[0]],
    )
    with pytest.raises(StoreError):
        indexes.store.begin(twice, MODEL)
    assert indexes.store.passage_keys("indexing") == set()
    indexes.put(broken)
    assert indexes.store.integrity() == "ok"


def test_a_writer_that_waits_in_vain_gets_one_german_sentence(
    indexes: Indexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.database._BUSY_SECONDS", 0.1)
    other = Store(tmp_path)
    with indexes.store._database.transaction():
        assert other.documents() == []  # reading goes on
        with pytest.raises(StoreError, match=r"^Gerade schreibt ein anderer Vorgang in den Bestand; .*\.$"):
            other.begin(prepared(), MODEL)
    other.close()


WRITE_ONE = """
import sys
from pathlib import Path
from llama_index.core.schema import TextNode
from corpus.vectors import VectorIndex
index = VectorIndex(Path(sys.argv[1]))
index.delete(["alt:1:0"])
metadata = {"visibility": "public", "origin": "original"}
index.add([TextNode(id_="neu:1:0", text="neu", embedding=[0.6, 0.8], metadata=metadata)])
"""


def test_an_open_vector_index_sees_what_another_process_writes_and_deletes(indexes: Indexes, tmp_path: Path) -> None:
    indexes.put(prepared("alt"))
    assert [key for key, _ in indexes.vectors.search([0.6, 0.8], 5, Scope())] == ["alt:1:0", "alt:1:1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", WRITE_ONE, str(tmp_path)], check=True, env=environment)
    assert [key for key, _ in indexes.vectors.search([0.6, 0.8], 5, Scope())] == ["neu:1:0", "alt:1:1"]
    assert indexes.vectors.vectors(["neu:1:0"])["neu:1:0"] == pytest.approx([0.6, 0.8])


def test_many_threads_read_while_one_writes(indexes: Indexes) -> None:
    indexes.put(prepared())
    problems: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(50):
                text = indexes.store.text("vorlage")
                assert text.startswith((FIRST, "Der Kreistag vertagt"))
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            problems.append(error)
        finally:
            indexes.store.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in range(2, 6):
        indexes.put(prepared(first="Der Kreistag vertagt den Nachtragshaushalt.", version=str(version)))
    for thread in threads:
        thread.join()
    assert problems == []


def test_many_threads_search_while_another_process_writes(indexes: Indexes, tmp_path: Path) -> None:
    """Each of them notices that the index is to be opened anew; Chroma bears only one who does it."""
    indexes.put(prepared())
    problems: list[BaseException] = []
    over = threading.Event()

    def search() -> None:
        try:
            while not over.is_set():
                assert len(indexes.vectors.search([0.6, 0.8], 5, Scope())) == 2
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            problems.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        write_stamp(tmp_path, name_in(read_stamp(tmp_path)))
        sleep(0.2)
    over.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_store_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="aktenkundig ingest"):
        Store(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_gets_one_german_sentence(tmp_path: Path) -> None:
    (tmp_path / "aktenkundig.sqlite").write_bytes(b"kein SQLite" * 100)
    with pytest.raises(StoreError, match="beschädigt"):
        Store(tmp_path)


IDS = st.sampled_from(["eins", "zwei", "drei"])


class BothIndexes(RuleBasedStateMachine):
    """Whatever is written, replaced, interrupted and removed: both indexes hold the passages that the model expects."""

    unfinished = Bundle("unfinished")

    @initialize()
    def start(self) -> None:
        import tempfile

        self.directory = tempfile.TemporaryDirectory()
        path = Path(self.directory.name)
        self.indexes = Indexes(Store.create(path), VectorIndex(path))
        self.versions: dict[str, str] = {}
        self.counter = 0

    @rule(target=unfinished, document=IDS)
    def begin(self, document: str) -> tuple[int, str, str]:
        self.counter += 1
        return self.indexes.begin(prepared(document, version=str(self.counter))), document, str(self.counter)

    @rule(begun=consumes(unfinished))
    def finish(self, begun: tuple[int, str, str]) -> None:
        key, document, version = begun
        if f"{document}:{version}:0" not in self.indexes.store.passage_keys("indexing"):
            return  # removed, or undone as unfinished
        self.indexes.vectors.delete(self.indexes.store.finish(key))
        self.versions[document] = version

    @rule(document=IDS)
    def remove(self, document: str) -> None:
        self.indexes.vectors.delete(self.indexes.store.remove(document))
        self.versions.pop(document, None)

    @rule()
    def undo(self) -> None:
        self.indexes.vectors.delete(self.indexes.store.remove_unfinished())

    @invariant()
    def both_indexes_agree(self) -> None:
        if not hasattr(self, "indexes"):
            return
        expected = {f"{document}:{version}:{n}" for document, version in self.versions.items() for n in range(2)}
        store, vectors = self.indexes.store, self.indexes.vectors
        assert store.passage_keys() == expected
        assert vectors.keys() == expected | store.passage_keys("indexing")
        assert {key for key, _ in store.search_terms(analyse("Kreistag Sitzung"), 50, Scope())} == expected
        assert {info.document for info in store.documents()} == set(self.versions)

    def teardown(self) -> None:
        if hasattr(self, "indexes"):
            self.indexes.store.close()
            self.directory.cleanup()


TestBothIndexes = BothIndexes.TestCase
TestBothIndexes.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)


def test_a_snapshot_shows_one_version_while_another_thread_replaces_the_document(indexes: Indexes) -> None:
    indexes.put(prepared())
    with indexes.store.snapshot():
        before = indexes.store.text("vorlage")
        writer = threading.Thread(
            target=lambda: indexes.put(prepared(first="Der Kreistag vertagt den Nachtragshaushalt.", version="2"))
        )
        writer.start()
        writer.join()
        assert indexes.store.text("vorlage") == before
        assert indexes.store.excerpt("vorlage", Span(0, len(FIRST))) == FIRST
    assert indexes.store.text("vorlage").startswith("Der Kreistag vertagt")
