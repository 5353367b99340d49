"""Parts a page into columns and bands, in reading order.

A recursive cut along white space (Nagy and Seth 1984), led by the gutters: where a vertical strip of white runs down
between lines of text on both sides, what is left of it is read before what is right of it; what crosses the strip, a
headline for instance, is read before or after both. A strip alone does not make columns: forms, address heads and
lists of figures have tab stops too, and their rows must stay together. So both sides have to read like text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_LEAST_ROWS = 3
_LEAST_GUTTER = 0.8
"""In type sizes: the least white between a line of the left and a line of the right column."""
_SAME_EDGE = 3.0
"""Points by which the lines of a column may differ in where they begin."""
_MOST_CANDIDATES = 12
_VALLEY = 1.2
"""In type sizes: white between two rows, beyond that of the line spacing, at which a part of a page may end."""
_TEXT_WORDS = 3.0
_FILLED = 0.6
"""A line of text fills this share of its column unless it is the last of a paragraph."""
_LABELLED = 0.3
"""Share of lines with a colon at the end from which on they are labels of what stands right of them."""
_ON_ONE_BASELINE = 0.1
_LARGER = 1.25
_DEEPEST = 8
_MOST_ITEMS = 2000
"""A page with more pieces of text is a map or a drawing, and comparing all with all would take long."""


@dataclass(frozen=True, slots=True)
class Items:
    """What is to be put in order; one entry per segment or obstacle, lengths in points.

    ``top`` and ``bottom`` are where ascenders and descenders end, ``base`` is the baseline. ``words`` counts an item's
    words; ``label`` tells that it ends with a colon, ``labelled`` that a colon stands inside of it. ``obstacle`` is
    true for tables and for rules across the page, which have no text.
    """

    x0: Floats
    x1: Floats
    top: Floats
    bottom: Floats
    base: Floats
    size: Floats
    words: Floats
    label: NDArray[np.bool_]
    labelled: NDArray[np.bool_]
    obstacle: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """Items that are read row by row; ``beside`` tells that it stands right of the column before it."""

    items: Indices
    beside: bool = False


def part_into_columns(items: Items) -> list[Column]:
    """All items in columns, in reading order; within a column they are sorted by their baselines."""
    everything = np.argsort(items.base, kind="stable")
    return list(_part(items, everything, beside=False, depth=0))


def _part(items: Items, chosen: Indices, *, beside: bool, depth: int) -> Iterator[Column]:
    """``chosen`` is sorted by baseline."""
    if not len(chosen):
        return
    worthwhile = 2 * _LEAST_ROWS <= len(chosen) <= _MOST_ITEMS and depth < _DEEPEST
    parts = _split(items, chosen) if worthwhile else None
    if parts is None:
        yield Column(chosen, beside)
        return
    above, left, right, below = parts
    yield from _part(items, above, beside=beside, depth=depth + 1)
    yield from _part(items, left, beside=beside and not len(above), depth=depth + 1)
    yield from _part(items, right, beside=True, depth=depth + 1)
    yield from _part(items, below, beside=False, depth=depth + 1)


def _split(items: Items, chosen: Indices) -> tuple[Indices, Indices, Indices, Indices] | None:
    """Above, left, right and below of the best gutter among the chosen items, if there is one."""
    stretches: list[tuple[int, float, int, int]] = []
    for edge in _edges(items, chosen):
        stretches += [(rows, edge, start, end) for rows, start, end in _stretches(items, chosen, edge)]
    stretches.sort(key=lambda stretch: (-stretch[0], stretch[1]))
    for _, edge, *ends in stretches[:_MOST_CANDIDATES]:
        start, end = _trim(items, chosen, edge, *ends)
        inside = chosen[start:end]
        is_left = items.x0[inside] < edge - 0.5
        left, right = inside[is_left], inside[~is_left]
        if _are_columns(items, left, right, edge):
            return chosen[:start], left, right, chosen[end:]
    return None


def _edges(items: Items, chosen: Indices) -> list[float]:
    """Where right columns may begin: where items begin that have another left of them."""
    x0, x1, top, bottom = (values[chosen] for values in (items.x0, items.x1, items.top, items.bottom))
    order = np.argsort(x0, kind="stable")
    white = _LEAST_GUTTER * float(np.median(items.size[chosen]))
    beside = (np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)) > 0
    has_left = np.any(beside & (x1[:, None] + white <= x0), axis=0)
    starts = x0[order][has_left[order]]
    if not len(starts):
        return []
    groups = np.split(starts, np.flatnonzero(np.diff(starts) > _SAME_EDGE) + 1)
    return [float(group[0]) for group in sorted(groups, key=len, reverse=True)[:_MOST_CANDIDATES] if len(group) > 1]


def _stretches(items: Items, chosen: Indices, edge: float) -> Iterator[tuple[int, int, int]]:
    """The runs of items that do not cross the strip left of ``edge``: rows on the poorer side, start and end."""
    crosses = _crosses(items, chosen, edge)
    bounds = np.flatnonzero(np.diff(crosses.astype(np.int8), prepend=1, append=1))
    for start, end in zip(bounds[::2].tolist(), bounds[1::2].tolist(), strict=True):
        rows = min(_rows_on_both_sides(items, chosen[start:end], edge))
        if rows >= _LEAST_ROWS:
            yield rows, start, end


def _crosses(items: Items, chosen: Indices, edge: float) -> NDArray[np.bool_]:
    white = _LEAST_GUTTER * items.size[chosen]
    crosses: NDArray[np.bool_] = (items.x0[chosen] < edge - 0.5) & (items.x1[chosen] > edge - white)
    return crosses


def _rows_on_both_sides(items: Items, chosen: Indices, edge: float) -> tuple[int, int]:
    left = items.x0[chosen] < edge - 0.5
    return _rows(items, chosen[left]), _rows(items, chosen[~left])


def _rows(items: Items, chosen: Indices) -> int:
    """How many rows the items, sorted by baseline, stand in."""
    if not len(chosen):
        return 0
    return 1 + int(np.count_nonzero(_new_rows(items, chosen)))


def _new_rows(items: Items, chosen: Indices) -> NDArray[np.bool_]:
    """Whether each item but the first begins a row."""
    begins: NDArray[np.bool_] = np.diff(items.base[chosen]) > 0.5 * np.minimum(
        items.size[chosen[1:]], items.size[chosen[:-1]]
    )
    return begins


def _trim(items: Items, chosen: Indices, edge: float, start: int, end: int) -> tuple[int, int]:
    """Leave off what stands at the ends of a stretch and is no part of columns: heads, feet, short last lines."""
    while end - start >= 2 * _LEAST_ROWS:
        inside = chosen[start:end]
        is_left = items.x0[inside] < edge - 0.5
        # What has nothing right of it at the head, or left of it at the foot, is read in the same place anyway.
        base, half = items.base[inside], 0.5 * items.size[inside]
        above = int(np.count_nonzero(base < base[~is_left].min(initial=np.inf) - half))
        below = int(np.count_nonzero(base > base[is_left].max(initial=-np.inf) + half))
        if above or below:
            start, end = start + above, end - below
            continue
        reach = np.maximum.accumulate(items.bottom[inside])
        white = items.top[inside][1:] - reach[:-1]
        valleys = np.flatnonzero(white > _VALLEY * np.minimum(items.size[inside][1:], items.size[inside][:-1])) + 1
        if not len(valleys):
            break
        head, foot = start + int(valleys[0]), start + int(valleys[-1])
        if _is_apart(items, chosen[start:head], edge, neighbour=chosen[start - 1 : start] if start else None):
            start = head
        elif _is_apart(items, chosen[foot:end], edge, neighbour=chosen[end : end + 1] if end < len(chosen) else None):
            end = foot
        else:
            break
    return start, end


def _is_apart(items: Items, piece: Indices, edge: float, neighbour: Indices | None) -> bool:
    """Whether a piece at the end of a stretch belongs to what is beyond it, or is nothing but a row or two."""
    left, right = _rows_on_both_sides(items, piece, edge)
    if left and right:
        return min(left, right) < 2
    if max(left, right) < 2:
        return True
    if neighbour is None or not len(neighbour):
        return False
    between = max(
        float(items.top[neighbour[0]] - items.bottom[piece].max()),
        float(items.top[piece].min() - items.bottom[neighbour[0]]),
    )
    return between < 0.6 * float(items.size[neighbour[0]])


def _are_columns(items: Items, left: Indices, right: Indices, edge: float) -> bool:
    """Whether what stands left and right of ``edge`` is to be read one after the other."""
    if min(_rows(items, left), _rows(items, right)) < _LEAST_ROWS:
        return False
    if float(items.label[left].mean()) >= _LABELLED:
        return False
    if _are_text(items, left, edge) and _are_text(items, right, float(items.x1[right].max())):
        return True
    gutter = edge - float(items.x1[left].max())
    size = float(np.median(items.size[np.concatenate([left, right])]))
    fewer, more = sorted((left, right), key=len)
    nearest = np.abs(items.base[fewer][:, None] - items.base[more]).min(axis=1)
    if float((nearest <= _ON_ONE_BASELINE * size).mean()) < 0.5:
        # Rows that do not match are no rows: a box or a picture's caption beside the text.
        return gutter >= 1.5 * size
    if _begin_large(items, left) and _begin_large(items, right):
        return True
    # The block beside the address: each of its lines says itself what it is about.
    return gutter >= 2 * size and float(items.labelled[right].mean()) >= 0.5 and not items.labelled[left].any()


def _begin_large(items: Items, side: Indices) -> bool:
    """Whether a heading or a figure in large type stands over small print, as no cell of a table has it."""
    is_first = np.append(True, np.cumsum(_new_rows(items, side)) == 0)
    return float(items.size[side][is_first].min()) >= _LARGER * float(np.median(items.size[side][~is_first]))


def _are_text(items: Items, side: Indices, edge: float) -> bool:
    """Whether rows read like running text: several words each, most of them as wide as the column."""
    text = side[~items.obstacle[side]]
    if _rows(items, text) < _LEAST_ROWS:
        return len(text) < len(side)
    # A line that is justified badly comes in several pieces.
    starts = np.flatnonzero(np.append(True, _new_rows(items, text)))
    words = np.add.reduceat(items.words[text], starts)
    wide = edge - float(items.x0[text].min())
    filled = np.maximum.reduceat(items.x1[text], starts) - items.x0[text].min() >= _FILLED * wide
    return float(np.median(words)) >= _TEXT_WORDS and float(filled.mean()) >= 0.5
