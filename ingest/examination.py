"""What is wrong with a data directory: findings, each good or not, with a German sentence. Nothing is changed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from corpus.chroma_server import ChromaServer
from corpus.data_directory import LOCK_FILE
from corpus.database import damaged
from corpus.errors import AktenkundigError, IndexAwayError, StoreError
from corpus.originals import original_path
from corpus.server_place import place_of
from corpus.store import Store
from ingest.index_check import check_index
from ingest.leftovers import find_leftovers

if TYPE_CHECKING:
    from corpus.settings import Settings

Finding = tuple[bool, str]
_MENDED = "„aktenkundig doctor --repair“"


def examine_data(settings: Settings) -> list[Finding]:
    """SQLite against itself, against Chroma, against the originals, and against the model that is set."""
    try:
        with closing(Store(settings.data)) as store:
            if (verdict := store.integrity()) != "ok":
                raise damaged(settings.data, verdict)
            documents, passages = len(store.documents()), len(store.passage_keys())
            return [
                (True, f"Bestand lesbar ({documents} Dokumente, {passages} Passagen)"),
                _examine_full_text(store),
                *_examine_leftovers(settings, store),
                _examine_index(settings),
                _examine_model(settings, store),
                *_examine_originals(settings, store),
                _examine_pages(store),
            ]
    except AktenkundigError as error:
        return [(False, str(error))]


def _examine_full_text(store: Store) -> Finding:
    if store.full_text_is_sound():
        return True, "Volltextindex in Ordnung"
    return False, f"Volltextindex beschädigt; {_MENDED} baut ihn neu auf"


def _examine_leftovers(settings: Settings, store: Store) -> list[Finding]:
    """What interrupted runs left; while somebody writes, nobody can tell."""
    try:
        with FileLock(settings.data / LOCK_FILE).acquire(timeout=0):
            unfinished = store.passage_keys("indexing")
            files = find_leftovers(settings.data, store)
            traces = store.traces.pending
    except Timeout:
        return [(True, "Hinweis: gerade wird eingelesen; ob etwas liegen geblieben ist, zeigt sich danach")]
    findings: list[Finding] = [(True, "keine angefangenen Dokumente")]
    if unfinished:
        findings = [(False, f"ein Einlesen wurde unterbrochen; {_MENDED} oder der nächste Lauf räumt auf")]
    if files:
        findings.append((False, f"Überbleibsel abgebrochener Läufe: {_names(files)}; {_MENDED} löscht sie"))
    if traces:
        findings.append((False, f"Spuren entfernter Dokumente sind noch nicht ganz gelöscht; {_MENDED} holt das nach"))
    findings += _examine_server(settings)
    return findings


def _examine_server(settings: Settings) -> list[Finding]:
    """What interrupted runs left on a Chroma server; whether it answers at all is told elsewhere."""
    try:
        left = place_of(settings.data, ChromaServer.of(settings)).leftovers() if settings.chroma_url else []
    except StoreError:
        return []
    return [(False, f"alte Vektorindexe auf dem Chroma-Server: {len(left)}; {_MENDED} löscht sie")] if left else []


def _names(files: list[Path]) -> str:
    shown = ", ".join(path.name for path in files[:3])
    return shown if len(files) <= 3 else f"{shown} und {len(files) - 3} weitere"


def _examine_index(settings: Settings) -> Finding:
    server = ChromaServer.of(settings)
    try:
        check = check_index(settings.data, server)
    except IndexAwayError as error:
        return False, f"{error} Eingestellt ist {settings.chroma_url}."
    if check.sound:
        where = f" auf dem Chroma-Server {settings.chroma_url}" if server is not None else ""
        return True, f"Vektorindex{where}: {check.passages} Passagen, wie im Bestand"
    return False, f"Vektorindex: {check.problem}; {_MENDED} baut ihn neu auf, ohne Dateien zu lesen"


def _examine_model(settings: Settings, store: Store) -> Finding:
    from corpus.embedding import open_embedding

    try:
        store.require_model(open_embedding(settings).identity)
    except AktenkundigError as error:
        return False, str(error)
    return True, f"Einbettungsmodell {store.model()}"


def _examine_originals(settings: Settings, store: Store) -> list[Finding]:
    infos = store.documents()
    findings: list[Finding] = [(True, "alle Originale vorhanden")]
    if lost := [info.document for info in infos if not original_path(settings.data, info).is_file()]:
        findings = [(False, f"Original fehlt: {', '.join(lost)}; bitte neu einlesen")]
    if moved := [info.document for info in infos if not Path(info.file).is_file()]:
        findings.append((True, f"Hinweis: nicht mehr an ihrem alten Ort liegen {', '.join(moved)}"))
    return findings


def _examine_pages(store: Store) -> Finding:
    """Which pages nobody can find anything on, because they could not be read."""
    unread = {
        info.document: [page.printed for page in store.pages(info.document) if page.reading == "unread"]
        for info in store.documents()
    }
    named = [f"{document} (S. {', '.join(pages)})" for document, pages in unread.items() if pages]
    if named:
        return False, f"nicht gelesene Seiten: {'; '.join(named)}; bitte mit Texterkennung neu einlesen"
    return True, "alle Seiten gelesen"
