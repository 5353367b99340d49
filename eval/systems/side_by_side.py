"""All systems over the same documents, so that every measurement compares with the same ones."""

from __future__ import annotations

from pathlib import Path

from assistant.assistant import Assistant
from corpus.embedding import SentenceEmbedding
from corpus.store import Scope, Store
from eval.documents import StoredDocuments
from eval.systems.base import System
from eval.systems.own import AssistantSystem
from eval.systems.passages import PassageSystem
from eval.systems.tutorial import TutorialSystem
from eval.systems.worded import WordedSystem
from eval.wordings import Wordings


def side_by_side(
    assistant: Assistant,
    store: Store,
    embedding: SentenceEmbedding,
    documents: StoredDocuments,
    *,
    scope: Scope,
    chunks: Path | None,
    wordings: Wordings,
) -> list[System]:
    """The assistant, and with a new folder ``chunks`` for LlamaIndex's index the plain pipelines after it.

    Where there is a language model, the assistant in its words stands beside itself; ``wordings`` counts its sentences.
    """
    ours: list[System] = [AssistantSystem(assistant, documents)]
    if assistant.has_language_model:
        ours.append(WordedSystem(assistant, documents, wordings))
    if chunks is None:
        return ours
    return [
        *ours,
        TutorialSystem(store, embedding, documents, chunks, scope=scope),
        PassageSystem("dense", store, embedding, documents, scope=scope),
        PassageSystem("bm25", store, embedding, documents, scope=scope),
    ]
