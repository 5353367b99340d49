"""Sentences become questions only where German grammar makes that safe."""

from __future__ import annotations

import pytest

from assistant.turned import LONGEST, questions_in


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Am 09.12.2013 hat der Rat die Verwaltung beauftragt.", "Wann hat der Rat die Verwaltung beauftragt?"),
        ("Ab 1. Juli 2026 wird die Halle gesperrt.", "Ab wann wird die Halle gesperrt?"),
        ("Die Turnhalle Am Anger wurde 1968 gebaut.", "Wann wurde die Turnhalle Am Anger gebaut?"),
        ("Die Fraktion hat am 12.05.2025 beantragt,\ndie Halle zu sanieren.",
         "Wann hat die Fraktion beantragt, die Halle zu sanieren?"),
        ("Die Satzung tritt im Januar 2026 in Kraft.", "Wann tritt die Satzung in Kraft?"),
        ("Die Sanierung der Halle kostet 1.250.000 Euro.", "Was kostet die Sanierung der Halle?"),
        ("Der Zuschuss des Landes beträgt 40 Prozent.", "Wie hoch ist der Zuschuss des Landes?"),
        ("Die Kosten betragen 500 Euro.", "Wie hoch sind die Kosten?"),
        ("Insgesamt 47 Kreise haben ein Zentrum.", "Wie viele Kreise haben ein Zentrum?"),
        ("Der Verein lehnt den Plan ab, weil die Halle geschlossen bleibt.", "Warum lehnt der Verein den Plan ab?"),
    ],
)  # fmt: skip
def test_a_sentence_becomes_a_correct_question(sentence: str, question: str) -> None:
    assert list(questions_in(sentence)) == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "Am 09.12.2013 hat er die Verwaltung beauftragt.",  # who?
        "Die Kommune hat am 09.12.2013 dazu Stellung genommen.",  # to what?
        "Das Dach ist seit dem Winter 2023 undicht.",
        "Die Arbeiten beginnen am 01.07.2026 und enden im August 2027.",
        "Der Antrag vom 05.12.2013 liegt vor.",
        "Die Halle ist nach der Verordnung vom 3. Mai 2010 geprüft.",
        "Die Halle ist alt.",
        "Die Halle (Baujahr 1968) wurde 1999 erweitert.",
        "Wann wurde die Halle gebaut?",
        "Beschlossen am 09.12.2013",
        "",
    ],
)
def test_what_cannot_be_turned_safely_becomes_none(sentence: str) -> None:
    assert list(questions_in(sentence)) == []


def test_a_question_is_short_enough_for_a_button() -> None:
    assert list(questions_in(f"Die Halle wurde 1968 {'sehr ' * LONGEST}schnell gebaut.")) == []
