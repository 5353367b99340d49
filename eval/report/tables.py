"""The tables of a report, the same for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.evaluation import OURS, Evaluation
from eval.metrics.refusals import REFUSAL_FIGURES
from eval.report.wording import (
    NOTHING,
    SYSTEMS,
    decimal,
    group_title,
    number,
    signed_with_interval,
    with_interval,
)
from eval.statistics import Estimate
from eval.tasks.base import Section

CLEAR = 0.05
"""A difference gets a star from this p on downwards."""
STAR = "* wäre bei bloßem Zufall seltener als in 5 von 100 Fällen so groß (Randomisierungstest)."


@dataclass(frozen=True, slots=True)
class Content:
    """``title`` heads the first column, ``heads`` the others; each row has one cell more than there are heads."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(evaluation: Evaluation) -> list[Content]:
    """All tables of figures, the comparisons first."""
    found = [comparison(evaluation, baseline) for baseline in evaluation.baselines]
    if any(figure.name in evaluation.figures for figure in REFUSAL_FIGURES):
        found.append(senseless(evaluation))
    found += [section_table(evaluation, section) for section in evaluation.sections]
    if len(evaluation.kinds) > 1:
        found.append(kinds(evaluation))
    return found if evaluation.scored else [*found, latencies(evaluation)]


def system_title(evaluation: Evaluation, name: str) -> str:
    """How a system is called; predictions that were only scored may be anybody's."""
    return evaluation.scored if evaluation.scored and name == OURS else SYSTEMS.get(name, name)


def section_table(evaluation: Evaluation, section: Section) -> Content:
    """Figures with their intervals, a column for each split."""
    groups = evaluation.groups
    estimates = {group: evaluation.estimates(group) for group in groups}
    return Content(
        section.title,
        [
            f"{group_title(group)} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{len(found)})"
            for group, found in groups.items()
        ],
        [
            [figure.title, *(with_interval(estimates[group][figure.name], figure) for group in groups)]
            for figure in section.figures
        ],
    )


def kinds(evaluation: Evaluation) -> Content:
    """The figures at a glance for each kind of question."""
    figures = [evaluation.figures[name] for name in evaluation.headline]
    rows = []
    for kind, positions in evaluation.kinds.items():
        estimates = evaluation.headline_estimates(kind)
        cells = [number(estimates[figure.name].value, figure) for figure in figures]
        rows.append([group_title(kind), str(len(positions)), *cells])
    return Content(f"Nach Art der Frage ({group_title(evaluation.main)})", ["n", *(f.title for f in figures)], rows)


def comparison(evaluation: Evaluation, baseline: str) -> Content:
    """Each figure of ours and of a baseline, with what ours has more, absolutely and in relation."""
    ours = evaluation.headline_estimates(evaluation.main)
    theirs = evaluation.headline_estimates(evaluation.main, baseline)
    more = evaluation.differences(baseline)
    rows = []
    for key in evaluation.headline:
        figure, found = evaluation.figures[key], more[key]
        star = "*" if found.p is not None and found.p < CLEAR else ""
        rows.append(
            [
                figure.title,
                number(ours[key].value, figure),
                number(theirs[key].value, figure),
                signed_with_interval(found.difference, figure, star),
                _ratio(found.ratio),
            ]
        )
    title = system_title(evaluation, baseline)
    heads = [system_title(evaluation, OURS), title, "Unterschied", "Verhältnis"]
    return Content(f"Neben {title} ({group_title(evaluation.main)})", heads, rows)


def senseless(evaluation: Evaluation) -> Content:
    """The figures of refusing, beside those of always answering and always refusing."""
    figures = [figure for figure in REFUSAL_FIGURES if figure.name in evaluation.figures]
    shown = {OURS: evaluation.estimates(evaluation.main), **evaluation.senseless()}
    return Content(
        f"Ablehnen ({group_title(evaluation.main)})",
        [figure.title for figure in figures],
        [
            [system_title(evaluation, name), *(number(estimates[figure.name].value, figure) for figure in figures)]
            for name, estimates in shown.items()
        ],
    )


def latencies(evaluation: Evaluation) -> Content:
    """What callers waited."""
    return Content(
        "Antwortzeit",
        ["p50", "p95", "p99"],
        [
            [system_title(evaluation, name), *(f"{value:.0f} ms" for value in evaluation.latencies_ms(name).values())]
            for name in evaluation.items
        ],
    )


def performance(evaluation: Evaluation) -> str | None:
    """Cold start and memory as a sentence, where they were measured."""
    if evaluation.performance is None:
        return None
    measured = evaluation.performance
    return (
        f"„aktenkundig ask“ vom Start bis zur Antwort: {decimal(measured.usual_cold_start_s, 1)} s (Median aus "
        f"{len(measured.cold_start_s)}), höchster Speicher {measured.peak_memory_mb:.0f} MB."
    )


def wordings(evaluation: Evaluation) -> str | None:
    """What became of a language model's sentences, where one was asked."""
    found = evaluation.wordings
    return found.in_words() if found is not None and found.asked else None


def _ratio(found: Estimate) -> str:
    """How many times as much, with its interval."""
    if found.value is None or found.low is None or found.high is None:
        return NOTHING
    return f"{decimal(found.value, 2)} [{decimal(found.low, 2)}; {decimal(found.high, 2)}]"
