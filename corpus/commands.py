"""The commands that look at the store: ``documents`` and ``text``."""

from __future__ import annotations

import argparse
import json
import sys

from corpus.access import Access, in_words
from corpus.dates import german_date
from corpus.settings import load_settings


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
        documents = store.documents()
        told = {info.document: in_words(Access.of(info)) for info in documents}
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
                **({"gremien": list(info.gremien)} if info.gremien else {}),
            }
            for info in documents
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
            visible = told[str(entry["document"])]
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


documents = Documents()
text = Text()
