"""The assistant in a language model's words: the same search, and sentences that were proven."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Self

from assistant.answer import Answer, Turn
from assistant.assistant import Assistant
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.systems.base import Response
from eval.systems.own import AssistantSystem
from eval.wordings import Wordings


class WordedSystem:
    """The assistant with its language model; ``wordings`` counts what became of the model's sentences."""

    name = "worded"

    def __init__(
        self,
        assistant: Assistant,
        documents: StoredDocuments,
        wordings: Wordings,
        *,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._assistant = assistant
        self._documents = documents
        self._quotes = AssistantSystem(assistant, documents, clock=clock)
        self._clock = clock
        self.wordings = wordings

    def within(self, documents: Collection[str]) -> Self:
        """See :class:`System`."""
        return type(self)(self._assistant.within(documents), self._documents, self.wordings, clock=self._clock)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Response:
        """See :class:`System`. What was found is that of the quotes: both engines search alike."""
        found = self._quotes.ask(question, history)
        started = self._clock()
        answer: Answer = self._assistant.answer(question, history=history)
        seconds = self._clock() - started
        self.wordings.add(answer)
        return replace(found, answer=answer, seconds=seconds)

    def units(self, document: str) -> Sequence[Span]:
        """See :class:`System`."""
        return self._documents.passages(document)
