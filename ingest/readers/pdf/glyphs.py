"""The glyphs of a page as arrays, read from PDFium with one pass of C code per property.

PDFium is asked once per glyph for what differs from glyph to glyph (its box and the text object that draws it) and
once per text object for what does not (font, size, direction, colour). ``map`` over a function that takes plain
addresses keeps the loop over the glyphs out of Python: about 0.4 microseconds for a glyph and property.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple, cast

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from ingest.readers.pdf.dingbats import plain_codes, symbol_font
from ingest.readers.pdf.display import Display

HYPHEN = 0x2D
SOFT_HYPHEN = 0xAD
_LINE_HYPHENS = (0x02, 0xFFFE)
"""What PDFium reports for a hyphen that breaks a word at the end of a line."""
_BLANKS = np.array([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000])
_STRIDE = 8
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi|(?:\+|^)(?:cm|sf|ec|la|lc)b[x]?\w*\d", re.IGNORECASE)
"""Bold faces by name; the last part are TeX's Computer Modern faces (CMBX10, SFBX1200)."""
_FILL_AND_STROKE = 2
_NOT_PAINTED = (3, 7)
"""Text render modes (PDF 1.7, table 106) that paint nothing."""


@dataclass(slots=True)
class Glyphs:
    """Glyphs in the order in which the page draws them; all arrays have one entry per glyph.

    ``codes`` are Unicode code points. ``boxes`` (shape (n, 4)) reach from the font's descender to its ascender and over
    the glyph's advance width, in displayed points. ``anchors`` (shape (n, 2)) is some point on the glyph's baseline;
    ``angles`` is the direction of reading in radians, clockwise from rightwards; ``sizes`` is the type size in
    points. ``objects`` tells which text object drew it. ``blank`` tells that the file itself has a blank between this
    glyph and the one drawn before it. ``colours`` (shape (n, 3)) is red, green, blue, 0 to 255. ``painted`` is false
    for text that is there but not drawn: render modes 3 and 7, or fully transparent.
    """

    codes: NDArray[np.uint32]
    boxes: NDArray[np.float32]
    anchors: NDArray[np.float64]
    angles: NDArray[np.float64]
    sizes: NDArray[np.float64]
    objects: NDArray[np.intp]
    handles: NDArray[np.uint64]
    bold: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    colours: NDArray[np.uint8]
    painted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, chosen: NDArray[Any]) -> Glyphs:
        """The glyphs that a mask or an array of indices chooses."""
        return Glyphs(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def join(self, other: Glyphs) -> Glyphs:
        """These glyphs and then ``other``'s."""
        return Glyphs(
            *(np.concatenate([getattr(self, field.name), getattr(other, field.name)]) for field in fields(self))
        )


class _Calls(NamedTuple):
    """PDFium's functions with plain integers for handles and addresses, called without letting go of the interpreter.

    Converting a handle or taking a reference costs several times what PDFium itself needs for the answer.
    """

    loose_box: Callable[..., int]
    text_object: Callable[..., int]
    unicode: Callable[..., int]
    origin: Callable[..., int]
    matrix: Callable[..., int]
    font_size: Callable[..., float]
    render_mode: Callable[..., int]
    colour: Callable[..., int]
    font: Callable[..., int]


@cache
def _calls() -> _Calls:
    def fast(function: Callable[..., object], result: type, *arguments: type) -> Callable[..., Any]:
        address = ctypes.cast(cast("Any", function), ctypes.c_void_p).value
        return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)

    pointer, integer = ctypes.c_size_t, ctypes.c_int
    return _Calls(
        loose_box=fast(pdfium_c.FPDFText_GetLooseCharBox, integer, pointer, integer, pointer),
        text_object=fast(pdfium_c.FPDFText_GetTextObject, pointer, pointer, integer),
        unicode=fast(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint, pointer, integer),
        origin=fast(pdfium_c.FPDFText_GetCharOrigin, integer, pointer, integer, pointer, pointer),
        matrix=fast(pdfium_c.FPDFText_GetMatrix, integer, pointer, integer, pointer),
        font_size=fast(pdfium_c.FPDFText_GetFontSize, ctypes.c_double, pointer, integer),
        render_mode=fast(pdfium_c.FPDFTextObj_GetTextRenderMode, integer, pointer),
        colour=fast(pdfium_c.FPDFPageObj_GetFillColor, integer, *([pointer] * 5)),
        font=fast(pdfium_c.FPDFTextObj_GetFont, pointer, pointer),
    )


def read_glyphs(textpage: pdfium.PdfTextPage, display: Display) -> tuple[Glyphs, int]:
    """All glyphs of a page except blanks, what PDFium added itself, and characters without a meaning in Unicode.

    The second value counts the glyphs whose font does not tell what they mean: they are drawn, but cannot be read.
    """
    calls = _calls()
    count = textpage.count_chars()
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    codes = _read_codes(textpage, handle, count)
    blank = np.isin(codes, _BLANKS)
    drawn_by = _read_drawn_by(handle, blank)
    real = drawn_by != 0
    unmapped = int(np.count_nonzero(real & ~blank & (codes < 0x20) & ~np.isin(codes, _LINE_HYPHENS)))
    useful = real & ~blank & (codes >= 0x20) & (codes < 0xF_FFFF) & ((codes < 0xD800) | (codes > 0xDFFF))
    places = np.flatnonzero(useful)
    user = np.zeros((count, 4), dtype=np.float32)
    address = user.ctypes.data
    list(map(calls.loose_box, repeat(handle), places.tolist(), (address + 16 * places).tolist()))
    handles, first, objects = np.unique(drawn_by[places], return_index=True, return_inverse=True)
    drawn = _read_objects(handle, handles, places[first], display)
    blanks_before = np.cumsum(blank & real)[places]
    between = np.diff(blanks_before, prepend=blanks_before[:1]) > 0
    codes = plain_codes(codes[places], drawn.symbols[objects])
    glyphs = Glyphs(
        codes=codes,
        boxes=display.boxes(user[places]),
        anchors=drawn.anchors[objects],
        angles=drawn.angles[objects],
        sizes=drawn.sizes[objects],
        objects=objects,
        handles=handles[objects],
        bold=drawn.bold[objects],
        blank=between,
        colours=drawn.colours[objects],
        painted=drawn.painted[objects],
    )
    return glyphs, unmapped


def _read_codes(textpage: pdfium.PdfTextPage, handle: int | None, count: int) -> NDArray[np.uint32]:
    """The code points; in one piece where the page's text has one unit per character, else one by one."""
    if not count:
        return np.zeros(0, dtype=np.uint32)
    units = np.zeros(2 * count + 2, dtype=np.uint16)
    buffer = ctypes.cast(units.ctypes.data, ctypes.POINTER(ctypes.c_ushort))
    written = int(pdfium_c.FPDFText_GetText(textpage.raw, 0, count, buffer))
    codes: NDArray[np.uint32] = units[: max(written - 1, 0)].astype(np.uint32)
    if len(codes) != count or bool(((codes >= 0xD800) & (codes <= 0xDFFF)).any()):
        codes = np.fromiter(map(_calls().unicode, repeat(handle), range(count)), np.uint32, count)
    codes[np.isin(codes, _LINE_HYPHENS)] = HYPHEN
    control = (codes >= 0x80) & (codes <= 0x9F)
    if control.any():
        # Never printed in Unicode: fonts without a map whose codes are those of Windows, "„" and "–" among them.
        codes[control] = [ord(bytes([code]).decode("cp1252", "ignore") or "\0") for code in codes[control].tolist()]
    return codes


def _read_drawn_by(handle: int | None, blank: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """The text object that draws each character, 0 for the blanks that PDFium adds.

    The characters of an object follow one another, so it is enough to ask for every eighth character, for those between
    two that differ, and for the blanks.
    """
    text_object, count = _calls().text_object, len(blank)
    asked = np.arange(0, count, _STRIDE)
    sampled = np.fromiter(map(text_object, repeat(handle), asked.tolist()), np.uint64, len(asked))
    drawn_by = np.repeat(sampled, _STRIDE)[:count]
    alike = np.append(sampled[:-1] == sampled[1:], False)
    unsure = np.flatnonzero(blank | ~np.repeat(alike, _STRIDE)[:count] | (drawn_by == 0))
    drawn_by[unsure] = np.fromiter(map(text_object, repeat(handle), unsure.tolist()), np.uint64, len(unsure))
    return drawn_by


class _Objects(NamedTuple):
    """What is the same for all glyphs of a text object; one entry per object."""

    anchors: NDArray[np.float64]
    angles: NDArray[np.float64]
    sizes: NDArray[np.float64]
    bold: NDArray[np.bool_]
    symbols: NDArray[np.uint8]
    colours: NDArray[np.uint8]
    painted: NDArray[np.bool_]


def _read_objects(
    handle: int | None, handles: NDArray[np.uint64], first: NDArray[np.intp], display: Display
) -> _Objects:
    """The properties of the text objects ``handles``, ``first`` being a glyph of each."""
    calls, count = _calls(), len(handles)
    objects, positions = handles.tolist(), first.tolist()
    steps = np.arange(count)
    matrices = np.zeros((count, 6), dtype=np.float32)
    list(map(calls.matrix, repeat(handle), positions, (matrices.ctypes.data + 24 * steps).tolist()))
    origins = np.zeros((count, 2), dtype=np.float64)
    start = origins.ctypes.data + 16 * steps
    list(map(calls.origin, repeat(handle), positions, start.tolist(), (start + 8).tolist()))
    sizes = np.fromiter(map(calls.font_size, repeat(handle), positions), np.float64, count)
    modes = np.fromiter(map(calls.render_mode, objects), np.int64, count)
    colours = np.zeros((count, 4), dtype=np.uint32)
    colours[:, 3] = 255
    red = colours.ctypes.data + 16 * steps
    list(map(calls.colour, objects, *((red + 4 * channel).tolist() for channel in range(4))))
    fonts = np.fromiter(map(calls.font, objects), np.uint64, count)
    bold = (modes == _FILL_AND_STROKE) & (colours[:, :3].max(axis=1) < 250)
    symbols = np.zeros(count, dtype=np.uint8)
    for font in np.unique(fonts).tolist():
        name, weight = _font(font)
        bold |= (fonts == font) & (weight >= _BOLD_WEIGHT or _BOLD_NAME.search(name) is not None)
        symbols[fonts == font] = symbol_font(name)
    along = display.directions(matrices[:, [0, 1]])
    across = display.directions(matrices[:, [2, 3]])
    return _Objects(
        anchors=display.points(origins),
        angles=np.arctan2(along[:, 1], along[:, 0]),
        sizes=np.abs(sizes) * np.hypot(across[:, 0], across[:, 1]),
        bold=bold,
        symbols=symbols,
        colours=colours[:, :3].astype(np.uint8),
        painted=~np.isin(modes, _NOT_PAINTED) & (colours[:, 3] > 0),
    )


def _font(font: int) -> tuple[str, int]:
    """A font's name and weight (400 is regular, 700 bold, 0 unknown)."""
    if not font:
        return "", 0
    pointer = ctypes.cast(font, pdfium_c.FPDF_FONT)
    length = pdfium_c.FPDFFont_GetBaseFontName(pointer, None, 0)
    buffer = ctypes.create_string_buffer(max(1, length))
    pdfium_c.FPDFFont_GetBaseFontName(pointer, buffer, length)
    return buffer.value.decode("utf-8", "replace"), pdfium_c.FPDFFont_GetWeight(pointer)
