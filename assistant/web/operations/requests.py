"""Hears of each request: method, route, status, seconds; never the address itself, which names documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

from assistant.web.operations.health import HEALTH_PATH, READINESS_PATH
from assistant.web.operations.logs import tell

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNKNOWN: Final = "andere"
"""Stands for addresses that do not exist, and for methods that nobody uses."""
_GONE: Final = 499
"""The status of a request whose sender did not wait for an answer, as nginx numbers it."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_NOT_LOGGED: Final = (
    "/web",
    "/assets/",
    "/static/",
    "/theme.css",
    "/gradio_api/heartbeat/",
    HEALTH_PATH,
    READINESS_PATH,
)
"""Parts of a page and questions of machines, which would bury the rest; in the figures they count."""


@dataclass(frozen=True, slots=True)
class HandledRequest:
    """A request that is over. ``route`` is the pattern of its address, such as ``/dokumente/{document}``."""

    method: str
    route: str
    status: int
    seconds: float


Heard = Callable[[HandledRequest], None]


def log_request(request: HandledRequest) -> None:
    """Log a request; a page's pictures and scripts only where the server failed."""
    if request.status < 500 and request.route.startswith(_NOT_LOGGED):
        return
    tell(
        "request",
        f"Anfrage: {request.method} {request.route}, {request.status}, {request.seconds * 1000:.0f} ms",
        method=request.method,
        route=request.route,
        status=request.status,
        seconds=round(request.seconds, 4),
    )


class RequestWatch:
    """ASGI middleware: tells listeners of each request once its answer is complete, or its sender gone."""

    def __init__(self, app: ASGIApp, listeners: Sequence[Heard], known: frozenset[str]) -> None:
        """``known`` are addresses without a parameter, which may be told as they are."""
        self._app = app
        self._listeners = listeners
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, path, began = _GONE, scope["path"], perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else UNKNOWN
            route = path if path in self._known else _pattern(scope)
            handled = HandledRequest(method, route, status, perf_counter() - began)
            for listener in self._listeners:
                listener(handled)


def _pattern(scope: Scope) -> str:
    """The pattern that the address was matched by; of a folder of files, which has no routes, its place."""
    pattern, mounted = getattr(scope.get("route"), "path", None), scope.get("root_path", "")
    return f"{mounted}{pattern}" if isinstance(pattern, str) else mounted or UNKNOWN
