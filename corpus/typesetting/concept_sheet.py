"""Typesets a concept sheet for one of the two focal points: lists, tick boxes, and a landscape page with the plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, HRFlowable, NextPageTemplate, PageBreak, Paragraph

from corpus.typesetting import fonts
from corpus.typesetting.example import MARGIN, ExampleDocument, Sheet, Styles, write
from corpus.typesetting.markup import Source, flowables, read

STYLES = Styles(size=10.0, justified=False)
LANDSCAPE_WIDTH = A4[1] - 2 * MARGIN


def _title(source: Source) -> list[Flowable]:
    """Number, field and focal point at the top of the first page."""
    head = source.head
    field = ParagraphStyle("field", parent=STYLES.headings[1], spaceBefore=2, spaceAfter=2)
    focus = ParagraphStyle("focus", parent=STYLES.headings[0], fontSize=15, leading=19, spaceBefore=0, spaceAfter=4)
    return [
        Paragraph(head["Nummer"], STYLES.small),
        Paragraph(head["Handlungsfeld"], field),
        Paragraph(head["Schwerpunkt"], focus),
        Paragraph(head["Stand"], STYLES.small),
        HRFlowable(width="100%", thickness=0.75, color="#666666", spaceBefore=2, spaceAfter=4),
    ]


def typeset_sheet(source: Path, target: Path, sheets: Sequence[Sheet]) -> None:
    """Set a source as a PDF; ``sheets`` are those named ``text`` and ``plan``, the latter landscape."""
    fonts.register_families()
    text = read(source)
    story = flowables(text, STYLES, LANDSCAPE_WIDTH, {"Seite: quer": lambda: [NextPageTemplate("plan"), PageBreak()]})
    document = ExampleDocument(f"{text.head['Anhang']}: {text.head['Titel']}", sheets)
    write(document.render([*_title(text), *story]), target)
