"""The README quotes committed results and nothing else, and names commands that exist."""

from __future__ import annotations

import re

from corpus.command_line import COMMAND_HELP
from corpus.settings import Settings
from eval.commands import _TASKS
from eval.reference import BEGIN, END, README, RESULTS, readme_block, references


def text() -> str:
    return README.read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_committed_results() -> None:
    start, end = text().index(BEGIN), text().index(END) + len(END)
    assert text()[start:end] == readme_block(references()), "run aktenkundig eval accept"


def test_every_committed_result_is_quoted_with_its_command() -> None:
    block = text()[text().index(BEGIN) : text().index(END)]
    assert block.count("`aktenkundig eval") == len(list(RESULTS.glob("*.json"))) == len(references())


def test_no_share_is_quoted_elsewhere() -> None:
    """A percentage outside the block would be one that nothing checks."""
    before, after = text().split(BEGIN)[0], text().split(END)[1]
    assert re.findall(r"\d+,\d %", before + after) == []


def test_commands_tasks_and_settings_that_are_named_exist() -> None:
    named = set(re.findall(r"`aktenkundig (\w+)", text()))
    assert named <= set(COMMAND_HELP)
    tasks = set(re.findall(r"`(?:aktenkundig )?eval ([a-z-]+)", text()))
    assert tasks <= {task.name for task in _TASKS}
    settings = {name.lower() for name in re.findall(r"AKTENKUNDIG_([A-Z_]+)", text())}
    assert settings <= set(Settings.model_fields)
