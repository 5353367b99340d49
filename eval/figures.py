"""Figures over many questions: ratios of sums, harmonic means, and figures of how sure an answer is.

A figure is computed for many weightings of the same records at once: weights of 1 give its value, the counts of a
resample its interval (:mod:`eval.statistics`). Where nothing was tested a figure is NaN, never 0 or 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np

from eval.records import Floats, Table

Better = Literal["higher", "lower"]
BINS: Final = 10


class Figure(Protocol):
    """``title`` is German; ``better`` is ``None`` for what only describes; shares are shown in per cent."""

    @property
    def name(self) -> str:
        """How files call it."""
        ...

    @property
    def title(self) -> str:
        """How people call it."""
        ...

    @property
    def better(self) -> Better | None:
        """Which way is up."""
        ...

    @property
    def share(self) -> bool:
        """Whether it is a share of 1."""
        ...

    def values(self, table: Table, weights: Floats) -> Floats:
        """The figure for each row of ``weights``, shape (weightings, records); shape (weightings,)."""
        ...


@dataclass(frozen=True, slots=True)
class Ratio:
    """A sum over questions divided by a sum over questions: shares, and means of what each question scores."""

    name: str
    title: str
    better: Better | None = "higher"
    share: bool = True

    def values(self, table: Table, weights: Floats) -> Floats:
        """See :class:`Figure`."""
        numerators, denominators = table.ratio(self.name)
        return divided(weights @ numerators, weights @ denominators)


@dataclass(frozen=True, slots=True)
class Harmonic:
    """The harmonic mean of two figures: the F of a mean precision and a mean recall (van Rijsbergen 1979)."""

    name: str
    title: str
    first: Ratio
    second: Ratio
    better: Better | None = "higher"
    share: bool = True

    def values(self, table: Table, weights: Floats) -> Floats:
        """See :class:`Figure`; 0 where both are 0."""
        first, second = self.first.values(table, weights), self.second.values(table, weights)
        both = first + second
        return np.where(both == 0, 0.0, divided(2 * first * second, both))


@dataclass(frozen=True, slots=True)
class Auroc:
    """How well ``confidence`` tells answerable questions from unanswerable ones.

    The probability that of two such questions the answerable one has the higher confidence, ties counting half: the
    area under the ROC curve (Hanley and McNeil 1982). 0.5 is chance.
    """

    name: str = "auroc"
    title: str = "AUROC der Sicherheit"
    better: Better | None = "higher"
    share: bool = False

    def values(self, table: Table, weights: Floats) -> Floats:
        """See :class:`Figure`."""
        confidence, answerable, weights = _known(table, weights)
        if not len(confidence):
            return np.full(len(weights), np.nan)
        order = np.argsort(confidence, kind="stable")
        starts = np.flatnonzero(np.diff(confidence[order], prepend=-np.inf))
        sorted_weights, positive = weights[:, order], answerable[order] == 1
        positives = np.add.reduceat(sorted_weights * positive, starts, axis=1)
        negatives = np.add.reduceat(sorted_weights * ~positive, starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives
        won = (positives * (below + negatives / 2)).sum(axis=1)
        return divided(won, positives.sum(axis=1) * negatives.sum(axis=1))


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """How far ``confidence`` is from the share of questions that are answerable.

    The expected calibration error over ten bins of equal width (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017):
    the mean of |mean confidence - share of answerable| over bins, weighted by their sizes.
    """

    name: str = "calibration_error"
    title: str = "Kalibrierungsfehler (ECE)"
    better: Better | None = "lower"
    share: bool = False

    def values(self, table: Table, weights: Floats) -> Floats:
        """See :class:`Figure`."""
        confidence, answerable, weights = _known(table, weights)
        bins = bin_of(confidence)
        gaps = np.zeros(len(weights))
        for number in range(BINS):
            inside = bins == number
            gaps += np.abs(weights[:, inside] @ (confidence[inside] - answerable[inside]))
        return divided(gaps, weights.sum(axis=1))


@dataclass(frozen=True, slots=True)
class SurerHalfRisk:
    """The share of wrong answers among the surer half of the answers that were given.

    The selective risk at a coverage of one half (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017): if confidence
    is worth anything, it is below the share of wrong answers among all of them.
    """

    name: str = "surer_half_risk"
    title: str = "falsch in der sichereren Hälfte"
    better: Better | None = "lower"
    share: bool = True

    def values(self, table: Table, weights: Floats) -> Floats:
        """See :class:`Figure`."""
        confidence, right, given = table.raw("confidence"), table.raw("right"), table.raw("answered")
        inside = np.flatnonzero((given == 1) & ~np.isnan(confidence) & ~np.isnan(right))
        order = inside[np.argsort(-confidence[inside], kind="stable")]
        taken = weights[:, order]
        half = taken.sum(axis=1, keepdims=True) / 2
        # The answer at the border counts with the part of it that is needed.
        part = np.clip(half - (np.cumsum(taken, axis=1) - taken), 0, taken)
        return divided(part @ (1 - right[order]), half[:, 0])


def bin_of(confidence: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The bin, 0 to 9, of each confidence; 1 belongs to the last."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def divided(numerators: Floats, denominators: Floats) -> Floats:
    """The quotients, NaN where there is nothing to divide by."""
    result: Floats = np.full_like(numerators, np.nan)
    np.divide(numerators, denominators, out=result, where=denominators != 0)
    return result


def _known(table: Table, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Confidence, answerability and weights of the questions where both are known."""
    confidence, answerable = table.raw("confidence"), table.raw("answerable")
    known = ~(np.isnan(confidence) | np.isnan(answerable))
    return confidence[known], answerable[known], weights[:, known]
