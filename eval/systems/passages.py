"""Our passages without the rest: dense search or BM25 alone, and the best-ranked passage is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from llama_index.core.schema import QueryBundle

from assistant.retrieval import HybridRetriever
from corpus.embedding import SentenceEmbedding
from corpus.store import Scope, Store
from corpus.types import Span
from corpus.vectors import VectorIndex
from eval.documents import StoredDocuments
from eval.questions import Place
from eval.systems.first_place import FirstPlaceSystem

Side = Literal["dense", "bm25"]


class PassageSystem(FirstPlaceSystem):
    """One side of the hybrid retrieval. Its confidence is the cosine, or BM25 score ``s`` as ``s / (1 + s)``.

    The question is searched as it was typed: no spelling, no conversation, no abbreviations.
    """

    def __init__(
        self, side: Side, store: Store, embedding: SentenceEmbedding, documents: StoredDocuments, *, scope: Scope
    ) -> None:
        super().__init__(store, documents, scope)
        self.name = side
        self._store = store
        self._vectors = VectorIndex(store.directory)
        self._embedding = embedding

    def units(self, document: str) -> Sequence[Span]:
        """See :class:`eval.systems.base.System`."""
        return self._documents.passages(document)

    def _ranked(self, question: str) -> tuple[list[Place], float]:
        dense = self.name == "dense"
        retriever = HybridRetriever(
            self._store, self._vectors, self._embedding, scope=self._scope, side="dense" if dense else "lexical"
        )
        found = retriever.rank(QueryBundle(query_str=question))
        confidence = 0.0
        if found:
            confidence = found[0].dense if dense else found[0].lexical / (1 + found[0].lexical)
        return [Place(ranked.passage.document, ranked.passage.span) for ranked in found], confidence
