"""Finds the short forms that a text introduces itself: "Kommunales Integrationszentrum –KI-", "Land (NRW)".

The long form is chosen as by Schwartz and Hearst (A simple algorithm for identifying abbreviation definitions in
biomedical text, PSB 2003): going backwards, every letter of the short form must be found in the words before it, its
first letter at the beginning of a word. German needs two additions: dashes as well as brackets around the short form,
and letters inside compounds ("Integrationszentrum" gives I and Z).
"""

from __future__ import annotations

import re

from corpus.types import Abbreviation, Sentence, Span

_SHORT = re.compile(
    r"(?P<open>[(\[]|[–—-]\s?)(?P<short>[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]{0,7}[A-ZÄÖÜ])(?P<close>\s?[)\]]|\s?[–—-](?![\w]))"
)
_WORD = re.compile(r"[^\W\d_]+")
_STOP = frozenset(
    "der die das des dem den ein eine einer eines einem einen im am beim zum zur vom in an bei zu von auf als sowie "
    "oder zwischen mit durch wird werden ist sind".split()
)
_MOST_WORDS = 12
_BOUNDARY = re.compile(r"[\n.!?;:()\[\]]")
"""No long form reaches across these."""


def find_abbreviations(text: str, sentences: list[Sentence]) -> list[Abbreviation]:
    """All introduced short forms, each once per long form, with the span from the long form to the short one."""
    found: dict[tuple[str, str], Abbreviation] = {}
    for sentence in sentences:
        part = text[sentence.span.start : sentence.span.end]
        for match in _SHORT.finditer(part):
            if not _is_bracketed(match):
                continue
            short = match.group("short")
            long_span = _long_form(part[: match.start()], short)
            if long_span is None:
                continue
            long = part[long_span.start : long_span.end]
            span = Span(sentence.span.start + long_span.start, sentence.span.start + match.end())
            found.setdefault((short, long), Abbreviation(short=short, long=long, span=span))
    return list(found.values())


def _is_bracketed(match: re.Match[str]) -> bool:
    """Brackets belong together, and so do dashes; a dash before must follow a blank ("Rhein-" is none)."""
    opening, closing = match.group("open").strip(), match.group("close").strip()
    if opening in "([":
        return closing in ")]"
    before = match.string[: match.start()]
    return closing not in ")]" and (not before or before[-1].isspace())


def matches_initials(short: str, long: str) -> bool:
    """Whether ``short`` can be read off ``long``: "KIZ" fits "Kommunales Integrationszentrum".

    Its letters stand there in order, each at the beginning of a word or compound part where possible, the first at the
    beginning of the first word.
    """
    letters, characters = short.casefold(), long.casefold()
    if not characters or characters[0] != letters[0]:
        return False
    position = 0
    for letter in letters:
        position = characters.find(letter, position) + 1
        if not position:
            return False
    return True


def _long_form(before: str, short: str) -> Span | None:
    """The shortest run of words at the end of ``before`` that the short form abbreviates."""
    words = list(_WORD.finditer(before))[-_MOST_WORDS:]
    if not words or len(before) - words[-1].end() > 3:
        return None
    end = words[-1].end()
    capitals = sum(letter.isupper() for letter in short)
    for count, word in enumerate(reversed(words), start=1):
        if word.group().casefold() in _STOP or word.group()[0].casefold() != short[0].casefold():
            continue
        candidate = before[word.start() : end]
        if _BOUNDARY.search(candidate):
            return None
        if count * 2 >= capitals and _initials_fit(candidate, short):
            return Span(word.start(), end)
    return None


def _initials_fit(candidate: str, short: str) -> bool:
    """Every letter of the short form in order, with at least half of them beginning words of the candidate."""
    if not matches_initials(short, candidate):
        return False
    initials = [word.group()[0].casefold() for word in _WORD.finditer(candidate)]
    shared = sum(letter in initials for letter in short.casefold())
    return shared * 2 >= len(short)
