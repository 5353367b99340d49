"""Dates as people read them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_NUMERIC: Final = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?!\d|\.\d)")
_OUTLINE: Final = re.compile(r"(?:Abschnitt|Kapitel|Nummer|Nr\.|Ziffer|Ziff\.|Punkt|TOP|Version)\s*$", re.IGNORECASE)
_OUTLINE_LENGTH: Final = 24
"""Characters that such a word and the blanks behind it take at most: looking back further would take time for each
date of a long text."""
_MONTHS: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
# The convention of POSIX strptime for years of two digits: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068.
_FIRST_YEAR_OF_1900S: Final = 69


def german_date(iso: str) -> str:
    """An ISO 8601 date such as 2014-03-17 in German form, 17.03.2014; raises ``ValueError`` for anything else."""
    return date.fromisoformat(iso).strftime("%d.%m.%Y")


def german_day(iso: str) -> str:
    """A date, or a month such as 2014-03, in German form: 17.03.2014, März 2014."""
    if len(iso) == len("2014-03"):
        first = date.fromisoformat(f"{iso}-01")
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return german_date(iso)


def full_year(text: str) -> int:
    """The year that two or four digits stand for."""
    year = int(text)
    if len(text) > len("14"):
        return year
    return year + (2000 if year < _FIRST_YEAR_OF_1900S else 1900)


def is_outline_number(text: str, start: int) -> bool:
    """Whether the figures at ``start`` are no date, because "Abschnitt" or the like stands before them: 4.2.10."""
    return _OUTLINE.search(text, max(0, start - _OUTLINE_LENGTH), start) is not None


def with_full_dates(text: str) -> str:
    """Dates in figures as documents mostly write them: 9.12.13 as 09.12.2013; what is no date stays."""

    def full(match: re.Match[str]) -> str:
        if is_outline_number(text, match.start()):
            return match.group()
        try:
            return date(full_year(match[3]), int(match[2]), int(match[1])).strftime("%d.%m.%Y")
        except ValueError:
            return match.group()

    return _NUMERIC.sub(full, text)
