"""Mends what can be mended of a data directory, without reading any file again that was read before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.chroma_server import ChromaServer
from corpus.database import RESTORING_FOLDER, damaged
from corpus.disk import room_needed
from corpus.errors import StoreError
from corpus.originals import original_path
from corpus.server_place import place_of
from corpus.store import Store
from corpus.vectors import VectorIndex
from ingest.backup.restoring import finish_restoring
from ingest.index_check import check_index
from ingest.leftovers import tidy
from ingest.upkeep import align_access, erase_traces, keep_original, keep_vectors, rebuild_vectors
from ingest.writers_lock import writing_alone

if TYPE_CHECKING:
    from corpus.settings import Settings


def repair_data(settings: Settings) -> Iterator[str]:
    """Mend one thing after the other, and tell each with a German sentence; nothing is told where nothing was wrong.

    Raises :class:`DamagedStoreError` where the SQLite file is damaged, :class:`StoreError` for a directory without one
    and while somebody writes.
    """
    data = settings.data.resolve()
    if not data.is_dir():
        Store(data)  # says that nothing has been read
    with writing_alone(data), room_needed(data):
        if (data / RESTORING_FOLDER).exists():
            finish_restoring(data, ChromaServer.of(settings))
            yield "ein unterbrochenes Zurückspielen einer Sicherung ist zu Ende geführt"
        Store(data).close()  # where there is none, none is made
        with closing(Store.create(data)) as store:
            if (verdict := store.integrity()) != "ok":
                raise damaged(data, verdict)
            yield from _repair(settings, store, data)


def _repair(settings: Settings, store: Store, data: Path) -> Iterator[str]:
    if not store.full_text_is_sound():
        store.rebuild_full_text()
        yield "der Volltextindex ist neu aufgebaut"
    if unfinished := store.passage_keys("indexing"):
        store.remove_unfinished()
        yield f"ein unterbrochenes Einlesen ist aufgeräumt ({len(unfinished)} Passagen)"
    if left := tidy(data, store):
        yield f"Überbleibsel abgebrochener Läufe sind gelöscht ({left})"
    server = ChromaServer.of(settings)
    if old := place_of(data, server).leftovers():
        VectorIndex(data, server).discard_leftovers()
        yield f"alte Vektorindexe auf dem Chroma-Server sind gelöscht ({len(old)})"
    check = check_index(data, server)
    if not check.sound:
        _complete_store(settings, store, trusted=check.trusted)
        rebuild_vectors(store, server)
        yield f"der Vektorindex ist neu aufgebaut ({len(store.passage_keys())} Passagen); er war: {check.problem}"
    elif behind := align_access(store, VectorIndex(data, server)):
        yield f"der Vektorindex kennt wieder, wer was sehen darf ({behind} Passagen)"
    if store.traces.pending:
        if not erase_traces(settings, store):
            raise StoreError("Gerade wird gelesen; bitte „aktenkundig doctor --repair“ gleich noch einmal aufrufen.")
        yield "Spuren entfernter Dokumente sind gelöscht"
    for info in store.documents():
        original, file = original_path(data, info), Path(info.file)
        if not original.is_file() and file.is_file() and _sha256(file) == info.sha256:
            keep_original(file, original)
            yield f"das Original von „{info.document}“ ist wieder da"


def _complete_store(settings: Settings, store: Store, *, trusted: bool) -> None:
    """Let the store have all vectors: those of its index where that is ``trusted``, else new ones."""
    from corpus.embedding import open_embedding

    if not store.vectors.missing():
        return
    embedding = open_embedding(settings)
    store.require_model(embedding.identity)
    keep_vectors(store, VectorIndex(store.directory, ChromaServer.of(settings)) if trusted else None, embedding)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
