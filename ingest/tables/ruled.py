"""Tables with lines around their cells, found by pdfplumber's table finder over our own lines.

pdfplumber's algorithm (lines → intersections → smallest cells → tables, after A. Nurminen, "Algorithmic Extraction of
Data in Tables in PDF Documents", 2013) works on the edges that a page object offers; where they come from does not
matter to it. So it gets PDFium's lines, and pdfminer, which takes seconds for a page, never reads the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ingest.layout import Line
from ingest.tables.cells import Piece, Row, joined, text_lines, words_of
from ingest.tables.columns import Column, Placed
from ingest.tables.headers import mark_headers
from ingest.tables.rows import PlacedLine, assemble_rows

if TYPE_CHECKING:
    from pdfplumber.page import Page

    from ingest.readers.pdf.rules import Rule

_TOUCH = 3.0
"""Points within which ends of lines meet; pdfplumber's own default."""
_MOST_RULES = 4_000
"""A page with more shows a plan or a chart; a table of 60 rows and 10 columns has 2,400 if each cell is drawn alone."""
_MOST_CROSSINGS = 4_000
"""Likewise horizontal times vertical lines of one drawing, after joining."""
_LONGEST_CELL = 800
"""Characters from which on a cell holds running text: the grid then lays out the page and is no table."""
_LONGEST_BANNER = 160
"""Characters from which on a cell over all columns is no row's heading but text."""
_MOSTLY = 0.8
_TILED = 0.8
"""Share of its rectangle that a table's cells cover at least; boxes that lines connect are no table."""

_Box = tuple[float, float, float, float]
_Edge = dict[str, Any]
"""A line as pdfplumber writes it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one table as boxes."""

    cells: tuple[_Box, ...]

    @property
    def box(self) -> _Box:
        """The box around all cells."""
        x0, y0, x1, y1 = zip(*self.cells, strict=True)
        return min(x0), min(y0), max(x1), max(y1)


class _PageOfEdges:
    """What pdfplumber's table finder asks of a page: where it lies and its edges."""

    def __init__(self, edges: list[_Edge], box: _Box) -> None:
        self.edges = edges
        self.bbox = box


def find_grids(rules: Sequence[Rule]) -> list[Grid]:
    """All grids of two and more cells that the rules draw, the largest first; sides that are left open are closed."""
    upright = sum(rule.y0 != rule.y1 for rule in rules)
    if len(rules) > _MOST_RULES or not 0 < upright < len(rules):
        return []
    from pdfplumber.table import merge_edges

    edges = [_edge(rule.x0, rule.y0, rule.x1, rule.y1) for rule in rules]
    grids: list[Grid] = []
    for drawing in _connected(merge_edges(edges, _TOUCH, _TOUCH, _TOUCH, _TOUCH)):
        grids.extend(_find(drawing))
    return sorted(grids, key=lambda grid: -_area(grid.box))


def _area(box: _Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _connected(edges: Sequence[_Edge]) -> list[list[_Edge]]:
    """The edges in groups that touch one another; a group has lines of both directions, and three in all."""
    boxes = np.array([(edge["x0"], edge["top"], edge["x1"], edge["bottom"]) for edge in edges])
    group = np.arange(len(edges))
    for x0, y0, x1, y1 in boxes:
        touching = (
            (boxes[:, 0] <= x1 + _TOUCH)
            & (boxes[:, 2] >= x0 - _TOUCH)
            & (boxes[:, 1] <= y1 + _TOUCH)
            & (boxes[:, 3] >= y0 - _TOUCH)
        )
        roots = np.unique(group[touching])
        group[np.isin(group, roots)] = roots[0]
    groups = [[edges[int(member)] for member in np.flatnonzero(group == root)] for root in np.unique(group)]
    return [members for members in groups if len(members) >= 3 and len({edge["orientation"] for edge in members}) == 2]


def _find(drawing: Sequence[_Edge]) -> list[Grid]:
    """The grids of one drawing."""
    from pdfplumber.table import TableFinder

    across = sum(edge["orientation"] == "h" for edge in drawing)
    if across * (len(drawing) - across) > _MOST_CROSSINGS:
        return []
    edges = [*drawing, *_outer_edges(drawing)]
    box = (
        min(edge["x0"] for edge in edges),
        min(edge["top"] for edge in edges),
        max(edge["x1"] for edge in edges),
        max(edge["bottom"] for edge in edges),
    )
    finder = TableFinder(cast("Page", _PageOfEdges(edges, box)))
    grids = [Grid(tuple(cast("list[_Box]", table.cells))) for table in finder.tables]
    return [grid for grid in grids if sum(map(_area, grid.cells)) >= _TILED * _area(grid.box)]


def _outer_edges(drawing: Sequence[_Edge]) -> list[_Edge]:
    """The outer sides that a table leaves open: where two and more of its lines end in line and nothing is drawn."""
    horizontal = [edge for edge in drawing if edge["orientation"] == "h"]
    vertical = [edge for edge in drawing if edge["orientation"] == "v"]
    x0, x1 = min(edge["x0"] for edge in drawing), max(edge["x1"] for edge in drawing)
    y0, y1 = min(edge["top"] for edge in drawing), max(edge["bottom"] for edge in drawing)
    found: list[_Edge] = []
    for x in (x0, x1):
        ends = sum(min(abs(edge["x0"] - x), abs(edge["x1"] - x)) <= _TOUCH for edge in horizontal)
        if ends >= 2 and not any(abs(edge["x0"] - x) <= 2 * _TOUCH for edge in vertical):
            found.append(_edge(x, y0, x, y1))
    for y in (y0, y1):
        ends = sum(min(abs(edge["top"] - y), abs(edge["bottom"] - y)) <= _TOUCH for edge in vertical)
        if ends >= 2 and not any(abs(edge["top"] - y) <= 2 * _TOUCH for edge in horizontal):
            found.append(_edge(x0, y, x1, y))
    return found


def _edge(x0: float, top: float, x1: float, bottom: float) -> _Edge:
    return {
        "object_type": "line",
        "orientation": "h" if top == bottom else "v",
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
    }


def fill_grid(segments: Sequence[Line], pieces: Sequence[Piece], grid: Grid) -> list[list[Row]]:
    """The tables that a grid makes with what stands in its cells, usually one; none if it only lays out text.

    ``pieces`` are whole segments; each that lies in the grid for the most part is divided among its cells.
    """
    contents: dict[int, list[Piece]] = {}
    for piece in pieces:
        for cell, part in _share_among_cells(segments, piece, grid):
            contents.setdefault(cell, []).append(part)
    if len(contents) < 3:
        return []
    places = _places(grid, set(contents))
    bands: dict[int, list[tuple[int, int, list[Piece]]]] = {}
    for cell, found in contents.items():
        row, column, columns = places[cell]
        bands.setdefault(row, []).append((column, columns, found))
    rows = [row for _, band in sorted(bands.items()) for row in _rows_of_band(band)]
    tables = [
        _without_title(part) for part in _between_text(rows, width=1 + max(place[1] for place in places.values()))
    ]
    tables = [part for part in tables if _is_table(part)]
    for table in tables:
        mark_headers(table)
    return tables


def _between_text(rows: Sequence[Row], width: int) -> list[list[Row]]:
    """The rows in parts, without those that are running text over all columns."""
    parts: list[list[Row]] = [[]]
    for row in rows:
        if _is_banner(row, width) and len(row.cells[0].text) > _LONGEST_BANNER:
            parts.append([])
        else:
            parts[-1].append(row)
    return parts


def _is_banner(row: Row, width: int) -> bool:
    """Whether the row is one cell over all columns."""
    return set(row.cells) == {0} and row.cells[0].columns >= width > 1


def _without_title(rows: list[Row]) -> list[Row]:
    """The rows without a title above the heads, and without a note below the last row, if they are cells too."""
    width = max((column + cell.columns for row in rows for column, cell in row.cells.items()), default=0)
    if len(rows) > 2 and _is_banner(rows[0], width):
        mark_headers(rows[1:])
        if rows[1].header:
            rows = rows[1:]
    if len(rows) > 2 and _is_banner(rows[-1], width) and len(rows[-1].cells[0].text) > _LONGEST_BANNER // 2:
        rows = rows[:-1]
    return rows


def _share_among_cells(segments: Sequence[Line], piece: Piece, grid: Grid) -> list[tuple[int, Piece]]:
    """The parts of a segment by cell; nothing if most of it lies outside the grid."""
    for number, (x0, y0, x1, y1) in enumerate(grid.cells):
        if x0 - _TOUCH <= piece.x0 and piece.x1 <= x1 + _TOUCH and y0 <= piece.middle <= y1:
            return [(number, piece)]
    left, top, right, bottom = grid.box
    inside = min(piece.x1, right) - max(piece.x0, left)
    if not top <= piece.middle <= bottom or 2 * inside < piece.x1 - piece.x0:
        return []
    runs: list[tuple[int, list[Piece]]] = []
    for word in words_of(segments[piece.segment], piece):
        number = _cell_of(word, grid)
        if runs and runs[-1][0] == number:
            runs[-1][1].append(word)
        else:
            runs.append((number, [word]))
    return [(number, joined(segments[piece.segment], words)) for number, words in runs]


def _cell_of(word: Piece, grid: Grid) -> int:
    """The cell that a word's middle lies in or is nearest to."""
    x, y = (word.x0 + word.x1) / 2, word.middle
    return min(
        range(len(grid.cells)),
        key=lambda number: (
            max(grid.cells[number][1] - y, y - grid.cells[number][3], 0.0)
            + max(grid.cells[number][0] - x, x - grid.cells[number][2], 0.0)
        ),
    )


def _places(grid: Grid, filled: set[int]) -> dict[int, tuple[int, int, int]]:
    """Row, column and number of columns of each filled cell; columns that nothing begins in do not count."""
    tops = sorted({round(grid.cells[number][1], 1) for number in filled})
    lefts = sorted({round(grid.cells[number][0], 1) for number in filled})
    places: dict[int, tuple[int, int, int]] = {}
    for number in filled:
        x0, y0, x1, _ = grid.cells[number]
        column = lefts.index(round(x0, 1))
        places[number] = (tops.index(round(y0, 1)), column, sum(x0 - 1 <= left < x1 - 1 for left in lefts))
    return places


def _rows_of_band(band: Sequence[tuple[int, int, list[Piece]]]) -> list[Row]:
    """The rows between two horizontal lines: one, or more where only the columns are ruled and values stand in rows."""
    anchored = _anchored_lines(band)
    if anchored is not None:
        columns = {number: Column(min(p.x0 for p in found), max(p.x1 for p in found)) for number, _, found in band}
        reach = [columns.get(number, Column(0.0, 0.0)) for number in range(max(columns) + 1)]
        return assemble_rows(anchored, reach)
    row = Row()
    for column, columns_covered, found in band:
        for piece in found:
            row.add(column, piece, columns_covered)
    return [row]


def _anchored_lines(band: Sequence[tuple[int, int, list[Piece]]]) -> list[PlacedLine] | None:
    """The lines of a band whose cells hold a column of values each, or ``None`` if it is a single row.

    It is more than one row if some column after the first has nothing but values, two or more below one another, and
    if most of those lines have something in another column too.
    """
    stacked = {column for column, _, found in band if column and _is_stack_of_values(found)}
    if not stacked:
        return None
    owner = {id(piece): Placed(piece, column, columns) for column, columns, found in band for piece in found}
    placed = [
        tuple(owner[id(piece)] for piece in line.pieces)
        for line in text_lines([p for _, _, found in band for p in found])
    ]
    lines = [PlacedLine(entries, any(entry.column in stacked for entry in entries)) for entries in placed]
    anchors = [line for line in lines if line.anchor]
    shared = sum(len({entry.column for entry in line.placed}) > 1 for line in anchors)
    return lines if shared >= max(2, _MOSTLY * len(anchors)) else None


def _is_stack_of_values(pieces: Sequence[Piece]) -> bool:
    """Whether a cell holds two or more values below one another and nothing else."""
    return all(piece.value for piece in pieces) and len(text_lines(pieces)) >= 2


def _is_table(rows: Sequence[Row]) -> bool:
    """Whether at least two rows have something in two columns each, and no cell holds running text."""
    longest = max((len(cell.text) for row in rows for cell in row.cells.values()), default=0)
    return sum(len(row.cells) >= 2 for row in rows) >= 2 and longest <= _LONGEST_CELL
