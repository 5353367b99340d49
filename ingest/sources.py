"""Finds what is to be read: single files, folders, and folders with a register."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UnreadableFileError
from corpus.register import REGISTER_FILE, Akte, RegisterEntry, load_register
from ingest.readers import SUFFIXES

_TRANSCRIPTION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. ``named`` tells that the user asked for this very file, so that a fault in it ends the run."""

    path: Path
    akte: Akte | None
    entry: RegisterEntry | None
    named: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """All files of a run, the registers that were among them, and the folders that were searched for them."""

    files: list[Source]
    akten: list[Akte]
    folders: list[Path]


def find_sources(paths: Sequence[Path], *, may_be_empty: bool = False) -> Sources:
    """Expand files and folders. In a folder with a register, the register alone says what belongs to it.

    Other folders are searched for all files that are not hidden: what cannot be read is to be reported, not passed
    over. Raises :class:`UnreadableFileError` if a path does not exist, has an unreadable format, or holds no documents
    (which a folder may where ``may_be_empty``: then all that lay in it is forgotten).
    """
    files: list[Source] = []
    akten: list[Akte] = []
    folders: list[Path] = []
    for path in paths:
        if path.is_dir():
            folders.append(path)
            found = _in_folder(path, akten, frozenset())
            readable = any(source.path.suffix.lower() in SUFFIXES for source in found)
            if not may_be_empty and not readable and not any(akte.folder.is_relative_to(path) for akte in akten):
                raise UnreadableFileError(
                    f"Im Ordner „{path}“ sind keine Dokumente; gelesen werden {', '.join(sorted(SUFFIXES))}."
                )
            files.extend(found)
        elif path.is_file():
            if path.suffix.lower() not in SUFFIXES:
                raise UnreadableFileError(
                    f"„{path.name}“ hat kein lesbares Format; gelesen werden {', '.join(sorted(SUFFIXES))}."
                )
            files.append(Source(path=path, akte=None, entry=None, named=True))
        else:
            raise UnreadableFileError(f"„{path}“ gibt es nicht; bitte den Pfad prüfen.")
    once: dict[Path, Source] = {}
    for source in files:
        once.setdefault(source.path.resolve(), source)
    return Sources(files=list(once.values()), akten=akten, folders=folders)


def _in_folder(folder: Path, akten: list[Akte], around: frozenset[Path]) -> list[Source]:
    """The files of a folder and of those in it; ``around`` are the folders that it lies in."""
    if (folder / REGISTER_FILE).is_file():
        akte = load_register(folder)
        akten.append(akte)
        return [Source(path=akte.path(entry), akte=akte, entry=entry, named=False) for entry in akte.present()]
    here = folder.resolve()
    if here in around:  # a link that leads back up
        return []
    found: list[Source] = []
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise UnreadableFileError(f"Der Ordner „{folder}“ lässt sich nicht öffnen; bitte die Rechte prüfen.") from error
    for path in inside:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            found.extend(_in_folder(path, akten, around | {here}))
        else:
            found.append(Source(path=path, akte=None, entry=None, named=False))
    return found


def slug(name: str) -> str:
    """A document id made of a file's name: "Größe & Maß.pdf" gives "groesse-mass"."""
    ascii_name = unicodedata.normalize("NFC", name).casefold().translate(_TRANSCRIPTION)
    plain = unicodedata.normalize("NFKD", ascii_name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "dokument"
