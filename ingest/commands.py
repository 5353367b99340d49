"""The command ``aktenkundig ingest``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.settings import load_settings

if TYPE_CHECKING:
    from ingest.pipeline import ReportLine

_OUTCOMES = {
    "read": "gelesen",
    "replaced": "ersetzt",
    "unchanged": "unverändert",
    "removed": "entfernt",
    "failed": "NICHT GELESEN",
}


class Ingest:
    """``aktenkundig ingest PATH…``."""

    name = "ingest"
    help = "Dokumente einlesen: Dateien, Ordner oder Akten mit Register"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One or more paths."""
        parser.add_argument("paths", metavar="PFAD", nargs="+", type=Path, help="PDF- oder Textdatei oder Ordner")

    def run(self, arguments: argparse.Namespace) -> int:
        """Read everything; 0 if all was read, 1 if something in a folder could not be."""
        from corpus.embedding import open_embedding
        from ingest.pipeline import Ingestor

        settings = load_settings()
        report = Ingestor(settings, open_embedding(settings), progress=_print).ingest(arguments.paths)
        hidden = settings.default_visibility == "non_public"
        if hidden and any(line.visibility_assumed for line in report.lines):
            print(
                "Hinweis: Dokumente ohne Angabe gelten als nichtöffentlich und erscheinen nicht im Web-Chat "
                "(AKTENKUNDIG_DEFAULT_VISIBILITY=public ändert das)."
            )
        if report.failed:
            print(f"{len(report.failed)} von {len(report.lines)} Dokumenten wurden nicht gelesen.")
            return 1
        return 0


def _print(line: ReportLine) -> None:
    if line.outcome == "failed":
        print(f"{line.document}: {_OUTCOMES[line.outcome]} – {line.reason}")
        return
    pages = "1 Seite" if line.pages == 1 else f"{line.pages} Seiten"
    passages = f", {line.passages} Passagen" if line.passages else ""
    print(f"{line.document}: {_OUTCOMES[line.outcome]} ({pages}{passages})")


ingest = Ingest()
