"""From what passages say of a claim to a verdict, with a calibrated probability.

A multinomial logistic regression weighs what the claim network reads, what the words and figures have in common, and
what they say otherwise; ``python -m eval.claims.calibration`` fits it on the drafts that are set apart for that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.factcheck.comparing import Comparison, Mismatch, covered_share
from assistant.factcheck.finding import Found
from assistant.factcheck.network import CONTRADICTS, PARTLY, RELATIONS, SUPPORTS, Relation

WEIGHTS_FILE: Final = "weights.json"
_MISMATCHES: Final = ("fact", "negation", "name", "share")
"""The kinds of difference that occur often enough to be weighed each by itself."""
_DOUBTFUL: Final = ("name", "modality")
"""Those that are no difference more often than they are one."""
FEATURES: Final = (
    "supports", "partly", "contradicts", "silent", "similarity", "coverage", "coverage_of_three", "score", "in_context",
    "figures", "figures_missing", "unmet_nouns", "unmet_words", "any_clear", *_MISMATCHES,
)  # fmt: skip
_NEAR: Final = 0.35
"""How far below the best one a passage may fit and still count."""
_AS_MUCH: Final = 0.8
_BESIDE: Final = 0.8
"""What a difference to a passage counts that is not the one that fits best."""


@dataclass(frozen=True)
class Read:
    """A passage beside a claim: found, compared word by word, and read by the network."""

    found: Found
    comparison: Comparison
    relation: Relation

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """Of the relations, as the network alone sees them."""
        shifted = np.exp(self.relation.scores - self.relation.scores.max())
        result: NDArray[np.float64] = shifted / shifted.sum()
        return result

    @property
    def supports(self) -> float:
        """How well it proves the claim, for choosing among passages."""
        told = self.probabilities
        return float(told[SUPPORTS] + 0.5 * told[PARTLY]) + self.comparison.score


@dataclass(frozen=True)
class Reading:
    """All that was read for one claim, best first by ``supports``."""

    read: Sequence[Read]

    @cached_property
    def best(self) -> Read:
        """The passage that proves the claim best."""
        return max(self.read, key=lambda one: one.supports)

    @cached_property
    def near(self) -> list[Read]:
        """The passages that fit about as well as the best one."""
        most = max(one.comparison.score for one in self.read)
        return [one for one in self.read if one.comparison.score >= most - _NEAR]

    @cached_property
    def denials(self) -> list[tuple[Read, Mismatch, float]]:
        """What the passages nearby say otherwise and none of them says like the claim; the clearest first.

        How clear it is, is how much else of the claim stands there, times how much stands around both places.
        """
        found = []
        for one in self.near:
            for mismatch in one.comparison.mismatches:
                if self._is_said_elsewhere(one, mismatch):
                    continue
                close = 0.5 * one.comparison.coverage + 0.5 * max(0.0, one.comparison.in_context)
                weight = max(one.comparison.coverage, close)
                if one is not self.best:
                    weight *= _BESIDE
                found.append((one, mismatch, mismatch.context * weight))
        return sorted(found, key=lambda one: (one[1].kind == "name", -one[2]))

    @property
    def denying(self) -> Read:
        """The passage that contradicts the claim most clearly."""
        return self.denials[0][0] if self.denials else self.best

    def _is_said_elsewhere(self, read: Read, mismatch: Mismatch) -> bool:
        """Whether another passage says what this one says otherwise."""
        claim = read.comparison.claim
        own = read.comparison.coverage
        others = [one.comparison for one in self.near if one is not read and one.comparison.coverage >= _AS_MUCH * own]
        match mismatch.kind:
            case "fact" | "bound":
                places = [place for place, fact in enumerate(claim.facts) if fact.span == mismatch.mine]
                return any(place in other.proven for other in (self.best.comparison, *others) for place in places)
            case "aspect":
                mine = [
                    value for value in claim.values if value.span == mismatch.mine and value.aspect == mismatch.aspect
                ]
                return any(
                    any(v.value == value.value and v.aspect == value.aspect for v in other.values)
                    for other in others
                    for value in mine
                )
            case "negation":
                return read is not self.best
        return False

    @cached_property
    def features(self) -> NDArray[np.float64]:
        """Shape (features,), in the order of :data:`FEATURES`."""
        best = self.best
        comparison = best.comparison
        claim = comparison.claim
        content, figures = claim.told.content, claim.facts
        beside = [one.comparison for one in self.read if one.found.evidence.document == best.found.evidence.document][
            :3
        ]
        union = frozenset().union(comparison.met, *(one.met for one in beside))
        everywhere = frozenset().union(comparison.proven, *(one.comparison.proven for one in self.near))
        unmet = [word for place, word in enumerate(content) if place not in comparison.met]
        clear = dict.fromkeys(_MISMATCHES, 0.0)
        clearest = 0.0
        for _, mismatch, clearness in self.denials:
            name = mismatch.aspect or mismatch.kind
            if name in clear:
                clear[name] = max(clear[name], clearness)
            if name not in _DOUBTFUL:
                clearest = max(clearest, clearness)
        logs = np.log(best.probabilities + 1e-4)
        return np.array(
            [
                *logs,
                comparison.similarity,
                comparison.coverage,
                covered_share(claim, union),
                comparison.score,
                comparison.in_context,
                float(bool(figures)),
                float(len(figures) - len(everywhere)),
                float(min(4, sum(word.noun for word in unmet))),
                float(min(6, len(unmet))),
                clearest,
                *clear.values(),
            ]
        )


@dataclass(frozen=True)
class Decider:
    """``weights`` has shape (relations, features); probabilities are of the relations in their order.

    A claim deviates from the probability ``deviates_at`` on, because a false alarm costs trust, and is proven from
    ``proven_at`` on, because a wrong proof costs more. What lies between is proven in part at most.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    deviates_at: float
    proven_at: float

    def probabilities(self, reading: Reading) -> NDArray[np.float64]:
        """Shape (relations,)."""
        scores = self.weights @ ((reading.features - self.mean) / self.scale) + self.bias
        odds = np.exp(scores - scores.max())
        result: NDArray[np.float64] = odds / odds.sum()
        return result

    def relation(self, probabilities: NDArray[np.float64]) -> int:
        """The likeliest relation; a contradiction or a proof that is not sure enough is a proof in part."""
        likeliest = int(probabilities.argmax())
        least = {CONTRADICTS: self.deviates_at, SUPPORTS: self.proven_at}.get(likeliest, 0.0)
        return likeliest if probabilities[likeliest] >= least else PARTLY


def load_decider() -> Decider:
    """What ``python -m eval.claims.calibration`` wrote. Raises ``ValueError`` if it is for other features."""
    stored = json.loads(files("assistant.factcheck").joinpath(WEIGHTS_FILE).read_text(encoding="utf-8"))
    if tuple(stored["features"]) != FEATURES:
        raise ValueError("the stored weights belong to other features; run python -m eval.claims.calibration")
    mean, scale, weights, bias = (
        np.asarray(stored[name], dtype=np.float64) for name in ("mean", "scale", "weights", "bias")
    )
    return Decider(mean, scale, weights, bias, float(stored["deviates_at"]), float(stored["proven_at"]))


def unfitted_decider() -> Decider:
    """One that tells nothing, for whoever fits it."""
    width = len(FEATURES)
    return Decider(
        np.zeros(width), np.ones(width), np.zeros((len(RELATIONS), width)), np.zeros(len(RELATIONS)), 1.0, 0.0
    )
