"""Recognises what a sentence can answer: dates, amounts, numbers, reasons, names of bodies."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.question import AnswerKind

_MONTH = r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
_QUARTER = r"(?:[1-4]\.|erste[ns]?|zweite[ns]?|dritte[ns]?|vierte[ns]?|I{1,3}|IV)"
DATE = re.compile(
    rf"\b(?:I{{1,3}}|IV)\s?/\s?(?:19|20)\d{{2}}\b|(?<!\w){_QUARTER}\s(?:Quartal|Halbjahr)(?:s?\s(?:19|20)\d{{2}})?\b"
    rf"|\b\d{{1,2}}\.\s?\d{{1,2}}\.\s?(?:\d{{4}}|\d{{2}})\b|\b(?:\d{{1,2}}\.\s)?{_MONTH}(?:\s\d{{4}})?\b"
    r"|\b(?:19|20)\d{2}\b"
)
AMOUNT = re.compile(
    r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?\s?(?:(?:Mio\.?|Millionen|Mrd\.?|Milliarden|Tausend|T)\s?)?(?:€|Euro|EUR|DM)(?!\w)"
    # In tables the unit stands in the column's head; two decimals are how money is written there.
    r"|\b\d{1,3}(?:\.\d{3})*,\d{2}(?!\d|\s?(?:%|Prozent|v\.\s?H|Stelle))"
)
_ONES = r"zwei|drei|vier|fünf|sechs|sieben|acht|neun"
_SPELLED = (
    rf"(?:(?:ein|{_ONES})und)?(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)"
    rf"|(?:(?:{_ONES})?(?:hundert|tausend))|{_ONES}|zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn"
    rf"|(?:ein|{_ONES}|zehn)mal|beiden?"
)
NUMBER = re.compile(
    r"(?<![\d.,§])(?<!§\s)\d{1,3}(?:\.\d{3})*(?:,\d+)?(?:\s?%|\s?Prozent)?(?!\w|\.\d|[.)]\))"
    rf"|\b(?:{_SPELLED})\b",
    re.IGNORECASE,
)
_PERIOD = r"(?:Jahr|Halbjahr|Quartal|Monat|Woche|Tag)"
FREQUENCY = re.compile(
    rf"\b(?:(?:\w+mal|\d+\s?x|\d+\sMal)\s)?(?:(?:zwei|halb|viertel|all)?jährlich|monatlich|wöchentlich|täglich|quartalsweise)\b"
    rf"|\b(?:(?:ein|{_ONES}|zehn)mal|(?:\d+|ein|einige|mehrere)[\s-]?Mal)(?:\s(?:im|pro|je|in der|am)\s{_PERIOD})?\b"
    rf"|\b(?:alle|jede[snr]?)\s(?:(?:\d+|\w+)\s)?{_PERIOD}(?:e|en|s)?\b|\bmehrmals\b|\bregelmäßig\b",
    re.IGNORECASE,
)
"""How often something happens; "jedes Jahr" and "alle zwei Jahre" as well as "vierteljährlich"."""
PROPORTION = re.compile(
    r"\b\d[\d.]*(?:,\d+)?\s(?:von|der)\s(?:den\s|insgesamt\s|rund\s|etwa\s){0,2}\d[\d.]*(?:,\d+)?\b"
)
LAW = re.compile(
    r"§§?\s?\d+\w?(?:\s(?:Abs\.|Absatz|Satz|Nr\.|Nummer)\s?\d+)*"
    r"(?:\s(?:des|der)\s(?:[\w-]+\s){0,5}?[\w-]*(?:gesetz(?:es|buch|buche?s)?|ordnung|satzung))?"
)
_LEGAL = re.compile(r"§|[Gg]esetz|[Vv]erordnung|[Ss]atzung|[Rr]ichtlinie")
_PERSONAL_NAME = re.compile(
    r"\b(?:Herrn?|Frau|Dr\.|Prof\.|Landr[aä]t\w*|(?:Ober)?[Bb]ürgermeister\w*|Dezernent\w*|Minister(?:in)?|Vorsitzende[rn]?"
    r"|Abgeordnete[rn]?)\s+(?:(?:Dr|Prof)\.\s+)*[A-ZÄÖÜ][a-zäöüß]+"
)
_REASON = re.compile(
    r"\b(?:weil|da|denn|wegen|aufgrund|auf\sGrund|um|damit|deshalb|daher|daraus|infolge|dadurch|grund|begründe\w*|ziel\w*)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:in|im|nach|aus|bei)\s(?:der\s|den\s|dem\s)?[A-ZÄÖÜ]")
_NAME = re.compile(r"[A-ZÄÖÜ]\w+")
_LABEL = re.compile(
    r"(?:§+|Anhang|Anhänge|Anlage|Anlagen|Nr\.|Abs\.|Art\.|Satz|S\.|Seite|Bündnis)\s*(?:\d+\s*(?:,|und|bis|–|-)\s*)*$"
)
"""Words whose number is a name, not a count."""


def numbers_without_dates(text: str) -> list[re.Match[str]]:
    """The numbers of a text that are no part of a date, a paragraph or a list mark."""
    taken = [match.span() for match in DATE.finditer(text)]
    lead = re.match(r"\(?\d{1,3}\.?\)?\s", text)
    if lead:
        taken.append(lead.span())
    return [
        match
        for match in NUMBER.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in taken)
        and not _LABEL.search(text[: match.start()])
    ]


def fits(kind: AnswerKind, text: str) -> bool:
    """Whether a sentence holds what this kind of question asks for."""
    test = _FITS.get(kind)
    return test is None or test(text)


_FITS: dict[AnswerKind, Callable[[str], bool]] = {
    "date": lambda text: bool(DATE.search(text)),
    "amount": lambda text: bool(AMOUNT.search(text)),
    "number": lambda text: bool(numbers_without_dates(text)) or bool(AMOUNT.search(text)),
    "frequency": lambda text: bool(FREQUENCY.search(text)) or bool(numbers_without_dates(text)),
    "reason": lambda text: bool(_REASON.search(text)),
    "place": lambda text: bool(_PLACE.search(text)),
    "law": lambda text: bool(_LEGAL.search(text)),
    "name": lambda text: bool(_PERSONAL_NAME.search(text)),
    "person": lambda text: bool(_NAME.search(text[1:])),
    "definition": lambda text: bool(_NAME.search(text[1:])),
}

HARD_KINDS: frozenset[AnswerKind] = frozenset({"date", "amount", "number", "frequency", "law", "name"})
"""Questions that nothing answers but a sentence with such a thing in it."""
