"""What may be asked next: looked for after an answer has been shown, when its page asks for it.

An answer is remembered under a key that only its page knows. Questions of people go before: there is one worker for
all, only a few may wait for it, and it is given a few seconds.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Final

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.answer import Answer, Citation, Turn
from assistant.engine import Progress
from assistant.web.api.streaming import listen
from assistant.web.capacity import FURTHER_AT_ONCE, FURTHER_SECONDS, FURTHER_WAITING
from assistant.web.escaping import escaped
from assistant.web.progress import HungUpError
from assistant.web.visits import visit_of
from corpus.access import Clearance
from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

FURTHER_PATH: Final = "/vorschlaege"
MOST_SHOWN: Final = 3
_REMEMBERED: Final = 200
"""Answers, the last ones that were shown to anybody."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as somebody sees it: with the conversation that it ends, all its quotes, and what was searched.

    ``clearance`` is the view of whoever sees it.
    """

    answer: Answer
    history: Sequence[Turn]
    quotes: Sequence[Citation]
    documents: tuple[str, ...] | None
    clearance: Clearance


class FurtherDesk:
    """Remembers answers and finds what may be asked after them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, Shown] = OrderedDict()
        self._found: dict[str, tuple[int, list[str]]] = {}
        self._lock = Lock()
        self._waiting = 0
        self._limiter = CapacityLimiter(FURTHER_AT_ONCE)

    def remember(self, shown: Shown) -> str:
        """The key under which the page of this answer may ask."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._shown[key] = shown
            while len(self._shown) > _REMEMBERED:
                forgotten, _ = self._shown.popitem(last=False)
                self._found.pop(forgotten, None)
        return key

    async def find(self, key: str, connection: Request) -> list[str]:
        """What may be asked next; nothing where the answer is not remembered or too many wait.

        Who may see something else than the answer was made from gets nothing, and what was found for it before it
        changed who may see a document is looked for anew.
        """
        visit = visit_of(connection)
        with self._lock:
            shown, (then, found) = self._shown.get(key), self._found.get(key, (-1, []))
        state = visit.assistant.access_state()
        if shown is None or shown.clearance != visit.clearance.view:
            return []
        if then == state or self._waiting >= FURTHER_AT_ONCE + FURTHER_WAITING:
            return found if then == state else []
        gone = Event()
        result: list[str] = []
        self._waiting += 1
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(listen, connection, gone)
                result = await to_thread.run_sync(_look, visit.assistant, shown, gone, limiter=self._limiter)
                tasks.cancel_scope.cancel()
        finally:
            self._waiting -= 1
        with self._lock:
            if key in self._shown and not gone.is_set():
                self._found[key] = (state, result)
        return result


def _look(assistant: Assistant, shown: Shown, gone: Event) -> list[str]:
    """Some questions, as many as time allows; an error of the search means that there are no more."""
    ends = monotonic() + FURTHER_SECONDS

    def watch(_progress: Progress) -> None:
        if gone.is_set() or monotonic() > ends:
            raise HungUpError("Die Suche nach weiteren Fragen ist beendet.")

    found: list[str] = []
    try:
        for question in assistant.further_questions(
            shown.answer, history=shown.history, shown=shown.quotes, documents=shown.documents, watch=watch
        ):
            found.append(question)
            if len(found) == MOST_SHOWN:
                break
    except AktenkundigError:  # time is over, nobody waits, or a document has gone since
        pass
    return found


def further_routes(desk: FurtherDesk) -> APIRouter:
    """The route that a page asks for what may be asked next; what it gives is empty where there is nothing."""
    router = APIRouter()

    @router.get(FURTHER_PATH + "/{key}")
    async def further(key: str, request: Request) -> HTMLResponse:
        return HTMLResponse(further_html(await desk.find(key, request)), headers={"Cache-Control": "no-store"})

    return router


def further_html(questions: Sequence[str]) -> str:
    """The questions as buttons; the conversation's script asks what is clicked."""
    if not questions:
        return ""
    items = "".join(
        f'<li><button type="button" data-question="{escaped(question)}">{escaped(question)}</button></li>'
        for question in questions
    )
    return f'<h4>Weitere Fragen</h4><ul class="suggestions">{items}</ul>'
