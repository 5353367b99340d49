"""The command ``aktenkundig doctor``: whether store, vectors, originals, model and programs fit together."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import AktenkundigError, StoreError
from corpus.settings import Settings, load_settings

if TYPE_CHECKING:
    from corpus.store import Store

CHECKS_GROUP = "aktenkundig.checks"
Check = Callable[[Settings], list[tuple[bool, str]]]
"""What an entry point of that group names: findings, each good or not, with a German sentence."""


class Doctor:
    """``aktenkundig doctor``: whether everything fits together."""

    name = "doctor"
    help = "prüfen, ob alles zusammenpasst"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Nothing to choose."""

    def run(self, arguments: argparse.Namespace) -> int:  # noqa: ARG002 - the form of a command
        """Print one line per check; 0 if all is well, 1 if something is not."""
        settings = load_settings()
        print(f"Datenverzeichnis: {settings.data.resolve()}")
        findings = [*_check_store(settings), _check_recognition(), *_installed_checks(settings), *_check_programs()]
        for good, sentence in findings:
            print(f"{'in Ordnung' if good else 'FEHLER':>10}: {sentence}")
        return 0 if all(good for good, _ in findings) else 1


def _check_store(settings: Settings) -> list[tuple[bool, str]]:
    """SQLite against Chroma, against the originals, and against the model that is set."""
    from corpus.embedding import open_embedding
    from corpus.originals import original_path
    from corpus.store import Store
    from corpus.vectors import VectorIndex

    try:
        store = Store(settings.data)
        verdict = store.integrity()
        stored, unfinished = store.passage_keys(), store.passage_keys("indexing")
    except StoreError as error:
        return [(False, str(error))]
    findings = [(verdict == "ok", f"Bestand lesbar ({len(store.documents())} Dokumente, {len(stored)} Passagen)")]
    if unfinished:
        findings.append((False, "ein Einlesen wurde unterbrochen; „aktenkundig ingest“ räumt beim nächsten Lauf auf"))
    else:
        findings.append((True, "keine angefangenen Dokumente"))
    try:
        indexed = VectorIndex(settings.data).keys()
        findings.append(_compare(indexed, stored))
        store.require_model(open_embedding(settings).identity)
        findings.append((True, f"Einbettungsmodell {store.model()}"))
    except AktenkundigError as error:
        findings.append((False, str(error)))
    lost = [info.document for info in store.documents() if not original_path(settings.data, info).is_file()]
    if lost:
        findings.append((False, f"Original fehlt: {', '.join(lost)}; bitte neu einlesen"))
    else:
        findings.append((True, "alle Originale vorhanden"))
    moved = [info.document for info in store.documents() if not Path(info.file).is_file()]
    if moved:
        findings.append((True, f"Hinweis: nicht mehr an ihrem alten Ort liegen {', '.join(moved)}"))
    findings += _check_pages(store)
    return findings


def _check_pages(store: Store) -> list[tuple[bool, str]]:
    """Which pages nobody can find anything on, because they could not be read."""
    unread = {
        info.document: [page.printed for page in store.pages(info.document) if page.reading == "unread"]
        for info in store.documents()
    }
    named = [f"{document} (S. {', '.join(pages)})" for document, pages in unread.items() if pages]
    if named:
        return [(False, f"nicht gelesene Seiten: {'; '.join(named)}; bitte mit Texterkennung neu einlesen")]
    return [(True, "alle Seiten gelesen")]


def _check_recognition() -> tuple[bool, str]:
    """Whether scanned pages can be read; without it everything else works."""
    from ingest.readers.ocr import RecognitionError, TextRecognizer

    try:
        return True, f"Texterkennung: Tesseract {TextRecognizer().version}"
    except RecognitionError as error:
        return True, f"Hinweis: gescannte Seiten bleiben ungelesen. {error}"


def _installed_checks(settings: Settings) -> list[tuple[bool, str]]:
    """What other packages find: ``ingest`` imports none of them, so they name their checks as entry points."""
    findings: list[tuple[bool, str]] = []
    for entry in sorted(entry_points(group=CHECKS_GROUP), key=lambda entry: entry.name):
        check: Check = entry.load()
        findings += check(settings)
    return findings


def _compare(indexed: set[str], stored: set[str]) -> tuple[bool, str]:
    """Whether the vector index has exactly the passages of the store."""
    if indexed == stored:
        return True, f"Vektorindex: {len(indexed)} Passagen, wie im Bestand"
    return False, (
        f"Vektorindex und Bestand passen nicht zusammen: {len(stored - indexed)} Passagen fehlen im Vektorindex, "
        f"{len(indexed - stored)} sind dort zu viel; bitte neu einlesen"
    )


def _check_programs() -> list[tuple[bool, str]]:
    """The versions that matter for answers."""
    from importlib.metadata import version

    names = ("torch", "sentence-transformers", "llama-index-core", "chromadb", "gradio", "pypdfium2")
    return [(True, "Bibliotheken: " + ", ".join(f"{name} {version(name)}" for name in names))]


doctor = Doctor()
