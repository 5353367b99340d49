"""The command ``aktenkundig eval``: measures how good the answers are, and keeps them from getting worse."""

from __future__ import annotations

import argparse
from typing import Final

from corpus.command_line import Command
from eval.commands.benchmark import BenchmarkCommand
from eval.commands.drafts import DraftsCommand
from eval.commands.feedback import FromFeedbackCommand
from eval.commands.packaged import PackagedCommand
from eval.commands.questions import QuestionsCommand
from eval.commands.references import AcceptCommand, CompareCommand, GateCommand

_TASKS: Final[tuple[Command, ...]] = (
    QuestionsCommand(),
    BenchmarkCommand(),
    DraftsCommand(),
    CompareCommand(),
    GateCommand(),
    AcceptCommand(),
    FromFeedbackCommand(),
)


class EvaluateCommand:
    """``aktenkundig eval``, alone for the packaged question sets, or with a task."""

    name = "eval"
    help = "die Güte messen"

    def __init__(self) -> None:
        self._packaged = PackagedCommand()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the tasks; without one, the packaged question sets are asked."""
        self._packaged.add_arguments(parser)
        parser.set_defaults(task=self._packaged)
        tasks = parser.add_subparsers(title="Aufgaben", metavar="AUFGABE")
        for task in _TASKS:
            inner = tasks.add_parser(task.name, help=task.help, description=task.help)
            task.add_arguments(inner)
            inner.set_defaults(task=task)

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the task."""
        task: Command = arguments.task
        return task.run(arguments)


evaluate = EvaluateCommand()
