"""Finds the short answer inside a quoted sentence, as a span of it: nothing is worded anew."""

from __future__ import annotations

import re

from assistant.question import UnderstoodQuestion
from assistant.reader.entities import AMOUNT, DATE, LAW, PROPORTION, numbers_without_dates
from assistant.reader.features import related
from corpus.analysis import analyse
from corpus.types import Span

_ENUMERATED = re.compile(r"\s*(?:,|und|sowie|bzw\.|oder|bis)\s*(?:am|vom|zum)?\s*")
_OF_A_PAPER = re.compile(r"\bvom\s+(?:\w+,\s+(?:den\s+)?)?$")
_FOLLOWING_WORDS = re.compile(r"(?:\s+[\w/-]+){1,4}")


def short_answer(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """The span of the date, amount, paragraph or number that the question asks for.

    ``None`` if there is none, or several and no telling which: rather no short answer than a wrong one.
    """
    match question.kind:
        case "date":
            return _date(question, sentence)
        case "amount":
            return _only([match.span() for match in AMOUNT.finditer(sentence)])
        case "law":
            return _only([match.span() for match in LAW.finditer(sentence)])
        case "number":
            return _number(question, sentence)
        case _:
            return None


def _only(spans: list[tuple[int, int]]) -> Span | None:
    return Span(*spans[0]) if len(spans) == 1 else None


def _date(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """The date of what happened, not that of a paper which is mentioned.

    "am 9.12. ist er einem Antrag vom 5.12. gefolgt": a date after "vom" belongs to the noun before it. If the question
    speaks of words between that noun and its date, it may ask for either.
    """
    spans = _joined([match.span() for match in DATE.finditer(sentence)], sentence)
    if len(spans) <= 1:
        return _only(spans)
    events = [span for span in spans if not _OF_A_PAPER.search(sentence[: span[0]])]
    for number, (start, _) in enumerate(spans):
        before = sentence[spans[number - 1][1] if number else 0 : start]
        if _OF_A_PAPER.search(before) and _shares_a_word(question, before):
            return None
    return _only(events)


def _number(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """A number counts what follows it, so the one followed by a word of the question is meant.

    "Wie viele Kreise" is answered by "47 von insgesamt 54 Kreisen"; a number that counts something else is no answer.
    """
    proportions = [match.span() for match in PROPORTION.finditer(sentence)]
    singles = [
        match.span()
        for match in numbers_without_dates(sentence)
        if not any(start <= match.start() < end for start, end in proportions)
    ]
    counted = [
        span
        for span in (*proportions, *singles)
        if (after := _FOLLOWING_WORDS.match(sentence[span[1] :])) and _shares_a_word(question, after.group())
    ]
    return Span(*counted[0]) if counted else None


def _shares_a_word(question: UnderstoodQuestion, text: str) -> bool:
    return any(related(term, other) > 0 for term in question.terms for other in analyse(text))


def _joined(spans: list[tuple[int, int]], sentence: str) -> list[tuple[int, int]]:
    """Dates that are enumerated belong together: "22.10.2012, 19.11.2012 und 11.03.2013"."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and _ENUMERATED.fullmatch(sentence[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
