"""Words and letters of PDF pages, as a reader of the page sees them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from ingest.canonical import make_canonical
from tests.ingest.pdf_pages import (
    FONT,
    RAISED,
    SIZE,
    PageOf,
    assert_boxes_are_sound,
    changed_unicode_map,
    dejavu,
    needs_dejavu,
    page_reader,
    read_file,
    renamed_font,
    show,
    texts,
    typeset,
)


@pytest.fixture
def page_of(tmp_path: Path) -> PageOf:
    """Reads the one page that a function draws."""
    return page_reader(tmp_path)


# Words


def test_bold_type_made_by_drawing_twice_is_read_once(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        for offset in (0, 0.3, 0.6):
            canvas.drawString(70 + offset, 760, "Beschlussvorschlag mit Allee")
        canvas.drawString(70, 740, "Der Kreistag beschließt.")

    page = page_of(draw)
    assert texts(page) == ["Beschlussvorschlag mit Allee", "Der Kreistag beschließt."]
    assert_boxes_are_sound(page)


def test_bold_type_made_by_drawing_each_word_again_is_read_once_and_bold(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Alle Mittel stehen bereit")
        x = 70.4
        for word in "Alle Mittel stehen bereit".split():
            canvas.drawString(x, 760.2, word)
            x += canvas.stringWidth(word + " ", FONT, SIZE)

    page = page_of(draw)
    assert texts(page) == ["Alle Mittel stehen bereit"]
    assert page.lines[0].bold
    assert_boxes_are_sound(page)


def test_cells_that_run_into_one_another_are_not_mixed(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Schrittgeschwindigkeit")
        canvas.drawString(130, 760, "Richtungseinstellung")

    assert texts(page_of(draw)) == ["Schrittgeschwindigkeit", "Richtungseinstellung"]


@pytest.mark.parametrize("spacing", [1.5, 3.0, 5.0])
def test_a_spaced_out_heading_is_read_in_words(page_of: PageOf, spacing: float) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "NEUE AKZENTE in der Vorlage", charSpace=spacing)
        canvas.drawString(70, 720, "Der Kreistag beschließt.", charSpace=0)

    page = page_of(draw)
    assert texts(page)[0] == "NEUE AKZENTE in der Vorlage"
    assert_boxes_are_sound(page)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("N E U E   A K Z E N T E", "NEUE AKZENTE"),
        ("V o r l a g e", "Vorlage"),
        ("Der A n t r a g wird gestellt.", "Der Antrag wird gestellt."),
        ("H A U S H A L T   2 0 2 4", "HAUSHALT 2024"),
    ],
)
def test_a_heading_spaced_out_with_blanks_is_read_in_words(page_of: PageOf, typed: str, read: str) -> None:
    page = page_of(lambda canvas: show(canvas, [typed]))
    assert texts(page) == [read]
    assert_boxes_are_sound(page)


def test_a_spaced_out_word_leaves_the_other_words_of_its_line_apart(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "gesetzt", charSpace=0.25 * SIZE)
        canvas.drawString(
            70 + canvas.stringWidth("gesetzt", FONT, SIZE) + 2.3 * SIZE, 760, "ist hier ein Wort.", charSpace=0
        )

    assert texts(page_of(draw)) == ["gesetzt ist hier ein Wort."]


@pytest.mark.parametrize("typed", ["1 2 3 4 5 6", "x x x x x x", "Anlage A und B"])
def test_figures_and_single_letters_stay_apart(page_of: PageOf, typed: str) -> None:
    assert texts(page_of(lambda canvas: show(canvas, [typed]))) == [typed]


@pytest.mark.parametrize("blanks", [False, True])
def test_words_drawn_in_pieces_at_umlauts_come_out_whole(page_of: PageOf, blanks: bool) -> None:
    """A producer switches the font at umlauts and is off by a tenth of the type size, with and without blanks."""

    def draw(canvas: Canvas) -> None:
        y = 760.0
        for line in ("Ergänzungen für die Bürger", "über größere Flächen hinweg"):
            x = 70.0
            for word in line.split():
                for letter in word:
                    off = 0.12 * SIZE if letter in "äöüß" else 0.0
                    canvas.drawString(x + off, y, letter)
                    x += off + canvas.stringWidth(letter, FONT, SIZE)
                if blanks:
                    canvas.drawString(x, y, " ")
                x += 0.278 * SIZE
            y -= 14

    assert texts(page_of(draw)) == ["Ergänzungen für die Bürger", "über größere Flächen hinweg"]


def test_leader_dots_do_not_space_a_line_out(page_of: PageOf) -> None:
    line = "2 Was da ist und was so neu ist wie nie" + " ." * 16 + " 9"
    assert texts(page_of(lambda canvas: show(canvas, [line]))) == [line]


def test_words_without_any_blanks_in_the_file_are_parted(page_of: PageOf) -> None:
    """As TeX writes them, here in a tightly set line."""

    def draw(canvas: Canvas) -> None:
        x = 70.0
        for word in "Die Verwaltung wird z. B. beauftragt".split():
            canvas.drawString(x, 760, word)
            x += canvas.stringWidth(word, FONT, SIZE) + 0.19 * SIZE

    assert texts(page_of(draw)) == ["Die Verwaltung wird z. B. beauftragt"]


def test_glyphs_placed_one_by_one_make_words(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        x = 70.0
        for letter in "Der Kreistag beschließt über den Haushalt.":
            if letter != " ":
                canvas.drawString(x, 760, letter)
            x += canvas.stringWidth(letter, FONT, SIZE)

    assert texts(page_of(draw)) == ["Der Kreistag beschließt über den Haushalt."]


@given(
    words=st.lists(st.text("abcdefghijklmnoprstuvwzäöüßAEIOUÄÖÜ", min_size=2, max_size=12), min_size=1, max_size=9),
    size=st.floats(5, 16),
    space=st.floats(0.2, 0.9),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_survive_any_type_size_and_word_spacing(
    tmp_path: Path, words: list[str], size: float, space: float
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, size)
        y = 780.0
        for start in range(0, len(words), 3):
            x = 60.0
            for word in words[start : start + 3]:
                canvas.drawString(x, y, word)
                x += canvas.stringWidth(word, FONT, size) + space * size
            y -= 1.3 * size

    path = typeset(tmp_path / "w.pdf", draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.readers.pdf.page.needs_recognition", lambda *_: False)
        (page,) = read_file(path).pages
    assert " ".join(texts(page)).split() == words
    assert_boxes_are_sound(page)


@given(
    words=st.lists(
        st.tuples(
            st.text("abcdefgHIJKäöüß0123.,§", min_size=1, max_size=8),
            st.tuples(st.integers(25, 70), st.integers(25, 110)),
            st.sampled_from([0, 0, 0, 90, 270, 45, 3]),
            st.sampled_from([6, 8, 11, 11, 24]),
        ),
        min_size=1,
        max_size=25,
        unique_by=lambda word: word[1],
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_character_is_lost_wherever_it_stands(
    tmp_path: Path, words: list[tuple[str, tuple[int, int], int, int]]
) -> None:
    def draw(canvas: Canvas) -> None:
        for text, (x, y), degrees, size in words:
            canvas.saveState()
            canvas.setFont(FONT, size)
            canvas.translate(6 * x, 6 * y)
            canvas.rotate(degrees)
            canvas.drawString(0, 0, text)
            canvas.restoreState()

    path = typeset(tmp_path / "z.pdf", draw)
    drawn = Counter("".join(text for text, *_ in words))
    with pytest.MonkeyPatch.context() as patch:
        # Random letters are no text that anybody would call legible.
        patch.setattr("ingest.readers.pdf.page.needs_recognition", lambda *_: False)
        read = Counter("".join(texts(read_file(path).pages[0])).translate(RAISED))
    del read[" "]
    assert read == drawn


# Letters


@needs_dejavu
def test_decomposed_umlauts_are_joined(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "a\u0308rger u\u0308ber A\u0308mter")

    page = page_of(draw)
    assert texts(page) == ["ärger über Ämter"]
    assert_boxes_are_sound(page)


@pytest.mark.parametrize("accent_first", [True, False])
def test_a_diaeresis_drawn_over_its_letter_is_joined_with_it(page_of: PageOf, accent_first: bool) -> None:
    def draw(canvas: Canvas) -> None:
        x = 70.0
        for letter in "Die Verfugung gilt":
            plain = [(letter, x)]
            if letter == "u":
                accent = ("¨", x + (canvas.stringWidth("u", FONT, SIZE) - canvas.stringWidth("¨", FONT, SIZE)) / 2)
                plain = [accent, *plain] if accent_first else [*plain, accent]
            for character, at in plain:
                canvas.drawString(at, 760, character)
            x += canvas.stringWidth(letter, FONT, SIZE)

    assert texts(page_of(draw)) == ["Die Verfügüng gilt"]


@needs_dejavu
def test_ligatures_are_spelt_out_with_a_box_for_each_letter(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "öﬀentliche Oﬃziere ﬁnden")

    page = page_of(draw)
    assert texts(page) == ["öffentliche Offiziere finden"]
    boxes = page.lines[0].boxes[1:3]
    assert boxes[0, 2] == pytest.approx(boxes[1, 0])
    assert boxes[0, 0] < boxes[0, 2] < boxes[1, 2]


@needs_dejavu
def test_a_ligature_with_a_wrong_code_is_spelt_out_if_its_width_proves_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "Betriﬀt: öﬀentliche Liefertermine – Ʃ")

    path = changed_unicode_map(typeset(tmp_path / "a.pdf", draw), {"ﬀ": "Ư", "L": "Ɵ"})
    (page,) = read_file(path).pages
    # What stands for the "L" is not as wide as "ti", what stands for the sum is in no word.
    assert texts(page) == ["Betrifft: öffentliche Ɵiefertermine – Ʃ"]
    assert_boxes_are_sound(page)


@needs_dejavu
def test_a_foreign_letter_of_another_width_stays(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "Frau Nguyễn Thị Ưu trifft Herrn Țepeș")

    assert "Ưu" in texts(page_of(draw))[0]
    assert "Țepeș" in texts(page_of(draw))[0]


@needs_dejavu
def test_soft_hyphens_show_at_the_end_of_a_line_only(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "Die Ver\u00adwaltung und die Integra\u00ad")
        canvas.drawString(70, 746, "tionsarbeit im Kreis.")

    document = read_file(typeset(tmp_path / "a.pdf", draw))
    assert texts(document.pages[0]) == ["Die Verwaltung und die Integra-", "tionsarbeit im Kreis."]
    assert make_canonical(document).text == "Die Verwaltung und die Integrationsarbeit im Kreis."


@needs_dejavu
@pytest.mark.parametrize("private", [False, True])
def test_tick_boxes_and_bullets_of_symbol_fonts_are_told_apart(tmp_path: Path, private: bool) -> None:
    codes = {"þ": 0xFE, "o": 0x6F, "x": 0x78, "¨": 0xA8, "Ø": 0xD8, "§": 0xA7}

    def draw(canvas: Canvas) -> None:
        for number, character in enumerate(codes):
            dejavu(canvas)
            canvas.drawString(70, 760 - 20 * number, character)
            canvas.setFont(FONT, SIZE)
            canvas.drawString(85, 760 - 20 * number, "einstimmig")

    path = renamed_font(typeset(tmp_path / "a.pdf", draw), "ABCDEF+Wingdings-Regular")
    if private:
        path = changed_unicode_map(path, {character: chr(0xF000 + code) for character, code in codes.items()})
    marks = [text.split()[0] for text in texts(read_file(path).pages[0])]
    ticked, empty, crossed, square, arrow, bullet = marks
    assert empty == square == "☐"
    assert ticked in "☑☒"
    assert crossed == "☒"
    assert arrow == "➢"
    assert bullet == "▪"


@needs_dejavu
def test_words_bullet_of_the_symbol_font_is_a_bullet(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "·")
        canvas.setFont(FONT, SIZE)
        canvas.drawString(85, 760, "erster Punkt")

    path = changed_unicode_map(renamed_font(typeset(tmp_path / "a.pdf", draw), "SymbolMT"), {"·": "\uf0b7"})
    assert texts(read_file(path).pages[0]) == ["• erster Punkt"]
