"""Plots as SVG for the HTML report: bars with intervals, risk over coverage, reliability, latency.

Drawn by Matplotlib without its global state; text stays text, lines and letters take the colour of the page, so that
the plots are readable on light and dark ground.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from eval.curves import reliability, risk_coverage
from eval.evaluation import OURS, Evaluation
from eval.report.tables import system_title
from eval.statistics import Estimate

COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7")
"""Told apart with every kind of colour vision (Okabe and Ito 2008)."""
_FEW: Final = 9
"""Points that are left out: among fewer than ten answers one more wrong one would throw the line about."""
_INK: Final = "#010203"
"""Drawn so, and replaced by the page's own text colour."""
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "aktenkundig",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def bars(evaluation: Evaluation) -> str:
    """The shares at a glance, ours beside every baseline, with 95 % intervals."""
    figures = [evaluation.figures[name] for name in evaluation.headline if evaluation.figures[name].share]
    if not figures:
        return ""
    systems = list(evaluation.items)
    found = {name: evaluation.headline_estimates(evaluation.main, name) for name in systems}
    with mpl.rc_context(_STYLE):
        drawing = Drawing(figsize=(8, 0.5 + len(figures) * (0.25 + 0.17 * len(systems))), layout="constrained")
        axes = drawing.add_subplot()
        height = 0.8 / len(systems)
        for row, name in enumerate(systems):
            estimates = [found[name][figure.name] for figure in figures]
            places = [position + (row - (len(systems) - 1) / 2) * height for position in range(len(figures))]
            _bars(axes, places, estimates, height, COLOURS[row % len(COLOURS)], system_title(evaluation, name))
        axes.set_yticks(range(len(figures)), [f"{f.title} ↓" if f.better == "lower" else f.title for f in figures])
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("Prozent; ↓ weniger ist besser; Striche: 95-%-Vertrauensbereich")
        axes.grid(axis="x", alpha=0.25)
        drawing.legend(loc="outside upper left", ncols=len(systems), frameon=False)
        return _svg(drawing, f"Balken: {', '.join(figure.title for figure in figures)} je System")


def risk_over_coverage(evaluation: Evaluation) -> str:
    """How often answers are wrong when only the surest are given, for each system that gives any."""
    with mpl.rc_context(_STYLE):
        drawing = Drawing(figsize=(8, 3.4), layout="constrained")
        axes = drawing.add_subplot()
        for row, name in enumerate(evaluation.items):
            points = risk_coverage(evaluation.records(evaluation.main, name))[_FEW:]
            if points:
                axes.plot(
                    [coverage * 100 for coverage, _, _ in points],
                    [risk * 100 for _, risk, _ in points],
                    color=COLOURS[row % len(COLOURS)],
                    linewidth=2.2 if name == OURS else 1.2,
                    label=system_title(evaluation, name),
                )
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_xlabel("beantwortete Fragen in Prozent, die sichersten zuerst")
        axes.set_ylabel("davon falsch, Prozent")
        axes.grid(alpha=0.25)
        if axes.get_lines():
            drawing.legend(loc="outside upper left", ncols=len(evaluation.items), frameon=False)
        return _svg(drawing, "Linien: Anteil falscher Antworten über dem Anteil beantworteter Fragen")


def reliability_plot(evaluation: Evaluation) -> str:
    """The share of answerable questions over our confidence; on the diagonal the confidence is what it says."""
    points = reliability(evaluation.records(evaluation.main))
    if not points:
        return ""
    with mpl.rc_context(_STYLE):
        drawing = Drawing(figsize=(4, 3.4), layout="constrained")
        axes = drawing.add_subplot()
        axes.plot([0, 100], [0, 100], color=_INK, alpha=0.4, linewidth=1, linestyle="--")
        sizes = [20 + 2 * count for _, _, count in points]
        axes.plot([x * 100 for x, _, _ in points], [y * 100 for _, y, _ in points], color=COLOURS[0], linewidth=1)
        axes.scatter([x * 100 for x, _, _ in points], [y * 100 for _, y, _ in points], s=sizes, color=COLOURS[0])
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_xlabel("Sicherheit, Prozent")
        axes.set_ylabel("beantwortbar, Prozent")
        axes.grid(alpha=0.25)
        return _svg(drawing, "Punkte: Anteil beantwortbarer Fragen über der angegebenen Sicherheit")


def latency(evaluation: Evaluation) -> str:
    """What callers wait: bars to the median, marks at the 95th and 99th percentile."""
    systems = list(evaluation.items)
    found = {name: evaluation.latencies_ms(name) for name in systems}
    with mpl.rc_context(_STYLE):
        drawing = Drawing(figsize=(8, 0.8 + 0.35 * len(systems)), layout="constrained")
        axes = drawing.add_subplot()
        for row, name in enumerate(systems):
            colour = COLOURS[row % len(COLOURS)]
            axes.barh(row, found[name]["p50"], height=0.5, color=colour)
            axes.plot([found[name]["p50"], found[name]["p99"]], [row, row], color=colour, linewidth=1.5)
            axes.plot([found[name]["p95"], found[name]["p99"]], [row, row], "|", color=colour, markersize=10)
        axes.set_yticks(range(len(systems)), [system_title(evaluation, name) for name in systems])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel("Millisekunden: Balken bis zum Median, Striche bei 95 und 99 Prozent der Fragen")
        axes.grid(axis="x", alpha=0.25)
        return _svg(drawing, "Balken: Antwortzeit je System")


def _bars(
    axes: Axes, places: Sequence[float], estimates: Sequence[Estimate], height: float, colour: str, label: str
) -> None:
    known = [
        (place, estimate)
        for place, estimate in zip(places, estimates, strict=True)
        if estimate.value is not None and estimate.low is not None and estimate.high is not None
    ]
    values = [(estimate.value or 0) * 100 for _, estimate in known]
    below = [max(0.0, ((e.value or 0) - (e.low or 0)) * 100) for _, e in known]
    above = [max(0.0, ((e.high or 0) - (e.value or 0)) * 100) for _, e in known]
    axes.barh(
        [place for place, _ in known],
        values,
        height=height * 0.9,
        color=colour,
        label=label,
        xerr=[below, above],
        error_kw={"ecolor": _INK, "elinewidth": 1, "capsize": 2},
    )


def _svg(drawing: Drawing, description: str) -> str:
    """The drawing as an element for the page, without what only a file of its own needs."""
    stream = io.StringIO()
    drawing.savefig(
        stream, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None}
    )
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL).replace(_INK, "currentColor")
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(description)}" ', 1)
