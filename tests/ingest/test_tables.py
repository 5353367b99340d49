from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table
from reportlab.platypus import Frame as TextFrame

from ingest.layout import CellPlace, Line, RawPage, without_boxes
from ingest.readers.pdf import PdfReader
from ingest.readers.pdf.display import Display
from ingest.readers.pdf.glyphs import read_glyphs
from ingest.readers.pdf.lines import read_directions
from ingest.readers.pdf.rules import Rule, read_rules
from ingest.tables import find_tables, number_tables, row_reading, row_roles

AKTE = Path(__file__).parents[2] / "corpus" / "akten" / "kommunales-integrationszentrum"
EXAMPLES = AKTE / "beispiele"
STYLE = getSampleStyleSheet()["Normal"]
TEXT = (
    "Der Kreistag hat sich mit der Frage befasst, ob ein Kommunales Integrationszentrum eingerichtet werden soll, und "
    "die Verwaltung gebeten, eine Konzeption vorzulegen. "
)
Command = tuple[Any, ...]
RIGHT: list[Command] = [("ALIGN", (1, 0), (-1, -1), "RIGHT")]
BOLD_HEAD: list[Command] = [("FONT", (0, 0), (-1, 0), "Helvetica-Bold")]
GRID: list[Command] = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]

HEAD = ["Kommune", "Umlagegrundlagen\n2014 in Euro", "Anteil\nin %", "Belastung durch\ndas KI in Euro"]
HEAD_TEXT = ["Kommune", "Umlagegrundlagen 2014 in Euro", "Anteil in %", "Belastung durch das KI in Euro"]


def german(value: float) -> str:
    return f"{value:,.2f}".replace(",", "#").replace(".", ",").replace("#", ".")


def kommunen(count: int) -> list[list[str]]:
    rows = [
        [f"Kommune {n:02d}", german(9e6 + n * 1234567.89), german(n / 7), german(n * 333.33)] for n in range(1, count)
    ]
    return [*rows, ["Summe", german(620e6), german(100), german(125950)]]


COSTS = [
    ["Position", "Stellen", "2014 (Anlauf,\nab 1. Juli)", "2015", "2016"],
    ["A. Bisherige Integrationsarbeit", "", "", "", ""],
    ["Koordinierungsstelle Integration", "1,0", "61.200,00", "61.200,00", "62.420,00"],
    ["Zuschüsse an Träger der\nMigrationsarbeit", "", "84.500,00", "84.500,00", "84.500,00"],
    ["Zwischensumme A", "1,0", "145.700,00", "145.700,00", "146.920,00"],
    ["B. Kommunales Integrationszentrum, Personal", "", "", "", ""],
    ["sozialpädagogische Fachkräfte", "2,0", "62.400,00", "124.800,00", "127.300,00"],
    ["Verwaltungsfachkraft", "1,0", "29.100,00", "58.200,00", "59.360,00"],
    ["abzüglich Landesförderung", "", "−85.000,00", "−170.000,00", "−170.000,00"],
]
BODIES = [
    ["Gremium", "Datum", "TOP", "Zuständigkeit"],
    ["Ausschuss für Soziales,\nGleichstellung und Integration", "05.03.2014", "7", "Vorberatung"],
    ["Kreisausschuss", "17.03.2014", "12", "Empfehlung"],
    ["Kreistag", "", "", "Entscheidung"],
]


def make(path: Path, *parts: Flowable) -> Path:
    SimpleDocTemplate(str(path), pagesize=A4, leftMargin=60, rightMargin=60).build(list(parts))
    return path


def with_table(
    path: Path,
    data: Sequence[Sequence[str]],
    style: Sequence[Command],
    *,
    before: int = 2,
    widths: Sequence[float] | None = None,
    repeat: int = 0,
) -> Path:
    table = Table([list(row) for row in data], style=list(style), colWidths=widths, repeatRows=repeat)
    return make(path, Paragraph(TEXT * before, STYLE), Spacer(0, 12), table, Spacer(0, 12), Paragraph(TEXT, STYLE))


def draw(path: Path, paint: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    paint(canvas)
    canvas.save()
    return path


def read(path: Path) -> list[RawPage]:
    return PdfReader().read(path).pages


def joined(path: Path) -> list[RawPage]:
    pages = read(path)
    number_tables(pages)
    return pages


def tables_of(pages: Sequence[RawPage]) -> dict[int, dict[int, dict[int, str]]]:
    """The texts of all cells by table, row and column."""
    tables: dict[int, dict[int, dict[int, str]]] = {}
    for page in pages:
        for line in page.lines:
            if line.cell:
                row = tables.setdefault(line.cell.table, {}).setdefault(line.cell.row, {})
                row[line.cell.column] = f"{row.get(line.cell.column, '')} {line.text}".strip()
    return tables


def only_table(pages: Sequence[RawPage]) -> list[list[str]]:
    """The one table as a matrix."""
    tables = tables_of(pages)
    assert list(tables) == [0]
    width = 1 + max(column for row in tables[0].values() for column in row)
    assert sorted(tables[0]) == list(range(len(tables[0])))
    return [[tables[0][number].get(column, "") for column in range(width)] for number in sorted(tables[0])]


def headers(pages: Sequence[RawPage]) -> set[int]:
    return {line.cell.row for page in pages for line in page.lines if line.cell and line.cell.header}


def flat(data: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[cell.replace("\n", " ") for cell in row] for row in data]


RULINGS: dict[str, list[Command]] = {
    "grid": GRID,
    "open sides": [("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black)],
    "dashed": [("GRID", (0, 0), (-1, -1), 0.5, colors.black, None, (2, 2))],
    "horizontal lines": [
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black),
        ("LINEABOVE", (0, 0), (-1, 0), 0.5, colors.black),
    ],
    "three horizontal lines": [
        ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
        ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
    ],
    "columns only": [
        ("BOX", (0, 0), (-1, -1), 0.5, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
        ("LINEBEFORE", (1, 0), (-1, -1), 0.5, colors.black),
    ],
    "shaded rows": [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.lightgrey, colors.white])],
    "none": [],
}


@pytest.mark.parametrize("ruling", RULINGS)
@pytest.mark.parametrize("head", [BOLD_HEAD, []], ids=["bold head", "plain head"])
def test_a_table_of_amounts_is_found_cell_by_cell_however_it_is_ruled(
    tmp_path: Path, ruling: str, head: list[Command]
) -> None:
    path = with_table(tmp_path / "t.pdf", [HEAD, *kommunen(20)], [*RIGHT, *head, *RULINGS[ruling]])
    pages = read(path)
    assert only_table(pages) == [HEAD_TEXT, *kommunen(20)]
    assert headers(pages) == {0}
    assert "".join(line.text for line in pages[0].lines if not line.cell).startswith("Der Kreistag")


@pytest.mark.parametrize("ruling", ["grid", "none", "shaded rows", "horizontal lines"])
@pytest.mark.parametrize("align", ["TOP", "MIDDLE", "BOTTOM"])
def test_wrapped_labels_and_rows_that_open_a_group_are_told_apart(tmp_path: Path, ruling: str, align: str) -> None:
    style = [*RIGHT, *RULINGS[ruling], ("VALIGN", (0, 0), (-1, -1), align)]
    assert only_table(read(with_table(tmp_path / "t.pdf", COSTS, style))) == flat(COSTS)


@pytest.mark.parametrize("ruling", ["grid", "none", "horizontal lines"])
def test_a_beratungsfolge_is_a_table_with_its_row_that_has_no_date_yet(tmp_path: Path, ruling: str) -> None:
    path = with_table(tmp_path / "t.pdf", BODIES, RULINGS[ruling], widths=[200, 80, 50, 100])
    pages = read(path)
    assert only_table(pages) == flat(BODIES)
    assert headers(pages) == {0}


def test_a_beratungsfolge_of_one_body_is_a_table(tmp_path: Path) -> None:
    path = with_table(tmp_path / "t.pdf", [BODIES[0], BODIES[2]], [], widths=[200, 80, 50, 100])
    assert only_table(read(path)) == [BODIES[0], BODIES[2]]


MERGED = [
    ["Bereich", "Maßnahme", "Kosten in Euro", ""],
    ["", "", "2014", "2015"],
    ["Bildung", "Elternbriefe", "1.000", "2.000"],
    ["", "Fortbildung", "3.000", "3.500"],
    ["Summe", "", "4.000", "5.500"],
]


def test_merged_cells_cover_their_columns_and_stand_in_their_first_row(tmp_path: Path) -> None:
    spans: list[Command] = [
        ("SPAN", corner, other) for corner, other in (((2, 0), (3, 0)), ((0, 0), (0, 1)), ((1, 0), (1, 1)))
    ]
    spans += [("SPAN", (0, 2), (0, 3)), ("SPAN", (0, 4), (1, 4)), ("ALIGN", (2, 0), (3, 0), "CENTER")]
    pages = read(with_table(tmp_path / "t.pdf", MERGED, [*GRID, *spans]))
    assert only_table(pages) == MERGED
    assert headers(pages) == {0, 1}
    covered = {line.text: line.cell.columns for line in pages[0].lines if line.cell}
    assert covered["Kosten in Euro"] == covered["Summe"] == 2
    assert covered["Bildung"] == 1


def test_a_head_centred_above_columns_spans_them_without_any_line(tmp_path: Path) -> None:
    data = [["Position", "Kosten in Euro", "", ""], ["", "2014", "2015", "2016"]]
    data += [["Personal", "10.000", "20.000", "20.400"], ["Sachkosten", "5.000", "10.000", "10.000"]]
    style: list[Command] = [("SPAN", (1, 0), (3, 0)), ("ALIGN", (1, 0), (-1, -1), "CENTER")]
    pages = read(with_table(tmp_path / "t.pdf", data, style, widths=[150, 60, 60, 60]))
    assert only_table(pages) == data
    assert headers(pages) == {0, 1}
    assert {line.text: line.cell.columns for line in pages[0].lines if line.cell}["Kosten in Euro"] == 3


def test_a_title_over_all_columns_stays_text_above_the_table(tmp_path: Path) -> None:
    data = [["Tabelle 1: Verteilung", "", "", ""], HEAD, *kommunen(5)]
    style: list[Command] = [*RIGHT, *GRID, ("SPAN", (0, 0), (-1, 0)), ("FONT", (0, 0), (-1, 1), "Helvetica-Bold")]
    pages = read(with_table(tmp_path / "t.pdf", data, style))
    assert only_table(pages) == [HEAD_TEXT, *kommunen(5)]
    assert "Tabelle 1: Verteilung" in [line.text for line in pages[0].lines if not line.cell]


def test_a_table_beside_running_text_leaves_the_text_alone(tmp_path: Path) -> None:
    data = [
        ["Jahr", "Mittel in Euro"],
        ["2012", "10.500"],
        ["2013", "12.000"],
        ["2014", "170.000"],
        ["Summe", "192.500"],
    ]

    def paint(canvas: Canvas) -> None:
        TextFrame(310, 50, 235, 740).addFromList([Paragraph(TEXT * 12, STYLE)], canvas)
        TextFrame(50, 550, 235, 240).addFromList([Paragraph(TEXT * 3, STYLE)], canvas)
        table = Table(data, style=[("ALIGN", (1, 0), (1, -1), "RIGHT")], colWidths=[80, 120])
        table.wrapOn(canvas, 200, 200)
        table.drawOn(canvas, 60, 400)

    assert only_table(read(draw(tmp_path / "t.pdf", paint))) == data


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_lines_of_a_turned_page_stand_where_they_are_displayed(tmp_path: Path, turn: int) -> None:
    data = [HEAD, *kommunen(10)]
    plain = with_table(tmp_path / "t.pdf", data, [*RIGHT, *GRID])
    writer = pypdf.PdfWriter(clone_from=plain)
    writer.pages[0].rotate(turn)
    writer.pages[0].transfer_rotation_to_content()
    writer.pages[0].rotate(360 - turn)
    writer.write(tmp_path / "turned.pdf")
    assert rules_of(tmp_path / "turned.pdf") != []
    assert only_table(read(tmp_path / "turned.pdf")) == [HEAD_TEXT, *kommunen(10)]


# What only looks like a table


def columns_of_text(canvas: Canvas) -> None:
    TextFrame(50, 50, 235, 740).addFromList([Paragraph(TEXT * 14, STYLE)], canvas)
    TextFrame(310, 50, 235, 740).addFromList([Paragraph(TEXT * 9 + "Es sind 47 Kreise.", STYLE)], canvas)


def tabbed(canvas: Canvas, rows: Sequence[Sequence[str]], places: Sequence[float], y: float = 760.0) -> None:
    for row in rows:
        for text, x in zip(row, places, strict=False):
            canvas.drawString(x, y, text)
        y -= 15


CONTENTS = [("1 Einleitung", "2"), ("2 Ausgangslage", "3"), ("3 Ziele", "5"), ("3.2 Ziele", "7"), ("4 Kosten", "12")]


def contents(canvas: Canvas) -> None:
    tabbed(canvas, CONTENTS, (60, 500))


def dotted_contents(canvas: Canvas) -> None:
    tabbed(canvas, [(title, "." * 60, page) for title, page in CONTENTS], (60, 200, 500))


def letter_head(canvas: Canvas) -> None:
    left = ("Rhein-Sieg-Kreis", "Der Landrat", "Postfach 1551", "53705 Siegburg", "An die", "Kommunen")
    block = (
        ("Zimmer:", "312"),
        ("Telefon:", "132345"),
        ("Telefax:", "132346"),
        ("Datum:", "17.03.2014"),
        ("Az.:", "50.1"),
    )
    tabbed(canvas, [(first, *second) for first, second in zip(left, (*block, ("", "")), strict=True)], (60, 350, 440))
    banks = (("Kreissparkasse", "BLZ 370 502 99", "001 007 715"), ("Postbank", "BLZ 370 100 50", "038 185 005")) * 2
    tabbed(canvas, banks, (60, 220, 360), y=80)


def form(canvas: Canvas) -> None:
    for number, label in enumerate(("Name", "Vorname", "Geburtsdatum", "Anschrift")):
        canvas.drawString(60, 760 - 24 * number, label)
        canvas.line(160, 758 - 24 * number, 500, 758 - 24 * number)
    canvas.rect(60, 560, 480, 60)
    canvas.drawString(70, 600, "Hinweis: Bitte füllen Sie alle Felder aus.")
    canvas.drawString(60, 500, "Unterstrichene Überschrift")
    canvas.line(60, 498, 200, 498)
    for x, label in ((60, "Ort, Datum"), (320, "Unterschrift")):
        canvas.line(x, 400, x + 160, 400)
        canvas.drawString(x, 386, label)
    canvas.rect(20, 20, 555, 802)


def lists(canvas: Canvas) -> None:
    rows = [("a)", "Koordination der Arbeit"), ("b)", "Beratung der Kommunen"), ("1.", "Der Kreistag beschließt.")]
    rows += [
        ("22.10.2012", "Erörterung im Kreisausschuss"),
        ("19.11.2012", "erneute Erörterung"),
        ("11.03.2013", "Beratung"),
    ]
    rows += [("TOP 1", "Begrüßung"), ("TOP 2", "Haushalt"), ("§ 7", "Kommunale Integrationszentren")]
    tabbed(canvas, rows, (60, 140))


def chart(canvas: Canvas) -> None:
    canvas.line(80, 200, 80, 400)
    for number, year in enumerate(("2010", "2011", "2012", "2013")):
        canvas.line(80, 200 + 40 * number, 480, 200 + 40 * number)
        canvas.drawRightString(75, 197 + 40 * number, str(10 * number))
        canvas.rect(110 + 90 * number, 200, 40, 60 + 20 * number, stroke=0, fill=1)
        canvas.drawString(115 + 90 * number, 186, year)
    canvas.rect(200, 700, 150, 40)
    canvas.drawString(210, 715, "Landrat")
    canvas.line(275, 700, 275, 670)
    canvas.line(100, 670, 450, 670)
    for number in range(3):
        canvas.line(110 + 160 * number, 670, 110 + 160 * number, 650)
        canvas.rect(60 + 160 * number, 610, 110, 40)
        canvas.drawString(70 + 160 * number, 625, f"Dezernat {number + 1}")


def text_in_a_grid(canvas: Canvas) -> None:
    style: list[Command] = [*GRID, ("VALIGN", (0, 0), (-1, -1), "TOP")]
    rows = [[Paragraph(head, STYLE), Paragraph(TEXT * 8, STYLE)] for head in ("Sachverhalt", "Begründung")]
    table = Table(rows, style=style, colWidths=[90, 380])
    table.wrapOn(canvas, 470, 700)
    table.drawOn(canvas, 60, 300)


LOOK_ALIKES = [
    columns_of_text, contents, dotted_contents, letter_head, form, lists, chart, text_in_a_grid,
]  # fmt: skip


@pytest.mark.parametrize("paint", LOOK_ALIKES, ids=lambda paint: str(paint.__name__))
def test_what_only_looks_like_a_table_is_none(tmp_path: Path, paint: Callable[[Canvas], None]) -> None:
    assert tables_of(read(draw(tmp_path / "t.pdf", paint))) == {}


def test_justified_text_in_narrow_columns_with_figures_is_no_table(tmp_path: Path) -> None:
    words = TEXT.split()
    for seed in range(10):
        rng = random.Random(seed)  # noqa: S311 - a layout, no secret
        figures = ("170.000 €", "17.03.2014", "47", "38,5 %")
        paragraphs = [
            " ".join(rng.choice(figures) if rng.random() < 0.05 else rng.choice(words) for _ in range(60))
            for _ in range(12)
        ]

        def paint(canvas: Canvas, paragraphs: list[str] = paragraphs) -> None:
            style = STYLE.clone("justified", alignment=4)
            for column in range(3):
                TextFrame(50 + 170 * column, 50, 155, 740).addFromList(
                    [Paragraph(p, style) for p in paragraphs], canvas
                )

        assert tables_of(read(draw(tmp_path / f"{seed}.pdf", paint))) == {}


def test_the_vorlage_and_the_brochure_have_no_tables() -> None:
    assert tables_of(read(AKTE / "vorlage.pdf")) == {}
    assert tables_of(read(EXAMPLES / "anhang-3.pdf")) == {}


# Recognised text


def segments_of(path: Path) -> tuple[list[Line], float, float]:
    with closing(pdfium.PdfDocument(path)) as document, closing(document[0]) as page:
        display = Display.of(page)
        with closing(page.get_textpage()) as textpage:
            glyphs, _ = read_glyphs(textpage, display)
            directions = read_directions(glyphs)
    return [segment.line for segment in directions[0].segments], display.width, display.height


def scanned(lines: Sequence[Line], seed: int) -> list[Line]:
    """The lines as character recognition finds them: slightly skewed and displaced, never bold, in any order."""
    rng = random.Random(seed)  # noqa: S311 - a displacement, no secret
    skew = rng.uniform(-0.006, 0.006)
    found = []
    for line in lines:
        boxes = line.boxes.copy()
        boxes[:, [0, 2]] += rng.uniform(-1.5, 1.5)
        boxes[:, [1, 3]] += rng.uniform(-1.5, 1.5) + skew * (boxes[:, [0]] - 300)
        found.append(replace(line, boxes=boxes, bold=False))
    rng.shuffle(found)
    return found


def content(lines: Sequence[Line]) -> list[tuple[CellPlace | None, str]]:
    return [(line.cell, line.text) for line in lines]


@pytest.mark.parametrize("data", [[HEAD, *kommunen(20)], COSTS, BODIES], ids=["amounts", "costs", "bodies"])
def test_a_table_is_found_in_recognised_text_as_in_exact_text(tmp_path: Path, data: list[list[str]]) -> None:
    lines, width, height = segments_of(with_table(tmp_path / "t.pdf", data, RIGHT))
    (exact,) = find_tables(scanned(lines, 0), [], width, height)
    for seed in range(1, 15):
        (found,) = find_tables(scanned(lines, seed), [], width, height)
        assert content(found.lines) == content(exact.lines)


@pytest.mark.parametrize("paint", LOOK_ALIKES[:6], ids=lambda paint: str(paint.__name__))
def test_look_alikes_are_no_tables_in_recognised_text_either(tmp_path: Path, paint: Callable[[Canvas], None]) -> None:
    lines, width, height = segments_of(draw(tmp_path / "t.pdf", paint))
    for seed in range(5):
        assert find_tables(scanned(lines, seed), [], width, height) == []


# The contract


@pytest.mark.parametrize("ruling", RULINGS)
def test_each_segment_is_taken_whole_and_its_glyphs_keep_their_boxes(tmp_path: Path, ruling: str) -> None:
    path = with_table(tmp_path / "t.pdf", COSTS, [*RIGHT, *RULINGS[ruling]])
    segments, width, height = segments_of(path)
    with closing(pdfium.PdfDocument(path)) as document, closing(document[0]) as page:
        rules = read_rules(page, Display.of(page).boxes)
    (region,) = find_tables(segments, rules, width, height)
    taken = [segments[number] for number in region.taken]
    glyphs = [(char, *box) for line in taken for char, box in zip(line.text, line.boxes.tolist(), strict=True)]
    kept = [(char, *box) for line in region.lines for char, box in zip(line.text, line.boxes.tolist(), strict=True)]
    assert sorted(glyph for glyph in kept if glyph[0] != " ") == sorted(glyph for glyph in glyphs if glyph[0] != " ")
    places = [line.cell for line in region.lines if line.cell]
    assert places == sorted(places, key=lambda place: (place.row, place.column))
    tops = [line.top for line in region.lines]
    assert region.box[1] <= min(tops)


BOX = st.tuples(*(st.floats(-20, 900, width=32) for _ in range(2)), *(st.floats(0.5, 200, width=32) for _ in range(2)))


@given(
    texts=st.lists(
        st.tuples(
            st.sampled_from(["1.234,00", "Summe", "2014", "17.03.2014", "a b 5,0", "Kommune 07 12,5 %", "–"]), BOX
        ),
        max_size=30,
    ),
    rules=st.lists(BOX, max_size=20),
)
def test_any_page_is_survived_and_nothing_is_lost_or_doubled(
    texts: list[tuple[str, tuple[float, ...]]], rules: list[tuple[float, ...]]
) -> None:
    segments = []
    for text, (x, y, width, height) in texts:
        boxes = without_boxes(text)
        edges = np.linspace(x, x + width, len(text) + 1)
        for number, char in enumerate(text):
            if char != " ":
                boxes[number] = (edges[number], y, edges[number + 1], y + height)
        segments.append(Line(text, boxes))
    drawn = [Rule(x, y, x + wide, y) for x, y, wide, _ in rules] + [Rule(x, y, x, y + high) for x, y, _, high in rules]
    regions = find_tables(segments, drawn, 595, 842)
    taken = [number for region in regions for number in region.taken]
    assert len(taken) == len(set(taken))
    for region in regions:
        letters = sorted("".join("".join(line.text.split()) for line in region.lines))
        assert letters == sorted("".join("".join(segments[number].text.split()) for number in region.taken))


def test_a_page_of_text_without_lines_costs_next_to_nothing(tmp_path: Path) -> None:
    segments, width, height = segments_of(make(tmp_path / "t.pdf", Paragraph(TEXT * 25, STYLE)))
    find_tables(segments, [], width, height)
    best = 1.0
    for _ in range(20):
        began = time.process_time()
        assert find_tables(segments, [], width, height) == []
        best = min(best, time.process_time() - began)
    assert best < 0.001


# Ruling lines


def rules_of(path: Path) -> list[Rule]:
    with closing(pdfium.PdfDocument(path)) as document, closing(document[0]) as page:
        return read_rules(page, Display.of(page).boxes)


def test_lines_are_strokes_thin_rectangles_and_the_edges_of_shaded_ones(tmp_path: Path) -> None:
    def paint(canvas: Canvas) -> None:
        canvas.line(100, 742, 300, 742)
        canvas.rect(100, 700, 200, 1, stroke=0, fill=1)
        canvas.setFillGray(0.8)
        canvas.rect(100, 600, 200, 50, stroke=0, fill=1)
        canvas.line(100, 500, 300, 520)
        canvas.circle(400, 400, 50)
        canvas.setFillGray(1)
        canvas.rect(0, 0, 500, 300, stroke=0, fill=1)

    found = {
        tuple(round(edge) for edge in (rule.x0, rule.y0, rule.x1, rule.y1))
        for rule in rules_of(draw(tmp_path / "t.pdf", paint))
    }
    assert found == {
        (100, 100, 300, 100), (100, 141, 300, 141), (100, 192, 300, 192), (100, 242, 300, 242),
        (100, 192, 100, 242), (300, 192, 300, 242),
    }  # fmt: skip


def test_lines_in_a_form_stand_where_the_form_is_placed(tmp_path: Path) -> None:
    def paint(canvas: Canvas) -> None:
        canvas.beginForm("stempel")
        canvas.line(0, 0, 100, 0)
        canvas.endForm()
        canvas.translate(100, 400)
        canvas.scale(2, 1)
        canvas.doForm("stempel")

    (rule,) = rules_of(draw(tmp_path / "t.pdf", paint))
    assert (rule.x0, rule.x1) == pytest.approx((100, 300), abs=0.1)
    assert rule.y0 == rule.y1 == pytest.approx(A4[1] - 400, abs=0.1)


def test_a_map_of_very_many_lines_is_given_up_quickly(tmp_path: Path) -> None:
    def paint(canvas: Canvas) -> None:
        for number in range(50_000):
            canvas.line(number % 500, number // 100, number % 500 + 5, number // 100)

    path = draw(tmp_path / "t.pdf", paint)
    with closing(pdfium.PdfDocument(path)) as document, closing(document[0]) as page:
        display = Display.of(page)
        began = time.process_time()
        assert read_rules(page, display.boxes) == []
        assert time.process_time() - began < 1.0


def test_a_long_table_drawn_cell_by_cell_takes_less_than_a_second(tmp_path: Path) -> None:
    def paint(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 6)
        for row in range(60):
            for column in range(10):
                canvas.rect(40 + 50 * column, 800 - 12 * row, 50, 12)
                canvas.drawString(44 + 50 * column, 803 - 12 * row, f"{row}.{column:03d},00")

    path = draw(tmp_path / "t.pdf", paint)
    segments, width, height = segments_of(path)
    rules = rules_of(path)
    find_tables(segments, rules[:4], width, height)
    began = time.process_time()
    (region,) = find_tables(segments, rules, width, height)
    assert time.process_time() - began < 1.0
    assert len(region.lines) == 600


# Page breaks


@pytest.mark.parametrize("repeat", [1, 0], ids=["heads repeated", "heads once"])
@pytest.mark.parametrize("ruling", ["grid", "none"])
def test_a_table_over_three_pages_is_one_table_with_one_head(tmp_path: Path, repeat: int, ruling: str) -> None:
    data = [HEAD, *kommunen(90)]
    path = with_table(tmp_path / "t.pdf", data, [*RIGHT, *BOLD_HEAD, *RULINGS[ruling]], repeat=repeat)
    pages = joined(path)
    assert len(pages) == 3
    assert only_table(pages) == [HEAD_TEXT, *kommunen(90)]
    assert headers(pages) == {0}


@pytest.mark.parametrize("repeat", [1, 0], ids=["heads repeated", "heads once"])
@pytest.mark.parametrize("left_over", [1, 2])
@pytest.mark.parametrize("ruling", ["grid", "none"])
def test_one_or_two_rows_alone_on_the_next_page_belong_to_the_table(
    tmp_path: Path, repeat: int, left_over: int, ruling: str
) -> None:
    rows = kommunen(20)
    table = Table([HEAD, *rows], style=[*RIGHT, *BOLD_HEAD, *RULINGS[ruling]], repeatRows=repeat)
    _, height = table.wrap(475, 800)
    # The page's frame is 698 - 12 points high; each row takes 18.
    space = Spacer(0, 685 - height + 18 * left_over - 4)
    pages = joined(make(tmp_path / "t.pdf", space, table, Spacer(0, 12), Paragraph(TEXT, STYLE)))
    assert len(pages) == 2
    assert sum(line.cell is not None and line.cell.column == 0 for line in pages[1].lines) == left_over
    assert only_table(pages) == [HEAD_TEXT, *rows]
    assert "Der Kreistag" in next(line.text for line in pages[1].lines if not line.cell)


def test_two_tables_at_a_page_break_stay_two_if_their_heads_differ(tmp_path: Path) -> None:
    first = Table([HEAD, *kommunen(30)], style=[*RIGHT, *GRID])
    other = ["Jahr", "Ertrag\nin Euro", "Anteil\nin %", "Aufwand\nin Euro"]
    second = Table([other, *kommunen(8)], style=[*RIGHT, *GRID])
    pages = joined(make(tmp_path / "t.pdf", Spacer(0, 80), first, Spacer(0, 60), second))
    assert len(pages) == 2
    assert len(tables_of(pages)) == 2


def cell_lines(page: int, rows: dict[int, dict[int, str]], *, header: Sequence[int] = ()) -> RawPage:
    lines = []
    for row, cells in rows.items():
        for column, text in cells.items():
            boxes = without_boxes(text)
            for number in range(len(text)):
                left = 60 + 150 * column + 5 * number
                boxes[number] = (left, 100 + 15 * row, left + 5, 112 + 15 * row)
            lines.append(Line(text, boxes, cell=CellPlace(0, row, column, header=row in header)))
    return RawPage(page, 595, 842, lines)


def test_a_row_that_the_page_break_cuts_keeps_its_number() -> None:
    pages = [
        cell_lines(0, {0: {0: "Ziel", 1: "Maßnahme"}, 1: {0: "G1", 1: "Sprachmittlerpool und"}}, header=[0]),
        cell_lines(1, {0: {1: "seine Schulung"}, 1: {0: "G2", 1: "Wegweiser"}}),
    ]
    number_tables(pages)
    places = [(line.text, line.cell.row) for page in pages for line in page.lines if line.cell]
    assert places[-3:] == [("seine Schulung", 1), ("G2", 2), ("Wegweiser", 2)]


def test_footnotes_at_the_foot_of_the_page_do_not_end_a_table() -> None:
    first = cell_lines(0, {0: {0: "Jahr", 1: "Betrag"}, 1: {0: "2014", 1: "5,00"}}, header=[0])
    note = "¹ § 56 der Kreisordnung"
    first.lines += [Line(note, without_boxes(note), mark="note"), Line("gilt weiter", without_boxes("gilt weiter"))]
    second = cell_lines(1, {0: {0: "Jahr", 1: "Betrag"}, 1: {0: "2015", 1: "6,00"}}, header=[0])
    number_tables([first, second])
    assert only_table([first, second]) == [["Jahr", "Betrag"], ["2014", "5,00"], ["2015", "6,00"]]


def test_text_between_them_keeps_tables_apart() -> None:
    first = cell_lines(0, {0: {0: "Jahr", 1: "Betrag"}, 1: {0: "2014", 1: "5,00"}}, header=[0])
    first.lines.append(Line("Danach.", without_boxes("Danach.")))
    second = cell_lines(1, {0: {0: "Jahr", 1: "Betrag"}, 1: {0: "2015", 1: "6,00"}}, header=[0])
    number_tables([first, second])
    assert len(tables_of([first, second])) == 2


def test_tables_of_a_page_without_geometry_are_numbered_and_left_apart() -> None:
    lines = [
        Line(text, without_boxes(text), cell=CellPlace(table, row, 0), mark="paragraph")
        for table in range(2)
        for row, text in enumerate(("a", "b"))
    ]
    pages = [RawPage(0, 0, 0, lines[:2]), RawPage(1, 0, 0, [replace(line) for line in lines])]
    number_tables(pages)
    assert sorted(tables_of(pages)) == [0, 1, 2]


# Rows


def roles(*rows: Sequence[str], heads: int = 0) -> list[str]:
    return list(row_roles(rows, [number < heads for number in range(len(rows))]))


def test_sums_are_known_by_their_words_and_grand_totals_by_their_place() -> None:
    rows = [["Position", "2015"], ["Personal", "207.600,00"], ["Sachkosten", "88.350,00"]]
    assert roles(*rows, ["Summe", "295.950,00"], heads=1) == ["header", "body", "body", "total"]
    assert roles(*rows, ["Zwischensumme", "1,00"], ["Gesamtkosten", "2,00"], heads=1)[-2:] == ["subtotal", "total"]
    assert roles(*rows, ["Summe A", "295.950,00"], ["Gesamtaufwand", "9,00"], heads=1)[-2:] == ["subtotal", "total"]
    assert roles(["Übertrag", "5,00"], ["Personal insgesamt", "7,00"]) == ["subtotal", "total"]


@pytest.mark.parametrize(
    "label", ["Gesamtschule Hennef", "Bürgschaftssumme", "Eigenanteil", "Zusammenarbeit", "Summer School"]
)
def test_words_that_only_resemble_sums_are_none(label: str) -> None:
    assert roles(["Personal", "7,00"], [label, "12.345,00"]) == ["body", "body"]


def test_a_row_that_adds_up_is_a_sum_without_the_word() -> None:
    rows = [["Fachkräfte", "2,0", "124.800,00"], ["Verwaltung", "1,0", "58.200,00"], ["Assistenz", "0,5", "24.600,00"]]
    assert roles(*rows, ["Personalkosten", "3,5", "207.600,00"])[-1] == "total"
    assert roles(*rows, ["Personalkosten", "3,5", "207.600,00"], ["Miete", "", "5.000,00"])[-2:] == ["subtotal", "body"]
    assert roles(*rows, ["Personalkosten", "3,5", "207.600,01"])[-1] == "total", "a cent may be lost in rounding"
    assert roles(*rows, ["Personalkosten", "3,5", "207.900,00"])[-1] == "body"


def test_what_is_left_after_a_deduction_is_a_sum() -> None:
    rows = [["Kosten A", "200.000,00"], ["Kosten B", "95.950,00"], ["Summe", "295.950,00"]]
    rows += [["abzüglich Landesförderung", "−170.000,00"], ["Eigenanteil des Kreises", "125.950,00"]]
    assert roles(*rows)[-3:] == ["subtotal", "body", "total"]


def test_small_numbers_that_add_up_by_chance_prove_nothing() -> None:
    assert roles(["Ja", "1"], ["Nein", "2"], ["Enthaltung", "3"]) == ["body", "body", "body"]
    assert roles(["1", "Personal", "5,00"], ["2", "Miete", "7,00"], ["3", "Porto", "1,00"]) == ["body"] * 3


def test_a_row_reads_by_itself() -> None:
    cells = ["Kommune 07", "12.345.678,00", "4.753.086,03", "1,99"]
    heads = ["Kommune", "Umlagegrundlagen\n2014 in Euro", "Kreisumlage 2014 in Euro", "Anteil in %"]
    assert row_reading(heads, cells) == (
        "Kommune 07: Umlagegrundlagen 2014 in Euro 12.345.678,00; Kreisumlage 2014 in Euro 4.753.086,03; "
        "Anteil in % 1,99"
    )
    assert row_reading([], cells) == "Kommune 07: 12.345.678,00; 4.753.086,03; 1,99"
    assert row_reading(["Nr.", "Position", "Euro"], ["1.", "Personal", "5,00"]) == "1. Personal: Euro 5,00"
    assert row_reading(["", "2014"], ["", "5,00"]) == "2014 5,00"
    assert row_reading(["Position", "2014"], ["A. Personal", ""]) == "A. Personal"


@given(st.lists(st.lists(st.text(alphabet="0123456789.,- Sume€", max_size=8), min_size=3, max_size=3), max_size=12))
def test_every_row_has_a_role_and_a_reading_with_all_its_cells(rows: list[list[str]]) -> None:
    assert len(roles(*rows)) == len(rows)
    for row in rows:
        reading = row_reading(["", "a", "b"], row)
        assert all(" ".join(cell.split()) in reading for cell in row)


# The example documents


@pytest.mark.parametrize(
    ("file", "sizes"),
    [
        ("anhang-1.pdf", [(24, 5), (5, 4)]),
        ("anhang-2.pdf", [(21, 5)]),
        ("anhang-4.pdf", [(8, 8)]),
        ("anhang-5.pdf", [(8, 8)]),
        ("konzeption.pdf", [(7, 4), (6, 3), (6, 4), (25, 5)]),
    ],
)
def test_all_tables_of_the_example_documents_are_found_and_nothing_else(
    file: str, sizes: list[tuple[int, int]]
) -> None:
    from ingest.furniture import strip_furniture

    pages = read(EXAMPLES / file)
    strip_furniture(pages)
    number_tables(pages)
    tables = tables_of(pages)
    assert [(len(rows), 1 + max(c for row in rows.values() for c in row)) for rows in tables.values()] == sizes


def test_the_cost_table_of_anhang_1_runs_on_and_its_sums_are_known() -> None:
    from ingest.furniture import strip_furniture

    pages = read(EXAMPLES / "anhang-1.pdf")
    strip_furniture(pages)
    number_tables(pages)
    table = tables_of(pages)[0]
    rows = [[table[number].get(column, "") for column in range(5)] for number in sorted(table)]
    found = row_roles(rows, [number == 0 for number in range(len(rows))])
    sums = {row[0]: role for row, role in zip(rows, found, strict=True) if role not in ("header", "body")}
    assert sums == {
        "Zwischensumme A": "subtotal",
        "Zwischensumme B": "subtotal",
        "Zwischensumme C": "subtotal",
        "Summe Kommunales Integrationszentrum (B + C)": "subtotal",
        "Eigenanteil des Kreises": "subtotal",
        "Gesamtaufwand Integrationsarbeit (A + B + C)": "total",
        "Gesamtaufwand nach Abzug der Landesförderung": "total",
    }
    assert rows[-1][1:] == ["", "240.375,00", "303.350,00", "308.720,00"]
