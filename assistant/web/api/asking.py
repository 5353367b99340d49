"""Asking over HTTP: at once, or as a stream that tells how far the answer is; whoever hangs up ends the work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from fastapi import Request

from assistant.answer import Answer
from assistant.engine import Progress
from assistant.web.api.shapes import (
    LONGEST_TURN,
    MOST_TURNS,
    Conversation,
    KeptQuestion,
    QuestionRequest,
    QuestionTurn,
)
from assistant.web.api.streaming import awaited, event, streamed
from assistant.web.progress import HungUpError, News, in_words
from assistant.web.visits import Visit, shown_documents, visit_of

if TYPE_CHECKING:
    from assistant.feedback import FeedbackDesk
    from assistant.web.operations.line import Line


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, and the key under which it can be rated where that is possible."""

    answer: Answer
    key: str | None


class Counter:
    """Answers questions, few at a time; the others wait in line."""

    def __init__(self, desk: FeedbackDesk | None, line: Line) -> None:
        self._desk = desk
        self._line = line

    async def ask(self, request: QuestionRequest, connection: Request) -> Asked:
        """Answer one question; raises :class:`OverloadedError` where too many wait."""
        return await awaited(connection, partial(self._answered, visit_of(connection), request))

    async def converse(self, conversation: Conversation, connection: Request) -> list[Answer]:
        """Answer questions in turn, each with those before it as its history."""
        answers: list[Answer] = []
        for entry in conversation.questions:
            asked_for = KeptQuestion(question=entry) if isinstance(entry, str) else entry
            history = [
                QuestionTurn(role=role, text=text[:LONGEST_TURN])
                for answer in answers
                for role, text in (("user", answer.question), ("assistant", answer.text))
            ][-MOST_TURNS:]
            again = QuestionRequest(question=asked_for.question, history=history, documents=asked_for.documents)
            asked = await self.ask(again, connection)
            answers.append(asked.answer)
        return answers

    def stream(self, request: QuestionRequest, connection: Request) -> AsyncIterator[str]:
        """Server-sent events: ``fortschritt`` as often as there is some, then ``antwort`` or ``fehler``.

        A ``satz`` comes for each sentence that a language model has worded and that is proven.
        """
        return streamed(connection, partial(self._answered, visit_of(connection), request), _on_way, _at_end)

    async def _answered(
        self, visit: Visit, request: QuestionRequest, gone: Event, tell: Callable[[Progress], None]
    ) -> Asked:
        news = News()

        def watch(progress: Progress) -> None:
            if gone.is_set():
                raise HungUpError("Die Frage wurde abgebrochen.")
            if news.is_new(progress):
                tell(progress)

        answer = await self._line.run(partial(_work, visit, request, watch))
        return Asked(answer, self._desk.remember(answer, request.history) if self._desk is not None else None)


def _work(visit: Visit, request: QuestionRequest, watch: Callable[[Progress], None]) -> Answer:
    answer = visit.assistant.answer(
        request.question,
        history=request.history,
        user=visit.name or None,
        documents=request.documents,
        watch=watch,
        engine=request.engine,
    )
    visit.saw("answer", shown_documents(answer), request.question)
    return answer


def _on_way(progress: Progress) -> str:
    if progress.statement is not None:
        return event("satz", progress.statement.model_dump(mode="json"))
    return event("fortschritt", {"stage": progress.stage, "text": in_words(progress)})


def _at_end(asked: Asked) -> str:
    return event("antwort", {"answer": asked.answer.model_dump(mode="json"), "key": asked.key})
