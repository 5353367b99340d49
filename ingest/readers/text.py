"""Reads plain text: form feeds and lone page numbers separate pages, lines have no boxes."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from corpus.errors import UnreadableFileError
from ingest.layout import Line, OnPage, RawDocument, RawPage, ignore_page, without_boxes

MEDIA_TYPE = "text/plain"

_ENCODINGS = ("utf-8-sig", "cp1252")
"""UTF-8 first, because it fails on anything else; German office software wrote Windows-1252 before."""
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Byte order marks of UTF-16, which Windows calls "Unicode"; without one it cannot be told from other bytes."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\u00ad\u200b\ufeff]")
_OTHER_FORMATS = (b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"%!PS")
_LONE_NUMBER = re.compile(r"[-–— ]*(\d{1,4})[-–— ]*")


class TextReader:
    """Plain text in UTF-8, UTF-16 with a byte order mark, or Windows-1252."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """The lines of the file on as many pages as form feeds and page numbers show."""
        text = unicodedata.normalize("NFC", decode(path, path.read_bytes()))
        pages: list[RawPage] = []
        for part in text.split("\f"):
            for lines in _split_at_numbers(part.splitlines(), len(pages)):
                pages.append(RawPage(index=len(pages), width=0.0, height=0.0, lines=_lines(lines)))
        if not any(page.lines for page in pages):
            raise UnreadableFileError(f"„{path.name}“ ist leer; bitte die Datei neu beschaffen.")
        on_page(len(pages), len(pages))
        return RawDocument(pages=pages, media_type=MEDIA_TYPE)


def decode(path: Path, data: bytes) -> str:
    """The text of a text file; raises :class:`UnreadableFileError` if it is none."""
    if data.startswith(_WIDE_MARKS):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UnreadableFileError(f"„{path.name}“ ist beschädigt; bitte die Datei neu beschaffen.") from error
    if b"\0" in data or data.startswith(_OTHER_FORMATS):
        raise UnreadableFileError(f"„{path.name}“ ist keine Textdatei; bitte als PDF oder UTF-8-Text speichern.")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(f"„{path.name}“ hat eine unbekannte Zeichenkodierung; bitte als UTF-8 speichern.")


def _split_at_numbers(lines: list[str], pages_before: int) -> list[list[str]]:
    """Cut text that was exported from pages at the page numbers left in it.

    A number counts only if it stands between blank lines and is the one expected next: at the head of the following
    page, or at the foot of the current one.
    """
    pages: list[list[str]] = [[]]
    for position, line in enumerate(lines):
        current = pages_before + len(pages)
        match = _LONE_NUMBER.fullmatch(line.strip())
        alone = all(
            not lines[neighbour].strip() for neighbour in (position - 1, position + 1) if 0 <= neighbour < len(lines)
        )
        if match and alone and position > 0:
            number = int(match.group(1))
            if number == current + 1:
                pages.append([line])
                continue
            if number == current and any(pages[-1]):
                pages[-1].append(line)
                pages.append([])
                continue
        pages[-1].append(line)
    return [page for page in pages if any(line.strip() for line in page)] or [[]]


def _lines(source: list[str]) -> list[Line]:
    lines: list[Line] = []
    blanks = 0
    for raw in source:
        text = " ".join(_CONTROL.sub("", raw).split())
        if not text:
            blanks += 1
            continue
        lines.append(Line(text=text, boxes=without_boxes(text), gap=1.0 + (blanks if lines else 0)))
        blanks = 0
    return lines
