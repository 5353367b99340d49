"""Readers by file format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corpus.errors import UnreadableFileError
from ingest.layout import Reader
from ingest.readers import docx, html, markdown, odt, text
from ingest.readers.docx import DocxReader
from ingest.readers.html import HtmlReader
from ingest.readers.markdown import MarkdownReader
from ingest.readers.ocr import TextRecognizer
from ingest.readers.odt import OdtReader
from ingest.readers.pdf import PdfReader
from ingest.readers.text import TextReader

__all__ = [
    "SUFFIXES",
    "DocxReader",
    "HtmlReader",
    "MarkdownReader",
    "OdtReader",
    "PdfReader",
    "TextReader",
    "media_type_of",
    "reader_for",
]


def _pdf_reader() -> PdfReader:
    """With character recognition where there is one: without it, scanned pages are reported unread."""
    return PdfReader(TextRecognizer.find())


_READERS: dict[str, tuple[Callable[[], Reader], str]] = {
    ".pdf": (_pdf_reader, "application/pdf"),
    ".txt": (TextReader, text.MEDIA_TYPE),
    ".docx": (DocxReader, docx.MEDIA_TYPE),
    ".odt": (OdtReader, odt.MEDIA_TYPE),
    ".html": (HtmlReader, html.MEDIA_TYPE),
    ".htm": (HtmlReader, html.MEDIA_TYPE),
    ".md": (MarkdownReader, markdown.MEDIA_TYPE),
}
SUFFIXES = frozenset(_READERS)
"""The endings of file names that can be read."""


def reader_for(path: Path) -> Reader:
    """The reader for a file by the ending of its name; raises ``UnreadableFileError`` for others."""
    return _entry(path)[0]()


def media_type_of(path: Path) -> str:
    """The media type of a file by the ending of its name; raises ``UnreadableFileError`` for others."""
    return _entry(path)[1]


def _entry(path: Path) -> tuple[Callable[[], Reader], str]:
    entry = _READERS.get(path.suffix.lower())
    if entry is None:
        raise UnreadableFileError(
            f"„{path.name}“ hat kein lesbares Format; gelesen werden {', '.join(sorted(SUFFIXES))}."
        )
    return entry
