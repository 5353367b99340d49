"""What turns a statement round: negation, modality, tense, quantity; whose voice it is, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assistant.decisions import DECIDED
from assistant.proof import lexicon
from assistant.proof.evidence import Evidence
from assistant.proof.objection import Objection
from assistant.proof.told import Told
from assistant.proof.wordings import is_said

_PROPOSING: Final = re.compile(
    r"\b(?:Beschlussvorschlag\w*|Beschlussempfehlung\w*|vorgeschlagen\w*|schl(?:ägt|agen)\b[^.;]*\bvor|Vorschlag\w*|empf(?:iehlt"
    r"|ohlen|ehlen|ehle)|soll(?:en|te|ten)?|möge|vorgesehen)\b"
)
_DECIDES: Final = re.compile(
    rf"{DECIDED.pattern}|\b(?:beschließt|beschloss|beschließen|Beschluss|entscheidet|beauftragte?)\b"
)
_ATTRIBUTED: Final = re.compile(
    r"(?:\b(?:[Ll]aut|[Nn]ach|[Gg]emäß|[Ii]n|[Ii]m)\s+(?:der |dem |den |des |einem |einer )?(?P<kind>Vorlage|Konzeption"
    r"|Anhang \d+|Anlage \d+|Niederschrift|Antrag|Stellungnahme|Kostenaufstellung)\b)"
)


_FIRST_PERSON: Final = re.compile(
    r"\b(?:wir|ich|uns|unser(?:e[nmrs]?)?|mir|mich|meine?[nmrs]?|Ihnen)\b|^(?:Wir|Ich|Uns|Unser\w*|Mein\w*)\b"
)


def turned_negations(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """A "nicht" put in, or left out."""
    mine = told.negations
    theirs = [scope for one in cited for scope in one.told.negations]
    for scope in mine:
        if not scope:
            continue
        if not any(_overlap(scope, other) for other in theirs):
            yield Objection("negation", "Der Satz verneint, was die genannte Stelle nicht verneint.")
    own = told.roots
    for scope in theirs:
        met = frozenset(one for one in scope if is_said(one, own))
        if scope and len(met) * 2 > len(scope) and not any(_overlap(met, other) for other in mine):
            yield Objection("negation", "Die genannte Stelle verneint, was der Satz behauptet.")


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(is_said(root_, other) for root_ in one)


def _aligned(told: Told, one: Evidence) -> str:
    """The clauses of the evidence that the sentence tells."""
    own, keys = told.roots, {fact.key for fact in told.facts}
    clauses = []
    for clause in range(one.told.clauses):
        words = [word for word in one.told.words if word.clause == clause and word.content]
        told_facts = [fact for fact in one.told.facts if one.told.clause_at(fact.span.start) == clause]
        met = sum(is_said(word.root, own) for word in words) + sum(fact.key in keys for fact in told_facts)
        if met and met * 2 >= len(words) + len(told_facts):
            clauses.append(one.told.clause_text(clause))
    return " ".join(clauses)


def other_modality(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """What shall, must, may or might be, told as what is; what is to come, as what was."""
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


def other_quantity(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """All for most, always for sometimes."""
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
                if behind is not None and is_said(behind.root, own) and behind.span.start - match.end() < 40:
                    yield Objection("quantity", f"An der genannten Stelle steht „{match.group()}“.")
                    return


def other_source(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """A source that the evidence does not come from ("laut Konzeption")."""
    for match in _ATTRIBUTED.finditer(told.text):
        kinds = {one.kind for one in cited}
        text = " ".join(one.text for one in cited)
        if match["kind"] not in kinds and match.group() not in text:
            yield Objection("attribution", f"Die genannte Stelle steht nicht in „{match['kind']}“.")


def whose_voice(sentence: str) -> Iterator[Objection]:
    """A letter's "wir" would be the assistant's own in its answer; inside quotation marks it is the letter's."""
    spoken = re.sub(r"„[^“]*“", "", sentence)
    if (match := _FIRST_PERSON.search(spoken)) is not None:
        yield Objection("voice", f"Schreibe nicht „{match.group()}“, sondern wer es sagt.")


def no_statement(sentence: str) -> Iterator[Objection]:
    """A question asserts nothing, and what stands behind "Antwort:" is put into somebody's mouth."""
    if sentence.rstrip().endswith("?") or re.match(r"\W*(?:Frage|Antwort|Question|Answer)\s*:", sentence):
        yield Objection("statement", "Schreibe eine Aussage, keine Frage.")


def decided_already(told: Told, cited: Sequence[Evidence]) -> Iterator[Objection]:
    """A proposal told as a decision."""
    if any(one.proposed for one in cited) and _DECIDES.search(told.text) and not _PROPOSING.search(told.text):
        yield Objection("proposal", "Die genannte Stelle ist ein Vorschlag und noch kein Beschluss.")
