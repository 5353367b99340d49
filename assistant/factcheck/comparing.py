"""Compares one claim with one sentence of a document: what it says of the claim, and what it says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache, cached_property
from typing import Final, Literal

from assistant.factcheck.aspects import Value, denials, differing, values
from assistant.proof.evidence import Evidence
from assistant.proof.facts import Fact
from assistant.proof.numbers import is_same_fact, same_bound, same_counted
from assistant.proof.roots import root
from assistant.proof.told import Told, Word
from assistant.proof.wordings import is_said
from corpus.types import Span

DifferenceKind = Literal["fact", "bound", "aspect", "negation", "name"]

_WINDOW: Final = 45
"""Characters on each side of a figure that tell what it is the figure of."""
_OF_ANOTHER: Final = 0.5
_BARE: Final = 0.4
"""What a difference between figures counts that do not tell what they count, beside one between others."""
_FAR: Final = 3
"""Times as much: such a figure is rather of something else."""
_TYPED: Final = 0.7
"""Share of their digits in order that two figures must have for one to be a slip of the other."""
_SHORT_WORD: Final = 0.5
"""What a word counts that is no noun, beside a noun."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two places that speak of the same thing and say different things; spans in the claim and in the sentence.

    ``context`` is how much of what stands around both is the same, 0 to 1.
    """

    kind: DifferenceKind
    mine: Span
    theirs: Span
    context: float
    aspect: str = ""


@dataclass(frozen=True)
class ToldClaim:
    """A claim in comparable form. ``around`` is what else is known of it: the sentence and those its pronouns mean."""

    text: str
    around: str

    @cached_property
    def told(self) -> Told:
        """Its own words and figures."""
        return Told.of(self.text)

    @cached_property
    def meant(self) -> Told:
        """What it is about beside its own words."""
        return Told.of(self.around)

    @cached_property
    def values(self) -> list[Value]:
        """Its aspects."""
        return values(self.text)

    @cached_property
    def denials(self) -> list[Span]:
        """Where it denies."""
        return denials(self.text)

    @cached_property
    def facts(self) -> list[Fact]:
        """Its figures, without those of a Fundstelle."""
        places = [match.span() for match in FUNDSTELLE.finditer(self.text)]
        return [f for f in self.told.facts if not any(a <= f.span.start < b for a, b in places)]


FUNDSTELLE: Final = re.compile(
    r"\b(?:auf )?(?:Seiten?|S\.)\s?\d{1,4}\b|\b(?:Anhang|Anlage)\s?\d{1,2}\b"
    r"|\b(?:Abschnitt|Kapitel|Ziffer|Nr\.|Nummer|Punkt|TOP)\s?\d{1,2}(?:\.\d{1,2})*"
)
"""Where in the documents something is said to stand: checked apart, not a figure of the claim."""


@dataclass(frozen=True)
class Comparison:
    """A claim beside one sentence."""

    claim: ToldClaim
    source: Evidence
    similarity: float
    met: frozenset[int]
    """Places of the claim's content words that the sentence says."""
    proven: frozenset[int]
    """Places of the claim's figures that the sentence has."""
    mismatches: Sequence[Mismatch] = field(default_factory=list)

    @cached_property
    def coverage(self) -> float:
        """The share of the claim's words that the sentence says, nouns counted double."""
        return covered_share(self.claim, self.met)

    @cached_property
    def values(self) -> list[Value]:
        """The aspects of the sentence."""
        return values(self.source.text)

    @cached_property
    def score(self) -> float:
        """How well the sentence fits, for choosing among sentences."""
        figures = self.claim.facts
        share = len(self.proven) / len(figures) if figures else self.coverage
        return (
            self.similarity
            + 0.5 * self.coverage
            + 0.25 * share
            + 0.25 * self.in_context
            - 0.05 * min(2, len(self.mismatches))
        )

    @cached_property
    def in_context(self) -> float:
        """How well the sentence fits what stood before the claim: its numbered things, else its words; -1 to 1."""
        meant = self.claim.meant
        named = {fact.key for fact in meant.facts if fact.kind == "label"}
        if named and not any(fact.kind == "label" for fact in self.claim.facts):
            there = {fact.key for fact in (*self.source.told.facts, *self.source.around.facts) if fact.kind == "label"}
            return 1.0 if named & there else (-1.0 if there else 0.0)
        said = self.source.told.roots | self.source.around.roots
        content = meant.content
        return sum(is_said(word.root, said) for word in content) / len(content) if content else 0.0


def covered_share(claim: ToldClaim, met: frozenset[int]) -> float:
    """The weight of the claim's words at ``met``, as a share of all."""
    content = claim.told.content
    total = sum(map(_weight, content))
    return sum(_weight(content[place]) for place in met) / total if total else 0.0


def compare(claim: ToldClaim, source: Evidence, similarity: float) -> Comparison:
    """See :class:`Comparison`; ``similarity`` is the cosine of both."""
    said = source.told.roots | source.around.roots
    content = claim.told.content
    met = frozenset(
        place
        for place, word in enumerate(content)
        if is_said(word.root, said) or is_said(claim.told.separated.get(word, ""), said)
    )
    figures = claim.facts
    own, around = source.told.facts, source.around.facts
    proven = frozenset(
        place
        for place, fact in enumerate(figures)
        if any(is_same_fact(fact, other, source.text) for other in own)
        or (fact.kind != "number" and any(is_same_fact(fact, other, source.text) for other in around))
    )
    comparison = Comparison(claim, source, similarity, met, proven)
    found = [
        *_other_facts(claim, source, proven),
        *_other_bounds(claim, source, proven),
        *_other_aspects(claim, source),
        *_turned(claim, source),
        *_other_names(claim, source, met),
    ]
    return Comparison(claim, source, similarity, met, proven, found) if found else comparison


def _weight(word: Word) -> float:
    return 1.0 if word.text[0].isupper() else _SHORT_WORD


def _other_facts(claim: ToldClaim, source: Evidence, proven: frozenset[int]) -> Iterator[Mismatch]:
    """Figures that the sentence has otherwise: of one kind and unit, counting the same or by the same words."""
    taken: set[int] = set()
    named = {other.key for other in source.told.facts if other.kind == "label"}
    meant = {other.key for other in (*claim.told.facts, *claim.meant.facts) if other.kind == "label"}
    # What is told of Kommune 10 is no other figure for what is told of none.
    share = _OF_ANOTHER if named and not meant else 1.0
    mine = [fact for place, fact in enumerate(claim.facts) if place not in proven]
    free = [
        (place, other)
        for place, other in enumerate(source.told.facts)
        if not any(is_same_fact(fact, other, source.text) for fact in claim.facts)
    ]
    for fact in mine:
        rivals = [
            (
                _context(claim.told, fact.span, source.told, other.span) + _same_thing(fact, other, source),
                place,
                other,
            )
            for place, other in free
            if place not in taken and _comparable(fact, other)
        ]
        if not rivals:
            continue
        context, place, other = max(rivals, key=lambda rival: rival[0])
        context *= share
        taken.add(place)
        yield Mismatch("fact", fact.span, other.span, max(0.0, min(1.0, context)))


def _comparable(fact: Fact, other: Fact) -> bool:
    if fact.kind != other.kind:
        return False
    if fact.kind == "label":
        return fact.key.rpartition(" ")[0] == other.key.rpartition(" ")[0]
    if fact.kind == "date":
        return fact.key.startswith("--") == other.key.startswith("--") or len(other.key) >= len("2014-03-17")
    if fact.kind == "number":
        return fact.unit == other.unit
    return fact.key[:1] == other.key[:1]


def _same_thing(fact: Fact, other: Fact, source: Evidence) -> float:
    """Whether two figures count the same: certain where the noun is the same, unlikely where it is another one."""
    if fact.kind != "number":
        return 0.0
    typed = 0.3 if _is_slip(fact.text, other.text) else 0.0
    if fact.value and other.value and not 1 / _FAR < abs(fact.value / other.value) < _FAR:
        typed -= _BARE
    if not fact.counted or not other.counted:
        # "beide", "halb", "zwei" by themselves are figures of anything.
        return typed if fact.text[0].isdigit() or fact.unit else typed - _BARE
    if not same_counted(fact, other, [source]):
        return typed - _BARE
    return typed if fact.counted in _time_units() else 0.5


@cache
def _time_units() -> frozenset[str]:
    """What is counted of anything: that both count days makes them no figures of the same thing."""
    return frozenset(
        map(root, ("Tag", "Tage", "Woche", "Wochen", "Monat", "Monate", "Jahr", "Jahre", "Stunde", "Stunden"))
    )


def _is_slip(one: str, other: str) -> bool:
    """Whether one figure looks like the other mistyped: digits exchanged, one of them another."""
    digits = ["".join(filter(str.isdigit, text)) for text in (one, other)]
    if min(map(len, digits)) < 3 or len(digits[0]) != len(digits[1]):
        return False
    return SequenceMatcher(None, digits[0], digits[1]).ratio() >= _TYPED


def _context(mine: Told, here: Span, theirs: Told, there: Span) -> float:
    """How much of the content around one place stands around the other; the whole sentence counts a little."""
    near = _roots_near(mine, here, _WINDOW)
    far = _roots_near(theirs, there, 2 * _WINDOW)
    if not near:
        return 0.3
    close = sum(is_said(one, far) for one in near) / len(near)
    wide = sum(is_said(one, theirs.roots) for one in near) / len(near)
    return 0.6 * close + 0.4 * wide


def _roots_near(told: Told, place: Span, window: int) -> frozenset[str]:
    return frozenset(
        word.root
        for word in told.content
        if word.span.start < place.end + window
        and place.start - window < word.span.end
        and not word.span.overlaps(place)
    )


def _other_bounds(claim: ToldClaim, source: Evidence, proven: frozenset[int]) -> Iterator[Mismatch]:
    """The same figure with another word before it: "mindestens" for "höchstens"."""
    for place in proven:
        fact = claim.facts[place]
        same = [other for other in source.told.facts if is_same_fact(fact, other, source.text)]
        # "Über die beiden" is about both, and not more than two.
        plain = fact.text[0].isdigit() or fact.unit
        if fact.kind != "number" or not plain or not same or any(same_bound(fact, other) for other in same):
            continue
        other = same[0]
        # That "rund" is left out, or "insgesamt" put for it, is no contradiction.
        if {fact.bound, other.bound} <= {None, "about", "at_most"}:
            continue
        yield Mismatch("bound", fact.span, other.span, 1.0)


def _other_aspects(claim: ToldClaim, source: Evidence) -> Iterator[Mismatch]:
    for mine, theirs in differing(claim.values, values(source.text)):
        context = _context(claim.told, mine.span, source.told, theirs.span)
        yield Mismatch("aspect", mine.span, theirs.span, context, mine.aspect)


def _turned(claim: ToldClaim, source: Evidence) -> Iterator[Mismatch]:
    """One denies what the other says."""
    theirs = denials(source.text)
    mine = claim.denials
    if bool(mine) == bool(theirs):
        return
    if mine:
        scope = _roots_near(claim.told, mine[0], _WINDOW)
        met = sum(is_said(one, source.told.roots) for one in scope) / len(scope) if scope else 0.0
        yield Mismatch("negation", mine[0], Span(0, len(source.text)), met)
        return
    scope = _roots_near(source.told, theirs[0], _WINDOW)
    met = sum(is_said(one, claim.told.roots) for one in scope) / len(scope) if scope else 0.0
    yield Mismatch("negation", Span(0, len(claim.text)), theirs[0], met)


def _other_names(claim: ToldClaim, source: Evidence, met: frozenset[int]) -> Iterator[Mismatch]:
    """One noun of an otherwise told clause that the sentence does not have, and one of its own in the same place."""
    content = claim.told.content
    strange = [word for place, word in enumerate(content) if place not in met and word.noun]
    if len(strange) != 1:
        return
    own = claim.told.roots
    left = [word for word in source.told.content if word.noun and not is_said(word.root, own)]
    if not left:
        return
    word = strange[0]
    scored = [(_context(claim.told, word.span, source.told, other.span), other) for other in left]
    context, other = max(scored, key=lambda one: one[0])
    yield Mismatch("name", word.span, other.span, context)
