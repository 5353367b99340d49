"""A question that asks for several things, and one that only seems to."""

from __future__ import annotations

import pytest

from assistant.answer import Turn
from assistant.assistant import Assistant
from assistant.parts import parts_of
from assistant.question import QuestionReader
from corpus.settings import Settings
from corpus.spelling import Vocabulary

READER = QuestionReader([], Vocabulary({}))


@pytest.fixture(scope="module")
def assistant(whole_akte_settings: Settings) -> Assistant:
    return Assistant.open(whole_akte_settings)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Was kostet der Umbau, und bis wann soll er fertig sein?",
            ["Was kostet der Umbau?", "Bis wann soll er fertig sein?"],
        ),
        (
            "Wer hat den Antrag gestellt? Wann wurde er beraten?",
            ["Wer hat den Antrag gestellt?", "Wann wurde er beraten?"],
        ),
        (
            "In wie vielen Feldern besteht Bedarf, und welche sind das?",
            ["In wie vielen Feldern besteht Bedarf?", "Welche sind das?"],
        ),
        ("Wann und wo tagt der Ausschuss?", ["Wann und wo tagt der Ausschuss?"]),
        ("Was sagen Kreis und Kommunen dazu?", ["Was sagen Kreis und Kommunen dazu?"]),
        ("Ist es freiwillig oder Pflicht?", ["Ist es freiwillig oder Pflicht?"]),
        ("Was gilt für Vereine und Verbände, wenn sie Räume mieten?",) * 2,
    ],
)
def test_a_question_is_taken_apart_where_each_part_asks_for_itself(question: str, parts: str | list[str]) -> None:
    assert parts_of(question) == ([parts] if isinstance(parts, str) else parts)


def test_a_later_part_may_point_back_to_the_first_one() -> None:
    first, second = READER.understand_parts("Was kostet der Umbau, und bis wann soll er fertig sein?")
    assert (first.kind, first.standalone) == ("amount", "Was kostet der Umbau?")
    assert (second.kind, second.standalone) == (
        "date",
        "Bis wann soll er fertig sein? (im Zusammenhang mit: Was kostet der Umbau?)",
    )


def test_the_first_part_still_points_back_to_the_conversation() -> None:
    earlier = [Turn(role="user", text="Was plant der Kreis bei den Sprachmittlern?")]
    first, _ = READER.understand_parts("Was kostet das, und wer bezahlt es?", earlier)
    assert "Sprachmittlern" in first.standalone


def test_every_part_is_answered_from_its_own_place(assistant: Assistant) -> None:
    answer = assistant.answer(
        "Wann soll der Wegweiser „Gesund im Kreis“ erscheinen und wie viele Hefte sollen verteilt werden?"
    )
    assert answer.status == "answered"
    assert answer.short_answer is None
    quotes = " ".join(citation.quote for citation in answer.citations)
    assert "II/2015" in quotes
    assert "10.000 Hefte" in quotes


def test_what_stays_open_of_several_questions_is_said(assistant: Assistant) -> None:
    answer = assistant.answer("Wie viele Stellen soll das Zentrum haben, und welche Haarfarbe hat der Landrat?")
    assert answer.status == "partial"
    assert answer.citations
    assert any("Offen bleibt „Welche Haarfarbe hat der Landrat?“" in s.text for s in answer.statements)
