"""``/healthz`` and ``/readyz``: for those who watch the server, with nothing of a document or a question in them."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from assistant.web.problems import problem

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.web.operations.lifecycle import Lifecycle

HEALTH_PATH: Final = "/healthz"
READINESS_PATH: Final = "/readyz"
_VALID_SECONDS: Final = 1.0
"""How long a finding counts: asking often costs nothing."""

Failing = Literal["store", "vectors", "models", "ending"]
_SENTENCES: Final[dict[Failing, str]] = {
    "store": "Der Bestand ist nicht lesbar; „aktenkundig doctor“ nennt den Grund.",
    "vectors": "Der Vektorindex ist nicht lesbar; „aktenkundig doctor“ nennt den Grund.",
    "models": "Die Modelle sind noch nicht geladen.",
    "ending": "Der Web-Chat wird gerade beendet.",
}


class Readiness:
    """Whether questions can be answered now. Safe to use from several threads."""

    def __init__(self, assistant: Assistant, lifecycle: Lifecycle) -> None:
        self._assistant = assistant
        self._lifecycle = lifecycle
        self._lock = Lock()
        self._found: Sequence[Failing] = ()
        self._until = 0.0

    def failing(self) -> list[Failing]:
        """What keeps the server from answering; nothing if it is ready."""
        with self._lock:
            if monotonic() >= self._until:
                self._found = self._assistant.unfit()
                self._until = monotonic() + _VALID_SECONDS
            found = list(self._found)
        return [*found, "ending"] if self._lifecycle.draining else found


def health_routes(readiness: Readiness) -> APIRouter:
    """The two routes. Neither waits for a question: the second one has a thread of its own."""
    router = APIRouter()
    limiter = CapacityLimiter(1)

    @router.api_route(HEALTH_PATH, methods=["GET", "HEAD"])
    async def alive() -> JSONResponse:
        return _plain("ok")

    @router.api_route(READINESS_PATH, methods=["GET", "HEAD"])
    async def ready() -> JSONResponse:
        failing = await to_thread.run_sync(readiness.failing, limiter=limiter)
        if failing:
            return problem(503, " ".join(_SENTENCES[part] for part in failing), failing=failing)
        return _plain("ready")

    return router


def _plain(status: str) -> JSONResponse:
    return JSONResponse({"status": status}, headers={"Cache-Control": "no-store"})
