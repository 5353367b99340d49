"""Finds the whole list that a sentence belongs to or introduces: who asks for reasons wants all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from corpus.store import Store
from corpus.types import Sentence

_MARK: Final = re.compile(
    r"\s*(?:(?P<point>\d{1,2})[.)]{1,2}|\((?P<bracket>\d{1,2})\)|(?P<letter>[a-z])\)|(?P<sign>[•▪●○◦‣·–*☐☒-]))\s"
)
_FEWEST: Final = 2
_MOST: Final = 10
"""Points of a list that are quoted; a longer one is looked up on its page."""


def list_around(store: Store, document: str, index: int) -> list[Sentence]:
    """The points of the list in which the sentence ``index`` stands or that it introduces with a colon, in order.

    Of a point that goes on for several sentences it is the first one. Empty where there is no list, or one that is too
    long to be quoted.
    """
    sentences = store.sentences(document)
    texts = {sentence.index: store.excerpt(document, sentence.span) for sentence in _near(sentences, index)}
    start = index
    if texts[index].rstrip().endswith(":") and _style(texts[index]) is None:
        start += 1
    run = _run(sentences, texts, start)
    points = _points(run, texts, start)
    return points if _FEWEST <= len(points) <= _MOST else []


def _near(sentences: Sequence[Sentence], index: int) -> Sequence[Sentence]:
    """The sentences of the same section, as far as a list may reach."""
    reach = 4 * _MOST
    section = sentences[index].section
    return [s for s in sentences[max(0, index - reach) : index + reach] if s.section == section]


def _run(sentences: Sequence[Sentence], texts: dict[int, str], start: int) -> list[Sentence]:
    """The neighbours of a sentence that are items or carry a mark, itself included; empty if it is none."""

    def listed(index: int) -> bool:
        return index in texts and (sentences[index].kind == "item" or _style(texts[index]) is not None)

    if not listed(start):
        return []
    first = last = start
    while listed(first - 1):
        first -= 1
    while listed(last + 1):
        last += 1
    return list(sentences[first : last + 1])


def _points(run: Sequence[Sentence], texts: dict[int, str], start: int) -> list[Sentence]:
    """The sentences with which the points of the list begin; where two lists follow each other, those of one."""
    marked = [(sentence, style) for sentence in run if (style := _style(texts[sentence.index])) is not None]
    if not marked:
        return list(run)
    lists: list[list[Sentence]] = []
    last: tuple[str, int] | None = None
    for sentence, (kind, number) in marked:
        continued = last is not None and last[0] == kind and (kind == "sign" or number == last[1] + 1)
        if not continued:
            lists.append([])
        lists[-1].append(sentence)
        last = kind, number
    return next((points for points in reversed(lists) if points[0].index <= start), [])


def _style(text: str) -> tuple[str, int] | None:
    """The kind of mark at the beginning of a point, and its number."""
    match = _MARK.match(text)
    if match is None:
        return None
    kind = str(match.lastgroup)
    told = match[kind]
    if kind == "sign":
        return kind, 0
    return kind, ord(told) - ord("a") + 1 if kind == "letter" else int(told)
