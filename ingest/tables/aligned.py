"""Tables without vertical lines, found by values that stand below one another.

What makes such a table is columns of amounts or dates: at least three lines (two below a head, one below the head of a
Beratungsfolge) with values beyond the first column, aligned at their left or right ends, their middles or their commas.
Wide gaps alone make none: address heads, forms, two columns of text and tables of contents have them too. Better no
table than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.layout import Line
from ingest.tables.banded import Border
from ingest.tables.cells import Row, TextLine, is_year, text_lines
from ingest.tables.columns import merged, touched_columns
from ingest.tables.frames import (
    Frame,
    is_plausible,
    is_sound,
    long_text_beside,
    make_frame,
    text_beside,
    with_head_columns,
)
from ingest.tables.headers import head_rows, is_known_head, mark_headers
from ingest.tables.rows import PlacedLine, assemble_rows, leads_into

_LEADERS = re.compile(r"(?:[.·_]\s?){4,}|…\s?…")
"""Dots of a table of contents, or the line to write on in a form."""
_CAPTION = re.compile(
    r"\(?(?:alle\s)?(?:angaben|beträge|werte|zahlen)\b|\(?in\s(?:€|euro|t€|teur|tsd\.)", re.IGNORECASE
)
_FARTHEST_ROW = 6.0
"""In heights of a line: two rows of one table are no farther apart."""
_FARTHEST_HEAD = 3.0
_MOST_BETWEEN = 4
_MOST_HEADS = 7


def is_anchor(line: TextLine) -> bool:
    """Whether a line may be a row: it has several pieces and a value that is not just a list's number or date."""
    pieces = line.pieces
    if len(pieces) < 2 or any(_LEADERS.search(piece.text) for piece in pieces):
        return False
    return any(piece.value for piece in (pieces if len(pieces) > 2 else pieces[1:]))


def find_aligned(
    segments: Sequence[Line], lines: Sequence[TextLine], borders: Sequence[Border] = ()
) -> Iterator[list[Row]]:
    """The rows of each table among ``lines``, which are sorted from top to bottom.

    Where ``borders`` separate the rows, they decide what a row is.
    """
    taken: set[int] = set()
    for run in list(_runs(lines)):
        free = [TextLine(tuple(p for p in line.pieces if p.segment not in taken)) for line in lines]
        anchors = [number for number in run if is_anchor(free[number])]
        for rows in _tables_of_run(segments, free, anchors, borders) if anchors else ():
            taken.update(piece.segment for row in rows for cell in row.cells.values() for piece in cell.pieces)
            yield rows


def _runs(lines: Sequence[TextLine]) -> Iterator[list[int]]:
    """The numbers of anchors that may be rows of one table."""
    run: list[int] = []
    for number, line in enumerate(lines):
        if not is_anchor(line):
            continue
        if run and not _same_table(lines, run, number):
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def _values(line: TextLine) -> list[tuple[float, float]]:
    return [(piece.x0, piece.x1) for piece in line.pieces if piece.value]


def _same_table(lines: Sequence[TextLine], run: Sequence[int], number: int) -> bool:
    """Whether an anchor goes on with a run: near, with values below values, and no running text in between."""
    last, line = lines[run[-1]], lines[number]
    height = line.pieces[0].height
    if line.middle - last.middle > _FARTHEST_ROW * height:
        return False
    known = merged(interval for row in run for interval in _values(lines[row]))
    if not any(x0 < right and x1 > left for x0, x1 in _values(line) for left, right in known):
        return False
    pieces = [piece for row in (*run, number) for piece in lines[row].pieces]
    x0, x1 = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    between = [
        [piece for piece in other.pieces if piece.x0 < x1 and piece.x1 > x0] for other in lines[run[-1] + 1 : number]
    ]
    between = [row for row in between if row]
    crossing = [
        row for row in between for p in row if any(p.x0 < left - height and p.x1 > right for left, right in known)
    ]
    return len(between) <= _MOST_BETWEEN and len(crossing) <= 1


def _tables_of_run(
    segments: Sequence[Line], lines: Sequence[TextLine], run: Sequence[int], borders: Sequence[Border]
) -> Iterator[list[Row]]:
    """The rows of the table that a run of anchors makes, if it does; of several if running text stands beside it."""
    run = _without_years(lines, run)
    frame = make_frame([lines[number] for number in run])
    if frame is None:
        return
    anchors = [placed for number in run if (placed := frame.place(segments, lines[number], anchor=True))]
    limits = text_beside(frame, anchors)
    if limits is not None:
        yield from _tables_within(segments, lines, limits, borders)
        return
    heads, waiting = _lines_above(lines, run[0], frame)
    known = is_known_head([piece.text for line in heads for piece in line.pieces])
    if len(run) < (1 if known else 2 if heads else 3) or not is_plausible(segments, frame, anchors, heads):
        return
    frame = with_head_columns(frame, heads)
    body = _body(segments, lines, run, frame, every_row=known)
    if not heads:
        waiting = waiting[-1:] if waiting and _leads(segments, waiting[-1], body[0], frame) else []
    body = [*filter(None, (frame.place(segments, line, anchor=False) for line in waiting)), *body]
    heights = [y for x0, x1, y in borders if x0 < frame.columns[0].x1 and x1 > frame.columns[-1].x0]
    rows = [*head_rows(segments, heads, frame.columns), *assemble_rows(body, frame.columns, heights)]
    limits = long_text_beside(frame, rows)
    if limits is not None:
        yield from _tables_within(segments, lines, limits, borders)
        return
    mark_headers(rows)
    if is_sound(frame, rows, known=known):
        yield rows


def _tables_within(
    segments: Sequence[Line], lines: Sequence[TextLine], limits: tuple[float, float], borders: Sequence[Border]
) -> Iterator[list[Row]]:
    """The tables of what lies between two places on the line."""
    inside = [p for line in lines for p in line.pieces if p.x0 > limits[0] and p.x1 < limits[1]]
    yield from find_aligned(segments, text_lines(inside), borders)


def _without_years(lines: Sequence[TextLine], run: Sequence[int]) -> Sequence[int]:
    """The run without first lines that have years where others have values: those are heads."""
    for position, number in enumerate(run):
        if not all(is_year(piece.text) for piece in lines[number].pieces if piece.value):
            return run[position:]
    return run


def _leads(segments: Sequence[Line], line: TextLine, first: PlacedLine, frame: Frame) -> bool:
    placed = frame.place(segments, line, anchor=False)
    return placed is not None and leads_into(placed, first, frame.columns)


def _body(
    segments: Sequence[Line], lines: Sequence[TextLine], run: Sequence[int], frame: Frame, *, every_row: bool
) -> list[PlacedLine]:
    """The lines from the first anchor on, with some behind the last one in which cells may go on.

    With ``every_row`` lines without values are anchors too if they begin cells in several columns.
    """
    anchors = set(run)
    body: list[PlacedLine] = []
    for number in range(run[0], min(len(lines), run[-1] + 1 + _MOST_BETWEEN)):
        placed = frame.place(segments, lines[number], anchor=True if number in anchors else None)
        if placed is None:
            continue
        if number > run[-1] and any(entry.columns > 1 for entry in placed.placed):
            break
        if every_row and len(placed.placed) > 1 and all(entry.piece.text[:1].isupper() for entry in placed.placed):
            placed = PlacedLine(placed.placed, anchor=True)
        body.append(placed)
    return body


def _lines_above(lines: Sequence[TextLine], first: int, frame: Frame) -> tuple[list[TextLine], list[TextLine]]:
    """The lines that head the columns, and lines between them and the first row; both from top to bottom."""
    heads: list[TextLine] = []
    waiting: list[TextLine] = []
    below = lines[first]
    for number in range(first - 1, max(-1, first - 1 - _MOST_HEADS), -1):
        line = TextLine(tuple(piece for piece in lines[number].pieces if frame.reaches(piece)))
        if not line.pieces:
            continue
        height = line.pieces[0].height
        farthest = _FARTHEST_HEAD if not heads else 0.7 * _FARTHEST_HEAD
        if below.middle - line.middle > farthest * height or not _may_head(line, frame):
            break
        if any(touched_columns(piece, frame.columns) != [0] for piece in line.pieces):
            heads.insert(0, line)
        elif heads:
            # Only the head of the first column goes on here.
            heads.insert(0, line)
        else:
            waiting.insert(0, line)
        below = line
    while heads and all(touched_columns(piece, frame.columns) == [0] for piece in heads[0].pieces):
        heads.pop(0)
    if heads and len(heads[0].pieces) == 1 and _CAPTION.match(heads[0].pieces[0].text):
        heads.pop(0)
    return heads, waiting


def _may_head(line: TextLine, frame: Frame) -> bool:
    """Whether a line has no values but years and nothing that runs from the first column into others."""
    for piece in line.pieces:
        if (piece.value and not is_year(piece.text)) or _LEADERS.search(piece.text):
            return False
        touched = touched_columns(piece, frame.columns)
        if touched and touched[0] == 0 and len(touched) > 1:
            return False
        if piece.text.endswith(".") and len(piece.text) > 40:
            return False
    return True
