"""How large a request may be: what is taken whole is held in memory, before anybody looks at it."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.api import API_PATH
from assistant.web.problems import problem

STREAMED_PATHS: Final = frozenset({f"{API_PATH}/check/text", f"{API_PATH}/staff/uploads"})
"""Addresses that take files; they count themselves while they write them down."""
_LEAST: Final = 12_000_000
"""Bytes that a conversation of the longest kind takes."""
_DIGITS: Final = 12
"""A longer number of bytes is too large, whatever it is."""
_ESCAPED: Final = 12
"""Bytes of a character in JSON where it is escaped as two halves."""


def largest_body(longest_draft: int) -> int:
    """Bytes of the largest request that can be meant seriously; ``longest_draft`` is in characters."""
    return max(_LEAST, _ESCAPED * longest_draft)


class BodyLimit:
    """ASGI middleware: refuses requests that are too large, if they say so at once, else while they come."""

    def __init__(self, app: ASGIApp, largest: int, streamed: frozenset[str]) -> None:
        """``largest`` is in bytes, ``streamed`` are paths that have limits of their own."""
        self._app = app
        self._largest = largest
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it pass."""
        if scope["type"] != "http" or scope["path"] in self._streamed:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        told = headers.get("content-length", "")
        messages: list[Message] | None = []
        if told.isdecimal():  # the server makes sure that no more comes
            messages = [] if len(told) <= _DIGITS and int(told) <= self._largest else None
        elif told or "transfer-encoding" in headers:
            taken, whole = await take(receive, self._largest)
            messages = taken if whole else None
        if messages is None:
            sentence = f"Diese Anfrage ist zu groß; höchstens {self._largest // 1_000_000} MB werden angenommen."
            await problem(413, sentence)(scope, receive, send)
            return
        await self._app(scope, given_again(messages, receive), send)


async def take(receive: Receive, largest: int) -> tuple[list[Message], bool]:
    """The messages of a request, and whether they are all: it ends once they hold more bytes than ``largest``."""
    messages: list[Message] = []
    size, more = 0, True
    while more and size <= largest:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    return messages, size <= largest


def given_again(messages: list[Message], receive: Receive) -> Receive:
    """Receives what has been taken, then what comes."""

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again
