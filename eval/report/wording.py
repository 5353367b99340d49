"""How figures, groups and systems are called in German, and how numbers are written."""

from __future__ import annotations

from typing import Final

from eval.figures import Figure
from eval.statistics import Estimate

NOTHING: Final = "–"
GROUPS: Final = {"calibration": "Kalibrierung", "test": "Test", "all": "alle"}
KINDS: Final = {
    "fact": "Tatsache",
    "date": "Datum",
    "number": "Zahl",
    "who": "Wer",
    "why": "Warum",
    "list": "Aufzählung",
    "negation": "Verneinung",
    "definition": "Begriff",
    "order": "Reihenfolge",
    "false-premise": "falsche Annahme",
    "plain-language": "Alltagssprache",
    "typo": "Tippfehler",
    "follow-up": "Nachfrage",
    "abbreviation": "Abkürzung",
    "yes-no": "Ja/Nein",
    "proposal-vs-decision": "Vorschlag/Beschluss",
    "table": "Tabelle",
    "scan": "Scan",
    "multi-document": "mehrere Dokumente",
    "conflict": "verschiedene Angaben",
    "scope": "in einem Dokument",
    "answerable": "beantwortbar",
    "unanswerable": "unbeantwortbar",
}
SYSTEMS: Final = {
    "aktenkundig": "aktenkundig",
    "llama-index": "LlamaIndex (Anleitung)",
    "dense": "nur Vektoren",
    "bm25": "nur BM25",
    "worded": "aktenkundig, formuliert",
    "always_answer": "immer antworten",
    "always_refuse": "immer ablehnen",
}


def group_title(name: str) -> str:
    """A split or a kind of question."""
    return GROUPS.get(name) or KINDS.get(name, name)


def number(value: float | None, figure: Figure) -> str:
    """A figure's value: a share in per cent, other numbers as they are; "–" where nothing was tested."""
    return f"{bare(value, figure)} %" if value is not None and figure.share else bare(value, figure)


def bare(value: float | None, figure: Figure) -> str:
    """The same without the unit, for the ends of an interval."""
    if value is None:
        return NOTHING
    return percentage(value) if figure.share else decimal(value, 3 if abs(value) < 10 else 0)


def with_interval(estimate: Estimate, figure: Figure) -> str:
    """A value with its interval: "61,5 % [50,7; 71,8]"."""
    if estimate.value is None:
        return NOTHING
    return f"{number(estimate.value, figure)} [{bare(estimate.low, figure)}; {bare(estimate.high, figure)}]"


def signed(value: float | None, figure: Figure) -> str:
    """A difference with its sign; of shares in percentage points."""
    written = bare(value, figure)
    return written if written.startswith("-") or not value else f"+{written}"


def signed_with_interval(difference: Estimate, figure: Figure, star: str = "") -> str:
    """A difference with its interval; the star stands where chance hardly explains it."""
    if difference.value is None:
        return NOTHING
    low, high = signed(difference.low, figure), signed(difference.high, figure)
    return f"{signed(difference.value, figure)}{star} [{low}; {high}]"


def percentage(share: float) -> str:
    """A share in per cent; 100,0 means exactly all, so that one wrong quote in thousands stays visible."""
    value = 99.9 if 0.999 <= share < 1 else share * 100
    return decimal(value, 1)


def decimal(value: float, digits: int) -> str:
    """A number with a decimal comma."""
    return f"{value:.{digits}f}".replace(".", ",")
