"""Asking over HTTP: at once, or as a stream that tells how far the answer is; whoever hangs up ends the work."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

import anyio
from anyio import CapacityLimiter, from_thread, to_thread
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
from assistant.web.problems import OverloadedError, status_of
from assistant.web.progress import HungUpError, News, in_words
from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.feedback import FeedbackDesk


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, and the key under which it can be rated where that is possible."""

    answer: Answer
    key: str | None


class Counter:
    """Answers questions, few at a time; the others wait in line."""

    def __init__(self, assistant: Assistant, desk: FeedbackDesk | None, *, at_once: int, waiting: int) -> None:
        self._assistant = assistant
        self._desk = desk
        self._limiter = CapacityLimiter(at_once)
        self._most = at_once + waiting
        self._inside = 0

    async def ask(self, request: QuestionRequest, connection: Request) -> Asked:
        """Answer one question; raises :class:`OverloadedError` where too many wait."""
        outcome: list[Asked | AktenkundigError] = []
        async with anyio.create_task_group() as tasks:
            gone = Event()
            tasks.start_soon(listen, connection, gone)
            outcome.append(await self._outcome(request, gone, lambda _: None))
            tasks.cancel_scope.cancel()
        (result,) = outcome
        if isinstance(result, AktenkundigError):
            raise result
        return result

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

    async def stream(self, request: QuestionRequest, connection: Request) -> AsyncIterator[str]:
        """Server-sent events: ``fortschritt`` as often as there is some, then ``antwort`` or ``fehler``.

        A ``satz`` comes for each sentence that a language model has worded and that is proven.
        """
        sender, receiver = anyio.create_memory_object_stream[Progress](16)
        outcome: list[Asked | AktenkundigError] = []
        gone = Event()

        async def work() -> None:
            async with sender:
                outcome.append(
                    await self._outcome(request, gone, lambda progress: from_thread.run(sender.send, progress))
                )

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen, connection, gone)
            tasks.start_soon(work)
            try:
                async with receiver:
                    async for progress in receiver:
                        if progress.statement is not None:
                            yield _event("satz", progress.statement.model_dump(mode="json"))
                            continue
                        yield _event("fortschritt", {"stage": progress.stage, "text": in_words(progress)})
            finally:
                gone.set()
            tasks.cancel_scope.cancel()
        for result in outcome:
            if isinstance(result, Asked):
                yield _event("antwort", {"answer": result.answer.model_dump(mode="json"), "key": result.key})
            else:
                yield _event("fehler", {"status": status_of(result), "detail": str(result)})

    async def _outcome(
        self, request: QuestionRequest, gone: Event, tell: Callable[[Progress], None]
    ) -> Asked | AktenkundigError:
        """The answer, or why there is none: a task group would wrap what is raised in it."""
        try:
            return await self._answered(request, gone, tell)
        except AktenkundigError as error:
            return error

    async def _answered(self, request: QuestionRequest, gone: Event, tell: Callable[[Progress], None]) -> Asked:
        if self._inside >= self._most:
            raise OverloadedError("Gerade fragen sehr viele; bitte in einer Minute noch einmal versuchen.")

        news = News()

        def watch(progress: Progress) -> None:
            if gone.is_set():
                raise HungUpError("Die Frage wurde abgebrochen.")
            if news.is_new(progress):
                tell(progress)

        self._inside += 1
        try:
            answer = await to_thread.run_sync(self._work, request, watch, limiter=self._limiter)
        finally:
            self._inside -= 1
        return Asked(answer, self._desk.remember(answer, request.history) if self._desk is not None else None)

    def _work(self, request: QuestionRequest, watch: Callable[[Progress], None]) -> Answer:
        return self._assistant.answer(
            request.question,
            history=request.history,
            documents=request.documents,
            watch=watch,
            engine=request.engine,
        )


async def listen(connection: Request, gone: Event) -> None:
    """Behind the request's body nothing comes any more but the news that somebody has hung up."""
    while (await connection.receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _event(name: str, content: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"
