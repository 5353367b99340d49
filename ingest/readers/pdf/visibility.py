"""Which glyphs of a page can be seen.

Only what a reader of the page sees may be quoted: text that is not painted, has the colour of what lies below it, is
covered by a bar drawn over it or stands outside the page is left out. Where colours and coverings come into play,
nothing is guessed from the file: the page is drawn, and a glyph is there if its place on the picture is not of one
colour. That costs some milliseconds, so it is done only for glyphs that are suspicious.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from ingest.readers.pdf.display import Display
from ingest.readers.pdf.glyphs import Glyphs

_SMALLEST_TYPE = 1.0
"""Points; nobody reads smaller type, search engines are fed with it."""
_NEARLY_WHITE = 235
"""Of 255, in all three colours: on a white page hard to see, so its surroundings are looked at."""
_LEAST_CONTRAST = 24
"""Of 255, in any colour, between the lightest and the darkest pixel where a glyph can be seen."""
_PIXELS_PER_POINT = 3.0
_MOST_PIXELS = 12_000_000
_LINE_WIDTH = 3.0
"""Points; a filled path that is thinner is a stroke or an underline and covers no text."""
_MOST_OBJECTS = 4000
"""A drawing of more parts than this is not searched for coverings: it is a map or a plan."""
_PAGE_COVERED = 0.5
"""Share of the page that an image has to cover for unpainted text over it to be its recognised text."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What a page paints besides text.

    ``image_share`` is the share of the page that images cover, 0 to 1; ``shapes`` counts paths. ``covers`` has shape
    (n, 4), ``order`` shape (n,): boxes of filled paths and images in displayed points, and their place among the page's
    objects. ``text_order`` gives the places of the text objects by their handles.
    """

    image_share: float
    shapes: int
    covers: NDArray[np.float32]
    order: NDArray[np.int64]
    text_order: dict[int, int]


def read_painted(page: pdfium.PdfPage, display: Display) -> Painted:
    """Walk once over the objects of the page."""
    text_order: dict[int, int] = {}
    images: list[tuple[float, float, float, float]] = []
    covers: list[tuple[float, float, float, float]] = []
    order: list[int] = []
    shapes = 0
    few = pdfium_c.FPDFPage_CountObjects(page.raw) <= _MOST_OBJECTS
    for place, (kind, item) in enumerate(_objects(page)):
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            text_order[ctypes.cast(item, ctypes.c_void_p).value or 0] = place
        elif kind in (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_SHADING):
            images.append(_bounds(item))
            covers.append(images[-1])
            order.append(place)
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM:
            images.extend(_images_of_form(item))
        else:
            shapes += 1
            if few and text_order and _is_filled(item):
                covers.append(_bounds(item))
                order.append(place)
    boxes = display.boxes(np.array(images, dtype=np.float32).reshape(-1, 4))
    return Painted(
        image_share=_share(boxes, display),
        shapes=shapes,
        covers=display.boxes(np.array(covers, dtype=np.float32).reshape(-1, 4)),
        order=np.array(order, dtype=np.int64),
        text_order=text_order,
    )


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[int, pdfium_c.FPDF_PAGEOBJECT]]:
    for place in range(pdfium_c.FPDFPage_CountObjects(page.raw)):
        item = pdfium_c.FPDFPage_GetObject(page.raw, place)
        yield pdfium_c.FPDFPageObj_GetType(item), item


def _bounds(item: pdfium_c.FPDF_PAGEOBJECT) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _is_filled(item: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    if pdfium_c.FPDFPageObj_GetType(item) != pdfium_c.FPDF_PAGEOBJ_PATH:
        return False
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke)
    return fill.value != int(pdfium_c.FPDF_FILLMODE_NONE)


def _images_of_form(form: pdfium_c.FPDF_PAGEOBJECT) -> list[tuple[float, float, float, float]]:
    """The box of a form if it holds an image: some scanners wrap the page's picture in a form."""
    kinds = (
        pdfium_c.FPDFPageObj_GetType(pdfium_c.FPDFFormObj_GetObject(form, place))
        for place in range(min(pdfium_c.FPDFFormObj_CountObjects(form), 50))
    )
    return [_bounds(form)] if pdfium_c.FPDF_PAGEOBJ_IMAGE in kinds else []


def _share(boxes: NDArray[np.float32], display: Display) -> float:
    """The share of the page under the boxes, on a grid of a hundred by a hundred places."""
    if not len(boxes):
        return 0.0
    x = (np.arange(100) + 0.5) * display.width / 100
    y = (np.arange(100) + 0.5) * display.height / 100
    covered = np.zeros((100, 100), dtype=np.bool_)
    for x0, y0, x1, y1 in boxes.tolist():
        covered |= ((y >= y0) & (y <= y1))[:, None] & ((x >= x0) & (x <= x1))[None, :]
    return float(covered.mean())


def visible_glyphs(page: pdfium.PdfPage, glyphs: Glyphs, painted: Painted, display: Display) -> NDArray[np.bool_]:
    """A mask of the glyphs that can be seen, and of those that are the recognised text of a scanned page."""
    centres = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    # A line that runs a few letters over the page's edge is still read as a whole; crop marks stand further out.
    beyond = np.maximum(-centres, centres - (display.width, display.height)).max(axis=1)
    visible: NDArray[np.bool_] = (glyphs.sizes >= _SMALLEST_TYPE) & (beyond <= glyphs.sizes)
    # A scan with a text layer has its text unpainted over the page's picture. That text says what the picture shows,
    # so it is kept and read like any text layer; whether it is good enough is for others to judge.
    recognised = painted.image_share >= _PAGE_COVERED and np.count_nonzero(~glyphs.painted) * 2 >= len(glyphs)
    if not recognised:
        visible &= glyphs.painted
    suspicious = visible & glyphs.painted & ((glyphs.colours >= _NEARLY_WHITE).all(axis=1) | _covered(glyphs, painted))
    if not recognised and suspicious.any():
        visible[suspicious] = _shows(page, glyphs.take(suspicious), display)
    return visible


def _covered(glyphs: Glyphs, painted: Painted) -> NDArray[np.bool_]:
    """Glyphs over whose middle a filled path or an image is drawn later."""
    covered = np.zeros(len(glyphs), dtype=np.bool_)
    thick = (painted.covers[:, 2:] - painted.covers[:, :2] > _LINE_WIDTH).all(axis=1)
    if not thick.any():
        return covered
    handles, objects = np.unique(glyphs.handles, return_inverse=True)
    # Text inside of forms is not among the page's own objects; it counts as drawn last.
    places = np.array([painted.text_order.get(handle, sys.maxsize) for handle in handles.tolist()])[objects]
    x, y = ((glyphs.boxes[:, axis] + glyphs.boxes[:, axis + 2]) / 2 for axis in (0, 1))
    for (x0, y0, x1, y1), place in zip(painted.covers[thick].tolist(), painted.order[thick].tolist(), strict=True):
        covered |= (places < place) & (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)
    return covered


def _shows(page: pdfium.PdfPage, glyphs: Glyphs, display: Display) -> NDArray[np.bool_]:
    """Draw the page and look whether anything is to be seen where these glyphs are."""
    area = max(display.width * display.height, 1.0)
    scale = min(_PIXELS_PER_POINT, (_MOST_PIXELS / area) ** 0.5)
    with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
        pixels = bitmap.to_numpy()[:, :, :3].astype(np.int16)
    shows = np.zeros(len(glyphs), dtype=np.bool_)
    # The middle of a box, so that the edge of a bar or of a coloured field does not count.
    middle = glyphs.boxes * scale
    insets = (middle[:, 2:] - middle[:, :2]) * (0.1, 0.2)
    starts = np.floor(middle[:, :2] + insets).astype(int).clip(0)
    ends = np.ceil(middle[:, 2:] - insets).astype(int)
    for place, ((x0, y0), (x1, y1)) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        part = pixels[y0:y1, x0:x1].reshape(-1, 3)
        shows[place] = len(part) > 0 and int((part.max(axis=0) - part.min(axis=0)).max()) >= _LEAST_CONTRAST
    # A full stop fills little of its box and a bar's edge may cross a letter: most letters of a word decide for it.
    step = glyphs.boxes[1:, 0] - glyphs.boxes[:-1, 2]
    apart = glyphs.blank[1:] | (glyphs.objects[1:] != glyphs.objects[:-1]) | (np.abs(step) > 0.12 * glyphs.sizes[1:])
    words = np.concatenate([[0], np.cumsum(apart)])
    share: NDArray[np.float64] = np.bincount(words, weights=shows) / np.bincount(words)
    seen: NDArray[np.bool_] = share[words] >= 0.5
    return seen
