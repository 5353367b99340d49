"""The small models over the reader's features, with stored weights, and the thresholds that were found with them.

Sentences are ranked by a conditional logit (McFadden 1974; as a ranking loss: ListNet, Cao et al., ICML 2007): each
question asks which of *its* sentences is evidence. Whether a sentence belongs to a full answer, and whether the
question is answered at all, are logistic regressions. The network alone ranks worse than together with the search's
own figures: they err differently.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.reader.features import BELONGING_FEATURES, QUESTION_FEATURES, SENTENCE_FEATURES

WEIGHTS_FILE: Final = "weights.json"
OperatingPoint = Literal["vorsichtig", "ausgewogen"]


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
    """The models and the thresholds; how they were found stands in the file.

    ``answer_at`` is the probability from which on a question is answered, for each operating point. A further sentence
    is quoted from the probability ``quote_at`` of belonging to the answer on; a short answer is shown from the
    log-probability ``short_at`` on. Further passages are not read where the network gives one the log-odds
    ``enough_at`` of answering.
    """

    sentence: LinearModel
    belonging: LinearModel
    question: LinearModel
    answer_at: Mapping[OperatingPoint, float]
    quote_at: float
    short_at: float
    enough_at: float


def load_weights() -> Weights:
    """The weights that ``python -m eval.calibration`` wrote. Raises ``ValueError`` if they are for other features."""
    stored = json.loads(files("assistant.reader").joinpath(WEIGHTS_FILE).read_text(encoding="utf-8"))
    return Weights(
        sentence=_model(stored["sentence"], SENTENCE_FEATURES),
        belonging=_model(stored["belonging"], BELONGING_FEATURES),
        question=_model(stored["question"], QUESTION_FEATURES),
        answer_at={point: float(value) for point, value in stored["answer_at"].items()},
        quote_at=float(stored["quote_at"]),
        short_at=float(stored["short_at"]),
        enough_at=float(stored["enough_at"]),
    )


def unfitted_weights() -> Weights:
    """Weights that tell nothing, for whoever fits them."""

    def zero(names: Sequence[str]) -> LinearModel:
        return LinearModel(np.zeros(len(names)), np.ones(len(names)), np.zeros(len(names)), 0.0)

    return Weights(
        zero(SENTENCE_FEATURES),
        zero(BELONGING_FEATURES),
        zero(QUESTION_FEATURES),
        answer_at={"vorsichtig": 0, "ausgewogen": 0},
        quote_at=1,
        short_at=0,
        enough_at=math.inf,
    )


def _model(stored: dict[str, Any], names: Sequence[str]) -> LinearModel:
    if tuple(stored["features"]) != tuple(names):
        raise ValueError("the stored weights belong to other features; run python -m eval.calibration")
    mean, scale, weights = (np.asarray(stored[key], dtype=np.float64) for key in ("mean", "scale", "weights"))
    return LinearModel(mean, scale, weights, float(stored["bias"]))
