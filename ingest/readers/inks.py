"""Parts ink from paper in shadow, and a stamp's ink from the text that it was put on.

Tesseract takes one grey for the border between ink and paper, so what lies in the shadow of a fold or of a telephone's
photograph is lost unless the paper is made even before.

A stamp is lighter than print, or coloured, and its strokes are thick. So it is looked for where words could not be
read, among strokes as thick as a pen's that are lighter than those of the words that could; and it is taken away only
where darker strokes cross it, so that a grey heading stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.readers.deskew import Grey, paper_tone

if TYPE_CHECKING:
    from PIL import Image

Mask = NDArray[np.bool_]
Cells = tuple[NDArray[np.intp], NDArray[np.intp]]
PixelBox = tuple[float, float, float, float]

_CELL = 12
"""Pixels to a side of the cells in which neighbouring strokes are gathered: less than a letter at 200 dots an inch."""
_NOT_PAPER = 0.25
"""Share of the way from paper to print at which a pixel is no longer paper."""
_LIGHTER = 0.1
"""Share of that way by which a stamp's strokes are lighter than the text's at least."""
_PLAIN_STROKES = 75
"""Per cent of the strokes of read words that are as dark as print is; the rest are hairlines."""
_UNREAD_CELLS = 20
"""Inked cells, close together, in which nothing was read: a stamp that lies on text is never smaller."""
_PIECE_CELLS, _STAMP_CELLS = 6, 25
"""Cells that the light strokes of a piece of a stamp, and of the whole, touch at least: the word "Kopie" touches 30."""
_CROSSED = 0.15
"""Share of these cells that dark strokes touch too, where a stamp was put on text."""
_EDGE = 4
"""Pixels around the middle of a stroke in which its edges lie."""
_LEAST_CONTRAST = 60
"""Greys between paper and print without which there are no two inks to tell apart."""

_BLOCK = 16
"""Pixels to a side of the blocks whose lightest grey is the paper's: there is paper between and beside letters."""
_LARGEST_INK = 5
"""Blocks across which ink alone may reach, as in a headline or a table's dark head."""
_COLOURED = 30
"""Greys between the brightest and the darkest of red, green and blue from which on a place is coloured."""
_EVEN = 40
"""Greys by which paper may differ over a page and still count as even."""


@dataclass(frozen=True, slots=True)
class Parted:
    """The picture without the stamp, and the stamp by itself; ``box`` is where it is, in pixels."""

    image: Image.Image
    stamp: Image.Image
    box: tuple[int, int, int, int]


def is_coloured(image: Image.Image) -> bool:
    """Whether anything on the picture has a colour."""
    if image.mode in {"1", "L", "LA", "I", "I;16", "F"}:
        return False
    # Smaller, so that neither grain nor the fringes of compression count.
    pixels = np.asarray(image.convert("RGB").reduce(4)).astype(np.int16)
    return bool((pixels.max(axis=2) - pixels.min(axis=2) > _COLOURED).any())


def colourless(image: Image.Image) -> Image.Image:
    """A grey picture, the brightest of the colours, in which black ink stays dark and coloured ink is light."""
    from PIL import ImageChops

    if image.mode != "RGB":
        return image.convert("L")
    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def with_even_paper(image: Image.Image) -> Image.Image:
    """A grey picture in which the paper is white everywhere; the picture itself if its paper is even already."""
    from PIL import Image, ImageFilter

    smooth = np.asarray(image.filter(ImageFilter.BoxBlur(1)))
    height, width = smooth.shape
    padded = np.pad(smooth, ((0, -height % _BLOCK), (0, -width % _BLOCK)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, padded.shape[1] // _BLOCK, _BLOCK).max(axis=(1, 3))
    # A closing: ink that fills whole blocks is filled with the paper around it.
    closed = (
        Image.fromarray(blocks).filter(ImageFilter.MaxFilter(_LARGEST_INK)).filter(ImageFilter.MinFilter(_LARGEST_INK))
    )
    darkest, lightest = np.percentile(np.asarray(closed), [2, 98])
    if lightest - darkest < _EVEN:
        return image
    paper = closed.filter(ImageFilter.BoxBlur(1)).resize((padded.shape[1], padded.shape[0]), Image.Resampling.BILINEAR)
    tones = np.maximum(np.asarray(paper)[:height, :width], 1).astype(np.float32)
    return Image.fromarray(np.minimum(np.asarray(image) * (255 / tones), 255).astype(np.uint8))


def part_inks(image: Image.Image, colourless: Image.Image, read: Sequence[PixelBox]) -> Parted | None:
    """Take lighter ink off the text of a grey picture where words could not be read; ``None`` if there is none.

    ``colourless`` is the same picture with light colours, ``read`` holds the boxes, in pixels, of the words that were
    read with confidence.
    """
    from PIL import Image

    greys = np.asarray(image)
    paper = paper_tone(image)
    settled = _covered(greys.shape, read)
    plain = _print_tone(greys, settled, paper)
    if plain is None or paper - plain < _LEAST_CONTRAST:
        return None
    unread = _unread((greys < paper - _NOT_PAPER * (paper - plain)) & ~settled)
    if unread is None:
        return None
    top, left, bottom, right = unread
    part = image.crop((left, top, right, bottom))
    light = colourless.crop((left, top, right, bottom))
    found = _stamp(part, light, settled[top:bottom, left:right], paper, plain)
    if found is None:
        return None
    taken, around = found
    pixels = np.asarray(part)
    clean, stamp = greys.copy(), np.full_like(greys, paper)
    clean[top:bottom, left:right] = np.where(taken, np.uint8(paper), pixels)
    stamp[top:bottom, left:right] = np.where(around, pixels, np.uint8(paper))
    rows, columns = np.nonzero(around)
    box = (left + int(columns.min()), top + int(rows.min()), left + int(columns.max()) + 1, top + int(rows.max()) + 1)
    return Parted(Image.fromarray(clean), Image.fromarray(stamp), box)


def _stamp(
    part: Image.Image, colourless: Image.Image, settled: Mask, paper: int, plain: float
) -> tuple[Mask, Mask] | None:
    """Which pixels of ``part`` are a stamp's and nothing else's, and where its strokes run, crossings included."""
    from PIL import ImageFilter

    span = paper - plain
    # The darkest neighbour: thin strokes of print are blurred into the grey of a stamp, but only at their edges.
    darkest = np.asarray(colourless.filter(ImageFilter.MinFilter(3)))
    thick = np.asarray(part.filter(ImageFilter.BoxBlur(1)).filter(ImageFilter.MaxFilter(3))) < paper - _NOT_PAPER * span
    dark = darkest < plain + _LIGHTER * span
    strokes = _crossed(thick & ~dark & ~settled, dark)
    if not strokes.any():
        return None
    pixels = np.asarray(colourless)
    middle = (plain + float(np.median(pixels[strokes]))) / 2
    around = _grown(strokes, _EDGE)
    # A pixel is print if two of its neighbours are: the paper's grain and the camera's noise make single ones dark.
    print_ = (pixels < middle) & (_neighbours(pixels < middle) >= 3)
    # Print keeps its edge of one pixel, or its letters would fray.
    return around & ~_grown(print_, 1), around


def _covered(shape: tuple[int, ...], boxes: Sequence[PixelBox]) -> Mask:
    mask = np.zeros(shape, dtype=np.bool_)
    for x0, y0, x1, y1 in boxes:
        mask[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1] = True
    return mask


def _print_tone(greys: Grey, settled: Mask, paper: int) -> float | None:
    """The grey that most strokes of the read words reach; ``None`` without such words."""
    inner = greys[:, 1:-1]
    middles = inner[
        settled[:, 1:-1] & (inner <= greys[:, :-2]) & (inner <= greys[:, 2:]) & (inner < (1 - _NOT_PAPER) * paper)
    ]
    return float(np.percentile(middles, _PLAIN_STROKES)) if len(middles) else None


def _unread(ink: Mask) -> tuple[int, int, int, int] | None:
    """Top, left, bottom and right of the inked places, large enough, in which nothing was read."""
    groups = [group for group in _groups(_cells(ink) >= _EDGE) if len(group[0]) >= _UNREAD_CELLS]
    if not groups:
        return None
    rows = np.concatenate([rows for rows, _ in groups])
    columns = np.concatenate([columns for _, columns in groups])
    height, width = ink.shape
    return (
        max(0, (int(rows.min()) - 1) * _CELL),
        max(0, (int(columns.min()) - 1) * _CELL),
        min(height, (int(rows.max()) + 2) * _CELL),
        min(width, (int(columns.max()) + 2) * _CELL),
    )


def _crossed(light: Mask, dark: Mask) -> Mask:
    """The light strokes that belong to something which dark strokes cross."""
    lights, darks = _cells(light) >= 3, _cells(dark) >= _EDGE
    kept = np.zeros_like(lights)
    for group in _groups(lights):
        if len(group[0]) >= _PIECE_CELLS and darks[group].mean() >= _CROSSED:
            kept[group] = True
    if kept.sum() < _STAMP_CELLS:
        return np.zeros_like(light)
    grid = np.repeat(np.repeat(kept, _CELL, axis=0), _CELL, axis=1)
    return light & grid[: light.shape[0], : light.shape[1]]


def _cells(mask: Mask) -> NDArray[np.int64]:
    """How many pixels of each cell are set."""
    height, width = mask.shape
    padded = np.pad(mask, ((0, -height % _CELL), (0, -width % _CELL)))
    rows, columns = padded.shape[0] // _CELL, padded.shape[1] // _CELL
    counts: NDArray[np.int64] = padded.reshape(rows, _CELL, columns, _CELL).sum(axis=(1, 3))
    return counts


def _groups(cells: Mask) -> list[Cells]:
    """The set cells, gathered with those at most one cell away."""
    left = cells.copy()
    groups: list[Cells] = []
    for first in zip(*(places.tolist() for places in np.nonzero(cells)), strict=True):
        if not left[first]:
            continue
        left[first] = False
        members, waiting = [first], [first]
        while waiting:
            row, column = waiting.pop()
            window = left[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
            rows, columns = np.nonzero(window)
            found = [(max(0, row - 2) + y, max(0, column - 2) + x) for y, x in zip(rows, columns, strict=True)]
            window[:] = False
            members.extend(found)
            waiting.extend(found)
        places = np.array(members)
        groups.append((places[:, 0], places[:, 1]))
    return groups


def _neighbours(mask: Mask) -> NDArray[np.uint8]:
    """How many pixels are set in the square of 3 by 3 around each."""
    padded = np.pad(mask, 1).astype(np.uint8)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    counts: NDArray[np.uint8] = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return counts


def _grown(mask: Mask, by: int) -> Mask:
    """The mask with every pixel grown by so many to each side."""
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.BoxBlur(by))) > 0
