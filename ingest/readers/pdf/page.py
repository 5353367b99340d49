"""Reads one page: its glyphs, its form fields, its tables, and if need be its picture."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2 as pdfium

from ingest.layout import Line, RawPage
from ingest.readers.legibility import needs_recognition
from ingest.readers.pdf.display import Display
from ingest.readers.pdf.fields import draw_annotations_in, read_tick_boxes, with_tick_boxes
from ingest.readers.pdf.glyphs import read_glyphs
from ingest.readers.pdf.lines import Direction, Segment, read_directions
from ingest.readers.pdf.order import Block, order_lines
from ingest.readers.pdf.rules import Rule, read_rules
from ingest.readers.pdf.visibility import read_painted, visible_glyphs
from ingest.readers.tesseract import RecognitionError
from ingest.tables.detection import find_tables

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.readers.ocr import RecognisedText, TextRecognizer

_PIXELS_PER_POINT = 300 / 72
_MOST_PIXELS = 20_000_000
"""An A3 page at 300 dots per inch has 17 million; larger plans are recognised at a coarser resolution."""
_OUTLINES = 150
"""So many painted shapes on a page without text are its letters drawn as outlines, or a drawing with labels."""
_MOST_FAILURES = 3
_DESCENT = 0.21
"""How far below the baseline the boxes of recognised characters reach, in type sizes."""


class Recognition:
    """Recognises the pages of one file, and remembers why a page could not be: that page stays unread."""

    def __init__(self, recognizer: TextRecognizer | None) -> None:
        self._recognizer = recognizer
        self.failures: list[RecognitionError] = []

    @property
    def is_possible(self) -> bool:
        """False without a recogniser, and after so many failures that it would only cost time to go on."""
        return self._recognizer is not None and len(self.failures) < _MOST_FAILURES

    def read(self, image: Image, scale: float) -> RecognisedText | None:
        """What the picture says; ``None`` if it cannot be told."""
        if self._recognizer is None:
            return None
        try:
            return self._recognizer.read(image, scale)
        except RecognitionError as error:
            # One plan that takes too long must not keep a package of hundreds of pages out.
            self.failures.append(error)
            return None


def read_page(document: pdfium.PdfDocument, index: int, recognition: Recognition) -> RawPage:
    """The page at ``index`` (from 0) with its lines in reading order.

    A page that has something on it but no usable text is recognised; if it cannot be, it stays unread.
    """
    page = document[index]
    display = Display.of(page)
    tick_boxes = read_tick_boxes(document, page, display)
    if draw_annotations_in(page):
        page.close()
        page = document[index]
    with closing(page):
        with closing(page.get_textpage()) as textpage:
            glyphs = read_glyphs(textpage, display)
        painted = read_painted(page, display)
        glyphs = with_tick_boxes(glyphs.take(visible_glyphs(page, glyphs, painted, display)), tick_boxes)
        directions = read_directions(glyphs)
        rules = read_rules(page, display.boxes)
        lines = _put_in_order(directions, rules, display.width, display.height)
        read = RawPage(
            index=index,
            width=display.width,
            height=display.height,
            lines=lines,
            label=document.get_page_label(index) or None,
            reading="text" if lines else "blank",
        )
        covered = 1.0 if not lines and painted.shapes >= _OUTLINES else painted.image_share
        if needs_recognition(lines, covered):
            _recognise(read, page, recognition)
    return read


def _put_in_order(directions: Sequence[Direction], rules: Sequence[Rule], width: float, height: float) -> list[Line]:
    """The page's lines; tables are looked for where text and rules have the same axes."""
    if not directions or directions[0].angle != 0.0:
        return order_lines(directions, [], [], width, height)
    segments = directions[0].segments
    regions = find_tables([segment.line for segment in segments], rules, width, height)
    taken = frozenset().union(*(region.taken for region in regions))
    left = [segment for number, segment in enumerate(segments) if number not in taken]
    blocks = [Block(region.lines, region.box) for region in regions]
    return order_lines([Direction(0.0, left), *directions[1:]], blocks, rules, width, height)


def _recognise(read: RawPage, page: pdfium.PdfPage, recognition: Recognition) -> None:
    """Read the page's picture instead of its text; what cannot be read is not passed off as text."""
    read.lines, read.reading = [], "unread"
    if not recognition.is_possible:
        return
    scale = min(_PIXELS_PER_POINT, (_MOST_PIXELS / max(read.width * read.height, 1.0)) ** 0.5)
    with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
        image = bitmap.to_pil()
    recognised = recognition.read(image, scale)
    if recognised is None:
        return
    # Rows and columns are straight only on the straightened page.
    segments = [_segment(line) for line in recognised.straight if line.mark is None and line.has_glyphs]
    stamps = [line for line in recognised.straight if line.mark is not None]
    lines = _put_in_order([Direction(0.0, segments)], [], recognised.width, recognised.height) + stamps
    if lines:
        read.lines, read.reading = recognised.placed(lines), "ocr"


def _segment(line: Line) -> Segment:
    """A recognised line with its place."""
    x0, x1 = float(np.nanmin(line.boxes[:, 0])), float(np.nanmax(line.boxes[:, 2]))
    baseline = float(np.nanmedian(line.boxes[:, 3])) - _DESCENT * line.size
    return Segment(line, x0, x1, baseline, line.size)
