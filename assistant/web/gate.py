"""The gate in front of every route: who asks, whether they may, and whether their own page sent the request."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.bodies import given_again, take
from assistant.web.operations.health import HEALTH_PATH, READINESS_PATH
from assistant.web.problems import problem, status_of
from assistant.web.visits import VISIT, Reception, Visit
from corpus.errors import AktenkundigError

LOGIN_PATH: Final = "/anmelden"
LOGOUT_PATH: Final = "/abmelden"
PROVIDER_PATH: Final = "/anmelden/dienst"
RETURN_PATH: Final = "/anmelden/zurueck"
LEFT_PATH: Final = "/abgemeldet"
LOGIN_PAGES: Final = (LOGIN_PATH, PROVIDER_PATH, RETURN_PATH, LEFT_PATH)
_OPEN: Final = (*LOGIN_PAGES, "/barrierefreiheit", HEALTH_PATH, READINESS_PATH)
"""What everybody reaches who has to log in; the files under ``/web/`` hold nothing of the documents."""
_PAGES: Final = ("/", "/faktencheck")
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_JOIN: Final = "/gradio_api/queue/join"
_OF_CONVERSATIONS: Final = ("/gradio_api/queue/", "/gradio_api/heartbeat/", "/gradio_api/cancel", "/gradio_api/reset")
_MOST_CONVERSATIONS: Final = 10_000
_LARGEST_JOIN: Final = 1_000_000


class Gate:
    """ASGI middleware that gives every request its visit, see :func:`assistant.web.visits.visit_of`."""

    def __init__(self, app: ASGIApp, reception: Reception) -> None:
        self._app = app
        self._reception = reception
        self._owners: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            visit = await run_in_threadpool(self._reception.visit, connection)
        except AktenkundigError as error:
            await problem(status_of(error), str(error))(scope, receive, send)
            return
        if visit is None:
            if not scope["path"].startswith("/web/") and scope["path"] not in _OPEN:
                await _to_login(scope)(scope, receive, send)
                return
        else:
            scope[VISIT] = visit
            if visit.is_ambient and scope["method"] not in _SAFE and not _is_from_our_page(connection):
                await problem(403, "Diese Anfrage kam nicht von einer Seite dieses Web-Chats.")(scope, receive, send)
                return
            if self._reception.accounts is not None and scope["path"].startswith(_OF_CONVERSATIONS):
                receive, owned = await self._owned(scope, receive, visit)
                if not owned:
                    await problem(404, "Diese Adresse gibt es nicht.")(scope, receive, send)
                    return
        await self._app(scope, receive, self._unkept(send) if visit is None or visit.account is not None else send)

    async def _owned(self, scope: Scope, receive: Receive, visit: Visit) -> tuple[Receive, bool]:
        """Whether a conversation of Gradio's belongs to whoever asks for it; the first one who asks in it owns it."""
        owner = _owner(visit)
        if scope["path"].startswith("/gradio_api/heartbeat/"):
            names = [scope["path"].rsplit("/", 1)[1]]
        elif scope["method"] in _SAFE:
            names = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [])
        else:
            messages, _ = await take(receive, _LARGEST_JOIN)
            names = _session_hashes(b"".join(message.get("body", b"") for message in messages))
            receive = given_again(messages, receive)
        known = [self._owners[name] for name in names if name in self._owners]
        if any(other != owner for other in known):
            return receive, False
        if scope["path"] == _JOIN:
            for name in names:
                self._owners[name] = owner
                self._owners.move_to_end(name)
            while len(self._owners) > _MOST_CONVERSATIONS:
                self._owners.popitem(last=False)
        return receive, True

    @staticmethod
    def _unkept(send: Send) -> Send:
        """What somebody sees who has logged in is kept by no browser and no proxy."""

        async def send_unkept(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = "no-store"
                headers.add_vary_header("Cookie")
                headers.add_vary_header("Authorization")
            await send(message)

        return send_unkept


def _owner(visit: Visit) -> str:
    """Who owns a conversation: this session, or whoever has this name, or anybody of the public."""
    if visit.session is not None:
        return hashlib.sha256(visit.session.encode()).hexdigest()
    return f"{visit.means}:{visit.name}"


def _to_login(scope: Scope) -> Response:
    if scope["method"] == "GET" and scope["path"] in _PAGES:
        back = "" if scope["path"] == "/" else f"?weiter={quote(scope['path'])}"
        return RedirectResponse(f".{LOGIN_PATH}{back}", status_code=303, headers={"Cache-Control": "no-store"})
    return problem(401, "Bitte zuerst anmelden.")


def _is_from_our_page(connection: HTTPConnection) -> bool:
    """Whether a browser says that a page of ours sent this; one that says nothing is not believed.

    ``Sec-Fetch-Site`` cannot be set by scripts; browsers without it send the ``Origin`` of what changes something.
    """
    site = connection.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(connection.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc == connection.headers.get("Host", "")


def _session_hashes(body: bytes) -> list[str]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return []
    name = content.get("session_hash") if isinstance(content, dict) else None
    return [name] if isinstance(name, str) else []
