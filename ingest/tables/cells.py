"""What table recognition works on: pieces of a page's segments, sorted into lines, rows and cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corpus.amounts import whole_amount
from ingest.layout import CellPlace, Line

Extents = NDArray[np.float64]
"""Shape (segments, 4): the box x0, y0, x1, y1 around each segment's glyphs in points; NaN without glyphs."""

_WORD = re.compile(r"\S+")
_SAME_LINE = 0.4
"""Share of the height by which the middles of neighbours in one line may differ."""
_STANDS_OFF = 0.55
"""In heights of a line: a gap beside a value from which on it stands in another column."""
_WIDER = 1.6
"""How much wider such a gap is than the narrowest blank of the segment."""
_DATE = re.compile(r"(?:(?:Mo|Di|Mi|Do|Fr|Sa|So)\.?,?\s)?\d{1,2}\.\s?\d{1,2}\.(?:\s?(?:\d{4}|\d{2}))?")
_NOTHING = frozenset({"-", "–", "—", "--", "./.", "x", "X", "k. A.", "k.A.", "entfällt", "offen"})
"""What cells say where others have a value."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The characters ``start:end`` of a segment (its number in ``segment``) and the box around them, in points.

    ``value`` tells whether they are an amount or a date and nothing else.
    """

    segment: int
    start: int
    end: int
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    bold: bool
    value: bool

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        """In points."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class TextLine:
    """Pieces that stand on one baseline, from left to right."""

    pieces: tuple[Piece, ...]

    @property
    def middle(self) -> float:
        """The mean height of the pieces' middles."""
        return sum(piece.middle for piece in self.pieces) / len(self.pieces)


@dataclass(slots=True)
class CellContent:
    """What one cell holds, and how many columns it covers."""

    pieces: list[Piece] = field(default_factory=list)
    columns: int = 1

    @property
    def text(self) -> str:
        """The pieces from top to bottom as one string, for recognising things."""
        return " ".join(piece.text for piece in in_reading_order(self.pieces))


@dataclass(slots=True)
class Row:
    """The cells of a row that are not empty, by column."""

    cells: dict[int, CellContent] = field(default_factory=dict)
    header: bool = False

    def add(self, column: int, piece: Piece, columns: int = 1) -> None:
        """Put a piece into the cell that begins in ``column``."""
        cell = self.cells.setdefault(column, CellContent())
        cell.pieces.append(piece)
        cell.columns = max(cell.columns, columns)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(piece.bold for cell in self.cells.values() for piece in cell.pieces)


@dataclass(frozen=True, slots=True)
class TableRegion:
    """A table that was found on a page.

    ``box`` is x0, y0, x1, y1 in displayed points; ``lines`` are its lines row by row with ``cell`` set; ``taken`` are
    the numbers of the segments that went into it.
    """

    box: tuple[float, float, float, float]
    lines: list[Line]
    taken: frozenset[int]


def extents_of(segments: Sequence[Line]) -> Extents:
    """The box around each segment's glyphs."""
    if not segments:
        return np.zeros((0, 4))
    lengths = np.array([len(segment.text) for segment in segments])
    if not lengths.all():
        boxes = [segment.boxes if segment.text else np.full((1, 4), np.nan, np.float32) for segment in segments]
        lengths = np.maximum(lengths, 1)
    else:
        boxes = [segment.boxes for segment in segments]
    joined = np.concatenate(boxes).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    low = np.fmin.reduceat(joined[:, :2], starts, axis=0)
    high = np.fmax.reduceat(joined[:, 2:], starts, axis=0)
    return np.concatenate([low, high], axis=1)


def pieces_of(segments: Sequence[Line], extents: Extents, numbers: Iterable[int]) -> list[Piece]:
    """Each segment of ``numbers`` as one piece; segments without glyphs have no place and are left out."""
    return [
        _piece(segments[number], number, 0, len(segments[number].text), (x0, y0, x1, y1))
        for number in numbers
        for x0, y0, x1, y1 in [extents[number].tolist()]
        if not np.isnan(x0)
    ]


def _piece(segment: Line, number: int, start: int, end: int, box: tuple[float, float, float, float]) -> Piece:
    text = segment.text[start:end].strip()
    return Piece(number, start, end, text, *box, segment.bold, is_value(text))


def words_of(segment: Line, piece: Piece) -> list[Piece]:
    """The words of a piece of ``segment``, each with its box; words without glyphs stay with the one before."""
    words: list[Piece] = []
    start = piece.start
    for match in _WORD.finditer(segment.text, piece.start, piece.end):
        boxes = segment.boxes[match.start() : match.end()]
        known = boxes[~np.isnan(boxes[:, 0])]
        if not len(known) and words:
            words[-1] = replace(words[-1], end=match.end(), text=segment.text[words[-1].start : match.end()])
        elif len(known):
            (x0, y0), (x1, y1) = known[:, :2].min(axis=0).tolist(), known[:, 2:].max(axis=0).tolist()
            words.append(_piece(segment, piece.segment, start, match.end(), (x0, y0, x1, y1)))
            start = match.end()
    return words


def value_parts(segment: Line, piece: Piece) -> list[Piece]:
    """The piece cut beside values that stand off from their neighbours by more than a blank.

    A segment goes on over gaps of up to a type size; between a right-aligned amount and the text of the next column
    there may be less. In a justified line all blanks are wide: there nothing stands off.
    """
    if piece.value or " " not in piece.text or not any(map(str.isdigit, piece.text)):
        return [piece]
    blanks = [place for place in range(piece.start + 1, piece.end - 1) if segment.text[place] == " "]
    gaps = [float(segment.boxes[place + 1, 0] - segment.boxes[place - 1, 2]) for place in blanks]
    least = _STANDS_OFF * piece.height
    if len(gaps) > 1:
        least = max(least, _WIDER * min(gaps)) if min(gaps) < least else least
    cuts = [place for place, gap in zip(blanks, gaps, strict=True) if gap > least]
    parts = [
        joined(segment, words_of(segment, replace(piece, start=start, end=end)))
        for start, end in pairwise([piece.start, *cuts, piece.end])
    ]
    if min(gaps) > least and not all(part.value for part in parts):
        return [piece]
    kept = parts[:1]
    for part in parts[1:]:
        if part.value or kept[-1].value:
            kept.append(part)
        else:
            kept[-1] = joined(segment, [kept[-1], part])
    return kept


def joined(segment: Line, words: Sequence[Piece]) -> Piece:
    """Neighbouring words of one segment as one piece."""
    box = (
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )
    return _piece(segment, words[0].segment, words[0].start, words[-1].end, box)


def text_lines(pieces: Sequence[Piece]) -> list[TextLine]:
    """The pieces sorted into lines from top to bottom.

    A piece joins a line if its middle is about as high as that of its nearest neighbour there, so that a slightly
    skewed page keeps its lines.
    """
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        best, least = None, _SAME_LINE * piece.height
        for line in lines[-3:]:
            near = min(line, key=lambda other: max(other.x0 - piece.x1, piece.x0 - other.x1))
            apart = max(near.x0 - piece.x1, piece.x0 - near.x1) > -1.0
            step = abs(near.middle - piece.middle)
            if apart and step <= min(least, _SAME_LINE * near.height):
                best, least = line, step
        if best is None:
            lines.append([piece])
        else:
            best.append(piece)
    ordered = [TextLine(tuple(sorted(line, key=lambda piece: piece.x0))) for line in lines]
    return sorted(ordered, key=lambda line: line.middle)


def in_reading_order(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of one cell line by line."""
    if len(pieces) < 2:
        return list(pieces)
    return [piece for line in text_lines(pieces) for piece in line.pieces]


def is_value(text: str) -> bool:
    """Whether a cell holds an amount or a date and nothing else; recognised text may have stray blanks inside."""
    if not any(map(str.isdigit, text)):
        return False
    return (
        bool(_DATE.fullmatch(text)) or whole_amount(text) is not None or whole_amount(text.replace(" ", "")) is not None
    )


def says_nothing(text: str) -> bool:
    """Whether a cell says that it has no value where others have one."""
    return text in _NOTHING


def is_year(text: str) -> bool:
    """Whether a value may as well head a column of others: a year."""
    return text.isdecimal() and len(text) == 4 and text[:2] in ("19", "20")


def make_region(segments: Sequence[Line], rows: Sequence[Row], table: int) -> TableRegion:
    """The region that ``rows`` make up, their lines placed in table number ``table``."""
    lines: list[Line] = []
    pieces = [piece for row in rows for cell in row.cells.values() for piece in cell.pieces]
    for number, row in enumerate(rows):
        for column in sorted(row.cells):
            cell = row.cells[column]
            place = CellPlace(table, number, column, cell.columns, row.header)
            lines += [
                replace(segments[piece.segment].part(piece.start, piece.end), cell=place, gap=1.0)
                for piece in in_reading_order(cell.pieces)
            ]
    return TableRegion(
        box=(
            min(piece.x0 for piece in pieces),
            min(piece.y0 for piece in pieces),
            max(piece.x1 for piece in pieces),
            max(piece.y1 for piece in pieces),
        ),
        lines=lines,
        taken=frozenset(piece.segment for piece in pieces),
    )
