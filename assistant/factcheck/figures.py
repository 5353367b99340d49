"""What a draft's own figures contradict without any document: weekdays, sums and percentages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from assistant.proof.facts import Fact, facts
from corpus.amounts import find_amounts
from corpus.analysis import dates
from corpus.types import Span

_DAYS: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_WEEKDAY: Final = re.compile(rf"\b(?P<day>{'|'.join(_DAYS)})s?\b,?\s*(?:(?:dem|den|der|am|,)\s*)*$")
_SUM: Final = re.compile(
    r"\b(?:zusammen|insgesamt|in Summe|summiert|macht|ergibt|ergeben|addiert|unterm Strich|alles in allem)\b",
    re.IGNORECASE,
)
_COUNTED_OUT: Final = re.compile(r"\b(?:von|aus|statt|abzüglich|minus)\s+(?:\w+\s+)?$", re.IGNORECASE)
_LOOK_BACK: Final = 60
"""Characters before a figure in which the words stand that belong to it; more would take time for each figure."""
_OF: Final = re.compile(
    r"(?<![\d.])(?P<part>\d[\d.]*)\s+(?:von|der|aus)\s+(?:(?:insgesamt|den|allen|rund)\s+)*(?P<whole>\d[\d.]*)\b"
)
_ABOUT_POINTS: Final = Decimal("0.6")
"""Percentage points that a rounded share may be off."""


@dataclass(frozen=True, slots=True)
class Miscount:
    """``span`` of the text is wrong by itself; ``right`` is what it should say."""

    span: Span
    right: str


def miscounts(sentence: str) -> list[Miscount]:
    """Everything in a sentence that does not agree with itself."""
    return [*_weekdays(sentence), *_sums(sentence), *_shares(sentence)]


def _weekdays(text: str) -> Iterator[Miscount]:
    for iso, span in dates(text):
        before = _WEEKDAY.search(text, max(0, span.start - _LOOK_BACK), span.start)
        if before is None or len(iso) < len("2014-03-17"):
            continue
        right = _DAYS[date.fromisoformat(iso).weekday()]
        if before["day"] != right:
            yield Miscount(Span(*before.span("day")), right)


def _sums(text: str) -> Iterator[Miscount]:
    """The last of at least three amounts, if it is told to be the sum of those before it."""
    amounts = [(amount, *amount.base) for amount in find_amounts(text)]
    total_of, units = Decimal(0), set[str]()
    for place, (total, value, unit) in enumerate(amounts):
        if place >= 2 and unit is not None and unit != "%":
            last = amounts[place - 1][0].span.end
            # "50.000 und 20.000 Euro": a figure may leave its unit to the next.
            summed = _SUM.search(text, last, total.span.start) and units <= {unit}
            if summed and total_of != value and _is_plain(text, amounts[0][0].span.start):
                yield Miscount(total.span, german_number(total_of, text[total.span.start : total.span.end]))
        total_of += value
        units |= {unit} if unit is not None else set()


def _is_plain(text: str, start: int) -> bool:
    """Whether a row of amounts is counted up, and not "von 300 Euro entfallen …"."""
    return _COUNTED_OUT.search(text, max(0, start - _LOOK_BACK), start) is None


def _shares(text: str) -> Iterator[Miscount]:
    """A share that is told beside its parts: "47 von 54 …, das sind 90 Prozent"."""
    share = _OF.search(text)
    if share is None:
        return
    whole = Decimal(share["whole"].replace(".", "") or 0)
    part = Decimal(share["part"].replace(".", "") or 0)
    if not whole or part > whole:
        return
    real = part * 100 / whole
    for fact in facts(text[share.end() :]):
        if fact.unit != "%" or fact.value is None:
            continue
        if not re.search(
            r"\b(?:das (?:sind|ist|entspricht|macht)|also|mithin|somit)\b",
            text[share.end() : share.end() + fact.span.start],
        ):
            continue
        if not _holds(fact, real):
            span = Span(share.end() + fact.span.start, share.end() + fact.span.end)
            yield Miscount(span, f"{german_number(real.quantize(Decimal('0.1')))} %")
        return


def _holds(fact: Fact, real: Decimal) -> bool:
    value = fact.value or Decimal(0)
    match fact.bound:
        case "more":
            return real > value
        case "less":
            return real < value
        case "at_least":
            return real >= value
        case "at_most":
            return real <= value
        case "about":
            return abs(real - value) <= Decimal(3)
    return abs(real - value) <= _ABOUT_POINTS


def german_number(value: Decimal, like: str = "") -> str:
    """A number as Germans write it; with the unit of ``like``."""
    told = f"{value.normalize():,f}" if value == value.to_integral_value() else f"{value:,.2f}".rstrip("0")
    told = told.replace(",", "\0").replace(".", ",").replace("\0", ".")
    unit = re.search(r"(?<!\s)\s*(?:Euro|€|EUR|Stellen|%|Prozent)\s*$", like)
    return told + (unit.group() if unit else "")


def sentence_part(found: Sequence[Miscount], part: Span) -> list[Miscount]:
    """Those that stand in a part of the sentence, with places in it."""
    return [
        Miscount(Span(one.span.start - part.start, one.span.end - part.start), one.right)
        for one in found
        if part.contains(one.span)
    ]
