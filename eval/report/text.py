"""The report for a terminal: tables, what went wrong how often, and on demand each question that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import wrap

from eval.evaluation import OURS, Evaluation
from eval.report.tables import STAR, performance, tables, wordings
from eval.report.wording import NOTHING
from eval.tasks.base import Failure

_HEAD_WIDTH = 16


def render(evaluation: Evaluation, *, failures: bool = False) -> str:
    """The whole report; ``failures`` lists the questions that failed."""
    parts = [f"{evaluation.title}: {len(evaluation.items[OURS])} Fragen"]
    parts += [table([[content.title, *content.heads], *content.rows]) for content in tables(evaluation)]
    if measured := performance(evaluation):
        parts.append(measured)
    if told := wordings(evaluation):
        parts.append(told)
    notes = ["In Klammern: 95-%-Vertrauensbereich (Bootstrap über Texte). „–“: nichts zu messen."]
    parts.append("\n".join([*notes, STAR] if evaluation.baselines else notes))
    parts.append(_failures(evaluation, listed=failures))
    return "\n\n".join(parts)


def _failures(evaluation: Evaluation, *, listed: bool) -> str:
    failures = evaluation.failures
    reasons = Counter(failure.reason for _, failure in failures)
    told = "; ".join(f"{reason}: {count}" for reason, count in reasons.most_common())
    summary = f"Verfehlt: {len(failures)} von {len(evaluation.items[OURS])} Fragen{f' ({told})' if told else ''}."
    return "\n".join([summary, *(_failure(name, failure) for name, failure in failures)]) if listed else summary


def _failure(name: str, failure: Failure) -> str:
    given = " ".join(failure.given[0].split()) if failure.given else NOTHING
    return f"  {name}: {failure.reason} – {failure.question} → {given}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """The rows in columns under a line, the first column to the left, the others to the right.

    Long headings are broken into several lines.
    """
    heads = [[head] if number == 0 else wrap(head, _HEAD_WIDTH) for number, head in enumerate(rows[0])]
    height = max(len(head) for head in heads)
    broken = [[head[line - height] if line >= height - len(head) else "" for head in heads] for line in range(height)]
    lines = [*broken, *rows[1:]]
    widths = [max(len(row[column]) for row in lines) for column in range(len(heads))]
    written = [
        row[0].ljust(widths[0]) + "".join(f"  {cell:>{size}}" for cell, size in zip(row[1:], widths[1:], strict=True))
        for row in lines
    ]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join(line.rstrip() for line in [*written[:height], rule, *written[height:]])
