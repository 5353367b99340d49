"""Whether lines with values make up the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from corpus.amounts import whole_amount
from ingest.layout import Line
from ingest.tables.cells import Piece, Row, TextLine, is_value, is_year, says_nothing
from ingest.tables.columns import Column, merged, place_line, touched_columns
from ingest.tables.rows import PlacedLine

_SAME_EDGE = 4.0
"""Points by which aligned ends may differ: recognised text jitters by up to three."""
_ALIGNED = 0.8
_VALUES = 0.7
_CROSSING = 0.2
_FILLED = 0.5
_LOWER_CASE = 0.4
_FULL, _MOSTLY_FULL = 0.85, 0.7
_SENTENCE = 25
"""Characters: a column whose usual line is longer may be running text."""
_LABEL = 70
_PURE = 0.8
_MOST_LINES = 1.8
"""Lines that a cell has on average at most."""
_INSIDE = 0.4
_LONGEST_CELL = 250
_COLONS = 0.6


@dataclass(frozen=True, slots=True)
class Frame:
    """The columns of a table to be; ``values`` tells which of them hold values."""

    columns: tuple[Column, ...]
    values: frozenset[int]

    @property
    def x0(self) -> float:
        """Its left end."""
        return self.columns[0].x0

    @property
    def x1(self) -> float:
        """Its right end."""
        return self.columns[-1].x1

    def reaches(self, piece: Piece) -> bool:
        """Whether a piece stands above, in or below the table."""
        return piece.x1 > self.x0 and piece.x0 < self.x1

    def place(self, segments: Sequence[Line], line: TextLine, *, anchor: bool | None = None) -> PlacedLine | None:
        """What of a line stands in the table, or ``None``; unless told, a value in its column makes it an anchor."""
        inside = TextLine(tuple(piece for piece in line.pieces if self.reaches(piece)))
        if not inside.pieces:
            return None
        placed = tuple(place_line(segments, inside, self.columns))
        if anchor is None:
            anchor = any(entry.column in self.values and entry.piece.value for entry in placed)
        return PlacedLine(placed, anchor)


def make_frame(lines: Sequence[TextLine]) -> Frame | None:
    """The columns that the lines' pieces stand in: where values overlap, and where other pieces do between them."""
    values = merged((p.x0, p.x1) for line in lines for p in line.pieces if p.value)
    beside = [Column(*interval) for interval in values]
    texts = merged(
        (p.x0, p.x1) for line in lines for p in line.pieces if not p.value and not touched_columns(p, beside)
    )
    intervals = sorted([*values, *texts])
    if len(intervals) < 2:
        return None
    columns = tuple(Column(*interval) for interval in intervals)
    return Frame(columns, frozenset(number for number, interval in enumerate(intervals) if interval in set(values)))


def with_head_columns(frame: Frame, heads: Sequence[TextLine]) -> Frame:
    """The frame with columns that have a head but nothing below it."""
    new = merged(
        (piece.x0, piece.x1)
        for line in heads
        for piece in line.pieces
        if not touched_columns(piece, frame.columns) and frame.x0 - piece.height < piece.x1
    )
    if not new:
        return frame
    valued = {frame.columns[number] for number in frame.values}
    columns = tuple(sorted([*frame.columns, *(Column(*interval) for interval in new)], key=lambda column: column.x0))
    return Frame(columns, frozenset(number for number, column in enumerate(columns) if column in valued))


def text_beside(frame: Frame, lines: Sequence[PlacedLine]) -> tuple[float, float] | None:
    """From where to where the table can only lie if a column of running text stands beside it, else ``None``."""
    for number in (0, len(frame.columns) - 1):
        pieces = [entry.piece for line in lines for entry in line.placed if entry.column == number]
        if number in frame.values or len(pieces) < 3 or median(len(piece.text) for piece in pieces) < _SENTENCE:
            continue
        inside = sum(piece.text[:1].islower() for piece in pieces)
        column = frame.columns[number]
        # Labels differ in length; the lines of a paragraph reach its right margin.
        full = sum(piece.x1 - piece.x0 >= _FULL * (column.x1 - column.x0) for piece in pieces)
        if inside < _LOWER_CASE * len(pieces) or full < _MOSTLY_FULL * len(pieces):
            continue
        if number == 0 and 1 in frame.values and not all(is_year(piece.text) for piece in _pieces_in(lines, 1)):
            # What stands right before the values is their label.
            continue
        return _without_column(frame, number)
    return None


def long_text_beside(frame: Frame, rows: Sequence[Row]) -> tuple[float, float] | None:
    """Likewise if a cell of the first or last column has grown too long for a cell."""
    for number in (0, len(frame.columns) - 1):
        cells = [row.cells[number].text for row in rows if number in row.cells]
        if number not in frame.values and max(map(len, cells), default=0) > _LONGEST_CELL:
            return _without_column(frame, number)
    return None


def _without_column(frame: Frame, number: int) -> tuple[float, float]:
    """Everything right of the first column, or left of the last."""
    left, right = frame.columns[max(0, number - 1)], frame.columns[max(1, number)]
    gutter = (left.x1 + right.x0) / 2
    return (gutter, float("inf")) if number == 0 else (float("-inf"), gutter)


def is_plausible(
    segments: Sequence[Line], frame: Frame, lines: Sequence[PlacedLine], heads: Sequence[TextLine]
) -> bool:
    """Whether anchors in their columns are rows of a table and not something that only looks like it."""
    beyond = frame.values - {0}
    if not beyond and len(frame.columns) < 3:
        return False
    crossing = sum(any(entry.columns > 1 for entry in line.placed) for line in lines)
    if crossing > _CROSSING * len(lines):
        return False
    cells = sum(len({entry.column for entry in line.placed}) for line in lines)
    if cells < _FILLED * len(lines) * len(frame.columns):
        return False
    labels = [entry.piece.text for line in lines for entry in line.placed if entry.column not in frame.values]
    if labels and median(map(len, labels)) > _LABEL:
        return False
    columns = {number: _pieces_in(lines, number) for number in sorted(frame.values)}
    aligned = [number for number, pieces in columns.items() if _is_aligned(segments, pieces)]
    if not aligned or len(aligned) < _ALIGNED * len([n for n, pieces in columns.items() if len(pieces) > 2]):
        return False
    return not _is_contents(frame, lines, heads) and not _is_form(frame, lines)


def is_sound(frame: Frame, rows: Sequence[Row], *, known: bool) -> bool:
    """Whether rows that were put together still look like a table's: values alone in their cells, labels that begin.

    Narrow columns of justified text have gaps and numbers too, but there words stand above and below the numbers, and
    most lines begin inside a sentence. With ``known`` heads rows without a value are rows too.
    """
    body = [row for row in rows if not row.header]
    for number in frame.values - {0}:
        texts = [row.cells[number].text for row in body if number in row.cells and row.cells[number].columns == 1]
        if sum(is_value(text) or says_nothing(text) for text in texts) < _PURE * len(texts):
            return False
    full = [row for row in body if len(row.cells) > 1]
    valued = sum(
        any(number in frame.values and is_value(cell.text) for number, cell in row.cells.items()) for row in full
    )
    lines = sum(len(cell.pieces) for row in rows for cell in row.cells.values())
    if (valued < _PURE * len(full) and not known) or lines > _MOST_LINES * sum(len(row.cells) for row in rows):
        return False
    first = min(number for number in range(len(frame.columns)) if number not in frame.values or number == 0)
    labels = [row.cells[first].text for row in body if first in row.cells]
    heads = [cell.text for row in rows if row.header for cell in row.cells.values()]
    return _begin(labels, _INSIDE) and _begin(heads, _INSIDE)


def _begin(texts: Sequence[str], share: float) -> bool:
    """Whether no more than a share of the texts begins like the inside of a sentence."""
    worded = [text for text in texts if text[:1].isalpha()]
    return sum(text[0].islower() for text in worded) <= max(1, share * len(worded))


def _pieces_in(lines: Sequence[PlacedLine], column: int) -> list[Piece]:
    return [entry.piece for line in lines for entry in line.placed if entry.column == column and entry.columns == 1]


def _is_aligned(segments: Sequence[Line], pieces: Sequence[Piece]) -> bool:
    """Whether a column holds values below one another: by their right or left ends, their middles or their commas."""
    values = [piece for piece in pieces if piece.value]
    if len(values) < _VALUES * sum(not says_nothing(piece.text) for piece in pieces) or not values:
        return False
    for places in (
        [piece.x1 for piece in values],
        [piece.x0 for piece in values],
        [(piece.x0 + piece.x1) / 2 for piece in values],
        [_comma(segments[piece.segment], piece) for piece in values],
    ):
        middle = median(places)
        if sum(abs(place - middle) <= _SAME_EDGE for place in places) >= _ALIGNED * len(places):
            return True
    return False


def _comma(segment: Line, piece: Piece) -> float:
    """Where a value's decimals begin, or where it ends."""
    place = segment.text.rfind(",", piece.start, piece.end)
    return piece.x1 if place < 0 else float(segment.boxes[place, 0])


def _is_contents(frame: Frame, lines: Sequence[PlacedLine], heads: Sequence[TextLine]) -> bool:
    """Whether this is a table of contents: labels, and rising whole numbers at their right."""
    if frame.values - {0} != {len(frame.columns) - 1}:
        return False
    texts = [piece.text for piece in _pieces_in(lines, len(frame.columns) - 1)]
    if not all(text.isdecimal() for text in texts):
        return False
    named = [piece.text.strip(" :.") for line in heads for piece in line.pieces]
    numbers = [int(text) for text in texts]
    return "Seite" in named or (not heads and numbers == sorted(numbers))


def _is_form(frame: Frame, lines: Sequence[PlacedLine]) -> bool:
    """Whether the values answer labels with colons and are no amounts of money or share: the head of a letter."""
    before = [
        (line.placed[number - 1].piece.text, entry.piece.text)
        for line in lines
        for number, entry in enumerate(line.placed)
        if number and entry.column in frame.values
    ]
    if sum(label.endswith(":") for label, _ in before) < _COLONS * len(before):
        return False
    amounts = [whole_amount(value) for _, value in before]
    return not any(amount is not None and (amount.unit or amount.value.as_tuple().exponent) for amount in amounts)
