"""Intervals of figures, and whether two runs differ: bootstrap and randomisation over texts, not over questions.

Questions on one text share its difficulties; treating them as independent makes intervals too narrow. So whole groups
of questions are drawn (cluster bootstrap; Davison and Hinkley 1997, ch. 3.8), and whole groups change sides in the test
(approximate randomisation; Noreen 1989, Yeh 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from eval.figures import Figure, divided
from eval.records import Floats, Table

RESAMPLES: Final = 1000
SEED: Final = 20140317
LEVEL: Final = 0.95
_TAILS = ((1 - LEVEL) / 2 * 100, (1 + LEVEL) / 2 * 100)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval; ``None`` where nothing was tested."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a run has more than another on the same questions.

    ``ratio`` is the first divided by the second; ``p`` is how often chance alone makes them differ as much.
    """

    difference: Estimate
    ratio: Estimate
    p: float | None


class Resamples:
    """The same draws of groups for every figure of a table, so that differences between figures are paired."""

    def __init__(self, table: Table, *, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        self.table = table
        self._ones = np.ones((1, len(table)), dtype=np.float64)
        groups = int(table.groups.max()) + 1 if len(table) else 0
        random = np.random.default_rng(seed)
        draws = random.multinomial(groups, np.full(groups, 1 / groups), size=resamples) if groups else None
        self._weights: Floats = (
            draws[:, table.groups].astype(np.float64) if draws is not None else np.zeros((resamples, 0))
        )
        self._swaps = random.integers(0, 2, size=(resamples, groups)).astype(bool)

    def estimate(self, figure: Figure) -> Estimate:
        """The figure with its percentile interval (Efron and Tibshirani 1993, ch. 13).

        Resamples in which nothing is tested are left out.
        """
        return _estimate(figure.values(self.table, self._ones)[0], figure.values(self.table, self._weights))

    def difference(self, figure: Figure, other: Table) -> Difference:
        """What this table's run has more than ``other``, whose records are of the same questions in the same order.

        Raises ``ValueError`` if they are not.
        """
        if [record.id for record in self.table.records] != [record.id for record in other.records]:
            raise ValueError("only runs on the same questions can be compared")
        ours, theirs = (figure.values(table, self._ones)[0] for table in (self.table, other))
        ours_drawn, theirs_drawn = (figure.values(table, self._weights) for table in (self.table, other))
        ratios = divided(ours_drawn, theirs_drawn)
        ratio = divided(np.array([ours]), np.array([theirs]))[0]
        return Difference(
            _estimate(ours - theirs, ours_drawn - theirs_drawn), _estimate(ratio, ratios), self._chance(figure, other)
        )

    def _chance(self, figure: Figure, other: Table) -> float | None:
        """The two-sided p of the paired randomisation test; the observed assignment is one of those counted."""
        both = self.table.joined(other)
        swapped = self._swaps[:, self.table.groups].astype(np.float64)
        first, second = np.hstack([1 - swapped, swapped]), np.hstack([swapped, 1 - swapped])
        none = np.zeros_like(self._ones)
        observed = (
            figure.values(both, np.hstack([self._ones, none])) - figure.values(both, np.hstack([none, self._ones]))
        )[0]
        if np.isnan(observed):
            return None
        by_chance = figure.values(both, first) - figure.values(both, second)
        # Rounding must not make a difference that is the same by construction look smaller.
        as_large = np.abs(by_chance[~np.isnan(by_chance)]) >= abs(observed) - 1e-12
        return float((as_large.sum() + 1) / (len(as_large) + 1))


def value_of(figure: Figure, table: Table) -> float | None:
    """The figure alone; ``None`` where nothing was tested."""
    value = float(figure.values(table, np.ones((1, len(table)), dtype=np.float64))[0])
    return None if np.isnan(value) else value


def percentile(values: list[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least ``share`` of the values do not exceed."""
    return sorted(values)[max(0, int(np.ceil(share * len(values))) - 1)] if values else None


def _estimate(value: float, drawn: Floats) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None)
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, _TAILS) if len(known) else (value, value)
    return Estimate(float(value), float(low), float(high))
