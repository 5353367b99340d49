"""The canonical text of the Vorlage: its traps, its pages, its sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.canonical import CanonicalDocument, make_canonical
from ingest.layout import Line, RawDocument, RawPage, without_boxes
from ingest.readers import PdfReader, TextReader
from tests.conftest import VORLAGE


@pytest.fixture(scope="module")
def vorlage() -> CanonicalDocument:
    return make_canonical(PdfReader().read(VORLAGE))


def sentences(document: CanonicalDocument) -> list[str]:
    return [document.text[s.span.start : s.span.end] for s in document.sentences]


def test_the_page_number_is_no_part_of_the_text_but_the_label_of_its_page(vorlage: CanonicalDocument) -> None:
    assert [page.printed for page in vorlage.pages] == ["1", "2", "3"]
    assert "\n2\n" not in vorlage.text
    assert vorlage.text[: vorlage.pages[1].start].rstrip().endswith("sinnvoll ergänzen könnte.")
    assert vorlage.text[vorlage.pages[1].start :].startswith("Die gewünschte Konzeption")
    assert vorlage.text[vorlage.pages[2].start :].startswith("Es ist zudem zu erwarten")


def test_sections_are_the_headings_of_the_vorlage(vorlage: CanonicalDocument) -> None:
    assert [section.title for section in vorlage.sections] == [
        "",
        "Beschlussvorschlag",
        "Vorbemerkungen/Erläuterungen",
        "Anlage",
        "Anhänge",
    ]


def test_list_items_survive_blank_lines_inside_them(vorlage: CanonicalDocument) -> None:
    items = [vorlage.text[s.span.start : s.span.end] for s in vorlage.sentences if s.kind == "item"]
    assert len(items) == 6
    assert items[1] == (
        "2.) Verteilung von Belastungen für die Einrichtung eines Kommunalen Integrationszentrums über die allgemeine "
        "Kreisumlage"
    )
    assert items[4].endswith("Sprachförderung bei Schülerinnen und Schülern")


def test_an_abbreviation_between_dashes_that_is_broken_across_lines_stays_readable(vorlage: CanonicalDocument) -> None:
    assert "Nordrhein-Westfalen – MAIS- auf Grundlage" in vorlage.text
    assert "Integrationszentrums –KI- gemäß § 7" in vorlage.text


def test_a_sentence_in_brackets_is_a_sentence_of_its_own(vorlage: CanonicalDocument) -> None:
    assert (
        "(Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW diese Chance genutzt.)"
        in sentences(vorlage)
    )


def test_the_source_text_and_the_pdf_give_the_same_sentences(vorlage: CanonicalDocument) -> None:
    source = make_canonical(TextReader().read(VORLAGE.with_suffix(".txt")))
    assert sentences(source) == sentences(vorlage)
    assert [section.title for section in source.sections] == [section.title for section in vorlage.sections]


def test_every_character_that_is_no_blank_has_a_box_on_its_page(vorlage: CanonicalDocument) -> None:
    for position, character in enumerate(vorlage.text):
        if not character.isspace():
            page = vorlage.pages[int(vorlage.glyph_pages[position])]
            x0, y0, x1, y1 = vorlage.boxes[position]
            assert 0 <= x0 < x1 <= page.width
            assert 0 <= y0 < y1 <= page.height
            assert page.start <= position < page.end


def test_running_heads_and_feet_that_differ_in_figures_only_are_removed() -> None:
    body = ["Der Ausschuss tagt.", "Der Rat beschließt.", "Die Verwaltung berichtet.", "Die Sitzung endet."]
    pages = [
        RawPage(
            index=index,
            width=0,
            height=0,
            lines=[
                Line(text=text, boxes=without_boxes(text))
                for text in (f"Konzeption Stand 2014, Blatt {index + 1}", sentence, f"Seite {index + 1} von 4")
            ],
        )
        for index, sentence in enumerate(body)
    ]
    document = make_canonical(RawDocument(pages=pages, media_type="text/plain"))
    assert document.text.split("\n\n") == body or document.text.split() == " ".join(body).split()
    assert [page.printed for page in document.pages] == ["1", "2", "3", "4"]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80), max_size=12))
def test_any_text_gives_sentences_that_cover_all_its_words_in_order(lines: list[str]) -> None:
    cleaned = [" ".join(line.split()) for line in lines]
    raw = RawDocument(
        pages=[RawPage(0, 0, 0, [Line(text=line, boxes=without_boxes(line)) for line in cleaned if line])],
        media_type="text/plain",
    )
    document = make_canonical(raw)
    assert len(document.text) == len(document.boxes) == len(document.glyph_pages)
    covered = "".join("".join(text.split()) for text in sentences(document))
    assert covered == "".join(document.text.split())
    ends = [0, *(s.span.end for s in document.sentences)]
    assert all(s.span.start >= end for s, end in zip(document.sentences, ends, strict=False))
