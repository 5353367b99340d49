"""From a PDF page's user space to the page as displayed."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

_DEVICE_SCALE = 1000
"""PDFium answers in whole device pixels; a thousandth of a point is more than exact enough."""


@dataclass(frozen=True, slots=True)
class Display:
    """The affine map from user space to displayed points: crop box cut out, rotation applied, y downwards.

    ``matrix`` has shape (2, 2), ``origin`` shape (2,): displayed = matrix @ user + origin. ``width`` and ``height`` are
    those of the displayed page in points.
    """

    matrix: NDArray[np.float64]
    origin: NDArray[np.float64]
    width: float
    height: float

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> Display:
        """The map that PDFium itself uses for drawing ``page``."""
        width, height = page.get_size()
        origin, right, up = (_device_point(page, width, height, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
        matrix = np.stack([right - origin, up - origin], axis=1) / 1000
        # PDFium rounds to thousandths, so a page that is not turned has exactly the directions of its axes.
        return cls(np.round(matrix, 5), origin, width, height)

    def boxes(self, user: NDArray[np.floating]) -> NDArray[np.float32]:
        """Boxes of shape (n, 4) in user space, two opposite corners each, as x0, y0, x1, y1 in displayed points."""
        # Pages are turned by right angles only, so each displayed axis depends on one axis of user space.
        across = int(abs(self.matrix[0, 1]) > abs(self.matrix[0, 0]))
        displayed = np.empty((len(user), 4), dtype=np.float32)
        for axis, of in ((0, across), (1, 1 - across)):
            factor, offset = self.matrix[axis, of], self.origin[axis]
            first, second = user[:, of] * factor + offset, user[:, of + 2] * factor + offset
            np.minimum(first, second, out=displayed[:, axis], casting="same_kind")
            np.maximum(first, second, out=displayed[:, axis + 2], casting="same_kind")
        return displayed

    def points(self, user: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points of shape (…, 2) in user space as displayed points."""
        return np.asarray(user, dtype=np.float64) @ self.matrix.T + self.origin

    def directions(self, user: NDArray[np.floating]) -> NDArray[np.float64]:
        """Vectors of shape (…, 2) in user space as vectors on the displayed page."""
        return np.asarray(user, dtype=np.float64) @ self.matrix.T


def _device_point(page: pdfium.PdfPage, width: float, height: float, x: float, y: float) -> NDArray[np.float64]:
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(
        page.raw,
        0,
        0,
        round(width * _DEVICE_SCALE),
        round(height * _DEVICE_SCALE),
        0,
        x,
        y,
        ctypes.byref(device_x),
        ctypes.byref(device_y),
    )
    return np.array([device_x.value, device_y.value]) / _DEVICE_SCALE
