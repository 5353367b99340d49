"""Fits the fact check's verdicts on the drafts set apart for it: ``python -m eval.claims.calibration``.

A multinomial logistic regression over :data:`assistant.factcheck.deciding.FEATURES`. What is told of its quality is
cross-fitted: each draft is judged by what was fitted on the others. The threshold for a deviation is the lowest at
which the wanted precision was reached so.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.assistant import Assistant
from assistant.factcheck.claims import find_claims
from assistant.factcheck.deciding import FEATURES, WEIGHTS_FILE, unfitted_decider
from corpus.settings import load_settings
from eval.claims.drafts import DRAFTS, MORE_DRAFTS, calibration_drafts, claim_for

_RELATIONS: Final = {"belegt": 0, "teilweise belegt": 1, "weicht ab": 2, "nicht gefunden": 3}
_STRENGTH: Final = 0.2
"""Inverse of the regularisation; chosen among 0.05, 0.2 and 1 on the same claims."""
_PRECISE: Final = 0.95
_PROVEN: Final = 0.5
"""From which probability on a claim counts as proven: what is less likely than not is never shown so."""


def main() -> int:
    """Fit, write the weights beside the fact check, and print how well they do. The Akte has to be ingested."""
    features, labels, groups = _examples()
    told = np.zeros((len(labels), len(_RELATIONS)))
    for draft in np.unique(groups):
        inside = groups != draft
        told[~inside] = _probabilities(_fit(features[inside], labels[inside]), features[~inside])
    threshold = _threshold(told[:, 2], labels == 2)
    fitted = _fit(features, labels)
    given = _decided(told, threshold)
    quality = {
        "claims": len(labels),
        "macro_f1_cross_fitted": round(_macro_f1(labels, given), 3),
        "deviation_precision": round(_share(labels[given == 2] == 2), 3),
        "deviation_recall": round(_share(given[labels == 2] == 2), 3),
    }
    mean, scale, weights, bias = fitted
    stored = {
        "features": list(FEATURES),
        "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "weights": weights.round(5).tolist(),
        "bias": bias.round(5).tolist(),
        "deviates_at": round(threshold, 3),
        "proven_at": _PROVEN,
        "fitted_on": {"files": [DRAFTS.name, MORE_DRAFTS.name], "split": "calibration", **quality},
    }
    path = Path(str(files("assistant.factcheck").joinpath(WEIGHTS_FILE)))
    path.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({**quality, "deviates_at": threshold}, ensure_ascii=False))
    return 0


_Model = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _examples() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Features, relations and the number of the draft of every labelled claim that is found and can be checked."""
    features, labels, groups = [], [], []
    assistant = Assistant.open(load_settings())
    try:
        checker = assistant.fact_checker(decider=unfitted_decider())
        for number, draft in enumerate(calibration_drafts()):
            claims = find_claims(draft.text)
            readings = dict(checker.readings(claims))
            for label in draft.claims:
                place = claim_for(label, [claim.span for claim in claims])
                if label.verdict in _RELATIONS and place in readings and not label.arithmetic:
                    features.append(readings[place].features)
                    labels.append(_RELATIONS[label.verdict])
                    groups.append(number)
    finally:
        assistant.close()
    return np.array(features), np.array(labels), np.array(groups)


def _fit(features: NDArray[np.float64], labels: NDArray[np.int64]) -> _Model:
    from sklearn.linear_model import LogisticRegression

    mean, spread = features.mean(axis=0), features.std(axis=0)
    # A feature that never varies tells nothing, and must not be divided by nothing.
    scale = np.where(spread < 1e-3, 1.0, spread)
    model = LogisticRegression(C=_STRENGTH, max_iter=5000).fit((features - mean) / scale, labels)
    return mean, scale, model.coef_, model.intercept_


def _probabilities(model: _Model, features: NDArray[np.float64]) -> NDArray[np.float64]:
    mean, scale, weights, bias = model
    scores = (features - mean) / scale @ weights.T + bias
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return result


def _threshold(told: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The lowest probability from which on the wanted share is right, or else the one at which most of them are.

    Shares are smoothed (Laplace: one right and one wrong more), because the best of many thresholds over few claims
    looks better than it is.
    """
    shares = {}
    for threshold in np.arange(0.34, 0.96, 0.01):
        chosen = told >= threshold
        shares[round(float(threshold), 2)] = float(((right & chosen).sum() + 1) / (chosen.sum() + 2))
    wanted = min(_PRECISE, max(shares.values()))
    return min(threshold for threshold, share in shares.items() if share >= wanted)


def _decided(told: NDArray[np.float64], threshold: float) -> NDArray[np.int64]:
    likeliest = told.argmax(axis=1)
    sure = told.max(axis=1)
    unsure = ((likeliest == 2) & (sure < threshold)) | ((likeliest == 0) & (sure < _PROVEN))
    return np.where(unsure, 1, likeliest)


def _share(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _macro_f1(labels: NDArray[np.int64], given: NDArray[np.int64]) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(labels, given, average="macro", labels=list(_RELATIONS.values())))


if __name__ == "__main__":
    sys.exit(main())
