"""What in a sentence can be compared exactly: dates, amounts, counts, paragraphs of laws, numbered things.

Each is brought into one form, however it is written: "9. Dezember 2013" and "09.12.2013", "1,5 Mio. €" and
"1.500.000 Euro", "zwölf" and "12", "IV. Quartal" and "viertes Quartal", "§ 7 Abs. 2" and "§ 7 Absatz 2". What a number
is qualified by ("rund", "bis zu", "mindestens") belongs to it: whoever leaves it out says something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from assistant.writing.roots import root
from corpus.amounts import find_amounts
from corpus.analysis import dates, fold
from corpus.types import Span

Bound = Literal["about", "at_most", "at_least", "more", "less"]
Kind = Literal["date", "number", "label", "law"]

_BOUNDS: Final[dict[Bound, str]] = {
    "at_most": r"bis zu|höchstens|maximal|nicht mehr als|(?:eine )?Obergrenze von|längstens|spätestens",
    "at_least": r"mindestens|wenigstens|nicht weniger als|minimal|frühestens|ab",
    "more": r"über|mehr als|größer als|oberhalb von",
    "less": r"unter|weniger als|kleiner als|unterhalb von",
    "about": r"rund|etwa|ca\.?|circa|ungefähr|annähernd|gut|knapp|fast|nahezu|beinahe|in etwa|zirka",
}
_QUALIFIED: Final = re.compile(
    "|".join(rf"(?P<{bound}>\b(?:{words}))" for bound, words in _BOUNDS.items()), re.IGNORECASE
)
_BETWEEN: Final = re.compile(r"\s+(?:(?:von|auf|um|zum|zu|dem|den|der|die|das|insgesamt)\s+){0,2}$", re.IGNORECASE)

_UNITS: Final = ("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_TEENS: Final = (
    "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
)
_TENS: Final = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_FRACTIONS: Final = {
    "drittel": Decimal(1) / 3, "viertel": Decimal(1) / 4, "fünftel": Decimal(1) / 5, "sechstel": Decimal(1) / 6,
    "achtel": Decimal(1) / 8, "zehntel": Decimal(1) / 10,
}  # fmt: skip
_ROMAN: Final = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_WORD: Final = re.compile(r"[^\W\d_]+")
_ORDINALS: Final = {
    "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "acht": 8, "neunt": 9,
    "zehnt": 10, "elft": 11, "zwölft": 12,
}  # fmt: skip
_ORDINAL: Final = re.compile(rf"({'|'.join(_ORDINALS)})(?:e|er|en|es|em)$")
_DAY: Final = re.compile(
    r"(?<![\d.,])(\d{1,2})\.\s?(?:(\d{1,2})\.(?!\s?\d)|(Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober"
    r"|November|Dezember)\b(?!\s?\d{4}))"
)
_MONTHS: Final = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
)
_LAW: Final = re.compile(
    r"(?:§§?|Artikel|Art\.|Paragra(?:ph|f)(?:en)?)\s*(?P<first>\d+[a-z]?)"
    r"(?P<more>(?:\s*(?:,|und|bis|–|-|oder)\s*\d+[a-z]?(?!\d|\s*(?:Euro|€|%)))*)"
)
_PART: Final = re.compile(r"(?P<part>Abs\.|Absatz|Satz|Nr\.|Nummer|Ziffer|Ziff\.|Buchst\.|Buchstabe)\s*(?P<number>\d+[a-z]?|[a-z]\b)")
_PARTS: Final = {"Abs.": "Absatz", "Nr.": "Nummer", "Ziff.": "Ziffer", "Buchst.": "Buchstabe"}
_LABELLED: Final = re.compile(
    r"(?P<label>[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]{2,})\s+(?:Nr\.\s*)?(?P<numbers>\d{1,4}(?:[a-z]\b)?"
    r"(?:\s*(?:,|und|bis|sowie|oder|/|–)\s*\d{1,4}(?![\d.,]*\d*\s*(?:Euro|€|%|Prozent|Stellen|Jahre|\.\s[A-ZÄÖÜ])))*)(?![\d.,]*\d|\.\s[A-ZÄÖÜ])"
)
_YEARS: Final = re.compile(r"(?<![\d.,/])(?:19|20)\d\d(?![\d/]|[.,]\d)")
_DIGITS: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_NOT_LABELS: Final = frozenset(
    "Insgesamt Rund Etwa Nur Von Bis Am Im Ab Seit Über Unter Für Die Der Das Mit Auf In An Zum Zur Jahr Jahre Jahren "
    "Jahres Januar Februar März April Mai Juni Juli August September Oktober November Dezember Es Um Bei Nach Vor Aus "
    "Euro Ende Anfang Mitte Sommer Winter Frühjahr Herbst Und Beide Alle Davon Dazu Somit Damit Sowie Auch Hälfte".split()
)


@dataclass(frozen=True, slots=True)
class Fact:
    """``key`` compares: ISO dates ("2013-12-09", "2013-12", "2013", "--12-09"), decimal values, "kommun 7", "§7".

    ``unit`` is that of a number, ``bound`` what qualifies it; ``counted`` the root of the noun behind it.
    """

    kind: Kind
    key: str
    text: str
    span: Span
    value: Decimal | None = None
    unit: str | None = None
    bound: Bound | None = None
    counted: str = ""


def facts(text: str) -> list[Fact]:
    """All facts of ``text``, in order; no character belongs to two but for labels, whose numbers are names."""
    found: list[Fact] = []
    taken = [False] * len(text)

    def free(start: int, end: int) -> bool:
        return not any(taken[start:end])

    def add(fact: Fact) -> None:
        found.append(fact)
        for place in range(fact.span.start, fact.span.end):
            taken[place] = True

    for iso, span in dates(text):
        add(Fact("date", iso, text[span.start : span.end], span, bound=_bound(text, span.start)))
    for match in _DAY.finditer(text):
        if free(*match.span()):
            month = int(match[2]) if match[2] else _MONTHS.index(match[3]) + 1
            if 1 <= month <= 12 and 1 <= int(match[1]) <= 31:
                add(Fact("date", f"--{month:02d}-{int(match[1]):02d}", match.group(), Span(*match.span())))
    for fact in _laws(text):
        if free(fact.span.start, fact.span.end):
            add(fact)
    for match in _LABELLED.finditer(text):
        if match["label"] not in _NOT_LABELS and free(*match.span("numbers")) and not _is_amount(text, match.end()):
            for number in re.finditer(r"\d+[a-z]?", match["numbers"]):
                start = match.start("numbers") + number.start()
                if _YEARS.fullmatch(number.group()):
                    continue
                key = f"{root(match['label'])} {number.group().lstrip('0') or '0'}"
                add(Fact("label", key, f"{match['label']} {number.group()}", Span(start, start + len(number.group()))))
    for amount in find_amounts(text):
        if free(amount.span.start, amount.span.end):
            value, unit = amount.base
            told = text[amount.span.start : amount.span.end]
            if unit is None and _YEARS.fullmatch(told):
                add(Fact("date", told, told, amount.span, bound=_bound(text, amount.span.start)))
                continue
            add(_number(text, amount.span, value, unit))
    for match in _YEARS.finditer(text):
        if free(*match.span()):
            add(Fact("date", match.group(), match.group(), Span(*match.span())))
    for match in _DIGITS.finditer(text):
        if free(*match.span()) and _YEARS.fullmatch(match.group()):
            add(Fact("date", match.group(), match.group(), Span(*match.span())))
        elif free(*match.span()):
            add(_number(text, Span(*match.span()), _decimal(match.group()), None))
    for match in _WORD.finditer(text):
        if free(*match.span()) and (value := _spelled(text, match)) is not None:
            add(_number(text, Span(*match.span()), value, _unit_behind(text, match.end())))
    return sorted(found, key=lambda fact: fact.span.start)


def _number(text: str, span: Span, value: Decimal, unit: str | None) -> Fact:
    told = text[span.start : span.end]
    return Fact("number", f"{value.normalize():f}", told, span, value, unit, _bound(text, span.start), _counted(text, span.end))


def _decimal(told: str) -> Decimal:
    """The value of digits however they are joined; times and references are told apart by all their digits."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", told):
        return Decimal(told.replace(".", ""))
    if re.fullmatch(r"\d+,\d+", told):
        return Decimal(told.replace(",", "."))
    return Decimal(re.sub(r"\D", "", told.replace(":", ".")) or "0")


def _is_amount(text: str, end: int) -> bool:
    return re.match(r"\s?(?:Euro|€|EUR|%|Prozent|v\.\s?H)", text[end:]) is not None


def _laws(text: str) -> Iterator[Fact]:
    for match in _LAW.finditer(text):
        numbers = [match["first"], *re.findall(r"\d+[a-z]?", match["more"])]
        for number in numbers:
            start = text.index(number, match.start())
            yield Fact("law", f"§{number}", f"§ {number}", Span(start, start + len(number)))
    for match in _PART.finditer(text):
        part = _PARTS.get(match["part"], match["part"])
        yield Fact("law", f"{part} {match['number']}", match.group(), Span(*match.span()))


def _bound(text: str, start: int) -> Bound | None:
    """What qualifies the number that begins at ``start``."""
    before = text[max(0, start - 30) : start]
    gap = _BETWEEN.search(before)
    if gap is None:
        return None
    rest = before[: gap.start()]
    for match in _QUALIFIED.finditer(rest):
        if match.end() == len(rest):
            bound = match.lastgroup
            # "ab 2015" and "unter 3 Jahren" qualify; "über 2014" may be what somebody talks about: years have no bound.
            return bound  # type: ignore[return-value]
    return None


_NOUN_BEHIND: Final = re.compile(
    r"\s?(?:[a-zäöü][\wäöüß-]*(?:e|en|er|es|em|te|ten)\s+(?:und\s+[a-zäöü]\w+(?:e|en|er)\s+)?){0,2}(?P<noun>[A-ZÄÖÜ][\wäöüß-]{2,})"
)


def _counted(text: str, end: int) -> str:
    """The root of what a number counts."""
    match = _NOUN_BEHIND.match(text, end)
    return root(match["noun"]) if match else ""


def _unit_behind(text: str, end: int) -> str | None:
    if re.match(r"\s(?:Prozent(?!punkt)|v\.\s?H)", text[end:]):
        return "%"
    if re.match(r"\s(?:Euro\b|€)", text[end:]):
        return "€"
    return None


def _spelled(text: str, match: re.Match[str]) -> Decimal | None:
    """The value of a number in words; articles are none, "ein Drittel" is a third."""
    word = fold(match.group()).replace("ss", "ß") if "dreissig" in fold(match.group()) else fold(match.group())
    if word in _FRACTIONS:
        return _FRACTIONS[word]
    if word in ("halb", "halbe", "halben", "halber", "halbes", "hälfte"):
        return Decimal("0.5")
    if word in ("anderthalb", "eineinhalb"):
        return Decimal("1.5")
    if word in ("beide", "beiden", "beider"):
        return Decimal(2)
    for times in ("mal", "fach"):
        if word.endswith(times) and (value := _cardinal(word[: -len(times)])) is not None and word != "einmal":
            return Decimal(value)
    if (ordinal := _ORDINAL.fullmatch(word)) is not None:
        # "erste" and "acht" mean too many other things.
        return Decimal(_ORDINALS[ordinal[1]]) if ordinal[1] not in ("erst", "acht") else None
    if match.group() in _ROMAN and len(match.group()) > 1 or (match.group() in ("I", "V", "X") and text[match.end() : match.end() + 1] == "/"):
        return Decimal(_ROMAN[match.group()])
    value = _cardinal(word)
    return Decimal(value) if value is not None and value != 1 else None


def _cardinal(word: str) -> int | None:
    """The value of a German cardinal in one word up to 999.999."""
    if "tausend" in word:
        before, _, after = word.partition("tausend")
        thousands, rest = (_cardinal(before) if before else 1), (_cardinal(after.removeprefix("und")) if after else 0)
        return None if thousands is None or rest is None else thousands * 1000 + rest
    if "hundert" in word:
        before, _, after = word.partition("hundert")
        hundreds, rest = (_cardinal(before) if before else 1), (_cardinal(after.removeprefix("und")) if after else 0)
        return None if hundreds is None or rest is None else hundreds * 100 + rest
    if word in _UNITS:
        return _UNITS.index(word)
    if word in ("eins", "zwo"):
        return 1 if word == "eins" else 2
    if word in _TEENS:
        return 10 + _TEENS.index(word)
    for tens, name in enumerate((fold(name) for name in _TENS), start=2):
        if word == name or word == _TENS[tens - 2]:
            return 10 * tens
        for ending in (name, _TENS[tens - 2]):
            if word.endswith(f"und{ending}"):
                unit = word[: -len(f"und{ending}")]
                if unit in _UNITS[1:]:
                    return 10 * tens + _UNITS.index(unit)
    return None
