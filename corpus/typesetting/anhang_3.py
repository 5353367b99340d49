"""Typesets the example Anhang 3, a brochure in two columns: ``python -m corpus.typesetting.anhang_3``.

Each page has a headline over both columns; the first one has a banner with a heading whose letters are set apart by
blanks, as such brochures like it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, FrameBreak, NextPageTemplate, PageBreak, Paragraph, Table, TableStyle

from corpus.typesetting import fonts
from corpus.typesetting.example import EXAMPLES, SANS, SANS_BOLD, SOURCES, ExampleDocument, Sheet, Styles, run, write
from corpus.typesetting.markup import Source, flowables, read

SOURCE = SOURCES / "anhang-3.md"
TARGET = EXAMPLES / "anhang-3.pdf"
STYLES = Styles(family=fonts.SERIF, size=11.0)

MARGIN = 2.0 * cm
GUTTER = 0.9 * cm
WIDTH = A4[0] - 2 * MARGIN
COLUMN = (WIDTH - GUTTER) / 2
FOOT = 2.0 * cm
HEADLINE = 1.3 * cm
"""Height of the headline that goes over both columns."""
TOP = A4[1] - 1.8 * cm
BANNER = 3.4 * cm
BAND = 3.0 * cm
"""Height of the figures at the foot of the first page, over both columns."""
BANNER_BLUE = HexColor("#1d3f72")


def _frames(top: float, foot: float = FOOT) -> list[Frame]:
    """A headline and two columns below it, from ``top`` down to ``foot`` points above the lower edge of the page."""
    height = top - HEADLINE - foot
    return [
        Frame(MARGIN, top - HEADLINE, WIDTH, HEADLINE, 0, 0, 0, 0, id="headline"),
        Frame(MARGIN, foot, COLUMN, height, 0, 0, 0, 0, id="left"),
        Frame(MARGIN + COLUMN + GUTTER, foot, COLUMN, height, 0, 0, 0, 0, id="right"),
    ]


class _Cover(Sheet):
    """The first page, with the banner."""

    def __init__(self, source: Source) -> None:
        band = Frame(MARGIN, FOOT, WIDTH, BAND, 0, 0, 0, 0, id="band")
        super().__init__("cover", frames=[*_frames(TOP - BANNER - 0.9 * cm, FOOT + BAND), band], margin=MARGIN)
        self.texts = source.head

    def beforeDrawPage(self, canv: Canvas, doc: ExampleDocument) -> None:  # noqa: N802  reportlab's interface
        """Draw the banner and the line below it."""
        super().beforeDrawPage(canv, doc)
        left, bottom = MARGIN, TOP - BANNER
        canv.saveState()
        canv.setFillColor(BANNER_BLUE)
        canv.rect(left, bottom, WIDTH, BANNER, stroke=0, fill=1)
        canv.setFillColor(white)
        canv.setFont(SANS_BOLD, 26)
        canv.drawString(left + 14, bottom + 52, self.texts["Kopf"])
        canv.setFont(SANS_BOLD, 13)
        canv.drawString(left + 15, bottom + 22, self.texts["Gesperrt"])
        canv.restoreState()
        canv.setFont(SANS, 8.5)
        canv.drawString(left, bottom - 13, self.texts["Zweck"])
        canv.drawRightString(A4[0] - MARGIN, bottom - 13, self.texts["Reihe"])


def _band(source: Source) -> list[Flowable]:
    """The figures of the head, ``Zahl = Erläuterung; …``, side by side with a rule above and below."""
    figure = ParagraphStyle("figure", fontName=SANS_BOLD, fontSize=15, leading=19, textColor=BANNER_BLUE)
    remark = ParagraphStyle("remark", fontName=SANS, fontSize=8.5, leading=10.5)
    pairs = [entry.partition(" = ") for entry in source.head["Zahlen"].split("; ")]
    cells = [[Paragraph(number, figure), Paragraph(text, remark)] for number, _, text in pairs]
    style = [
        ("FONTNAME", (0, 0), (-1, -1), SANS),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEABOVE", (0, 0), (-1, 0), 1.0, BANNER_BLUE),
        ("LINEBELOW", (0, 0), (-1, 0), 1.0, BANNER_BLUE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
    ]
    return [Table([cells], colWidths=[WIDTH / len(cells)] * len(cells), style=TableStyle(style))]


def _inner_page() -> Sequence[Flowable]:
    return [NextPageTemplate("inner"), PageBreak()]


def typeset(target: Path = TARGET, source: Path = SOURCE) -> None:
    """Set the text file ``source`` as the PDF file ``target``."""
    fonts.register_families()
    text = read(source)
    story = flowables(
        text,
        STYLES,
        COLUMN,
        {
            "Aufmacher": list,
            "Spalten": lambda: [FrameBreak()],
            "nächste Spalte": lambda: [FrameBreak()],
            "Band": lambda: [FrameBreak(), *_band(text)],
            "Seite: Praxis": _inner_page,
            "Seite: Fragen": _inner_page,
        },
    )
    sheets = [_Cover(text), Sheet("inner", frames=_frames(TOP), number=str, margin=MARGIN)]
    write(ExampleDocument(f"{text.head['Anhang']}: {text.head['Titel']}", sheets).render(story), target)


if __name__ == "__main__":
    sys.exit(run(typeset))
