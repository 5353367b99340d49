"""Clause against clause: where a sentence tells a clause of its source nearly word for word, what it changed counts.

The other checks look at a sentence as a whole, which is right for free wording. Close wording hides small changes: a
number or a noun from the clause next door, "wurde" for "wird", a "nicht" beside another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.proof import lexicon
from assistant.proof.evidence import Evidence
from assistant.proof.facts import Fact
from assistant.proof.roots import covered
from assistant.proof.told import Told, Word

_ALIKE: Final = 0.6
"""Share of a clause's content that stands in the clause it is compared with."""
_CLOSE: Final = 0.7
_NEAR: Final = 2
"""Clauses between a condition and what holds under it: "Wenn der Rat zustimmt und das Land fördert, wird gebaut"."""
_TENSES: Final[dict[str, re.Pattern[str]]] = {
    "past": re.compile(r"\b(?:wurden?|war(?:en)?|hatten?|worden|gewesen|hat|haben|habe)\b"),
    "present": re.compile(r"\b(?:wird|werden|werde)\b(?!\s+worden)"),
}
_MODALS: Final = re.compile(
    r"\b(?:soll|sollen|sollte|sollten|kann|können|könnte|könnten|muss|müssen|darf|dürfen|würde|würden|will|wollen)\b"
)
_BOUNDS: Final = re.compile(
    r"\b(?:mindestens|höchstens|maximal|wenigstens|bis zu|mehr als|weniger als)\b", re.IGNORECASE
)
_CONDITION: Final = re.compile(
    r"\b(?:wenn|falls|sofern|soweit|sobald|solange|vorbehaltlich|unter der (?:Voraussetzung|Bedingung)|nur mit"
    r"|erst nach)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Clause:
    """One clause with what it is made of."""

    text: str
    words: Sequence[Word]
    facts: Sequence[Fact]
    negations: Sequence[frozenset[str]]

    @property
    def roots(self) -> frozenset[str]:
        return frozenset(word.root for word in self.words)


def differing_clauses(told: Told, cited: Sequence[Evidence]) -> Iterator[str]:
    """Objections to what a closely told clause changes."""
    sources = [(one, _clauses_of(one.told)) for one in cited]
    # How a proposal is to be told is checked elsewhere: there "beschließt" becomes "soll beschließen".
    proposed = {id(clause) for one, clauses in sources if one.proposed for clause in clauses}
    for mine in _clauses_of(told):
        found = _alike(mine, [clause for _, clauses in sources for clause in clauses])
        if found is not None:
            theirs, share = found
            yield from _changed(mine, theirs, share, modal=id(theirs) not in proposed)
    yield from _dropped_conditions(told, sources)


def _clauses_of(told: Told) -> list[_Clause]:
    found = []
    for number in range(told.clauses):
        words = [word for word in told.words if word.clause == number]
        content = [word for word in words if word.content]
        facts = [fact for fact in told.facts if told.clause_at(fact.span.start) == number]
        text = told.clause_text(number)
        if content or facts:
            found.append(_Clause(text, content, facts, Told.of(text).negations))
    return found


def _alike(mine: _Clause, others: Sequence[_Clause]) -> tuple[_Clause, float] | None:
    """The clause that has most of this one's content, if it has enough."""
    if len(mine.words) < 2:
        return None
    best, most = None, 0.0
    for other in others:
        roots = other.roots
        share = sum(covered(word.root, roots) for word in mine.words) / len(mine.words)
        keys = {fact.key for fact in other.facts}
        share += 0.05 * sum(fact.key in keys for fact in mine.facts)
        if share > most:
            best, most = other, share
    return (best, most) if best is not None and most >= _ALIKE else None


def _changed(mine: _Clause, theirs: _Clause, share: float, *, modal: bool) -> Iterator[str]:
    whole = sum(covered(word.root, mine.roots) for word in theirs.words) >= _ALIKE * len(theirs.words)
    own = sum(not scope or not scope.isdisjoint(theirs.roots) for scope in mine.negations)
    there = sum(not scope or not scope.isdisjoint(mine.roots) for scope in theirs.negations)
    if own != there:
        yield "Der Satz verneint etwas anderes als die genannte Stelle."
    tense, other_tense = _named(_TENSES, mine.text), _named(_TENSES, theirs.text)
    if modal and not _MODALS.search(mine.text) and tense and other_tense and tense.isdisjoint(other_tense):
        yield "Die genannte Stelle spricht von einer anderen Zeit."
    if whole:
        if (
            modal
            and bool(_MODALS.search(mine.text)) != bool(_MODALS.search(theirs.text))
            and not _same_modality(mine, theirs)
        ):
            yield "An der genannten Stelle steht das nicht so bestimmt oder nicht so unbestimmt."
        for name in lexicon.NEEDED | {"alle"}:
            pattern = lexicon.QUANTITY[name]
            if bool(pattern.search(mine.text)) != bool(pattern.search(theirs.text)):
                yield "Die genannte Stelle sagt das von mehr oder von weniger."
                break
        if {m.lower() for m in _BOUNDS.findall(mine.text)} != {m.lower() for m in _BOUNDS.findall(theirs.text)}:
            yield "Bei einer Zahl steht an der genannten Stelle etwas anderes davor."
    if share >= _CLOSE:
        strange = [f for f in mine.facts if f.key not in {o.key for o in theirs.facts}]
        missing = [f for f in theirs.facts if f.key not in {o.key for o in mine.facts}]
        for fact in strange:
            if any(other.kind == fact.kind and other.unit == fact.unit for other in missing):
                yield f"„{fact.text}“ steht dort bei etwas anderem."
        nouns = [w for w in mine.words if w.text[0].isupper() and not covered(w.root, theirs.roots)]
        left = [w for w in theirs.words if w.text[0].isupper() and not covered(w.root, mine.roots)]
        if len(nouns) == 1 and left and len(mine.words) >= 3:
            yield f"„{nouns[0].text}“ steht dort bei etwas anderem."


def _named(patterns: dict[str, re.Pattern[str]], text: str) -> set[str]:
    return {name for name, pattern in patterns.items() if pattern.search(text)}


def _same_modality(mine: _Clause, theirs: _Clause) -> bool:
    one = {name for name, pattern in lexicon.MODALITY.items() if pattern.search(mine.text)}
    other = {name for name, pattern in lexicon.MODALITY.items() if pattern.search(theirs.text)}
    return not one.isdisjoint(other)


def _dropped_conditions(told: Told, sources: Sequence[tuple[Evidence, Sequence[_Clause]]]) -> Iterator[str]:
    """What holds only under a condition must be told with it."""
    own = told.roots
    for _, clauses in sources:
        for position, clause in enumerate(clauses):
            if not _CONDITION.search(clause.text):
                continue
            near = range(max(0, position - _NEAR), min(len(clauses), position + _NEAR + 1))
            beside = [clauses[place] for place in near if not _CONDITION.search(clauses[place].text)]
            if any(_is_told(other, own) for other in beside) and not _is_told(clause, own):
                yield "An der genannten Stelle steht eine Bedingung dabei."
                return


def _is_told(clause: _Clause, roots: frozenset[str]) -> bool:
    return bool(clause.words) and sum(covered(w.root, roots) for w in clause.words) >= _ALIKE * len(clause.words)
