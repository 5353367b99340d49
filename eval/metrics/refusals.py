"""Are the right questions refused: a confusion matrix of answerable and refused.

All of these need only two facts of a question, so the same functions judge question sets and public benchmarks.
"""

from __future__ import annotations

from typing import Final

from eval.figures import Ratio
from eval.records import Pair

REFUSAL_FIGURES: Final = (
    Ratio("refusal_precision", "Ablehnungen: Präzision"),
    Ratio("refusal_recall", "Ablehnungen: Trefferquote"),
    Ratio("refusal_f1", "Ablehnungen: F1"),
    Ratio("hallucination_rate", "fälschlich beantwortet", "lower"),
    Ratio("error_rate", "fälschlich abgelehnt", "lower"),
)


def refusal_scores(*, answerable: bool, refused: bool) -> dict[str, Pair]:
    """What a question adds to the figures of refusing.

    ``refusal_precision`` is the share of unanswerable among the refused, ``refusal_recall`` the share of refused among
    the unanswerable, ``refusal_f1`` their harmonic mean as 2·TP / (refused + unanswerable) (van Rijsbergen 1979).
    ``hallucination_rate`` is the share of answered among the unanswerable, ``error_rate`` the share of refused among
    the answerable (NoMIRACL, Thakur et al. 2024).
    """
    unanswerable = not answerable
    rightly = unanswerable and refused
    return {
        "refusal_precision": (rightly, refused),
        "refusal_recall": (rightly, unanswerable),
        "refusal_f1": (2 * rightly, refused + unanswerable),
        "hallucination_rate": (unanswerable and not refused, unanswerable),
        "error_rate": (answerable and refused, answerable),
    }
