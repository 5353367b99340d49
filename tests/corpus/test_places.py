"""The store knows which files hold a document, how its tables are read, and what it points to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import PreparedDocument, ReadFile, Scope
from corpus.store import Store
from corpus.types import Cell, DocumentInfo, MissingDocument, Reference, Sentence, Span, Table
from tests.corpus.test_store import MODEL, prepared


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.create(tmp_path)
    yield store
    store.close()


def put(store: Store, document: PreparedDocument, path: str, *others: str) -> set[str]:
    """Store a document as the last one of the file at ``path``."""
    file = ReadFile(path, "abc", document.fingerprint, (*others, document.info.document))
    return store.finish(store.begin(document, MODEL), file)


def test_a_file_counts_as_read_when_its_last_document_is_finished(store: Store) -> None:
    first, last = prepared("paket-top-1"), prepared("paket-top-2")
    store.finish(store.begin(first, MODEL))
    assert store.files.fingerprint("/eingang/paket.pdf") is None
    put(store, last, "/eingang/paket.pdf", "paket-top-1")
    assert store.files.fingerprint("/eingang/paket.pdf") == last.fingerprint
    assert store.files.documents_in("/eingang/paket.pdf") == ("paket-top-1", "paket-top-2")


def test_the_documents_of_a_file_that_was_never_read_to_the_end_are_known(store: Store) -> None:
    store.finish(store.begin(prepared("paket-top-1"), MODEL))
    put(store, prepared("vorlage"), "/eingang/vorlage.pdf")
    assert store.files.placeless() == ["paket-top-1"]


def test_a_document_that_its_file_no_longer_holds_goes_with_its_passages(store: Store) -> None:
    store.finish(store.begin(prepared("paket-top-1"), MODEL))
    put(store, prepared("paket-top-2"), "/eingang/paket.pdf", "paket-top-1")
    gone = put(store, prepared("paket-top-2", version="2"), "/eingang/paket.pdf")
    assert gone == {"paket-top-1:1:0", "paket-top-1:1:1", "paket-top-2:1:0", "paket-top-2:1:1"}
    assert [info.document for info in store.documents()] == ["paket-top-2"]


def test_a_document_with_two_places_stays_until_both_are_forgotten(store: Store) -> None:
    put(store, prepared(), "/eingang/vorlage.pdf")
    store.files.record(ReadFile("/eingang/kopie.pdf", "abc", "f", ("vorlage",)))
    assert store.files.same_content("abc", "/eingang/vorlage.pdf") == "/eingang/kopie.pdf"
    assert store.files.forget("/eingang/vorlage.pdf") == ([], set())
    assert store.document("vorlage").file == "/eingang/kopie.pdf"
    assert store.files.forget("/eingang/kopie.pdf") == (["vorlage"], {"vorlage:1:0", "vorlage:1:1"})
    assert (store.documents(), store.files.paths()) == ([], [])


def test_removing_a_document_forgets_the_files_that_held_nothing_else(store: Store) -> None:
    put(store, prepared(), "/eingang/vorlage.pdf")
    store.remove("vorlage")
    assert store.files.paths() == []


def with_table() -> PreparedDocument:
    text = "Kommune\tUmlage\nKommune 01\t5.000"
    row = Span(15, len(text))
    document = prepared()
    return replace(
        document,
        text=text,
        pages=[replace(document.pages[0], end=len(text))],
        boxes=document.boxes[: len(text)],
        sections=[replace(document.sections[0], span=Span(0, len(text)))],
        sentences=[
            Sentence(0, Span(0, 14), "header", 0, 0),
            Sentence(1, row, "row", 0, 0, "Kommune 01: Umlage 5.000", 0.7),
        ],
        passages=[replace(document.passages[0], span=row, sentences=(1,))],
        sentence_vectors={1: document.sentence_vectors[0]},
        abbreviations=[],
        tables=[
            Table(
                index=0,
                paragraph=0,
                section=0,
                span=Span(0, len(text)),
                columns=2,
                rows=("header", "body"),
                cells=(
                    Cell(0, 0, 1, Span(0, 7)),
                    Cell(0, 1, 1, Span(8, 14)),
                    Cell(1, 0, 1, Span(15, 25)),
                    Cell(1, 1, 1, Span(26, len(text))),
                ),
            )
        ],
    )


def test_a_row_is_read_back_with_what_heads_its_columns(store: Store) -> None:
    document = with_table()
    put(store, document, "/eingang/vorlage.pdf")
    row = document.sentences[1].span
    assert store.table_of("vorlage", row) == document.tables[0]
    assert [(cell.header, store.excerpt("vorlage", cell.span)) for cell in store.row_cells("vorlage", row)] == [
        ("Kommune", "Kommune 01"),
        ("Umlage", "5.000"),
    ]
    assert store.sentences_in("vorlage", row) == [document.sentences[1]]
    (passage,) = store.passages(["vorlage:1:0"], Scope()).values()
    assert (passage.reading, passage.text) == ("Kommune 01: Umlage 5.000", "Kommune 01\t5.000")


def pointing(**more: str) -> PreparedDocument:
    return replace(prepared(**more), references=[Reference(Span(0, 3), "Anhang 1")])  # type: ignore[arg-type]


def annex(document: str = "anhang-1", **changes: str) -> PreparedDocument:
    made = prepared(document)
    return replace(made, info=replace(made.info, kind="Anhang 1", **changes))  # type: ignore[arg-type]


def test_a_pointer_leads_to_the_document_of_that_art_in_the_same_akte(store: Store) -> None:
    put(store, pointing(), "/a")
    put(store, annex(), "/b")
    put(store, annex("fremd", akte="Anderes"), "/c")
    ((_, target),) = store.mentions("vorlage", Span(0, 20), Scope())
    assert isinstance(target, DocumentInfo)
    assert target.document == "anhang-1"
    assert store.mentions("vorlage", Span(5, 20), Scope()) == []


def test_a_pointer_leads_to_what_is_announced_but_missing(store: Store) -> None:
    put(store, pointing(), "/a")
    missing = MissingDocument("anhang-1", "Kosten", "Anhang 1", "Haushalt")
    store.set_register("Haushalt", [missing], [])
    assert store.mentions("vorlage", Span(0, 20), Scope()) == [(Span(0, 3), missing)]


def test_a_pointer_that_several_documents_fit_leads_nowhere(store: Store) -> None:
    put(store, pointing(), "/a")
    put(store, annex(), "/b")
    put(store, annex("anhang-1-neu"), "/c")
    assert store.mentions("vorlage", Span(0, 20), Scope()) == []


def test_a_pointer_to_a_non_public_document_tells_the_public_nothing(store: Store) -> None:
    put(store, pointing(), "/a")
    put(store, annex(visibility="non_public"), "/b")
    assert store.mentions("vorlage", Span(0, 20), Scope(public_only=True)) == []


def test_what_an_example_stands_for_is_missing_where_examples_are_left_out(store: Store) -> None:
    put(store, pointing(), "/a")
    put(store, annex(origin="example"), "/b")
    assert store.missing(Scope()) == []
    assert store.missing(Scope(examples=False)) == [
        MissingDocument("anhang-1", "Titel von anhang-1", "Anhang 1", "Haushalt")
    ]
    ((_, target),) = store.mentions("vorlage", Span(0, 20), Scope(examples=False))
    assert isinstance(target, MissingDocument)
