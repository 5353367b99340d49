"""The reader: the network reads the candidates, small models weigh what it found with what the search knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from assistant.question import UnderstoodQuestion
from assistant.reader.candidates import Candidate, Reading, Scored
from assistant.reader.features import belonging_features, question_features, sentence_features
from assistant.reader.models import Weights
from assistant.reader.network import PassageReading, PassageToRead, ReadingNetwork
from assistant.reader.packing import packed, stages
from corpus.types import Span

_NO_SPAN: Final = -30.0
"""Log-probability where a sentence was not read."""


@dataclass(frozen=True, slots=True)
class NetworkFindings:
    """What the network made of each candidate; arrays of shape (candidates,), log-odds.

    ``answers`` is that of the passage a candidate was read in, ``span_scores`` the log-probability of its likeliest
    short answer among all spans of that passage; ``spans`` are in characters of the candidate's text.
    """

    holding: NDArray[np.float64]
    belonging: NDArray[np.float64]
    answers: NDArray[np.float64]
    span_scores: NDArray[np.float64]
    spans: Sequence[Span | None]


class TrainedReader:
    """Reads with the trained network and stored weights."""

    def __init__(self, network: ReadingNetwork, weights: Weights) -> None:
        self.network = network
        self.weights = weights

    def read(
        self, question: UnderstoodQuestion, candidates: Sequence[Candidate], query: NDArray[np.float32]
    ) -> Reading:
        """The candidates that were read with their scores, and the probability that the question is answerable.

        ``candidates`` are in the order of the documents; without any, nothing is answerable.
        """
        if not candidates:
            return Reading(scored=[], answerable=0.0, passages=0)
        read, findings = self.findings(question, candidates)
        features = sentence_features(question, read, query, findings)
        scores = self.weights.sentence.score(features)
        belonging = self.weights.belonging.score(belonging_features(features, scores, read))
        overall = float(self.weights.question.score(question_features(features, scores)))
        scored = [
            Scored(candidate, float(score), _probability(float(odds)), span, float(span_score))
            for candidate, score, odds, span, span_score in zip(
                read, scores, belonging, findings.spans, findings.span_scores, strict=True
            )
        ]
        return Reading(
            scored=sorted(scored, key=lambda item: -item.score),
            answerable=_probability(overall),
            passages=max(candidate.rank for candidate in read) + 1,
        )

    def findings(
        self, question: UnderstoodQuestion, candidates: Sequence[Candidate]
    ) -> tuple[list[Candidate], NetworkFindings]:
        """Let the network read the best passages, and the others unless one of those seems to answer for sure.

        The candidates that were read, in their order, and what was found in them.
        """
        lengths = self.network.lengths([candidate.text for candidate in candidates])
        found: dict[int, _Found] = {}
        for stage in stages(candidates, lengths):
            found |= self._read(question, candidates, lengths, stage)
            if max(of.answers for of in found.values()) >= self.weights.enough_at:
                break
        positions = sorted(found)
        return [candidates[position] for position in positions], NetworkFindings(
            holding=np.array([found[position].holding for position in positions]),
            belonging=np.array([found[position].belonging for position in positions]),
            answers=np.array([found[position].answers for position in positions]),
            span_scores=np.array([found[position].span_score for position in positions]),
            spans=[found[position].span for position in positions],
        )

    def _read(
        self,
        question: UnderstoodQuestion,
        candidates: Sequence[Candidate],
        lengths: Sequence[int],
        positions: Sequence[int],
    ) -> dict[int, _Found]:
        """Neighbours are read together."""
        here = [candidates[position] for position in positions]
        packs = packed(here, [lengths[position] for position in positions])
        passages = [
            PassageToRead(here[pack.start].context, [candidate.text for candidate in here[pack.start : pack.stop]])
            for pack in packs
        ]
        found: dict[int, _Found] = {}
        for pack, reading in zip(packs, self.network.read(question.standalone, passages), strict=True):
            total = _all_spans(reading)
            for number, place in enumerate(pack):
                short = reading.short_answer(number)
                found[positions[place]] = _Found(
                    holding=float(reading.holding[number]),
                    belonging=float(reading.belonging[number]),
                    answers=reading.answers,
                    span=_without_blanks(here[place].text, short[0], short[1]) if short is not None else None,
                    span_score=short[2] - total if short is not None else _NO_SPAN,
                )
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """What :class:`NetworkFindings` has of one candidate."""

    holding: float
    belonging: float
    answers: float
    span: Span | None
    span_score: float


def _all_spans(reading: PassageReading) -> float:
    """The logarithm of what all spans of a passage weigh together; beginnings and ends are independent."""
    inside = reading.encoded.sentence >= 0
    return float(logsumexp(reading.starts[inside]) + logsumexp(reading.ends[inside])) if inside.any() else 0.0


def _without_blanks(text: str, start: int, end: int) -> Span:
    """A token begins with the blank before its word; an answer does not."""
    told = text[start:end]
    return Span(start + len(told) - len(told.lstrip()), end - len(told) + len(told.rstrip()))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))
