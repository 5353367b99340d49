"""Writes a backup while servers answer and others write: one state of the store, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from corpus.data_directory import FEEDBACK_FILE, UPLOAD_PLACES, UPLOADS_DIRECTORY
from corpus.database import DATABASE_FILE, copy_database, damaged
from corpus.disk import room_needed
from corpus.errors import AktenkundigError, StoreError
from corpus.originals import ORIGINALS_DIRECTORY, original_path
from corpus.records import EVERYTHING
from corpus.schema import SCHEMA_VERSION
from corpus.settings import Settings
from corpus.store import Store
from ingest.backup.manifest import FURTHER_DATABASES, MANIFEST_FILE, FileEntry, Manifest, is_allowed

_ATTEMPTS = 5
"""Times that a backup begins anew because originals were removed under it."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """A finished backup: where it lies, what is in it, and the documents whose originals the data directory lacks."""

    path: Path
    manifest: Manifest
    lost: tuple[str, ...]


class _ChangedError(Exception):
    """Another process removed what the state of the store still needs."""


def write_backup(settings: Settings, target: Path) -> Written:
    """Write a backup to ``target``; into a folder it goes under a name with the date.

    An existing file is never replaced. Only the owner may read it. Raises :class:`AktenkundigError`.
    """
    data = settings.data.resolve()
    created = datetime.now(UTC).replace(microsecond=0)
    path = target.resolve()
    if path.is_dir():
        path /= f"aktenkundig-{created:%Y-%m-%d-%H%M%S}.zip"
    _require_free(path, data)
    with closing(Store(data)) as store, room_needed(path.parent), _draft(path) as draft:
        for _ in range(_ATTEMPTS):
            try:
                with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
                    return _write(store, data, path, draft, Path(folder), created)
            except _ChangedError:
                continue
    raise StoreError("Der Bestand ändert sich gerade zu schnell; bitte die Sicherung später noch einmal versuchen.")


def _require_free(path: Path, data: Path) -> None:
    if path.is_relative_to(data):
        raise AktenkundigError(
            "Eine Sicherung gehört nicht in das Datenverzeichnis, das sie sichert; bitte einen anderen Ort nennen."
        )
    if path.exists():
        raise AktenkundigError(f"„{path}“ gibt es schon; bitte einen anderen Namen oder einen Ordner nennen.")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise AktenkundigError(f"In „{path.parent}“ lässt sich nichts schreiben; bitte Ordner und Rechte prüfen.")


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that is gone in the end, unless it has been moved there."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(store: Store, data: Path, path: Path, draft: Path, folder: Path, created: datetime) -> Written:
    store.copy_to(folder / DATABASE_FILE)
    with closing(Store.create(folder)) as copy:
        copy.remove_unfinished()
        if copy.traces.pending:
            copy.traces.erase()
        if (verdict := copy.integrity()) != "ok":
            raise damaged(data, verdict)
        infos, passages, model = copy.documents(), copy.count_passages(EVERYTHING), copy.model()
    originals = {original_path(data, info): info.document for info in infos}
    lost: list[str] = []
    files: dict[str, FileEntry] = {}
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        files[DATABASE_FILE] = _add(archive, DATABASE_FILE, folder / DATABASE_FILE, zipfile.ZIP_DEFLATED)
        for original, document in sorted(originals.items()):
            try:
                name = f"{ORIGINALS_DIRECTORY}/{original.name}"
                files[name] = _add(archive, name, original)
            except FileNotFoundError as error:
                if all(original_path(data, info) != original for info in store.documents()):
                    raise _ChangedError from error
                lost.append(document)
        for name, file in _further(data):
            try:
                files[name] = _add(archive, name, file)
            except FileNotFoundError:  # withdrawn meanwhile, and the next run over its folder removes its document
                continue
        for name in FURTHER_DATABASES:
            if (data / name).is_file():
                copy_database(data / name, folder / name)
                files[name] = _add(archive, name, folder / name, zipfile.ZIP_DEFLATED)
        manifest = Manifest(
            created=created,
            program=_program(),
            schema_version=SCHEMA_VERSION,
            model=model,
            documents=len(infos),
            passages=passages,
            data_directory=str(data),
            files=files,
        )
        archive.writestr(MANIFEST_FILE, manifest.model_dump_json(indent=1))
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    _move(draft, path)
    return Written(path, manifest, tuple(lost))


def _further(data: Path) -> Iterator[tuple[str, Path]]:
    """What staff uploaded and users said; hidden files are changes under way."""
    for place in UPLOAD_PLACES.values():
        for file in sorted((data / UPLOADS_DIRECTORY / place).glob("*")):
            name = f"{UPLOADS_DIRECTORY}/{place}/{file.name}"
            if file.is_file() and is_allowed(name):
                yield name, file
    if (data / FEEDBACK_FILE).is_file():
        yield FEEDBACK_FILE, data / FEEDBACK_FILE


def _add(archive: zipfile.ZipFile, name: str, file: Path, compression: int = zipfile.ZIP_STORED) -> FileEntry:
    """Write a file into the archive, and what went in into the manifest."""
    with file.open("rb") as source:
        info = zipfile.ZipInfo.from_file(file, name)
        info.compress_type, info.external_attr = compression, 0o600 << 16
        with archive.open(info, "w", force_zip64=True) as target:
            return copied(source, target)


def copied(source: IO[bytes], target: IO[bytes] | None, most: int | None = None) -> FileEntry:
    """Copy to the end, or just read where there is no ``target``; say how much it was.

    Raises :class:`ValueError` for more than ``most`` bytes.
    """
    size, digest = 0, hashlib.sha256()
    while piece := source.read(_PIECE):
        size += len(piece)
        if most is not None and size > most:
            raise ValueError("longer than announced")
        digest.update(piece)
        if target is not None:
            target.write(piece)
    return FileEntry(size=size, sha256=digest.hexdigest())


def _move(draft: Path, path: Path) -> None:
    """Give the finished file its name, unless somebody else has taken it meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError as error:
        raise AktenkundigError(f"„{path}“ gibt es inzwischen; bitte einen anderen Namen nennen.") from error
    except OSError:  # a file system without hard links
        draft.replace(path)


def _program() -> str:
    try:
        return version("aktenkundig")
    except PackageNotFoundError:  # started from the source tree
        return ""
