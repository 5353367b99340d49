"""A question may say where to look; only what is there narrows the search."""

from __future__ import annotations

import pytest

from assistant.scope_words import NamedScope, find_scope
from corpus.types import DocumentInfo


def paper(document: str, kind: str, date: str | None = None) -> DocumentInfo:
    return DocumentInfo(
        document=document, title=document, kind=kind, akte="akte", date=date, committee=None, session=None,
        authority=None, number=None, origin="original", visibility="public", file="", sha256="", media_type="",
    )  # fmt: skip


PAPERS = [
    paper("vorlage", "Vorlage", "2014-03-17"),
    paper("konzeption", "Konzeption", "2014-03-17"),
    paper("anhang-1", "Anhang 1", "2014-03-17"),
    paper("anhang-2", "Anhang 2"),
    paper("anhang-12", "Anhang 12"),
    paper("niederschrift", "Niederschrift", "2013-12-09"),
]


def documents(question: str) -> set[str] | None:
    found = find_scope(question, PAPERS)
    return None if found is None or found.documents is None else set(found.documents)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wie viele Stellen sind laut Konzeption vorgesehen?", {"konzeption"}),
        ("Was steht in der Vorlage zu den Kosten?", {"vorlage"}),
        ("Was steht in Anhang 2?", {"anhang-2"}),
        ("Welche Beträge nennt die Tabelle im Anhang 12?", {"anhang-12"}),
        ("Was steht in den Anhängen 1 und 2?", {"anhang-1", "anhang-2"}),
        ("was sagt laut anhang 1 das land", {"anhang-1"}),
        ("Was wurde in der Sitzung am 09.12.2013 beschlossen?", {"niederschrift"}),
        ("Was soll laut Vorlage in der Sitzung des Kreisausschusses am 17.03.2014 beschlossen werden?", {"vorlage"}),
    ],
)
def test_a_document_that_the_question_names_as_its_source_is_searched_alone(question: str, expected: set[str]) -> None:
    assert documents(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Wer hat die Konzeption geschrieben?",
        "Ist die Vorlage öffentlich?",
        "Was steht in Anhang 7?",
        "Was ist in der Sitzung am 01.01.1999 geschehen?",
        "Welche Vorlagen gibt es?",
        "Wie viele Seiten hat die Konzeption?",
    ],
)
def test_what_is_only_spoken_of_or_not_there_narrows_nothing(question: str) -> None:
    assert find_scope(question, PAPERS) is None


def test_pages_are_named_by_their_printed_labels() -> None:
    assert find_scope("Was steht auf Seite 3?", PAPERS) == NamedScope(None, frozenset({"3"}))
    assert find_scope("Was steht auf den Seiten 2 bis 4?", PAPERS) == NamedScope(None, frozenset({"2", "3", "4"}))
    assert find_scope("Was steht in der Vorlage auf S. 2?", PAPERS) == NamedScope(
        frozenset({"vorlage"}), frozenset({"2"})
    )
    assert find_scope("Steht das auf Seite 4 bis 6?", PAPERS) == NamedScope(None, frozenset({"4", "5", "6"}))
