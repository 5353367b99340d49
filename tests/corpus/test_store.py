"""The store and the vector index hold the same passages, and a search sees what its scope shows and nothing else."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from llama_index.core.schema import TextNode

from corpus.analysis import analyse, parts
from corpus.errors import StoreError
from corpus.records import PreparedDocument, PreparedPassage
from corpus.store import Scope, Store
from corpus.types import (
    Abbreviation,
    Box,
    DocumentInfo,
    MissingDocument,
    Origin,
    Page,
    Passage,
    Section,
    Sentence,
    Span,
    Visibility,
)
from corpus.vectors import VectorIndex
from tests.conftest import ROOT

MODEL = "kleines-modell:0123"
FIRST = "Der Kreistag beschließt die Kreisumlage."
SECOND = "Die Sitzung endet um 18 Uhr."


def prepared(
    document: str = "vorlage",
    first: str = FIRST,
    *,
    version: str = "1",
    origin: Origin = "original",
    visibility: Visibility = "public",
    akte: str = "Haushalt",
) -> PreparedDocument:
    """A document of two pages with a sentence on each, one passage a sentence."""
    text = f"{first}\n\n{SECOND}"
    cut = len(first) + 2
    spans = (Span(0, len(first)), Span(cut, len(text)))
    boxes = np.full((len(text), 4), np.nan, dtype=np.float32)
    for span in spans:
        for number in range(len(span)):
            boxes[span.start + number] = (50 + 6 * number, 80, 56 + 6 * number, 92)
    return PreparedDocument(
        info=DocumentInfo(
            document=document,
            title=f"Titel von {document}",
            kind="Vorlage",
            akte=akte,
            date="2014-03-17",
            committee="Kreisausschuss",
            session=None,
            authority="Rhein-Sieg-Kreis",
            number=None,
            origin=origin,
            visibility=visibility,
            file=f"/eingang/{document}.pdf",
            sha256="0" * 64,
            media_type="application/pdf",
        ),
        fingerprint=f"{document}-{version}",
        text=text,
        pages=[Page(0, "1", 595.0, 842.0, 0, cut), Page(1, "2", 595.0, 842.0, cut, len(text))],
        boxes=boxes,
        sections=[Section(0, "Beschluss", 1, Span(0, len(text)))],
        sentences=[Sentence(number, span, "sentence", number, 0) for number, span in enumerate(spans)],
        passages=[
            PreparedPassage(
                key=f"{document}:{version}:{number}",
                section=0,
                span=span,
                sentences=(number,),
                terms=analyse(text[span.start : span.end]),
                parts=parts(text[span.start : span.end]),
            )
            for number, span in enumerate(spans)
        ],
        sentence_vectors={0: np.array([0.6, 0.8], dtype=np.float32), 1: np.array([1.0, 0.0], dtype=np.float32)},
        abbreviations=[Abbreviation("KT", "Kreistag", spans[0])],
        words={"kreistag": 2, "sitzung": 1},
    )


@dataclass(frozen=True)
class Indexes:
    """Both indexes of one data directory."""

    store: Store
    vectors: VectorIndex

    def begin(self, document: PreparedDocument) -> int:
        """As the pipeline does up to the point where searches may see the document."""
        key = self.store.begin(document, MODEL)
        self.vectors.add(
            [
                TextNode(
                    id_=passage.key,
                    text=document.text[passage.span.start : passage.span.end],
                    embedding=document.sentence_vectors[passage.sentences[0]].tolist(),
                    metadata={
                        "document": document.info.document,
                        "visibility": document.info.visibility,
                        "origin": document.info.origin,
                    },
                )
                for passage in document.passages
            ]
        )
        return key

    def put(self, document: PreparedDocument) -> None:
        self.vectors.delete(self.store.finish(self.begin(document)))

    def by_terms(self, words: str, scope: Scope) -> set[str]:
        return {key.partition(":")[0] for key, _ in self.store.search_terms(analyse(words), 50, scope)}

    def by_vector(self, scope: Scope) -> set[str]:
        found = self.vectors.search([0.6, 0.8], 50, scope)
        return {passage.document for passage in self.store.passages([key for key, _ in found], scope).values()}


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[Indexes]:
    store = Store.create(tmp_path)
    yield Indexes(store, VectorIndex(tmp_path))
    store.close()


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


def test_a_non_public_document_is_found_neither_by_words_nor_by_vector_in_a_public_search(indexes: Indexes) -> None:
    indexes.put(prepared("offen"))
    indexes.put(prepared("geheim", visibility="non_public"))
    public = Scope(public_only=True)
    assert indexes.by_terms("Kreisumlage", public) == {"offen"}
    assert indexes.by_vector(public) == {"offen"}
    # The vector index filters by itself, too: what it hands out never depends on a later look-up.
    assert {key.partition(":")[0] for key, _ in indexes.vectors.search([0.6, 0.8], 50, public)} == {"offen"}
    assert [info.document for info in indexes.store.documents(public)] == ["offen"]
    assert indexes.store.passages(["geheim:1:0"], public) == {}
    assert {document for document, _ in indexes.store.abbreviations(public)} == {"offen"}
    assert indexes.store.vocabulary(public) == {"kreistag": 2, "sitzung": 1}
    assert indexes.store.count_passages(public) == 2
    assert indexes.by_terms("Kreisumlage", Scope()) == indexes.by_vector(Scope()) == {"offen", "geheim"}


def test_a_public_search_finds_its_limit_of_passages_however_many_non_public_ones_are_nearer(indexes: Indexes) -> None:
    for number in range(5):
        indexes.put(prepared(f"geheim-{number}", visibility="non_public"))
    indexes.put(prepared("offen"))
    public = Scope(public_only=True)
    assert len(indexes.vectors.search([0.6, 0.8], 2, public)) == 2
    assert [key for key, _ in indexes.store.search_terms(analyse("Kreisumlage"), 1, public)] == ["offen:1:0"]


def test_examples_are_left_out_when_the_scope_says_so(indexes: Indexes) -> None:
    indexes.put(prepared("original"))
    indexes.put(prepared("beispiel", origin="example"))
    originals = Scope(examples=False)
    assert indexes.by_terms("Kreisumlage", originals) == indexes.by_vector(originals) == {"original"}
    assert {key.partition(":")[0] for key, _ in indexes.vectors.search([0.6, 0.8], 50, originals)} == {"original"}
    assert indexes.by_terms("Kreisumlage", Scope()) == indexes.by_vector(Scope()) == {"original", "beispiel"}


def test_public_originals_only_are_found_when_the_scope_asks_for_both(indexes: Indexes) -> None:
    indexes.put(prepared("offen"))
    indexes.put(prepared("geheim", visibility="non_public"))
    indexes.put(prepared("beispiel", origin="example"))
    scope = Scope(public_only=True, examples=False)
    assert indexes.by_terms("Kreisumlage", scope) == indexes.by_vector(scope) == {"offen"}


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


def test_some_documents_only_are_found_when_the_scope_names_them(indexes: Indexes) -> None:
    for name in ("erstes", "zweites", "drittes"):
        indexes.put(prepared(name))
    some = Scope().within(["erstes", "drittes", "gibt-es-nicht"])
    assert indexes.by_terms("Kreisumlage", some) == indexes.by_vector(some) == {"erstes", "drittes"}
    assert {info.document for info in indexes.store.documents(some)} == {"erstes", "drittes"}
    assert indexes.store.count_passages(some) == 4
    assert {document for document, _ in indexes.store.abbreviations(some)} == {"erstes", "drittes"}
    assert indexes.store.vocabulary(some)["kreistag"] == 4
    assert indexes.store.passage_frequency(analyse("Kreisumlage")[0], some) == 2


def test_a_scope_never_becomes_wider(indexes: Indexes) -> None:
    indexes.put(prepared("offen"))
    indexes.put(prepared("geheim", visibility="non_public"))
    narrow = Scope(public_only=True).within(["offen", "geheim"])
    assert indexes.by_terms("Kreisumlage", narrow) == indexes.by_vector(narrow) == {"offen"}
    nothing = narrow.within(["geheim"]).within(["offen"])
    assert indexes.by_terms("Kreisumlage", nothing) == indexes.by_vector(nothing) == set()
    assert indexes.store.documents(nothing) == []


def test_examples_left_out_are_missing_whatever_is_searched(indexes: Indexes) -> None:
    indexes.put(prepared("vorlage", akte="KI"))
    indexes.put(prepared("anhang-1", akte="KI", origin="example"))
    scope = Scope(examples=False).within(["vorlage"])
    assert [missing.document for missing in indexes.store.missing(scope)] == ["anhang-1"]


def test_what_an_akte_misses_and_asks_is_shown_only_with_something_of_the_akte(indexes: Indexes) -> None:
    indexes.put(prepared("geheim", visibility="non_public", akte="Personal"))
    missing = MissingDocument("anhang-1", "Kostenaufstellung", "Anhang 1", "Personal")
    indexes.store.set_register("Personal", [missing], ["Was kostet das?"])
    assert (indexes.store.missing(Scope()), indexes.store.questions(Scope())) == ([missing], ["Was kostet das?"])
    public = Scope(public_only=True)
    assert (indexes.store.missing(public), indexes.store.questions(public)) == ([], [])


def test_a_delivered_document_is_no_longer_missing(indexes: Indexes) -> None:
    indexes.put(prepared("vorlage"))
    indexes.store.set_register("Haushalt", [MissingDocument("anhang-1", "Kosten", "Anhang 1", "Haushalt")], [])
    indexes.put(prepared("anhang-1"))
    assert indexes.store.missing(Scope()) == []


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


def test_a_store_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="aktenkundig ingest"):
        Store(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_gets_one_german_sentence(tmp_path: Path) -> None:
    (tmp_path / "aktenkundig.sqlite").write_bytes(b"kein SQLite" * 100)
    with pytest.raises(StoreError, match="nicht lesbar"):
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
