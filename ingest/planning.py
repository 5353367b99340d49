"""Decides what a run has to read: what is new or changed, what is known, and what lies there twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from corpus.access import Access
from corpus.errors import UnreadableFileError
from corpus.settings import Settings
from corpus.store import Store
from corpus.types import DocumentInfo
from ingest.readers import media_type_of
from ingest.sources import Source, slug

READING_VERSION = "2"
"""Part of every fingerprint: raise it when reading, cutting or analysing changes, and all documents are read anew."""

Action = Literal["read", "unchanged", "duplicate", "fail"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What to do with a file.

    ``info`` is what is known of its document without reading it, ``twin`` the other place of a duplicate, ``reason``
    the German sentence of a failure.
    """

    source: Source
    action: Action
    info: DocumentInfo | None = None
    fingerprint: str = ""
    size: int = 0
    twin: Path | None = None
    reason: str = ""

    @property
    def path(self) -> str:
        """The name under which the store knows the file."""
        return path_key(self.source.path)


def path_key(path: Path) -> str:
    """How the store names a file: by its absolute path, whatever way the user wrote it."""
    return str(path.resolve())


class Planner:
    """Compares files with what the store has. Contents are hashed, nothing is read into structure."""

    def __init__(self, settings: Settings, store: Store, *, recognition: bool) -> None:
        """``recognition`` tells that scanned pages can be read, which may not have been so the last time."""
        self._settings = settings
        self._store = store
        self._recognition = recognition

    def plan(self, sources: Iterable[Source]) -> Iterator[Planned]:
        """What to do with each file, in the order given."""
        seen: dict[str, Path] = {}
        for source in sources:
            try:
                info, fingerprint, size = describe(source, self._settings)
            except UnreadableFileError as error:
                yield Planned(source, "fail", reason=str(error))
                continue
            key = path_key(source.path)
            if self._store.files.fingerprint(key) == fingerprint and not self._readable_now(key):
                seen.setdefault(info.sha256, source.path)
                yield Planned(source, "unchanged", info, fingerprint, size)
                continue
            twin = self._twin(source, info.sha256, seen)
            if twin is not None:
                yield Planned(source, "duplicate", info, fingerprint, size, twin)
                continue
            seen.setdefault(info.sha256, source.path)
            yield Planned(source, "read", info, fingerprint, size)

    def _twin(self, source: Source, sha256: str, seen: dict[str, Path]) -> Path | None:
        """Another place of the same content; the register says itself what its files are."""
        if source.entry is not None:
            return None
        known = self._store.files.same_content(sha256, path_key(source.path))
        if known is not None:
            return Path(known)
        return seen.get(sha256)

    def _readable_now(self, path: str) -> bool:
        """Whether pages that could not be read the last time may be readable now."""
        return self._recognition and any(
            page.reading == "unread"
            for document in self._store.files.documents_in(path)
            for page in self._store.pages(document)
        )


def describe(source: Source, settings: Settings) -> tuple[DocumentInfo, str, int]:
    """What is known of a source without reading it, the file's fingerprint, and its size in bytes.

    Raises :class:`UnreadableFileError` for what is no file, cannot be opened or is empty.
    """
    path = source.path
    if not path.is_file():
        raise UnreadableFileError(f"„{path.name}“ ist keine gewöhnliche Datei; bitte prüfen, was dort liegt.")
    try:
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFileError(f"„{path}“ lässt sich nicht öffnen; bitte die Rechte prüfen.") from error
    if size == 0:
        raise UnreadableFileError(f"„{path.name}“ ist leer; bitte die Datei neu beschaffen.")
    info = _info(source, sha256, settings)
    described = repr((READING_VERSION, replace(info, document="", file=""), *info.gremien))
    return info, hashlib.sha256(described.encode()).hexdigest(), size


def _info(source: Source, sha256: str, settings: Settings) -> DocumentInfo:
    entry, akte = source.entry, source.akte
    info = DocumentInfo(
        document=slug(source.path.stem),
        title=source.path.stem,
        kind="Dokument",
        akte="",
        date=None,
        committee=None,
        session=None,
        authority=None,
        number=None,
        origin="original",
        visibility=settings.default_visibility,
        file=path_key(source.path),
        sha256=sha256,
        media_type=media_type_of(source.path),
    )
    if entry is None or akte is None:
        return info
    access = entry.access or Access(settings.default_visibility)
    return replace(
        info,
        document=entry.id,
        title=entry.title,
        kind=entry.kind,
        akte=akte.title,
        date=entry.date,
        committee=entry.committee,
        session=entry.session,
        authority=akte.authority,
        number=entry.number,
        origin=entry.origin,
        visibility=access.visibility,
        gremien=access.gremien,
    )
