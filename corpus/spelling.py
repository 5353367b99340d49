"""Typing errors in questions, corrected against the words of the corpus.

The nearest word of the vocabulary wins, nearness being the Damerau–Levenshtein distance in the restricted form that
rapidfuzz calls OSA (Damerau, CACM 7(3), 1964, found that four in five typing errors are one letter left out, added,
changed or swapped with its neighbour). A question may use any German word, and most of them are not in the corpus; so
a word is left alone unless it is unknown in every form that the index would find it by, and a correction must be near.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.analysis import fold, stem

_SHORTEST: Final = 5
"""Shorter words have too many correct neighbours (Kreis, Preis; Rat, Tat)."""

_LONG: Final = 8
"""From this length on an error in the first letter leaves enough to recognise the word by."""

_TWO_FROM: Final = 12
"""From this length on two errors do. From 8 on, 2.5 times as many correct words would be taken for others."""

_SHORTEST_PART: Final = 4
_LINKS: Final = ("", "s", "es", "n", "en", "er", "e")
_ENDINGS: Final = ("", "e", "en", "er", "es", "em", "s", "t", "te", "ten", "nd", "nde", "nden", "nder", "ndes")
_DIGRAPH: Final = re.compile(r"ae|oe|(?<![aeq])ue")
_PRONOMINAL: Final = re.compile(
    r"(?:wo|da|hier)r?(?:an|auf|aus|bei|durch|für|gegen|hinter|in|mit|nach|neben|über|um|unter|von|vor|wegen|zu|zwischen)"
)
"""Words such as "worum" and "hierfür": the corpus rarely has the one that a question uses, but one near to it."""
_SINGLE_LETTER_ERROR: Final = 1
_TWO_ERRORS: Final = 2


class Vocabulary:
    """The surface words of a corpus with their frequencies, and what a mistyped word probably meant.

    ``is_german`` may tell of any word whether it is correct German: such words are never corrected. Without it, about
    one correct word in two hundred that a small corpus lacks is taken for one that it has, and two in a hundred with
    the ten thousand words of a larger one; with simplemma's word list none and two in a thousand
    (``python -m benchmarks.analysis``).
    """

    def __init__(self, frequencies: Mapping[str, int], is_german: Callable[[str], bool] | None = None) -> None:
        self._frequencies: dict[str, int] = defaultdict(int)
        self._shown: dict[str, str] = {}
        for word, frequency in sorted(frequencies.items(), key=lambda item: (item[1], item[0])):
            if word.isalpha():
                plain = _plain(word)
                self._frequencies[plain] += frequency
                self._shown[plain] = word
        self._stems = {stem(word) for word in self._shown.values()}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for plain in self._shown:
            self._by_length[len(plain)].append(plain)
        self._is_german = is_german or (lambda _: False)
        self._nearest = lru_cache(maxsize=10_000)(self._find_nearest)

    def __contains__(self, word: str) -> bool:
        """Whether the corpus has ``word``, in whatever inflection or spelling of its umlauts."""
        return _plain(word) in self._shown or stem(word) in self._stems

    def correct(self, word: str) -> str | None:
        """The word of the corpus that ``word`` was probably meant to be; None when it is better left alone."""
        plain = _plain(word)
        if len(plain) < _SHORTEST or not plain.isalpha() or word.isupper():
            return None
        if word in self or self._is_german(word) or self._is_compound(plain) or _PRONOMINAL.fullmatch(fold(word)):
            return None
        return self._nearest(plain)

    def _find_nearest(self, plain: str) -> str | None:
        allowed = _TWO_ERRORS if len(plain) >= _TWO_FROM else _SINGLE_LETTER_ERROR
        near = [
            (distance, other)
            for length in range(len(plain) - allowed, len(plain) + allowed + 1)
            for other, distance, _ in process.extract(
                plain, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            if self._probable(plain, other, distance)
        ]
        if not near:
            return None
        best = min(near, key=lambda item: (item[0], item[1][0] != plain[0], -self._frequencies[item[1]], item[1]))
        rivals = {
            stem(self._shown[other])
            for distance, other in near
            if distance == best[0] and self._frequencies[other] == self._frequencies[best[1]]
            and (other[0] == plain[0]) == (best[1][0] == plain[0])
        }  # fmt: skip
        return self._shown[best[1]] if len(rivals) == 1 else None

    def _probable(self, plain: str, other: str, distance: int) -> bool:
        """Whether ``plain`` is rather ``other`` mistyped than another correct word that looks like it."""
        swapped = sorted(plain[:2]) == sorted(other[:2])
        if plain[0] != other[0] and not swapped and (len(plain) < _LONG or distance > _SINGLE_LETTER_ERROR):
            return False
        # Another inflection or derivation of a word that the corpus has is a word of its own.
        return not _only_endings_differ(plain, other)

    def _is_compound(self, plain: str) -> bool:
        """Whether ``plain`` is made of words of the corpus, with or without a linking element between them."""
        for cut in range(_SHORTEST_PART, len(plain) - _SHORTEST_PART + 1):
            head, tail = plain[:cut], plain[cut:]
            if self._is_part(head) and (tail in self or self._is_compound(tail)):
                return True
        return False

    def _is_part(self, head: str) -> bool:
        bare = (head.removesuffix(link) for link in _LINKS)
        return any(len(part) >= _SHORTEST_PART and part in self for part in bare)


def _only_endings_differ(one: str, other: str) -> bool:
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return any(
        one[cut:] in _ENDINGS and other[cut:] in _ENDINGS for cut in range(max(_SHORTEST_PART, shared - 4), shared + 1)
    )


def _plain(word: str) -> str:
    """The spelling that errors are counted in: one letter for an umlaut, however it was written."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", _DIGRAPH.sub(lambda match: match.group()[0], fold(word)))
        if not unicodedata.combining(letter)
    )
