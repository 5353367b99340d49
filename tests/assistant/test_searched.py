"""A choice of documents narrows the search and is told; the words of the question narrow it further."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.searched import Searched
from corpus.store import Scope
from tests.assistant.test_scope_words import PAPERS

SCOPE = Scope(public_only=True)


def told(question: str, chosen: list[str] | None) -> str | None:
    notice = Searched.of(question, SCOPE, PAPERS, chosen).notice()
    return None if notice is None else notice.text


def test_without_a_choice_everything_is_searched_and_nothing_is_told() -> None:
    searched = Searched.of("Was kostet das?", SCOPE, PAPERS, None)
    assert searched.innermost() == SCOPE
    assert searched.count == len(PAPERS)
    assert searched.notice() is None


def test_choosing_everything_is_no_choice() -> None:
    assert told("Was kostet das?", [info.document for info in PAPERS]) is None


def test_a_choice_narrows_the_scope_and_keeps_its_conditions() -> None:
    searched = Searched.of("Was kostet das?", SCOPE, PAPERS, ["vorlage", "geheim"])
    assert searched.innermost() == SCOPE.within(["vorlage", "geheim"])
    assert searched.innermost().public_only
    assert [info.document for info in searched.documents] == ["vorlage"]


@pytest.mark.parametrize(
    ("question", "chosen", "sentence"),
    [
        ("Was kostet das?", ["vorlage"], "Gesucht wurde, wie gewählt, nur in 1 von 6 Dokumenten: Vorlage."),
        (
            "Was kostet das?",
            ["vorlage", "anhang-1", "anhang-2"],
            "Gesucht wurde, wie gewählt, nur in 3 von 6 Dokumenten: Vorlage, Anhang 1 und Anhang 2.",
        ),
        (
            "Was kostet das?",
            ["vorlage", "anhang-1", "anhang-2", "anhang-12", "konzeption"],
            "Gesucht wurde, wie gewählt, nur in 5 von 6 Dokumenten.",
        ),
        (
            "Was steht auf Seite 3?",
            ["vorlage"],
            "Gesucht wurde, wie gewählt, nur in 1 von 6 Dokumenten: Vorlage, S. 3.",
        ),
        ("Was kostet das laut Vorlage?", ["vorlage", "anhang-1"], "Gesucht wurde, wie gefragt, nur in: Vorlage."),
        (
            "Was kostet das laut Konzeption?",
            ["vorlage"],
            "Gesucht wurde, wie gewählt, nur in 1 von 6 Dokumenten: Vorlage.",
        ),
    ],
)
def test_the_answer_tells_where_was_looked(question: str, chosen: list[str], sentence: str) -> None:
    assert told(question, chosen) == sentence


def test_what_the_question_names_is_searched_only_where_it_is_chosen() -> None:
    searched = Searched.of("Was kostet das laut Konzeption?", SCOPE, PAPERS, ["vorlage"])
    assert searched.innermost() == SCOPE.within(["vorlage"])


def test_documents_of_the_same_art_are_told_apart_by_their_titles() -> None:
    papers = [*PAPERS, replace(PAPERS[0], document="andere", title="Neubau [Halle]")]
    notice = Searched.of("Was kostet das?", SCOPE, papers, ["andere"]).notice()
    assert notice is not None
    assert r"nur in 1 von 7 Dokumenten: Vorlage „Neubau \[Halle\]“." in notice.text
