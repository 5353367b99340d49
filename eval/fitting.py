"""Fits the reader's small models: a conditional logit, and logistic regressions with weights of at least zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax
from scipy.stats import rankdata

from assistant.reader.models import LinearModel

_RIDGE: Final = 1e-3
"""Weight of the squared weights beside the mean loss."""


def fit_choice(questions: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> LinearModel:
    """The conditional logit: maximise the share that softmax gives to a question's evidence, all questions alike.

    Each question is its features, shape (candidates, features), and which candidates are evidence.
    """
    mean, scale = _standard(np.concatenate([features for features, _ in questions]))
    data = [(np.nan_to_num((features - mean) / scale), evidence) for features, evidence in questions]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(weights)
        for features, evidence in data:
            scores = features @ weights
            total += float(logsumexp(scores) - logsumexp(scores[evidence]))
            gradient += softmax(scores) @ features - softmax(scores[evidence]) @ features[evidence]
        ridge = _RIDGE * float(weights @ weights)
        return total / len(data) + ridge, gradient / len(data) + 2 * _RIDGE * weights

    found = minimize(loss, np.zeros(len(mean)), jac=True, method="L-BFGS-B")
    return LinearModel(mean, scale, found.x, 0.0)


def fit_probability(
    features: NDArray[np.float64], labels: NDArray[np.bool_], shares: NDArray[np.float64], *, rising: bool
) -> LinearModel:
    """A logistic regression; ``shares``, shape (rows,), is how much each row counts, together 1.

    ``rising`` keeps every weight from falling below zero.
    """
    mean, scale = _standard(features)
    standard = np.nan_to_num((features - mean) / scale)
    signs = np.where(labels, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (standard @ parameters[:-1] + parameters[-1])
        slopes = -shares * signs * expit(-margins)
        gradient = np.append(slopes @ standard + 2 * _RIDGE * parameters[:-1], slopes.sum())
        return float(shares @ np.logaddexp(0, -margins) + _RIDGE * (parameters[:-1] @ parameters[:-1])), gradient

    bounds = [(0.0 if rising else None, None)] * len(mean) + [(None, None)]
    found = minimize(loss, np.zeros(len(mean) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return LinearModel(mean, scale, found.x[:-1], float(found.x[-1]))


def auroc(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """The share of pairs in which the positive one scores higher (Mann and Whitney 1947), ties half."""
    ranks = rankdata(scores)
    positive = int(labels.sum())
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive)))


def _standard(features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean, scale = np.nanmean(features, axis=0), np.nanstd(features, axis=0)
    scale[scale == 0] = 1.0
    return mean, scale
