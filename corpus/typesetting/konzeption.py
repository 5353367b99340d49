"""Typesets the example Konzeption: ``python -m corpus.typesetting.konzeption``.

It has what long council papers have: a title page without a number, a table of contents with a roman one, chapters with
a running head, paragraphs and a table that go on over a page break, divided words and footnotes. The numbers printed on
the pages begin at 1 behind the table of contents; the labels that the file declares agree with them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, NextPageTemplate, PageBreak, Paragraph, Spacer, TableStyle
from reportlab.platypus.tableofcontents import TableOfContents

from corpus.typesetting import fonts
from corpus.typesetting.example import (
    EXAMPLES,
    MARGIN,
    MARKER,
    SANS,
    SOURCES,
    ExampleDocument,
    Sheet,
    Styles,
    boxed,
    dash_number,
    run,
    write,
)
from corpus.typesetting.footnotes import NotedFrame
from corpus.typesetting.markup import Source, flowables, inline, read

SOURCE = SOURCES / "konzeption.md"
TARGET = EXAMPLES / "konzeption.pdf"
STYLES = Styles(size=11.0)
WIDTH = A4[0] - 2 * MARGIN
FRONT_PAGES = 2
"""The title page and the table of contents: what stands before page 1."""


def printed_number(position: int) -> str:
    """What a page shows as its number, for its position in the file from 1; the title page shows none."""
    if position == 1:
        return ""
    return dash_number("ii" if position == FRONT_PAGES else str(position - FRONT_PAGES))


class Konzeption(ExampleDocument):
    """The document with its page labels."""

    def prepare(self, canvas: Canvas) -> None:
        """Declare the labels as they are printed: none, ii, 1, 2 and so on."""
        canvas.addPageLabel(0)
        canvas.addPageLabel(1, style="ROMAN_LOWER", start=2)
        canvas.addPageLabel(FRONT_PAGES, style="ARABIC", start=1)
        canvas.showOutline()


def _title_page(source: Source) -> list[Flowable]:
    head = source.head
    centred = {"parent": STYLES.body, "alignment": 1, "embeddedHyphenation": 0}
    plain = ParagraphStyle("front", fontSize=12, leading=16, **centred)
    title = ParagraphStyle("front title", **{**centred, "parent": STYLES.title}, fontSize=24, leading=30)
    return [
        Spacer(1, 2.2 * cm),
        Paragraph(head["Behörde"], plain),
        Paragraph(head["Amt"], plain),
        Spacer(1, 3.2 * cm),
        Paragraph(head["Titel"], title),
        Spacer(1, 0.4 * cm),
        Paragraph(head["Untertitel"], plain),
        Spacer(1, 2.2 * cm),
        Paragraph(head["Zweck"], plain),
        Paragraph(f"Stand: {head['Stand']}", plain),
        Spacer(1, 3.2 * cm),
        boxed([Paragraph(f"<b>{MARKER}.</b> {inline(head['Hinweis'], STYLES.size)}", STYLES.body)], WIDTH),
    ]


def _contents() -> list[Flowable]:
    levels = [
        ParagraphStyle(
            f"contents {level}",
            parent=STYLES.body,
            alignment=0,
            fontName=f"{fonts.SANS}-{'Bold' if level == 1 else 'Regular'}",
            fontSize=11 if level == 1 else 10,
            leading=14,
            leftIndent=0 if level == 1 else 16,
            rightIndent=30,
            spaceBefore=5 if level == 1 else 0,
            spaceAfter=0,
        )
        for level in (1, 2)
    ]
    plain = TableStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), SANS),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    contents = TableOfContents(
        levelStyles=levels,
        tableStyle=plain,
        dotsMinLevel=0,
        formatter=lambda position: str(position - FRONT_PAGES),
    )
    return [Paragraph("Inhaltsverzeichnis", STYLES.headings[0]), contents]


def story(source: Source) -> Sequence[Flowable]:
    """Title page, table of contents and text."""
    return [
        *_title_page(source),
        NextPageTemplate("contents"),
        PageBreak(),
        *_contents(),
        NextPageTemplate("text"),
        PageBreak(),
        *flowables(source, STYLES, WIDTH, {}),
    ]


def sheets() -> list[Sheet]:
    """Title page, table of contents and pages of text."""
    note = ParagraphStyle("note", parent=STYLES.body, fontSize=8.5, leading=10.5, spaceAfter=0)
    column = NotedFrame(MARGIN, 2.2 * cm, WIDTH, A4[1] - 2.2 * cm - 2.6 * cm, note, "text column")
    return [
        Sheet("title"),
        Sheet("contents", number=printed_number),
        Sheet(
            "text",
            frames=[column],
            number=printed_number,
            head=lambda document: (document.title, document.chapter_at_top),
        ),
    ]


def typeset(target: Path = TARGET, source: Path = SOURCE) -> None:
    """Set the text file ``source`` as the PDF file ``target``."""
    fonts.register_families()
    text = read(source)
    write(Konzeption(text.head["Titel"], sheets()).render(story(text)), target)


if __name__ == "__main__":
    sys.exit(run(typeset))
