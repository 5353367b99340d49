"""A search sees what its scope shows and nothing else, by words as by vectors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.access import PUBLIC, Access, Clearance
from corpus.analysis import analyse
from corpus.errors import StoreError
from corpus.records import PreparedDocument
from corpus.store import Scope
from corpus.types import MissingDocument
from ingest.upkeep import align_access, set_access
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


def rat(*gremien: str) -> Scope:
    return Scope(clearance=Clearance.of(["council_member"], gremien))


def hidden_ones(indexes: Indexes) -> None:
    """One document of every kind of access."""
    indexes.put(prepared("offen"))
    indexes.put(prepared("verwaltung", visibility="non_public"))
    indexes.put(for_gremien(prepared("personal", visibility="non_public"), "Personalausschuss", "Ältestenrat"))
    indexes.put(for_gremien(prepared("bau", visibility="non_public"), "Bauausschuss"))
    indexes.put(prepared("intern", visibility="internal"))


def for_gremien(document: PreparedDocument, *gremien: str) -> PreparedDocument:
    return replace(document, info=replace(document.info, gremien=gremien))


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        pytest.param(Scope(clearance=PUBLIC), {"offen"}, id="public"),
        pytest.param(rat(), {"offen"}, id="a member of no Gremium"),
        pytest.param(rat("Bauausschuss"), {"offen", "bau"}, id="a member of one"),
        pytest.param(rat("bauausschuss ", "ÄLTESTENRAT"), {"offen", "bau", "personal"}, id="however it is written"),
        pytest.param(rat("Bau"), {"offen"}, id="a part of a name is no name"),
        pytest.param(
            Scope(clearance=Clearance.of((), ["Bauausschuss"])), {"offen"}, id="Gremien of somebody who is no member"
        ),
        pytest.param(
            Scope(clearance=Clearance.of(["staff"])),
            {"offen", "verwaltung", "personal", "bau", "intern"},
            id="administration",
        ),
        pytest.param(
            Scope(public_only=True, clearance=Clearance.of(["staff"])), {"offen"}, id="administration, public only"
        ),
    ],
)
def test_everybody_finds_what_their_roles_show_by_words_and_by_vector(
    indexes: Indexes, scope: Scope, seen: set[str]
) -> None:
    hidden_ones(indexes)
    assert {info.document for info in indexes.store.documents(scope)} == seen
    assert indexes.by_terms("Kreisumlage", scope) == seen
    # The vector index filters by itself: what it hands out never depends on a later look-up.
    assert {key.partition(":")[0] for key, _ in indexes.vectors.search([0.6, 0.8], 50, scope)} == seen
    assert {document for document, _ in indexes.store.abbreviations(scope)} == seen
    assert indexes.store.count_passages(scope) == 2 * len(seen)
    assert indexes.store.vocabulary(scope)["kreistag"] == 2 * len(seen)


def test_access_by_command_is_in_force_at_once_outlasts_a_new_version_and_can_be_taken_back(indexes: Indexes) -> None:
    hidden_ones(indexes)
    before = indexes.store.state()

    def seen(scope: Scope) -> set[str]:
        by_vector = {key.partition(":")[0] for key, _ in indexes.vectors.search([0.6, 0.8], 50, scope)}
        assert by_vector == indexes.by_terms("Kreisumlage", scope)
        return by_vector

    set_access(indexes.store, indexes.vectors, "offen", Access("internal"))
    assert seen(Scope(clearance=PUBLIC)) == set()
    assert indexes.store.state() != before
    set_access(indexes.store, indexes.vectors, "bau", Access("non_public", ("Personalausschuss",)))
    assert (seen(rat("Bauausschuss")), seen(rat("Personalausschuss"))) == (set(), {"bau", "personal"})
    set_access(indexes.store, indexes.vectors, "bau", None)
    assert (seen(rat("Bauausschuss")), seen(rat("Personalausschuss"))) == ({"bau"}, {"personal"})
    assert indexes.store.access_rule("offen") == Access("internal")
    with pytest.raises(StoreError, match="gibt es nicht"):
        set_access(indexes.store, indexes.vectors, "gibt-es-nicht", None)


def test_a_vector_index_that_missed_a_change_of_access_follows_it(indexes: Indexes) -> None:
    hidden_ones(indexes)
    indexes.store.set_access_rule("offen", Access("internal"))  # and interrupted before the vector index knew
    align_access(indexes.store, indexes.vectors)
    assert indexes.vectors.search([0.6, 0.8], 50, Scope(clearance=PUBLIC)) == []


def test_a_rule_that_shows_more_goes_with_its_document_and_one_that_hides_stays(indexes: Indexes) -> None:
    hidden_ones(indexes)
    indexes.store.set_access_rule("intern", Access("public"))
    indexes.store.set_access_rule("offen", Access("internal"))
    indexes.store.remove("intern")
    indexes.store.remove("offen")
    assert (indexes.store.access_rule("intern"), indexes.store.access_rule("offen")) == (None, Access("internal"))


def test_hidden_documents_do_not_show_in_the_scores_of_a_search(indexes: Indexes) -> None:
    for number in range(4):
        indexes.put(prepared(f"offen-{number}", f"Der Kreistag beschließt {'die Kreisumlage ' * number}am Montag."))
    alone = [indexes.store.search_terms(analyse(words), 9, Scope()) for words in ("Kreisumlage", "Kreistag Sitzung")]
    hidden_ones(indexes)
    indexes.store.set_access_rule("offen", Access("internal"))
    public = Scope(clearance=PUBLIC)
    for words, expected in zip(("Kreisumlage", "Kreistag Sitzung"), alone, strict=True):
        found = indexes.store.search_terms(analyse(words), 9, public)
        assert [key for key, _ in found] == [key for key, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected])
        assert found != indexes.store.search_terms(analyse(words), 9, Scope())


def test_what_is_announced_for_some_is_announced_to_them_only(indexes: Indexes) -> None:
    hidden_ones(indexes)
    announced = [
        MissingDocument("a", "Kosten", "Anhang 1", "Haushalt"),
        MissingDocument("b", "Gehälter", "Anhang 2", "Haushalt", "internal"),
        MissingDocument("c", "Bewerbungen", "Anhang 3", "Haushalt", "non_public", ("Personalausschuss",)),
    ]
    indexes.store.set_register("Haushalt", announced, [])
    assert indexes.store.missing(Scope()) == announced
    assert indexes.store.missing(Scope(clearance=PUBLIC)) == announced[:1]
    assert indexes.store.missing(rat("Personalausschuss")) == [announced[0], announced[2]]


def test_a_question_to_begin_with_tells_nothing_that_only_hidden_documents_know(indexes: Indexes) -> None:
    indexes.put(prepared("offen"))
    indexes.put(replace(prepared("geheim", visibility="non_public"), words={"grunderwerb": 1, "kreistag": 1}))
    questions = ["Was beschließt der Kreistag?", "Was kostet der Grunderwerb?", "Was steht in Titel von geheim?"]
    indexes.store.set_register("Haushalt", [], questions)
    assert indexes.store.questions(Scope()) == questions
    assert indexes.store.questions(Scope(clearance=PUBLIC)) == questions[:1]
