"""From glyph boxes to the boxes of a highlight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corpus.types import Box

_SAME_LINE = 0.5
"""Share of the lower glyph's height that two glyphs of one line have in common at least."""
_NEAR, _OVERLAPPING = 1.5, -0.5
"""Type heights between neighbours: a word gap is about a quarter, in justified text up to one; kerning overlaps."""
_LARGER = 2.2
"""Times that a neighbour may be as tall: an initial over several lines is a stretch of its own."""
_SKEWED = 1.5
"""Type heights from which on a box would cover the lines above and below: lines of scans are not quite level."""

_Rectangle = tuple[float, float, float, float]


def boxes_of_glyphs(page: int, glyphs: NDArray[np.float32]) -> list[Box]:
    """One box for each stretch of a line that the glyphs cover, in reading order.

    ``glyphs`` has shape (characters, 4) in displayed points, NaN where there is no glyph. A stretch ends where the
    next glyph does not overlap it vertically, or stands so far away (several letter widths) that the gap may hold other
    words. On a page that lies upside down, stretches run to the left.
    """
    boxes: list[Box] = []
    current: _Rectangle | None = None
    tallest = 0.0
    for x0, y0, x1, y1 in glyphs[~np.isnan(glyphs[:, 0])].tolist():
        glyph = (x0, y0, x1, y1)
        if current is not None:
            joined = _joined(current, glyph)
            tallest = max(tallest, y1 - y0)
            if _beside(current, glyph) and joined[3] - joined[1] <= _SKEWED * tallest:
                current = joined
                continue
            boxes.append(Box(page, *current))
        current, tallest = glyph, y1 - y0
    if current is not None:
        boxes.append(Box(page, *current))
    return boxes


def _joined(one: _Rectangle, other: _Rectangle) -> _Rectangle:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def _beside(one: _Rectangle, other: _Rectangle) -> bool:
    """Whether ``other`` goes on in the line of ``one``, to the right or to the left."""
    height = min(one[3] - one[1], other[3] - other[1])
    shared = min(one[3], other[3]) - max(one[1], other[1])
    distance = max(other[0] - one[2], one[0] - other[2])
    alike = max(one[3] - one[1], other[3] - other[1]) <= _LARGER * height
    return alike and shared > _SAME_LINE * height and _OVERLAPPING * height <= distance <= _NEAR * max(height, 1.0)
