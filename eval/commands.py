"""The command ``aktenkundig eval``: measures how good the answers are."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from eval.questions import EvaluationQuestion
    from eval.runner import Result

PACKAGED_QUESTIONS = Path(__file__).parent / "fragen" / "vorlage.jsonl"

EXIT_INVARIANT_BROKEN = 1
"""A quote is not what the document says: the figures are printed, but nobody may miss it."""


class EvaluateCommand:
    """``aktenkundig eval questions FILE``; without arguments, the packaged question set on the Vorlage."""

    name = "eval"
    help = "die Güte messen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the tasks and their options; without a task, the packaged questions are asked."""
        parser.set_defaults(file=PACKAGED_QUESTIONS, split=None, json=None, predictions=None, failures=False)
        tasks = parser.add_subparsers(title="Aufgaben", metavar="AUFGABE", dest="task")
        questions = tasks.add_parser("questions", help="eine Fragensammlung stellen und die Antworten werten")
        questions.add_argument(
            "file", metavar="DATEI", type=Path, nargs="?", default=PACKAGED_QUESTIONS,
            help="Fragensammlung (JSON Lines); sonst die mitgelieferte zur Vorlage",
        )  # fmt: skip
        questions.add_argument(
            "--split", choices=("calibration", "test"), help="nur die Fragen zur Kalibrierung oder nur die zum Test"
        )
        questions.add_argument("--json", metavar="AUSGABE", type=Path, help="die Kennzahlen als JSON schreiben")
        questions.add_argument(
            "--predictions", metavar="AUSGABE", type=Path, help="die Antworten schreiben, eine je Zeile"
        )
        questions.add_argument("--failures", action="store_true", help="die verfehlten Fragen auflisten")

    def run(self, arguments: argparse.Namespace) -> int:
        """Ask, judge, print, and write what was asked for; 1 if a quote is not verbatim."""
        from corpus.settings import load_settings
        from eval.questions import load_questions
        from eval.report import figures_as_json, render

        questions = _of_split(load_questions(arguments.file), arguments.split, arguments.file)
        _require_writable([path for path in (arguments.json, arguments.predictions) if path], arguments.file)
        settings = load_settings()
        results = _ask(questions)
        print(render(results, failures=arguments.failures))
        if arguments.json:
            found = figures_as_json(results, questions=arguments.file, settings=settings.fingerprint)
            _write(arguments.json, json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
        if arguments.predictions:
            lines = [json.dumps(result.prediction, ensure_ascii=False) + "\n" for result in results]
            _write(arguments.predictions, "".join(lines))
        broken = sum(result.outcome.quotes - result.outcome.verbatim for result in results)
        if broken:
            stand = "1 Zitat steht" if broken == 1 else f"{broken} Zitate stehen"
            print(f"FEHLER: {stand} nicht wörtlich so im Dokument.", file=sys.stderr)
        return EXIT_INVARIANT_BROKEN if broken else 0


evaluate = EvaluateCommand()


def _of_split(questions: list[EvaluationQuestion], split: str | None, path: Path) -> list[EvaluationQuestion]:
    """The questions of one split; an error if there are none, because no figure would mean anything."""
    chosen = [question for question in questions if split in {None, question.split}]
    if not chosen:
        raise AktenkundigError(f"Die Fragensammlung „{path}“ hat keine Frage mit „split“: „{split}“.")
    return chosen


def _ask(questions: Sequence[EvaluationQuestion]) -> list[Result]:
    """Ask the assistant of the current settings. The store comes first: if it is empty, no model is loaded."""
    from corpus.settings import load_settings
    from corpus.store import Store
    from eval.runner import Runner, StoredTexts

    settings = load_settings()
    with closing(Store(settings.data)) as store:
        from assistant import Assistant

        with closing(Assistant.open(settings)) as assistant:
            return Runner(assistant, StoredTexts(store)).run(questions, _show_progress if sys.stderr.isatty() else None)


def _show_progress(done: int, total: int) -> None:
    """One line that is overwritten, and gone at the end."""
    print(f"\r{done} von {total} Fragen" if done < total else "\r\033[K", end="", file=sys.stderr, flush=True)


def _require_writable(outputs: Sequence[Path], questions: Path) -> None:
    """Refuse impossible outputs before minutes of work, not after."""
    resolved = [path.resolve() for path in outputs]
    if len(set(resolved)) < len(resolved):
        raise AktenkundigError("Kennzahlen und Antworten brauchen zwei verschiedene Ausgabedateien.")
    for path, target in zip(outputs, resolved, strict=True):
        if target == questions.resolve():
            raise AktenkundigError(f"Die Ausgabe „{path}“ würde die Fragensammlung überschreiben.")
        # A file is replaced as a whole, so it is its folder that has to be writable; a device is written to as it is.
        special = target.exists() and not target.is_file()
        if target.is_dir() or not os.access(target if special else target.parent, os.W_OK):
            raise _unwritable(path)


def _write(path: Path, text: str) -> None:
    """Write the whole file or nothing; devices and pipes are written to as they are."""
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as unfinished:
            try:
                unfinished.write(text)
                unfinished.close()
                Path(unfinished.name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
                Path(unfinished.name).replace(target)
            except BaseException:
                Path(unfinished.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise _unwritable(path) from error


def _unwritable(path: Path) -> AktenkundigError:
    return AktenkundigError(f"Die Ausgabe „{path}“ lässt sich nicht schreiben; bitte Ordner und Rechte prüfen.")
