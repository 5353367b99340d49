"""From the segments of a page to its lines in reading order, with their distances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ingest.layout import Confidences, Line
from ingest.readers.pdf.columns import Items, part_into_columns
from ingest.readers.pdf.lines import Direction, Segment
from ingest.readers.pdf.notes import set_notes_apart
from ingest.readers.pdf.rows import Row
from ingest.readers.pdf.rules import Rule

_SENTENCE_END = re.compile(r"[.!?:;][)\"“”'’»]*$")
_ITEM = re.compile(r"(?:\(?\d{1,3}[.)]|[a-z]\)|[-–—•▪●○■□☐☑☒✓➢])\s")
_ONE_ROW = 0.5
"""Share of the lower one's height that two segments of one row have in common at least."""
_RAGGED = 8.0
"""Type sizes, a long German word: a line that ends further from the edge of its column is the last of its paragraph."""
_ENOUGH_STEPS = 3
_FULL = 0.85
"""A line that fills this share of its column may go on in the next column with any word."""
_ACROSS = 0.5
"""Share of the page's width from which on a rule parts what is above it from what is below."""
_NEAR_TABLE = 5.0
_APART = 3.0
"""The gap of what does not belong to what stands above it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table as an obstacle: its lines and its box in displayed points."""

    lines: Sequence[Line]
    box: tuple[float, float, float, float]


def order_lines(
    directions: Sequence[Direction], blocks: Sequence[Block], rules: Sequence[Rule], width: float, height: float
) -> list[Line]:
    """The lines of a page in reading order.

    First comes the text in the page's main direction, column by column; then footnotes; then what runs in other
    directions, such as a text up the margin or a watermark; last the foot of the page. ``blocks`` and ``rules`` are
    those of a page whose main direction is upright.
    """
    main = directions[0].segments if directions else []
    across_page = [rule for rule in rules if rule.y1 - rule.y0 < 1.5 and rule.x1 - rule.x0 >= _ACROSS * width]
    parts = set_notes_apart(_rows(main, blocks, across_page), rules, width, height)
    across: list[Row] = []
    for direction in directions[1:]:
        rows = _rows(direction.segments, [], [])
        _set_gaps(rows)
        rows[0].line.gap = _APART
        if parts.notes:
            # Otherwise it would go on with the note above it.
            rows[0].line.mark = "paragraph"
        across += rows
    upright = [*parts.body, *parts.notes, *parts.foot]
    _set_gaps(upright)
    if across and parts.foot:
        parts.foot[0].line.gap = _APART
    return [row.line for row in (*parts.body, *parts.notes, *across, *parts.foot)]


def _rows(segments: Sequence[Segment], blocks: Sequence[Block], across: Sequence[Rule]) -> list[Row]:
    """The rows in reading order; segments in a row of one column are one line. ``across`` are rules between rows."""
    if not segments and not blocks:
        return []
    rows: list[Row] = []
    for number, column in enumerate(part_into_columns(_items(segments, blocks, across))):
        first = len(rows)
        for item in _row_by_row(segments, blocks, column.items.tolist()):
            if isinstance(item, Block):
                x0, _, x1, y1 = item.box
                rows.extend(Row(line, x0, x1, y1, line.size, number, table=True) for line in item.lines)
            else:
                rows.append(_row(item, number))
        if column.beside and len(rows) > first:
            rows[first].beside = True
    return rows


def _items(segments: Sequence[Segment], blocks: Sequence[Block], across: Sequence[Rule]) -> Items:
    """Segments, then blocks, then rules that no block holds."""
    texts = [segment.line.text for segment in segments]
    boxes = np.array([block.box for block in blocks], dtype=np.float64).reshape(-1, 4)
    sizes = [max((line.size for line in block.lines), default=0.0) or 10.0 for block in blocks]
    lines = np.array([(rule.x0, rule.y0, rule.x1, rule.y1) for rule in across], dtype=np.float64).reshape(-1, 4)
    middles = (lines[:, None, 1] + lines[:, None, 3]) / 2
    inside = (boxes[:, 1] - _NEAR_TABLE <= middles) & (middles <= boxes[:, 3] + _NEAR_TABLE)
    lines = lines[~inside.any(axis=1)]
    boxes, sizes = np.concatenate([boxes, lines]), [*sizes, *([1.0] * len(lines))]
    count = len(boxes)
    return Items(
        x0=np.array([*(segment.u0 for segment in segments), *boxes[:, 0]]),
        x1=np.array([*(segment.u1 for segment in segments), *boxes[:, 2]]),
        top=np.array([*(segment.top for segment in segments), *boxes[:, 1]]),
        bottom=np.array([*(segment.bottom for segment in segments), *boxes[:, 3]]),
        base=np.array([*(segment.v for segment in segments), *(boxes[:, 1] + sizes)]),
        size=np.array([*(segment.size for segment in segments), *sizes]),
        words=np.array([*(text.count(" ") + 1.0 for text in texts), *([9.0] * count)]),
        label=np.array([*(text.endswith(":") for text in texts), *([False] * count)], dtype=np.bool_),
        labelled=np.array([*(":" in text[:-1] for text in texts), *([False] * count)], dtype=np.bool_),
        obstacle=np.array([*([False] * len(texts)), *([True] * count)], dtype=np.bool_),
    )


def _row_by_row(
    segments: Sequence[Segment], blocks: Sequence[Block], items: list[int]
) -> Iterator[list[Segment] | Block]:
    """The segments of each row from left to right, and the blocks between them; ``items`` is sorted by baseline."""
    row: list[Segment] = []
    for item in items:
        if item >= len(segments):
            if row:
                yield row
                row = []
            if item < len(segments) + len(blocks):
                yield blocks[item - len(segments)]
            continue
        segment = segments[item]
        if row and not all(_in_one_row(segment, other) for other in row):
            yield row
            row = []
        row.append(segment)
    if row:
        yield row


def _in_one_row(segment: Segment, other: Segment) -> bool:
    shared = min(segment.bottom, other.bottom) - max(segment.top, other.top)
    beside = segment.u0 >= other.u1 - 0.3 * other.size or other.u0 >= segment.u1 - 0.3 * segment.size
    return beside and shared >= _ONE_ROW * min(segment.size, other.size)


def _row(segments: list[Segment], column: int) -> Row:
    if len(segments) > 1:
        segments.sort(key=lambda segment: segment.u0)
    main = max(segments, key=lambda segment: len(segment.line.text))
    line = main.line if len(segments) == 1 else join_lines([segment.line for segment in segments], like=main.line)
    return Row(line, segments[0].u0, max(segment.u1 for segment in segments), main.v, main.size, column)


def join_lines(lines: Sequence[Line], like: Line) -> Line:
    """Pieces of one line with blanks between them; type and weight are those of ``like``."""
    blank, sure = np.full((1, 4), np.nan, dtype=np.float32), np.ones(1, dtype=np.float32)
    boxes, confidences = [lines[0].boxes], [_confidence(lines[0])]
    for line in lines[1:]:
        boxes += [blank, line.boxes]
        confidences += [sure, _confidence(line)]
    return replace(
        like,
        text=" ".join(line.text for line in lines),
        boxes=np.concatenate(boxes),
        confidence=None if like.confidence is None else np.concatenate(confidences),
    )


def _confidence(line: Line) -> Confidences:
    return np.ones(len(line.text), dtype=np.float32) if line.confidence is None else line.confidence


def _set_gaps(rows: list[Row]) -> None:
    """Distances between neighbouring lines of one column, in the line pitches of the page.

    The page's line pitch is measured in type sizes, so that small type set closer together has the same gaps. A line
    that begins a column has gap 1 if it seems to go on with the sentence at the foot of the column before it.
    """
    pitch = _pitch(rows)
    lowest: float | None = None
    for number, row in enumerate(rows):
        previous = rows[number - 1] if number else None
        if previous is None:
            row.line.gap = 1.0
        elif row.beside:
            row.line.gap = 1.0 if _goes_on(previous, row, rows) else _APART
        elif row.table:
            row.line.gap = row.line.gap if previous.table else max(row.line.gap, 2.0)
        else:
            above = previous.v if previous.column == row.column or lowest is None else lowest
            step = row.v - above
            size = max(min(row.size, previous.size), 1.0)
            row.line.gap = float(step / (pitch * size)) if step > 0 else _APART
        lowest = row.v if lowest is None else max(lowest, row.v)


def _pitch(rows: Sequence[Row]) -> float:
    """The distance from line to line in type sizes, mostly 1.1 to 1.5.

    It is looked for between lines of which the upper one is full, for there a paragraph hardly ends; in lists most
    distances are between the items.
    """
    reach: dict[int, float] = {}
    for row in rows:
        reach[row.column] = max(reach.get(row.column, row.u1), row.u1)
    after_full: list[float] = []
    after_any: list[float] = []
    for previous, row in pairwise(rows):
        step = (row.v - previous.v) / max(min(row.size, previous.size), 1.0)
        if row.column == previous.column and not row.table and 0.8 < step < 2.5:
            after_any.append(step)
            if reach[row.column] - previous.u1 <= _RAGGED * previous.size:
                after_full.append(step)
    if len(after_full) >= _ENOUGH_STEPS:
        return float(np.median(after_full))
    return float(np.median(after_any)) if after_any else 1.2


def _goes_on(last: Row, first: Row, rows: Sequence[Row]) -> bool:
    """Whether a sentence seems to go on from the foot of one column to the head of the next."""
    if last.table or first.table or _SENTENCE_END.search(last.line.text) or _ITEM.match(first.line.text):
        return False
    if abs(last.size - first.size) > 0.5 or last.line.bold != first.line.bold:
        return False
    if first.line.text[:1].islower():
        return True
    column = [row for row in rows if row.column == last.column]
    left, right = min(row.u0 for row in column), max(row.u1 for row in column)
    return last.u1 - last.u0 >= _FULL * (right - left)
