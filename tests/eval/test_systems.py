"""What is measured beside ours is what it claims to be, and answers in the same shape about the same texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings
from corpus.store import Scope, Store
from eval.documents import StoredDocuments
from eval.systems import AssistantSystem, PassageSystem, System, TutorialSystem

pytestmark = pytest.mark.slow

QUESTION = "Wie hoch ist die Kreisumlage 2014 von Kommune 07?"


@pytest.fixture(scope="module")
def store(whole_akte_settings: Settings) -> Store:
    return Store(whole_akte_settings.data)


@pytest.fixture(scope="module")
def documents(store: Store) -> StoredDocuments:
    return StoredDocuments(store)


@pytest.fixture(scope="module")
def embedding(whole_akte_settings: Settings) -> SentenceEmbedding:
    return open_embedding(whole_akte_settings)


@pytest.fixture(scope="module")
def systems(
    whole_akte_settings: Settings,
    store: Store,
    documents: StoredDocuments,
    embedding: SentenceEmbedding,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, System]]:
    chunks = tmp_path_factory.mktemp("chunks")
    assistant = Assistant(whole_akte_settings, embedding)
    found: list[System] = [
        AssistantSystem(assistant, documents),
        TutorialSystem(store, embedding, documents, chunks, scope=Scope()),
        PassageSystem("dense", store, embedding, documents, scope=Scope()),
        PassageSystem("bm25", store, embedding, documents, scope=Scope()),
    ]
    yield {system.name: system for system in found}
    assistant.close()


NAMES = ("aktenkundig", "llama-index", "dense", "bm25")


@pytest.mark.parametrize("name", NAMES)
def test_every_system_quotes_verbatim_and_says_where(
    systems: dict[str, System], documents: StoredDocuments, name: str
) -> None:
    answer = systems[name].ask(QUESTION).answer
    assert answer.citations
    for cited in answer.citations:
        assert documents[cited.document][cited.char_start : cited.char_end] == cited.quote
        assert cited.pages


@pytest.mark.parametrize("name", NAMES)
def test_what_a_system_ranks_are_its_own_units(
    systems: dict[str, System], documents: StoredDocuments, name: str
) -> None:
    response = systems[name].ask(QUESTION)
    units = {(document, unit) for document in documents for unit in systems[name].units(document)}
    ranked = [(place.document, place.span) for place in response.ranking]
    assert set(ranked) <= units
    assert len(set(ranked)) == len(ranked) >= 20
    assert 0 < response.read <= len(ranked)


@pytest.mark.parametrize("name", NAMES)
def test_a_narrowed_system_finds_nothing_elsewhere(systems: dict[str, System], name: str) -> None:
    narrowed = systems[name].within(["ki-anhang-4"])
    response = narrowed.ask(QUESTION)
    assert {place.document for place in response.ranking} == {"ki-anhang-4"}
    assert {cited.document for cited in response.answer.citations} <= {"ki-anhang-4"}
    assert systems[name].within([]).ask(QUESTION).answer.status == "not_found"
    assert "ki-anhang-2" in {place.document for place in systems[name].ask(QUESTION).ranking}


def test_the_plain_pipelines_answer_what_cannot_be_answered_and_ours_knows_more_than_one_sentence(
    systems: dict[str, System],
) -> None:
    question = "Wie heißt der Hund des Landrats?"
    for name in NAMES[1:]:
        answer = systems[name].ask(question).answer
        assert (answer.status, answer.short_answer, len(answer.citations)) == ("answered", None, 1)
    assert len(systems["aktenkundig"].ask(question).sentences) > 5


def test_dense_ranks_by_cosine_and_bm25_by_words(
    systems: dict[str, System], store: Store, embedding: SentenceEmbedding
) -> None:
    query = np.asarray(embedding.get_query_embedding(QUESTION), dtype=np.float32)
    passages = store.passages(sorted(store.passage_keys()), Scope())
    vectors = {
        (p.document, p.span): np.asarray(systems["dense"]._vectors.vectors([key])[key])  # type: ignore[attr-defined]
        for key, p in passages.items()
    }
    best = max(vectors, key=lambda place: float(vectors[place] @ query))
    first = systems["dense"].ask(QUESTION).ranking[0]
    assert (first.document, first.span) == best
    by_words = systems["bm25"].ask("Aufwandsentschädigung").ranking[0]
    assert "Aufwandsentschädigung" in store.text(by_words.document)[by_words.span.start : by_words.span.end]


def test_chunks_of_the_tutorial_cover_every_page(systems: dict[str, System], documents: StoredDocuments) -> None:
    for document in documents:
        covered = {n for unit in systems["llama-index"].units(document) for n in range(unit.start, unit.end)}
        text = documents[document]
        assert all(n in covered for n, character in enumerate(text) if not character.isspace()), document


def test_nearest_quotes_of_a_refusal_come_before_other_sentences(systems: dict[str, System]) -> None:
    response = systems["aktenkundig"].ask("Wie viele Einwohner hat Kommune 12?")
    quotes = response.quotes(5)
    assert len(quotes) == 5
    shown = response.answer.citations or (response.answer.not_found.nearest if response.answer.not_found else [])
    assert quotes[: len(shown)] == shown[:5]


def test_the_clock_measures_what_the_caller_waits(
    whole_akte_settings: Settings, documents: StoredDocuments, embedding: SentenceEmbedding, tmp_path: Path
) -> None:
    ticks = iter([10.0, 10.25])
    assistant = Assistant(whole_akte_settings, embedding)
    system = AssistantSystem(assistant, documents, clock=lambda: next(ticks))
    assert system.ask(QUESTION).seconds == 0.25
    assistant.close()
    assert not list(tmp_path.iterdir())
