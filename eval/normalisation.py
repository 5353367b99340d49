"""The canonical form of answers: dates, numbers and amounts compare equal however they are written."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_MONTHS = {
    name: number
    for number, names in enumerate(
        "januar jänner jan|februar feber feb|märz mär mrz|april apr|mai|juni jun|juli jul|august aug|"
        "september sept sep|oktober okt|november nov|dezember dez".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_FACTORS = {"t": 10**3, "mio": 10**6, "million": 10**6, "mrd": 10**9, "milliard": 10**9}
"""What a word that begins so multiplies the number before it by (Tsd., Tausend, T€, Mio., Milliarden)."""

_NUMBER = r"(?<!\d)(?<!\d[.,])(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?!\d)(?![.,]\d)"
_SCALE = (
    r"(?:\s?(?P<scale>(?:(?:tsd|mio|mrd)\.?|tausend|millionen|million|milliarden|milliarde)(?!\w)"
    r"|t(?=€|euro?(?!\w))))?"
)
_UNIT = r"(?:\s?(?P<unit>€|%|(?:euro|eur|prozent)(?!\w)))?"
_AMOUNT = re.compile(rf"(?:(?P<before>€|(?<!\w)(?:euro|eur))\s?)?{_NUMBER}(?:,-{{1,2}})?{_SCALE}{_UNIT}")
_DATE = re.compile(
    r"(?<![\d.])(?P<day>\d{1,2})\."
    r"(?:\s?(?P<month>\d{1,2})\.\s?(?P<year>(?:19|20)\d\d)|(?P<month2>\d{1,2})\.(?P<year2>\d\d))(?!\d)"
    r"|(?<!\d)(?P<iso_year>(?:19|20)\d\d)-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)(?!\d)"
    rf"|(?:(?<!\d)(?P<named_day>\d{{1,2}})\.?\s?)?(?<!\w)(?P<name>{_MONTH})(?!\w)\.?"
    r"(?:\s(?P<named_year>(?:19|20)\d\d)(?!\d))?"
)
_STARTS_WITH_DATE = re.compile(r"(?:\d\d\.){0,2}(?:19|20)\d\d(?!\d)")
_ENDS_WITH_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d$")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]")
_THIN_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")


def normalise(text: str) -> str:
    """The canonical form in which answers are compared: SQuAD's idea (Rajpurkar et al. 2016) with rules for German.

    NFC, casefold, one kind of dash, whitespace collapsed. Dates become ``17.03.2014`` (or ``03.2014``, ``17.03.``),
    numbers lose their thousands separators and trailing zeros (``1.234,50`` is ``1234,5``), amounts and percentages get
    one unit (``1,2 Mio. Euro`` is ``1200000 €``). German keeps its articles: they tell apart more than they blur.
    """
    return _AMOUNT.sub(_amount, _DATE.sub(_date, _plain(text)))


def occurs(expected: str, text: str) -> bool:
    """Whether ``expected`` stands in ``text`` as whole words.

    With digits, both are compared in canonical form: a number must be the whole number, while a year, or a month with
    its year, may be the end of a date. Without digits ("März"), the words are compared as they are written.
    """
    form = normalise if any(character.isdigit() for character in expected) else _plain
    wanted = form(expected)
    left = r"(?<!\w)" if wanted[:1].isalnum() else ""
    if wanted[:1].isdigit() and not _STARTS_WITH_DATE.match(wanted):
        left += r"(?<!\d[.,])"
    right = r"(?!\w)" if wanted[-1:].isalnum() else ""
    if wanted[-1:].isdigit() and not _ENDS_WITH_YEAR.search(wanted):
        right += r"(?![.,]\d)"
    return bool(wanted) and re.search(f"{left}{re.escape(wanted)}{right}", form(text)) is not None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    text = _DASHES.sub("-", _INVISIBLE.sub("", _THIN_THOUSANDS.sub(".", text)))
    return " ".join(text.split())


def _date(found: re.Match[str]) -> str:
    """The canonical form of a date, or the match itself if there is no such day."""
    part = found.groupdict()
    day = part["day"] or part["iso_day"] or part["named_day"]
    month = part["month"] or part["month2"] or part["iso_month"] or _MONTHS.get(part["name"] or "")
    year = part["year"] or part["iso_year"] or part["named_year"] or (f"20{part['year2']}" if part["year2"] else "")
    possible = 1 <= int(month or 0) <= 12 and (day is None or 1 <= int(day) <= 31)
    if not possible or (day is None and not year):
        return found[0]
    return (f"{int(day):02}." if day else "") + f"{int(month or 0):02}.{year}"


def _amount(found: re.Match[str]) -> str:
    """The canonical form of a number with its unit; a number with leading zeros is a name and stays."""
    digits, scale = found["number"], found["scale"]
    unit = found["unit"] or found["before"]
    sign = "" if unit is None else " %" if unit in {"%", "prozent"} else " €"
    if re.match(r"0\d", digits):
        return found[0]
    factor = next((f for start, f in _FACTORS.items() if scale and scale.startswith(start)), 1)
    value = (Decimal(digits.replace(".", "").replace(",", ".")) * factor).normalize()
    return f"{value:f}".replace(".", ",") + sign
