"""Whether the server takes new work, and how much it has in hand: so that it can end without cutting anybody off."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

from assistant.web.problems import OverloadedError, problem

if TYPE_CHECKING:
    from fastapi.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDING: Final = "Der Web-Chat wird gerade beendet oder neu gestartet; bitte in einer Minute noch einmal versuchen."
_RETRY_SECONDS: Final = 60


class ShuttingDownError(OverloadedError):
    """The server ends and begins nothing new."""


class Lifecycle:
    """Counts the work in hand; once it drains, nothing new begins. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way = 0
        self._draining = False

    @property
    def draining(self) -> bool:
        """Whether the server is about to end."""
        return self._draining

    @property
    def under_way(self) -> int:
        """How many pieces of work have begun and not ended."""
        return self._under_way

    def drain(self) -> None:
        """Begin nothing new from now on."""
        with self._lock:
            self._draining = True

    @contextmanager
    def work(self) -> Iterator[None]:
        """Count what happens inside as work; raises :class:`ShuttingDownError` instead when the server drains."""
        with self._lock:
            if self._draining:
                raise ShuttingDownError(ENDING)
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1


class Intake:
    """ASGI middleware: requests that want work count as such until they are answered whole, and are refused at the end.

    The chat's questions do not come this way: Gradio answers their request at once and works on them later.
    """

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle, paths: Collection[str]) -> None:
        """``paths`` are where work is asked for, by POST: whole ones, or folders, which end in a slash."""
        self._app = app
        self._lifecycle = lifecycle
        self._paths = frozenset(paths)
        self._folders = tuple(path for path in paths if path.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or not self._wants_work(scope["path"]):
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            with self._lifecycle.work():
                await self._app(scope, receive, watched)
        except ShuttingDownError:
            await _ending()(scope, receive, send)
        except CancelledError:  # the server's time is over before the work's
            if not begun:
                await _ending()(scope, receive, send)
            raise

    def _wants_work(self, path: str) -> bool:
        return path in self._paths or path.startswith(self._folders)


def _ending() -> JSONResponse:
    response = problem(503, ENDING)
    response.headers["Retry-After"] = str(_RETRY_SECONDS)
    return response
