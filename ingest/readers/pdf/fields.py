"""Form fields: what has been filled in is text of the page, and a tick box says whether it is ticked.

Fields are annotations, drawn over the page, and PDFium's text holds only the page itself. So their appearances are
drawn into the page (in memory) before it is read. A tick box's appearance is a stray symbol or nothing at all; it is
replaced by ☒ or ☐ at its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.readers.pdf.display import Display
from ingest.readers.pdf.glyphs import Glyphs

_TICKED, _EMPTY = ord("☒"), ord("☐")
_TICK_BOXES = (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON)
_WITH_TEXT = (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_STAMP)
_NOT_SHOWN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW


@dataclass(frozen=True, slots=True)
class TickBox:
    """A tick box or radio button; ``box`` in displayed points."""

    box: tuple[float, float, float, float]
    ticked: bool


def read_tick_boxes(document: pdfium.PdfDocument, page: pdfium.PdfPage, display: Display) -> list[TickBox]:
    """The tick boxes of a page; none unless ``document`` has a form and its environment is set up."""
    if document.formenv is None:
        return []
    found: list[TickBox] = []
    rectangle = pdfium_c.FS_RECTF()
    for place in range(pdfium_c.FPDFPage_GetAnnotCount(page.raw)):
        with closing(_Annotation(page, place)) as annotation:
            field = pdfium_c.FPDFAnnot_GetFormFieldType(document.formenv.raw, annotation.raw)
            shown = not pdfium_c.FPDFAnnot_GetFlags(annotation.raw) & _NOT_SHOWN
            if field in _TICK_BOXES and shown and pdfium_c.FPDFAnnot_GetRect(annotation.raw, rectangle):
                corners = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                x0, y0, x1, y1 = display.boxes(np.array([corners]))[0].tolist()
                ticked = bool(pdfium_c.FPDFAnnot_IsChecked(document.formenv.raw, annotation.raw))
                found.append(TickBox((x0, y0, x1, y1), ticked))
    return found


class _Annotation:
    """Closes what PDFium opens."""

    def __init__(self, page: pdfium.PdfPage, place: int) -> None:
        self.raw = pdfium_c.FPDFPage_GetAnnot(page.raw, place)

    def close(self) -> None:
        pdfium_c.FPDFPage_CloseAnnot(self.raw)


def draw_annotations_in(page: pdfium.PdfPage) -> bool:
    """Make annotations that show text part of the page; true if they are, and the page must be opened anew."""
    places = range(pdfium_c.FPDFPage_GetAnnotCount(page.raw))
    if not any(_kind(page, place) in _WITH_TEXT for place in places):
        return False
    return bool(pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY) == pdfium_c.FLATTEN_SUCCESS)


def _kind(page: pdfium.PdfPage, place: int) -> int:
    with closing(_Annotation(page, place)) as annotation:
        return int(pdfium_c.FPDFAnnot_GetSubtype(annotation.raw))


def with_tick_boxes(glyphs: Glyphs, boxes: Sequence[TickBox]) -> Glyphs:
    """The glyphs with each tick box as one more, standing on the baseline of the text beside it."""
    if not boxes:
        return glyphs
    middles = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
    inside = np.zeros(len(glyphs), dtype=np.bool_)
    for tick_box in boxes:
        x0, y0, x1, y1 = tick_box.box
        inside |= ((middles >= (x0, y0)) & (middles <= (x1, y1))).all(axis=1)
    glyphs = glyphs.take(~inside)
    for tick_box in boxes:
        glyphs = glyphs.join(_as_glyph(glyphs, tick_box))
    return glyphs


def _as_glyph(glyphs: Glyphs, tick_box: TickBox) -> Glyphs:
    x0, y0, x1, y1 = tick_box.box
    middle = (y0 + y1) / 2
    size, anchor = y1 - y0, (x0, y1 - 0.1 * (y1 - y0))
    beside = np.flatnonzero((glyphs.boxes[:, 1] <= middle) & (glyphs.boxes[:, 3] >= middle) & (glyphs.angles == 0.0))
    if len(beside):
        away = np.maximum(glyphs.boxes[beside, 0] - x1, x0 - glyphs.boxes[beside, 2])
        nearest = int(beside[np.argmin(away)])
        size, anchor = float(glyphs.sizes[nearest]), (x0, float(glyphs.anchors[nearest, 1]))
    return Glyphs(
        codes=np.array([_TICKED if tick_box.ticked else _EMPTY], dtype=np.uint32),
        boxes=np.array([tick_box.box], dtype=np.float32),
        anchors=np.array([anchor]),
        angles=np.zeros(1),
        sizes=np.array([size]),
        objects=np.array([-1], dtype=np.intp),
        handles=np.zeros(1, dtype=np.uint64),
        bold=np.zeros(1, dtype=np.bool_),
        blank=np.ones(1, dtype=np.bool_),
        colours=np.zeros((1, 3), dtype=np.uint8),
        painted=np.ones(1, dtype=np.bool_),
    )
