"""A short annex as an office writes it: its head, text from a source and tables that the script computes.

The head of the source names ``Titel``, ``Anhang``, ``Untertitel``, ``Amt`` and ``Stand``; an instruction in its text
(``<!-- Kosten -->``) stands where the table of that name goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.platypus import Flowable, Paragraph

from corpus.typesetting import fonts, markup
from corpus.typesetting.example import MARGIN, ExampleDocument, Sheet, Styles, dash_number, heading
from corpus.typesetting.footnotes import NotedFrame

COLUMN = A4[0] - 2 * MARGIN
"""The width of the text in points."""
BOTTOM, TOP = 2.1 * cm, 2.6 * cm


def annex(path: Path, styles: Styles, tables: Mapping[str, Callable[[Styles], Sequence[Flowable]]]) -> bytes:
    """The finished PDF of a source.

    Args:
        path: the source.
        styles: the document's styles.
        tables: makes the table of each instruction in the source.
    """
    fonts.register_families()
    source = markup.read(path)
    head = source.head
    running_head = (f"{head['Anhang']} zur Konzeption zur Antragstellung", f"Stand: {head['Stand']}")
    column = NotedFrame(MARGIN, BOTTOM, COLUMN, A4[1] - BOTTOM - TOP, styles.small, "annex column")
    sheet = Sheet("annex", frames=[column], number=lambda page: dash_number(str(page)), head=lambda _: running_head)
    document = ExampleDocument(f"{head['Anhang']}: {head['Titel']}", [sheet])
    story: list[Flowable] = [
        Paragraph(escape(head["Amt"]), styles.small),
        heading(f"{head['Anhang']}<br/>{escape(head['Titel'])}", styles, 1, f"{head['Anhang']}: {head['Titel']}"),
        Paragraph(escape(head["Untertitel"]), styles.body),
    ]
    story += markup.flowables(source, styles, COLUMN, {name: partial(make, styles) for name, make in tables.items()})
    return document.render(story)
