"""Our passages without the rest: dense search or BM25 alone, and the best-ranked passage is the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from time import perf_counter
from typing import Literal, Self

from llama_index.core.schema import QueryBundle

from assistant.answer import Turn
from assistant.citations import CitationMaker
from assistant.retrieval import HybridRetriever
from corpus.embedding import SentenceEmbedding
from corpus.store import Scope, Store
from corpus.types import Span
from corpus.vectors import VectorIndex
from eval.documents import StoredDocuments
from eval.questions import Place
from eval.systems.base import Clock, Response, Stopwatch, first_place_answer

Side = Literal["dense", "bm25"]


class PassageSystem:
    """One side of the hybrid retrieval. Its confidence is the cosine, or BM25 score ``s`` as ``s / (1 + s)``.

    The question is searched as it was typed: no spelling, no conversation, no abbreviations.
    """

    def __init__(
        self,
        side: Side,
        store: Store,
        embedding: SentenceEmbedding,
        documents: StoredDocuments,
        *,
        scope: Scope,
        clock: Clock = perf_counter,
    ) -> None:
        self.name = side
        self._store = store
        self._vectors = VectorIndex(store.directory)
        self._embedding = embedding
        self._documents = documents
        self._citations = CitationMaker(store, scope)
        self._clock = clock
        self._narrow(scope)

    def within(self, documents: Collection[str]) -> Self:
        """See :class:`System`."""
        narrowed = copy(self)
        narrowed._narrow(self._scope.within(documents))  # noqa: SLF001 - one of this class
        return narrowed

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Response:  # noqa: ARG002 - a plain search has no memory
        """See :class:`System`."""
        watch = Stopwatch(self._clock)
        found = self._retriever.rank(QueryBundle(query_str=question))
        ranking = [Place(ranked.passage.document, ranked.passage.span) for ranked in found]
        confidence = 0.0
        if found:
            confidence = found[0].dense if self.name == "dense" else found[0].lexical / (1 + found[0].lexical)
        answer = first_place_answer(question, ranking, confidence, self._citations, len(self._documents))
        return Response(answer, ranking, 1, (), watch.seconds())

    def units(self, document: str) -> Sequence[Span]:
        """See :class:`System`."""
        return self._documents.passages(document)

    def _narrow(self, scope: Scope) -> None:
        self._scope = scope
        self._retriever = HybridRetriever(
            self._store,
            self._vectors,
            self._embedding,
            scope=scope,
            dense_weight=1.0 if self.name == "dense" else 0.0,
        )
