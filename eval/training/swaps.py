"""Questions about something else: a name or a number is exchanged for one that the passage does not have.

The passage then looks as if it answered, down to the sentence, and does not: this teaches the network to hold the
question's names and numbers against the text (contrast sets: Gardner et al., Findings of EMNLP 2020).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from typing import Final

_NUMBER: Final = re.compile(r"\b\d+(?:[.,]\d+)*\b")
_NAME: Final = re.compile(r"(?<=[a-zäöüåæøéç,] )[A-ZÄÖÜÅÆØ][\w-]{2,}(?: [A-ZÄÖÜÅÆØ][\w-]{2,})*")
"""Capitalised words inside a sentence; German writes all nouns so, hence it is not used there."""
_TRIES: Final = 20


class Swaps:
    """Names and numbers of many questions, to put one in another's place."""

    def __init__(self, questions: Iterable[str], *, names: bool) -> None:
        """``names`` tells whether capitalised words are names in the questions' language."""
        self._patterns = (_NUMBER, _NAME) if names else (_NUMBER,)
        every = sorted(set(questions))
        self._pools: Sequence[Sequence[str]] = [
            sorted({match.group() for question in every for match in pattern.finditer(question)})
            for pattern in self._patterns
        ]

    def swapped(self, question: str, text: str, chance: random.Random) -> str | None:
        """The question about something that ``text`` does not mention; ``None`` if nothing in it can be exchanged."""
        places = [
            (match, pool)
            for pattern, pool in zip(self._patterns, self._pools, strict=True)
            for match in pattern.finditer(question)
            if match.group() in text and len(pool) > 1
        ]
        if not places:
            return None
        match, pool = chance.choice(places)
        for _ in range(_TRIES):
            other = chance.choice(pool)
            if match.re is _NUMBER and chance.random() < 0.5:
                other = _near(match.group(), chance)
            if other not in text and other not in question:
                return question[: match.start()] + other + question[match.end() :]
        return None


def _near(number: str, chance: random.Random) -> str:
    """Another number of the same form, as 2016 and 2018 are."""
    if not number.isdigit() or len(number) > 6:
        return number
    return str(max(0, int(number) + chance.choice((-3, -2, -1, 1, 2, 3, 5, 10))))
