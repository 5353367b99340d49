"""What becomes of what a language model writes, over real HTTP, with the real Akte."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from assistant.answer import Answer
from assistant.engine import Progress
from corpus.settings import Settings
from corpus.store import Store
from tests.writing.conftest import prompts, writing

WHY = "Warum lehnen Kommunen die Einrichtung des Kommunalen Integrationszentrums ab?"
FACT = "Wie viele Kreise und kreisfreie Städte in NRW haben schon ein Integrationszentrum?"


def copies(most: int = 3) -> object:
    def write(lines: dict[int, str]) -> Iterable[str]:
        for number, text in list(lines.items())[:most]:
            yield f"{text.rstrip('.')} [{number}]. "

    return write


def generated(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements if statement.kind == "generated"]


def check_invariants(answer: Answer, settings: Settings) -> None:
    store = Store(settings.data)
    assert len({citation.number for citation in answer.citations}) == len(answer.citations)
    for citation in answer.citations:
        assert store.text(citation.document)[citation.char_start : citation.char_end] == citation.quote
    store.close()


def test_proven_sentences_become_the_answer_with_their_quotes_below(settings: Settings) -> None:
    with writing(settings, copies()) as (assistant, server):
        answer = assistant.answer(WHY)
    assert answer.engine == "generated"
    assert len(generated(answer)) == 3
    assert {s.verification for s in answer.statements if s.kind == "generated"} == {"supported"}
    assert "Testmodell" in answer.text
    assert "first_word" in answer.timings_ms
    check_invariants(answer, settings)
    assert "Frage: " in prompts(server)[0]


def test_a_fact_is_told_by_its_quote_and_no_model_is_asked(settings: Settings) -> None:
    with writing(settings, copies()) as (assistant, server):
        answer = assistant.answer(FACT)
        assert answer.engine == "quotes"
        assert answer.short_answer is not None
        assert not prompts(server)
        assert assistant.answer(WHY, engine="quotes").engine == "quotes"
        assert not prompts(server)


def test_a_refusal_stays_one_whatever_a_model_would_say(settings: Settings) -> None:
    with writing(settings, lambda _: ["Das KI kostet 3 Mio. Euro [1]."]) as (assistant, server):
        answer = assistant.answer("Wie hoch ist der Hebesatz der Grundsteuer B in Kommune 03?")
        assert answer.status == "not_found"
        assert not prompts(server)


def test_sentences_are_shown_while_they_are_written(settings: Settings) -> None:
    def slowly(lines: dict[int, str]) -> Iterable[str | float]:
        for number, text in list(lines.items())[:3]:
            yield f"{text.rstrip('.')} [{number}]. "
            yield 0.4

    shown: list[tuple[float, str]] = []
    began = time.monotonic()

    def watch(progress: Progress) -> None:
        if progress.statement is not None:
            shown.append((time.monotonic() - began, progress.statement.text))

    with writing(settings, slowly) as (assistant, _):
        answer = assistant.answer(WHY, watch=watch)
    assert [text for _, text in shown] == generated(answer)
    assert shown[-1][0] - shown[0][0] > 0.5


def test_the_quotes_stay_whole_whatever_the_model_cites(settings: Settings) -> None:
    with writing(settings, copies()) as (assistant, _):
        quotes = assistant.answer(WHY, engine="quotes")

        def last(lines: dict[int, str]) -> Iterable[str]:
            number, text = list(lines.items())[-1]
            yield f"{text.rstrip('.')} [{number}]."

        with writing(settings, last) as (other, _):
            answer = other.answer(WHY)
    assert len(quotes.citations) > 1
    for quote in quotes.citations:
        assert any(
            c.document == quote.document and c.char_start <= quote.char_start and quote.char_end <= c.char_end
            for c in answer.citations
        )


@pytest.mark.parametrize(
    ("writes", "said"),
    [
        (lambda _: [500], "meldet einen Fehler"),
        (lambda _: [20.0, "zu spät"], "nicht rechtzeitig zu antworten begonnen"),
        (lambda _: [""], "nichts geantwortet"),
        (lambda _: ["KEINE ANGABE"], "keine Antwort gesehen"),
        (lambda _: ['{"antwort": "Die Kommunen lehnen es ab", "quelle": [1'], "nicht belegen"),
        (lambda _: ["Die Kommunen lehnen das KI ab. " * 3], "nicht belegen"),
        (lambda _: (f"Satz {n} sagt nichts. " for n in range(10_000)), "nicht belegen"),
        (lambda _: ("blabla " for _ in range(100_000)), ""),
    ],
)
def test_where_nothing_is_proven_the_quotes_answer_and_say_why(settings: Settings, writes: object, said: str) -> None:
    with writing(settings, writes) as (assistant, _):
        quotes = assistant.answer(WHY, engine="quotes")
        answer = assistant.answer(WHY)
    assert answer.engine == "quotes"
    assert answer.citations == quotes.citations
    assert said in answer.statements[-1].text
    assert answer.statements[-1].text.startswith("Geantwortet wird nur mit Zitaten:")
    check_invariants(answer, settings)


def test_what_breaks_off_keeps_what_was_proven(settings: Settings) -> None:
    def breaks(lines: dict[int, str]) -> Iterable[str | int]:
        number, text = next(iter(lines.items()))
        yield f"{text.rstrip('.')} [{number}]. "
        yield "Und dann "
        yield 500

    with writing(settings, breaks) as (assistant, _):
        answer = assistant.answer(WHY)
    assert len(generated(answer)) == 1
    assert "nicht fertig geworden" in answer.text


def test_an_unproven_sentence_is_asked_for_again_with_the_objection(settings: Settings) -> None:
    def wrong_then_right(lines: dict[int, str]) -> Iterable[str]:
        number, text = next(iter(lines.items()))
        if len(lines) == 1:  # the request for the one sentence
            yield f"{text.rstrip('.')} [{number}]."
        else:
            yield f"{text.rstrip('.')}, was 2,4 Mio. Euro kostet [{number}]. "

    with writing(settings, wrong_then_right) as (assistant, server):
        answer = assistant.answer(WHY)
    assert len(prompts(server)) == 2
    assert "„2,4 Mio. Euro“ steht nicht an der genannten Stelle." in prompts(server)[1]
    assert len(generated(answer)) == 1
    assert "2,4" not in answer.text


def test_a_sentence_that_stays_unproven_gives_way_to_its_quote_or_goes_and_the_answer_says_so(
    settings: Settings,
) -> None:
    def stubborn(lines: dict[int, str]) -> Iterable[str]:
        numbers = list(lines)
        if len(lines) < 5:  # asked for one sentence again
            yield f"Das kostet 2,4 Mio. Euro [{numbers[0]}]."
            return
        yield f"{lines[numbers[0]].rstrip('.')} [{numbers[0]}]. "
        yield f"{lines[numbers[-1]].rstrip('.')}, was 2,4 Mio. Euro kostet [{numbers[-1]}]. "
        yield "Der Landrat begrüßt das sehr. "

    with writing(settings, stubborn) as (assistant, _):
        answer = assistant.answer(WHY)
    assert len(generated(answer)) == 1
    assert [s.verification for s in answer.statements if s.kind == "quote"] == ["verbatim"]
    assert "2,4 Mio" not in answer.text
    assert "Landrat begrüßt" not in answer.text
    assert "im Wortlaut des Dokuments" in answer.text
    assert "fehlt hier" in answer.text


def test_who_calls_off_ends_the_writing(settings: Settings) -> None:
    def endless(_: dict[int, str]) -> Iterable[str | float]:
        while True:
            yield "und "
            yield 0.05

    class OffError(Exception):
        pass

    begun: list[float] = []

    def watch(progress: Progress) -> None:
        if progress.stage == "writing":
            begun.append(time.monotonic())
            if begun[-1] - begun[0] > 0.5:
                raise OffError

    with writing(settings, endless) as (assistant, server):
        with pytest.raises(OffError):
            assistant.answer(WHY, watch=watch)
        until = time.monotonic() + 5
        while not server.questions[0].hung_up and time.monotonic() < until:
            time.sleep(0.05)
        assert server.questions[0].hung_up


def test_a_summary_is_written_from_the_sentences_that_stand_for_the_document(settings: Settings) -> None:
    with writing(settings, copies(5)) as (assistant, server):
        answer = assistant.answer("Fasse die Konzeption zusammen.")
    assert answer.engine == "generated"
    assert {citation.document for citation in answer.citations} == {"ki-konzeption"}
    assert "Fasse zusammen" in prompts(server)[0]
    check_invariants(answer, settings)


def test_a_letters_we_never_becomes_the_assistants(settings: Settings) -> None:
    with writing(settings, copies(12)) as (assistant, server):
        answer = assistant.answer(WHY)
    assert any(" wir " in text for text in prompts(server)[0].splitlines())
    assert not any(" wir " in text for text in generated(answer))
