"""The reader: the network reads the candidates, small models weigh what it found with what the search knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from assistant.question import UnderstoodQuestion
from assistant.reader.candidates import Candidate, Reading, Scored
from assistant.reader.features import belonging_features, question_features, sentence_features
from assistant.reader.models import Weights
from assistant.reader.network import PassageReading, PassageToRead, ReadingNetwork
from assistant.reader.packing import packed
from corpus.types import Span


class Reader(Protocol):
    """Judges candidate sentences; the order of ``candidates`` is that of the documents."""

    def read(
        self, question: UnderstoodQuestion, candidates: Sequence[Candidate], query: NDArray[np.float32]
    ) -> Reading:
        """All candidates with their scores, best first, and the probability that the question is answerable."""
        ...


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
        """See :class:`Reader`. Without candidates nothing is answerable."""
        if not candidates:
            return Reading(scored=[], answerable=0.0)
        findings = self.findings(question, candidates)
        features = sentence_features(question, candidates, query, findings)
        scores = self.weights.sentence.score(features)
        belonging = self.weights.belonging.score(belonging_features(features, scores, candidates))
        overall = float(self.weights.question.score(question_features(features, scores)))
        scored = [
            Scored(candidate, float(score), _probability(float(odds)), span, float(span_score))
            for candidate, score, odds, span, span_score in zip(
                candidates, scores, belonging, findings.spans, findings.span_scores, strict=True
            )
        ]
        return Reading(scored=sorted(scored, key=lambda item: -item.score), answerable=_probability(overall))

    def findings(self, question: UnderstoodQuestion, candidates: Sequence[Candidate]) -> NetworkFindings:
        """Let the network read all candidates, neighbours together."""
        packs = packed(candidates, self.network.lengths([candidate.text for candidate in candidates]))
        passages = [
            PassageToRead(candidates[pack.start].context, [candidates[position].text for position in pack])
            for pack in packs
        ]
        readings = self.network.read(question.standalone, passages)
        spans, span_scores = _spans(readings, [len(pack) for pack in packs])
        return NetworkFindings(
            holding=np.concatenate([reading.holding for reading in readings]),
            belonging=np.concatenate([reading.belonging for reading in readings]),
            answers=np.concatenate([np.full(len(reading.holding), reading.answers) for reading in readings]),
            span_scores=span_scores,
            spans=spans,
        )


def _spans(readings: Sequence[PassageReading], counts: Sequence[int]) -> tuple[list[Span | None], NDArray[np.float64]]:
    """Each sentence's likeliest short answer and its log-probability; beginnings and ends are independent."""
    spans: list[Span | None] = []
    scores: list[float] = []
    for reading, count in zip(readings, counts, strict=True):
        inside = reading.encoded.sentence >= 0
        total = float(logsumexp(reading.starts[inside]) + logsumexp(reading.ends[inside])) if inside.any() else 0.0
        for number in range(count):
            found = reading.short_answer(number)
            spans.append(Span(found[0], found[1]) if found is not None else None)
            scores.append(found[2] - total if found is not None else -30.0)
    return spans, np.array(scores)


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))
