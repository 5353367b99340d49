"""The order of the lines of a PDF page, their distances, and its footnotes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest.canonical import make_canonical
from ingest.layout import RawPage
from tests.ingest.pdf_pages import (
    BOLD,
    FONT,
    LEFT,
    PITCH,
    RIGHT,
    SIZE,
    TOP,
    PageOf,
    page_reader,
    read_file,
    show,
    texts,
    typeset,
)


@pytest.fixture
def page_of(tmp_path: Path) -> PageOf:
    """Reads the one page that a function draws."""
    return page_reader(tmp_path)


# Directions


def test_margin_text_and_watermark_stay_out_of_the_lines(page_of: PageOf) -> None:
    body = [f"Zeile {number} des Textes läuft ungestört über die ganze Seite hin." for number in range(30)]

    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFillGray(0.8)
        canvas.translate(200, 350)
        canvas.rotate(50)
        canvas.setFont(BOLD, 90)
        canvas.drawString(0, 0, "ENTWURF")
        canvas.restoreState()
        show(canvas, body[:15])
        canvas.saveState()
        canvas.translate(40, 400)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Vordruck 12 der Verwaltung")
        canvas.restoreState()
        show(canvas, body[15:], y=TOP - 15 * PITCH)
        canvas.drawString(290, 40, "2")

    page = page_of(draw)
    assert texts(page)[:30] == body
    assert set(texts(page)[30:32]) == {"Vordruck 12 der Verwaltung", "ENTWURF"}
    assert texts(page)[-1] == "2"
    assert [line.gap > 2 for line in page.lines[30:]] == [True] * 3


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_whose_text_is_turned_is_read(page_of: PageOf, degrees: int) -> None:
    lines = [f"Zeile {number} einer quer gesetzten Tabelle" for number in range(6)]

    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        show(canvas, lines, x=-200, y=100)

    page = page_of(draw)
    assert texts(page) == lines
    assert [line.gap for line in page.lines] == pytest.approx([1.0] * 6, abs=0.05)
    for line in page.lines:
        seen = line.boxes[~np.isnan(line.boxes[:, 0])]
        assert (seen[:, :2] >= 0).all()
        assert (seen[:, 2:] <= A4).all()


@pytest.mark.parametrize("degrees", [-1.5, 0.7, 3.0])
def test_a_slightly_skewed_page_is_read_line_by_line(page_of: PageOf, degrees: float) -> None:
    lines = [f"Zeile {number} läuft schräg über die ganze Breite der Seite hinweg" for number in range(8)]

    def draw(canvas: Canvas) -> None:
        canvas.rotate(degrees)
        for number, line in enumerate(lines):
            x = 90.0
            for word in line.split():
                canvas.drawString(x, 700 - PITCH * number, word)
                x += canvas.stringWidth(word + " ", FONT, SIZE)

    assert texts(page_of(draw)) == lines


# Order


def test_columns_are_read_one_after_the_other_below_their_headline(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["Eine Überschrift, die über beide Spalten hinweg reicht"], size=16, font=BOLD)
        # Drawn row by row, as some programs do.
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            show(canvas, [left], y=720 - PITCH * number)
            show(canvas, [right], x=310, y=720 - PITCH * number)
        show(canvas, ["Unter den Spalten geht es über die ganze Breite der Seite weiter, in einem Absatz."], y=620)

    page = page_of(draw)
    assert texts(page)[1:11] == LEFT + RIGHT
    assert texts(page)[11].startswith("Unter den Spalten")
    assert page.lines[6].gap == 1.0
    assert page.lines[11].gap > 1.45


def test_a_sentence_goes_on_from_one_column_to_the_next(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310)

    text = make_canonical(read_file(typeset(tmp_path / "a.pdf", draw))).text
    assert "der Satz in der nächsten Spalte weitergeht." in text


def test_a_new_paragraph_at_the_head_of_a_column_is_one(page_of: PageOf) -> None:
    left = [*LEFT[:4], "die Spalte voll ist."]
    right = ["Ein neuer Absatz beginnt hier oben und", *RIGHT[1:]]

    def draw(canvas: Canvas) -> None:
        show(canvas, left)
        show(canvas, right, x=310)

    page = page_of(draw)
    assert page.lines[5].text == right[0]
    assert page.lines[5].gap > 1.45


def test_columns_need_not_share_baselines(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310, y=TOP - 5)

    assert texts(page_of(draw)) == LEFT + RIGHT


def test_three_columns_are_read_in_turn(page_of: PageOf) -> None:
    columns = [[f"Spalte {name} hat in Zeile {number} Text" for number in "123456"] for name in "ABC"]

    def draw(canvas: Canvas) -> None:
        for number, column in enumerate(columns):
            show(canvas, column, x=50 + 175 * number, size=9)

    assert texts(page_of(draw)) == [line for column in columns for line in column]


def test_the_page_head_and_foot_stay_around_the_columns(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["Rhein-Sieg-Kreis"], y=800, size=9)
        show(canvas, ["Seite 3 von 12"], x=460, y=800, size=9)
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310)
        show(canvas, ["- 3 -"], x=290, y=40)

    page = page_of(draw)
    assert texts(page) == ["Rhein-Sieg-Kreis Seite 3 von 12", *LEFT, *RIGHT, "- 3 -"]


def test_rows_of_a_form_with_tab_stops_stay_together(page_of: PageOf) -> None:
    rows = [
        ("Gremium:", "Kreisausschuss"),
        ("Termin:", "17.03.2014"),
        ("Zuständigkeit:", "Vorberatung"),
        ("Beratungsfolge:", "öffentlich"),
        ("Amt:", "Amt für Kommunales"),
    ]

    def draw(canvas: Canvas) -> None:
        for number, (label, value) in enumerate(rows):
            canvas.drawString(70, 760 - 16 * number, label)
            canvas.drawString(200, 760 - 16 * number, value)

    lines = make_text(page_of(draw))
    for label, value in rows:
        assert f"{label} {value}" in lines


def make_text(page: RawPage) -> str:
    """The lines; the cells of a row of a table in one line."""
    rows: list[tuple[object, list[str]]] = []
    for number, line in enumerate(page.lines):
        key = (line.cell.table, line.cell.row) if line.cell else number
        if rows and rows[-1][0] == key:
            rows[-1][1].append(line.text)
        else:
            rows.append((key, [line.text]))
    return "\n".join(" ".join(pieces) for _, pieces in rows)


def test_an_item_and_its_number_are_one_line(page_of: PageOf) -> None:
    items = ["Der Rat nimmt den Bericht zur Kenntnis.", "Die Verwaltung wird beauftragt.", "Die Mittel sind da."]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 780, "Beschlussvorschlag")
        for number, item in enumerate(items):
            canvas.drawString(70, 760 - 15 * number, f"{number + 1}.")
            canvas.drawString(100, 760 - 15 * number, item)

    page = page_of(draw)
    assert texts(page)[1:] == [f"{number + 1}. {item}" for number, item in enumerate(items)]


def test_an_address_and_the_block_beside_it_are_read_apart(page_of: PageOf) -> None:
    address = ["Fraktion im Kreistag", "Herrn Vorsitzenden", "Rathausplatz 1", "53721 Siegburg"]
    block = ["Auskunft: Frau Beispiel", "Telefon: 02241 13-0", "Zimmer: A 1.05", "Datum: 17.03.2014"]

    def draw(canvas: Canvas) -> None:
        show(canvas, address)
        show(canvas, block, x=350)
        show(canvas, ["Sehr geehrter Herr Vorsitzender, zu Ihrer Anfrage vom März teile ich mit:"], y=600)

    assert texts(page_of(draw))[:8] == address + block


def test_a_box_beside_the_text_is_read_as_a_whole(page_of: PageOf) -> None:
    text = [f"Der laufende Text nimmt in Zeile {number} Rücksicht auf den Kasten" for number in range(8)]
    box = ["Kontakt", "Amt für Soziales", "Öffnungszeiten", "täglich außer Mittwoch"]

    def draw(canvas: Canvas) -> None:
        show(canvas, text)
        show(canvas, box, x=440, y=TOP - 20, size=9)

    lines = texts(page_of(draw))
    assert lines[lines.index("Kontakt") : lines.index("Kontakt") + 4] == box
    assert [line for line in lines if line not in box] == text


def test_what_a_rule_across_the_page_parts_is_read_apart(page_of: PageOf) -> None:
    cards = [["47 von 54", "Kreisen haben", "sich entschieden"], ["5,5 Stellen", "umfasst ein", "Zentrum"]]

    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310)
        canvas.line(70, 650, 525, 650)
        for number, (figure, *below) in enumerate(cards):
            show(canvas, [figure], x=70 + 240 * number, y=625, size=16)
            show(canvas, below, x=70 + 240 * number, y=612, size=8)

    assert texts(page_of(draw)) == [*LEFT, *RIGHT, *cards[0], *cards[1]]


def test_the_line_pitch_is_that_of_paragraphs_not_of_lists(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        for number in range(12):
            canvas.drawString(70, 680 - 17 * number, f"• Punkt {number}")

    gaps = [line.gap for line in page_of(draw).lines]
    assert gaps[1:5] == pytest.approx([1.0] * 4, abs=0.02)
    assert gaps[7] == pytest.approx(17 / PITCH, abs=0.02)


def test_a_line_that_only_begins_in_bold_type_is_not_bold(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["Beschlussvorschlag"], font=BOLD)
        show(canvas, ["Zur Sache:"], font=BOLD, y=730)
        show(canvas, ["Der Kreistag beschließt."], x=135, y=730)

    assert [line.bold for line in page_of(draw).lines] == [True, False]


# Footnotes


def footnoted(canvas: Canvas, *, rule: bool = True) -> None:
    canvas.drawString(70, 760, "Das Land fördert die Stellen")
    x = 70 + canvas.stringWidth("Das Land fördert die Stellen", FONT, SIZE)
    canvas.setFont(FONT, 7)
    canvas.drawString(x, 764, "1")
    canvas.setFont(FONT, SIZE)
    canvas.drawString(x + 4, 760, " mit bis zu 170.000 Euro im Jahr, so der Erlass")
    canvas.setFont(FONT, 7)
    x += 4 + canvas.stringWidth(" mit bis zu 170.000 Euro im Jahr, so der Erlass", FONT, SIZE)
    canvas.drawString(x, 764, "2")
    canvas.setFont(FONT, SIZE)
    canvas.drawString(70, 760 - PITCH, "und die Richtlinie. Die Fläche beträgt 12 m")
    x = 70 + canvas.stringWidth("und die Richtlinie. Die Fläche beträgt 12 m", FONT, SIZE)
    canvas.setFont(FONT, 7)
    canvas.drawString(x, 764 - PITCH, "2")
    if rule:
        canvas.line(70, 130, 214, 130)
    for number, note in enumerate(["Vgl. den Bericht der Verwaltung, der", "Siehe Anlage 3."]):
        y = 115 - 24 * number
        canvas.setFont(FONT, 5)
        canvas.drawString(70, y + 3, str(number + 1))
        canvas.setFont(FONT, 8)
        canvas.drawString(75, y, note)
    canvas.drawString(70, 104, "10 Seiten umfasst.")
    canvas.setFont(FONT, SIZE)
    canvas.drawString(290, 40, "7")


@pytest.mark.parametrize("rule", [True, False])
def test_footnotes_are_marked_and_their_numbers_raised(page_of: PageOf, rule: bool) -> None:
    page = page_of(lambda canvas: footnoted(canvas, rule=rule))
    assert texts(page) == [
        "Das Land fördert die Stellen¹ mit bis zu 170.000 Euro im Jahr, so der Erlass²",
        "und die Richtlinie. Die Fläche beträgt 12 m²",
        "¹ Vgl. den Bericht der Verwaltung, der",
        "10 Seiten umfasst.",
        "² Siehe Anlage 3.",
        "7",
    ]
    assert [line.mark for line in page.lines] == [None, None, "note", None, "note", "paragraph"]


def test_an_initial_leaves_the_figures_of_its_line_as_they_are(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["D"], size=36, y=733)
        show(
            canvas, ["as Land zahlt 170.000 Euro,", "davon 50.000 Euro für Stellen", "und 20.000 Euro für 2015."], x=98
        )

    text = " ".join(texts(page_of(draw)))
    assert "170.000 Euro" in text
    assert "20.000 Euro für 2015." in text


def test_small_type_without_a_number_is_no_footnote(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, ["Quelle: eigene Berechnung der Verwaltung"], y=400, size=8)

    assert all(line.mark is None for line in page_of(draw).lines)


def test_footnotes_of_the_left_column_come_after_the_right_column(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT * 2)
        canvas.line(70, 605, 170, 605)
        show(canvas, ["1 Siehe dazu den Bericht des Amtes."], y=590, size=8)
        show(canvas, RIGHT * 2 + ["Und noch eine Zeile für den Schluss", "des Textes in der rechten Spalte."], x=310)

    page = page_of(draw)
    assert texts(page)[-1] == "1 Siehe dazu den Bericht des Amtes."
    assert page.lines[-1].mark == "note"
