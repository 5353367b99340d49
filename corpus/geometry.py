"""From glyph boxes to the boxes of a highlight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corpus.types import Box


def boxes_of_glyphs(page: int, glyphs: NDArray[np.float32]) -> list[Box]:
    """One box for each stretch of a line that the glyphs cover, in reading order.

    ``glyphs`` has shape (characters, 4) in displayed points, NaN where there is no glyph. A stretch ends where the
    next glyph does not overlap it vertically, or stands so far away (several letter widths, or to the left) that the
    gap may hold other words.
    """
    boxes: list[Box] = []
    current: list[float] | None = None
    for x0, y0, x1, y1 in glyphs[~np.isnan(glyphs[:, 0])].tolist():
        if current is not None:
            height = min(current[3] - current[1], y1 - y0)
            overlap = min(current[3], y1) - max(current[1], y0)
            # A word gap is about a quarter of the type's height, in justified text up to its full height.
            if overlap > 0.5 * height and -0.5 * height <= x0 - current[2] <= 1.5 * max(height, 1.0):
                current = [min(current[0], x0), min(current[1], y0), max(current[2], x1), max(current[3], y1)]
                continue
            boxes.append(Box(page, *current))
        current = [x0, y0, x1, y1]
    if current is not None:
        boxes.append(Box(page, *current))
    return boxes
