"""What every pipeline without a reader has in common: the best-ranked place is the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from copy import copy
from time import perf_counter
from typing import Self

from assistant.answer import Answer, NotFound, Statement, Turn
from assistant.citations import CitationMaker
from corpus.store import Scope, Store
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.questions import Place
from eval.systems.base import Response


class FirstPlaceSystem(ABC):
    """Ranks places and answers with the first one; it refuses only where there is none, and has no memory."""

    def __init__(self, store: Store, documents: StoredDocuments, scope: Scope) -> None:
        self._documents = documents
        self._citations = CitationMaker(store, scope)
        self._scope = scope

    def within(self, documents: Collection[str]) -> Self:
        """See :class:`eval.systems.base.System`."""
        narrowed = copy(self)
        narrowed._scope = self._scope.within(documents)  # noqa: SLF001 - one of this class
        return narrowed

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Response:  # noqa: ARG002 - it has no memory
        """See :class:`eval.systems.base.System`."""
        started = perf_counter()
        ranking, confidence = self._ranked(question)
        answer = self._answer(question, ranking, confidence)
        return Response(answer, ranking, 1, (), perf_counter() - started)

    @abstractmethod
    def units(self, document: str) -> Sequence[Span]:
        """See :class:`eval.systems.base.System`."""

    @abstractmethod
    def _ranked(self, question: str) -> tuple[list[Place], float]:
        """The places that the scope shows, best first, and how sure the first one is; any number."""

    def _answer(self, question: str, ranking: Sequence[Place], confidence: float) -> Answer:
        cited = [self._citations.make(1, place.document, place.span, "") for place in ranking[:1]]
        return Answer(
            question=question,
            standalone_question=question,
            status="answered" if cited else "not_found",
            text="[1]" if cited else "Keine Fundstelle.",
            short_answer=None,
            statements=[Statement(text=c.quote, kind="quote", citations=[1], verification="verbatim") for c in cited],
            citations=cited,
            not_found=None if cited else NotFound(searched=len(self._documents), announced_but_missing=[], nearest=[]),
            engine="quotes",
            confidence=min(max(confidence, 0.0), 1.0),
            timings_ms={},
            settings="",
        )
