"""The short answer is what the question asks for, and never a number that the question itself names."""

from __future__ import annotations

import pytest

from assistant.question import QuestionReader
from assistant.short_answer import RowCell, may_be_who, short_answer, short_answer_in_row
from corpus.spelling import Vocabulary
from corpus.types import Span

READER = QuestionReader([], Vocabulary({}))


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Aus wie vielen Ortsteilen besteht Kommune 11?", "Kommune 11 besteht aus 21 Ortsteilen.", "21"),
        ("Wie viele Klassen hat die Schule in Bezirk 3?", "Die Schule in Bezirk 3 hat 12 Klassen.", "12"),
        ("Wie viele Plätze hat Haus 7?", "Haus 7 hat neue Plätze.", None),
        ("Wie oft tagt die Gruppe?", "Sie lädt fünf Verbände vierteljährlich ein.", "vierteljährlich"),
        ("Wie häufig wird berichtet?", "Berichtet wird zweimal im Jahr.", "zweimal im Jahr"),
        ("Wie viele Paten gibt es?", "Vierzehn ehrenamtliche Paten helfen.", "Vierzehn"),
        ("Wann erscheint das Heft?", "Das Heft erscheint im dritten Quartal 2016.", "dritten Quartal 2016"),
        (
            "Wie viele Kreise haben ein KI?",
            "Inzwischen haben 47 von insgesamt 54 Kreisen ein KI.",
            "47 von insgesamt 54",
        ),
    ],
)
def test_a_number_that_names_something_in_the_question_is_no_answer(
    question: str, sentence: str, expected: str | None
) -> None:
    found = short_answer(READER.understand(question), sentence)
    assert (sentence[found.start : found.end] if found else None) == expected


def test_a_sum_of_money_is_no_number_of_something() -> None:
    row = [("Funktion", "Leitung"), ("Stellen", "5,5"), ("Förderung des Landes im Jahr", "bis 170.000,00 €")]
    cells = [RowCell(header, text, Span(10 * n, 10 * n + len(text))) for n, (header, text) in enumerate(row)]
    assert short_answer_in_row(READER.understand("Wie viele Stellen fördert das Land?"), cells) == cells[1].span
    assert short_answer_in_row(READER.understand("Mit wie viel Euro fördert das Land?"), cells) == cells[2].span


def test_in_a_timetable_the_cell_that_names_the_row_is_the_date() -> None:
    row = [("Zeit", "II/2015"), ("Arbeitsschritt", "Wegweiser erscheint"), ("Ergebnis", "8 Sprachen")]
    cells = [RowCell(header, text, Span(40 * n, 40 * n + len(text))) for n, (header, text) in enumerate(row)]
    assert short_answer_in_row(READER.understand("Wann erscheint der Wegweiser?"), cells) == cells[0].span


@pytest.mark.parametrize(
    ("sentence", "told", "may"),
    [
        ("Es ist den Kreisen die Möglichkeit eröffnet.", "den Kreisen", False),
        ("Es wurde von den Kreisen beantragt.", "den Kreisen", True),
        ("Es wurde vom Landrat beantragt.", "vom Landrat", True),
        ("Die Fraktionen haben es beantragt.", "Die Fraktionen", True),
    ],
)
def test_who_does_something_is_no_object(sentence: str, told: str, may: bool) -> None:
    asked = READER.understand("Wer hat es beantragt?")
    start = sentence.index(told)
    assert may_be_who(asked, sentence, Span(start, start + len(told))) is may
