"""``aktenkundig eval questions FILE``: a question set on what the user has ingested."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import AktenkundigError
from eval.commands.outputs import add_output_options, exit_code, outputs_of, progress, write_outputs

if TYPE_CHECKING:
    from eval.questions import EvaluationQuestion


class QuestionsCommand:
    """Asks the assistant of the current settings and judges the answers."""

    name = "questions"
    help = "eine Fragensammlung zu den eingelesenen Dokumenten stellen und die Antworten werten"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, and what to write."""
        parser.add_argument("file", metavar="DATEI", type=Path, help="Fragensammlung (JSON Lines)")
        parser.add_argument(
            "--split", choices=("calibration", "test"), help="nur die Fragen zur Kalibrierung oder nur die zum Test"
        )
        add_output_options(parser)

    def run(self, arguments: argparse.Namespace) -> int:
        """Ask, judge, print, and write what was asked for; 1 if a quote is not verbatim."""
        import tempfile

        from corpus.embedding import open_embedding
        from corpus.settings import load_settings
        from corpus.store import Store
        from eval.files import require_writable
        from eval.packaged import evaluate_questions
        from eval.performance import measure
        from eval.questions import load_questions
        from eval.report import render

        questions = _of_split(load_questions(arguments.file), arguments.split, arguments.file)
        require_writable(outputs_of(arguments), inputs=[arguments.file])
        settings = load_settings()
        # If nothing has been ingested, that is said before a model is loaded.
        Store(settings.data).close()
        with tempfile.TemporaryDirectory(prefix="aktenkundig-") as folder:
            evaluation = evaluate_questions(
                settings,
                open_embedding(settings),
                questions,
                title=f"Fragensammlung {arguments.file.stem}",
                file=arguments.file,
                chunks=None if arguments.without_baselines else Path(folder),
                heard=progress(),
            )
            if not arguments.without_baselines:
                evaluation.performance = measure(settings)
        print(render(evaluation, failures=arguments.failures))
        write_outputs(evaluation, arguments)
        return exit_code([evaluation])


def _of_split(questions: list[EvaluationQuestion], split: str | None, path: Path) -> list[EvaluationQuestion]:
    """The questions of one split; an error if there are none, because no figure would mean anything."""
    chosen = [question for question in questions if split in {None, question.split}]
    if not chosen:
        raise AktenkundigError(f"Die Fragensammlung „{path}“ hat keine Frage mit „split“: „{split}“.")
    return chosen
