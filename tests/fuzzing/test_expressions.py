"""No regular expression takes a time that grows much faster than the text that it is given."""

from __future__ import annotations

import re

import pytest

from benchmarks.fuzzing.expressions import Expression, expressions, slowest

LENGTH = 20_000
SECONDS = 0.5
"""Of the processor. What takes linear time needs some milliseconds, what takes quadratic time seconds."""
BOUNDED: dict[str, str] = {
    "ingest.readers.html_events._DECLARED": "sees the first 1024 bytes of a file",
    "assistant.proof.facts._BETWEEN": "sees 30 characters",
    "assistant.proof.facts._LABELLED": "sees one sentence",
    "assistant.reader.entities.AMOUNT": "sees one sentence",
    "assistant.reader.entities._LABEL": "sees one sentence",
}
"""Expressions that are never given a long text, and why."""


@pytest.fixture(scope="module")
def found() -> list[Expression]:
    return expressions(("corpus", "ingest", "assistant"))


def test_every_expression_takes_linear_time_on_the_text_that_is_worst_for_it(found: list[Expression]) -> None:
    slow = {}
    for expression in found:
        if expression.name not in BOUNDED:
            seconds, attack = slowest(expression, LENGTH, SECONDS)
            if seconds >= SECONDS:
                slow[expression.name] = (expression.pattern.pattern[:100], attack)
    assert slow == {}


def test_expressions_are_found_in_modules_lists_and_calls(found: list[Expression]) -> None:
    names = {expression.name for expression in found}
    assert {"corpus.analysis._TOKEN", "assistant.question._KINDS", "assistant.scope_words._PAGE"} <= names
    assert any(":" in name for name in names)
    assert len(found) > 300
    assert names >= BOUNDED.keys()


@pytest.mark.parametrize("pattern", [r"(?:a+)+$", r"(?:\w|\d)*!", r"\s+$", r"x(?:[\d.]+)+y", r"(?:ab|a|b)*c$"])
def test_an_expression_that_takes_longer_and_longer_is_noticed(pattern: str) -> None:
    seconds, _ = slowest(Expression("planted", re.compile(pattern), place=False), LENGTH, SECONDS)
    assert seconds >= SECONDS
