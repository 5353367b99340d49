"""Who does what to whom, and what follows from what: statements that consist of the same words in another order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assistant.proof.roots import covered
from assistant.proof.told import Told, Word

_ARTICLE: Final = re.compile(
    r"(?P<article>\b(?:der|die|das|den|dem|des|ein|eine|einen|einem|einer|eines|vom|durch|von|beim|zum|zur|an|bei|gegenüber|für)"
    r"(?: (?:den|dem|der|die|das))?)\s+(?:[a-zäöüß]+(?:e|en|er|es|em)\s+)?$",
    re.IGNORECASE,
)
_PASSIVE: Final = re.compile(
    r"\b(?:wird|werden|wurde[n]?|worden|werde|sei|sind|ist)\b[^;]*\b(?:\w*ge\w{3,}(?:t|en)|(?:be|ver|er|ent)\w{3,}(?:t|en)|\w+iert)\b"
)
_AGENT: Final = re.compile(r"\b(?:vom|von|durch)\b", re.IGNORECASE)
_NOMINATIVE: Final = ("der", "ein")
_OBLIQUE: Final = ("den", "dem", "einen", "einem", "des", "eines", "vom", "beim", "zum", "zur")

_BECAUSE: Final = re.compile(
    r"\b(?:weil|da|denn|wegen|aufgrund|auf Grund|infolge|durch|dank|angesichts|nachdem)\b", re.IGNORECASE
)
_THEREFORE: Final = re.compile(
    r"\b(?:deshalb|daher|deswegen|darum|dadurch|somit|folglich|sodass|so dass|führ(?:t|en|te"
    r"|ten) (?:\w+ ){0,2}?(?:zu|dazu)|bewirk\w+"
    r"|verursach\w+|hat zur Folge|zur Folge)\b",
    re.IGNORECASE,
)
_REASON_GIVEN: Final = re.compile(
    r"\b(?:weil|denn|wegen|aufgrund|auf Grund|infolge|deshalb|daher|deswegen|darum|dadurch|folglich|sodass|so dass"
    r"|um|damit|Grund|Gründe"
    r"|begründe\w*|Begründung|führ(?:t|en|te|ten)|Folge|Ursache|Anlass|verursach\w*|bewirk\w*|da|angesichts|zwecks|Ziel|nachdem)\b",
    re.IGNORECASE,
)
_CLAIMS_REASON: Final = re.compile(
    r"\b(?:weil|denn|wegen|aufgrund|auf Grund|infolge|deshalb|daher|deswegen|darum|folglich|sodass|so dass|Grund"
    r"|Gründe|begründe\w*"
    r"|Begründung|führ(?:t|en|te|ten) (?:\w+ ){0,2}?(?:zu|dazu)|Ursache|verursach\w*)\b|(?:^|, )da\b",
    re.IGNORECASE,
)


def exchanged_roles(told: Told, sources: Sequence[Told]) -> Iterator[str]:
    """Objections to two things that change places around the same verb without anything else that shows it."""
    nouns = [word for word in told.content if word.text[0].isupper()]
    for source in sources:
        places = {word: _place(word, source) for word in nouns}
        found = [word for word in nouns if places[word] is not None]
        for position, first in enumerate(found):
            for second in found[position + 1 :]:
                one, other = places[first], places[second]
                if one is None or other is None or one.span.start <= other.span.start or one == other:
                    continue
                if first.clause != second.clause or one.clause != other.clause:
                    continue
                if not _shares_verb(told, first, source, one):
                    continue
                if bool(_PASSIVE.search(told.text)) != bool(_PASSIVE.search(source.text)):
                    continue
                if _roles(told, first, second) == _roles(source, one, other) is not None:
                    continue
                if _is_between(told, first, second) and _is_between(source, other, one):
                    yield f"„{first.text}“ und „{second.text}“ sind gegenüber der genannten Stelle vertauscht."
                    return


def exchanged_places(told: Told, sources: Sequence[Told]) -> Iterator[str]:
    """Objections to two things of which each stands in the other's place: behind its preposition, or in its clause."""
    named = [word for word in told.words if word.text[0].isupper() and word.content]
    # What is said twice has no one place.
    nouns = [word for word in named if sum(other.root == word.root for other in named) == 1]
    for source in sources:
        there = {word: found for word in nouns if (found := _only_place(word, source)) is not None}
        for position, first in enumerate(nouns):
            for second in nouns[position + 1 :]:
                if first not in there or second not in there or first.root == second.root:
                    continue
                one, other = there[first], there[second]
                if _slots_exchanged(told, first, second, source, one, other) or _company_exchanged(
                    told, first, second, source, one, other
                ):
                    yield f"„{first.text}“ und „{second.text}“ sind gegenüber der genannten Stelle vertauscht."
                    return


def _slots_exchanged(told: Told, first: Word, second: Word, source: Told, one: Word, other: Word) -> bool:
    mine, theirs = (_slot(told, first), _slot(told, second)), (_slot(source, one), _slot(source, other))
    return theirs[0] != theirs[1] and mine == (theirs[1], theirs[0])


_SLOTS: Final = frozenset(
    "von nach zu in an auf aus bei mit durch für gegen über unter vor seit bis ab um ohne zwischen gegenüber dem den "
    "des der die das"
    " ein eine einem einen eines einer".split()
)
_MERGED: Final = {
    "vom": "von",
    "zum": "zu",
    "zur": "zu",
    "im": "in",
    "ins": "in",
    "am": "an",
    "ans": "an",
    "beim": "bei",
}
_PREPOSITIONS: Final = frozenset(
    "von nach zu in an auf aus bei mit durch für gegen über unter vor seit bis ab um ohne".split()
)


def _slot(told: Told, word: Word) -> str:
    """The preposition or article that a noun stands behind; adjectives and parts of its name are passed over."""
    before = re.findall(r"\w+|[^\w\s]", told.text[: word.span.start])
    found = ""
    for token in reversed(before[-5:]):
        lower = _MERGED.get(token.lower(), token.lower())
        if lower in _PREPOSITIONS:
            return str(lower)
        if lower in _SLOTS:
            found = found or lower
            continue
        if found or not token[0].isalpha() or not (token[0].isupper() or re.search(r"(?:e|en|er|es|em)$", token)):
            break
    return found


def _company_exchanged(told: Told, first: Word, second: Word, source: Told, one: Word, other: Word) -> bool:
    """Whether two nouns of different clauses have changed clauses, judged by what else is said in these."""
    if first.clause == second.clause or one.clause == other.clause:
        return False
    pair = {first.root, second.root}

    def company(of: Told, word: Word) -> frozenset[str]:
        return frozenset(w.root for w in of.content if w.clause == word.clause) - pair

    mine = company(told, first), company(told, second)
    theirs = company(source, one), company(source, other)
    kept = _shared(mine[0], theirs[0]) + _shared(mine[1], theirs[1])
    turned = _shared(mine[0], theirs[1]) + _shared(mine[1], theirs[0])
    return turned >= 1 and kept == 0


def _is_between(told: Told, first: Word, second: Word) -> bool:
    """Whether a verb that says something stands between two nouns, so that they stand on its two sides."""
    between = [w for w in told.words if first.span.end <= w.span.start < second.span.start]
    return any(w.text[0].islower() and (w.content or w.text.lower() in _VERBS) for w in between)


_VERBS: Final = frozenset(
    "hat haben wird werden wurde wurden soll sollen muss müssen kann können ist sind war waren".split()
)


def _roles(told: Told, first: Word, second: Word) -> tuple[str, str] | None:
    """In which case two nouns stand, where both their articles tell."""
    one, other = _case(told, first), _case(told, second)
    return (one, other) if one and other else None


def _case(told: Told, word: Word) -> str:
    match = _ARTICLE.search(told.text[: word.span.start])
    if match is None:
        return ""
    article = match["article"].lower().split()[-1]
    if article in _NOMINATIVE:
        return "subject"
    return "object" if article in _OBLIQUE else ""


def _place(word: Word, source: Told) -> Word | None:
    return next((w for w in source.words if w.root == word.root), None)


def _only_place(word: Word, source: Told) -> Word | None:
    found = [w for w in source.words if w.root == word.root]
    return found[0] if len(found) == 1 else None


def _shares_verb(told: Told, near: Word, source: Told, there: Word) -> bool:
    mine = {w.root for w in told.words if w.clause == near.clause and w.text[0].islower() and w.content}
    theirs = {w.root for w in source.words if w.clause == there.clause and w.text[0].islower() and w.content}
    return bool(mine & theirs)


def turned_cause(told: Told, sources: Sequence[Told]) -> Iterator[str]:
    """Objections to a reason that the source does not give, or gives the other way round."""
    if not _CLAIMS_REASON.search(told.text):
        return
    if not any(_REASON_GIVEN.search(source.text) for source in sources):
        yield "An der genannten Stelle steht nicht, dass das eine aus dem anderen folgt."
        return
    mine = _cause_and_effect(told)
    if mine is None:
        return
    for source in sources:
        theirs = _cause_and_effect(source)
        if theirs is None:
            continue
        straight = _shared(mine[0], theirs[0]) + _shared(mine[1], theirs[1])
        turned = _shared(mine[0], theirs[1]) + _shared(mine[1], theirs[0])
        if turned > straight and turned >= 2:
            yield "Ursache und Folge sind gegenüber der genannten Stelle vertauscht."
            return


def _cause_and_effect(told: Told) -> tuple[frozenset[str], frozenset[str]] | None:
    """The roots of what is the reason, and of what follows from it; ``None`` where no word parts them."""
    if (match := _BECAUSE.search(told.text)) is not None:
        end = _clause_end(told, match.end())
        inside = [w for w in told.content if match.end() <= w.span.start < end]
        outside = [w for w in told.content if not match.end() <= w.span.start < end]
        return frozenset(w.root for w in inside), frozenset(w.root for w in outside)
    if (match := _THEREFORE.search(told.text)) is not None:
        before = [w for w in told.content if w.span.start < match.start()]
        behind = [w for w in told.content if w.span.start >= match.end()]
        if before and behind:
            return frozenset(w.root for w in before), frozenset(w.root for w in behind)
    return None


def _clause_end(told: Told, start: int) -> int:
    comma = re.search(r"[,;.]", told.text[start:])
    return (
        start + comma.start() if comma and len(told.text[start + comma.start() :].strip(" .,;")) > 0 else len(told.text)
    )


def _shared(one: frozenset[str], other: frozenset[str]) -> int:
    return sum(covered(root, other) for root in one)
