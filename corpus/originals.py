"""Where the copies of the files lie that documents were read from."""

from __future__ import annotations

from pathlib import Path

from corpus.types import DocumentInfo

ORIGINALS_DIRECTORY = "originale"


def original_path(data: Path, info: DocumentInfo) -> Path:
    """The stored copy of a document's file, named by the hash of its bytes."""
    return data / ORIGINALS_DIRECTORY / f"{info.sha256}{Path(info.file).suffix.lower()}"
