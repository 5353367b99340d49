"""Complete sentences out of a text that is still being written, each with the markers that it ends with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from corpus.sentences import split_sentences

_MARKERS: Final = re.compile(r"\[\s*(\d{1,4}(?:\s*[,;/]\s*\d{1,4})*)\s*\]")
_BEHIND_STOP: Final = re.compile(r"([.!?:][⁰¹²³⁴-⁹]*)\s*((?:\[\s*\d{1,4}(?:\s*[,;/]\s*\d{1,4})*\s*\][ \t]*)+)\.?")
"""Markers behind the full stop, where they would open the next sentence."""
_DECORATION: Final = re.compile(r"^\s*(?:[-*•–]|#+|\d{1,2}[.)](?=\s))\s+|\*\*|__|`+", re.MULTILINE)
_LONGEST: Final = 700
"""Characters after which an unfinished sentence is none any more."""


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """``text`` is without markers; ``markers`` are the numbers as they were written, whether or not they exist."""

    text: str
    markers: tuple[int, ...]


class SentenceStream:
    """Takes pieces of text as they come and gives sentences as soon as they are complete."""

    def __init__(self) -> None:
        self._waiting = ""

    def feed(self, piece: str) -> Iterator[WrittenSentence]:
        """The sentences that are complete with this piece: a sentence is, once the next has begun."""
        self._waiting += piece
        while "\n" in self._waiting:
            line, _, self._waiting = self._waiting.partition("\n")
            # A marker may stand on the line below its sentence.
            if not self._waiting.strip() and not line.strip():
                continue
            yield from _sentences(line)
        ready = _tidied(self._waiting)
        spans = split_sentences(ready)
        if len(spans) > 1 and any(character.isalpha() for character in ready[spans[-1].start :]):
            last = spans[-1].start
            yield from _sentences(ready[:last])
            self._waiting = ready[last:]
        if len(self._waiting) > _LONGEST:
            yield from self.rest()

    def rest(self) -> Iterator[WrittenSentence]:
        """What is left when nothing more comes."""
        waiting, self._waiting = self._waiting, ""
        yield from _sentences(waiting)


def _sentences(text: str) -> Iterator[WrittenSentence]:
    tidied = _tidied(text)
    for span in split_sentences(tidied):
        told = tidied[span.start : span.end]
        markers = [int(n) for group in _MARKERS.findall(told) for n in re.findall(r"\d+", group)]
        words = re.sub(r"(?<!\s)\s+([.!?,;])", r"\1", _MARKERS.sub("", told)).strip()
        words = " ".join(words.split())
        if any(character.isalnum() for character in words):
            yield WrittenSentence(words, tuple(dict.fromkeys(markers)))


def _tidied(text: str) -> str:
    """Markers before the full stop, and without the marks of Markdown."""
    plain = _DECORATION.sub("", text)
    return _BEHIND_STOP.sub(lambda match: f" {match[2].strip()}{match[1]} ", plain)
