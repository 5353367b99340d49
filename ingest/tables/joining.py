"""Numbers the tables of a document and joins those that run over page breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from ingest.layout import CellPlace, Line, RawPage
from ingest.tables.cells import extents_of, is_value, pieces_of, text_lines
from ingest.tables.columns import Column, Placed, place_line
from ingest.tables.rows import is_unfinished

_SHIFT = 45.0
"""Points by which facing pages may shift their text sideways."""
_SAME_EDGE = 4.0
"""Points by which the ends of values in one column may differ."""
_SHARED = 0.5
"""Share of the narrower one by which a column overlaps its continuation on the next page."""

_Texts = Mapping[int, str]
"""The cells of a row by column."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a table stands on one page; all lines have a cell."""

    lines: list[Line]

    def rows(self) -> dict[int, dict[int, str]]:
        """The texts of each row by column."""
        rows: dict[int, dict[int, str]] = {}
        for line, place in self.placed():
            cells = rows.setdefault(place.row, {})
            cells[place.column] = f"{cells[place.column]} {line.text}" if place.column in cells else line.text
        return rows

    def placed(self) -> list[tuple[Line, CellPlace]]:
        """The lines with their places."""
        return [(line, line.cell) for line in self.lines if line.cell is not None]

    def headers(self) -> list[int]:
        """The numbers of its header rows."""
        return sorted({place.row for _, place in self.placed() if place.header})

    def columns(self) -> dict[int, Column]:
        """From where to where the contents of each column reach; without those that only spanning cells cover."""
        extents = extents_of(self.lines)
        places = [place for _, place in self.placed()]
        found: dict[int, Column] = {}
        for column in sorted({place.column for place in places}):
            own = [number for number, place in enumerate(places) if (place.column, place.columns) == (column, 1)]
            boxes = extents[own]
            boxes = boxes[~np.isnan(boxes[:, 0])]
            if len(boxes):
                found[column] = Column(float(boxes[:, 0].min()), float(boxes[:, 2].max()))
        return found


@dataclass(frozen=True, slots=True)
class _Open:
    """A table that ends a page: its number in the document, its heads, columns and last row."""

    number: int
    heads: list[_Texts]
    columns: dict[int, Column]
    last_row: int
    last: _Texts


def number_tables(pages: list[RawPage]) -> None:
    """Make the number of each table the only one in the document; changes the lines of ``pages`` in place.

    Page numbers and running heads are gone by now. A table that ends a page (footnotes aside) and one that begins the
    next are one if the second repeats the heads of the first, or has none and the same columns in the same places. Then
    the repeated heads are taken away and the rows count on; a row that the break cuts keeps its number. One or two
    rows alone on the next page, which nobody would take for a table there, are recognised by the columns of the first.
    Pages without a geometry are left apart.
    """
    count = 0
    before: _Open | None = None
    for page in pages:
        if before is not None and page.width > 0:
            _adopt_rows(page, before)
        runs = [(first, list(run)) for first, run in groupby(page.lines, key=_table_number)]
        lines: list[Line] = []
        for position, (number, run) in enumerate(runs):
            if number is None:
                before = before if position and _are_notes(run) else None
                lines += run
                continue
            part = _Part(run)
            if position == 0 and before is not None and page.width > 0 and (joined := _continued(before, part)):
                part = joined
                before = _now_open(part, before.number, before)
            else:
                before = _now_open(part, count, None)
                count += 1
            for line, place in part.placed():
                line.cell = replace(place, table=before.number)
            lines += part.lines
        page.lines = lines


def _table_number(line: Line) -> int | None:
    return line.cell.table if line.cell else None


def _are_notes(lines: Sequence[Line]) -> bool:
    """Whether lines are footnotes; their further lines have no mark of their own."""
    return lines[0].mark == "note" and all(line.mark in ("note", None) for line in lines)


def _now_open(part: _Part, number: int, earlier: _Open | None) -> _Open:
    """What the next page is compared with; heads and columns stay those of the first page."""
    rows = part.rows()
    last = max(rows)
    return _Open(
        number=number,
        heads=earlier.heads if earlier else [rows[row] for row in part.headers()],
        columns={**part.columns(), **(earlier.columns if earlier else {})},
        last_row=last,
        last=rows[last],
    )


def _continued(before: _Open, part: _Part) -> _Part | None:
    """``part`` as the rest of the table before the page break, or ``None`` if it is a table of its own."""
    rows = part.rows()
    heads = part.headers()
    first = sorted(rows)[: len(before.heads)]
    if before.heads and [_plain(rows[row]) for row in first] == [_plain(head) for head in before.heads]:
        heads = first
        if len(first) == len(rows):
            return None
    elif heads:
        return None
    columns = _matching_columns(before.columns, part.columns())
    if columns is None:
        if not heads:
            return None
        columns = {}
    body = sorted(set(rows) - set(heads))
    cut = _is_cut(before.last, {columns.get(column, column): text for column, text in rows[body[0]].items()})
    number = {row: before.last_row + position + (not cut) for position, row in enumerate(body)}
    lines: list[Line] = []
    for line, place in part.placed():
        if place.row in number:
            line.cell = replace(
                place, row=number[place.row], column=columns.get(place.column, place.column), header=False
            )
            lines.append(line)
    return _Part(lines)


def _plain(row: _Texts) -> list[str]:
    """The row's texts without what may differ between two prints of one head."""
    return ["".join(row[column].split()).casefold() for column in sorted(row)]


def _matching_columns(before: Mapping[int, Column], after: Mapping[int, Column]) -> dict[int, int] | None:
    """Which column of the first page each of the second is, if they stand in the same places, else ``None``."""
    if not before or not after or len(after) > len(before):
        return None
    shift = min(column.x0 for column in before.values()) - min(column.x0 for column in after.values())
    for moved in (0.0, shift if abs(shift) <= _SHIFT else 0.0):
        found: dict[int, int] = {}
        for number, column in after.items():
            x0, x1 = column.x0 + moved, column.x1 + moved
            for other, candidate in before.items():
                narrower = min(x1 - x0, candidate.x1 - candidate.x0)
                if min(x1, candidate.x1) - max(x0, candidate.x0) >= _SHARED * narrower:
                    found.setdefault(number, other)
        rising = all(left < right for left, right in pairwise(found[number] for number in sorted(found)))
        if len(found) == len(after) and rising and len(after) >= 2:
            return found
    return None


def _is_cut(above: _Texts, below: _Texts) -> bool:
    """Whether a row goes on with the one before the page break: it has no values, and its text goes on."""
    if any(is_value(text) for text in below.values()):
        return False
    if 0 in below and len(below) > 1 and not all(text[:1].islower() for text in below.values()):
        return False
    return all(
        column in above and (text[:1].islower() or is_unfinished(above[column])) for column, text in below.items()
    )


def _adopt_rows(page: RawPage, before: _Open) -> None:
    """Turn the first lines of ``page`` into rows if they fit the columns of the table before; drop repeated heads."""
    if not page.lines or page.lines[0].cell is not None or sorted(before.columns) != list(range(len(before.columns))):
        return
    free = next((number for number, line in enumerate(page.lines) if line.cell is not None), len(page.lines))
    segments = page.lines[:free]
    columns = [before.columns[number] for number in sorted(before.columns)]
    heads = [
        "".join(_plain({0: head[column]})[0] for head in before.heads if column in head) for column in before.columns
    ]
    rows: list[list[Placed]] = []
    used: set[int] = set()
    for line in text_lines(pieces_of(segments, extents_of(segments), range(len(segments)))):
        placed = place_line(segments, line, columns)
        if not rows and all(_plain({0: entry.piece.text})[0] in heads[entry.column] for entry in placed):
            used.update(piece.segment for piece in line.pieces)
        elif _is_row(placed, columns):
            rows.append(placed)
            used.update(piece.segment for piece in line.pieces)
        else:
            break
    if not rows or used != set(range(len(used))):
        return
    adopted = [
        replace(
            segments[piece.segment].part(piece.start, piece.end), cell=CellPlace(-1, number, entry.column), mark=None
        )
        for number, placed in enumerate(rows)
        for entry in placed
        for piece in [entry.piece]
    ]
    page.lines = [*adopted, *page.lines[len(used) :]]


def _is_row(placed: Sequence[Placed], columns: Sequence[Column]) -> bool:
    """Whether a line has a label and values that are aligned with those above them, and nothing across columns."""
    values = [entry for entry in placed if entry.column > 0 and entry.piece.value]
    return (
        len({entry.column for entry in placed}) == len(placed) > 1
        and all(entry.columns == 1 for entry in placed)
        and bool(values)
        and all(
            min(abs(entry.piece.x1 - columns[entry.column].x1), abs(entry.piece.x0 - columns[entry.column].x0))
            <= _SAME_EDGE
            for entry in values
        )
    )
