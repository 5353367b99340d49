"""Finds the tables of a page among its segments and ruling lines.

Three ways, the surest first: cells that lines enclose (:mod:`ingest.tables.ruled`), rows between horizontal lines
(:mod:`ingest.tables.banded`), values below one another (:mod:`ingest.tables.aligned`). What one has taken, the next
does not see. A wrong table is worse than none: what is no clear table stays lines of text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ingest.layout import Line
from ingest.tables.aligned import find_aligned
from ingest.tables.banded import find_banded, join_borders
from ingest.tables.cells import Piece, Row, TableRegion, extents_of, make_region, pieces_of, text_lines, value_parts
from ingest.tables.ruled import fill_grid, find_grids

if TYPE_CHECKING:
    from ingest.readers.pdf.rules import Rule

_FEW_RULES = 3
"""With fewer lines nothing is ruled."""
_SAME_LINE = 0.4
_LEAST_LINES = 2
"""Lines of several segments: a table's head and one row."""


def find_tables(
    segments: Sequence[Line],
    rules: Sequence[Rule],
    width: float,
    height: float,
) -> list[TableRegion]:
    """The tables of a page of ``width`` times ``height`` points, from top to bottom.

    ``segments`` are stretches of glyphs on one baseline without a wide gap, in any order. Each is taken whole or not
    at all, though it may be divided among cells. The tables are numbered as they are returned.
    """
    drawn = rules if len(rules) >= _FEW_RULES else ()
    if not drawn and not _has_wide_gaps(segments):
        return []
    extents = extents_of(segments)
    free = [piece for piece in pieces_of(segments, extents, range(len(segments))) if _is_on_page(piece, width, height)]
    tables: list[list[Row]] = []

    def take(found: Iterable[list[Row]]) -> bool:
        """Keep what was found and put its segments out of sight."""
        nonlocal free
        before = len(tables)
        for rows in found:
            taken = {piece.segment for piece in _pieces(rows)}
            if _is_complete(segments, rows):
                free = [piece for piece in free if piece.segment not in taken]
                tables.append(rows)
        return len(tables) > before

    enclosed = [grid.box for grid in find_grids(drawn) if take(fill_grid(segments, free, grid))]
    borders = join_borders(
        [(rule.x0, rule.x1, rule.y0) for rule in drawn if rule.y0 == rule.y1 and not _lies_in(rule, enclosed)]
    )
    lines = text_lines([part for piece in free for part in value_parts(segments[piece.segment], piece)])
    take(_larger(list(find_banded(segments, lines, borders)), list(find_aligned(segments, lines, borders))))
    tops = [min(piece.y0 for piece in _pieces(rows)) for rows in tables]
    order = sorted(range(len(tables)), key=tops.__getitem__)
    return [make_region(segments, tables[position], number) for number, position in enumerate(order)]


def _larger(banded: Sequence[list[Row]], aligned: Sequence[list[Row]]) -> list[list[Row]]:
    """Of tables that share segments the one that has more of them: lines may be drawn in some rows only."""
    candidates = [*banded, *aligned]
    taken = [{piece.segment for piece in _pieces(rows)} for rows in candidates]
    chosen: list[int] = []
    for number in sorted(range(len(candidates)), key=lambda number: -len(taken[number])):
        if not any(taken[number] & taken[other] for other in chosen):
            chosen.append(number)
    return [candidates[number] for number in sorted(chosen)]


def _pieces(rows: Iterable[Row]) -> Iterator[Piece]:
    return (piece for row in rows for cell in row.cells.values() for piece in cell.pieces)


def _is_complete(segments: Sequence[Line], rows: Sequence[Row]) -> bool:
    """Whether all that the segments of a table say went into it: nothing may get lost between table and text."""
    lengths: dict[int, int] = {}
    for piece in _pieces(rows):
        lengths[piece.segment] = lengths.get(piece.segment, 0) + len("".join(piece.text.split()))
    return all(length == len("".join(segments[number].text.split())) for number, length in lengths.items())


def _has_wide_gaps(segments: Sequence[Line]) -> bool:
    """Whether several lines of the page have more than one segment; their first glyphs are enough to see that."""
    if len(segments) < 2 * _LEAST_LINES:
        return False
    first = np.array([segment.boxes[0] for segment in segments if segment.text])
    first = first[~np.isnan(first[:, 0])]
    middles = (first[:, 1] + first[:, 3]) / 2
    order = np.argsort(middles)
    heights = (first[:, 3] - first[:, 1])[order]
    beside = np.diff(middles[order]) <= _SAME_LINE * np.minimum(heights[1:], heights[:-1])
    # A line of three segments counts once.
    lines = np.count_nonzero(beside[:1]) + np.count_nonzero(beside[1:] & ~beside[:-1])
    return bool(lines >= _LEAST_LINES)


def _is_on_page(piece: Piece, width: float, height: float) -> bool:
    return piece.x1 > 0 and piece.x0 < width and 0 < piece.middle < height


def _lies_in(rule: Rule, boxes: Iterable[tuple[float, float, float, float]]) -> bool:
    return any(x0 <= (rule.x0 + rule.x1) / 2 <= x1 and y0 - 1 <= rule.y0 <= y1 + 1 for x0, y0, x1, y1 in boxes)
