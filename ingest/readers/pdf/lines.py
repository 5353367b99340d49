"""From glyphs to segments: what stands on one baseline without a wide gap, with its words.

Everything is decided by geometry, because files break words at umlauts, set headings with wide letter spacing, draw
bold type twice and write cells of a row in any order. Each direction of reading is worked on in its own frame: ``u``
runs along the baseline, ``v`` downwards across the lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.layout import Boxes, Line
from ingest.readers.pdf.glyphs import HYPHEN, SOFT_HYPHEN, Glyphs
from ingest.readers.pdf.letters import join_accents, raise_figures, share_boxes, spell_out_ligatures
from ingest.readers.pdf.words import word_starts

Floats = NDArray[np.float64]

_CARDINAL = np.radians(10.0)
"""A direction this near to upright or turned by right angles belongs to it: scans are skewed."""
_SKEW_STEP = np.radians(5.0)
_SKEWED = 100
"""Numbers of oblique directions are around this one, those of upright ones and of turns by right angles below 4."""
_STRAIGHT = np.radians(0.1)
_WIDE_GAP = 1.0
"""In type sizes; a wider gap parts segments: a column, a cell, a tab stop."""
_SAME_BASELINE = 0.2
_TOUCHING = 0.5
"""Share of the lower one's height by which two neighbours on different baselines overlap if they are one line."""
_ASCENT, _DESCENT = 0.75, 0.25
"""A line's reach above and below its baseline, in type sizes."""
_BOLD = 0.8
"""Share of bold glyphs in a bold line; a line that merely begins with bold words has fewer."""
_INITIAL = 2.2
"""From this ratio of sizes on, one is an initial beside lines, not a figure raised or lowered."""
_MOST_NEIGHBOURS = 200
"""Pieces of a row that a new one is compared with; only maps and drawings have more on one height."""
_RAISED, _SMALL = 0.12, 0.85
"""How far above the baseline, in type sizes, and how small against its line a raised figure is."""


@dataclass(slots=True)
class Segment:
    """A stretch of a line in the frame of its direction: from ``u0`` to ``u1`` on the baseline ``v``."""

    line: Line
    u0: float
    u1: float
    v: float
    size: float

    @property
    def top(self) -> float:
        """Where the ascenders end."""
        return self.v - _ASCENT * self.size

    @property
    def bottom(self) -> float:
        """Where the descenders end."""
        return self.v + _DESCENT * self.size


@dataclass(slots=True)
class Direction:
    """The segments of one direction of reading, ``angle`` in radians clockwise, by line and from left to right."""

    angle: float
    segments: list[Segment]


def read_directions(glyphs: Glyphs) -> list[Direction]:
    """The segments of the page; the direction that most glyphs have comes first."""
    if not len(glyphs):
        return []
    quarter = np.round(glyphs.angles / (np.pi / 2))
    cardinal = np.abs(glyphs.angles - quarter * (np.pi / 2)) <= _CARDINAL
    groups = np.where(cardinal, quarter % 4, _SKEWED + np.round(glyphs.angles / _SKEW_STEP))
    kinds, counts = np.unique(groups, return_counts=True)
    directions = []
    for kind in kinds[np.argsort(-counts, kind="stable")].tolist():
        chosen = glyphs.take(groups == kind)
        angle = float(np.median(chosen.angles))
        if kind < 4 and abs(angle - round(angle / (np.pi / 2)) * (np.pi / 2)) < _STRAIGHT:
            angle = kind * np.pi / 2
        directions.append(Direction(angle, _segments(chosen, angle)))
    return [direction for direction in directions if direction.segments]


def _frame(glyphs: Glyphs, angle: float) -> tuple[Floats, Floats, Floats]:
    """Where each glyph begins and ends along the baseline, and on which baseline it stands."""
    boxes = glyphs.boxes.astype(np.float64)
    if angle == 0.0:
        return boxes[:, 0], boxes[:, 2], glyphs.anchors[:, 1]
    cosine, sine = np.cos(angle), np.sin(angle)
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    # A box holds a turned rectangle: wide = w |cos| + h |sin|, high = w |sin| + h |cos|; near 45° it does not tell w.
    spread = cosine**2 - sine**2
    if abs(spread) > 0.3:
        length = np.maximum((wide * abs(cosine) - high * abs(sine)) / spread, 0.0)
    else:
        length = 0.5 * glyphs.sizes
    middle = middle_x * cosine + middle_y * sine
    return middle - length / 2, middle + length / 2, glyphs.anchors[:, 1] * cosine - glyphs.anchors[:, 0] * sine


def _segments(glyphs: Glyphs, angle: float) -> list[Segment]:
    glyphs = spell_out_ligatures(share_boxes(join_accents(glyphs)))
    u0, u1, v = _frame(glyphs, angle)
    row, order, segments = _sort_into_segments(u0, u1, v, glyphs.sizes)
    keep = ~_drawn_again(glyphs, order, segments, u0, v) & ~_are_unseen_hyphens(glyphs.codes, u1, order, segments)
    order, segments = order[keep], segments[keep]
    if not len(order):
        return []
    glyphs = glyphs.take(order)
    glyphs.blank[1:] &= order[1:] == order[:-1] + 1
    return _build(glyphs, u0[order], u1[order], v[order], segments, row[order])


def _sort_into_segments(
    u0: Floats, u1: Floats, v: Floats, sizes: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The row of each glyph; the glyphs by row and from left to right, and in that order the segment of each."""
    em = np.maximum(sizes[1:], sizes[:-1])
    step = u0[1:] - u1[:-1]
    begins = (
        (np.abs(np.diff(v)) > 0.1 * em)
        | (step > _WIDE_GAP * em)
        | (u0[1:] < u0[:-1] - 0.3 * em)
        | (sizes[1:] < _SMALL * sizes[:-1])
        | (sizes[:-1] < _SMALL * sizes[1:])
    )
    starts = np.concatenate([[0], np.flatnonzero(begins) + 1])
    lengths = np.diff(starts, append=len(u0))
    rows = _rows(
        np.minimum.reduceat(u0, starts), np.maximum.reduceat(u1, starts), v[starts], np.maximum.reduceat(sizes, starts)
    )
    of_glyph = np.repeat(rows, lengths)
    order = np.lexsort((u0, of_glyph))
    row, size = of_glyph[order], sizes[order]
    # Overlapping glyphs may end left of the one before them, so what counts is how far the row has come.
    reach = np.maximum.accumulate(u1[order] + row * 1e5) - row * 1e5
    gap = u0[order][1:] - reach[:-1]
    parted = (row[1:] != row[:-1]) | (gap > _WIDE_GAP * np.maximum(size[1:], size[:-1]))
    return of_glyph, order, np.concatenate([[0], np.cumsum(parted)])


@dataclass(slots=True)
class _Row:
    v: float
    size: float
    units: list[tuple[float, float, float, float]]


def _rows(u0: Floats, u1: Floats, v: Floats, sizes: Floats) -> NDArray[np.intp]:
    """The row of each unit (glyphs drawn one after the other on one baseline), numbered from the top.

    Units on nearly the same baseline are one row. A unit that touches another sideways and overlaps it vertically,
    but stands higher or lower, belongs to the other's row: raised figures, and the words of a recognised scan.
    """
    rows: list[_Row] = []
    of_unit = np.zeros(len(v), dtype=np.intp)
    for unit in np.argsort(v, kind="stable").tolist():
        left, right, level, size = float(u0[unit]), float(u1[unit]), float(v[unit]), float(sizes[unit])
        for number in range(len(rows) - 1, max(len(rows) - 5, -1), -1):
            row = rows[number]
            level_with = abs(level - row.v) <= _SAME_BASELINE * min(size, row.size)
            if level_with and not _is_written_over(row, left, right, size):
                break
            if not level_with and _touches(row, left, right, level, size):
                break
        else:
            number = len(rows)
            row = _Row(level, size, [])
            rows.append(row)
        row.units.append((left, right, level, size))
        if size > row.size / _SMALL:
            row.v, row.size = level, size
        of_unit[unit] = number
    rank = np.empty(len(rows), dtype=np.intp)
    rank[np.argsort([row.v for row in rows], kind="stable")] = np.arange(len(rows))
    return rank[of_unit]


def _is_written_over(row: _Row, left: float, right: float, size: float) -> bool:
    """Whether a unit lies over other text of the row: cells that run into one another are two rows.

    One that begins where the other does, to a hair's breadth, is the same text drawn again to make it bold.
    """
    return any(
        min(right, other_right) - max(left, other_left) > 0.6 * min(size, other_size)
        and abs(left - other_left) > max(1.0, 0.06 * size)
        for other_left, other_right, _, other_size in row.units[-_MOST_NEIGHBOURS:]
    )


def _touches(row: _Row, left: float, right: float, level: float, size: float) -> bool:
    """Whether a unit is a neighbour in the row, on a baseline of its own."""
    if level - row.v > size + row.size:
        return False
    touching = False
    for other_left, other_right, other_level, other_size in row.units[-_MOST_NEIGHBOURS:]:
        em = max(size, other_size)
        if min(right, other_right) - max(left, other_left) > 0.3 * min(size, other_size):
            return False
        top = max(level - _ASCENT * size, other_level - _ASCENT * other_size)
        bottom = min(level + _DESCENT * size, other_level + _DESCENT * other_size)
        near = max(left, other_left) - min(right, other_right) <= 0.4 * em and em <= _INITIAL * min(size, other_size)
        touching |= near and bottom - top >= _TOUCHING * min(size, other_size)
    return touching


def _drawn_again(
    glyphs: Glyphs, order: NDArray[np.intp], segments: NDArray[np.intp], u0: Floats, v: Floats
) -> NDArray[np.bool_]:
    """A mask, in ``order``, of glyphs that are drawn over themselves a hair's breadth away, which makes type bold."""
    codes, objects, left, level = glyphs.codes[order], glyphs.objects[order], u0[order], v[order]
    near = np.maximum(1.0, 0.06 * glyphs.sizes[order])
    again = np.zeros(len(order), dtype=np.bool_)
    for distance in (1, 2, 3):
        same = (
            (codes[distance:] == codes[:-distance])
            & (segments[distance:] == segments[:-distance])
            & (objects[distance:] != objects[:-distance])
            & (np.abs(left[distance:] - left[:-distance]) <= near[distance:])
            & (np.abs(level[distance:] - level[:-distance]) <= near[distance:])
            & ~again[:-distance]
        )
        if same.any():
            glyphs.bold[order[:-distance][same]] = True
            again[distance:] |= same
    return again


def _are_unseen_hyphens(
    codes: NDArray[np.uint32], u1: Floats, order: NDArray[np.intp], segments: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """A mask, in ``order``, of soft hyphens inside of lines; at the end of a line they are seen and become hyphens."""
    soft: NDArray[np.bool_] = codes[order] == SOFT_HYPHEN
    if not soft.any():
        return soft
    last = np.append(segments[1:] != segments[:-1], True)
    codes[order[soft & last]] = HYPHEN
    unseen: NDArray[np.bool_] = soft & ~last
    # Some files give it room all the same: the letter before it takes that, so that no gap is left.
    for place in np.flatnonzero(unseen[1:]).tolist():
        u1[order[place]] = u1[order[place + 1]]
    return unseen


def _build(
    glyphs: Glyphs, u0: Floats, u1: Floats, v: Floats, segments: NDArray[np.intp], rows: NDArray[np.intp]
) -> list[Segment]:
    """The segments with their text; blanks have no box."""
    count = len(glyphs)
    starts = np.flatnonzero(np.diff(segments, prepend=-1))
    ends = np.append(starts[1:], count)
    numbers = np.repeat(np.arange(len(starts)), ends - starts)
    # The usual size and not the largest: an initial may be three lines high.
    size = _usual_sizes(glyphs.sizes, numbers, starts, ends)
    full = glyphs.sizes >= _SMALL * size[numbers]
    level = np.bincount(numbers, weights=v * full) / np.bincount(numbers, weights=full)
    raised = ~full & (v < (level - _RAISED * size)[numbers])
    codes = raise_figures(glyphs.codes, raised)
    # A raised figure stands in the spacing of its line, not of its own size.
    em = np.where(raised, size[numbers], glyphs.sizes)
    breaks = word_starts(codes, u0, u1, em, glyphs.blank, numbers, rows)
    breaks[starts] = False
    position = np.arange(count) + np.cumsum(breaks)
    text = np.full(count + int(breaks.sum()), 0x20, dtype="<u4")
    text[position] = codes
    boxes: Boxes = np.full((len(text), 4), np.nan, dtype=np.float32)
    boxes[position] = glyphs.boxes
    whole = text.tobytes().decode("utf-32-le")
    bold = np.add.reduceat(glyphs.bold, starts, dtype=np.intp) >= _BOLD * (ends - starts)
    left, right = np.minimum.reduceat(u0, starts), np.maximum.reduceat(u1, starts)
    return [
        Segment(Line(whole[first : last + 1], boxes[first : last + 1], bold=heavy, size=round(d, 1)), a, b, c, d)
        for first, last, heavy, a, b, c, d in zip(
            position[starts].tolist(),
            position[ends - 1].tolist(),
            bold.tolist(),
            left.tolist(),
            right.tolist(),
            level.tolist(),
            size.tolist(),
            strict=True,
        )
    ]


def _usual_sizes(sizes: Floats, numbers: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Floats:
    """The median type size of each segment."""
    medians: Floats = sizes[np.lexsort((sizes, numbers))][(starts + ends) // 2]
    return medians
