"""What the measuring commands share: their output options, what they write, and how they show progress."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eval.evaluation import Evaluation
    from eval.tasks.base import Heard

EXIT_INVARIANT_BROKEN: Final = 1
"""A quote is not what the document says: the figures are printed, but nobody may miss it."""


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """``--json``, ``--predictions``, ``--html``, ``--failures`` and ``--without-baselines``."""
    parser.add_argument("--json", metavar="AUSGABE", type=Path, help="die Kennzahlen als JSON schreiben")
    parser.add_argument("--predictions", metavar="AUSGABE", type=Path, help="die Antworten schreiben, eine je Zeile")
    parser.add_argument("--html", metavar="AUSGABE", type=Path, help="den Bericht als HTML-Seite schreiben")
    parser.add_argument("--failures", action="store_true", help="die verfehlten Fragen auflisten")
    parser.add_argument(
        "--without-baselines", action="store_true", help="die einfachen Verfahren zum Vergleich weglassen"
    )


def outputs_of(arguments: argparse.Namespace) -> list[Path]:
    """The files that the options ask for."""
    return [path for path in (arguments.json, arguments.predictions, arguments.html) if path is not None]


def write_outputs(evaluation: Evaluation, arguments: argparse.Namespace) -> None:
    """Write what the options ask for."""
    if arguments.json:
        write_result(evaluation, arguments.json)
    if arguments.predictions:
        write_predictions(evaluation, arguments.predictions)
    if arguments.html:
        write_page([evaluation], arguments.html)


def write_result(evaluation: Evaluation, path: Path) -> None:
    """Write the figures as JSON."""
    from eval.files import write_whole
    from eval.results import stored

    write_whole(path, stored(evaluation).as_json())


def write_predictions(evaluation: Evaluation, path: Path) -> None:
    """Write our answers, one a line."""
    from eval.evaluation import OURS
    from eval.files import write_whole

    lines = [json.dumps(item.prediction, ensure_ascii=False) + "\n" for item in evaluation.items[OURS]]
    write_whole(path, "".join(lines))


def write_page(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write the HTML report."""
    from datetime import datetime

    from eval.files import write_whole
    from eval.report import html_page

    write_whole(path, html_page(evaluations, written=datetime.now().astimezone()))


def exit_code(evaluations: Sequence[Evaluation]) -> int:
    """1 and a sentence on stderr if a quote is not verbatim or a page not the one it stands on."""
    from eval.comparison import INVARIANTS
    from eval.evaluation import ALL

    broken = 0
    for evaluation in evaluations:
        for record in evaluation.records(ALL):
            for name in INVARIANTS & set(record.ratios):
                above, below = record.ratios[name]
                broken += int(below - above)
    if broken:
        stand = "1 Zitat oder Seitenangabe stimmt" if broken == 1 else f"{broken} Zitate oder Seitenangaben stimmen"
        print(f"FEHLER: {stand} nicht mit dem Dokument überein.", file=sys.stderr)
    return EXIT_INVARIANT_BROKEN if broken else 0


def progress(what: str = "Fragen") -> Heard | None:
    """One line that is overwritten, and gone at the end; none where nobody watches."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        print(f"\r{done} von {total} {what}" if done < total else "\r\033[K", end="", file=sys.stderr, flush=True)

    return show
