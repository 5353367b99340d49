"""What the browser may do with our pages, and which of Gradio's many routes exist at all.

Gradio brings routes for uploads, proxying, arbitrary files, an API browser, run histories and code generation. None of
them is part of this chat, and with non-public documents on the machine none may answer: only the paths listed here
reach Gradio.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.api import API_PATH
from assistant.web.feedback import FEEDBACK_PATH
from assistant.web.further import FURTHER_PATH
from assistant.web.gate import LOGIN_PAGES, LOGIN_PATH, LOGOUT_PATH
from assistant.web.mcp_server import MCP_PATH
from assistant.web.operations.health import HEALTH_PATH, READINESS_PATH
from assistant.web.problems import problem

_READING = (
    "/",
    "/barrierefreiheit",
    "/faktencheck",
    "/config",
    "/theme.css",
    "/gradio_api/info",
    "/gradio_api/queue/data",
    HEALTH_PATH,
    READINESS_PATH,
)
_ASKING = ("/gradio_api/queue/join", "/gradio_api/reset", "/gradio_api/cancel")
PLAIN_PATHS: Final = frozenset({*_READING, *_ASKING, MCP_PATH})
"""Addresses without a parameter: they tell nothing of a document."""
_GRADIO_FOLDERS = ("/assets/", "/static/", "/gradio_api/heartbeat/")
_OUR_FOLDERS = ("/web/", "/dokumente/", "/seiten/", "/original/", "/blatt/", f"{FURTHER_PATH}/", f"{API_PATH}/")

_STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
TEXT_POLICY: Final = f"{_STRICT}; style-src 'self'; script-src 'self'; img-src 'self'"
"""Of a page that only tells something."""
FORM_POLICY: Final = f"{TEXT_POLICY}; connect-src 'self'"
"""Of a page that asks the API by script."""
LOGIN_POLICY: Final = f"{TEXT_POLICY}; form-action 'self'".replace("form-action 'none'; ", "")
"""Of a page with a form that works without scripts."""
_PDF = "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""Browsers draw a PDF with a little page of their own, which a stricter policy would blank."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-write=(self)",
}


def page_policy(nonce: str) -> str:
    """The policy of the one HTML page.

    Scripts need the page's nonce or come from this server, so markup that slipped through escaping could still not run
    (no inline scripts, no ``onerror``). ``unsafe-eval`` is Gradio's: ``gr.HTML`` compiles its template in the browser.
    Styles are inline in every Svelte component.
    """
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-src 'none'; frame-ancestors 'none'"
    )


class Protection:
    """ASGI middleware: hides every path that is not ours, and sets the security headers on all that is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # The chat has no web sockets.
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                pdf = headers.get("content-type", "").startswith("application/pdf")
                headers.setdefault("Content-Security-Policy", _PDF if pdf else _STRICT)
                if scope["path"].startswith("/web/"):
                    headers["Cache-Control"] = "no-cache"
            await send(message)

        app = self._app if _exists(scope["method"], scope["path"]) else problem(404, "Diese Adresse gibt es nicht.")
        await app(scope, receive, send_protected)


def _exists(method: str, path: str) -> bool:
    if path == MCP_PATH:
        return method in ("GET", "POST", "DELETE")
    if path == LOGIN_PATH:
        return method in ("GET", "HEAD", "POST")
    if method == "POST":
        return path in (*_ASKING, LOGOUT_PATH) or path.startswith((f"{FEEDBACK_PATH}/", f"{API_PATH}/"))
    if method in ("PUT", "DELETE"):
        return path.startswith(f"{API_PATH}/staff/")
    return method in ("GET", "HEAD") and (
        path in (*_READING, *LOGIN_PAGES) or path.startswith((*_GRADIO_FOLDERS, *_OUR_FOLDERS))
    )
