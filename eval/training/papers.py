"""Paragraphs as council papers have them, invented at random, with questions that they answer or only seem to answer.

A paper says a few things about one undertaking and, as real ones do, some about another. It is asked about something
that it says, about something that it does not say, or about something that it says of the other undertaking only.
Nothing is taken from a real file or from the example documents.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.types import Span
from eval.training.facts import FACTS, FILLERS, Fact, Undertaking, drawn_undertaking, drawn_words
from eval.training.sources import Labelled, Text, joined_text

_SLOT: Final = re.compile(r"\{(\w+)\}")
_SAID: Final = (3, 7)
_SAID_OF_OTHER: Final = (0, 3)
_FILLERS: Final = (1, 3)
_ABSENT: Final = 0.25
_OF_OTHER: Final = 0.15


@dataclass(frozen=True, slots=True)
class _Told:
    """What a paper says: the slots' words, its sentences, and where in which of them each slot was filled."""

    fact: Fact
    words: dict[str, str]
    sentences: list[str]
    places: dict[str, tuple[int, Span]]


def invented_papers(count: int, seed: int) -> Iterator[Labelled]:
    """``count`` questions, each about a paper of its own; the same seed gives the same ones."""
    chance = random.Random(f"papers {seed}")
    for number in range(count):
        yield _question(number, chance)


def _question(number: int, chance: random.Random) -> Labelled:
    mine = drawn_undertaking(chance)
    other = drawn_undertaking(chance)
    while other.nominative == mine.nominative:
        other = drawn_undertaking(chance)
    said = [_told(fact, mine, chance) for fact in chance.sample(FACTS, chance.randint(*_SAID))]
    named = [fact for fact in FACTS if fact.named]
    of_other = [_told(fact, other, chance) for fact in chance.sample(named, chance.randint(*_SAID_OF_OTHER))]
    fillers = [[filler] for filler in chance.sample(FILLERS, chance.randint(*_FILLERS))]
    blocks: list[_Told | list[str]] = [*said, *of_other, *fillers]
    chance.shuffle(blocks)
    sentences: list[str] = []
    first: dict[int, int] = {}
    for block in blocks:
        first[id(block)] = len(sentences)
        sentences += block.sentences if isinstance(block, _Told) else block
    text = joined_text(f"paper {number}", _capitalised(mine.nominative), sentences)

    drawn = chance.random()
    facts, facts_of_other = [told.fact for told in said], [told.fact for told in of_other]
    elsewhere = [fact for fact in facts_of_other if fact not in facts]
    if drawn < _OF_OTHER and elsewhere:
        return _nothing(chance.choice(elsewhere).asked(named=True), mine, text, chance)
    if drawn < _OF_OTHER + _ABSENT:
        unsaid = [fact for fact in FACTS if fact not in facts and fact not in facts_of_other]
        return _nothing(chance.choice(unsaid).questions, mine, text, chance)
    told = chance.choice(said)
    # Said of both, only the name tells which is meant.
    question, slot = chance.choice(told.fact.asked(named=told.fact in facts_of_other))
    asked = _filled(question, told.words)
    start = first[id(told)]
    if slot is None:
        belonging = frozenset(range(start, start + len(told.sentences)))
        holding = belonging if len(belonging) == 1 else None
        return Labelled("papers", asked, text, holding, belonging, None)
    within, place = told.places[slot]
    begin = text.spans[start + within].start
    answer = Span(begin + place.start, begin + place.end)
    only = frozenset({start + within})
    return Labelled("papers", asked, text, only, only, answer)


def _nothing(
    questions: Sequence[tuple[str, str | None]], of: Undertaking, text: Text, chance: random.Random
) -> Labelled:
    question, _ = chance.choice(questions)
    asked = _filled(question, drawn_words(chance) | of.cases)
    return Labelled("papers", asked, text, frozenset(), frozenset(), None)


def _told(fact: Fact, of: Undertaking, chance: random.Random) -> _Told:
    words = drawn_words(chance) | of.cases
    sentences: list[str] = []
    places: dict[str, tuple[int, Span]] = {}
    for number, template in enumerate(chance.choice(fact.wordings)):
        sentence = ""
        last = 0
        for match in _SLOT.finditer(template):
            sentence += template[last : match.start()]
            value = words[match.group(1)]
            places.setdefault(match.group(1), (number, Span(len(sentence), len(sentence) + len(value))))
            sentence += value
            last = match.end()
        sentences.append(_capitalised(sentence + template[last:]))
    return _Told(fact, words, sentences, places)


def _filled(template: str, words: dict[str, str]) -> str:
    return _capitalised(_SLOT.sub(lambda match: words[match.group(1)], template))


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
