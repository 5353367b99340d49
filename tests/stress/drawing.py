"""Draws the pages of the nasty files: running text with reportlab, and PDF files put together by hand."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
MARGIN = 60.0
FONTS = Path(reportlab.__file__).parent / "fonts"
"""Bitstream Vera comes with reportlab, so that no font has to be installed."""

DECISION = (
    "Der Kreistag beschließt auf Vorschlag der Verwaltung, zum nächsten Schuljahr ein Kommunales Integrationszentrum "
    "einzurichten."
)
FUNDING = "Das Land fördert die Personalkosten mit bis zu 170.000 € im Jahr und stellt zwei Lehrkräfte dafür ab."
MAYORS = "Die Bürgermeister haben die Übertragung weiterer Aufgaben auf den Kreis überwiegend abgelehnt."
SCHEDULE = (
    "Über den Antrag entscheidet die Bezirksregierung voraussichtlich im Sommer; die Bewilligung gilt drei Jahre."
)
OFFICE = "Für die Räume in der Außenstelle Süd fällt keine zusätzliche Miete an."
LETTER = (DECISION, FUNDING, MAYORS, SCHEDULE, OFFICE)
_OFFICES = "Schulamt Jugendamt Bauamt Sozialamt Hauptamt Umweltamt Straßenverkehrsamt Gesundheitsamt".split()
_COMMITTEES = "Kreistag Schulausschuss Finanzausschuss Bauausschuss Rat Integrationsrat Beirat".split()
_MATTERS = (
    "die Sanierung der Turnhalle",
    "den Ausbau der Radwege",
    "die Beiträge der Eltern",
    "den Stellenplan",
    "die Förderung der Vereine",
)


def report(number: int) -> str:
    """A sentence that is another one for each of 280 numbers: text that repeats would be taken for running heads."""
    office, committee = _OFFICES[number % len(_OFFICES)], _COMMITTEES[number % len(_COMMITTEES)]
    return f"Das {office} berichtet dem {committee} über {_MATTERS[number % len(_MATTERS)]}."


def new_canvas(target: Path | BinaryIO, size: tuple[float, float] = A4) -> Canvas:
    """A canvas whose file is the same each time."""
    return Canvas(str(target) if isinstance(target, Path) else target, pagesize=size, invariant=1)


def write(
    canvas: Canvas,
    text: str,
    *,
    x: float = MARGIN,
    y: float = 750.0,
    width: float = 470.0,
    size: float = 11.0,
    font: str = "Helvetica",
) -> float:
    """Write a paragraph with its first baseline at ``y`` (points from the bottom); return the baseline after it."""
    canvas.setFont(font, size)
    for line in simpleSplit(text, font, size, width):
        canvas.drawString(x, y, line)
        y -= 1.25 * size
    return y


def write_all(
    canvas: Canvas, *texts: str, x: float = MARGIN, y: float = 750.0, width: float = 470.0, size: float = 11.0
) -> float:
    """Write paragraphs with a blank line between them; return the baseline after them."""
    for text in texts:
        y = write(canvas, text, x=x, y=y, width=width, size=size) - size
    return y


def letter(path: Path, *texts: str) -> Path:
    """A plain PDF with one page of paragraphs; returns its path."""
    canvas = new_canvas(path)
    write_all(canvas, *(texts or LETTER))
    canvas.save()
    return path


def vera(name: str = "Vera", **options: object) -> str:
    """Make Bitstream Vera known to reportlab; return its name."""
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(FONTS / "Vera.ttf"), **options))
    return name


def page_image(*texts: str, dpi: int = 200, size: float = 11.0) -> Image.Image:
    """A scanned page in grey: A4 with paragraphs, as a scanner would deliver it."""
    scale = dpi / 72
    image = Image.new("L", (round(WIDTH * scale), round(HEIGHT * scale)), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONTS / "Vera.ttf", size * scale)
    y = MARGIN * scale
    for text in texts or LETTER:
        for line in simpleSplit(text, vera(), size, 470.0):
            draw.text((MARGIN * scale, y), line, fill=20, font=font)
            y += 1.3 * size * scale
        y += size * scale
    return image


def draw_image(
    canvas: Canvas, image: Image.Image, x: float = 0, y: float = 0, width: float = WIDTH, height: float = HEIGHT
) -> None:
    """Put an image on the page, by default all over it."""
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(image), x, y, width, height)


Objects = Mapping[int, bytes]


def pdf_bytes(objects: Objects, *, trailer: bytes = b"", root: int = 1, end: bytes = b"%%EOF\n") -> bytes:
    """A PDF file of objects by number; the cross-reference table is right."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    size = max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        kind, place = (b"n", places[number]) if number in places else (b"f", 0)
        out.write(b"%010d 00000 %b \n" % (place, kind))
    out.write(b"trailer\n<< /Size %d /Root %d 0 R %b >>\nstartxref\n%d\n%b" % (size, root, trailer, start, end))
    return out.getvalue()


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body."""
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries, data)


def show(text: str, x: float = MARGIN, y: float = 750.0, size: float = 12.0) -> bytes:
    """Operators that write one line in the font F1 (Helvetica, WinAnsi)."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
    return b"BT /F1 %g Tf 1 0 0 1 %g %g Tm (%b) Tj ET\n" % (size, x, y, escaped)


HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def one_page(
    content: bytes,
    more: Objects | None = None,
    *,
    box: bytes = b"0 0 595 842",
    page: bytes = b"",
    fonts: bytes = b"/F1 5 0 R",
    resources: bytes = b"",
    catalog: bytes = b"",
    font: bytes = HELVETICA,
) -> dict[int, bytes]:
    """The objects of a file with one page: 1 catalog, 2 page tree, 3 page, 4 content, 5 font; ``more`` from 6 on."""
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R /Resources << /Font << %b >> %b >> %b >>"
        % (box, fonts, resources, page),
        4: stream(content),
        5: font,
        **(more or {}),
    }


def write_pdf(path: Path, objects: Objects, **options: bytes) -> None:
    """Write :func:`pdf_bytes` to a file."""
    path.write_bytes(pdf_bytes(objects, trailer=options.get("trailer", b"")))
