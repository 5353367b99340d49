"""What confidence is worth, as curves: risk over coverage, and how often it is right that something can be answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.figures import BINS, bin_of
from eval.records import Record


def risk_coverage(records: Sequence[Record]) -> list[tuple[float, float, float]]:
    """Points (coverage, risk, confidence): what would come out if only the surest answers were given.

    Coverage is the share of all questions that are answered, risk the share of wrong ones among these (El-Yaniv and
    Wiener 2010). The curve ends at what the system answers; a point stands where the confidence changes.
    """
    given = [r.raw for r in records if r.raw.get("answered") == 1 and "confidence" in r.raw and "right" in r.raw]
    ranked = sorted(given, key=lambda raw: -raw["confidence"])
    points: list[tuple[float, float, float]] = []
    wrong = 0.0
    for count, raw in enumerate(ranked, start=1):
        wrong += 1 - raw["right"]
        following = ranked[count]["confidence"] if count < len(ranked) else None
        if following != raw["confidence"]:
            points.append((count / len(records), wrong / count, raw["confidence"]))
    return points


def reliability(records: Sequence[Record]) -> list[tuple[float, float, int]]:
    """Points (mean confidence, share of answerable, questions) of ten bins of equal width; empty bins are left out."""
    known = [r.raw for r in records if "confidence" in r.raw and "answerable" in r.raw]
    confidence = np.array([raw["confidence"] for raw in known], dtype=np.float64)
    answerable = np.array([raw["answerable"] for raw in known], dtype=np.float64)
    bins = bin_of(confidence)
    return [
        (
            float(confidence[bins == number].mean()),
            float(answerable[bins == number].mean()),
            int((bins == number).sum()),
        )
        for number in range(BINS)
        if (bins == number).any()
    ]
