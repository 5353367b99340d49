"""Nasty pages: columns, running heads, page labels, rotation, crop boxes, footnotes, tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import RectangleObject
from reportlab.lib import colors
from reportlab.lib.pagesizes import A3, A4, A5, LETTER, landscape
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle

from tests.stress.drawing import (
    DECISION,
    FUNDING,
    HEIGHT,
    MAYORS,
    OFFICE,
    SCHEDULE,
    WIDTH,
    letter,
    new_canvas,
    report,
    write,
    write_all,
)
from tests.stress.drawing import (
    LETTER as LETTER_TEXT,
)
from tests.stress.nasty import Nasty

ACROSS_PAGES = (
    "Die Verwaltung prüft, ob die Konzeption um weitere Handlungsfelder erweitert werden kann und welche Kosten"
)
ACROSS_PAGES_END = "dem Kreis daraus in den kommenden Jahren entstehen."


def two_columns(path: Path) -> None:
    canvas = new_canvas(path)
    write_all(canvas, DECISION, FUNDING, MAYORS, width=220)
    write_all(canvas, SCHEDULE, OFFICE, x=310, width=220)
    canvas.save()


def three_columns(path: Path) -> None:
    canvas = new_canvas(path)
    for number, text in enumerate((DECISION, FUNDING, MAYORS)):
        write_all(canvas, text, text.replace("D", "Auch d", 1), x=40 + number * 180, width=150, size=10)
    canvas.save()


def headline_over_columns(path: Path) -> None:
    canvas = new_canvas(path)
    write(canvas, "Neue Chancen für alle: das Kommunale Integrationszentrum nimmt die Arbeit auf", size=16, y=780)
    write_all(canvas, DECISION, FUNDING, y=700, width=220)
    write_all(canvas, MAYORS, SCHEDULE, x=310, y=700, width=220)
    write(canvas, "Herausgegeben vom Kreis, Stabsstelle Integration. " + OFFICE, y=400)
    canvas.save()


def columns_over_pages(path: Path) -> None:
    """A paragraph that goes on at the head of the next column and of the next page."""
    canvas = new_canvas(path)
    write(canvas, DECISION, width=220)
    write(canvas, ACROSS_PAGES, y=120, width=220)
    write(canvas, ACROSS_PAGES_END, x=310, width=220)
    write(canvas, FUNDING, x=310, y=650, width=220)
    write(canvas, ACROSS_PAGES.replace("Verwaltung", "Kämmerei"), x=310, y=120, width=220)
    canvas.showPage()
    write(canvas, ACROSS_PAGES_END.replace("dem Kreis", "den Städten"), width=220)
    canvas.save()


def unfinished(number: int) -> str:
    """The part of a sentence that stands before a page break."""
    return f"{report(number)[:-1]} und bittet darum, die dafür notwendigen Mittel auch in den"


FINISHED = "folgenden Jahren bereitzustellen."


def changing_heads(path: Path) -> None:
    """Left and right pages have different running heads, and the section's name in them changes."""
    canvas = new_canvas(path)
    for number in range(8):
        canvas.setFont("Helvetica", 9)
        if number % 2:
            canvas.drawString(60, 810, f"{number + 1}   Niederschrift über die 12. Sitzung des Kreisausschusses")
        else:
            canvas.drawRightString(535, 810, f"Tagesordnungspunkt {number // 2 + 1}   {number + 1}")
        write(canvas, f"{FINISHED} {report(number + 20)}" if number else report(19), y=760)
        write_all(canvas, *map(report, range(number * 4 + 30, number * 4 + 34)), y=700)
        write(canvas, unfinished(number), y=70)
        canvas.showPage()
    canvas.save()


def reports(canvas: Canvas, number: int) -> None:
    """Fill a page with text of its own."""
    write_all(canvas, *map(report, range(number * 6, number * 6 + 6)))


def numbered(form: Callable[[int], str], pages: int = 4, *, top: bool = False) -> Callable[[Path], None]:
    """Pages with a printed number in some form."""

    def build(path: Path) -> None:
        canvas = new_canvas(path)
        for number in range(pages):
            reports(canvas, number)
            canvas.setFont("Helvetica", 9)
            canvas.drawCentredString(WIDTH / 2, 810 if top else 30, form(number))
            canvas.showPage()
        canvas.save()

    return build


def declared_labels(path: Path) -> None:
    """The file says how its pages are called; nothing is printed."""
    canvas = new_canvas(path)
    for number in range(4):
        reports(canvas, number)
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=path)
    writer.set_page_label(0, 1, PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 3, PageLabelStyle.DECIMAL, prefix="A-", start=7)
    writer.write(path)


def rotated(angle: int) -> Callable[[Path], None]:
    """Drawn sideways and shown upright by the page's rotation."""

    def build(path: Path) -> None:
        canvas = new_canvas(path, A4 if angle == 180 else landscape(A4))
        width, height = A4
        if angle == 90:
            canvas.translate(height, 0)
        elif angle == 180:
            canvas.translate(width, height)
        else:
            canvas.translate(0, width)
        canvas.rotate(angle if angle != 270 else -90)
        write_all(canvas, *LETTER_TEXT)
        canvas.save()
        writer = PdfWriter(clone_from=path)
        writer.pages[0].rotate(angle)
        writer.write(path)

    return build


def sideways_table(path: Path) -> None:
    """An upright page on which a wide table was turned by hand; the page says nothing of it."""
    canvas = new_canvas(path)
    canvas.translate(WIDTH, 0)
    canvas.rotate(90)
    write_all(canvas, *LETTER_TEXT, y=500, width=700)
    canvas.save()


def slanted(path: Path) -> None:
    """A page with a watermark across it."""
    canvas = new_canvas(path)
    canvas.saveState()
    canvas.translate(120, 200)
    canvas.rotate(math.degrees(math.atan2(HEIGHT, WIDTH)))
    canvas.setFillColor(colors.lightgrey)
    canvas.setFont("Helvetica", 90)
    canvas.drawString(0, 0, "ENTWURF")
    canvas.restoreState()
    write_all(canvas, *LETTER_TEXT)
    canvas.save()


def landscape_page(path: Path) -> None:
    canvas = new_canvas(path, landscape(A4))
    write_all(canvas, *LETTER_TEXT, y=540, width=700)
    canvas.save()


def cropped(path: Path) -> None:
    """Printer's marks and a note stand outside the part of the sheet that is shown."""
    canvas = new_canvas(path, landscape(A3))
    canvas.translate(300, 100)
    write_all(canvas, *LETTER_TEXT, y=650)
    write(canvas, "Druckvermerk: Stand der Andruckfahne, nicht veröffentlichen.", y=780)
    canvas.save()
    writer = PdfWriter(clone_from=path)
    writer.pages[0].cropbox = RectangleObject((300, 100, 300 + WIDTH, 100 + 700))
    writer.write(path)


def mixed_sizes(path: Path) -> None:
    canvas = new_canvas(path)
    for text, size in zip(LETTER_TEXT, (A4, landscape(A3), A5, LETTER, (9 * cm, 40 * cm)), strict=True):
        canvas.setPageSize(size)
        write(canvas, text, x=30, y=size[1] - 60, width=size[0] - 60)
        canvas.showPage()
    canvas.save()


def footnotes(path: Path) -> None:
    canvas = new_canvas(path)
    for number, (text, note) in enumerate(
        ((ACROSS_PAGES, "Beschluss vom 9. Dezember 2013."), (ACROSS_PAGES_END, "Ohne die abgeordneten Lehrkräfte."))
    ):
        write(canvas, LETTER_TEXT[number] if not number else text, y=760)
        after = write(canvas, text if not number else LETTER_TEXT[number], y=700 if number else 110)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(300, after + 18 + 4, str(number + 1))
        canvas.line(60, 85, 200, 85)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(60, 76, str(number + 1))
        write(canvas, note, x=66, y=72, size=8)
        canvas.showPage()
    canvas.save()


COSTS = (
    ("Kostenart", "Stellen", "Betrag im Jahr"),
    ("Sozialpädagogische Fachkräfte", "2,0", "100.000 €"),
    ("Verwaltungsfachkraft", "1,0", "50.000 €"),
    ("Verwaltungsassistenz", "0,5", "20.000 €"),
    ("Summe", "3,5", "170.000 €"),
)
ROWS = tuple(" ".join(row) for row in COSTS)


def draw_table(
    canvas: Canvas,
    rows: tuple[tuple[str, ...], ...],
    y: float,
    *,
    ruled: bool,
    widths: tuple[float, ...] = (220, 80, 120),
) -> None:
    table = Table([list(row) for row in rows], colWidths=list(widths))
    if ruled:
        table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    _, height = table.wrapOn(canvas, 470, 700)
    table.drawOn(canvas, 60, y - height)


def ruled_table(path: Path) -> None:
    canvas = new_canvas(path)
    write(canvas, FUNDING)
    draw_table(canvas, COSTS, 700, ruled=True)
    write(canvas, OFFICE, y=500)
    canvas.save()


def borderless_table(path: Path) -> None:
    canvas = new_canvas(path)
    write(canvas, FUNDING)
    draw_table(canvas, COSTS, 700, ruled=False)
    write(canvas, OFFICE, y=500)
    canvas.save()


def table_with_long_cells(path: Path) -> None:
    """Cells of several lines: read line by line across the table, they would make no sense."""
    canvas = new_canvas(path)
    rows = (
        ("Handlungsfeld", "Maßnahme"),
        ("Integration\ndurch Bildung", "Sprachförderung in den\nKindertagesstätten ausbauen"),
        ("Integration als\nQuerschnittsaufgabe", "Verwaltung interkulturell\nöffnen und beraten"),
    )
    draw_table(canvas, rows, 700, ruled=True, widths=(180, 240))
    canvas.save()


def table_over_pages(path: Path) -> None:
    canvas = new_canvas(path)
    places = tuple(
        (f"Kommune {number:02d}", f"{number * 1000 + 1:,}".replace(",", "."), f"{number},5 %")
        for number in range(1, 20)
    )
    head = (("Kommune", "Einwohner", "Anteil"),)
    write(canvas, FUNDING)
    draw_table(canvas, head + places[:10], 300, ruled=True)
    canvas.showPage()
    draw_table(canvas, head + places[10:], 790, ruled=True)
    write(canvas, OFFICE, y=300)
    canvas.save()


def narrow_gutter(path: Path) -> None:
    """Two columns a finger's breadth apart, their lines on the same baselines."""
    canvas = new_canvas(path)
    write_all(canvas, DECISION, FUNDING, MAYORS, x=60, width=225, size=10)
    write_all(canvas, SCHEDULE, OFFICE, DECISION.replace("Schuljahr", "Halbjahr"), x=300, width=225, size=10)
    canvas.save()


def turned_by_viewer(path: Path) -> None:
    """A page that somebody saved sideways: its text is shown standing on its head or lying."""
    letter(path)
    writer = PdfWriter()
    for angle in (90, 180):
        page = PdfReader(path).pages[0]
        page.rotate(angle)
        writer.add_page(page)
    writer.write(path)


def three_times(path: Path) -> None:
    """The same short notice on three pages: not all of it can be a running head."""
    canvas = new_canvas(path)
    for _ in range(3):
        write_all(canvas, "Bekanntmachung", OFFICE)
        canvas.showPage()
    canvas.save()


FOUR_PAGES = tuple(map(report, range(4 * 6)))

FILES = (
    Nasty("dreimal-dieselbe-seite.pdf", three_times, reads=(OFFICE,)),
    Nasty("zwei-spalten.pdf", two_columns, reads=(DECISION, FUNDING, MAYORS, SCHEDULE, OFFICE)),
    Nasty("drei-spalten.pdf", three_columns, reads=(DECISION, FUNDING, MAYORS)),
    Nasty(
        "ueberschrift-ueber-spalten.pdf",
        headline_over_columns,
        reads=("Integrationszentrum nimmt die Arbeit auf", DECISION, FUNDING, MAYORS, SCHEDULE, OFFICE),
    ),
    Nasty("enge-spalten.pdf", narrow_gutter, reads=(DECISION, FUNDING, MAYORS, SCHEDULE, OFFICE)),
    Nasty(
        "absatz-ueber-spalten.pdf",
        columns_over_pages,
        reads=(
            DECISION,
            f"{ACROSS_PAGES} {ACROSS_PAGES_END}",
            FUNDING,
            f"welche Kosten {ACROSS_PAGES_END.replace('dem Kreis', 'den Städten')}",
        ),
    ),
    Nasty(
        "wechselnde-kopfzeilen.pdf",
        changing_heads,
        reads=(report(19), f"{unfinished(0)} {FINISHED}", report(50), f"{unfinished(6)} {FINISHED}", unfinished(7)),
        absent=("Niederschrift über die 12. Sitzung", "Tagesordnungspunkt"),
        labels=tuple("12345678"),
    ),
    Nasty(
        "roemische-seitenzahlen.pdf",
        numbered(lambda number: ("i", "ii", "iii", "iv")[number]),
        reads=FOUR_PAGES,
        absent=(" iv ", " iii "),
        labels=("i", "ii", "iii", "iv"),
    ),
    Nasty(
        "seitenzahl-zwischen-strichen.pdf",
        numbered(lambda number: f"- {number + 1} -", top=True),
        reads=FOUR_PAGES,
        absent=("- 2 -",),
        labels=("1", "2", "3", "4"),
    ),
    Nasty(
        "seite-2-von-9.pdf",
        numbered(lambda number: f"Seite {number + 1} von 9", 9),
        reads=tuple(map(report, range(9 * 6))),
        absent=("von 9",),
        labels=tuple("123456789"),
    ),
    Nasty(
        "seitenzahl-mit-versatz.pdf",
        numbered(lambda number: str(number + 11)),
        reads=FOUR_PAGES,
        labels=("11", "12", "13", "14"),
    ),
    Nasty("erklaerte-seitenzahlen.pdf", declared_labels, reads=FOUR_PAGES, labels=("i", "ii", "A-7", "A-8")),
    Nasty("gedreht-90.pdf", rotated(90), reads=LETTER_TEXT),
    Nasty("gedreht-180.pdf", rotated(180), reads=LETTER_TEXT),
    Nasty("gedreht-270.pdf", rotated(270), reads=LETTER_TEXT),
    Nasty("verdreht-gespeichert.pdf", turned_by_viewer, reads=(*LETTER_TEXT, *LETTER_TEXT)),
    Nasty("quer-auf-hochformat.pdf", sideways_table, reads=LETTER_TEXT),
    Nasty("wasserzeichen.pdf", slanted, reads=LETTER_TEXT),
    Nasty("querformat.pdf", landscape_page, reads=LETTER_TEXT),
    Nasty("beschnitten.pdf", cropped, reads=LETTER_TEXT, absent=("Andruckfahne",)),
    Nasty("gemischte-formate.pdf", mixed_sizes, reads=LETTER_TEXT),
    Nasty(
        "fussnoten.pdf",
        footnotes,
        reads=(DECISION, ACROSS_PAGES_END, FUNDING),
        absent=("Kosten 1 Beschluss vom", "2013. dem Kreis"),
    ),
    Nasty("tabelle-mit-linien.pdf", ruled_table, reads=(FUNDING, *ROWS, OFFICE)),
    Nasty("tabelle-ohne-linien.pdf", borderless_table, reads=(FUNDING, *ROWS, OFFICE)),
    Nasty(
        "tabelle-mit-mehrzeiligen-zellen.pdf",
        table_with_long_cells,
        reads=(
            "Integration durch Bildung Sprachförderung in den Kindertagesstätten ausbauen",
            "Integration als Querschnittsaufgabe Verwaltung interkulturell öffnen",
        ),
    ),
    Nasty(
        "tabelle-ueber-seiten.pdf",
        table_over_pages,
        reads=(
            FUNDING,
            "Kommune 01 1.001 1,5 %",
            "Kommune 10 10.001 10,5 %",
            "Kommune 11 11.001 11,5 %",
            "Kommune 19 19.001 19,5 %",
            OFFICE,
        ),
        absent=("10,5 % Kommune Einwohner Anteil",),
    ),
)
