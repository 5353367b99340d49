"""The assistant as users have it: every question goes through the code that answers them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from time import perf_counter
from typing import Self

from assistant.answer import Turn
from assistant.assistant import Assistant
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.questions import Place
from eval.systems.base import Response


class AssistantSystem:
    """The assistant over one store; ``clock`` gives seconds."""

    name = "aktenkundig"

    def __init__(
        self, assistant: Assistant, documents: StoredDocuments, *, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._assistant = assistant
        self._documents = documents
        self._clock = clock

    def within(self, documents: Collection[str]) -> Self:
        """See :class:`System`."""
        return type(self)(self._assistant.within(documents), self._documents, clock=self._clock)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Response:
        """See :class:`System`."""
        started = self._clock()
        answer, trace = self._assistant.answer_with_trace(question, history=history)
        seconds = self._clock() - started
        return Response(
            answer=answer,
            ranking=[Place(found.passage.document, found.passage.span) for found in trace.passages],
            read=trace.read,
            sentences=[Place(s.candidate.document, s.candidate.sentence.span) for s in trace.sentences],
            seconds=seconds,
        )

    def units(self, document: str) -> Sequence[Span]:
        """See :class:`System`."""
        return self._documents.passages(document)
