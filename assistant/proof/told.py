"""What a sentence is made of, as far as it can be compared: words with their roots, clauses, facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from assistant.proof.facts import Fact, facts
from assistant.proof.lexicon import NEGATION, NEUTRAL, NO_NEGATION
from assistant.proof.roots import SEPARABLE, plain, root
from corpus.analysis import STOP_WORDS, fold, words
from corpus.types import Span

_BREAK: Final = re.compile(
    r"[,;:()·–—]|\s-\s|\b(?:und|sowie|oder|aber|sondern|während|wobei|doch|jedoch)\b|(?<=[a-zäöüß\d])[.!?](?=\s)"
)
_FAR: Final = 6
"""Words before a clause that begins between a verb and its prefix ("lehnt den Weg und die Brücke ab")."""
_SCOPE: Final = 4
"""Words on each side of a negation that it may deny."""


@dataclass(frozen=True, slots=True)
class Word:
    """``clause`` counts the clauses of the text; ``content`` words say something by themselves."""

    text: str
    span: Span
    root: str
    clause: int
    content: bool
    noun: bool


@dataclass(frozen=True)
class Told:
    """A text in comparable form; ``words`` are without numbers, which are in ``facts``."""

    text: str
    words: Sequence[Word]
    facts: Sequence[Fact]
    breaks: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Told:
        """Take ``text`` apart."""
        found = facts(text)
        breaks = [match.end() for match in _BREAK.finditer(text) if not _inside(match.start(), found)]
        parts: list[Word] = []
        for word, span in words(text):
            if any(fact.span.start < span.end and span.start < fact.span.end for fact in found):
                continue
            if not any(character.isalpha() for character in word):
                continue
            folded = fold(word)
            first = not text[: span.start].strip(" „\"'(–-")
            content = (
                folded not in STOP_WORDS and folded not in NEUTRAL and not NEGATION.fullmatch(word) and len(word) > 1
            )
            parts.append(
                Word(
                    text=word,
                    span=span,
                    root=root(word),
                    clause=_clause(breaks, span.start),
                    content=content,
                    noun=word[0].isupper() and not first,
                )
            )
        return cls(text, parts, found, breaks)

    @cached_property
    def content(self) -> list[Word]:
        """The words that say something."""
        return [word for word in self.words if word.content]

    @cached_property
    def roots(self) -> frozenset[str]:
        """The roots of all words, also of verbs whose prefix stands apart ("lehnt … ab")."""
        return frozenset(word.root for word in self.words) | frozenset(self.separated.values()) | self._pieces

    @cached_property
    def separated(self) -> dict[Word, str]:
        """The root that each small word would have with the prefix that ends its clause."""
        found: dict[Word, str] = {}
        prefixes = {plain(prefix) for prefix in SEPARABLE}
        for position, word in enumerate(self.words):
            behind = self.words[position + 1] if position + 1 < len(self.words) else None
            ends = behind is None or behind.clause != word.clause
            if not ends or plain(word.text) not in prefixes or word.text[0].isupper():
                continue
            before = [w for w in self.words[max(0, position - 25) : position] if w.text[0].islower() and w.content]
            here = [w for w in before if w.clause == word.clause]
            for verb in here or before[-_FAR:]:
                found.setdefault(verb, root(word.text.lower() + verb.text))
        return found

    def roots_in(self, clause: int) -> frozenset[str]:
        """The roots of one clause, also of verbs whose prefix stands apart."""
        here = [word for word in self.words if word.clause == clause]
        return frozenset(word.root for word in here) | {self.separated[w] for w in here if w in self.separated}

    @cached_property
    def _pieces(self) -> frozenset[str]:
        """The parts of words with a hyphen."""
        return frozenset(
            root(piece) for word in self.words if "-" in word.text for piece in word.text.split("-") if len(piece) > 2
        )

    @cached_property
    def negations(self) -> list[frozenset[str]]:
        """For each negation the roots that it may deny: those next to it in its clause."""
        silent = [match.span() for match in NO_NEGATION.finditer(self.text)]
        found = []
        for match in NEGATION.finditer(self.text):
            if any(start <= match.start() < end for start, end in silent):
                continue
            clause = _clause(self.breaks, match.start())
            here = [word for word in self.words if word.clause == clause]
            before = [word for word in here if word.span.end <= match.start() and word.content][-_SCOPE:]
            behind = [word for word in here if word.span.start >= match.end() and word.content][:_SCOPE]
            found.append(frozenset(word.root for word in (*before, *behind)))
        return found

    def clause_at(self, place: int) -> int:
        """The number of the clause that holds the character at ``place``."""
        return _clause(self.breaks, place)

    def clause_text(self, clause: int) -> str:
        """The text of one clause."""
        edges = [0, *self.breaks, len(self.text)]
        return self.text[edges[clause] : edges[clause + 1]]

    @property
    def clauses(self) -> int:
        """How many clauses there are."""
        return len(self.breaks) + 1


def _inside(place: int, found: Sequence[Fact]) -> bool:
    return any(fact.span.start <= place < fact.span.end for fact in found)


def _clause(breaks: Sequence[int], place: int) -> int:
    return sum(1 for end in breaks if end <= place)
