"""The report as one self-contained HTML page in German: it loads nothing, and needs no script."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.evaluation import OURS, Evaluation
from eval.report import plots
from eval.report.tables import STAR, performance, tables, wordings
from eval.report.wording import group_title
from eval.results import PACKAGES, package_version
from eval.tasks.base import REASONS, Failure

_TEMPLATE = "page.html"


def html_page(evaluations: Sequence[Evaluation], *, written: datetime) -> str:
    """One page for all evaluations, each with its plots, tables and failed questions."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    versions = {"Python": platform.python_version()} | {
        name: found for name in PACKAGES if (found := package_version(name)) is not None
    }
    return environment.get_template(_TEMPLATE).render(
        written=written.strftime("%d.%m.%Y, %H:%M Uhr"),
        versions=versions,
        reasons=REASONS,
        star=STAR,
        evaluations=[_content(evaluation, number) for number, evaluation in enumerate(evaluations, start=1)],
    )


def _content(evaluation: Evaluation, position: int) -> Mapping[str, Any]:
    """What the template shows of one evaluation."""
    drawn = {
        "Auf einen Blick": plots.bars(evaluation),
        "Wie oft falsch, wenn nur das Sicherste beantwortet wird": plots.risk_over_coverage(evaluation),
        "Ist die Sicherheit, was sie sagt?": plots.reliability_plot(evaluation),
        "Antwortzeit": "" if evaluation.scored else plots.latency(evaluation),
    }
    return {
        "anchor": f"messung-{position}",
        "title": evaluation.title,
        "data": evaluation.data,
        "settings": evaluation.settings,
        "documents": evaluation.documents,
        "main": group_title(evaluation.main),
        "count": len(evaluation.groups[evaluation.main]),
        "plots": [(title, Markup(svg)) for title, svg in drawn.items() if svg],  # noqa: S704 - drawn by us
        "tables": tables(evaluation),
        "compared": len(evaluation.baselines),
        "performance": performance(evaluation),
        "wordings": wordings(evaluation),
        "failures": _by_reason(evaluation),
        "asked": len(evaluation.items[OURS]),
    }


def _by_reason(evaluation: Evaluation) -> list[tuple[str, list[tuple[str, Failure]]]]:
    """The failed questions by reason, the most frequent reason first."""
    return sorted(evaluation.failures_by_reason.items(), key=lambda entry: -len(entry[1]))
