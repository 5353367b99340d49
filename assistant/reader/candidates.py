"""What the reader reads: the sentences of the retrieved passages, with their vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be evidence.

    ``text`` is how it reads: its own words, or a table's row with the heads of its columns.
    ``vector`` has length 1; ``dense`` is its passage's cosine; ``terms`` are its index terms,
    ``context_terms`` those of its passage and section title.
    """

    document: str
    passage: str
    sentence: Sentence
    text: str
    vector: NDArray[np.float32]
    dense: float
    terms: frozenset[str]
    context_terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score; the difference of two scores is the logarithm of the odds between them."""

    candidate: Candidate
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a question: sentences, best first, and how likely they answer it at all."""

    scored: list[Scored]
    answerable: float
