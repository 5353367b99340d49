"""Which of the vector indexes in a data directory is the current one; knows nothing of what is in them.

An index that is built anew lies in a directory of its own. The stamp beside changes whenever the index does, and names
that directory, so that one index takes the place of another in one step.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

from corpus.disk import room_needed

VECTORS_DIRECTORY = "chroma"
STAMP_FILE = "vektoren.stand"
_CHROMA_FILE = "chroma.sqlite3"
_DIRECTORY = re.compile(rf"{VECTORS_DIRECTORY}(?:-[0-9a-f]{{32}})?")
"""The first index of a data directory, and those that took its place."""


def read_stamp(directory: Path) -> str:
    """The stamp of the index under ``directory``; empty before the first change."""
    stamp = directory / STAMP_FILE
    return stamp.read_text("ascii", errors="replace") if stamp.is_file() else ""


def write_stamp(directory: Path, name: str) -> str:
    """Say that the index has changed and is the one in the directory ``name``; return the stamp."""
    stamp = f"{uuid4().hex} {name}"
    draft = directory / f"{STAMP_FILE}.neu"
    with room_needed(directory):
        draft.write_text(stamp, "ascii")
        draft.replace(directory / STAMP_FILE)
    return stamp


def new_name() -> str:
    """The name of a directory for a new index."""
    return f"{VECTORS_DIRECTORY}-{uuid4().hex}"


def name_in(stamp: str) -> str:
    """The directory that a stamp names; the stamps of the first index did not."""
    name = stamp.rpartition(" ")[2]
    return name if _DIRECTORY.fullmatch(name) else VECTORS_DIRECTORY


def index_directory(directory: Path) -> Path:
    """Where the files of the current index lie, if they are there."""
    return directory / name_in(read_stamp(directory))


def has_index(directory: Path) -> bool:
    """Whether Chroma's own file lies where the current index should; says nothing of its state."""
    return (index_directory(directory) / _CHROMA_FILE).is_file()


def leftover_directories(directory: Path) -> list[Path]:
    """What interrupted rebuilding left: indexes that were not finished, or that another one has replaced."""
    current = index_directory(directory)
    return sorted(
        path for path in directory.glob(f"{VECTORS_DIRECTORY}*") if _DIRECTORY.fullmatch(path.name) and path != current
    )
