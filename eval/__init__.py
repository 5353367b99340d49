"""How good it is: question sets, public benchmarks, metrics with their sources, baselines, and the report.

The names below are loaded on first use, so that ``import eval`` stays cheap for the command line.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.evaluation import Evaluation, evaluate
    from eval.questions import EvaluationQuestion, load_questions
    from eval.results import StoredResult, load_result
    from eval.systems import System

__all__ = [
    "Evaluation",
    "EvaluationQuestion",
    "StoredResult",
    "System",
    "evaluate",
    "load_questions",
    "load_result",
]

_MODULES = {
    "Evaluation": "eval.evaluation",
    "EvaluationQuestion": "eval.questions",
    "StoredResult": "eval.results",
    "System": "eval.systems",
    "evaluate": "eval.evaluation",
    "load_questions": "eval.questions",
    "load_result": "eval.results",
}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
