"""What all example documents share: the line that marks them, their pages, type, headings, lists and tables.

The examples stand in for papers that the Vorlage names and that are not available. They are invented, and nobody may
take them for official: :data:`MARKER` stands on every page and in the metadata. As with the Vorlage, the same source
gives the same bytes, so the streams stay uncompressed and the date is fixed.

A document that flows over pages is an :class:`ExampleDocument` with :class:`Sheet` pages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, LongTable, PageTemplate, Paragraph, Table, TableStyle

from corpus.errors import AktenkundigError, UnreadableFileError
from corpus.typesetting import fonts
from corpus.typesetting.footnotes import NotedFrame
from corpus.typesetting.vorlage import AKTE, TYPESET_ON

MARKER = "BEISPIELDOKUMENT – frei erfunden, nicht amtlich"
AUTHOR = "aktenkundig (Beispieldokument, frei erfunden)"
EXAMPLES = AKTE / "beispiele"
SOURCES = EXAMPLES / "quellen"

SANS = f"{fonts.SANS}-Regular"
SANS_BOLD = f"{fonts.SANS}-Bold"
SERIF = f"{fonts.SERIF}-Regular"

MARGIN = 2.5 * cm
MARKER_FROM_TOP = 1.2 * cm
MARKER_SIZE = 9.0
HEAD_FROM_TOP = 1.85 * cm
NUMBER_FROM_BOTTOM = 1.3 * cm
FURNITURE_SIZE = 9.0
WARNING_RED = HexColor("#9b1c1c")
RULE_GREY = HexColor("#666666")
SHADE = HexColor("#e6e6e6")
"""Behind the head and the subtotals of a table."""


@dataclass(frozen=True)
class Styles:
    """The paragraph styles of one document, all derived from its family and the size of its running text in points."""

    family: str = fonts.SANS
    size: float = 11.0
    justified: bool = True

    def _style(self, name: str, size: float, **settings: object) -> ParagraphStyle:
        values: dict[str, object] = {
            "fontName": f"{self.family}-Regular",
            "fontSize": size,
            "leading": round(size * 1.25, 2),
            "allowWidows": 0,
            "allowOrphans": 0,
            # Embedded soft hyphens are where a word may be divided; a word without them stays whole.
            "embeddedHyphenation": 1,
            "splitLongWords": 0,
            "bulletFontName": f"{self.family}-Regular",
            "bulletFontSize": size,
        }
        return ParagraphStyle(name, **{**values, **settings})

    @cached_property
    def body(self) -> ParagraphStyle:
        """Running text."""
        return self._style(
            "body", self.size, alignment=TA_JUSTIFY if self.justified else TA_LEFT, spaceAfter=self.size * 0.6
        )

    @cached_property
    def headings(self) -> tuple[ParagraphStyle, ...]:
        """Headings of level 1, 2 and 3."""
        bold = f"{self.family}-Bold"
        sizes = ((1.45, 1.2, 0.6), (1.18, 0.9, 0.45), (1.0, 0.7, 0.35))
        return tuple(
            self._style(
                f"heading {level}",
                round(self.size * size, 1),
                fontName=bold,
                spaceBefore=self.size * before,
                spaceAfter=self.size * after,
                keepWithNext=1,
            )
            for level, (size, before, after) in enumerate(sizes, start=1)
        )

    @cached_property
    def item(self) -> ParagraphStyle:
        """An item of a list; the text hangs beside its mark."""
        return self._style(
            "item", self.size, alignment=self.body.alignment, leftIndent=self.size * 1.7, spaceAfter=self.size * 0.25
        )

    @cached_property
    def small(self) -> ParagraphStyle:
        """Captions and remarks under tables."""
        return self._style("small", round(self.size * 0.82, 1), spaceAfter=self.size * 0.5)

    @cached_property
    def title(self) -> ParagraphStyle:
        """The title on a title page or at the top of a sheet."""
        return self._style(
            "title", round(self.size * 1.8, 1), fontName=f"{self.family}-Bold", spaceAfter=self.size * 0.8
        )

    def cell(self, size: float, *, right: bool = False, bold: bool = False, centred: bool = False) -> ParagraphStyle:
        """The text of a table's cell."""
        return self._style(
            "cell",
            size,
            leading=round(size * 1.18, 2),
            alignment=TA_RIGHT if right else TA_CENTER if centred else TA_LEFT,
            fontName=f"{self.family}-{'Bold' if bold else 'Regular'}",
        )


class Heading(Paragraph):  # type: ignore[misc]  # reportlab ships no types
    """A heading that enters itself in the file's outline and in the table of contents where it is drawn."""

    def __init__(self, text: str, style: ParagraphStyle, level: int = 1, outline: str = "") -> None:
        super().__init__(text, style)
        self.level = level
        self.outline = (outline or self.getPlainText()).replace("\N{SOFT HYPHEN}", "")

    def draw(self) -> None:
        """Draw the heading; its top is the target of the bookmark."""
        document = self.canv._doctemplate  # noqa: SLF001  where reportlab keeps it
        if isinstance(document, ExampleDocument):
            document.enter(self)
        super().draw()


def heading(text: str, styles: Styles, level: int = 1, outline: str = "") -> Heading:
    """A heading of level 1 to 3; ``outline`` is its text in the bookmarks where that differs."""
    return Heading(text, styles.headings[level - 1], level, outline)


def item(text: str, styles: Styles, mark: str = "•") -> Paragraph:
    """An item of a list, with a dot or a number ("1.") as its ``mark``."""
    return Paragraph(text, styles.item, bulletText=mark)


def tick_box(text: str, styles: Styles, *, ticked: bool) -> Paragraph:
    """A line with ☐ or ☒ before it."""
    style = ParagraphStyle("tick box", parent=styles.item, bulletFontName=fonts.SYMBOLS)
    return Paragraph(text, style, bulletText="☒" if ticked else "☐")


def table(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    styles: Styles,
    *,
    header_rows: int = 1,
    right: Iterable[int] = (),
    bold_rows: Iterable[int] = (),
    size: float = 9.0,
    spans: Iterable[tuple[tuple[int, int], tuple[int, int]]] = (),
    extra: Iterable[tuple[object, ...]] = (),
) -> LongTable:
    """A table with ruling lines; its first ``header_rows`` rows come again after a page break.

    Args:
        rows: the cells, row by row; a cell may hold markup (``<b>``) and line breaks (``<br/>``).
        widths: the width of each column in points.
        styles: the document's styles.
        header_rows: how many rows head the columns; they are bold and shaded.
        right: the columns whose cells are set flush right, as amounts are.
        bold_rows: the rows of subtotals and totals (negative ones count from the end); they are bold and shaded too.
        size: of the cells' type in points.
        spans: cells that cover several, as ((column, row), (last column, last row)).
        extra: further commands of reportlab's TableStyle.
    """
    flush, totals = set(right), {row % len(rows) for row in bold_rows}
    cells = [
        [
            Paragraph(
                text,
                styles.cell(
                    size,
                    right=column in flush and row >= header_rows,
                    centred=row < header_rows and column in flush,
                    bold=row < header_rows or row in totals,
                ),
            )
            for column, text in enumerate(texts)
        ]
        for row, texts in enumerate(rows)
    ]
    commands: list[tuple[object, ...]] = [
        # Else reportlab enters Helvetica in the file, which is not embedded.
        ("FONTNAME", (0, 0), (-1, -1), f"{styles.family}-Regular"),
        ("GRID", (0, 0), (-1, -1), 0.5, black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        *(("BACKGROUND", (0, row), (-1, row), SHADE) for row in sorted({*range(header_rows), *totals})),
        *(("SPAN", *span) for span in spans),
        *extra,
    ]
    return LongTable(
        cells,
        colWidths=list(widths),
        repeatRows=header_rows,
        style=TableStyle(commands),
        hAlign="LEFT",
        spaceBefore=4,
        spaceAfter=styles.size * 0.8,
    )


def boxed(content: Sequence[Flowable], width: float, *, shaded: bool = True) -> Table:
    """Paragraphs in a box of this width in points."""
    commands = [
        ("FONTNAME", (0, 0), (-1, -1), SANS),
        ("BOX", (0, 0), (-1, -1), 0.75, black),
        ("LEFTPADDING", (0, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 7),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        *([("BACKGROUND", (0, 0), (-1, -1), SHADE)] if shaded else []),
    ]
    return Table([[list(content)]], colWidths=[width], style=TableStyle(commands), spaceBefore=6, spaceAfter=8)


def draw_marker(canvas: Canvas, width: float, height: float) -> None:
    """Draw the line that marks an example at the top of a page of this displayed size, both in points."""
    canvas.saveState()
    canvas.setFillColor(WARNING_RED)
    canvas.setFont(SANS_BOLD, MARKER_SIZE)
    canvas.drawCentredString(width / 2, height - MARKER_FROM_TOP, MARKER)
    canvas.restoreState()


def dash_number(number: str) -> str:
    """The printed page number of the examples: ``- 3 -``."""
    return f"- {number} -"


class Sheet(PageTemplate):  # type: ignore[misc]  # reportlab ships no types
    """A kind of page: its size as displayed, its columns, running head and number.

    A ``turned`` sheet is landscape by ``/Rotate 90`` of a portrait page instead of by its MediaBox.
    """

    def __init__(
        self,
        name: str,
        *,
        landscape: bool = False,
        turned: bool = False,
        frames: Sequence[Frame] = (),
        number: Callable[[int], str] | None = None,
        head: Callable[[ExampleDocument], tuple[str, str]] | None = None,
        margin: float = MARGIN,
    ) -> None:
        """Make the kind of page.

        Args:
            name: what ``NextPageTemplate`` calls it.
            landscape: whether it is displayed as landscape; implied by ``turned``.
            turned: whether it is landscape by rotation.
            frames: where the text goes, in points from the displayed page's lower left; without them one column.
            number: gives the printed number for the position in the file, counted from 1; without it none is printed.
            head: gives the left and the right part of the running head when the page is complete; without it none.
            margin: to the left and right of text and running head in points.
        """
        across = landscape or turned
        self.displayed: tuple[float, float] = (A4[1], A4[0]) if across else A4
        self.turned, self.number, self.head, self.margin = turned, number, head, margin
        width, height = self.displayed
        top = 2.6 * cm if head else 2.1 * cm
        column = Frame(margin, 2.2 * cm, width - 2 * margin, height - 2.2 * cm - top, 0, 0, 0, 0, id=f"{name} column")
        super().__init__(id=name, frames=list(frames) or [column], pagesize=self.displayed)
        # Where it is 90, reportlab exchanges width and height itself: the MediaBox of a turned sheet is portrait.
        self.rotation = 90 if turned else 0

    def beforeDrawPage(self, canv: Canvas, doc: ExampleDocument) -> None:  # noqa: ARG002, N802  reportlab's interface
        """On a turned sheet, let everything be drawn as it will be displayed."""
        if self.turned:
            canv.transform(0, 1, -1, 0, A4[0], 0)

    def afterDrawPage(self, canv: Canvas, doc: ExampleDocument) -> None:  # noqa: N802  reportlab's interface
        """Draw footnotes, marker, running head and number; only now the chapter at the page's head is known."""
        for frame in self.frames:
            if isinstance(frame, NotedFrame):
                frame.draw_notes(canv)
        width, height = self.displayed
        draw_marker(canv, width, height)
        canv.setFont(SANS, FURNITURE_SIZE)
        if self.head:
            left, right = self.head(doc)
            baseline = height - HEAD_FROM_TOP
            canv.drawString(self.margin, baseline, left)
            canv.drawRightString(width - self.margin, baseline, right)
            canv.setStrokeColor(RULE_GREY)
            canv.setLineWidth(0.5)
            canv.line(self.margin, baseline - 4, width - self.margin, baseline - 4)
        if self.number:
            canv.drawCentredString(width / 2, NUMBER_FROM_BOTTOM, self.number(canv.getPageNumber()))


def _describe(canvas: Canvas, title: str) -> None:
    canvas.setTitle(title)
    canvas.setAuthor(AUTHOR)
    canvas.setSubject(MARKER)
    canvas.setKeywords([MARKER, "Beispieldokument", "frei erfunden", "nicht amtlich"])
    canvas.setCreator("aktenkundig, gesetzt aus einem Beispieltext")
    canvas.setProducer(fonts.toolchain(SANS, SERIF, fonts.SYMBOLS))
    canvas.setDateFormatter(lambda *_: TYPESET_ON)
    canvas.setViewerPreference("DisplayDocTitle", "true")


class ExampleDocument(BaseDocTemplate):  # type: ignore[misc]  # reportlab ships no types
    """An example document whose text flows over pages; make it after :func:`fonts.register_families`."""

    def __init__(self, title: str, sheets: Sequence[Sheet]) -> None:
        self.buffer = BytesIO()
        # Where a build sets this date, reportlab mixes it into the file's ID: the bytes would hang on the environment.
        os.environ.pop("SOURCE_DATE_EPOCH", None)
        super().__init__(
            self.buffer, pageTemplates=list(sheets), invariant=1, pageCompression=0, lang="de", initialFontName=SANS
        )
        self.title = title
        self.chapter = ""
        self.chapter_at_top = ""
        self.entered = 0

    def _makeCanvas(self, filename: object = None, canvasmaker: type[Canvas] = Canvas) -> Canvas:  # noqa: N802
        canvas = super()._makeCanvas(filename, canvasmaker)
        _describe(canvas, self.title)
        self.prepare(canvas)
        return canvas

    def prepare(self, canvas: Canvas) -> None:
        """What a document adds to its canvas, as page labels; called once for each pass of the typesetting."""

    def beforeDocument(self) -> None:  # noqa: N802  reportlab's interface
        """Forget the chapter and the bookmarks of an earlier pass."""
        self.chapter = ""
        self.entered = 0

    def beforePage(self) -> None:  # noqa: N802  reportlab's interface
        """The chapter of the page before goes on, unless one begins at the very top."""
        self.chapter_at_top = self.chapter

    def enter(self, heading: Heading) -> None:
        """Enter a heading that is just being drawn in the outline, the table of contents and the running head."""
        self.entered += 1
        key = f"heading-{self.entered}"
        if heading.level == 1:
            self.chapter = heading.outline
            if self.frame._atTop:  # noqa: SLF001  reportlab keeps it there
                self.chapter_at_top = self.chapter
        self.canv.bookmarkHorizontal(key, 0, heading.height)
        self.canv.addOutlineEntry(heading.outline, key, heading.level - 1, closed=False)
        self.notify("TOCEntry", (heading.level - 1, heading.outline, self.page, key))

    def render(self, story: Sequence[Flowable]) -> bytes:
        """The finished PDF; twice over the text where there is a table of contents."""
        self.multiBuild(list(story))
        return self.buffer.getvalue()


def write(content: bytes, target: Path) -> None:
    """Write a finished PDF."""
    try:
        target.write_bytes(content)
    except OSError as error:
        raise UnreadableFileError(f"Die Datei {target} lässt sich nicht schreiben; bitte den Pfad prüfen.") from error


def read_source(source: Path) -> str:
    """The text of a source file, with soft errors made clear."""
    try:
        return source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"Der Text {source} ist nicht lesbar; bitte die Datei prüfen.") from error


def run(typeset: Callable[[], object]) -> int:
    """The command line of a script that writes its own file; the exit status."""
    try:
        typeset()
    except AktenkundigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
