"""A search sees what its scope shows and nothing else, by words as by vectors."""

from __future__ import annotations

from corpus.analysis import analyse
from corpus.store import Scope
from corpus.types import MissingDocument
from tests.corpus.indexes import Indexes, prepared


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
