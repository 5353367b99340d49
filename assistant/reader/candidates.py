"""What the reader reads: the sentences of the retrieved passages, with their vectors; and what it makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Sentence, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be evidence.

    ``text`` is how it reads: its own words, or a table's row with the heads of its columns; ``context`` is the title of
    its section, ``around`` that and its whole passage. ``rank`` is its passage's place in the search, 0 the best;
    ``dense`` is that passage's cosine. ``vector`` has length 1; ``terms`` are its index terms, ``context_terms`` those
    of its passage and section title.
    """

    document: str
    passage: str
    sentence: Sentence
    text: str
    context: str
    around: str
    rank: int
    vector: NDArray[np.float32]
    dense: float
    terms: frozenset[str]
    context_terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its score; the difference of two scores is the logarithm of the odds between them.

    ``belongs`` is the probability that the sentence belongs to a full answer. ``short`` is the likeliest short answer
    in the candidate's text, ``short_score`` the logarithm of how likely it is among all spans of the passage.
    """

    candidate: Candidate
    score: float
    belongs: float
    short: Span | None
    short_score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a question: sentences, best first, and how likely they answer it at all.

    ``passages`` tells of how many passages, best first, these are the sentences: not all are always read.
    """

    scored: list[Scored]
    answerable: float
    passages: int
