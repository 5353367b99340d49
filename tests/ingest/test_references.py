"""Pointers to other documents of the Akte are found where they stand, one for each document that is meant."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ingest.references import find_references


def found(text: str) -> list[tuple[str, str]]:
    return [(text[r.span.start : r.span.end], r.kind) for r in find_references(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(siehe Anhang 4)", [("Anhang 4", "Anhang 4")]),
        ("(siehe beigefügte Anhänge 4 und 5).", [("Anhänge 4", "Anhang 4"), ("5", "Anhang 5")]),
        ("Die Rückäußerungen sind als Anhang 6 beigefügt.", [("Anhang 6", "Anhang 6")]),
        ("vgl. Anlagen 1, 2 sowie 3", [("Anlagen 1", "Anlage 1"), ("2", "Anlage 2"), ("3", "Anlage 3")]),
        ("gemäß Anlage A", [("Anlage A", "Anlage A")]),
        ("auf Grundlage der beigefügten Konzeption", [("Konzeption", "Konzeption")]),
        ("wie in Vorlage 123/2014 dargestellt", [("Vorlage 123/2014", "Vorlage 123/2014")]),
        ("mit Drucksache DS 11/2024 beschlossen", [("Drucksache DS 11/2024", "Drucksache DS 11/2024")]),
    ],
)
def test_a_pointer_names_the_art_of_the_document_that_is_meant(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_a_range_names_every_document_in_it() -> None:
    assert [kind for _, kind in found("Auf die Anhänge 2 bis 5 wird verwiesen.")] == [
        f"Anhang {number}" for number in range(2, 6)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Im Anhang finden sich weitere Zahlen.",
        "Die Anlage umfasst 12 Hektar.",
        "Geldanlage 2014",
        "der beigefügte Anhang",
        "Anlagevermögen 3 Mio. €",
    ],
)
def test_what_names_no_document_is_no_pointer(text: str) -> None:
    assert found(text) == []


def test_every_pointer_has_a_place_of_its_own() -> None:
    text = "Anlagen 1 bis 9, Anhänge 2, 3 und 4 sowie die beigefügte Konzeption, siehe Vorlage 7/2013 und Anhang 1."
    places = [reference.span for reference in find_references(text)]
    assert all(one.end <= other.start for one, other in pairwise(places))
