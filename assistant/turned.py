"""Turns a sentence of a document into the questions that it answers, where German grammar makes that safe.

Only sentences are turned whose finite verb is among known ones and whose first part is a noun phrase, a date or a
count: then the questioned part goes to the front, the verb follows it, and the rest stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from assistant.question import depends

LONGEST: Final = 120
"""Characters of a question; a longer one is not read on a button."""

_VERBS: Final = """
    hat haben hatte hatten ist sind war waren wird werden wurde wurden soll sollen kann können muss müssen darf dürfen
    beginnt beginnen endet enden startet starten kostet kosten beträgt betragen lehnt lehnen stimmt stimmen beschließt
    beschloss beschlossen berät beraten tagt tagen entscheidet entscheiden trägt tragen zahlt zahlen steht stehen liegt
    liegen tritt treten läuft laufen schlägt schlagen empfiehlt empfehlen gehört gehören
""".split()
_VERB: Final = rf"(?P<verb>{'|'.join(_VERBS)})"
_MONTH: Final = r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
_DATE: Final = (
    rf"(?:\d{{1,2}}\.\s?(?:\d{{1,2}}\.\s?|{_MONTH}\s)\d{{4}}|{_MONTH}\s\d{{4}}|(?:Jahre?\s)?(?:19|20)\d\d)"
    r"(?![\d.,/-]*\d)"
)
_NOUN: Final = r"(?:[a-zäöü]\w+(?:e|en|er|es) ){0,2}[A-ZÄÖÜ][\w-]+(?: [A-ZÄÖÜ][\w-]+){0,3}"
_PHRASE: Final = rf"(?:Der|Die|Das) {_NOUN}(?: (?:der|des|von|vom|für|zur|zum)(?: (?:den|die|das|dem))? {_NOUN}){{0,2}}"

_ON_DATE: Final = re.compile(rf"\b(?:(?P<at>am|im|ab|bis zum|bis|seit dem|seit) )?{_DATE}\b")
_DATE_FIRST: Final = re.compile(rf"^(?P<at>Am|Im|Ab|Bis zum|Bis|Seit dem|Seit) {_DATE} {_VERB} (?P<rest>.+)$")
_COUNT_FIRST: Final = re.compile(
    rf"^(?:Insgesamt |Rund |Etwa )?\d{{1,6}} (?P<counted>[A-ZÄÖÜ]\w+) {_VERB} (?P<rest>.+)$"
)
_PHRASE_FIRST: Final = re.compile(rf"^(?P<phrase>{_PHRASE}) {_VERB} (?P<rest>.+)$")
_REASON: Final = re.compile(r", (?:weil|da) ")
_WHEN: Final = {"am": "Wann", "im": "Wann", "ab": "Ab wann", "bis": "Bis wann", "seit": "Seit wann"}
_MONEY: Final = re.compile(r"\d\s?(?:Euro|€|EUR)")
_UNFIT: Final = re.compile(r"[„“”\"»«\[\]()<>;:|…]")


def questions_in(sentence: str) -> Iterator[str]:
    """The questions that a sentence answers; none where turning it is not safe."""
    words = " ".join(sentence.split())
    if not words.endswith(".") or _UNFIT.search(words):
        return
    for question in _turned(words[:-1]):
        if len(question) <= LONGEST and not _ON_DATE.search(question) and not depends(question):
            yield question


def _turned(words: str) -> Iterator[str]:
    if match := _DATE_FIRST.match(words):
        yield f"{_when(match['at'])} {match['verb']} {match['rest']}?"
    elif match := _COUNT_FIRST.match(words):
        yield f"Wie viele {match['counted']} {match['verb']} {match['rest']}?"
    elif match := _PHRASE_FIRST.match(words):
        yield from _about(f"d{match['phrase'][1:]}", match["verb"], match["rest"])


def _about(phrase: str, verb: str, rest: str) -> Iterator[str]:
    """Questions about a noun phrase, of which the sentence says ``verb`` and ``rest``."""
    if verb in ("kostet", "kosten") and _MONEY.search(rest):
        yield f"Was {verb} {phrase}?"
        return
    if verb in ("beträgt", "betragen"):
        yield f"Wie hoch {'ist' if verb == 'beträgt' else 'sind'} {phrase}?"
        return
    told, *reasons = _REASON.split(rest)
    if reasons:
        yield f"Warum {verb} {phrase} {told}?"
    elif (date := _ON_DATE.search(rest)) is not None:
        before, after = rest[: date.start()].strip(), rest[date.end() :].strip()
        # "… beginnt am 1. Juli und endet im August": the second half would be left behind. And a date without its
        # preposition belongs to the word before it: "seit dem Winter 2023".
        if not after.startswith(("und ", "oder ", ",")) and (date["at"] or not before):
            yield " ".join(filter(None, (_when(date["at"] or "am"), verb, phrase, before, after))) + "?"


def _when(at: str) -> str:
    return _WHEN[at.lower().split()[0]]
