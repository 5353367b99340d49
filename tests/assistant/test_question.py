"""What a question refers to, and what kind of answer it wants."""

from __future__ import annotations

import pytest

from assistant.answer import Turn
from assistant.question import QuestionReader
from corpus.spelling import Vocabulary

READER = QuestionReader([], Vocabulary({}))
EARLIER = [
    Turn(role="user", text="Wie viele Kommunen haben geantwortet?"),
    Turn(role="assistant", text="Acht Kommunen haben geantwortet."),
]


@pytest.mark.parametrize(
    "question",
    [
        "Und wer war dagegen?",
        "Wann war das?",
        "Warum sind die dagegen?",
        "Was soll das kosten?",
        "In wie vielen Sprachen?",
        "Auf welcher rechtlichen Grundlage denn?",
        "Hat sie zugestimmt?",
        "Und der zweite?",
        "Wie hoch sind diese?",
    ],
)
def test_a_follow_up_is_shown_with_what_it_refers_to(question: str) -> None:
    assert READER.understand(question, EARLIER).standalone == (
        f"{question} (im Zusammenhang mit: Wie viele Kommunen haben geantwortet?)"
    )


@pytest.mark.parametrize(
    "question",
    [
        "Wann soll das Zentrum seine Arbeit aufnehmen?",
        "Was ist das neue Konzept?",
        "Was kostet das Integrationszentrum, und wer bezahlt es?",
        "Können Sie mir sagen, wer den Antrag gestellt hat?",
        "Gibt es einen Wegweiser zum Gesundheitssystem?",
        "Was steht im Beschlussvorschlag der Verwaltung?",
    ],
)
def test_a_question_that_stands_alone_takes_nothing_from_the_conversation(question: str) -> None:
    assert READER.understand(question, EARLIER).standalone == question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wann beginnt die Förderung?", "date"),
        ("Was kostet das?", "amount"),
        ("Wie viele Stellen gibt es?", "number"),
        ("Wer hat den Antrag gestellt?", "person"),
        ("Warum wird das abgelehnt?", "reason"),
        ("Ist das beschlossen?", "yes_no"),
        ("Welche Gremien beraten darüber?", "list"),
    ],
)
def test_the_question_word_tells_the_kind_of_answer(question: str, kind: str) -> None:
    assert READER.understand(question).kind == kind
