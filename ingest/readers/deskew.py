"""Sets the picture of a page straight: which way its lines run, how far they are askew, and the way back.

Skew is found by projection profiles (Postl 1986; Bloomberg, Kopec and Dasari 1995): the ink is projected along lines of
many slopes, and the slope at which the profile changes most sharply from row to row is that of the text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ingest.layout import Boxes

if TYPE_CHECKING:
    from PIL import Image

Rotation = Literal[0, 90, 180, 270]
"""Degrees clockwise by which a picture has to be turned to stand upright."""

Grey = NDArray[np.uint8]
"""Shape (height, width): 0 is black."""

STEEPEST = 8.0
"""Degrees of skew that are looked for: a sheet in a feeder is never further out, a slanted headline may be."""
_STEPS = (0.5, 0.1, 0.02)
"""Degrees between the slopes that are tried, from coarse to fine: 0.02 is half a pixel over the width of a page."""
_PROFILE_WIDTH = 1000
"""Pixels of width that are enough to see lines of text, and few enough to be quick."""
_STRAIGHT = 0.06
"""Degrees of skew that need no turning, which would only blur the letters: 2 pixels over the width of a page."""
_ASKEW_AT_LEAST = 200
"""Ink pixels without which there is nothing to see a slope by."""
_LONGEST_EDGE = 10
"""Pixels of that width which the lower edge of a letter has at most; those of ruling lines have more, as long as they
are less askew than 5.7 degrees."""
_ALONG = 1.15
"""How much sharper the profile across must be before lines are taken to run from top to bottom."""


@dataclass(frozen=True, slots=True)
class Straightened:
    """A page's picture with its lines level.

    ``matrix`` has shape (2, 3) and leads from points of ``image`` to points of the picture that was given, both in
    pixels from the top left corner. ``skew`` is how many degrees the lines fell to the right.
    """

    image: Image.Image
    matrix: NDArray[np.float64]
    rotation: Rotation
    skew: float

    def given(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """The boxes, shape (n, 4) in pixels, in the picture that was given: the upright frames around them."""
        return transformed(boxes, self.matrix)


def transformed(boxes: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The upright frames, shape (n, 4), around ``boxes`` after the affine map ``matrix`` of shape (2, 3)."""
    corners = boxes[:, [0, 1, 2, 1, 0, 3, 2, 3]].reshape(-1, 4, 2) @ matrix[:, :2].T + matrix[:, 2]
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)


def scaled(boxes: NDArray[np.float64], scale: float) -> Boxes:
    """Pixels as points."""
    return (boxes / scale).astype(np.float32)


def ink_level(grey: Grey) -> int:
    """The grey below which a pixel is ink, by Otsu's method (1979): it parts the greys into the two tightest groups."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    weighted = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (weighted / below - (weighted[-1] - weighted) / above) ** 2
    return int(np.nanargmax(np.nan_to_num(between))) + 1


def find_slope(image: Image.Image, *, along: bool | None = None, steepest: float = STEEPEST) -> tuple[bool, float]:
    """Whether the lines of a grey picture run from top to bottom, and by how many degrees they fall, once upright.

    The slope is that after the picture has been turned by a quarter clockwise, if the lines run from top to bottom.
    ``along`` says so where it is known.
    """
    factor = max(1.0, max(image.size) / (_PROFILE_WIDTH * math.sqrt(2)))
    smaller = image.resize((max(1, round(image.width / factor)), max(1, round(image.height / factor))))
    grey = np.asarray(smaller)
    ink = grey < ink_level(grey)
    level_sharpness, level_slope = (0.0, 0.0) if along is True else _sharpest(ink, steepest)
    turned_sharpness, turned_slope = (0.0, 0.0) if along is False else _sharpest(np.rot90(ink, -1), steepest)
    if along is None:
        along = turned_sharpness > _ALONG * level_sharpness
    return along, turned_slope if along else level_slope


def _sharpest(ink: NDArray[np.bool_], steepest: float) -> tuple[float, float]:
    """The greatest sharpness of a profile and the slope in degrees at which it is reached."""
    # The lower edges of the letters stand on the baseline; blots and the black rims of copies have few of them.
    rows, columns = np.nonzero(_without_rules(ink[:-1] & ~ink[1:]))
    if len(rows) < _ASKEW_AT_LEAST:
        return 0.0, 0.0
    best, at = 0.0, 0.0
    reach = steepest
    for step in _STEPS:
        middle = at
        for slope in np.arange(middle - reach, middle + reach + step / 2, step):
            sharpness = _sharpness(rows, columns, math.tan(math.radians(slope)))
            if sharpness > best:
                best, at = sharpness, round(float(slope), 2)
        reach = step
    return best, at


def _without_rules(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Lower edges without those of frames and ruling lines, which say as much across the text as along it."""
    along = np.cumsum(np.pad(edges, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    full = along[:, _LONGEST_EDGE:] - along[:, :-_LONGEST_EDGE] == _LONGEST_EDGE
    kept = edges.copy()
    for shift in range(_LONGEST_EDGE):
        kept[:, shift : shift + full.shape[1]] &= ~full
    return kept


def _sharpness(rows: NDArray[np.intp], columns: NDArray[np.intp], tangent: float) -> float:
    heights = rows - columns * tangent
    profile = np.bincount((heights - heights.min()).astype(np.intp)).astype(np.float64)
    return float((np.diff(profile, prepend=0.0, append=0.0) ** 2).sum())


def straighten(image: Image.Image, rotation: Rotation, skew: float, zoom: float = 1.0) -> Straightened:
    """``image`` turned upright by ``rotation``, then level from ``skew`` degrees, ``zoom`` times as large.

    What comes in at the corners is paper.
    """
    from PIL import Image

    turned, matrix = _turned(image, rotation)
    if abs(skew) < _STRAIGHT:
        skew = 0.0
    if zoom < 1:
        # An affine map looks at 16 pixels only; making smaller needs all of them.
        smaller = (max(1, round(turned.width * zoom)), max(1, round(turned.height * zoom)))
        sides = np.array([turned.width / smaller[0], turned.height / smaller[1]])
        turned, matrix, zoom = turned.resize(smaller), matrix @ np.diag([*sides, 1.0]), 1.0
    if not skew and zoom == 1:
        return Straightened(turned, matrix[:2], rotation, 0.0)
    angle = math.radians(skew)
    cosine, sine = math.cos(angle), math.sin(angle)
    width, height = turned.size
    size = (
        math.ceil(zoom * (width * cosine + height * abs(sine))),
        math.ceil(zoom * (height * cosine + width * abs(sine))),
    )
    level = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    centred = np.array([[1 / zoom, 0.0, -size[0] / 2 / zoom], [0.0, 1 / zoom, -size[1] / 2 / zoom], [0.0, 0.0, 1.0]])
    back = np.array([[1.0, 0.0, width / 2], [0.0, 1.0, height / 2], [0.0, 0.0, 1.0]])
    inner = back @ level @ centred
    picture = turned.transform(
        size,
        Image.Transform.AFFINE,
        data=tuple(inner[:2].ravel().tolist()),
        resample=Image.Resampling.BICUBIC,
        fillcolor=paper_tone(turned),
    )
    return Straightened(picture, (matrix @ inner)[:2], rotation, skew)


def _turned(image: Image.Image, rotation: Rotation) -> tuple[Image.Image, NDArray[np.float64]]:
    """The picture turned clockwise by whole quarters, and the map of shape (3, 3) back to it."""
    from PIL import Image

    width, height = image.size
    if rotation == 90:
        return image.transpose(Image.Transpose.ROTATE_270), np.array([[0.0, 1, 0], [-1, 0, height], [0, 0, 1]])
    if rotation == 180:
        return image.transpose(Image.Transpose.ROTATE_180), np.array([[-1.0, 0, width], [0, -1, height], [0, 0, 1]])
    if rotation == 270:
        return image.transpose(Image.Transpose.ROTATE_90), np.array([[0.0, -1, width], [1, 0, 0], [0, 0, 1]])
    return image, np.eye(3)


def paper_tone(image: Image.Image) -> int:
    """The median grey of a grey picture: a page is mostly paper."""
    counts = np.cumsum(image.histogram())
    return int(np.searchsorted(counts, counts[-1] / 2))
