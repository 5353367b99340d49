"""Words: whether the source says them, in another form, as a part of a compound or by a word that means the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from assistant.proof import lexicon
from assistant.proof.evidence import Evidence
from assistant.proof.objection import Objection
from assistant.proof.roots import covered, root
from assistant.proof.told import Told

_SMALL: Final = frozenset("vor nach mit ohne für gegen mehr weniger früher später neu alt".split())
"""Opposites that are compared as they are written: their roots are parts of too many words."""


def unknown_words(told: Told, cited: Sequence[Evidence], said: frozenset[str]) -> Iterator[str]:
    """The words of a sentence that nothing of what it cites says."""
    text = " ".join(f"{one.text} {one.section} {one.kind} {one.about}" for one in cited)
    numbers = {fact.value for one in cited for fact in one.told.facts}
    for word in told.content:
        if is_said(word.root, said) or is_said(told.separated.get(word, ""), said):
            continue
        if word.text in text or word.root in _neutral():
            continue
        if word.root in numbers:
            continue
        if "-" in word.text and all(is_said(root(piece), said) for piece in word.text.split("-") if len(piece) > 2):
            continue
        yield word.text


def is_said(one: str, said: frozenset[str]) -> bool:
    """Whether a root is among ``said``, in another form, or a word that means the same is."""
    if not one:
        return False
    if one in said:
        return True
    if any(one in group and not said.isdisjoint(group) for group in synonyms()):
        return True
    bare = frozenset(other for other in said if other not in (f"un{one}", f"nicht{one}", f"un{one}lich"))
    return covered(one, bare)


def wrong_words(told: Told, unknown: Sequence[str]) -> Iterator[Objection]:
    """Words that the source does not say, and sentences that say next to nothing."""
    for word in unknown:
        yield Objection("word", f"„{word}“ steht nicht an der genannten Stelle.")
    if len(told.content) + len(told.facts) < 2:
        yield Objection("empty", "Der Satz sagt nichts, was sich belegen ließe.")


def opposite_words(told: Told, cited: Sequence[Evidence], said: frozenset[str]) -> Iterator[Objection]:
    """Words whose contrary the source says, and not they themselves."""
    plain_words = {word.text.lower() for word in told.words}
    source_words = {word.text.lower() for one in cited for word in one.told.words}
    own = told.roots
    for one, other in _opposites():
        for mine, theirs in ((one, other), (other, one)):
            said_here = mine[1] & plain_words if mine[1] else frozenset()
            here = mine[0] & own or said_here
            there_same = mine[0] & said or mine[1] & source_words
            there_other = theirs[0] & said or theirs[1] & source_words
            if here and there_other and not there_same:
                yield Objection("opposite", "An der genannten Stelle steht das Gegenteil.")
                return


def opposite_sides(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """Somebody who is said to do what others do in the source, and he the contrary: who rejects, said to agree."""
    for clause in range(told.clauses):
        roots = told.roots_in(clause)
        names = {fact.key for fact in told.facts if fact.kind == "label" and told.clause_at(fact.span.start) == clause}
        nouns = {word.root for word in told.content if word.clause == clause and word.text[0].isupper()}
        for one, other in _opposites():
            for mine, theirs in ((one[0], other[0]), (other[0], one[0])):
                if mine.isdisjoint(roots):
                    continue
                places = list(_places(names, nouns, cited))
                if any(not theirs.isdisjoint(place) for place in places) and all(mine.isdisjoint(p) for p in places):
                    yield Objection("sides", "An der genannten Stelle sagt oder tut das jemand anders.")
                    return


def _places(names: set[str], nouns: set[str], cited: Sequence[Evidence]) -> Iterator[frozenset[str]]:
    """The roots of the clauses that tell of the same: by their numbers where things have some, else by their nouns."""
    for one in cited:
        for clause in range(one.told.clauses):
            roots = one.told.roots_in(clause)
            keys = {fact.key for fact in one.told.facts if one.told.clause_at(fact.span.start) == clause}
            if names & keys if names else nouns & roots:
                yield roots


@cache
def synonyms() -> tuple[frozenset[str], ...]:
    """Groups of roots that mean the same."""
    return tuple(_roots(group) for group in lexicon.SYNONYMS)


@cache
def _neutral() -> frozenset[str]:
    return _roots(sorted(lexicon.NEUTRAL))


_Side = tuple[frozenset[str], frozenset[str]]


@cache
def _opposites() -> tuple[tuple[_Side, _Side], ...]:
    return tuple((_side(one), _side(other)) for one, other in lexicon.opposites())


def _side(words: Sequence[str]) -> _Side:
    """Roots of a side's words, and those that are compared as they are written."""
    return _roots([w for w in words if w not in _SMALL]), frozenset(w.lower() for w in words if w in _SMALL)


def _roots(words: Sequence[str]) -> frozenset[str]:
    return frozenset(root(word) for word in words)
