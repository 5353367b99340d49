"""What a document is about: its central sentences, and which document is meant."""

from __future__ import annotations

import pytest

from assistant.assistant import Assistant
from assistant.central import central_sentences, named_documents
from assistant.tasks import task_of
from corpus.settings import Settings
from corpus.store import Store


@pytest.fixture(scope="module")
def store(whole_akte_settings: Settings) -> Store:
    return Store(whole_akte_settings.data)


@pytest.fixture(scope="module")
def assistant(whole_akte_settings: Settings) -> Assistant:
    return Assistant.open(whole_akte_settings)


@pytest.mark.parametrize(
    ("question", "task"),
    [
        ("Worum geht es in der Vorlage?", "summary"),
        ("Was steht in Anhang 6?", "summary"),
        ("Bitte fasse die Konzeption zusammen!", "summary"),
        ("Was steht in der Vorlage zu den Kosten?", "answer"),
        ("Was spricht dafür und was dagegen?", "positions"),
        ("Vergleiche Anhang 4 mit Anhang 5.", "comparison"),
        ("Wie kam es zu der Konzeption?", "order"),
        ("Erkläre die Vorlage in Einfacher Sprache.", "plain"),
    ],
)
def test_what_kind_of_answer_is_wanted(question: str, task: str) -> None:
    assert task_of(question, "other") == task


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("Was steht in Anhang 6?", ["ki-anhang-6"]),
        ("Vergleiche die Anhänge 4 und 5.", ["ki-anhang-4", "ki-anhang-5"]),
        ("Fasse die Konzeption zusammen.", ["ki-konzeption"]),
        ("Fasse Anhang 16 zusammen.", []),
    ],
)
def test_the_documents_that_a_question_names(store: Store, question: str, documents: list[str]) -> None:
    assert [info.document for info in named_documents(question, store.documents())] == documents


def test_central_sentences_are_whole_in_order_and_from_several_sections(store: Store) -> None:
    found = central_sentences(store, "ki-konzeption", 6)
    text = store.text("ki-konzeption")
    assert len(found) == 6
    assert [sentence.index for sentence in found] == sorted(sentence.index for sentence in found)
    assert len({sentence.section for sentence in found}) >= 4
    assert all(text[sentence.span.start : sentence.span.end].rstrip("¹²³⁴⁵").endswith(".") for sentence in found)


def test_who_asks_what_a_document_says_gets_a_selection_that_calls_itself_one(assistant: Assistant) -> None:
    answer = assistant.answer("Worum geht es in der Vorlage?")
    assert answer.status == "answered"
    assert answer.text.startswith(
        "Wichtige Sätze aus Vorlage „Einrichtung eines Kommunalen Integrationszentrums“ (3 Seiten):"
    )
    assert {citation.document for citation in answer.citations} == {"ki-vorlage"}
    assert answer.short_answer is None
    assert "keine vollständige Zusammenfassung. Abschnitte: Beschlussvorschlag · " in answer.text


def test_who_compares_two_documents_gets_sentences_of_both(assistant: Assistant) -> None:
    answer = assistant.answer("Vergleiche Anhang 4 und Anhang 5.")
    assert {citation.document for citation in answer.citations} == {"ki-anhang-4", "ki-anhang-5"}
