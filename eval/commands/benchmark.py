"""``aktenkundig eval benchmark NAME FILE``: public data that nobody here wrote."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.commands.outputs import add_output_options, outputs_of, progress, write_outputs

if TYPE_CHECKING:
    from eval.evaluation import Evaluation

NAMES: Final = ("squad", "omos", "nomiracl", "legalquad")
"""Kept here so that the help needs no import of the benchmarks; a test holds it against them."""


class BenchmarkCommand:
    """Ingests the texts of a data set into a store of its own and asks its questions there."""

    name = "benchmark"
    help = "mit einem öffentlichen Datensatz vergleichen (XQuAD, MLQA, GermanQuAD, OMoS-QA, NoMIRACL, LegalQuAD)"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The data set's form and file, and what to write."""
        parser.add_argument("benchmark", metavar="FORM", choices=NAMES, help=", ".join(NAMES))
        parser.add_argument("file", metavar="DATEI", type=Path, help="Datei des Datensatzes")
        add_output_options(parser)
        parser.add_argument(
            "--score", metavar="VORHERSAGEN", type=Path, help="nicht fragen, sondern diese Vorhersagen werten"
        )
        parser.add_argument(
            "--keep", metavar="ORDNER", type=Path, help="den eingelesenen Bestand hier behalten, für das nächste Mal"
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Ask or score, print, and write what was asked for."""
        from eval.files import require_writable
        from eval.report import render

        inputs = [arguments.file, *([arguments.score] if arguments.score else [])]
        require_writable(outputs_of(arguments), inputs=inputs)
        evaluation = self._scored(arguments) if arguments.score else self._asked(arguments)
        print(render(evaluation, failures=arguments.failures))
        write_outputs(evaluation, arguments)
        return 0

    @staticmethod
    def _asked(arguments: argparse.Namespace) -> Evaluation:
        from corpus.settings import load_settings
        from eval.evaluation import Data, documents_hash, evaluate
        from eval.tasks.ingested_texts import IngestedTexts
        from eval.tasks.registry import BENCHMARKS

        chosen = BENCHMARKS[arguments.benchmark]
        task = chosen.load(arguments.file)
        settings = load_settings()
        with IngestedTexts(task.texts, settings, folder=arguments.keep) as ingested:
            if notice := ingested.notice():
                print(notice, file=sys.stderr)
            return evaluate(
                task,
                ingested.systems(baselines=not arguments.without_baselines),
                partial(task.run, ingested),
                title=f"{chosen.title}: {arguments.file.stem}",
                data=Data.of(arguments.file, len(task.questions)),
                settings=settings.fingerprint,
                documents=documents_hash(ingested.documents),
                heard=progress(),
            )

    @staticmethod
    def _scored(arguments: argparse.Namespace) -> Evaluation:
        from eval.evaluation import OURS, Data, Evaluation, documents_hash
        from eval.tasks.registry import BENCHMARKS

        chosen = BENCHMARKS[arguments.benchmark]
        task = chosen.load(arguments.file)
        return Evaluation(
            task=task.name,
            title=f"{chosen.title}: {arguments.file.stem}",
            data=Data.of(arguments.file, len(task.questions)),
            sections=task.sections,
            headline=task.headline,
            items={OURS: task.score(chosen.predictions(arguments.score))},
            settings="",
            scored=arguments.score.stem,
            documents=documents_hash({str(number): text for number, text in enumerate(task.texts)}),
        )
