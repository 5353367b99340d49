"""Finds where a document points to another one of its Akte: "siehe Anhang 4", "Anlagen 2 und 3", "Vorlage 123/2014"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.types import Reference, Span

_NUMBERED = re.compile(
    r"\b(?P<noun>Anhang|Anhangs|Anhänge|Anhängen|Anlage|Anlagen)\s+(?:Nr\.\s*)?(?P<first>\d{1,2}|[A-Z])\b"
    r"(?P<more>(?:\s?(?:,|und|sowie|oder|bis|[-–])\s?(?:\d{1,2}|[A-Z])\b){0,8})"
)
_MORE = re.compile(r"(?P<joint>,|und|sowie|oder|bis|[-–])\s?(?P<number>\d{1,2}|[A-Z])\b")
_ENCLOSED = re.compile(r"\b(?:beigefügt|anliegend|beiliegend)e[nrsm]?\s+(?P<noun>[A-ZÄÖÜ][\wäöüß-]{3,40})")
_PAPER = re.compile(
    r"\b(?P<noun>Vorlage|Drucksache|Beschlussvorlage|Mitteilungsvorlage)\s+(?:Nr\.\s*)?"
    r"(?P<number>(?:[A-Z]{1,3}[ -])?\d{1,5}(?:[/-][\dA-Z]{1,6}){1,3})"
)
_SINGULAR = {"Anhangs": "Anhang", "Anhänge": "Anhang", "Anhängen": "Anhang", "Anlagen": "Anlage"}


def find_references(text: str) -> list[Reference]:
    """All pointers in ``text``, in its order; whether such a document exists is for the store to say.

    Of "Anhänge 4 und 5", the first reference is "Anhänge 4" and the second "5"; "Anlagen 2 bis 4" names three, of which
    the middle one stands with the last.
    """
    found = [*_numbered(text), *_enclosed(text), *_papers(text)]
    return sorted(found, key=lambda reference: reference.span.start)


def _numbered(text: str) -> Iterator[Reference]:
    for match in _NUMBERED.finditer(text):
        noun = _SINGULAR.get(match.group("noun"), match.group("noun"))
        last = match.group("first")
        yield Reference(Span(match.start(), match.end("first")), f"{noun} {last}")
        for more in _MORE.finditer(text, match.start("more"), match.end("more")):
            number = more.group("number")
            if more.group("joint") in ("bis", "-", "–") and last.isdecimal() and number.isdecimal():
                # Each pointer has a place of its own: those between the two ends share out the word that spans them.
                for offset, between in enumerate(range(int(last) + 1, int(number))):
                    if more.start() + offset + 1 <= more.start("number"):
                        yield Reference(Span(more.start() + offset, more.start() + offset + 1), f"{noun} {between}")
            yield Reference(Span(more.start("number"), more.end("number")), f"{noun} {number}")
            last = number


def _enclosed(text: str) -> Iterator[Reference]:
    """What is enclosed: "der beigefügten Konzeption" points to the Akte's Konzeption, if it has one."""
    for match in _ENCLOSED.finditer(text):
        if match.group("noun") not in ("Anhang", "Anhänge", "Anhängen", "Anlage", "Anlagen"):
            yield Reference(Span(match.start("noun"), match.end("noun")), match.group("noun"))


def _papers(text: str) -> Iterator[Reference]:
    for match in _PAPER.finditer(text):
        yield Reference(Span(match.start(), match.end()), f"{match.group('noun')} {match.group('number')}")
