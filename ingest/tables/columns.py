"""Columns of a table without vertical lines, and what of a line stands in which of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.layout import Line
from ingest.tables.cells import Piece, TextLine, joined, words_of

_TOUCH = 2.0
"""Points by which a piece may reach into a column that it does not stand in."""


@dataclass(frozen=True, slots=True)
class Column:
    """From where to where the contents of a column reach, in points."""

    x0: float
    x1: float

    def shared(self, piece: Piece) -> float:
        """How much of a piece's width lies in the column."""
        return min(self.x1, piece.x1) - max(self.x0, piece.x0)


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and the columns it stands in."""

    piece: Piece
    column: int
    columns: int = 1


def merged(intervals: Iterable[tuple[float, float]], apart: float = 0.0) -> list[tuple[float, float]]:
    """The union of intervals, from left to right; those less than ``apart`` from each other become one."""
    union: list[tuple[float, float]] = []
    for x0, x1 in sorted(intervals):
        if union and x0 <= union[-1][1] + apart:
            union[-1] = (union[-1][0], max(union[-1][1], x1))
        else:
            union.append((x0, x1))
    return union


def place_line(segments: Sequence[Line], line: TextLine, columns: Sequence[Column]) -> list[Placed]:
    """The pieces of a line in their columns; a piece that goes over a gutter is cut there if words end at it."""
    placed: list[Placed] = []
    for piece in line.pieces:
        placed.extend(place_piece(segments, piece, columns))
    return placed


def place_piece(segments: Sequence[Line], piece: Piece, columns: Sequence[Column]) -> list[Placed]:
    """One piece in its column, cut into several, or spanning the columns it covers."""
    touched = touched_columns(piece, columns)
    if len(touched) <= 1:
        return [Placed(piece, touched[0] if touched else nearest_column(piece, columns))]
    parts = _cut(segments[piece.segment], piece, columns)
    if parts is not None:
        return parts
    return [Placed(piece, touched[0], touched[-1] - touched[0] + 1)]


def touched_columns(piece: Piece, columns: Sequence[Column]) -> list[int]:
    """The columns that a piece reaches into."""
    return [number for number, column in enumerate(columns) if column.shared(piece) > _TOUCH]


def nearest_column(piece: Piece, columns: Sequence[Column]) -> int:
    """The column that a piece stands in or beside."""
    return max(range(len(columns)), key=lambda number: columns[number].shared(piece))


def _cut(segment: Line, piece: Piece, columns: Sequence[Column]) -> list[Placed] | None:
    """The words of a piece by column; ``None`` if a word crosses a gutter or the gap there is no wider than a blank."""
    words = words_of(segment, piece)
    runs: list[tuple[int, list[Piece]]] = []
    for word in words:
        touched = touched_columns(word, columns)
        if len(touched) > 1:
            return None
        column = touched[0] if touched else nearest_column(word, columns)
        if runs and runs[-1][0] == column:
            runs[-1][1].append(word)
        elif runs and column < runs[-1][0]:
            return None
        else:
            runs.append((column, [word]))
    blanks = [right.x0 - left.x1 for _, run in runs for left, right in pairwise(run)]
    cuts = [right[0].x0 - left[-1].x1 for (_, left), (_, right) in pairwise(runs)]
    # Inside a cell blanks are narrow; a heading that spans columns has no wider one over their gutters.
    narrow = max(blanks, default=0.25 * piece.height)
    if any(cut < max(1.3 * narrow, 0.3 * piece.height) for cut in cuts):
        return None
    return [Placed(joined(segment, run), column) for column, run in runs]
