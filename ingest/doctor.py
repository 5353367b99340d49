"""The command ``aktenkundig doctor``: whether store, vectors, originals, model and programs fit together."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.metadata import entry_points

from corpus.errors import DamagedStoreError
from corpus.settings import Settings, load_settings

CHECKS_GROUP = "aktenkundig.checks"
Check = Callable[[Settings], list[tuple[bool, str]]]
"""What an entry point of that group names: findings, each good or not, with a German sentence."""


class Doctor:
    """``aktenkundig doctor [--repair]``: whether everything fits together."""

    name = "doctor"
    help = "prüfen, ob alles zusammenpasst"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Whether to mend what can be mended."""
        parser.add_argument("--repair", action="store_true", help="vorher in Ordnung bringen, was sich richten lässt")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print one line per check; 0 if all is well, 1 if something is not."""
        from ingest.examination import examine_data

        settings = load_settings()
        print(f"Datenverzeichnis: {settings.data.resolve()}")
        if arguments.repair:
            _repair(settings)
        findings = [*examine_data(settings), _check_recognition(), *_installed_checks(settings), *_check_programs()]
        for good, sentence in findings:
            print(f"{'in Ordnung' if good else 'FEHLER':>10}: {sentence}")
        return 0 if all(good for good, _ in findings) else 1


def _repair(settings: Settings) -> None:
    """Print one line for each thing that was mended; what cannot be is among the findings afterwards."""
    from ingest.repair import repair_data

    try:
        for sentence in repair_data(settings):
            print(f"{'repariert':>10}: {sentence}")
    except DamagedStoreError:
        return


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


def _check_programs() -> list[tuple[bool, str]]:
    """The versions that matter for answers."""
    from importlib.metadata import version

    names = ("torch", "sentence-transformers", "llama-index-core", "chromadb", "gradio", "pypdfium2")
    return [(True, "Bibliotheken: " + ", ".join(f"{name} {version(name)}" for name in names))]


doctor = Doctor()
