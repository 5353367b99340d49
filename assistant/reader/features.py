"""Features by which the reader judges sentences, and the question as a whole.

All of them are relative to the question and its candidates, none to a corpus, so that weights learnt on public German
data hold for other councils' files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from assistant.question import UnderstoodQuestion
from assistant.reader.candidates import Candidate
from assistant.reader.entities import fits
from assistant.wording import alternatives
from corpus.analysis import grams

if TYPE_CHECKING:
    from assistant.reader.reader import NetworkFindings

SENTENCE_FEATURES: Final = (
    "cosine", "cosine_passage", "cosine_above_mean", "cosine_below_best", "coverage", "coverage_with_neighbours",
    "coverage_passage", "coverage_below_best", "fits_kind", "lacks_kind", "cosine_previous", "cosine_next",
    "length", "is_question", "is_item", "cosine_by_coverage", "numbers", "numbers_around",
    "holding", "belonging", "answers", "span", "holding_below_best", "belonging_below_best", "answers_below_best",
)  # fmt: skip
"""The last seven are the network's; NaN means that a feature cannot be told."""
BELONGING_FEATURES: Final = (
    "score", "score_below_best", "holding", "belonging", "answers", "span", "belonging_previous", "belonging_next",
    "cosine_below_best", "coverage", "length", "is_question", "is_item",
)  # fmt: skip
QUESTION_FEATURES: Final = ("answers", "coverage_with_neighbours")
"""Of the best sentence. Each speaks for an answer, so their weights are kept from falling below zero; nine more, among
them how far it stands out and how near its passage is, told answerable from unanswerable questions no better."""

_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)*")
_PIECE_CREDIT: Final = 0.5
"""From this overlap of letter groups on, a word counts as related ("Kosten" in "Kostenaufstellung")."""


class Coverage:
    """How much of the question's wording a text has, rare words counting more than common ones.

    A term's weight is its inverse document frequency over the candidates; a term that no candidate has weighs most,
    because a question about something that is nowhere mentioned should not look answered.
    """

    def __init__(self, terms: Sequence[str], texts: Sequence[frozenset[str]]) -> None:
        self._terms = [term for term in terms if term]
        self._alternatives = {term: alternatives(term) for term in self._terms}
        vocabulary: frozenset[str] = frozenset().union(*texts)
        # Compared once for each different word of the candidates, not once for each sentence.
        self._related = {
            term: {other: share for other in vocabulary if (share := related(term, other)) > 0} for term in self._terms
        }
        frequency = {term: sum(self._credit(term, text) > 0 for text in texts) for term in self._terms}
        self._weights = {term: math.log(1 + (len(texts) + 1) / (frequency[term] + 0.5)) for term in self._terms}
        self._total = sum(self._weights.values())

    def of(self, text: frozenset[str]) -> float:
        """The covered share of the question, 0 to 1; 0 for a question without terms."""
        covered = sum(self._weights[term] * self._credit(term, text) for term in self._terms)
        return covered / self._total if self._total else 0.0

    def _credit(self, term: str, text: frozenset[str]) -> float:
        if term in text or not text.isdisjoint(self._alternatives[term]):
            return 1.0
        return max((share for other, share in self._related[term].items() if other in text), default=0.0)


@lru_cache(maxsize=200_000)
def related(term: str, other: str) -> float:
    """How much of the shorter word's letter groups the other one has, 0 if less than half: compounds, inflections."""
    if term == other:
        return 1.0
    first, second = _pieces(term), _pieces(other)
    if first.isdisjoint(second):
        return 0.0
    share = len(first & second) / min(len(first), len(second))
    return 0.8 * share if share >= _PIECE_CREDIT else 0.0


@lru_cache(maxsize=50_000)
def _pieces(term: str) -> frozenset[str]:
    return frozenset(grams(term))


def sentence_features(
    question: UnderstoodQuestion,
    candidates: Sequence[Candidate],
    query: NDArray[np.float32],
    findings: NetworkFindings,
) -> NDArray[np.float64]:
    """Shape (candidates, features)."""
    coverage = Coverage(question.terms, [candidate.terms for candidate in candidates])
    cosines = np.array([float(candidate.vector @ query) for candidate in candidates])
    covered = np.array([coverage.of(candidate.terms) for candidate in candidates])
    numbers = [match.group() for match in _FIGURE.finditer(question.standalone)]
    rows = []
    for position, candidate in enumerate(candidates):
        previous = _neighbour(candidates, position, -1)
        following = _neighbour(candidates, position, 1)
        around = candidate.terms | (candidates[previous].terms if previous is not None else frozenset())
        fit = fits(question.kind, candidate.text)
        rows.append(
            (
                cosines[position],
                candidate.dense,
                cosines[position] - cosines.mean(),
                cosines.max() - cosines[position],
                covered[position],
                coverage.of(around),
                coverage.of(candidate.context_terms),
                covered.max() - covered[position],
                float(fit and question.kind != "other"),
                float(not fit),
                cosines[previous] if previous is not None else 0.7,
                cosines[following] if following is not None else 0.7,
                math.log(1 + len(candidate.text)),
                float(candidate.text.rstrip().endswith("?")),
                float(candidate.sentence.kind == "item"),
                cosines[position] * covered[position],
                _share_of(numbers, candidate.text),
                _share_of(numbers, candidate.around),
                findings.holding[position],
                findings.belonging[position],
                findings.answers[position],
                findings.span_scores[position],
                findings.holding.max() - findings.holding[position],
                findings.belonging.max() - findings.belonging[position],
                findings.answers.max() - findings.answers[position],
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(candidates), len(SENTENCE_FEATURES))


def belonging_features(
    sentences: NDArray[np.float64], scores: NDArray[np.float64], candidates: Sequence[Candidate]
) -> NDArray[np.float64]:
    """Shape (candidates, features): what speaks for a sentence's being part of the answer, its neighbours included.

    ``sentences`` is what :func:`sentence_features` gave, ``scores``, shape (candidates,), what the sentence model made
    of it.
    """
    belonging = sentences[:, SENTENCE_FEATURES.index("belonging")]
    beside = np.full((len(candidates), 2), np.nan)
    for position in range(len(candidates)):
        for side, step in enumerate((-1, 1)):
            other = _neighbour(candidates, position, step)
            if other is not None:
                beside[position, side] = belonging[other]
    columns = dict(zip(SENTENCE_FEATURES, sentences.T, strict=True)) | {
        "score": scores,
        "score_below_best": scores.max() - scores,
        "belonging_previous": beside[:, 0],
        "belonging_next": beside[:, 1],
    }
    return np.stack([columns[name] for name in BELONGING_FEATURES], axis=1)


def question_features(sentences: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shape (features,): how well the best sentence fits the question.

    ``sentences`` is what :func:`sentence_features` gave, ``scores``, shape (candidates,), what the sentence model made
    of it.
    """
    best = sentences[int(scores.argmax())]
    return np.array([best[SENTENCE_FEATURES.index(name)] for name in QUESTION_FEATURES], dtype=np.float64)


def _share_of(numbers: Sequence[str], text: str) -> float:
    """How many of the question's numbers stand in a text: a year, a street number or the 12 of "Kommune 12".

    NaN for a question without numbers.
    """
    if not numbers:
        return float("nan")
    return sum(bool(re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text)) for number in numbers) / len(numbers)


def _neighbour(candidates: Sequence[Candidate], position: int, step: int) -> int | None:
    """The candidate beside this one in the same document, or ``None``."""
    other = position + step
    if not 0 <= other < len(candidates):
        return None
    here, there = candidates[position], candidates[other]
    adjacent = here.document == there.document and there.sentence.index == here.sentence.index + step
    return other if adjacent else None
