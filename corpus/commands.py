"""The commands that look at the store: ``documents``, ``text``, ``doctor``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from corpus.dates import german_date
from corpus.errors import AktenkundigError, StoreError
from corpus.settings import Settings, load_settings


class Documents:
    """``aktenkundig documents``: what is there and what is announced but missing."""

    name = "documents"
    help = "die Dokumente auflisten"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """``--json`` for machines."""
        parser.add_argument("--json", action="store_true", help="als JSON ausgeben")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print one line per document, present ones first."""
        from corpus.store import Scope, Store

        store = Store(load_settings().data)
        entries: list[dict[str, object]] = [
            {
                "document": info.document,
                "title": info.title,
                "kind": info.kind,
                "date": info.date,
                "origin": info.origin,
                "visibility": info.visibility,
                "pages": info.pages,
                "file": info.file,
                "status": "indexed",
            }
            for info in store.documents()
        ]
        entries += [
            {
                "document": missing.document,
                "title": missing.title,
                "kind": missing.kind,
                "date": None,
                "origin": None,
                "visibility": None,
                "pages": None,
                "file": None,
                "status": "missing",
            }
            for missing in store.missing(Scope())
        ]
        if arguments.json:
            json.dump(entries, sys.stdout, ensure_ascii=False, indent=2)
            print()
            return 0
        for entry in entries:
            if entry["status"] == "missing":
                print(f"{entry['document']}: {entry['kind']} „{entry['title']}“ – angekündigt, liegt nicht vor")
                continue
            visible = "öffentlich" if entry["visibility"] == "public" else "nichtöffentlich"
            example = ", Beispieldokument (frei erfunden)" if entry["origin"] == "example" else ""
            date = f", {german_date(str(entry['date']))}" if entry["date"] else ""
            pages = "1 Seite" if entry["pages"] == 1 else f"{entry['pages']} Seiten"
            print(f"{entry['document']}: {entry['kind']} „{entry['title']}“{date}, {pages}, {visible}{example}")
        return 0


class Text:
    """``aktenkundig text DOCUMENT``: the canonical text that all offsets refer to."""

    name = "text"
    help = "den Text eines Dokuments ausgeben, auf den sich alle Fundstellen beziehen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The document's id."""
        parser.add_argument("document", metavar="DOKUMENT", help="Kennung, wie „aktenkundig documents“ sie zeigt")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print exactly the text, without a line end of our own, so that offsets into the output are right."""
        from corpus.store import Store

        sys.stdout.write(Store(load_settings().data).text(arguments.document))
        return 0


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
        findings = [*_check_store(settings), *_check_programs()]
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


documents = Documents()
text = Text()
doctor = Doctor()
