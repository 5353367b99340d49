"""Two results on the same questions: what changed, and whether by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from corpus.errors import AktenkundigError
from eval.figures import Figure
from eval.records import Record, Table
from eval.report.text import table
from eval.report.wording import decimal, number, signed_with_interval
from eval.results import StoredResult
from eval.statistics import Difference, Resamples, value_of
from eval.tasks.registry import figures_of

INVARIANTS: Final = frozenset({"verbatim_rate", "true_page_rate"})
"""Figures that may not fall at all."""

Verdict = Literal["better", "worse", ""]
_VERDICTS: Final = {"better": "besser", "worse": "schlechter", "": ""}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two runs; ``verdict`` is given where the difference is more than its interval allows."""

    figure: Figure
    before: float | None
    after: float | None
    more: Difference
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes from one run to another on the questions that both asked.

    ``same_questions`` and ``same_documents`` tell whether files and texts were the same ones.
    """

    changes: Sequence[Change]
    common: int
    only_before: int
    only_after: int
    same_questions: bool
    same_documents: bool

    @property
    def fallen(self) -> list[Change]:
        """What has become worse."""
        return [change for change in self.changes if change.verdict == "worse"]


def compare(before: StoredResult, after: StoredResult) -> Comparison:
    """Compare two results of one task, paired by question.

    A change is better or worse if its 95 % interval leaves out 0; an invariant is worse if it falls at all. Raises
    :class:`AktenkundigError` for results of different tasks or without a common question.
    """
    if before.task != after.task:
        raise AktenkundigError(
            f"Ergebnisse von „{before.task}“ und „{after.task}“ lassen sich nicht vergleichen; bitte zweimal dieselbe "
            "Messung angeben."
        )
    earlier = {record.id: record for record in before.records.records()}
    later = {record.id: record for record in after.records.records()}
    common = [name for name in earlier if name in later]
    if not common:
        raise AktenkundigError("Die beiden Ergebnisse haben keine Frage gemeinsam.")
    old = Table([earlier[name] for name in common])
    new = Resamples(Table([_grouped(later[name], earlier[name]) for name in common]))
    changes: list[Change] = []
    for figure in figures_of(before.task).values():
        was, is_now = value_of(figure, old), value_of(figure, new.table)
        if was is None and is_now is None:
            continue
        more = new.difference(figure, old)
        changes.append(Change(figure, was, is_now, more, _verdict(figure, more)))
    return Comparison(
        changes,
        len(common),
        len(earlier) - len(common),
        len(later) - len(common),
        before.data.sha256 == after.data.sha256,
        before.documents == after.documents,
    )


def render_comparison(comparison: Comparison) -> str:
    """The changes as a table."""
    rows = [[f"{comparison.common} Fragen", "vorher", "nachher", "Unterschied", "p", ""]]
    for change in comparison.changes:
        figure = change.figure
        rows.append(
            [
                figure.title,
                number(change.before, figure),
                number(change.after, figure),
                signed_with_interval(change.more.difference, figure),
                decimal(change.more.p, 3) if change.more.p is not None else "",
                _VERDICTS[change.verdict],
            ]
        )
    parts = [table(rows)]
    if not comparison.same_questions:
        parts.append("Die Datei der Fragen ist nicht mehr dieselbe.")
    if not comparison.same_documents:
        parts.append("Die durchsuchten Texte sind nicht mehr dieselben.")
    if comparison.only_before or comparison.only_after:
        parts.append(
            f"Nicht verglichen, weil nur in einem der beiden: {comparison.only_before} vorher, "
            f"{comparison.only_after} nachher."
        )
    return "\n".join(parts)


def _verdict(figure: Figure, more: Difference) -> Verdict:
    inner = more.difference
    if figure.better is None or inner.value is None or inner.low is None or inner.high is None or not inner.value:
        return ""
    up = figure.better == "higher"
    if figure.name in INVARIANTS and (inner.value < 0) == up:
        return "worse"
    if inner.low > 0:
        return "better" if up else "worse"
    if inner.high < 0:
        return "worse" if up else "better"
    return ""


def _grouped(record: Record, like: Record) -> Record:
    """The record in the group of its earlier self: a document read anew may have other sections."""
    return replace(record, group=like.group)
