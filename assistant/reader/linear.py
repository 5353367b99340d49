"""The reader without a trained network: two logistic regressions over the features, with stored weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.question import UnderstoodQuestion
from assistant.reader.candidates import Candidate, Reading, Scored
from assistant.reader.features import QUESTION_FEATURES, SENTENCE_FEATURES, question_features, sentence_features

WEIGHTS_FILE: Final = "weights.json"


class Reader(Protocol):
    """Judges candidate sentences; the order of ``candidates`` is that of the documents."""

    def read(
        self, question: UnderstoodQuestion, candidates: Sequence[Candidate], query: NDArray[np.float32]
    ) -> Reading:
        """All candidates with their probability of being evidence, and that of the question being answerable."""
        ...


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """``p = sigmoid(weights · (features - mean) / scale + bias)``; all vectors have shape (features,)."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def log_odds(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (..., features) to shape (...)."""
        odds: NDArray[np.float64] = ((features - self.mean) / self.scale) @ self.weights + self.bias
        return odds


@dataclass(frozen=True, slots=True)
class Weights:
    """Both models and the thresholds; how they were found stands in the file.

    ``answer_at`` is the probability from which on a question is answered, ``quote_at`` that from which on a further
    sentence is quoted.
    """

    sentence: LogisticModel
    question: LogisticModel
    answer_at: float
    quote_at: float


def load_weights() -> Weights:
    """The weights that ``python -m eval.calibration`` wrote. Raises ``ValueError`` if they are for other features."""
    stored = json.loads(files("assistant.reader").joinpath(WEIGHTS_FILE).read_text(encoding="utf-8"))
    return Weights(
        sentence=_model(stored["sentence"], SENTENCE_FEATURES),
        question=_model(stored["question"], QUESTION_FEATURES),
        answer_at=float(stored["answer_at"]),
        quote_at=float(stored["quote_at"]),
    )


def _model(stored: dict[str, list[float] | list[str] | float], names: Sequence[str]) -> LogisticModel:
    if tuple(stored["features"]) != tuple(names):  # type: ignore[arg-type]  # JSON
        raise ValueError("the stored weights belong to other features; run python -m eval.calibration")
    mean, scale, weights = (np.asarray(stored[key], dtype=np.float64) for key in ("mean", "scale", "weights"))
    return LogisticModel(mean, scale, weights, float(stored["bias"]))  # type: ignore[arg-type]  # JSON


class LinearReader:
    """Reads with stored weights; takes a few milliseconds for a hundred sentences."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    def read(
        self, question: UnderstoodQuestion, candidates: Sequence[Candidate], query: NDArray[np.float32]
    ) -> Reading:
        """See :class:`Reader`. Without candidates nothing is answerable."""
        if not candidates:
            return Reading(scored=[], answerable=0.0)
        features, covered, coverage = sentence_features(question, candidates, query)
        odds = self.weights.sentence.log_odds(features)
        overall = self.weights.question.log_odds(question_features(question, candidates, query, odds, coverage))
        scored = [
            Scored(candidate, float(sigmoid(odd)), float(share))
            for candidate, odd, share in zip(candidates, odds, covered, strict=True)
        ]
        return Reading(scored=sorted(scored, key=lambda item: -item.probability), answerable=float(sigmoid(overall)))


def sigmoid(log_odds: NDArray[np.float64] | np.float64) -> NDArray[np.float64] | np.float64:
    """From log-odds to a probability, without overflow."""
    return np.exp(-np.logaddexp(0.0, -log_odds))
