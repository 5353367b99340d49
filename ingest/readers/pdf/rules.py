"""The ruling lines of a page, by which its tables are recognised."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

ToDisplay = Callable[[NDArray[np.float64]], NDArray[np.float32]]
"""Maps boxes of shape (n, 4) from user space (left, bottom, right, top) to displayed points."""

_MOST_OBJECTS = 30_000
_MOST_PATHS = 6_000
_MOST_POINTS = 30_000
"""A page with more is a map or a drawing: no table of a council document has as many lines, and reading them all would
take seconds."""
_THIN = 3.0
"""Points up to which a filled rectangle is a line; most word processors draw the borders of cells so."""
_THICKEST_STROKE = 6.0
"""Points up to which a stroke is a line; a thicker one is a bar of a chart or a shaded row."""
_SHORTEST = 1.0
_SLANT = 1.0
"""Points by which the ends of a horizontal line may differ in height, and of a vertical one sideways."""
_INVISIBLE = 250
"""From this value on in red, green and blue a filled area cannot be told from the paper."""
_DEEPEST_FORM = 8

_Point = tuple[float, float]
_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight horizontal or vertical stroke, or one edge of a filled rectangle, in displayed points."""

    x0: float
    y0: float
    x1: float
    y1: float


class _TooManyError(Exception):
    """The page holds more lines than a table ever has."""


class _Budget:
    """How much of the page has been looked at."""

    def __init__(self) -> None:
        self.objects = self.paths = self.points = 0

    def spend(self, *, objects: int = 0, paths: int = 0, points: int = 0) -> None:
        self.objects += objects
        self.paths += paths
        self.points += points
        if self.objects > _MOST_OBJECTS or self.paths > _MOST_PATHS or self.points > _MOST_POINTS:
            raise _TooManyError


def read_rules(page: pdfium.PdfPage, to_display: ToDisplay) -> list[Rule]:
    """The horizontal and vertical lines of ``page`` and of the forms placed on it, also dashed ones.

    Lines are strokes, thin filled rectangles, and the edges of larger ones that can be told from the paper. The result
    is empty if the page holds more objects than a table ever has (a map, a plan): there is nothing to recognise, and
    to go through them all would take seconds. The caller holds ``PDFIUM_LOCK``.
    """
    raw = page.raw
    count = pdfium_c.FPDFPage_CountObjects(raw)
    found: list[tuple[float, float, float, float]] = []
    budget = _Budget()
    try:
        budget.spend(objects=max(0, count))
        for position in range(count):
            _collect(pdfium_c.FPDFPage_GetObject(raw, position), _IDENTITY, found, budget, depth=0)
    except _TooManyError:
        return []
    if not found:
        return []
    shown = to_display(np.array(found, dtype=np.float64)).astype(np.float64)
    width, height = page.get_size()
    return list(_straight(shown, width, height))


def _straight(boxes: NDArray[np.float64], width: float, height: float) -> Iterator[Rule]:
    """Rules of the boxes that are flat enough and lie on the page; each once."""
    across, down = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    horizontal = (down <= _SLANT) & (across >= _SHORTEST)
    vertical = (across <= _SLANT) & (down >= _SHORTEST) & ~horizontal
    inside = (boxes[:, 2] >= 0) & (boxes[:, 0] <= width) & (boxes[:, 3] >= 0) & (boxes[:, 1] <= height)
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    boxes[horizontal, 1] = boxes[horizontal, 3] = middle_y[horizontal]
    boxes[vertical, 0] = boxes[vertical, 2] = middle_x[vertical]
    kept = np.round(boxes[(horizontal | vertical) & inside], 2)
    for x0, y0, x1, y1 in dict.fromkeys(map(tuple, kept.tolist())):
        yield Rule(x0, y0, x1, y1)


def _collect(
    item: pdfium_c.FPDF_PAGEOBJECT,
    outer: _Matrix,
    found: list[tuple[float, float, float, float]],
    budget: _Budget,
    *,
    depth: int,
) -> None:
    """Add the lines of one page object, in user space, to ``found``."""
    kind = pdfium_c.FPDFPageObj_GetType(item)
    if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
        budget.spend(paths=1)
        found.extend(_path_lines(item, _times(_matrix(item), outer), budget))
    elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
        inner = _times(_matrix(item), outer)
        count = max(0, pdfium_c.FPDFFormObj_CountObjects(item))
        budget.spend(objects=count)
        for position in range(count):
            _collect(pdfium_c.FPDFFormObj_GetObject(item, position), inner, found, budget, depth=depth + 1)


def _matrix(item: pdfium_c.FPDF_PAGEOBJECT) -> _Matrix:
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix)):
        return _IDENTITY
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    """The matrix that applies ``first`` and ``then`` one after the other (PDF 1.7, 8.3.4)."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _path_lines(
    path: pdfium_c.FPDF_PAGEOBJECT, matrix: _Matrix, budget: _Budget
) -> Iterator[tuple[float, float, float, float]]:
    """The straight lines of a path as boxes (left, bottom, right, top) in user space."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium_c.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke)):
        return
    stroked = bool(stroke.value) and _is_line(path, matrix)
    filled = bool(fill.value) and not stroke.value and _is_visible(path)
    if not stroked and not filled:
        return
    budget.spend(points=max(0, pdfium_c.FPDFPath_CountSegments(path)))
    for figure in _figures(path, matrix):
        if stroked:
            for (x0, y0), (x1, y1) in pairwise(figure):
                yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
        else:
            yield from _filled_lines(figure)


def _filled_lines(figure: Sequence[_Point]) -> Iterator[tuple[float, float, float, float]]:
    """A thin filled figure's middle line, or the edges of a filled rectangle."""
    xs, ys = [x for x, _ in figure], [y for _, y in figure]
    left, bottom, right, top = min(xs), min(ys), max(xs), max(ys)
    if min(right - left, top - bottom) <= _THIN:
        if right - left > top - bottom:
            yield left, (bottom + top) / 2, right, (bottom + top) / 2
        else:
            yield (left + right) / 2, bottom, (left + right) / 2, top
        return
    corners = all(
        min(abs(x - left), abs(x - right)) <= _SLANT and min(abs(y - bottom), abs(y - top)) <= _SLANT for x, y in figure
    )
    if corners and len(figure) >= 4:
        yield left, bottom, right, bottom
        yield left, top, right, top
        yield left, bottom, left, top
        yield right, bottom, right, top


def _figures(path: pdfium_c.FPDF_PAGEOBJECT, matrix: _Matrix) -> Iterator[list[_Point]]:
    """The corners of each subpath; one that has curves is cut there."""
    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    figure: list[_Point] = []
    for position in range(pdfium_c.FPDFPath_CountSegments(path)):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, position)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if not pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            continue
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind == pdfium_c.FPDF_SEGMENT_LINETO:
            figure.append(point)
        else:
            # A curve's end is where the next straight line begins.
            if len(figure) > 1:
                yield figure
            figure = [point]
        if pdfium_c.FPDFPathSegment_GetClose(segment) and len(figure) > 2:
            figure.append(figure[0])
    if len(figure) > 1:
        yield figure


def _is_line(path: pdfium_c.FPDF_PAGEOBJECT, matrix: _Matrix) -> bool:
    """Whether a stroke is thin enough to be a line."""
    width = ctypes.c_float()
    if not pdfium_c.FPDFPageObj_GetStrokeWidth(path, ctypes.byref(width)):
        return True
    a, b, c, d, _, _ = matrix
    return float(width.value) * sqrt(abs(a * d - b * c)) <= _THICKEST_STROKE


def _is_visible(path: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    """Whether a filled area can be told from white paper."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium_c.FPDFPageObj_GetFillColor(
        path, ctypes.byref(red), ctypes.byref(green), ctypes.byref(blue), ctypes.byref(alpha)
    )
    return not known or bool(alpha.value > 0 and min(red.value, green.value, blue.value) < _INVISIBLE)
