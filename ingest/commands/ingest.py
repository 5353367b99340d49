"""``aktenkundig ingest``: files and folders, once or whenever they change, and council information systems."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import AktenkundigError
from corpus.settings import load_settings
from ingest.commands.progress import Shown, Told, print_summary
from ingest.report import Progress

if TYPE_CHECKING:
    from corpus.settings import Settings
    from ingest.report import Report

_WATCH_SECONDS: Final = 10.0
_PATIENCE: Final = 600.0
"""Seconds that a run which repeats itself waits for another one that is writing."""


class ArgumentsError(AktenkundigError):
    """Arguments that do not go together."""


class Ingest:
    """``aktenkundig ingest PATH…``, ``--watch [SECONDS] PATH…`` and ``--oparl URL``."""

    name = "ingest"
    help = "Dokumente einlesen: Dateien, Ordner oder Akten mit Register, oder ein Ratsinformationssystem (OParl)"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Paths or an address, and how often."""
        parser.add_argument("paths", metavar="PFAD", nargs="*", type=Path, help="Datei oder Ordner")
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
        parser.add_argument(
            "--watch",
            metavar="SEKUNDEN",
            nargs="?",
            const=str(_WATCH_SECONDS),
            help=f"weiterlaufen und einlesen, sobald sich etwas ändert; nachgesehen wird alle {_WATCH_SECONDS:.0f} s",
        )
        parser.add_argument(
            "--oparl", metavar="ADRESSE", help="ein System oder eine Körperschaft (Body) der Schnittstelle OParl"
        )
        parser.add_argument("--full", action="store_true", help="mit --oparl: alles abgleichen, nicht nur Änderungen")
        parser.add_argument(
            "--every",
            metavar="STUNDEN",
            type=float,
            help="mit --oparl: weiterlaufen und alle so viele Stunden abgleichen",
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Read everything; 0 if all was read, 1 if a file, a page or an embedded file had to be left out."""
        paths, seconds = _paths_and_seconds(arguments)
        if arguments.oparl is not None:
            _require(not paths, "Mit --oparl werden keine Pfade angegeben.")
            _require(arguments.every is None or 0 < arguments.every <= 8760, "STUNDEN muss größer als 0 sein.")
            _require(
                arguments.watch is None, "--watch gilt für Ordner; ein Ratsinformationssystem liest --every wieder."
            )
            _require(
                not arguments.non_public and not arguments.internal,
                "Was OParl zeigt, ist öffentlich; --non-public und --internal gehen damit nicht.",
            )
            from ingest.commands.oparl import ingest_oparl

            return ingest_oparl(
                load_settings(), arguments.oparl, full=arguments.full, every=arguments.every, as_json=arguments.json
            )
        _require(not arguments.full and arguments.every is None, "--full und --every gelten nur mit --oparl.")
        _require(bool(paths), "Es fehlt die Angabe PFAD oder --oparl ADRESSE.")
        reading = _Reading(
            load_settings(),
            paths,
            as_json=arguments.json,
            non_public=arguments.non_public,
            internal=arguments.internal,
        )
        if seconds is None:
            return reading.read(may_be_empty=arguments.json)
        from ingest.commands.watching import watch

        return watch(paths, seconds, lambda: reading.read(may_be_empty=True, patience=_PATIENCE))


class _Reading:
    """Reads the same paths, once or again and again."""

    def __init__(
        self, settings: Settings, paths: Sequence[Path], *, as_json: bool, non_public: bool, internal: bool
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._as_json = as_json
        self._non_public = non_public
        self._internal = internal

    def read(self, *, may_be_empty: bool, patience: float = 0) -> int:
        """Read them and tell it; the exit code."""
        from corpus.embedding import open_embedding
        from ingest.pipeline import Ingestor

        settings = self._settings

        def ingested(heard: Progress) -> Report:
            ingestor = Ingestor(settings, open_embedding(settings), progress=heard, patience=patience)
            return ingestor.ingest(
                self._paths, may_be_empty=may_be_empty, non_public=self._non_public, internal=self._internal
            )

        if self._as_json:
            return 0 if ingested(Told()).complete else 1
        progress = Shown(bar=sys.stderr.isatty())
        started = time.monotonic()
        try:
            report = ingested(progress)
        finally:
            progress.close()
        print_summary(report, progress, time.monotonic() - started)
        if not report.erased:
            print(
                "Hinweis: Spuren entfernter Dokumente sind noch nicht ganz gelöscht, weil gerade gelesen wurde; "
                "das holt der nächste Lauf nach oder „aktenkundig doctor --repair“."
            )
        if settings.default_visibility == "non_public" and any(line.visibility_assumed for line in report.lines):
            print(
                "Hinweis: Dokumente ohne Angabe gelten als nichtöffentlich und erscheinen nicht im Web-Chat "
                "(AKTENKUNDIG_DEFAULT_VISIBILITY=public ändert das)."
            )
        return 0 if report.complete else 1


def _paths_and_seconds(arguments: argparse.Namespace) -> tuple[list[Path], float | None]:
    """The paths, and every how many seconds to look; what follows ``--watch`` and is no number is a path."""
    paths: list[Path] = list(arguments.paths)
    if arguments.watch is None:
        return paths, None
    try:
        seconds = float(arguments.watch)
    except ValueError:
        return [Path(arguments.watch), *paths], _WATCH_SECONDS
    _require(0 < seconds <= 86_400, "SEKUNDEN muss größer als 0 und höchstens 86400 sein.")
    return paths, seconds


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise ArgumentsError(f"{sentence} (Hilfe: aktenkundig ingest --help).")


ingest = Ingest()
