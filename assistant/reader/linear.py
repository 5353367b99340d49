"""The reader without a trained network: two linear models over the features, with stored weights.

Sentences are ranked by a conditional logit (McFadden 1974; as a ranking loss: ListNet, Cao et al., ICML 2007): each
question asks which of *its* sentences is evidence. Learning sentences one by one instead let long pages outweigh
everything and found the right sentence of a paragraph less often than the cosine alone. Whether the question is
answered at all is a logistic regression over what the best sentence looks like.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Protocol

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
        """All candidates with their scores, best first, and the probability that the question is answerable."""
        ...


@dataclass(frozen=True, slots=True)
class LinearModel:
    """``score = weights · (features - mean) / scale + bias``; all vectors have shape (features,).

    A feature that cannot be told (NaN) counts as average.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def score(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (..., features) to shape (...): log-odds."""
        scores: NDArray[np.float64] = self.standardised(features) @ self.weights + self.bias
        return scores

    def standardised(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features in standard deviations from their mean, same shape."""
        return np.nan_to_num((features - self.mean) / self.scale)


@dataclass(frozen=True, slots=True)
class Weights:
    """Both models and the thresholds; how they were found stands in the file.

    ``answer_at`` is the probability from which on a question is answered; a further sentence is quoted if its score is
    at most ``quote_within`` below the best one's.
    """

    sentence: LinearModel
    question: LinearModel
    answer_at: float
    quote_within: float


def load_weights() -> Weights:
    """The weights that ``python -m eval.calibration`` wrote. Raises ``ValueError`` if they are for other features."""
    stored = json.loads(files("assistant.reader").joinpath(WEIGHTS_FILE).read_text(encoding="utf-8"))
    return Weights(
        sentence=_model(stored["sentence"], SENTENCE_FEATURES),
        question=_model(stored["question"], QUESTION_FEATURES),
        answer_at=float(stored["answer_at"]),
        quote_within=float(stored["quote_within"]),
    )


def _model(stored: dict[str, Any], names: Sequence[str]) -> LinearModel:
    if tuple(stored["features"]) != tuple(names):
        raise ValueError("the stored weights belong to other features; run python -m eval.calibration")
    mean, scale, weights = (np.asarray(stored[key], dtype=np.float64) for key in ("mean", "scale", "weights"))
    return LinearModel(mean, scale, weights, float(stored["bias"]))


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
        features = sentence_features(question, candidates, query)
        scores = self.weights.sentence.score(features)
        overall = float(self.weights.question.score(question_features(features, scores)))
        scored = [Scored(candidate, float(score)) for candidate, score in zip(candidates, scores, strict=True)]
        return Reading(scored=sorted(scored, key=lambda item: -item.score), answerable=1 / (1 + math.exp(-overall)))
