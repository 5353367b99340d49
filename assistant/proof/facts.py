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
from functools import cache
from typing import Final, Literal, cast

from assistant.proof.roots import root
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
_TEENS: Final = "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
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
_EVERY: Final = re.compile(r"\bjede[rsmn]?\s+$", re.IGNORECASE)
"""Before an ordinal: "jedes vierte Kind" is a quarter of them."""
_LOOK_BACK: Final = 16
"""Characters before an ordinal in which that stands: looking back further would take time for each of them."""
_LONGEST_CARDINAL: Final = 80
"""Letters; "neunhundertneunundneunzigtausendneunhundertneunundneunzig" has 56."""
_CURRENCY_BEHIND: Final = re.compile(r"\s?(?:Euro|€|EUR|%|Prozent|v\.\s?H)")
_PERCENT_BEHIND: Final = re.compile(r"\s(?:Prozent(?!punkt)|v\.\s?H)")
_EURO_BEHIND: Final = re.compile(r"\s(?:Euro\b|€)")
_DAY: Final = re.compile(
    r"(?<![\d.,])(\d{1,2})\.\s?(?:(\d{1,2})\.(?!\s?\d)|(Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober"
    r"|November|Dezember)\b(?!\s?\d{4}))"
)
_MONTHS_A_YEAR: Final = 12
_DAYS_A_MONTH: Final = 31
_MONTHS: Final = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_LAW: Final = re.compile(
    r"(?:§§?|Artikel|Art\.|Paragra(?:ph|f)(?:en)?)\s*(?P<first>\d+[a-z]?)"
    r"(?P<more>(?:\s*(?:,|und|bis|–|-|oder)\s*\d+[a-z]?(?!\d|\s*(?:Euro|€|%)))*)"
)
_PART: Final = re.compile(
    r"(?P<part>Abs\.|Absatz|Satz|Nr\.|Nummer|Ziffer|Ziff\.|Buchst\.|Buchstabe)\s*(?P<number>\d+[a-z]?|[a-z]\b)"
)
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
    "Euro Ende Anfang Mitte Sommer Winter Frühjahr Herbst Und Beide Alle Davon Dazu Somit Damit Sowie Auch "
    "Hälfte Schon Bereits Noch Mehr Weniger Fast Knapp Gut Zusammen Mindestens Höchstens Jetzt Heute Inzwischen Bisher "
    "Allein Lediglich Weitere Etwas Ungefähr Ganze Ganzen Immerhin Maximal Wenigstens Rechnerisch Bislang Derzeit "
    "Ebenfalls Ebenso Aktuell Zuletzt Weit Genau Gegen Wegen Laut Nun Dann Dort Hier Doch Denn Als Je Pro".split()
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
    """All facts of ``text``, in order; no character belongs to two."""
    reading = _Reading(text)
    for read in (
        reading.dates, reading.laws, reading.labels, reading.amounts, reading.years, reading.digits, reading.spelled
    ):  # fmt: skip
        read()
    return sorted(reading.found, key=lambda fact: fact.span.start)


class _Reading:
    """One text, read for one kind of fact after the other: what one has taken, no later one takes again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Fact] = []
        self._taken = [False] * len(text)

    def dates(self) -> None:
        """With a year, or with day and month only."""
        for iso, span in dates(self.text):
            self._add(Fact("date", iso, self._told(span), span, bound=_bound(self.text, span.start)))
        for match in _DAY.finditer(self.text):
            month = int(match[2]) if match[2] else _MONTHS.index(match[3]) + 1
            if 1 <= month <= _MONTHS_A_YEAR and 1 <= int(match[1]) <= _DAYS_A_MONTH:
                self._add(Fact("date", f"--{month:02d}-{int(match[1]):02d}", match.group(), Span(*match.span())))

    def laws(self) -> None:
        """Paragraphs and their parts."""
        for fact in _laws(self.text):
            self._add(fact)

    def labels(self) -> None:
        """Things with a number for a name; of a list each."""
        for match in _LABELLED.finditer(self.text):
            if (
                match["label"] in _NOT_LABELS
                or _is_amount(self.text, match.end())
                or not self._is_free(*match.span("numbers"))
            ):
                continue
            for number in re.finditer(r"\d+[a-z]?", match["numbers"]):
                start = match.start("numbers") + number.start()
                if not _YEARS.fullmatch(number.group()):
                    key = f"{root(match['label'])} {number.group().lstrip('0') or '0'}"
                    told = f"{match['label']} {number.group()}"
                    self._add(Fact("label", key, told, Span(start, start + len(number.group()))))

    def amounts(self) -> None:
        """Numbers in figures, with their units."""
        for amount in find_amounts(self.text):
            value, unit = amount.base
            told = self._told(amount.span)
            if unit is None and _YEARS.fullmatch(told):
                self._add(Fact("date", told, told, amount.span, bound=_bound(self.text, amount.span.start)))
            else:
                self._add(_number(self.text, amount.span, value, unit))

    def years(self) -> None:
        """Years that no date has."""
        for match in _YEARS.finditer(self.text):
            self._add(Fact("date", match.group(), match.group(), Span(*match.span())))

    def digits(self) -> None:
        """All that is left of figures: times, references."""
        for match in _DIGITS.finditer(self.text):
            span = Span(*match.span())
            if _YEARS.fullmatch(match.group()):
                self._add(Fact("date", match.group(), match.group(), span))
            else:
                self._add(_number(self.text, span, _decimal(match.group()), None))

    def spelled(self) -> None:
        """Numbers in words."""
        for match in _WORD.finditer(self.text):
            value = _spelled(self.text, match)
            if value is not None:
                self._add(_number(self.text, Span(*match.span()), value, _unit_behind(self.text, match.end())))

    def _told(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def _is_free(self, start: int, end: int) -> bool:
        return not any(self._taken[start:end])

    def _add(self, fact: Fact) -> None:
        if not self._is_free(fact.span.start, fact.span.end):
            return
        self.found.append(fact)
        self._taken[fact.span.start : fact.span.end] = [True] * len(fact.span)


def _number(text: str, span: Span, value: Decimal, unit: str | None) -> Fact:
    told = text[span.start : span.end]
    return Fact(
        "number", f"{value.normalize():f}", told, span, value, unit, _bound(text, span.start), _counted(text, span.end)
    )


def _decimal(told: str) -> Decimal:
    """The value of digits however they are joined; times and references are told apart by all their digits."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", told):
        return Decimal(told.replace(".", ""))
    if re.fullmatch(r"\d+,\d+", told):
        return Decimal(told.replace(",", "."))
    return Decimal(re.sub(r"\D", "", told.replace(":", ".")) or "0")


def _is_amount(text: str, end: int) -> bool:
    return _CURRENCY_BEHIND.match(text, end) is not None


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
    for end in (len(before.rstrip()), gap.start() if gap is not None else -1):
        for match in _QUALIFIED.finditer(before, 0, max(0, end)):
            if match.end() == end:
                return cast("Bound", match.lastgroup)
    return None


_NOUN_BEHIND: Final = re.compile(
    r"\s?(?:[a-zäöü][\wäöüß-]*(?:e|en|er|es|em|te|ten)\s+(?:und\s+[a-zäöü]\w+(?:e|en|er)\s+)?){0,2}(?P<noun>[A-ZÄÖÜ][\wäöüß-]{2,})"
)


def _counted(text: str, end: int) -> str:
    """The root of what a number counts."""
    match = _NOUN_BEHIND.match(text, end)
    return root(match["noun"]) if match else ""


def _unit_behind(text: str, end: int) -> str | None:
    if _PERCENT_BEHIND.match(text, end):
        return "%"
    if _EURO_BEHIND.match(text, end):
        return "€"
    return None


_HALVES: Final = {
    **dict.fromkeys(("halb", "halbe", "halben", "halber", "halbes", "hälfte"), Decimal("0.5")),
    **dict.fromkeys(("anderthalb", "eineinhalb"), Decimal("1.5")),
    **dict.fromkeys(("beide", "beiden", "beider"), Decimal(2)),
}
_TIMES: Final = re.compile(r"(?P<number>\w+)(?:mal|fach)")


def _spelled(text: str, match: re.Match[str]) -> Decimal | None:
    """The value of a number in words; articles are none, "ein Drittel" is a third."""
    word = fold(match.group()).replace("dreissig", "dreißig")
    value = _FRACTIONS.get(word) or _HALVES.get(word)
    if value is not None:
        return value
    roman = match.group() in _ROMAN and (len(match.group()) > 1 or text[match.end() : match.end() + 1] == "/")
    if roman:
        return Decimal(_ROMAN[match.group()])
    if (ordinal := _ORDINAL.fullmatch(word)) is not None:
        if _EVERY.search(text, max(0, match.start() - _LOOK_BACK), match.start()):
            return Decimal(1) / _ORDINALS[ordinal[1]]
        # "erste" and "achte" mean too many other things.
        return Decimal(_ORDINALS[ordinal[1]]) if ordinal[1] not in ("erst", "acht") else None
    times = _TIMES.fullmatch(word)
    number = _cardinal(times["number"] if times else word)
    return Decimal(number) if number is not None and number != 1 else None


def _cardinal(word: str) -> int | None:
    """The value of a German cardinal in one word up to 999.999."""
    if len(word) > _LONGEST_CARDINAL:
        return None
    for name, factor in (("tausend", 1000), ("hundert", 100)):
        if name in word:
            before, _, after = word.partition(name)
            many = _cardinal(before) if before else 1
            rest = _cardinal(after.removeprefix("und")) if after else 0
            return None if many is None or rest is None else many * factor + rest
    return _below_hundred().get(word)


@cache
def _below_hundred() -> dict[str, int]:
    numbers = {name: value for value, name in enumerate((*_UNITS, *_TEENS))} | {"eins": 1, "zwo": 2}
    for tens, name in enumerate(_TENS, start=2):
        numbers[name] = 10 * tens
        numbers |= {f"{unit}und{name}": 10 * tens + value for value, unit in enumerate(_UNITS) if value}
    return numbers
