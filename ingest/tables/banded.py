"""Tables with horizontal lines only: the lines part the rows, white space parts the columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.layout import Line
from ingest.tables.cells import Piece, Row, TextLine
from ingest.tables.columns import Column, Placed, merged, place_line
from ingest.tables.headers import mark_headers
from ingest.tables.rows import PlacedLine, assemble_rows

Border = tuple[float, float, float]
"""A horizontal line: x0, x1 and its height."""

_SAME_END = 6.0
"""Points by which the lines of one table may differ in where they end."""
_SAME_HEIGHT = 2.0
_BROKEN = 15.0
"""Points of white between two strokes of one line that is drawn cell by cell."""
_LEAST_BORDERS = 3
_GUTTER = 0.8
"""In heights of a line: the least white between two columns."""
_MOST_LINES = 8
"""A row of more lines holds running text."""
_LONGEST_CELL = 400


def join_borders(borders: Sequence[Border]) -> list[Border]:
    """The borders with those made one that lie on one height with little between them."""
    whole: list[Border] = []
    for x0, x1, y in sorted(borders, key=lambda border: (border[2], border[0])):
        last = next((n for n, (_, _, other) in enumerate(whole) if abs(other - y) <= _SAME_HEIGHT), None)
        if last is not None and x0 - whole[last][1] <= _BROKEN and whole[last][0] - x1 <= _BROKEN:
            whole[last] = (min(x0, whole[last][0]), max(x1, whole[last][1]), whole[last][2])
        else:
            whole.append((x0, x1, y))
    return whole


def find_banded(segments: Sequence[Line], lines: Sequence[TextLine], borders: Sequence[Border]) -> Iterator[list[Row]]:
    """The rows of each table between at least three borders of the same ends; ``borders`` are joined."""
    for group in _groups(borders):
        x0, x1 = min(border[0] for border in group), max(border[1] for border in group)
        heights = sorted(border[2] for border in group)
        inside = [
            TextLine(pieces)
            for line in lines
            if heights[0] < line.middle < heights[-1]
            and (pieces := tuple(p for p in line.pieces if x0 - _SAME_END <= p.x0 and p.x1 <= x1 + _SAME_END))
        ]
        rows = _rows(segments, inside, heights[1:-1])
        if rows is not None:
            mark_headers(rows)
            yield rows


def _groups(borders: Sequence[Border]) -> list[list[Border]]:
    """Borders that begin and end at the same places, by place."""
    groups: list[list[Border]] = []
    for border in borders:
        for group in groups:
            if abs(group[0][0] - border[0]) <= _SAME_END and abs(group[0][1] - border[1]) <= _SAME_END:
                group.append(border)
                break
        else:
            groups.append([border])
    return [group for group in groups if len(group) >= _LEAST_BORDERS]


def _rows(segments: Sequence[Line], lines: Sequence[TextLine], heights: Sequence[float]) -> list[Row] | None:
    """The rows between the borders, or ``None`` if they make no table."""
    bands: dict[int, list[TextLine]] = {}
    for line in lines:
        bands.setdefault(sum(height < line.middle for height in heights), []).append(line)
    columns = _columns([line for _, band in sorted(bands.items())[:1] for line in band], lines)
    if len(bands) < 2 or len(columns) < 2:
        return None
    rows: list[Row] = []
    for _, band in sorted(bands.items()):
        placed = [
            PlacedLine(tuple(entries), _is_anchor(entries))
            for entries in (place_line(segments, line, columns) for line in band)
        ]
        anchors = sum(line.anchor for line in placed)
        if len(band) > _MOST_LINES and anchors < 2:
            return None
        rows += assemble_rows(placed, columns) if anchors > 1 else assemble_rows(_as_one_row(placed), columns)
    texts = [cell.text for row in rows for cell in row.cells.values()]
    if any(len(text) > _LONGEST_CELL for text in texts):
        return None
    return rows if sum(len(row.cells) > 1 for row in rows) >= max(2, len(rows) / 2) else None


def _columns(head: Sequence[TextLine], lines: Sequence[TextLine]) -> list[Column]:
    """Where all lines of several pieces leave white between them; a head that spans columns does not count."""
    for chosen in (lines, [line for line in lines if line not in head]):
        pieces: list[Piece] = [piece for line in chosen if len(line.pieces) > 1 for piece in line.pieces]
        if not pieces:
            continue
        gutter = _GUTTER * min(piece.height for piece in pieces)
        intervals = merged(((piece.x0, piece.x1) for piece in pieces), apart=gutter)
        if len(intervals) > 1:
            return [Column(*interval) for interval in intervals]
    return []


def _is_anchor(entries: Sequence[Placed]) -> bool:
    return any(entry.column > 0 and entry.piece.value for entry in entries)


def _as_one_row(lines: Sequence[PlacedLine]) -> list[PlacedLine]:
    """The lines of a band as one line, so that they become one row."""
    return [PlacedLine(tuple(entry for line in lines for entry in line.placed), anchor=True)]
