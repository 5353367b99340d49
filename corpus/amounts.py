"""Amounts in German notation: what "1.234,56 €", "38,5 v. H." or "12 TEUR" say as numbers.

Numbers that only name something are no amounts: dates and times, paragraphs of laws, pages and other references,
telephone and file numbers ("123/2014"), bank accounts, ordinals and enumerations ("12. Sitzung", "2) Kosten"), and
whatever begins with a zero that is no "0,5". A plain integer is an amount without a unit; whether "2014" is a year or
"47" a count is for the caller to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, cast

from corpus.types import Span

Unit = Literal[
    "€", "T€", "Mio. €", "Mrd. €", "DM", "TDM", "Mio. DM", "Mrd. DM", "Tsd.", "Mio.", "Mrd.", "%", "‰", "%-Punkte"
]
"""A unit in its one normalised spelling: "EUR" and "Euro" are "€", "v. H." is "%", "Tsd. Euro" is "T€"."""

BaseUnit = Literal["€", "DM", "%", "‰", "%-Punkte"]

_FACTORS = {"T": 1_000, "Tsd.": 1_000, "Mio.": 1_000_000, "Mrd.": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and its unit as they are written, so that "12 TEUR" is 12 and "T€"; ``base`` makes them comparable.

    ``span`` covers sign, number and unit.
    """

    value: Decimal
    unit: Unit | None
    span: Span

    @property
    def base(self) -> tuple[Decimal, BaseUnit | None]:
        """The value in the unit without a factor: 12 T€ are 12000 €, 1,5 Mio. are 1500000."""
        for scale, factor in _FACTORS.items():
            if self.unit is not None and self.unit.startswith(scale):
                rest = self.unit.removeprefix(scale).strip()
                return self.value * factor, cast("BaseUnit", rest) if rest else None
        return self.value, cast("BaseUnit | None", self.unit)


# All patterns below take linear time: no repeated part can match the same characters in two ways.

_SPACES = "\u00a0\u202f\u2009 "
_TOKEN = re.compile(r"\d+(?:[.,:/'’]\d+)*")
"""Digits and what joins them; whether that is a number is seen afterwards."""
_NUMBER = re.compile(r"(?P<whole>0|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d*)(?:,(?P<decimals>\d+))?")
_GROUP = re.compile(rf"(?P<space>[{_SPACES}])(?P<digits>\d{{3}})(?!\d|[./:]\d)")
"""Three more digits after a space that separates thousands."""
_DECIMALS = re.compile(r",(?P<decimals>\d++)(?![.,]\d)")
_NO_CENTS = re.compile(r"[,.][-–—]{1,2}(?![\w-])")
"""The dash of "5.000,-" or "5.000,--"."""
_MINUS_BEHIND = re.compile(r"-(?![\w-])")
"""The sign of "170.000,00-", as accounting programs print it."""

_BLANK = rf"[{_SPACES}\n]{{0,2}}"
_CURRENCY = r"€|EURO?\b|Euro\b|DM\b"
_SCALE = r"[Tt]ausend\b|T(?:sd|SD)\b\.?|Mio\b\.?|Mill\.|Million(?:en)?\b|Mrd\b\.?|Milliarden?\b"
_THOUSANDS = rf"T{_BLANK}(?:€|EUR\b|Euro\b|DM\b)|k€"
_UNIT_BEHIND = re.compile(
    rf"{_BLANK}(?:(?P<thousands>{_THOUSANDS})|(?P<scale>{_SCALE})(?:{_BLANK}(?P<scaled>{_CURRENCY}))?"
    rf"|(?P<currency>{_CURRENCY})|(?P<points>%-Punkten?\b|Prozentpunkte?n?\b)|(?P<percent>%|v\.\s?H\b\.?|vH\b|Prozent\b)"
    r"|(?P<permille>‰|v\.\s?T\.|Promille\b))"
)
_UNIT_BEFORE = re.compile(
    rf"(?<!\w)(?:(?P<thousands>{_THOUSANDS})|(?P<scale>{_SCALE}){_BLANK}(?P<scaled>{_CURRENCY})"
    rf"|(?P<currency>{_CURRENCY})|(?P<percent>%)){_BLANK}$"
)
_LONGEST_UNIT = 24

_MONTH = (
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    r"|Jan\.|Febr?\.|Mrz\.|Apr\.|Jun\.|Jul\.|Aug\.|Sept?\.|Okt\.|Nov\.|Dez\.)"
)
_REFERENCE = (
    r"Art\.|Artikel|Abs\.|Absatz|Absätze|Satz|Sätze|Nr\.|Nrn\.|Nummern?|Ziffern?|Ziff\.|Anlagen?|Anhang|Anhänge|Anh\."
    r"|Seiten?|S\.|Blatt|Kapitel|Kap\.|Abschnitt|Teil|TOP|Tagesordnungspunkt|Punkt|Zeile|Spalte|Tabelle|Abbildung|Abb\."
    r"|Drucksache|Drs\.|Vorlage|Az\.|Aktenzeichen|Telefon|Tel\.|Fax|Telefax|Durchwahl|Zimmer|Postfach|PLZ|Konto|BLZ"
)
_NAMES = re.compile(
    rf"""
    (?<![\d.,])\d{{1,2}}\.{_BLANK}{_MONTH}(?:{_BLANK}\d{{4}}\b)?                  # 17. März 2014
    | \b{_MONTH}{_BLANK}\d{{4}}\b                                               # März 2014
    | (?<![\d.,])\d{{1,2}}\.[ ]?\d{{1,2}}\.(?:[ ]?(?:\d{{4}}|\d{{2}})(?!\d))?(?!\d{{3}})  # 17.03.2014, 17.3.
    | (?<![\d.,])\d{{1,2}}(?:[.:]\d{{2}})?{_BLANK}Uhr\b                            # 18.00 Uhr
    | §§{_BLANK}\d+[a-z]?\b(?:(?:,|{_BLANK}und|{_BLANK}bis|[-–]){_BLANK}\d+[a-z]?\b)*   # §§ 53, 54 und 55
    | §{_BLANK}\d+
    | (?<!\w)(?:{_REFERENCE})[:{_SPACES}\n]{{0,3}}\d[\d/.-]*+                        # Abs. 1, TOP 3, Tel.: 13-2345
    | \b[A-Z]{{2}}\d{{2}}(?:[ ]?\d{{4}}){{3,7}}(?:[ ]?\d{{1,2}}\b)?                    # an IBAN
    | \+\d++(?:[ ()/-]{{1,3}}\d++)+                                              # +49 2241 13-0
    | (?<![\d.,])0\d++(?:[ ]?[-/–][ ]?\d++|(?<=\d\d\d)[ ]\d++(?![.,]\d))*          # 02241 13-0, 0228/123456, 07
    """,
    re.VERBOSE,
)
_ORDINAL = re.compile(rf"\.[{_SPACES}\n]?[^\W\d_]")
_ENUMERATION = re.compile(r"\s*\(?\d{1,3}[.)]\)?(?=\s)")
_SIGNS = "-−–"


def find_amounts(text: str) -> list[Amount]:
    """All amounts in ``text``, in order. Takes time linear in its length."""
    names = [match.span() for match in _NAMES.finditer(text)]
    found: list[Amount] = []
    first = _ENUMERATION.match(text)
    position, passed = first.end() if first else 0, 0
    while (token := _TOKEN.search(text, position)) is not None:
        while passed < len(names) and names[passed][1] <= token.start():
            passed += 1
        if passed < len(names) and names[passed][0] < token.end():
            position = max(token.end(), names[passed][1])
            continue
        amount = _read(text, token, since=found[-1].span.end if found else 0)
        position = token.end() if amount is None else amount.span.end
        if amount is not None:
            found.append(amount)
    return found


def whole_amount(text: str) -> Amount | None:
    """The one amount that is all that ``text`` says, as in a table's cell, or ``None``.

    Brackets around it and footnote marks behind it do not count ("(1.234)", "12,5 *)"); a sign may stand apart
    ("- 170.000,00"), which in running text would be a dash.
    """
    amounts = find_amounts(text)
    if len(amounts) != 1:
        return None
    amount = amounts[0]
    before, behind = text[: amount.span.start].strip(), text[amount.span.end :].strip()
    if not re.fullmatch(r"\)?\s*(?:\*{1,3}\)?|[¹²³])?", behind):
        return None
    if before in ("", "("):
        return amount
    if before in _SIGNS and amount.value > 0:
        return replace(amount, value=-amount.value, span=Span(text.index(before), amount.span.end))
    return None


def _read(text: str, token: re.Match[str], *, since: int) -> Amount | None:
    """The amount whose digits begin with ``token``; what stands before ``since`` belongs to the one before."""
    start, end = token.span()
    number = _NUMBER.fullmatch(token.group())
    if number is None:
        return None
    digits, decimals = number.group("whole").replace(".", ""), number.group("decimals")
    if decimals is None and digits == number.group() and len(digits) <= 3:
        digits, decimals, end = _read_groups(text, digits, end)
    if decimals is None and (dash := _NO_CENTS.match(text, end)):
        decimals, end = "00", dash.end()
    plain = decimals is None and digits == text[start:end]
    signed, negative = _read_sign(text, start)
    if decimals and _MINUS_BEHIND.match(text, end):
        negative, end = True, end + 1
    behind = _UNIT_BEHIND.match(text, end)
    before = _unit_before(text, signed, since, plain=plain, year=_is_year(digits, plain=plain))
    if before is None and not _may_begin(text, start, plain=plain):
        return None
    if behind is None and not _may_end(text, end, plain=plain):
        return None
    value = Decimal(f"{digits}.{decimals}") if decimals else Decimal(digits)
    return Amount(
        value=-value if negative else value,
        unit=_unit(before, behind),
        span=Span(before.start() if before else signed, behind.end() if behind else end),
    )


def _read_sign(text: str, start: int) -> tuple[int, bool]:
    """Where the number at ``start`` begins with its sign, and whether that is a minus.

    A dash is a sign after a blank or a bracket; the mathematical minus also where a blank follows it.
    """
    sign, before = text[start - 1 : start], text[start - 2 : start - 1] if start > 1 else ""
    if sign and sign in f"{_SIGNS}+" and (not before or before.isspace() or before in "([€"):
        return start - 1, sign in _SIGNS
    if before == "−" and sign in _SPACES:
        return start - 2, True
    return start, False


def _unit_before(text: str, start: int, since: int, *, plain: bool, year: bool) -> re.Match[str] | None:
    """The unit before a number; a year or a bare number after the "in Euro" or "in %" of a column's head has none."""
    found = _UNIT_BEFORE.search(text, max(since, start - _LONGEST_UNIT), start)
    return None if found and (year or (plain and found.group("percent"))) else found


def _read_groups(text: str, digits: str, end: int) -> tuple[str, str | None, int]:
    """Digits, decimals and end of a number whose thousands are separated by spaces; the number itself if it has none.

    An ordinary blank separates thousands only where decimals or a unit show that one number is meant.
    """
    joined, position, space = digits, end, ""
    while (group := _GROUP.match(text, position)) and group.group("space") == (space or group.group("space")):
        space = group.group("space")
        joined, position = joined + group.group("digits"), group.end()
    if not space or digits == "0":
        return digits, None, end
    decimals = _DECIMALS.match(text, position)
    if decimals is not None:
        return joined, decimals.group("decimals"), decimals.end()
    if space != " " or _NO_CENTS.match(text, position) or _UNIT_BEHIND.match(text, position):
        return joined, None, position
    return digits, None, end


def _is_year(digits: str, *, plain: bool) -> bool:
    """Whether a number may be a year."""
    return plain and len(digits) == 4 and digits[:2] in ("19", "20")


def _may_begin(text: str, start: int, *, plain: bool) -> bool:
    """Whether what stands before the digits lets them be a number of their own."""
    before, further = text[start - 1 : start], text[start - 2 : start - 1] if start > 1 else ""
    if before.isalnum() or before in ("_", "#", "@"):
        return False
    if before in (".", ","):
        return further.isalpha()
    if plain and before in ("/", "-", "–"):
        # "SV-9", "13-2345"; a dash between two numbers is a range.
        return not further.isalnum() or (before == "–" and further.isdigit())
    return True


def _may_end(text: str, end: int, *, plain: bool) -> bool:
    """Whether what stands behind the digits lets them be a number of their own."""
    behind, further = text[end : end + 1], text[end + 1 : end + 2]
    if behind.isalnum() or behind == "_":
        return False
    if not plain:
        return True
    # "19-köpfig", "13-2345", "2014/X"; "12. Sitzung"
    return not (behind in ("-", "/") and further.isalnum()) and _ORDINAL.match(text, end) is None


def _unit(before: re.Match[str] | None, behind: re.Match[str] | None) -> Unit | None:
    """The normalised unit of an amount from what stands before it and behind it."""
    found: dict[str, str] = {}
    for match in (before, behind):
        found.update({name: text for name, text in match.groupdict().items() if text} if match else {})
    for name, share in (("points", "%-Punkte"), ("percent", "%"), ("permille", "‰")):
        if name in found:
            return cast("Unit", share)
    written = found.get("thousands") or found.get("scaled") or found.get("currency") or ""
    currency = "" if not written else "DM" if written.endswith("DM") else "€"
    if "thousands" in found:
        scale = "T"
    elif "scale" not in found:
        scale = ""
    elif found["scale"][:1] in "Tt":
        scale = "T" if currency else "Tsd."
    else:
        scale = "Mrd." if found["scale"].startswith(("Mrd", "Milliard")) else "Mio."
    return cast("Unit | None", f"{scale}{' ' if currency and scale.endswith('.') else ''}{currency}" or None)
