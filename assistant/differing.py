"""Whether the documents of an answer name different dates, amounts or numbers as what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Literal

from assistant.answer import Citation
from corpus.amounts import find_amounts
from corpus.analysis import dates, fold


@dataclass(frozen=True, slots=True)
class Told:
    """A short answer as it is written, and all citations that name the same, in their order."""

    words: str
    citations: list[Citation]


def tellings(citations: Sequence[Citation]) -> list[Told]:
    """The short answers of these citations; those that say the same, however written, are one."""
    told: list[Told] = []
    for citation in citations:
        words = short_words(citation)
        if words is None:
            continue
        same = next((one for one in told if says_the_same(one.words, words)), None)
        if same is None:
            told.append(Told(words, [citation]))
        else:
            same.citations.append(citation)
    return told


def differing(citations: Sequence[Citation]) -> list[Told]:
    """What the documents say differently; empty if no two of them do.

    Only dates are compared with dates, and amounts and numbers with each other: two names or wordings may well mean
    the same. A document that names several values (two sessions, two sums) does not contradict one of them.
    """
    everything = tellings(citations)
    kind = next((kind for one in everything if (kind := _kind(one.words))), None)
    told = [one for one in everything if kind and _kind(one.words) == kind]
    named: dict[str, set[int]] = {}
    for number, one in enumerate(told):
        for citation in one.citations:
            named.setdefault(citation.document, set()).add(number)
    return told if any(first.isdisjoint(second) for first, second in combinations(named.values(), 2)) else []


def short_words(citation: Citation) -> str | None:
    """The short answer inside a citation's quote; ``None`` where it has none."""
    if citation.short_start is None or citation.short_end is None:
        return None
    start, end = citation.short_start - citation.char_start, citation.short_end - citation.char_start
    return citation.quote[start:end] if 0 <= start < end <= len(citation.quote) else None


def _kind(words: str) -> Literal["date", "amount"] | None:
    """What a short answer can be compared as."""
    if dates(words):
        return "date"
    return "amount" if _amount(words) else None


def says_the_same(first: str, second: str) -> bool:
    """9.12.2013 and "9. Dezember 2013" are the same, "Dezember 2013" does not contradict it; 12 T€ are 12.000 Euro."""
    days = [[iso for iso, _ in dates(words)] for words in (first, second)]
    if all(days):
        return any(a.startswith(b) or b.startswith(a) for a in days[0] for b in days[1])
    one, other = _amount(first), _amount(second)
    if not any(days) and one is not None and other is not None:
        return one[0] == other[0] and (one[1] == other[1] or None in (one[1], other[1]))
    return " ".join(fold(first).split()) == " ".join(fold(second).split())


def _amount(words: str) -> tuple[Decimal, str | None] | None:
    """The first amount: of "47 von insgesamt 54" it is the 47."""
    amounts = find_amounts(words)
    return amounts[0].base if amounts else None
