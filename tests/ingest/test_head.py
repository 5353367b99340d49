"""What the head of a document says of itself is read, and nothing is guessed."""

from __future__ import annotations

import pytest

from ingest.canonical import make_canonical
from ingest.head import DocumentHead, read_head
from ingest.layout import CellPlace, Line, RawDocument, RawPage, without_boxes
from ingest.readers import TextReader
from tests.conftest import VORLAGE


def head_of(*lines: str | list[str]) -> DocumentHead:
    """The head of a page with these lines; a list is a row of one table."""
    made: list[Line] = []
    row = 0
    for line in lines:
        if isinstance(line, str):
            made.append(Line(line, without_boxes(line), gap=2.0, mark="paragraph"))
            continue
        made += [
            Line(text, without_boxes(text), cell=CellPlace(0, row, column, header=row == 0))
            for column, text in enumerate(line)
        ]
        row += 1
    return read_head(make_canonical(RawDocument([RawPage(0, 0, 0, made)], "text/plain")))


def test_a_head_with_labels_is_read_whole() -> None:
    head = head_of(
        "Beschlussvorlage",
        "Vorlagennummer: V 315/2012",
        "Status: öffentlich",
        "Datum: 03.05.2012",
        "Die Kita in der Weststraße wird erweitert.",
    )
    assert head == DocumentHead(kind="Beschlussvorlage", number="V 315/2012", date="2012-05-03", visibility="public")


@pytest.mark.parametrize(
    "number",
    ["2025/0526", "V 315/2012", "FB 50/0256/WP16", "SV-9-0667", "40/1834/XV/2012", "DS 11/2024 1. Ergänzung"],
)
def test_numbers_of_papers_are_kept_as_they_are_written(number: str) -> None:
    assert head_of(f"Vorlage Nr. {number}", "Der Rat berät.").number == number


@pytest.mark.parametrize(
    ("line", "visibility"),
    [
        ("Nichtöffentlich", "non_public"),
        ("nicht öffentlich", "non_public"),
        ("Öffentliche Sitzung", "public"),
        ("Vorlage - nicht-öffentlich", "non_public"),
        ("☒ öffentlich ☐ nichtöffentlich", "public"),
        ("☐ öffentlich ☒ nichtöffentlich", "non_public"),
        ("☐ öffentlich ☐ nichtöffentlich", None),
        ("Die Sitzung war öffentlich und gut besucht.", None),
        ("Der öffentliche Nahverkehr wird ausgebaut.", None),
    ],
)
def test_who_may_see_a_document_is_what_a_mark_says(line: str, visibility: str | None) -> None:
    assert head_of("Vorlage", line, "Der Rat berät über den Haushalt.").visibility == visibility


def test_of_two_marks_the_stricter_one_counts() -> None:
    assert head_of("Öffentlicher Teil", "Haushalt", "Nichtöffentlicher Teil", "Personal").visibility == "non_public"


def test_two_different_numbers_are_none() -> None:
    assert head_of("Vorlage 1/2014", "Vorlage 2/2014").number is None


def test_a_beratungsfolge_with_one_row_gives_gremium_and_date() -> None:
    head = head_of("Vorlage", ["Gremium", "Termin", "Zuständigkeit"], ["Rat", "17.03.2014", "Entscheidung"])
    assert (head.committee, head.date) == ("Rat", "2014-03-17")


def test_of_a_beratungsfolge_with_several_rows_none_is_the_session() -> None:
    head = head_of(
        "Vorlage",
        ["Gremium", "Termin", "Zuständigkeit"],
        ["Sozialausschuss", "03.03.2014", "Vorberatung"],
        ["Rat", "17.03.2014", "Entscheidung"],
    )
    assert (head.committee, head.date) == (None, None)


def test_of_the_vorlage_only_what_it_says_is_known() -> None:
    head = read_head(make_canonical(TextReader().read(VORLAGE.with_suffix(".txt"))))
    assert head == DocumentHead(
        committee="Kreisausschuss", session="Sitzung des Kreisausschusses am 17.03.2014", date="2014-03-17"
    )
