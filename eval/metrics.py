"""The metrics, each with its definition and source: judging one answer, and figures with intervals over many.

Every rate is a sum over questions divided by a sum over questions, so that one bootstrap serves them all. A rate
whose denominator is 0 is ``None``, never 0 or 1: nothing was tested.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.answer import Answer, Citation
from corpus.types import Span
from eval.normalisation import occurs
from eval.questions import EvaluationQuestion, EvidencePlaces, Split

RESAMPLES = 1000
SEED = 20140317


def refused(answer: Answer) -> bool:
    """Whether the answer is a refusal; a partial answer is an answer."""
    return answer.status == "not_found"


def is_right(question: EvaluationQuestion, answer: Answer) -> bool:
    """Answer accuracy of one question.

    An unanswerable question is right if it is refused. An answerable one is right if it is answered, one of ``answers``
    (if there are any) occurs, and all of ``must_contain`` occur; this is the containment that open-domain question
    answering uses for free-form answers (Mallen et al. 2023; string exact match of ASQA, Stelmakh et al. 2022).
    What counts is what the answer states: short answer, quotes, and statements, except notices and statements that
    failed their proof.
    """
    if refused(answer) or not question.answerable:
        return refused(answer) and not question.answerable
    stated = [answer.short_answer or "", *(citation.quote for citation in answer.citations)]
    stated += [s.text for s in answer.statements if s.kind != "notice" and s.verification != "unsupported"]

    def states(expected: str) -> bool:
        return any(occurs(expected, text) for text in stated)

    return (not question.answers or any(map(states, question.answers))) and all(map(states, question.must_contain))


def on_evidence(citation: Citation, places: EvidencePlaces) -> list[bool]:
    """For each piece of evidence, whether the cited span overlaps a place where it stands."""
    span = Span(citation.char_start, citation.char_end) if citation.char_end > citation.char_start else None
    return [
        any(place.document == citation.document and span is not None and place.span.overlaps(span) for place in ways)
        for ways in places
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question came to; every figure is computed from these alone."""

    id: str
    kind: str
    split: Split | None
    answerable: bool
    refused: bool
    right: bool
    evidence: int = 0
    """How many pieces of evidence the question has,"""
    covered: int = 0
    """and how many of them the answer cites."""
    citations: int = 0
    """How many places an answer to a question with evidence cites,"""
    fitting: int = 0
    """and how many of these lie on evidence."""
    quotes: int = 0
    """How many quotes the answer shows, also as the nearest ones of a refusal,"""
    verbatim: int = 0
    """and how many of these are what the document's text has at their offsets."""
    seconds: float = 0.0


Ratio = tuple[float, float]
"""What one question adds to a rate's numerator and denominator."""


def answer_accuracy(o: Outcome) -> Ratio:
    """Share of questions that are right, see :func:`is_right`."""
    return o.right, 1


def evidence_hit(o: Outcome) -> Ratio:
    """Share of answerable questions with evidence whose answer cites at least one piece of it; a refusal cites none.

    The attribution to a place of AIS (Rashkin et al. 2023), decided by offsets instead of by people.
    """
    return o.covered > 0, o.evidence > 0


def evidence_coverage(o: Outcome) -> Ratio:
    """Mean share of a question's evidence that is cited: citation recall (ALCE, Gao et al. 2023), by place."""
    return (o.covered / o.evidence, 1) if o.evidence else (0, 0)


def citation_precision(o: Outcome) -> Ratio:
    """Share of cited places that lie on evidence: citation precision (ALCE, Gao et al. 2023), by place."""
    return o.fitting, o.citations


def verbatim_rate(o: Outcome) -> Ratio:
    """Share of shown quotes with ``text[char_start:char_end] == quote``; our invariant, anything below 1 is a bug."""
    return o.verbatim, o.quotes


def refusal_precision(o: Outcome) -> Ratio:
    """Unanswerable among the refused: precision with refusing as the positive class (van Rijsbergen 1979)."""
    return not o.answerable and o.refused, o.refused


def refusal_recall(o: Outcome) -> Ratio:
    """Refused among the unanswerable: recall with refusing as the positive class (van Rijsbergen 1979)."""
    return not o.answerable and o.refused, not o.answerable


def refusal_f1(o: Outcome) -> Ratio:
    """Harmonic mean of the two before (van Rijsbergen 1979), as 2·TP / (refused + unanswerable)."""
    return 2 * (not o.answerable and o.refused), o.refused + (not o.answerable)


def hallucination_rate(o: Outcome) -> Ratio:
    """Answered among the unanswerable (NoMIRACL, Thakur et al. 2024)."""
    return not o.answerable and not o.refused, not o.answerable


def error_rate(o: Outcome) -> Ratio:
    """Refused among the answerable (NoMIRACL, Thakur et al. 2024)."""
    return o.answerable and o.refused, o.answerable


REFUSAL_RATES: dict[str, Callable[[Outcome], Ratio]] = {
    function.__name__: function
    for function in (refusal_precision, refusal_recall, refusal_f1, hallucination_rate, error_rate)
}
RATES: dict[str, Callable[[Outcome], Ratio]] = {
    function.__name__: function
    for function in (answer_accuracy, evidence_hit, evidence_coverage, citation_precision, verbatim_rate)
} | REFUSAL_RATES


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its 95 % confidence interval; ``None`` where nothing was tested."""

    value: float | None
    low: float | None
    high: float | None


def rate(name: str, outcomes: Sequence[Outcome]) -> Rate:
    """The rate ``name`` of :data:`RATES` with a percentile bootstrap over questions (Efron & Tibshirani 1993, ch. 13).

    1,000 resamples with a fixed seed, so that two runs can be compared; resamples without a denominator are left out.
    """
    pairs = np.array([RATES[name](outcome) for outcome in outcomes], dtype=np.float64).reshape(-1, 2)
    total, base = pairs.sum(axis=0)
    if not base:
        return Rate(None, None, None)
    drawn = pairs[np.random.default_rng(SEED).integers(len(pairs), size=(RESAMPLES, len(pairs)))].sum(axis=1)
    drawn = drawn[drawn[:, 1] > 0]
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return Rate(float(total / base), float(low), float(high))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least ``share`` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a group of questions; latencies are what the caller waits, in seconds."""

    questions: int
    answerable: int
    rates: dict[str, Rate]
    latency_p50: float | None
    latency_p95: float | None


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Compute every figure of a group of questions."""
    seconds = [outcome.seconds for outcome in outcomes]
    return Figures(
        questions=len(outcomes),
        answerable=sum(outcome.answerable for outcome in outcomes),
        rates={name: rate(name, outcomes) for name in RATES},
        latency_p50=percentile(seconds, 0.5),
        latency_p95=percentile(seconds, 0.95),
    )


def baselines(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Rate]]:
    """The refusal figures of two assistants without any sense: one always answers, the other always refuses."""
    return {
        name: {key: rate(key, [replace(outcome, refused=refuses) for outcome in outcomes]) for key in REFUSAL_RATES}
        for name, refuses in (("always_answer", False), ("always_refuse", True))
    }
