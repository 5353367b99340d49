"""What may be asked next can be answered: tried on the Akte, and on a second Vorlage that no rule was made for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.answer import Answer, Turn
from assistant.engine import Progress
from assistant.web.further import further_html
from assistant.web.progress import HungUpError
from corpus.settings import Settings
from tests.conftest import QUESTION, Run

SECOND = """# Vorlage 2025/118: Sanierung der Turnhalle Am Anger

Gremium: Bauausschuss, Sitzung am 04.11.2025

## Beschlussvorschlag

Der Bauausschuss beschließt, die Turnhalle Am Anger in den Jahren 2026 und 2027 zu sanieren.

## Sachverhalt

Die Turnhalle Am Anger wurde 1968 gebaut. Das Dach ist seit dem Winter 2023 undicht. Die SPD-Fraktion hat am
12.05.2025 beantragt, die Halle zu sanieren. Der Landessportbund (LSB) hat das Vorhaben geprüft und befürwortet es. Der
Turnverein Anger lehnt den Plan ab, weil die Halle während der Bauzeit geschlossen bleibt.

## Finanzielle Auswirkungen

Die Sanierung kostet 1.250.000 Euro. Davon trägt das Land 40 Prozent. Im Haushalt 2026 stehen 500.000 Euro bereit.
"""


@pytest.fixture(scope="module")
def second(run: Run, tmp_path_factory: pytest.TempPathFactory, models_directory: Path) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("zweite")
    (folder / "akte").mkdir()
    (folder / "akte" / "vorlage.md").write_text(SECOND, encoding="utf-8")
    done = run("ingest", str(folder / "akte"), data=folder / "daten")
    assert done.code == 0, done.err
    assistant = Assistant.open(Settings(data=folder / "daten", models=models_directory))
    yield assistant
    assistant.close()


@pytest.fixture(scope="module")
def first(whole_akte_settings: Settings) -> Iterator[Assistant]:
    assistant = Assistant.open(whole_akte_settings)
    yield assistant
    assistant.close()


def conversation(question: str, answer: Answer) -> list[Turn]:
    return [Turn(role="user", text=question), Turn(role="assistant", text=answer.text)]


def after(assistant: Assistant, question: str, documents: list[str] | None = None) -> tuple[list[str], list[Answer]]:
    """What is proposed after the answer to a question, and what comes of it when it is asked then."""
    answer = assistant.answer(question, documents=documents)
    history = conversation(question, answer)
    proposed = list(assistant.further_questions(answer, history=history, shown=answer.citations, documents=documents))
    return proposed, [assistant.answer(one, history=history, documents=documents) for one in proposed]


def test_a_second_vorlage_gets_questions_of_its_own(second: Assistant) -> None:
    proposed, _ = after(second, "Was kostet die Sanierung?")
    assert "Warum lehnt der Turnverein Anger den Plan ab?" in proposed
    assert "Wann hat die SPD-Fraktion beantragt, die Halle zu sanieren?" in proposed


@pytest.mark.parametrize("question", [QUESTION, "Wofür steht MAIS?", "Warum lehnt Kommune 07 ab?"])
def test_what_is_proposed_is_surely_answered_and_by_new_quotes(first: Assistant, question: str) -> None:
    shown = {(citation.document, citation.char_start) for citation in first.answer(question).citations}
    proposed, answers = after(first, question)
    assert proposed
    assert question not in proposed
    places = [(answer.citations[0].document, answer.citations[0].char_start) for answer in answers]
    assert len(set(places)) == len(places)
    assert not shown & set(places)
    for answer in answers:
        assert first.is_sure(answer), answer.question
        assert "Am ehesten passt" not in answer.text


def test_what_has_been_asked_is_not_proposed_again(second: Assistant) -> None:
    asked = "Warum lehnt der Turnverein Anger den Plan ab?"
    earlier = second.answer(asked)
    answer = second.answer("Was kostet die Sanierung?")
    history = [*conversation(asked, earlier), *conversation("Was kostet die Sanierung?", answer)]
    shown = [*earlier.citations, *answer.citations]
    assert asked not in list(second.further_questions(answer, history=history, shown=shown))


def test_what_is_proposed_keeps_to_the_chosen_documents(first: Assistant) -> None:
    proposed, answers = after(first, "Warum lehnt Kommune 07 ab?", ["ki-anhang-6"])
    assert proposed
    assert {citation.document for answer in answers for citation in answer.citations} == {"ki-anhang-6"}


def test_whoever_watches_can_end_the_search(second: Assistant) -> None:
    answer = second.answer("Was kostet die Sanierung?")

    def end(_progress: Progress) -> None:
        raise HungUpError("Genug.")

    history = conversation("Was kostet die Sanierung?", answer)
    with pytest.raises(HungUpError):
        list(second.further_questions(answer, history=history, shown=answer.citations, watch=end))


def test_words_of_documents_stay_text_in_the_buttons() -> None:
    made = further_html(['Was kostet <img src=x onerror="alert(1)">?'])
    assert "<img" not in made
    assert "&lt;img" in made
    assert further_html([]) == ""
