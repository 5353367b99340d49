"""Reads PDF files: glyphs and their boxes with PDFium, the file's structure with pypdf."""

from __future__ import annotations

from ingest.readers.pdf.reader import PdfReader

__all__ = ["PdfReader"]
