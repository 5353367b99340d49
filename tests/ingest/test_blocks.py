"""Footnotes, tables and marked lines find their place in the canonical text."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.canonical import CanonicalDocument, make_canonical
from ingest.layout import CellPlace, Line, Mark, RawDocument, RawPage


def line(text: str, top: float = 0.0, mark: Mark | None = None, cell: CellPlace | None = None, **more: object) -> Line:
    """A line with a box 6 points wide for each of its characters."""
    left = 70 + (200 * cell.column if cell else 0) + 6 * np.arange(len(text), dtype=np.float32)
    boxes = np.stack([left, np.full_like(left, top), left + 6, np.full_like(left, top + 10)], axis=1)
    boxes[[character == " " for character in text]] = np.nan
    return Line(text, boxes, mark=mark, cell=cell, size=10.0, **more)  # type: ignore[arg-type]


def canonical(*pages: list[Line]) -> CanonicalDocument:
    return make_canonical(
        RawDocument([RawPage(index, 595, 842, lines) for index, lines in enumerate(pages)], "application/pdf")
    )


def parts(document: CanonicalDocument) -> list[tuple[str, str]]:
    return [(s.kind, document.text[s.span.start : s.span.end]) for s in document.sentences]


def table(rows: list[list[str]], page: int = 0, number: int = 0) -> list[Line]:
    """The lines of a table whose first row is its header; an empty text is an empty cell."""
    return [
        line(text, 100 + 20 * row + 300 * page, cell=CellPlace(number, row, column, header=row == 0))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]


def test_a_paragraph_goes_on_over_the_page_break_and_the_footnote_between_its_halves() -> None:
    document = canonical(
        [line("Der Kreis fördert die", 100), line("¹ Stand Februar 2014.", 700, "note")],
        [line("Integration seit Jahren.", 100)],
    )
    assert parts(document) == [
        ("note", "¹ Stand Februar 2014."),
        ("sentence", "Der Kreis fördert die Integration seit Jahren."),
    ]
    assert (np.diff(document.glyph_pages) >= 0).all()


def test_a_footnote_runs_over_several_lines_and_ends_with_its_page() -> None:
    document = canonical(
        [line("Es gilt das Gesetz.", 100), line("¹ Stand der Angaben ist", 700, "note"), line("Februar 2014.", 712)],
        [line("Danach folgt mehr.", 100)],
    )
    assert parts(document)[1:] == [
        ("note", "¹ Stand der Angaben ist Februar 2014."),
        ("sentence", "Danach folgt mehr."),
    ]


def test_a_table_is_rows_of_cells_with_tabs_and_each_row_reads_by_itself() -> None:
    document = canonical(
        table([["Kommune", "Umlage 2014", "Anteil"], ["Kommune 01", "1.234,00", "3,1"], ["Kommune 02", "", "4,5"]])
    )
    assert document.text == "Kommune\tUmlage 2014\tAnteil\nKommune 01\t1.234,00\t3,1\nKommune 02\t\t4,5"
    assert [kind for kind, _ in parts(document)] == ["header", "row", "row"]
    (found,) = document.tables
    assert (found.columns, found.rows) == (3, ("header", "body", "body"))
    assert {document.text[c.span.start : c.span.end] for c in found.cells if c.column == 2} == {"Anteil", "3,1", "4,5"}
    reading = document.sentences[2].reading
    assert reading is not None
    assert "Umlage" not in reading
    for word in ("Kommune 02", "Anteil", "4,5"):
        assert word in reading


def test_tabs_and_line_ends_of_a_table_have_no_boxes_and_its_words_all_have() -> None:
    document = canonical(table([["Jahr", "Betrag"], ["2014", "5.000 €"]]))
    blank = np.array([character.isspace() for character in document.text])
    assert np.isnan(document.boxes[blank]).all()
    assert not np.isnan(document.boxes[~blank]).any()


def test_a_table_over_a_page_break_is_one_table_whose_rows_stand_on_both_pages() -> None:
    first = table([["Jahr", "Betrag"], ["2014", "5.000 €"]])
    second = [line("2015", 100, cell=CellPlace(0, 0, 0)), line("6.000 €", 100, cell=CellPlace(0, 0, 1))]
    document = canonical(first, second)
    assert len(document.tables) == 1
    assert [document.pages[index].end > document.pages[index].start for index in (0, 1)] == [True, True]


def test_the_row_that_opens_a_group_is_read_with_the_rows_under_it_but_not_with_the_total() -> None:
    document = canonical(
        table(
            [
                ["Position", "2015"],
                ["A. Personal", ""],
                ["Fachkräfte", "100,00"],
                ["Assistenz", "50,00"],
                ["Gesamtsumme", "150,00"],
            ]
        )
    )
    readings = {document.text[s.span.start : s.span.start + 6]: s.reading or "" for s in document.sentences}
    assert readings["Assist"].startswith("A. Personal")
    assert not readings["Gesamt"].startswith("A. Personal")


def test_marked_lines_are_what_their_format_says() -> None:
    document = canonical(
        [
            line("Ziele", mark="heading", level=2),
            line("Der Kreis will", mark="paragraph"),
            line("• mehr Sprachkurse", mark="item"),
            line("• weniger Wartezeit", mark="item"),
        ]
    )
    assert [kind for kind, _ in parts(document)] == ["heading", "sentence", "item", "item"]
    assert (document.sections[0].title, document.sections[0].level) == ("Ziele", 2)


def test_what_was_recognised_carries_its_confidence_and_nothing_else_does() -> None:
    scanned = line("Die Gemeinde stimmt zu.", 100, "paragraph")
    scanned.confidence = np.full(len(scanned.text), 0.6, dtype=np.float32)
    document = canonical([line("Die Stadt lehnt ab.", 80, "paragraph"), scanned])
    assert [sentence.confidence for sentence in document.sentences] == [None, pytest.approx(0.6)]


def test_text_that_leaves_the_order_of_the_pages_is_a_fault_of_ours() -> None:
    from ingest.building import TextBuilder

    builder = TextBuilder()
    builder.add_lines([line("zwei"), line("eins")], [1, 0])
    with pytest.raises(ValueError, match="order of the pages"):
        builder.pages()


def test_the_lines_of_a_table_of_contents_are_kept_apart_and_are_no_sentences() -> None:
    document = canonical(
        [
            line("8 Kosten . . . . . . . . 7", 100),
            line("8.1 Gesamtkosten ........ 7", 113),
            line("Der Kreis trägt die Kosten.", 140, "paragraph"),
        ]
    )
    assert [kind for kind, _ in parts(document)] == ["contents", "contents", "sentence"]


def test_a_full_line_without_a_full_stop_goes_on_with_a_noun_on_the_next_page() -> None:
    full = "Der Kreis fördert seit Jahren mit großem Einsatz die"
    document = canonical([line(full, 100)], [line("Integration seit Jahren.", 100)])
    assert [text for _, text in parts(document)] == [f"{full} Integration seit Jahren."]


def test_a_short_line_without_a_full_stop_does_not_go_on_with_a_noun_on_the_next_page() -> None:
    document = canonical(
        [line("Der Kreis fördert seit Jahren mit großem Einsatz viel.", 100), line("Im Auftrag", 140)],
        [line("Integration braucht Zeit.", 100)],
    )
    assert [text for _, text in parts(document)][1:] == ["Im Auftrag", "Integration braucht Zeit."]


def test_what_follows_the_subtotal_of_a_group_is_not_read_with_the_group() -> None:
    document = canonical(
        table(
            [
                ["Position", "2015"],
                ["A. Personal", ""],
                ["Fachkräfte", "100,00"],
                ["Assistenz", "50,00"],
                ["Zwischensumme A", "150,00"],
                ["abzüglich Förderung", "−20,00"],
            ]
        )
    )
    readings = [sentence.reading or "" for sentence in document.sentences]
    assert readings[4].startswith("A. Personal\n")
    assert readings[5].startswith("abzüglich")
