"""How good it is: question sets, metrics with their sources, and the report.

The names below are loaded on first use, so that ``import eval`` stays cheap for the command line.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.metrics import Outcome, figures
    from eval.normalisation import normalise
    from eval.questions import EvaluationQuestion, Evidence, load_questions, locate_evidence
    from eval.runner import Result, Runner

__all__ = [
    "EvaluationQuestion",
    "Evidence",
    "Outcome",
    "Result",
    "Runner",
    "figures",
    "load_questions",
    "locate_evidence",
    "normalise",
]

_MODULES = {
    "EvaluationQuestion": "eval.questions",
    "Evidence": "eval.questions",
    "Outcome": "eval.metrics",
    "Result": "eval.runner",
    "Runner": "eval.runner",
    "figures": "eval.metrics",
    "load_questions": "eval.questions",
    "locate_evidence": "eval.questions",
    "normalise": "eval.normalisation",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
