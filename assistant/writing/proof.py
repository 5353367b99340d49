"""Whether a sentence says what the passages say that it cites: every check has a name and an objection in words.

A sentence passes if none objects. The checks are strict on purpose: what they cannot follow is shown as a verbatim
quote instead, which costs style, while a false sentence would cost trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assistant.decisions import DECIDED
from assistant.writing import lexicon
from assistant.writing.clauses import differing_clauses
from assistant.writing.copying import changed_words
from assistant.writing.evidence import Evidence, roots_of
from assistant.writing.facts import Fact
from assistant.writing.order import exchanged_places, exchanged_roles, turned_cause
from assistant.writing.roots import covered, root
from assistant.writing.told import Told, Word

Supports = Callable[[str, Sequence[Evidence]], float]
"""The probability that cited sentences support a statement, by a trained model."""

_ABOUT: Final = Decimal("0.05")
_PROPOSING: Final = re.compile(
    r"\b(?:Beschlussvorschlag\w*|Beschlussempfehlung\w*|vorgeschlagen\w*|schl(?:ägt|agen)\b[^.;]*\bvor|Vorschlag\w*|empf(?:iehlt"
    r"|ohlen|ehlen|ehle)|soll(?:en|te|ten)?|möge|vorgesehen)\b"
)
_DECIDES: Final = re.compile(rf"{DECIDED.pattern}|\b(?:beschließt|beschloss|beschließen|Beschluss|entscheidet|beauftragte?)\b")
_ATTRIBUTED: Final = re.compile(
    r"(?:\b(?:[Ll]aut|[Nn]ach|[Gg]emäß|[Ii]n|[Ii]m)\s+(?:der |dem |den |des |einem |einer )?(?P<kind>Vorlage|Konzeption"
    r"|Anhang \d+|Anlage \d+|Niederschrift|Antrag|Stellungnahme|Kostenaufstellung)\b)"
)


_FIRST_PERSON: Final = re.compile(
    r"\b(?:wir|ich|uns|unser(?:e[nmrs]?)?|mir|mich|meine?[nmrs]?|Ihnen)\b|^(?:Wir|Ich|Uns|Unser\w*|Mein\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a sentence is not shown: the name of the check, and a German sentence for whoever wrote it."""

    check: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks make of a sentence; it is proven if nothing objects."""

    objections: Sequence[Objection]
    unknown: Sequence[str]
    support: float | None = None

    @property
    def proven(self) -> bool:
        """Whether the sentence may be shown as fact."""
        return not self.objections


class Prover:
    """Proves sentences. ``supports`` is asked about those that the rules have nothing against."""

    def __init__(self, supports: Supports | None = None, *, support_at: float = 0.5) -> None:
        self._supports = supports
        self._support_at = support_at

    def judge(self, sentence: str, cited: Sequence[Evidence]) -> Verdict:
        """Judge a sentence (without its markers) by the evidence that it cites."""
        if not cited:
            return Verdict([Objection("marker", "Der Satz nennt keine Fundstelle.")], [])
        told = Told.of(sentence)
        said = roots_of(cited)
        unknown = list(_unknown(told, cited, said))
        objections = [
            *_wrong_facts(told, cited),
            *_wrong_words(told, unknown),
            *_wrong_pairs(told, cited),
            *_turned_negations(told, cited, said),
            *_other_modality(told, cited),
            *_other_quantity(told, cited),
            *_opposite(told, cited, said),
            *_attributed(told, cited),
            *_whose_voice(sentence),
            *_no_statement(sentence),
            *_decided(told, cited),
            *(Objection("roles", text) for text in exchanged_roles(told, [one.told for one in cited])),
            *(Objection("places", text) for text in exchanged_places(told, [one.told for one in cited])),
            *(Objection("clause", text) for text in differing_clauses(told, cited)),
            *(Objection("copy", text) for text in changed_words(sentence, cited)),
            *(Objection("cause", text) for text in turned_cause(told, [one.told for one in cited])),
        ]
        if objections or self._supports is None:
            return Verdict(objections, unknown)
        support = self._supports(sentence, cited)
        if support < self._support_at:
            objections = [Objection("support", "Die genannte Stelle sagt das so nicht.")]
        return Verdict(objections, unknown, support)


# -- facts -------------------------------------------------------------------------------------------------------------


def _wrong_facts(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    own = [fact for one in cited for fact in one.told.facts]
    around = [fact for one in cited for fact in one.around.facts]
    text = " ".join(one.text for one in cited)
    for fact in told.facts:
        same = [other for other in own if _is_same(fact, other, text)]
        if not same and fact.kind != "number" and any(_is_same(fact, other, text) for other in around):
            continue
        if not same:
            yield Objection("fact", f"„{fact.text}“ steht nicht an der genannten Stelle.")
            continue
        if fact.kind in ("number", "date") and not any(_same_bound(fact, other) for other in same):
            yield Objection("bound", f"Bei „{fact.text}“ steht an der genannten Stelle etwas anderes davor.")
        counted = [other for other in same if other.counted]
        if fact.counted and counted and not any(_same_counted(fact, other, cited) for other in counted):
            yield Objection("counted", f"„{fact.text}“ zählt an der genannten Stelle etwas anderes.")


def _is_same(fact: Fact, other: Fact, text: str) -> bool:
    if fact.kind == "date" and other.kind == "date":
        return fact.key == other.key or other.key.startswith(f"{fact.key}-") or other.key[4:] == fact.key[1:] != ""
    if fact.kind == "date" and other.kind == "number":
        return fact.key == other.key
    if fact.kind == "label":
        return fact.key == other.key
    if fact.kind == "law":
        return other.kind == "law" and fact.key == other.key
    if fact.value is None or other.value is None:
        # "Kommune 07" may be told as a bare number in a list.
        return other.kind == "label" and fact.unit is None and other.key.rpartition(" ")[2] == fact.key
    if fact.unit is not None and other.unit is not None and fact.unit != other.unit:
        return False
    if fact.unit is not None and other.unit is None and not _unit_stands(fact.unit, other, text):
        return False
    if fact.value == other.value:
        return True
    return fact.bound == "about" and other.value != 0 and _rounds(fact.value, other.value)


def _unit_stands(unit: str, other: Fact, text: str) -> bool:
    """Whether the number's unit stands elsewhere: in the head of its column, or as money is written in tables."""
    names = {"€": r"€|Euro|EUR", "%": r"%|Prozent|v\.\s?H"}
    return re.search(names.get(unit, re.escape(unit)), text) is not None or (
        unit == "€" and re.search(r",\d\d$", other.text) is not None
    )


def _rounds(rounded: Decimal, exact: Decimal) -> bool:
    digits = len(rounded.normalize().as_tuple().digits)
    return abs(rounded - exact) <= _ABOUT * abs(exact) and digits < len(exact.normalize().as_tuple().digits)


def _same_bound(fact: Fact, other: Fact) -> bool:
    if fact.bound == other.bound:
        return True
    if fact.kind == "date":
        # "ab 2015" and "im Jahr 2015": a date without its word may still be the occasion.
        return fact.bound is None or other.bound is None
    if fact.bound == "about":
        return other.bound is None
    # "4 mehr als", "bis zu" … lost or added: another statement.
    return False


def _same_counted(fact: Fact, other: Fact, cited: Sequence[Evidence]) -> bool:
    pair = {fact.counted, other.counted}
    if len(pair) == 1 or any(pair <= set(group) for group in _synonym_roots()):
        return True
    if covered(fact.counted, frozenset({other.counted})) or covered(other.counted, frozenset({fact.counted})):
        return True
    # "47 von 54 Kreisen", "47 Kreise": the noun stands a few words on.
    for one in cited:
        place = next((f.span.end for f in one.told.facts if f is other), None)
        if place is not None:
            behind = [word.root for word in one.told.words if place <= word.span.start < place + 60 and word.text[0].isupper()]
            return fact.counted in behind[:3]
    return False


# -- words -------------------------------------------------------------------------------------------------------------


def _unknown(told: Told, cited: Sequence[Evidence], said: frozenset[str]) -> Iterator[str]:
    """The words of a sentence that nothing of what it cites says."""
    text = " ".join(f"{one.text} {one.section} {one.kind} {one.about}" for one in cited)
    numbers = {fact.value for one in cited for fact in one.told.facts}
    for word in told.content:
        if _is_said(word.root, said) or _is_said(told.separated.get(word, ""), said):
            continue
        if word.text in text or word.root in _soft_roots():
            continue
        if word.root in numbers:
            continue
        if "-" in word.text and all(_is_said(root(piece), said) for piece in word.text.split("-") if len(piece) > 2):
            continue
        yield word.text


def _is_said(one: str, said: frozenset[str]) -> bool:
    if not one:
        return False
    if one in said:
        return True
    if any(one in group and not said.isdisjoint(group) for group in _synonym_roots()):
        return True
    bare = frozenset(other for other in said if other not in (f"un{one}", f"nicht{one}", f"un{one}lich"))
    return covered(one, bare)


def _wrong_words(told: Told, unknown: Sequence[str]) -> Iterator[Objection]:
    for word in unknown:
        yield Objection("word", f"„{word}“ steht nicht an der genannten Stelle.")
    if len(told.content) + len(told.facts) < 2:
        yield Objection("empty", "Der Satz sagt nichts, was sich belegen ließe.")


def _opposite(told: Told, cited: Sequence[Evidence], said: frozenset[str]) -> Iterator[Objection]:
    """Words whose contrary the source says, and not they themselves."""
    plain_words = {word.text.lower() for word in told.words}
    source_words = {word.text.lower() for one in cited for word in one.told.words}
    own = told.roots
    for one, other in _opposite_roots():
        for mine, theirs in ((one, other), (other, one)):
            said_here = mine[1] & plain_words if mine[1] else frozenset()
            here = mine[0] & own or said_here
            there_same = mine[0] & said or mine[1] & source_words
            there_other = theirs[0] & said or theirs[1] & source_words
            if here and there_other and not there_same:
                yield Objection("opposite", "An der genannten Stelle steht das Gegenteil.")
                return


# -- what turns a statement round -----------------------------------------------------------------------------------------


def _turned_negations(told: Told, cited: Sequence[Evidence], said: frozenset[str]) -> Iterator[Objection]:
    mine = told.negations
    theirs = [scope for one in cited for scope in one.told.negations]
    for scope in mine:
        if not scope:
            continue
        if not any(_overlap(scope, other) for other in theirs):
            yield Objection("negation", "Der Satz verneint, was die genannte Stelle nicht verneint.")
    own = told.roots
    for scope in theirs:
        met = frozenset(one for one in scope if _is_said(one, own))
        if scope and len(met) * 2 > len(scope) and not any(_overlap(met, other) for other in mine):
            yield Objection("negation", "Die genannte Stelle verneint, was der Satz behauptet.")


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(_is_said(root_, other) for root_ in one)


def _aligned(told: Told, one: Evidence) -> str:
    """The clauses of the evidence that the sentence tells."""
    own, keys = told.roots, {fact.key for fact in told.facts}
    clauses = []
    for clause in range(one.told.clauses):
        words = [word for word in one.told.words if word.clause == clause and word.content]
        told_facts = [fact for fact in one.told.facts if one.told.clause_at(fact.span.start) == clause]
        met = sum(_is_said(word.root, own) for word in words) + sum(fact.key in keys for fact in told_facts)
        if met and met * 2 >= len(words) + len(told_facts):
            clauses.append(one.told.clause_text(clause))
    return " ".join(clauses)


def _other_modality(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    whole = " ".join(one.text for one in cited)
    proposed = any(one.proposed for one in cited)
    aligned = " ".join(_aligned(told, one) for one in cited)
    mine = {name for name, pattern in lexicon.MODALITY.items() if pattern.search(told.text)}
    theirs = {name for name, pattern in lexicon.MODALITY.items() if pattern.search(whole)}
    needed = {name for name, pattern in lexicon.MODALITY.items() if pattern.search(aligned)}
    if proposed:
        theirs |= {"soll"}
    if "vielleicht" in theirs:
        theirs |= {"kann"} if re.search(r"könnte", whole) else set()
    for name in sorted(mine - theirs):
        yield Objection("modality", f"Dass etwas so sein {_MODAL[name]}, steht nicht an der genannten Stelle.")
    for name in sorted(needed - mine):
        if name == "soll" and "muss" in mine and "muss" in theirs:
            continue
        yield Objection("modality", f"An der genannten Stelle heißt es nur, dass etwas so sein {_MODAL[name]}.")
    if lexicon.WAS.search(told.text) and not lexicon.PAST.search(whole):
        yield Objection("tense", "An der genannten Stelle steht nicht, dass etwas geschehen ist.")
    if lexicon.WILL.search(told.text) and not lexicon.WILL.search(whole) and not theirs & {"soll", "vielleicht"}:
        yield Objection("tense", "An der genannten Stelle steht nicht, dass etwas künftig geschieht.")


_MODAL: Final = {"muss": "muss", "soll": "soll", "kann": "kann", "vielleicht": "könnte"}


def _other_quantity(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    whole = " ".join(one.text for one in cited)
    own = told.roots
    for name, pattern in lexicon.QUANTITY.items():
        here = pattern.search(told.text)
        if here and not pattern.search(whole):
            yield Objection("quantity", f"„{here.group()}“ steht nicht an der genannten Stelle.")
        if here or name not in lexicon.NEEDED:
            continue
        for one in cited:
            for match in pattern.finditer(one.text):
                behind = next((word for word in one.told.content if word.span.start >= match.end()), None)
                if behind is not None and _is_said(behind.root, own) and behind.span.start - match.end() < 40:
                    yield Objection("quantity", f"An der genannten Stelle steht „{match.group()}“.")
                    return


def _attributed(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    for match in _ATTRIBUTED.finditer(told.text):
        kinds = {one.kind for one in cited}
        text = " ".join(one.text for one in cited)
        if match["kind"] not in kinds and match.group() not in text:
            yield Objection("attribution", f"Die genannte Stelle steht nicht in „{match['kind']}“.")


def _whose_voice(sentence: str) -> Iterator[Objection]:
    """A letter's "wir" would be the assistant's own in its answer; inside quotation marks it is the letter's."""
    spoken = re.sub(r"„[^“]*“", "", sentence)
    if (match := _FIRST_PERSON.search(spoken)) is not None:
        yield Objection("voice", f"Schreibe nicht „{match.group()}“, sondern wer es sagt.")


def _no_statement(sentence: str) -> Iterator[Objection]:
    """A question asserts nothing, and what stands behind "Antwort:" is put into somebody's mouth."""
    if sentence.rstrip().endswith("?") or re.match(r"\W*(?:Frage|Antwort|Question|Answer)\s*:", sentence):
        yield Objection("statement", "Schreibe eine Aussage, keine Frage.")


def _decided(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    if any(one.proposed for one in cited) and _DECIDES.search(told.text) and not _PROPOSING.search(told.text):
        yield Objection("proposal", "Die genannte Stelle ist ein Vorschlag und noch kein Beschluss.")


# -- what belongs together ----------------------------------------------------------------------------------------------


def _wrong_pairs(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
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
            if _is_same(fact, other, text):
                clause = one.told.clause_at(other.span.start)
                found[position, clause] = [
                    f for f in one.told.facts if one.told.clause_at(f.span.start) == clause
                ]
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
        there = next((f for f in one.told.facts if _is_same(fact, f, text)), None)
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
    rival = any(f.kind == other.kind and f.key != other.key for here in mine.values() for f in here if f.key != fact.key)
    counter = any(f.kind == fact.kind and f.key != fact.key for here in theirs.values() for f in here if f.key != other.key)
    return rival and counter


def _noun_parted(fact: Fact, noun: Word, told: Told, cited: Sequence[Evidence]) -> bool:
    """Whether a thing stands where another number does, and the number where another thing does."""
    places = _places(fact, cited)
    if not places or fact.kind == "law":
        return False
    text = " ".join(one.text for one in cited)
    where: set[tuple[int, int]] = set()
    for position, one in enumerate(cited):
        where |= {(position, word.clause) for word in one.told.words if _is_said(noun.root, frozenset({word.root}))}
        if _is_said(noun.root, one.around.roots):
            return False
    if not where or not where.isdisjoint(places):
        return False
    keys = {f.key for f in told.facts}
    rivals = any(
        f.kind == fact.kind and f.key not in keys and not _is_same(fact, f, text)
        for position, one in enumerate(cited)
        for f in one.told.facts
        if (position, one.told.clause_at(f.span.start)) in where
    )
    own = told.roots
    others = any(
        word.text[0].isupper() and word.content and not _is_said(word.root, own)
        for position, one in enumerate(cited)
        for word in one.told.words
        if (position, word.clause) in places
    )
    return rivals and others


# -- lexicon in roots ----------------------------------------------------------------------------------------------------


def _roots(words: Sequence[str]) -> frozenset[str]:
    return frozenset(root(word) for word in words)


def _synonym_roots() -> tuple[frozenset[str], ...]:
    return _SYNONYMS


def _soft_roots() -> frozenset[str]:
    return _SOFT


def _opposite_roots() -> tuple[tuple[tuple[frozenset[str], frozenset[str]], tuple[frozenset[str], frozenset[str]]], ...]:
    return _OPPOSED


_SMALL: Final = frozenset("vor nach mit ohne für gegen mehr weniger früher später neu alt".split())


def _side(words: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Roots of a side's words, and those compared as they are written."""
    return _roots([w for w in words if w not in _SMALL]), frozenset(w.lower() for w in words if w in _SMALL)


_SYNONYMS: Final = tuple(_roots(group) for group in lexicon.SYNONYMS)
_SOFT: Final = _roots(sorted(lexicon.NEUTRAL))
_OPPOSED: Final = tuple((_side(one), _side(other)) for one, other in lexicon.opposites())
