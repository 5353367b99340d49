"""Passages to learn from: cut to many lengths, with passages that look as if they answered and do not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assistant.reader.encoding import MAX_TOKENS, PassageEncoder
from eval.training.negatives import Neighbours
from eval.training.sources import Labelled, Text
from eval.training.swaps import Swaps

UNKNOWN: Final = -1
_ROOM: Final = MAX_TOKENS - 96
_LENGTHS: Final = ((70, 0.12), (130, 0.26), (180, 0.32), (260, 0.18), (_ROOM, 0.12))
"""Tokens of a passage and how often: mostly as long as those that ingestion makes, some as short as a small section."""
_UNANSWERED: Final = {"omos": 0.3, "headings": 0.0, "tables": 0.0, "papers": 0.0, "written": 0.3, "pawsx": 0.0}
_UNANSWERED_ELSE: Final = 0.7
"""How many unanswerable passages are added for an answerable one, on average. Fewer from pages that answer each other's
questions; a section's neighbours are enough beside a heading."""
_NO_CONTEXT: Final = 0.5
_EXCHANGED: Final = 0.35
"""How many of the unanswerable ones keep the passage and ask about another name or number instead."""
_CARELESS: Final = 0.08
_MISTYPED: Final = 0.08
_NEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Example:
    """One passage for one question; labels are 1, 0 or ``UNKNOWN``.

    ``holding`` and ``belonging`` have one label for each sentence; ``answer`` is (sentence, start, end) in characters
    of that sentence.
    """

    source: str
    question: str
    context: str
    sentences: Sequence[str]
    holding: Sequence[int]
    belonging: Sequence[int]
    answer: tuple[int, int, int] | None
    answerable: int


class ExampleMaker:
    """Makes examples of labelled questions; the same seed makes the same ones."""

    def __init__(self, encoder: PassageEncoder, neighbours: Neighbours, swaps: Swaps, seed: int) -> None:
        self._encoder = encoder
        self._neighbours = neighbours
        self._swaps = swaps
        self._random = random.Random(seed)
        self._lengths: dict[int, list[int]] = {}

    def make(self, labelled: Labelled) -> list[Example]:
        """The passage that answers, and perhaps one that does not."""
        chance = self._random
        examples = []
        wanted = labelled.holding or labelled.belonging or frozenset()
        limit = self._limit()
        if labelled.holding is None and labelled.belonging is None:
            window = self._window(labelled.text, _ROOM, 0)
            if len(window) < len(labelled.text.spans):
                return []
            examples.append(self._alike(labelled.source, labelled.question, labelled.text, window, UNKNOWN))
            if chance.random() < _UNANSWERED_ELSE:
                examples.append(self._unanswered(labelled))
        elif wanted:
            chosen = chance.choice(sorted(wanted))
            window = self._window(labelled.text, limit, chosen)
            examples.append(self._example(labelled, labelled.text, window))
            if chance.random() < _UNANSWERED.get(labelled.source, _UNANSWERED_ELSE):
                examples.append(self._unanswered(labelled))
        else:
            window = self._window(labelled.text, limit, chance.randrange(len(labelled.text.spans)))
            examples.append(self._example(labelled, labelled.text, window))
        return examples

    def _limit(self) -> int:
        lengths, shares = zip(*_LENGTHS, strict=True)
        return int(self._random.choices(lengths, shares)[0])

    def _window(self, text: Text, limit: int, inside: int) -> range:
        """Neighbouring sentences of at most ``limit`` tokens, with the sentence ``inside`` somewhere among them."""
        lengths = self._lengths.get(id(text))
        if lengths is None:
            lengths = self._lengths.setdefault(id(text), self._encoder.lengths(text.sentences))
        first = last = inside
        size = lengths[inside]
        while True:
            before = first > 0 and size + lengths[first - 1] <= limit
            after = last + 1 < len(lengths) and size + lengths[last + 1] <= limit
            if not before and not after:
                return range(first, last + 1)
            if before and (not after or self._random.random() < 0.5):
                first -= 1
                size += lengths[first]
            else:
                last += 1
                size += lengths[last]

    def _example(self, labelled: Labelled, text: Text, window: range) -> Example:
        belonging = labelled.holding if labelled.belonging is None else labelled.belonging
        wanted = [number for number in window if number in (belonging or ())]
        # Where only the sentence with the answer is marked, others may well belong to it.
        alone = labelled.belonging is None
        answer = None
        if labelled.answer is not None and wanted:
            start = text.spans[wanted[0]].start
            answer = (wanted[0] - window.start, labelled.answer.start - start, labelled.answer.end - start)
        return Example(
            source=labelled.source,
            question=self._worded(labelled.question),
            context=self._context(text),
            sentences=self._told(text, window),
            holding=[
                UNKNOWN if labelled.holding is None and number in wanted else int(number in wanted) for number in window
            ],
            belonging=[
                UNKNOWN if alone and wanted and number not in wanted else int(number in wanted) for number in window
            ],
            answer=answer,
            answerable=int(bool(wanted)),
        )

    def _unanswered(self, labelled: Labelled) -> Example:
        """The same passage for a question about something else, or another passage that looks as if it answered."""
        wanted = labelled.holding or labelled.belonging or frozenset(range(len(labelled.text.spans)))
        if self._random.random() < _EXCHANGED:
            window = self._window(labelled.text, self._limit(), self._random.choice(sorted(wanted)))
            told = " ".join(self._told(labelled.text, window))
            other = self._swaps.swapped(labelled.question, told, self._random)
            if other is not None:
                return self._alike(labelled.source, other, labelled.text, window, 0)
        text, window = self._other(labelled, wanted)
        return self._alike(labelled.source, labelled.question, text, window, 0)

    def _other(self, labelled: Labelled, wanted: frozenset[int]) -> tuple[Text, range]:
        """Another passage of the same text where that is long, else one that shares words with the question."""
        chance, limit = self._random, self._limit()
        free = [number for number in range(len(labelled.text.spans)) if number not in wanted]
        if len(free) > _NEAR and chance.random() < 0.5:
            window = _without(self._window(labelled.text, limit, chance.choice(free)), wanted, chance)
            if window is not None:
                return labelled.text, window
        text = self._neighbours.near(labelled, chance)
        return text, self._window(text, limit, chance.randrange(len(text.spans)))

    def _alike(self, source: str, question: str, text: Text, window: range, label: int) -> Example:
        """A passage with one label for all sentences: 0 where none answers, ``UNKNOWN`` where it is not known which."""
        return Example(
            source=source,
            question=self._worded(question),
            context=self._context(text),
            sentences=self._told(text, window),
            holding=[label] * len(window),
            belonging=[label] * len(window),
            answer=None,
            answerable=int(label == UNKNOWN),
        )

    @staticmethod
    def _told(text: Text, window: range) -> list[str]:
        return [text.text[text.spans[number].start : text.spans[number].end] for number in window]

    def _context(self, text: Text) -> str:
        return "" if self._random.random() < _NO_CONTEXT else text.title

    def _worded(self, question: str) -> str:
        """The question, now and then typed carelessly."""
        chance = self._random
        if chance.random() < _CARELESS:
            question = question.lower().rstrip("?")
        if chance.random() < _CARELESS:
            for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
                question = question.replace(umlaut, plain)
        if chance.random() < _MISTYPED and len(question) > 8:
            place = chance.randrange(1, len(question) - 2)
            question = question[:place] + question[place + 1] + question[place] + question[place + 2 :]
        return question


def _without(window: range, wanted: frozenset[int], chance: random.Random) -> range | None:
    """The longest stretch of a window without the sentences that answer."""
    stretches: list[range] = []
    start = window.start
    for stop in [*sorted(number for number in wanted if number in window), window.stop]:
        if stop > start:
            stretches.append(range(start, stop))
        start = stop + 1
    return max(stretches, key=lambda stretch: (len(stretch), chance.random()), default=None)
