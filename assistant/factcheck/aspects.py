"""What a claim and a passage can differ in beside figures: who, by which vote, what was done, how many, how surely.

An aspect has values that exclude each other. A claim and a passage that speak of the same thing differ in it if the
claim has a value that the passage has not, and the passage another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from assistant.proof.lexicon import NEGATION, NO_NEGATION
from assistant.proof.roots import root
from corpus.types import Span

AspectName = Literal["body", "party", "share", "act", "modality", "direction", "period", "weekday"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an aspect where it stands in a text."""

    aspect: AspectName
    value: str
    span: Span


_BODY: Final = re.compile(
    r"\b(?P<name>(?:[A-ZÄÖÜ][\wäöüß-]*(?:ausschuss(?:es)?|ausschüsse[n]?|beirat(?:e?s)?|ministerium(?:s)?"
    r"|verwaltung|regierung"
    r"|fraktion(?:en)?|konferenz|vertretung|versammlung|amt(?:e?s)?|dezernat|referat|kämmerei|behörde|stelle|büro"
    r"|verband(?:e?s)?"
    r"|kreis(?:e?s)?|gruppe))"
    r"|(?:Kreistag|Landtag|Bundestag|Stadtrat|Gemeinderat|Hauptausschuss|Rat|Landrat|Landrätin|Oberbürgermeister(?:in)?"
    r"|Bürgermeister(?:in|innen)?|Verwaltung|Ausschuss|Beirat|Ministerium|Landesregierung|Bundesregierung"
    r"|Bezirksregierung"
    r"|Kämmerei|Kämmerer|Ältestenrat|Ministerin|Minister|Dezernent(?:in)?)(?:e?s|en)?)\b"
)
"""Bodies and offices, by how their names end; "für …" belongs to a name but is compared as words."""
_PARTY: Final[dict[str, str]] = {
    "Land": r"Land(?:e?s)?|landes(?:seitig\w*|weit\w*)",
    "Bund": r"Bund(?:e?s)?|bundes(?:seitig\w*|weit\w*)",
    "Kreis": r"(?:[A-ZÄÖÜ]\w+-)*Kreis(?:e?s)?|Landkreis(?:e?s)?",
    "Kommunen": r"(?:kreisangehörige\w* )?(?:Kommunen?|Städten? und Gemeinden?|Gemeinden?)(?! \d)",
}
"""Levels of government; who pays and who decides hangs on them."""
_ACT: Final[dict[str, str]] = {
    "beschließen": r"beschl(?:oss\w*|ieß\w*|ossen\w*|uss|üsse)(?!\w*vorschlag|\w*empfehlung)|verabschiedet\w*",
    "beauftragen": r"beauftrag\w*|Auftrag|Arbeitsauftrag",
    "empfehlen": r"empf(?:iehlt|ahl|ohlen\w*|ehlen|ehlung)|Beschlussempfehlung",
    "vorschlagen": r"vorgeschlagen\w*|schl(?:ägt|agen|ug)\b[^.;]{0,60}\bvor|Beschlussvorschlag\w*|vorzuschlagen",
    "ablehnen": r"abgelehnt\w*|lehn(?:t|en|te|ten)\b[^.;]{0,80}\bab|ablehn\w*|Ablehnung",
    "zustimmen": r"zugestimmt\w*|stimm(?:t|en|te|ten)\b[^.;]{0,80}\bzu|Zustimmung|befürwort\w*|unterstütz\w*|begrüß\w*",
    "vertagen": r"vertagt\w*|vertagen|zurückgestellt",
    "kenntnis": r"zur Kenntnis|Kenntnisnahme",
    "entscheiden": r"entschieden|entscheid(?:et|en)|entschied\w*",
}
_SHARE: Final[dict[str, str]] = {
    "alle": r"(?<!vor )alle[rmns]?|sämtliche\w*|jede[rmns]?|ausnahmslos|allesamt|durchweg|vollständig\w*"
    r"|komplett\w*|überall"
    r"|flächendeckend|einstimmig\w*|einhellig\w*|ohne (?:eine (?:einzige )?)?(?:Gegenstimmen?|Enthaltung)|geschlossen",
    "die meisten": r"(?:die )?meisten|überwiegend\w*|größtenteils|großteils|weitgehend\w*|Mehrzahl|Großteil"
    r"|mehrheitlich\w*"
    r"|mit (?:(?:großer|knapper|deutlicher|breiter) )?Mehrheit|gegen (?:die |\w+ )Stimmen?|bei (?:\w+ )?Gegenstimmen?"
    r"|mit (?:\w+ )?Gegenstimmen?",
    "einige": r"einige[rmns]?|manche[rmns]?|mehrere[rmns]?|einzelne[rmns]?|vereinzelt\w*|teilweise|zum Teil"
    r"|lediglich|nur",
    "wenige": r"wenige[rmns]?|kaum|nur vereinzelt",
    "die Hälfte": r"(?:die )?Hälfte|zur Hälfte",
}
"""How many stand behind something, in a vote and elsewhere: who votes "geschlossen" is not "überwiegend" for it."""
_MODALITY: Final[dict[str, str]] = {
    "muss": r"muss|müssen|mussten?|verpflichtet|Pflicht(?:aufgabe)?|zwingend|vorgeschrieben",
    "kann": r"kann|können|könne|darf|dürfen|freiwillig\w*|ermöglicht",
    "soll": r"soll(?:en|te|ten)?|geplant|vorgesehen|beabsichtigt\w*|will|wollen",
}
_DIRECTION: Final[dict[str, str]] = {
    "mehr": r"steig(?:t|en|e)|gestiegen\w*|stieg\w*|erhöh\w*|zunimmt|zugenommen|zunahme|wächst|gewachsen\w*"
    r"|wuchs\w*|höher\w*|mehr",
    "weniger": r"sink(?:t|en|e)|gesunken\w*|sank\w*|verringer\w*|reduzier\w*|zurückgegangen|rückläufig|gekürzt"
    r"|kürz\w+|niedriger\w*|weniger",
    "gleich": r"unverändert\w*|gleich geblieben|konstant",
    "öffentlich": r"öffentlich(?:e[rmns]?)?",
    "nichtöffentlich": r"nicht-?\s?öffentlich(?:e[rmns]?)?",
    "befristet": r"befristet\w*|zeitlich begrenzt\w*",
    "unbefristet": r"unbefristet\w*|dauerhaft\w*|auf Dauer",
    "kostenfrei": r"kostenfrei\w*|kostenlos\w*|umsonst|unentgeltlich\w*|gebührenfrei\w*|beitragsfrei\w*",
    "kostenpflichtig": r"kostenpflichtig\w*|gebührenpflichtig\w*|beitragspflichtig\w*|gegen (?:Entgelt|Gebühr)",
    "ganztags": r"vollzeit\w*",
    "halbtags": r"teilzeit\w*",
}
_RIVALS: Final = 2
_EXCLUSIVE: Final = (
    frozenset({"mehr", "weniger", "gleich"}),
    frozenset({"öffentlich", "nichtöffentlich"}),
    frozenset({"befristet", "unbefristet"}),
    frozenset({"ganztags", "halbtags"}),
    frozenset({"kostenfrei", "kostenpflichtig"}),
)
_PERIOD: Final[dict[str, str]] = {
    "jährlich": r"jährlich\w*|(?:pro|im|je|jedes) Jahr(?! (?:19|20)\d\d)|p\. ?a\.|alljährlich",
    "monatlich": r"monatlich\w*|(?:pro|im|je|jeden) Monat(?! \w+ \d)",
    "täglich": r"täglich\w*|(?:pro|am|je|jeden) Tag",
    "wöchentlich": r"wöchentlich\w*|(?:pro|je|jede|in der) Woche",
    "einmalig": r"einmalig\w*",
    "halbjährlich": r"halbjährlich\w*|zweimal (?:im|pro) Jahr",
    "vierteljährlich": r"vierteljährlich\w*|quartalsweise|(?:pro|je|jedes) Quartal",
}
_WEEKDAY: Final[dict[str, str]] = {
    day: f"{day}s?" for day in ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
}


@cache
def _patterns() -> list[tuple[AspectName, str, re.Pattern[str]]]:
    tables: dict[AspectName, dict[str, str]] = {
        "party": _PARTY,
        "act": _ACT,
        "share": _SHARE,
        "modality": _MODALITY,
        "direction": _DIRECTION,
        "period": _PERIOD,
        "weekday": _WEEKDAY,
    }
    flags = {"party": re.RegexFlag(0), "weekday": re.RegexFlag(0)}
    return [
        (aspect, value, re.compile(rf"\b(?:{pattern})\b", flags.get(aspect, re.IGNORECASE)))
        for aspect, table in tables.items()
        for value, pattern in table.items()
    ]


def values(text: str) -> list[Value]:
    """Every value of every aspect in ``text``."""
    found = [
        Value(aspect, value, Span(*match.span()))
        for aspect, value, pattern in _patterns()
        for match in pattern.finditer(text)
    ]
    found += [Value("body", root(match["name"]), Span(*match.span("name"))) for match in _BODY.finditer(text)]
    return found


def differing(mine: Sequence[Value], theirs: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    """The values of one text that exclude those of the other: mine, and theirs."""
    for value in mine:
        rivals = [other for other in theirs if other.aspect == value.aspect]
        if not rivals or any(_is_alike(value, other) for other in rivals):
            continue
        excluded = [other for other in rivals if _excludes(value, other) and not any(_is_alike(other, m) for m in mine)]
        # Of several that it could be, none is surely the one in its place.
        if excluded and len({other.value for other in excluded}) <= _RIVALS:
            yield value, excluded[0]


def _is_alike(one: Value, other: Value) -> bool:
    if one.aspect == "body" and other.aspect == "body":
        # "Ausschuss" may be any: a name that another one ends in says less, nothing else.
        return one.value == other.value or one.value.endswith(other.value) or other.value.endswith(one.value)
    return one.value == other.value


def _excludes(one: Value, other: Value) -> bool:
    if one.aspect == "direction":
        return any({one.value, other.value} <= group for group in _EXCLUSIVE)
    return True


def denials(text: str) -> list[Span]:
    """Where ``text`` denies something."""
    silent = [match.span() for match in NO_NEGATION.finditer(text)]
    return [
        Span(*match.span())
        for match in NEGATION.finditer(text)
        if not any(start <= match.start() < end for start, end in silent)
    ]
