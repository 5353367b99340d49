"""Whether cited sentences support a statement, as the reading network sees it.

The network has learnt, among others, from pairs of sentences with nearly the same words that say the same or not
(PAWS-X, ``eval/training/sources.py``): the statement takes the question's place, the cited sentences the passage's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.reader.network import PassageToRead

if TYPE_CHECKING:
    from assistant.proof.evidence import Evidence
    from assistant.reader.network import ReadingNetwork


class NetworkSupport:
    """The reading network as a judge of statements."""

    def __init__(self, network: ReadingNetwork) -> None:
        self._network = network

    def __call__(self, statement: str, cited: Sequence[Evidence]) -> float:
        """The network's probability that the passage made of the cited sentences answers the statement."""
        passage = PassageToRead(cited[0].section, [one.text for one in cited])
        reading = self._network.read(statement, [passage])[0]
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, reading.answers))))
