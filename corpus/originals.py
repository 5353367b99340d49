"""Where the copies of the files lie that documents were read from."""

from __future__ import annotations

from pathlib import Path

from corpus.types import DocumentInfo

ORIGINALS_DIRECTORY = "originale"
_SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "text/markdown": ".md"}
"""Only so that a person who looks into the directory sees what is what."""


def original_path(data: Path, info: DocumentInfo) -> Path:
    """The stored copy of a document's file, named by the hash of its bytes."""
    return data / ORIGINALS_DIRECTORY / f"{info.sha256}{_SUFFIXES.get(info.media_type, '')}"
