"""Reads PDF files with PDFium, which gives every character with its box.

Boxes are in points on the page as displayed: the crop box is cut out and the rotation applied, as PDFium draws it.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from corpus.errors import UnreadableFileError
from corpus.pdfium import PDFIUM_LOCK
from ingest.layout import Line, OnPage, RawDocument, RawPage, ignore_page

_HEADER_WITHIN = 1024
"""PDF 1.7, annex H.3: readers accept the header anywhere in the first 1024 bytes."""
_TRAILER_WITHIN = 4096
_LINE_HYPHEN = 0x02
"""What PDFium reports for a hyphen that breaks a word at the end of a line."""
_BOLD_WEIGHT = 600
_DEVICE_SCALE = 1000
_SAME_LINE = 0.25
"""Share of the lower glyph's height that two glyphs of one line have in common at least, superscripts included."""


class PdfReader:
    """Born-digital PDF files; a file without any text is refused, because scans need character recognition."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """All pages with their lines. One caller at a time uses PDFium, which is not thread-safe."""
        data = path.read_bytes()
        _check_form(path, data)
        with PDFIUM_LOCK:
            try:
                with closing(_open(path, data)) as document:
                    pages = []
                    for index in range(len(document)):
                        pages.append(_read_page(document, index))
                        on_page(index + 1, len(document))
                    declared = document.get_metadata_dict(skip_empty=True)
            except pdfium.PdfiumError as error:
                raise _damaged(path) from error
        if not pages:
            raise UnreadableFileError(f"„{path.name}“ hat keine Seiten; bitte die Datei neu beschaffen.")
        if not any(line.text for page in pages for line in page.lines):
            raise UnreadableFileError(
                f"„{path.name}“ enthält keinen lesbaren Text (vermutlich ein Scan); "
                "bitte eine durchsuchbare PDF-Datei verwenden."
            )
        return RawDocument(
            pages=pages,
            media_type="application/pdf",
            metadata={key.lower(): value for key, value in declared.items()},
        )


def _check_form(path: Path, data: bytes) -> None:
    """Refuse what PDFium would quietly repair into something incomplete."""
    if not data.strip():
        raise UnreadableFileError(f"„{path.name}“ ist leer; bitte die Datei neu beschaffen.")
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise UnreadableFileError(f"„{path.name}“ ist keine PDF-Datei, obwohl der Name so endet; bitte prüfen.")
    if b"%%EOF" not in data[-_TRAILER_WITHIN:]:
        raise UnreadableFileError(f"„{path.name}“ ist unvollständig (abgeschnitten); bitte die Datei neu beschaffen.")


def _open(path: Path, data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise UnreadableFileError(
                f"„{path.name}“ ist verschlüsselt; bitte eine Fassung ohne Kennwort verwenden."
            ) from error
        raise _damaged(path) from error


def _damaged(path: Path) -> UnreadableFileError:
    return UnreadableFileError(f"„{path.name}“ ist beschädigt; bitte die Datei neu beschaffen.")


def _read_page(document: pdfium.PdfDocument, index: int) -> RawPage:
    with closing(document[index]) as page:
        width, height = page.get_size()
        with closing(page.get_textpage()) as textpage:
            lines = _read_lines(page, textpage, width, height)
        label = document.get_page_label(index) or None
    return RawPage(index=index, width=width, height=height, lines=lines, label=label)


def _read_lines(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, width: float, height: float) -> list[Line]:
    """The page's lines in PDFium's order, their boxes in displayed points, their gaps in line pitches."""
    raw = textpage.raw
    count = textpage.count_chars()
    rectangle = pdfium_c.FS_RECTF()
    codes: list[int] = []
    boxes = np.full((count, 4), np.nan, dtype=np.float64)
    for position in range(count):
        code = pdfium_c.FPDFText_GetUnicode(raw, position)
        codes.append(ord("-") if code == _LINE_HYPHEN else code)
        if pdfium_c.FPDFText_IsGenerated(raw, position) != 1 and pdfium_c.FPDFText_GetLooseCharBox(
            raw, position, ctypes.byref(rectangle)
        ):
            boxes[position] = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    displayed = _to_display(page, boxes, width, height)
    lines: list[Line] = []
    for start, end in _line_ranges(codes, displayed):
        line = _line(raw, codes, displayed, start, end)
        if line is not None:
            lines.append(line)
    _set_gaps(lines)
    return lines


def _line_ranges(codes: list[int], boxes: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Where lines begin and end: at PDFium's line ends, and where a glyph stands wholly below or above the last one.

    The second rule is needed because PDFium swallows the line end after a hyphen ("–KI-" / "gemäß" became "–KI-gemäß").
    """
    start = 0
    last: NDArray[np.float32] | None = None
    for position, code in enumerate(codes):
        box = boxes[position]
        if code in (0x0A, 0x0D):
            yield start, position
            start, last = position + 1, None
        elif not np.isnan(box[0]):
            if last is not None:
                overlap = min(box[3], last[3]) - max(box[1], last[1])
                if overlap < _SAME_LINE * min(box[3] - box[1], last[3] - last[1]):
                    yield start, position
                    start = position
            last = box
    yield start, len(codes)


def _to_display(page: pdfium.PdfPage, boxes: NDArray[np.float64], width: float, height: float) -> NDArray[np.float32]:
    """Map user space to the displayed page by the affine map that PDFium itself uses for drawing."""
    origin, right, up = (_device_point(page, width, height, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    matrix = np.array([[right[0] - origin[0], up[0] - origin[0]], [right[1] - origin[1], up[1] - origin[1]]]) / 1000
    corners = np.stack([boxes[:, [0, 1]], boxes[:, [2, 3]]], axis=1) @ matrix.T + np.array(origin)
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).astype(np.float32)


def _device_point(page: pdfium.PdfPage, width: float, height: float, x: float, y: float) -> tuple[float, float]:
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
    return device_x.value / _DEVICE_SCALE, device_y.value / _DEVICE_SCALE


def _line(
    raw: pdfium_c.FPDF_TEXTPAGE, codes: list[int], boxes: NDArray[np.float32], start: int, end: int
) -> Line | None:
    """The characters ``start:end`` as one line, normalised, or ``None`` if it is blank."""
    characters: list[str] = []
    places: list[NDArray[np.float32]] = []
    first_glyph: int | None = None
    for position in range(start, end):
        code = codes[position]
        if code in (0, 0xFFFE, 0xFFFF, 0xAD) or 0xD800 <= code <= 0xDFFF:
            continue
        character = chr(code)
        if character.isspace() or unicodedata.category(character) == "Cc":
            if characters and characters[-1] != " ":
                characters.append(" ")
                places.append(np.full(4, np.nan, dtype=np.float32))
            continue
        if first_glyph is None:
            first_glyph = position
        _append(characters, places, character, boxes[position])
    while characters and characters[-1] == " ":
        characters.pop()
        places.pop()
    if first_glyph is None or not characters:
        return None
    return Line(
        text="".join(characters),
        boxes=np.stack(places),
        bold=_is_bold(raw, first_glyph),
        size=round(pdfium_c.FPDFText_GetFontSize(raw, first_glyph), 1),
    )


def _append(characters: list[str], places: list[NDArray[np.float32]], character: str, box: NDArray[np.float32]) -> None:
    """Add one glyph: combining marks join the letter before them, ligatures share their box among their letters."""
    if unicodedata.combining(character) and characters and characters[-1] != " ":
        joined = unicodedata.normalize("NFC", characters[-1] + character)
        if len(joined) == 1:
            characters[-1] = joined
            return
    letters = unicodedata.normalize("NFKC", character) if 0xFB00 <= ord(character) <= 0xFB06 else character
    letters = unicodedata.normalize("NFC", letters)
    edges = np.linspace(box[0], box[2], len(letters) + 1, dtype=np.float32)
    for number, letter in enumerate(letters):
        characters.append(letter)
        places.append(np.array([edges[number], box[1], edges[number + 1], box[3]], dtype=np.float32))


def _is_bold(raw: pdfium_c.FPDF_TEXTPAGE, position: int) -> bool:
    if pdfium_c.FPDFText_GetFontWeight(raw, position) >= _BOLD_WEIGHT:
        return True
    flags = ctypes.c_int()
    length = pdfium_c.FPDFText_GetFontInfo(raw, position, None, 0, ctypes.byref(flags))
    buffer = ctypes.create_string_buffer(max(1, length))
    pdfium_c.FPDFText_GetFontInfo(raw, position, buffer, length, ctypes.byref(flags))
    return b"bold" in buffer.value.lower()


def _set_gaps(lines: list[Line]) -> None:
    """Distances between neighbouring lines in units of the page's usual line pitch (the median of small ones)."""
    tops = np.array([line.top for line in lines])
    if len(tops) < 2:
        return
    steps = np.diff(tops)
    sizes = np.array([max(line.size, 1.0) for line in lines[1:]])
    plausible = steps[(steps > 0.8 * sizes) & (steps < 2.5 * sizes)]
    pitch = float(np.median(plausible)) if len(plausible) else 1.2 * float(np.median(sizes))
    for line, step in zip(lines[1:], steps, strict=True):
        line.gap = float(step / pitch)
