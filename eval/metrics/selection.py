"""Choosing sentences of a given page, or none: the scores of OMoS-QA (Kleinle, Prange and Friedrich, KONVENS 2024)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from eval.figures import Harmonic, Ratio
from eval.records import Pair

_PRECISION = Ratio("selection_precision", "Sätze: Präzision")
_RECALL = Ratio("selection_recall", "Sätze: Trefferquote")
_NONE_PRECISION = Ratio("none_precision", "ohne Antwort: Präzision")
_NONE_RECALL = Ratio("none_recall", "ohne Antwort: Trefferquote")

SELECTION_FIGURES: Final = (
    Harmonic("selection_f", "Sätze: F (veröffentlichte Wertung)", _PRECISION, _RECALL),
    _PRECISION,
    _RECALL,
    Ratio("none_f1", "ohne Antwort: F1"),
    _NONE_PRECISION,
    _NONE_RECALL,
    Ratio("per_question_f1", "F1 je Frage", share=False),
    Ratio("micro_f1", "F1 über alle Sätze", share=False),
    Ratio("first_choice", "erste Wahl richtig"),
)


def selection_scores(chosen: Collection[int], wanted: Collection[int], first: int | None = None) -> dict[str, Pair]:
    """What a question adds to the figures of choosing sentences.

    As published: ``selection_precision`` and ``selection_recall`` are means over the answerable questions, where an
    empty choice has a precision of 1, and ``selection_f`` is the harmonic mean of these means; ``none_*`` treat an
    empty choice as a prediction that nothing answers. ``per_question_f1`` is the mean F1 over all questions, 1 for an
    unanswerable one without a choice and 0 for one with. ``micro_f1`` counts sentences over all questions.
    ``first_choice`` is whether ``first``, the sentence ranked first whether or not the question was refused, is wanted.
    """
    chosen, wanted = set(chosen), set(wanted)
    both = len(chosen & wanted)
    empty, unanswerable = not chosen, not wanted
    scores: dict[str, Pair] = {
        "none_f1": (2 * (empty and unanswerable), empty + unanswerable),
        "none_precision": (empty and unanswerable, empty),
        "none_recall": (empty and unanswerable, unanswerable),
        "per_question_f1": (float(empty) if unanswerable else 2 * both / (len(chosen) + len(wanted)), 1),
        "micro_f1": (2 * both, len(chosen) + len(wanted)),
    }
    if not unanswerable:
        scores["selection_precision"] = (both / len(chosen) if chosen else 1.0, 1)
        scores["selection_recall"] = (both / len(wanted), 1)
        if first is not None:
            scores["first_choice"] = (first in wanted, 1)
    return scores
