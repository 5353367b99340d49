"""Readers by file format."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import UnreadableFileError
from ingest.layout import Reader
from ingest.readers.pdf import PdfReader
from ingest.readers.text import TextReader

__all__ = ["SUFFIXES", "PdfReader", "TextReader", "reader_for"]

_READERS: dict[str, type[PdfReader | TextReader]] = {".pdf": PdfReader, ".txt": TextReader}
SUFFIXES = frozenset(_READERS)
"""The endings of file names that can be read."""


def reader_for(path: Path) -> Reader:
    """The reader for a file by the ending of its name; raises ``UnreadableFileError`` for others."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFileError(
            f"„{path.name}“ hat kein lesbares Format; gelesen werden {', '.join(sorted(SUFFIXES))}."
        )
    return reader()
