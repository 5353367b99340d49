"""``aktenkundig eval``: the packaged question sets on the packaged Akte, in a store of their own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from eval.commands.outputs import exit_code, progress, write_page, write_predictions, write_result

OUT: Final = "auswertung"
"""Folder in the data directory for results, unless another is named."""
PAGE: Final = "bericht.html"


class PackagedCommand:
    """Measures on our own files, beside plain pipelines, and writes results and report."""

    name = ""
    help = "die mitgelieferten Fragensammlungen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to write."""
        parser.add_argument(
            "--out", metavar="ORDNER", type=Path, help=f"Ordner für Ergebnisse und Bericht; sonst „{OUT}“ im "
            "Datenverzeichnis",
        )  # fmt: skip

    def run(self, arguments: argparse.Namespace) -> int:
        """Measure, print, write; 1 if a quote is not verbatim."""
        import tempfile

        from corpus.database import prepare_directory
        from corpus.settings import load_settings
        from eval.packaged import evaluate_packaged
        from eval.report import render

        settings = load_settings()
        out: Path = arguments.out or settings.data / OUT
        prepare_directory(out)
        evaluations = []
        with tempfile.TemporaryDirectory(prefix="aktenkundig-") as folder:
            for packaged, evaluation in evaluate_packaged(settings, Path(folder), heard=progress()):
                print(render(evaluation) + "\n")
                write_result(evaluation, out / f"{packaged.name}.json")
                write_predictions(evaluation, out / f"{packaged.name}.predictions.jsonl")
                evaluations.append(evaluation)
        write_page(evaluations, out / PAGE)
        print(f"Bericht: {out / PAGE}")
        return exit_code(evaluations)
