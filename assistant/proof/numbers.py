"""Numbers, dates and numbered things: whether the source has them, alike qualified and counting the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from assistant.proof.evidence import Evidence
from assistant.proof.facts import Fact
from assistant.proof.objection import Objection
from assistant.proof.roots import covered
from assistant.proof.told import Told, Word
from assistant.proof.wordings import is_said, synonyms

_ABOUT: Final = Decimal("0.05")
"""By how much "rund" may be off."""


def wrong_facts(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """Facts that the source does not have, or has otherwise qualified, or counts something else with."""
    own = [fact for one in cited for fact in one.told.facts]
    around = [fact for one in cited for fact in one.around.facts]
    text = " ".join(one.text for one in cited)
    for fact in told.facts:
        same = [other for other in own if is_same_fact(fact, other, text)]
        if not same and fact.kind != "number" and any(is_same_fact(fact, other, text) for other in around):
            continue
        if not same:
            yield Objection("fact", f"„{fact.text}“ steht nicht an der genannten Stelle.")
            continue
        if fact.kind in ("number", "date") and not any(same_bound(fact, other) for other in same):
            yield Objection("bound", f"Bei „{fact.text}“ steht an der genannten Stelle etwas anderes davor.")
        counted = [other for other in same if other.counted]
        if fact.counted and counted and not any(same_counted(fact, other, cited) for other in counted):
            yield Objection("counted", f"„{fact.text}“ zählt an der genannten Stelle etwas anderes.")


def is_same_fact(fact: Fact, other: Fact, text: str) -> bool:
    """Whether a fact of a sentence is the ``other`` of its source, whose ``text`` may hold the unit elsewhere."""
    match fact.kind, other.kind:
        case "date", "date":
            # Less of a date is still right: the month, the year, or the day without the year.
            return fact.key == other.key or other.key.startswith(f"{fact.key}-") or other.key[4:] == fact.key[1:] != ""
        case ("date", "number") | ("label", _):
            return fact.key == other.key
        case "number", "label":
            return fact.unit is None and other.key.rpartition(" ")[2] == fact.key  # "Kommune 07" in a list
        case "number", "number":
            return _same_unit(fact, other, text) and _same_value(fact, other)
    return fact.kind == other.kind and fact.key == other.key


def _same_unit(fact: Fact, other: Fact, text: str) -> bool:
    if fact.unit is None:
        return True
    return fact.unit == other.unit if other.unit is not None else _unit_stands(fact.unit, other, text)


def _same_value(fact: Fact, other: Fact) -> bool:
    if fact.value is None or other.value is None:
        return False
    return fact.value == other.value or (
        fact.bound == "about" and other.value != 0 and _rounds(fact.value, other.value)
    )


def _unit_stands(unit: str, other: Fact, text: str) -> bool:
    """Whether the number's unit stands elsewhere: in the head of its column, or as money is written in tables."""
    names = {"€": r"€|Euro|EUR", "%": r"%|Prozent|v\.\s?H"}
    return re.search(names.get(unit, re.escape(unit)), text) is not None or (
        unit == "€" and re.search(r",\d\d$", other.text) is not None
    )


def _rounds(rounded: Decimal, exact: Decimal) -> bool:
    digits = len(rounded.normalize().as_tuple().digits)
    return abs(rounded - exact) <= _ABOUT * abs(exact) and digits < len(exact.normalize().as_tuple().digits)


def same_bound(fact: Fact, other: Fact) -> bool:
    """Whether two equal facts are qualified alike: "mindestens 40" is not "höchstens 40"."""
    if fact.bound == other.bound:
        return True
    if fact.kind == "date":
        # "ab 2015" and "im Jahr 2015": a date without its word may still be the occasion.
        return fact.bound is None or other.bound is None
    if fact.bound == "about":
        return other.bound is None
    # "4 mehr als", "bis zu" … lost or added: another statement.
    return False


def same_counted(fact: Fact, other: Fact, cited: Sequence[Evidence]) -> bool:
    """Whether two numbers count the same thing, as far as the words behind them tell."""
    pair = {fact.counted, other.counted}
    if len(pair) == 1 or any(pair <= set(group) for group in synonyms()):
        return True
    if covered(fact.counted, frozenset({other.counted})) or covered(other.counted, frozenset({fact.counted})):
        return True
    # "47 von 54 Kreisen", "47 Kreise": the noun stands a few words on.
    for one in cited:
        place = next((f.span.end for f in one.told.facts if f is other), None)
        if place is not None:
            behind = [
                word.root for word in one.told.words if place <= word.span.start < place + 60 and word.text[0].isupper()
            ]
            return fact.counted in behind[:3]
    return False


def wrong_pairs(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """Facts and things of one clause that the source tells of different things."""
    for clause in range(told.clauses):
        here = [fact for fact in told.facts if told.clause_at(fact.span.start) == clause]
        nouns = [word for word in told.content if word.clause == clause and word.text[0].isupper()]
        for position, fact in enumerate(here):
            for other in here[position + 1 :]:
                if _parted(fact, other, cited):
                    yield Objection("pair", f"„{fact.text}“ und „{other.text}“ gehören dort nicht zusammen.")
            if _moved(fact, here, cited):
                yield Objection("pair", f"„{fact.text}“ steht dort neben einer anderen Zahl.")
            for noun in nouns:
                if _noun_parted(fact, noun, told, cited):
                    yield Objection("pair", f"„{fact.text}“ und „{noun.text}“ gehören dort nicht zusammen.")


def _places(fact: Fact, cited: Sequence[Evidence]) -> dict[tuple[int, int], list[Fact]]:
    """The clauses in which a fact stands, each with the facts of its kind there."""
    text = " ".join(one.text for one in cited)
    found: dict[tuple[int, int], list[Fact]] = {}
    for position, one in enumerate(cited):
        for other in one.told.facts:
            if is_same_fact(fact, other, text):
                clause = one.told.clause_at(other.span.start)
                found[position, clause] = [f for f in one.told.facts if one.told.clause_at(f.span.start) == clause]
    return found


def _moved(fact: Fact, here: Sequence[Fact], cited: Sequence[Evidence]) -> bool:
    """Whether a number stands beside another date or number than in its source, and another number in its place."""
    if fact.kind != "number":
        return False
    rivals = [other for other in here if other.kind == "number" and other.key != fact.key]
    if not rivals:
        return False
    text = " ".join(one.text for one in cited)
    for one in cited:
        places = {f.key: f for f in one.told.facts}
        there = next((f for f in one.told.facts if is_same_fact(fact, f, text)), None)
        if there is None:
            continue
        for rival in rivals:
            other = places.get(rival.key)
            if other is None or one.told.clause_at(other.span.start) != one.told.clause_at(there.span.start):
                continue
            turned = (fact.span.start < rival.span.start) != (there.span.start < other.span.start)
            if turned and not _keeps_company(fact, here, there, one):
                return True
    return False


def _keeps_company(fact: Fact, here: Sequence[Fact], there: Fact, one: Evidence) -> bool:
    """Whether what a number counts, or the word before it, is the same as in its source."""
    if fact.counted and there.counted:
        return fact.counted == there.counted
    dates = [f for f in here if f.kind == "date"]
    if dates:
        mine = min(dates, key=lambda f: abs(f.span.start - fact.span.start))
        theirs = [f for f in one.told.facts if f.kind == "date"]
        return bool(theirs) and min(theirs, key=lambda f: abs(f.span.start - there.span.start)).key == mine.key
    return False


def _parted(fact: Fact, other: Fact, cited: Sequence[Evidence]) -> bool:
    """Whether two facts stand in different clauses, each with another of the other's kind beside it."""
    mine, theirs = _places(fact, cited), _places(other, cited)
    if not mine or not theirs or not mine.keys().isdisjoint(theirs):
        return False
    rival = any(
        f.kind == other.kind and f.key != other.key for here in mine.values() for f in here if f.key != fact.key
    )
    counter = any(
        f.kind == fact.kind and f.key != fact.key for here in theirs.values() for f in here if f.key != other.key
    )
    return rival and counter


def _noun_parted(fact: Fact, noun: Word, told: Told, cited: Sequence[Evidence]) -> bool:
    """Whether a thing stands where another number does, and the number where another thing does."""
    places = _places(fact, cited)
    if not places or fact.kind == "law":
        return False
    text = " ".join(one.text for one in cited)
    where: set[tuple[int, int]] = set()
    for position, one in enumerate(cited):
        where |= {(position, word.clause) for word in one.told.words if is_said(noun.root, frozenset({word.root}))}
        if is_said(noun.root, one.around.roots):
            return False
    if not where or not where.isdisjoint(places):
        return False
    keys = {f.key for f in told.facts}
    rivals = any(
        f.kind == fact.kind and f.key not in keys and not is_same_fact(fact, f, text)
        for position, one in enumerate(cited)
        for f in one.told.facts
        if (position, one.told.clause_at(f.span.start)) in where
    )
    own = told.roots
    others = any(
        word.text[0].isupper() and word.content and not is_said(word.root, own)
        for position, one in enumerate(cited)
        for word in one.told.words
        if (position, word.clause) in places
    )
    return rivals and others
