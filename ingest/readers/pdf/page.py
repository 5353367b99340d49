"""Reads one page: its glyphs, its form fields, its tables, and if need be its picture."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from ingest.layout import Line, RawPage
from ingest.readers.legibility import needs_recognition
from ingest.readers.pdf.display import Display
from ingest.readers.pdf.fields import draw_annotations_in, read_tick_boxes, with_tick_boxes
from ingest.readers.pdf.glyphs import read_glyphs
from ingest.readers.pdf.initials import join_initials
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
_LEAST_UNMAPPED, _UNMAPPED = 8, 0.15
"""Glyphs without a meaning, and their share, from which on a page's text cannot be used; a few are ornaments. Where
the page has no umlauts besides, a few are too many: then those are what is missing."""
_UMLAUTS = [ord(letter) for letter in "äöüÄÖÜß"]
_TELLING_PICTURE = 0.2
"""Share of the page from which on a picture beside text is looked at for more text."""
_SURE, _LEAST_LINES, _LEAST_LETTERS = 0.85, 3, 60
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
            glyphs, unmapped = read_glyphs(textpage, display)
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
        broken = unmapped >= _LEAST_UNMAPPED and (
            unmapped > _UNMAPPED * (unmapped + len(glyphs)) or not np.isin(glyphs.codes, _UMLAUTS).any()
        )
        if broken or needs_recognition(lines, covered):
            _recognise(read, page, recognition, fallback=[] if broken or needs_recognition(lines, 0.0) else lines)
        elif lines and painted.image_share >= _TELLING_PICTURE and directions[0].angle == 0.0:
            read.lines = _with_pictures(read, page, directions, rules, recognition)
    return read


def _put_in_order(directions: Sequence[Direction], rules: Sequence[Rule], width: float, height: float) -> list[Line]:
    """The page's lines; tables are looked for where text and rules have the same axes."""
    if not directions or directions[0].angle != 0.0:
        return order_lines(directions, [], [], width, height)
    segments = join_initials(directions[0].segments)
    regions = find_tables([segment.line for segment in segments], rules, width, height)
    taken = frozenset().union(*(region.taken for region in regions))
    left = [segment for number, segment in enumerate(segments) if number not in taken]
    blocks = [Block(region.lines, region.box) for region in regions]
    return order_lines([Direction(0.0, left), *directions[1:]], blocks, rules, width, height)


def _read_picture(read: RawPage, page: pdfium.PdfPage, recognition: Recognition) -> RecognisedText | None:
    """What character recognition makes of the page as it is drawn; ``None`` if it cannot be told."""
    if not recognition.is_possible:
        return None
    scale = min(_PIXELS_PER_POINT, (_MOST_PIXELS / max(read.width * read.height, 1.0)) ** 0.5)
    with closing(page.render(scale=scale, may_draw_forms=False)) as bitmap:
        image = bitmap.to_pil()
    return recognition.read(image, scale)


def _with_pictures(
    read: RawPage,
    page: pdfium.PdfPage,
    directions: Sequence[Direction],
    rules: Sequence[Rule],
    recognition: Recognition,
) -> list[Line]:
    """The page's lines, and those that stand in a picture beside its text: half of a page may be a scanned cutting.

    Of a photograph recognition makes scraps, so only several lines of which it is sure count.
    """
    recognised = _read_picture(read, page, recognition)
    known = np.array([_box(segment.line) for segment in directions[0].segments])
    found = [
        line
        for line in (recognised.lines if recognised else [])
        if line.has_glyphs
        and line.mark is None
        and line.confidence is not None
        and float(line.confidence.mean()) >= _SURE
        and not _overlaps(_box(line), known)
    ]
    if len(found) < _LEAST_LINES or sum(len(line.text) for line in found) < _LEAST_LETTERS:
        return read.lines
    segments = sorted([*directions[0].segments, *map(_segment, found)], key=lambda segment: (segment.v, segment.u0))
    return _put_in_order([Direction(0.0, segments), *directions[1:]], rules, read.width, read.height)


def _box(line: Line) -> tuple[float, float, float, float]:
    left, top = np.fmin.reduce(line.boxes[:, :2])
    right, bottom = np.fmax.reduce(line.boxes[:, 2:])
    return float(left), float(top), float(right), float(bottom)


def _overlaps(box: tuple[float, float, float, float], others: NDArray[np.float64]) -> bool:
    x0, y0, x1, y1 = box
    beside = (others[:, 2] <= x0) | (others[:, 0] >= x1) | (others[:, 3] <= y0) | (others[:, 1] >= y1)
    return not bool(beside.all())


def _recognise(read: RawPage, page: pdfium.PdfPage, recognition: Recognition, fallback: list[Line]) -> None:
    """Read the page's picture instead of its text; what cannot be read is not passed off as text.

    ``fallback`` is text that is sound by itself: if the picture says nothing, there was nothing but that.
    """
    recognised = _read_picture(read, page, recognition)
    read.lines, read.reading = fallback, "text" if fallback and recognised is not None else "unread"
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
