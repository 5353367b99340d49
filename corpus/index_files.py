"""Which of the vector indexes of a data directory is the current one; knows nothing of what is in them.

An index that is built anew lies beside: in a directory of its own, or as a collection of its own on a Chroma server.
The stamp changes whenever the index does, and names it, so that one takes the place of another in one step.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

from corpus.disk import room_needed

VECTORS_DIRECTORY = "chroma"
STAMP_FILE = "vektoren.stand"
OWNER_FILE = "vektoren.kennung"
_CHROMA_FILE = "chroma.sqlite3"
_DIRECTORY = re.compile(rf"{VECTORS_DIRECTORY}(?:-[0-9a-f]{{32}})?")
"""The first index of a data directory, and those that took its place."""
_COLLECTION = re.compile(r"aktenkundig-[0-9a-f]{16}-[0-9a-f]{32}")
"""An index on a server: the identifier of its data directory, and its own."""


def read_stamp(directory: Path) -> str:
    """The stamp of the index under ``directory``; empty before the first change."""
    stamp = directory / STAMP_FILE
    return stamp.read_text("ascii", errors="replace") if stamp.is_file() else ""


def write_stamp(directory: Path, name: str) -> str:
    """Say that the index has changed and is the one of this ``name``; return the stamp."""
    stamp = f"{uuid4().hex} {name}"
    _replace(directory / STAMP_FILE, stamp)
    return stamp


def new_name() -> str:
    """The name of a directory for a new index."""
    return f"{VECTORS_DIRECTORY}-{uuid4().hex}"


def name_in(stamp: str) -> str:
    """The directory that a stamp names; the stamps of the first index did not."""
    name = stamp.rpartition(" ")[2]
    return name if _DIRECTORY.fullmatch(name) else VECTORS_DIRECTORY


def collection_in(stamp: str) -> str | None:
    """The collection on a server that a stamp names, or ``None`` where it names a directory."""
    name = stamp.rpartition(" ")[2]
    return name if _COLLECTION.fullmatch(name) else None


def index_directory(directory: Path) -> Path:
    """Where the files of the current index lie, if they are there."""
    return directory / name_in(read_stamp(directory))


def holds_index(directory: Path) -> bool:
    """Whether Chroma's own file lies in this directory; says nothing of its state."""
    return (directory / _CHROMA_FILE).is_file()


def leftover_directories(directory: Path) -> list[Path]:
    """What interrupted rebuilding left: indexes that were not finished, or that another one has replaced."""
    stamp = read_stamp(directory)
    current = directory / name_in(stamp) if collection_in(stamp) is None else None
    return sorted(
        path for path in directory.glob(f"{VECTORS_DIRECTORY}*") if _DIRECTORY.fullmatch(path.name) and path != current
    )


def collection_prefix(owner: str) -> str:
    """How the names of all collections begin that belong to the data directory of this identifier."""
    return f"aktenkundig-{owner}-"


def new_collection_name(owner: str) -> str:
    """The name of a collection for a new index."""
    return f"{collection_prefix(owner)}{uuid4().hex}"


def known_owner(directory: Path) -> str | None:
    """The identifier of a data directory among all that share a server, or ``None`` before its first index there.

    A copy beside the directory that it was made of has none either: it must not touch what belongs to that one.
    """
    noted = _noted_owner(directory)
    if noted is None:
        return None
    owner, original = noted
    is_copy = _noted_owner(original) == noted and not original.samefile(directory)
    return None if is_copy else owner


def owner_of(directory: Path) -> str:
    """The same identifier, made where there is none; for whoever writes alone."""
    owner = known_owner(directory) or uuid4().hex[:16]
    if _noted_owner(directory) != (owner, directory.resolve()):
        _replace(directory / OWNER_FILE, f"{owner}\n{directory.resolve()}")
    return owner


def _noted_owner(directory: Path) -> tuple[str, Path] | None:
    """The identifier, and the place of the data directory when it was noted."""
    try:
        owner, _, place = (directory / OWNER_FILE).read_text("utf-8").partition("\n")
    except OSError:
        return None
    return (owner, Path(place)) if re.fullmatch(r"[0-9a-f]{16}", owner) else None


def _replace(file: Path, content: str) -> None:
    draft = file.with_name(f"{file.name}.neu")
    with room_needed(file.parent):
        draft.write_text(content, "utf-8")
        draft.replace(file)
