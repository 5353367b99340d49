"""The command ``aktenkundig ingest``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from corpus.settings import load_settings
from ingest.report import Progress, ReportLine

if TYPE_CHECKING:
    from tqdm import tqdm

    from ingest.report import Report

_OUTCOMES = {
    "read": "gelesen",
    "replaced": "ersetzt",
    "unchanged": "unverändert",
    "duplicate": "doppelt",
    "removed": "entfernt",
    "failed": "NICHT GELESEN",
}


class Ingest:
    """``aktenkundig ingest PATH…``."""

    name = "ingest"
    help = "Dokumente einlesen: Dateien, Ordner oder Akten mit Register"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One or more paths."""
        parser.add_argument("paths", metavar="PFAD", nargs="+", type=Path, help="Datei oder Ordner")
        parser.add_argument(
            "--non-public",
            action="store_true",
            help="alles als nichtöffentlich einlesen, was immer die Dokumente von sich sagen",
        )
        parser.add_argument(
            "--internal",
            action="store_true",
            help="alles als intern einlesen: nur für die Verwaltung, was immer sonst darüber gesagt ist",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="für Programme: eine JSON-Zeile je Ereignis; ein Ordner darf dann auch leer sein",
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Read everything; 0 if all was read, 1 if a file, a page or an embedded file had to be left out."""
        from corpus.embedding import open_embedding
        from ingest.pipeline import Ingestor

        settings = load_settings()

        def ingested(heard: Progress) -> Report:
            return Ingestor(settings, open_embedding(settings), progress=heard).ingest(
                arguments.paths,
                may_be_empty=arguments.json,
                non_public=arguments.non_public,
                internal=arguments.internal,
            )

        if arguments.json:
            return 0 if ingested(_Told()).complete else 1
        progress = _Shown(bar=sys.stderr.isatty())
        started = time.monotonic()
        try:
            report = ingested(progress)
        finally:
            progress.close()
        _print_summary(report, progress, time.monotonic() - started)
        if settings.default_visibility == "non_public" and any(line.visibility_assumed for line in report.lines):
            print(
                "Hinweis: Dokumente ohne Angabe gelten als nichtöffentlich und erscheinen nicht im Web-Chat "
                "(AKTENKUNDIG_DEFAULT_VISIBILITY=public ändert das)."
            )
        return 0 if report.complete else 1


class _Told(Progress):
    """Prints events as lines of JSON: ``{"share": 0.5}`` of all bytes to read, ``{"document", "outcome", "text"}``."""

    def __init__(self) -> None:
        self._sizes: Mapping[Path, int] = {}
        self._shares: dict[Path, float] = {}

    def planned(self, sizes: Mapping[Path, int]) -> None:
        """Remember what all is."""
        self._sizes = sizes

    def advanced(self, path: Path, share: float, pages: int) -> None:  # noqa: ARG002 - pages are for people
        """Tell how far all is."""
        self._shares[path] = max(self._shares.get(path, 0.0), share)
        done = sum(self._sizes.get(file, 0) * part for file, part in self._shares.items())
        self._tell(share=round(done / max(1, sum(self._sizes.values())), 3))

    def finished(self, line: ReportLine) -> None:
        """Tell what became of a document, in the words that people get."""
        self._tell(document=line.document, outcome=line.outcome, text=_described(line))

    @staticmethod
    def _tell(**event: object) -> None:
        print(json.dumps(event, ensure_ascii=False), flush=True)


class _Shown(Progress):
    """Prints each outcome and, on a terminal, a bar with pages, speed and time left."""

    def __init__(self, *, bar: bool) -> None:
        self.pages = 0
        self._wanted = bar
        self._bar: tqdm[NoReturn] | None = None
        self._sizes: Mapping[Path, int] = {}
        self._shares: dict[Path, float] = {}
        self._started = time.monotonic()

    def planned(self, sizes: Mapping[Path, int]) -> None:
        """Open the bar; its length is the bytes to read, which are known before the pages are."""
        self._sizes = sizes
        if self._wanted and sizes:
            from tqdm import tqdm

            form = "{percentage:3.0f} % |{bar}| {postfix}, noch {remaining}"
            self._bar = tqdm(
                total=sum(sizes.values()), bar_format=form, file=sys.stderr, leave=False, postfix="0 Seiten"
            )

    def advanced(self, path: Path, share: float, pages: int) -> None:
        """Move the bar by what is new."""
        self.pages += pages
        before = self._shares.get(path, 0.0)
        self._shares[path] = max(before, share)
        if self._bar is not None:
            speed = self.pages / max(1e-3, time.monotonic() - self._started)
            self._bar.set_postfix_str(f"{german_number(self.pages)} Seiten, {speed:.0f}/s", refresh=False)
            self._bar.update(self._sizes.get(path, 0) * (self._shares[path] - before))

    def finished(self, line: ReportLine) -> None:
        """Print the line above the bar."""
        for text in _described(line):
            if self._bar is not None:
                self._bar.write(text, file=sys.stdout)
            else:
                print(text, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def german_number(value: int) -> str:
    """12345 as "12.345"."""
    return f"{value:,}".replace(",", ".")


def _described(line: ReportLine) -> list[str]:
    """What is said of a document: its outcome, and a line for all that was left out of it."""
    outcome = _OUTCOMES[line.outcome]
    if line.outcome == "failed":
        return [f"{line.document}: {outcome} – {line.reason}"]
    pages = "1 Seite" if line.pages == 1 else f"{line.pages} Seiten"
    count = "1 Passage" if line.passages == 1 else f"{line.passages} Passagen"
    passages = f", {count}" if line.passages else ""
    reason = f" – {line.reason}" if line.reason else ""
    texts = [f"{line.document}: {outcome} ({pages}{passages}){reason}"]
    if line.unread:
        which = (
            f"Seite {line.unread[0]}"
            if len(line.unread) == 1
            else f"{len(line.unread)} Seiten ({', '.join(line.unread)})"
        )
        texts.append(
            f"{line.document}: NICHT GELESEN: {which}, vermutlich ein Scan; bitte Tesseract mit deutschen Sprachdaten "
            "installieren (tesseract-ocr, tesseract-ocr-deu) und noch einmal einlesen."
        )
    texts += [f"{line.document}: AUSGELASSEN – {sentence}" for sentence in line.skipped]
    return texts


def _print_summary(report: Report, progress: _Shown, seconds: float) -> None:
    """Close with counts by outcome, and with the speed where something was read."""
    counts = {outcome: sum(line.outcome == outcome for line in report.lines) for outcome in _OUTCOMES}
    told = ", ".join(f"{count} {_OUTCOMES[outcome].lower()}" for outcome, count in counts.items() if count)
    speed = (
        f"; {german_number(progress.pages)} Seiten in {seconds:.0f} s ({progress.pages / seconds:.0f} Seiten/s)"
        if progress.pages
        else ""
    )
    print(f"{len(report.lines)} Dokumente: {told}{speed}.")
    left_out = sum(len(line.unread) for line in report.lines), sum(len(line.skipped) for line in report.lines)
    if report.failed:
        print(f"{len(report.failed)} von {len(report.lines)} Dokumenten wurden nicht gelesen.")
    if left_out[0]:
        print(f"{left_out[0]} Seiten wurden nicht gelesen.")
    if left_out[1]:
        print(f"{left_out[1]} Teile oder eingebettete Dateien wurden ausgelassen.")


ingest = Ingest()
