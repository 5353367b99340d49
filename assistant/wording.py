"""Everyday words beside the words of administrations: people ask "dagegen", papers say "abgelehnt".

The pairs are general German usage, not taken from a document. They widen the search and count as mentions of a
question's word, never as an answer. ``python -m eval.calibration`` measures the reader with them on public questions.
"""

from __future__ import annotations

from functools import cache

from corpus.analysis import analyse

_PAIRS: dict[str, str] = {
    "dagegen": "ablehnen abgelehnt Ablehnung",
    "gegen": "ablehnen abgelehnt Ablehnung",
    "sperren": "ablehnen abgelehnt",
    "dafür": "zustimmen befürworten unterstützen",
    "pro": "zustimmen befürworten",
    "Rathauschef": "Bürgermeister",
    "Rathaus": "Verwaltung",
    "Stadt": "Kommune",
    "Gemeinde": "Kommune",
    "Kommune": "Städte Gemeinden",
    "Geld": "Kosten Mittel Förderung",
    "teuer": "Kosten",
    "zahlen": "Kosten Finanzierung",
    "Zuschuss": "Förderung",
    "Ausländer": "Migrationshintergrund Zuwanderer",
    "Migranten": "Migrationshintergrund Zuwanderer",
    "Einwanderer": "Zuwanderer Migrationshintergrund",
    "Flüchtlinge": "Geflüchtete Asylbewerber",
    "Meinung": "Stellungnahme Auffassung",
    "Rückmeldung": "Stellungnahme Rückäußerung",
    "vorgeschlagen": "Beschlussvorschlag empfiehlt",
    "entscheiden": "beschließen Beschluss",
    "entschieden": "beschlossen Beschluss",
    "abstimmen": "beschließen Beschluss",
    "Plan": "Konzeption Konzept",
    "Nutzen": "Vorteil Chancen",
    "bringt": "Nutzen Vorteil",
    "zuständig": "verantwortlich Aufgabe",
    "anfangen": "beginnen Beginn",
    "starten": "beginnen Beginn",
    "loslegen": "beginnen Beginn",
}


@cache
def _by_term() -> dict[str, tuple[str, ...]]:
    return {term: (words, *analyse(words)) for word, words in _PAIRS.items() for term in analyse(word)}


def alternatives(term: str) -> tuple[str, ...]:
    """The index terms that administrations use for an everyday word's index term; mostly none."""
    return _by_term().get(term, ("",))[1:]


def wording(term: str) -> str:
    """The same as words, for embedding; empty if there is none."""
    return _by_term().get(term, ("",))[0]
