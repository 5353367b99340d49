"""Puts a backup into a data directory: everything is checked first, and the old state stays until the new one is whole.

The new state is made in a folder of the data directory. Renaming that folder is the moment from which on the backup
counts: whatever interrupts the moving of its files after that, :func:`finish_restoring` goes on with it.
"""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from corpus.chroma_server import ChromaServer
from corpus.data_directory import FEEDBACK_FILE, OPARL_DIRECTORY, UPLOAD_PLACES, UPLOADS_DIRECTORY
from corpus.database import DATABASE_FILE, RESTORING_FOLDER, prepare_directory
from corpus.disk import room_needed
from corpus.errors import AktenkundigError, IndexAwayError, StoreError, UnreadableFileError
from corpus.index_files import STAMP_FILE, VECTORS_DIRECTORY, leftover_directories
from corpus.migration import OLDEST_VERSION
from corpus.originals import ORIGINALS_DIRECTORY
from corpus.schema import SCHEMA_VERSION
from corpus.settings import Settings
from corpus.store import Store
from ingest.backup.manifest import FURTHER_DATABASES, LONGEST_MANIFEST, MANIFEST_FILE, Manifest, is_allowed
from ingest.backup.writing import copied
from ingest.leftovers import STAGING_FOLDER
from ingest.writers_lock import writing_alone

_MEMBERS = (ORIGINALS_DIRECTORY, UPLOADS_DIRECTORY, OPARL_DIRECTORY, FEEDBACK_FILE, DATABASE_FILE)
"""What a restored state consists of beside its vector index; all of them are in the staging folder, if only empty.

What came over OParl is always empty: the next comparison begins anew, because one that goes on from a later state than
the store's would never bring back what the store lacks."""
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)
"""What reading a damaged, encrypted or foreign file may raise."""


def restore_backup(settings: Settings, file: Path, *, force: bool = False) -> Manifest:
    """Let the data directory hold what is in a backup, and nothing else; converted models stay.

    With ``force`` it replaces what is there. Raises :class:`AktenkundigError`, and then nothing has changed.
    """
    with _opened(file) as archive:
        manifest = _checked(archive, file)
        data, server = settings.data.resolve(), ChromaServer.of(settings)
        prepare_directory(data)
        with writing_alone(data), room_needed(data):
            if (data / RESTORING_FOLDER).exists():
                finish_restoring(data, server)
            if not force and _holds_something(data):
                raise StoreError(
                    f"In „{data}“ liegen schon Dokumente; „--force“ ersetzt sie durch die Sicherung, "
                    "oder bitte mit AKTENKUNDIG_DATA ein leeres Verzeichnis wählen."
                )
            staging = data / STAGING_FOLDER
            shutil.rmtree(staging, ignore_errors=True)
            try:
                _extract(archive, manifest, staging, file)
                _complete(settings, manifest, staging, data)
                _flush(staging)
                staging.rename(data / RESTORING_FOLDER)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            finish_restoring(data, server)
    return manifest


def finish_restoring(data: Path, server: ChromaServer | None = None) -> None:
    """Move the files of a restored state to their places; may be repeated after an interruption anywhere.

    The index on a ``server`` is there already. The old one goes with the next run where the server is away now.
    """
    restored = data / RESTORING_FOLDER
    for index in (*restored.glob(f"{VECTORS_DIRECTORY}*"), restored / STAMP_FILE):
        if index.exists():
            index.replace(data / index.name)
    for left in leftover_directories(data):
        shutil.rmtree(left)
    for name in (*FURTHER_DATABASES, *_MEMBERS):
        new, old = restored / name, data / name
        if not new.exists():  # moved before an interruption, or not in this backup
            continue
        if name in (DATABASE_FILE, *FURTHER_DATABASES):
            # A log of the old file must not be taken for one of the new.
            for log in ("-wal", "-shm"):
                old.with_name(f"{name}{log}").unlink(missing_ok=True)
        elif old.is_dir():
            shutil.rmtree(old)
        new.replace(old)
    shutil.rmtree(restored)
    if server is not None:
        from corpus.vectors import VectorIndex

        with suppress(IndexAwayError):
            VectorIndex(data, server).discard_leftovers()


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except OSError as error:
        raise UnreadableFileError(
            f"„{file}“ fehlt oder lässt sich nicht öffnen; bitte Pfad und Rechte prüfen."
        ) from error
    except _ZIP_ERRORS as error:
        raise _damaged(file) from error
    with archive:
        yield archive


def _checked(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """The manifest, after every file has been read and compared with it; nothing is written."""
    try:
        entry = archive.getinfo(MANIFEST_FILE)
        if entry.file_size > LONGEST_MANIFEST:
            raise _foreign(file)
        manifest = Manifest.model_validate_json(archive.read(entry))
    except (KeyError, ValidationError) as error:
        raise _foreign(file) from error
    except _ZIP_ERRORS as error:
        raise _damaged(file) from error
    names = [info.filename for info in archive.infolist() if info.filename != MANIFEST_FILE]
    if len(names) != len(set(names)) or set(names) != set(manifest.files) or DATABASE_FILE not in manifest.files:
        raise _damaged(file)
    if not all(map(is_allowed, names)):
        raise _foreign(file)
    if not OLDEST_VERSION <= manifest.schema_version <= SCHEMA_VERSION:
        raise UnreadableFileError(
            f"Die Sicherung „{file}“ stammt von einer anderen Version (aktenkundig {manifest.program}); "
            "bitte mit dieser zurückspielen oder die Dokumente neu einlesen."
        )
    for name in names:
        _read(archive, manifest, name, None, file)
    return manifest


def _extract(archive: zipfile.ZipFile, manifest: Manifest, staging: Path, file: Path) -> None:
    for folder in (
        ORIGINALS_DIRECTORY,
        OPARL_DIRECTORY,
        *(f"{UPLOADS_DIRECTORY}/{place}" for place in UPLOAD_PLACES.values()),
    ):
        (staging / folder).mkdir(parents=True)
    (staging / FEEDBACK_FILE).touch(0o600)
    for name in FURTHER_DATABASES:
        if name in manifest.files:
            (staging / name).touch(0o600)
    for name in manifest.files:
        _read(archive, manifest, name, staging / name, file)


def _read(archive: zipfile.ZipFile, manifest: Manifest, name: str, target: Path | None, file: Path) -> None:
    """Read one file, and write it to ``target``; raises :class:`UnreadableFileError` if it is not what it should be."""
    expected = manifest.files[name]
    try:
        with archive.open(name) as source:
            if target is None:
                found = copied(source, None, expected.size)
            else:
                with target.open("wb") as written:
                    found = copied(source, written, expected.size)
    except _ZIP_ERRORS as error:
        raise _damaged(file) from error
    if found != expected:
        raise _damaged(file)


def _flush(folder: Path) -> None:
    """Have all files on the disk before anything counts on them."""
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _complete(settings: Settings, manifest: Manifest, staging: Path, data: Path) -> None:
    """Make a data directory of the extracted files: the vector index, and paths as they are here."""
    from ingest.upkeep import keep_vectors, rebuild_vectors

    with closing(Store.create(staging)) as store:
        if store.integrity() != "ok":
            raise StoreError("Der Bestand in der Sicherung ist beschädigt; bitte eine andere Sicherung zurückspielen.")
        for folder in (UPLOADS_DIRECTORY, OPARL_DIRECTORY):
            store.files.relocate(f"{manifest.data_directory}/{folder}", str(data / folder))
        if store.vectors.missing():
            from corpus.embedding import open_embedding

            embedding = open_embedding(settings)
            store.require_model(embedding.identity)
            keep_vectors(store, None, embedding)
        rebuild_vectors(store, ChromaServer.of(settings), made_for=data)


def _holds_something(data: Path) -> bool:
    """Whether a data directory has anything that restoring would replace; empty folders are nothing."""
    names = (*_MEMBERS, *FURTHER_DATABASES)
    return any(path.is_file() for name in names for path in (data / name, *(data / name).rglob("*")))


def _damaged(file: Path) -> AktenkundigError:
    return UnreadableFileError(f"Die Sicherung „{file}“ ist beschädigt oder unvollständig; bitte eine andere nehmen.")


def _foreign(file: Path) -> AktenkundigError:
    return UnreadableFileError(f"„{file}“ ist keine Sicherung von aktenkundig.")
