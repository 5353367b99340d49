"""Turns the paragraphs, notes and tables of a format without pages into lines, the same way for every format.

Readers call :class:`Flow` in the order of the document; it keeps text boxes and notes out of the sentence they are
anchored in, places cells in columns and decides which tables are tables at all.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from corpus.errors import UnreadableFileError
from ingest.layout import CellPlace, Line, Mark, OnPage, RawDocument, RawPage, without_boxes
from ingest.readers.symbols import BOX, BULLET, TICKED_BOX

NumberStyle = Literal["decimal", "lower letter", "upper letter", "lower roman", "upper roman"]

_INVISIBLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")
_WIDEST = 1000
"""Columns of a table; HTML allows a cell to cover as many (HTML standard, 4.9.11)."""
_SUPERSCRIPTS = dict(
    zip("0123456789+-=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)
)
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def clean(text: str) -> str:
    """NFC, without control characters, soft hyphens and characters of no width, each run of blanks one blank."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def superscript(mark: str) -> str:
    """A note's mark or an exponent in raised characters ("12" is "¹²"); as it is if one of them has no raised form."""
    if all(character in _SUPERSCRIPTS for character in mark):
        return "".join(_SUPERSCRIPTS[character] for character in mark)
    return mark


def raised(text: str) -> str:
    """Text that stands raised: figures get their raised form ("m²", "10⁻³"), words keep theirs ("1er" stays)."""
    return superscript(text) if re.fullmatch(r"[0-9+-]+", text) else text


def enumerator(number: int, style: NumberStyle, *, repeats: bool = False) -> str:
    """``number`` as it stands before a list item: 3 is "3", "c" or "iii".

    ``repeats`` says how letters go on after z: "aa", "bb", "cc" (Word) or "aa", "ab", "ac" (HTML, OpenDocument). What
    a style cannot say is said in figures.
    """
    text = str(number)
    if "letter" in style and 1 <= number <= 26 * 26:
        text = _letters(number, repeats=repeats)
    elif "roman" in style and 1 <= number < 4000:
        text, left = "", number
        for value, sign in _ROMAN:
            text += sign * (left // value)
            left %= value
    return text.upper() if style.startswith("upper") else text


def _letters(number: int, *, repeats: bool) -> str:
    rounds, letter = divmod(number - 1, 26)
    last = chr(ord("a") + letter)
    if repeats:
        return last * (rounds + 1)
    return (chr(ord("a") + rounds - 1) if rounds else "") + last


@dataclass(slots=True)
class Paragraph:
    """A paragraph that is being read; ``label`` is its automatic number or bullet.

    ``asides`` are the paragraphs of text boxes that are anchored in it, ``notes`` the texts of its notes.
    """

    mark: Mark = "paragraph"
    level: int = 1
    label: str = ""
    pieces: list[str] = field(default_factory=list)
    asides: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _letters: int = field(default=0, init=False)
    _bold_letters: int = field(default=0, init=False)
    _sizes: Counter[float] = field(default_factory=Counter, init=False)

    def write(self, text: str, *, bold: bool = False, size: float = 0.0) -> None:
        """Add text; ``size`` in points, 0 if unknown."""
        self.pieces.append(text)
        letters = len(text) - text.count(" ")
        self._letters += letters
        self._bold_letters += letters if bold else 0
        self._sizes[size] += letters

    def take(self, other: Paragraph) -> None:
        """Add what another paragraph says, shows beside itself and notes."""
        self.pieces.extend(other.pieces)
        self.asides.extend(other.asides)
        self.notes.extend(other.notes)
        self._letters += other._letters
        self._bold_letters += other._bold_letters
        self._sizes.update(other._sizes)

    def line(self) -> Line | None:
        """The paragraph as one line; ``None`` if it shows no text."""
        text = clean("".join(self.pieces))
        if not text:
            return None
        if not (self.label == BULLET and text[0] in (BOX, TICKED_BOX)):
            # A tick box is bullet enough.
            text = clean(f"{self.label} {text}")
        return Line(
            text=text,
            boxes=without_boxes(text),
            bold=0 < self._letters == self._bold_letters,
            size=self._sizes.most_common(1)[0][0] if self._sizes else 0.0,
            mark=self.mark,
            level=self.level,
        )


@dataclass(slots=True)
class _Cell:
    column: int
    columns: int
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    header: bool
    cells: list[_Cell] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [line for cell in self.cells for line in cell.lines]


@dataclass(slots=True)
class _Table:
    """``hanging`` holds the cells from rows above that reach down: first column, end, and how many rows are left."""

    rows: list[_Row] = field(default_factory=list)
    hanging: list[tuple[int, int, int]] = field(default_factory=list)
    cell: _Cell | None = None
    next_column: int = 0


class Flow:
    """Collects a document's lines. Everything that is opened is closed in the opposite order."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._paragraphs: list[Paragraph] = []
        self._tables: list[_Table | None] = []
        self._table: _Table | None = None
        self._table_count = 0
        self._notes: list[str] = []

    @property
    def paragraph(self) -> Paragraph | None:
        """The paragraph that is open, the innermost one if it stands in a text box."""
        return self._paragraphs[-1] if self._paragraphs else None

    def open_paragraph(self, mark: Mark = "paragraph", level: int = 1, label: str = "") -> Paragraph:
        """Begin a paragraph; inside another one it belongs to a text box and comes after it."""
        paragraph = Paragraph(mark=mark, level=level, label=label)
        self._paragraphs.append(paragraph)
        return paragraph

    def drop_paragraph(self) -> Paragraph:
        """Take the innermost paragraph back without making a line of it."""
        return self._paragraphs.pop()

    def close_paragraph(self) -> None:
        """End the innermost paragraph."""
        paragraph = self._paragraphs.pop()
        line = paragraph.line()
        lines = [line, *paragraph.asides] if line is not None else paragraph.asides
        if self._paragraphs:
            self._paragraphs[-1].asides.extend(lines)
            self._paragraphs[-1].notes.extend(paragraph.notes)
            return
        self._notes.extend(paragraph.notes)
        if self._table is not None and self._table.cell is not None:
            self._table.cell.lines.extend(lines)
            return
        for each in lines:
            self._add(each)
        if self._table is None:
            self._add_waiting_notes()

    def open_table(self, *, layout: bool = False) -> None:
        """Begin a table. A nested one is flattened into its cell; a ``layout`` table only arranges its contents."""
        flat = layout or self._table is not None or bool(self._paragraphs)
        self._tables.append(None if flat else _Table())
        self._table = self._tables[-1] or self._table

    def open_row(self, *, header: bool = False) -> None:
        """Begin a row; ``header`` if the format says that it heads the columns."""
        table = self._tables[-1]
        if table is not None:
            table.rows.append(_Row(header))
            table.next_column = 0
            table.hanging = [(start, end, rows - 1) for start, end, rows in table.hanging if rows > 1]

    def skip_columns(self, columns: int) -> None:
        """Leave columns out, because a cell from above covers them or the row begins further right."""
        table = self._tables[-1]
        if table is not None:
            table.next_column = min(table.next_column + columns, _WIDEST)

    def open_cell(self, columns: int = 1, rows: int = 1, *, header: bool = True) -> None:
        """Begin a cell that covers ``columns`` and ``rows``; a row whose cells are not all headers is none."""
        table = self._tables[-1]
        if table is None:
            return
        if not table.rows:
            self.open_row()
        row = table.rows[-1]
        row.header = row.header and header
        start = table.next_column
        for left, right, _ in sorted(table.hanging):
            if left <= start < right:
                start = right
        columns = max(1, min(columns, _WIDEST))
        table.cell = _Cell(column=start, columns=columns)
        row.cells.append(table.cell)
        table.next_column = min(start + columns, _WIDEST)
        if rows > 1 and start < _WIDEST:
            table.hanging.append((start, start + columns, rows))

    def close_cell(self) -> None:
        """End the cell."""
        if self._tables and self._tables[-1] is not None:
            self._tables[-1].cell = None

    def close_table(self) -> None:
        """End the innermost table and add its lines."""
        table = self._tables.pop()
        if table is None:
            return
        self._table = None
        rows = [row for row in table.rows if row.lines]
        if sum(bool(cell.lines) for row in rows for cell in row.cells) <= 1:
            # One cell with text is a frame around it.
            for line in (line for row in rows for line in row.lines):
                self._add(line)
        else:
            self._add_table(rows)
        self._add_waiting_notes()

    def add_notes(self, texts: list[str]) -> None:
        """Add notes outside of any paragraph."""
        for text in filter(None, texts):
            self._add(Line(text=text, boxes=without_boxes(text), mark="note"))

    def document(self, path: Path, media_type: str, metadata: dict[str, str], on_page: OnPage) -> RawDocument:
        """All lines on one page without measures; raises :class:`UnreadableFileError` if there are none."""
        if not self.lines:
            raise UnreadableFileError(f"„{path.name}“ enthält keinen lesbaren Text; bitte die Datei prüfen.")
        on_page(1, 1)
        page = RawPage(index=0, width=0.0, height=0.0, lines=self.lines)
        given = {key: cleaned for key, value in metadata.items() if (cleaned := clean(value))}
        return RawDocument(pages=[page], media_type=media_type, metadata=given)

    def _add(self, line: Line) -> None:
        """Add a line outside of tables; it stands apart from the one above, as paragraphs do."""
        line.gap = 2.0 if self.lines else 1.0
        self.lines.append(line)

    def _add_waiting_notes(self) -> None:
        self.add_notes(self._notes)
        self._notes.clear()

    def _add_table(self, rows: list[_Row]) -> None:
        # Word and layout programs draw tables on a finer grid; only columns in which some cell begins are columns.
        starts = sorted({cell.column for row in rows for cell in row.cells})
        headers = _header_rows(rows)
        for number, row in enumerate(rows):
            for cell in row.cells:
                column = bisect_left(starts, cell.column)
                place = CellPlace(
                    table=self._table_count,
                    row=number,
                    column=column,
                    columns=max(1, bisect_left(starts, cell.column + cell.columns) - column),
                    header=number in headers,
                )
                # A heading in a cell heads that cell, not what follows the table.
                self.lines.extend(
                    replace(line, cell=place, level=1, mark="item" if line.mark == "item" else "paragraph")
                    for line in cell.lines
                )
        self._table_count += 1


def _header_rows(rows: list[_Row]) -> set[int]:
    """Which rows head the columns: those that the format says, else a first row that alone is all bold.

    Below the first body row a header needs two cells with text; a single one is a heading between rows.
    """
    headers: set[int] = set()
    for number, row in enumerate(rows):
        if row.header and (len(headers) == number or sum(bool(cell.lines) for cell in row.cells) > 1):
            headers.add(number)
    if headers or len(rows) < 2:
        return headers if len(headers) < len(rows) else set()
    bold = [all(line.bold for line in row.lines) for row in rows]
    return {0} if bold[0] and not all(bold[1:]) else set()


def note_text(mark: str, lines: list[Line]) -> str:
    """A note's text: its raised mark and its paragraphs one after the other."""
    return clean(" ".join([mark, *(line.text for line in lines)]))


def bullet(character: str) -> str:
    """The bullet to write for ``character``: dashes, boxes and ticks as they are, every other sign as "•"."""
    return character if character and character in "-–—☐☒✓✗▪●○■□·" else BULLET
