"""The one HTML page: our own document with header, chat and document pane, in which Gradio runs the chat.

Gradio's page is English, names its makers, links to other hosts and allows any script. So only what its program needs
(the configuration and the two addresses of its script and style) is taken out of it and put into ``page.html``.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.composing import EXAMPLE
from assistant.web.escaping import escaped
from assistant.web.security import page_policy
from assistant.web.visits import Visit, visit_of
from corpus.dates import german_date

if TYPE_CHECKING:
    from corpus.settings import Settings
    from corpus.types import DocumentInfo

ASSETS = Path(__file__).parent / "assets"
_PAGE = Path(__file__).with_name("page.html")

_CONFIG = re.compile(r"<script>(window\.gradio_config = [^<]*;)</script>")
_API = re.compile(r"<script>(window\.gradio_api_info = [^<]*;)</script>")
_SCRIPT = re.compile(r'<script type="module" crossorigin src="(\./assets/[\w.-]+\.js)"></script>')
_STYLE = re.compile(r'<link rel="stylesheet" crossorigin href="(\./assets/[\w.-]+\.css)">')

_LEFT_OUT = frozenset({b"accept-encoding", b"if-none-match", b"range"})
"""Request headers that would make Gradio's page come compressed, partial or not at all."""


class PageMiddleware:
    """ASGI middleware: answers ``GET /`` with our page around Gradio's program, and passes on all else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._template = Template(_PAGE.read_text(encoding="utf-8"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        status, body = 0, bytearray()

        async def collect(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        # Without its query, Gradio's page cannot be turned into its API browser or restore somebody's conversation.
        headers = [(name, value) for name, value in scope["headers"] if name not in _LEFT_OUT]
        await self._app({**scope, "method": "GET", "query_string": b"", "headers": headers}, receive, collect)
        if status != 200:
            raise RuntimeError(f"Gradio answered its own page with status {status}")
        nonce = secrets.token_urlsafe(16)
        response = HTMLResponse(
            page_html(self._template, body.decode("utf-8"), visit_of(HTTPConnection(scope)), nonce),
            headers={"Content-Security-Policy": page_policy(nonce), "Cache-Control": "no-store"},
        )
        await response(scope, receive, send)


def page_html(template: Template, gradio_page: str, visit: Visit, nonce: str) -> str:
    """Our page with Gradio's program in it, as it is for one visit."""
    assistant = visit.assistant
    documents = assistant.holdings.documents()
    return template.substitute(
        nonce=nonce,
        config=_taken(_CONFIG, gradio_page),
        api=_taken(_API, gradio_page),
        gradio_script=_taken(_SCRIPT, gradio_page),
        gradio_style=_taken(_STYLE, gradio_page),
        summary=_summary(documents),
        suggestions=_suggestions(assistant.holdings.suggestions()),
        choice=_choice(documents),
        unchoosable="hidden" if len(documents) < 2 else "",
        made="aus Zitaten zusammen; ein Sprachmodell formuliert, jeder Satz wird geprüft"
        if assistant.has_language_model
        else "aus wörtlichen Zitaten zusammen",
        stays=_stays(assistant.settings),
        sheet=escaped(next((info.document for info in assistant.holdings.sheets()), "")),
        documents="".join(_document(info) for info in documents),
        staff="" if assistant.settings.staff_key is not None or _may_change(visit) else "hidden",
        account=_account(visit, accounts=assistant.settings.accounts),
        owner=_owner(visit),
        known="ja" if _may_change(visit) else "",
        missing=_missing([f"{item.kind}: {item.title}" for item in assistant.holdings.missing()]),
    )


def _may_change(visit: Visit) -> bool:
    """Whether an account may change documents; the key of the administration is asked for where none does."""
    return visit.account is not None and visit.clearance.changes_documents


def _owner(visit: Visit) -> str:
    """Under which the browser keeps conversations: those of one account are not another's."""
    return hashlib.sha256(visit.name.encode()).hexdigest()[:16] if visit.name else ""


def _account(visit: Visit, *, accounts: bool) -> str:
    """Who is logged in, with the way out, or the way in."""
    if not accounts:
        return ""
    if visit.account is None:
        return '<a href="./anmelden">Anmelden</a>'
    if visit.means != "session":
        return f'<span class="account">{escaped(visit.name)}</span>'
    return (
        f'<span class="account">{escaped(visit.name)}</span>'
        '<form method="post" action="./abmelden"><button type="submit">Abmelden</button>'
        '<button type="submit" name="ueberall" value="ja">Überall abmelden</button></form>'
    )


def _stays(settings: Settings) -> str:
    """Where questions go: nowhere, unless a language model is asked that runs elsewhere."""
    if settings.language_model in ("none", "gguf"):
        return "Nichts verlässt diesen Rechner."
    host = urlsplit(settings.language_model_url).hostname or ""
    if host in ("localhost", "127.0.0.1", "::1"):
        return "Nichts verlässt diesen Rechner."
    return f"Frage und Zitate gehen an das Sprachmodell auf {escaped(host)}."


def _taken(part: re.Pattern[str], page: str) -> str:
    match = part.search(page)
    if match is None:
        raise RuntimeError(f"Gradio's page has no part {part.pattern!r}; it must have changed with its version")
    return match[1]


def _summary(documents: Sequence[DocumentInfo]) -> str:
    """Akte, number of documents, date of the newest: what the answers can rest on."""
    if not documents:
        return "Noch keine Dokumente"
    akten = list(dict.fromkeys(info.akte for info in documents))
    parts = [f"Akte: {_akte(akten[0])}" if len(akten) == 1 else f"{len(akten)} Akten"]
    examples = sum(info.origin == "example" for info in documents)
    count = "1 Dokument" if len(documents) == 1 else f"{len(documents)} Dokumente"
    parts.append(f"{count}, davon {examples} frei erfundene Beispiele" if examples > 1 else count)
    if dates := [info.date for info in documents if info.date and info.origin == "original"]:
        parts.append(f"Stand {german_date(max(dates))}")
    return " · ".join(f'<span class="piece">{escaped(part)}</span>' for part in parts)


def _akte(name: str) -> str:
    """An Akte may be known by its folder only; "kommunales-integrationszentrum" is then read out."""
    return name if " " in name or not name.islower() else name.replace("-", " ").title()


def _suggestions(questions: Sequence[str]) -> str:
    return "".join(
        f'<li><button type="button" data-question="{escaped(question)}">{escaped(question)}</button></li>'
        for question in questions
    )


def _choice(documents: Sequence[DocumentInfo]) -> str:
    """All documents with a box to tick, a group for each Akte."""
    parts: list[str] = []
    for akte in dict.fromkeys(info.akte for info in documents):
        name = escaped(_akte(akte))
        boxes = "".join(
            f'<label><input type="checkbox" value="{escaped(info.document)}" autocomplete="off" checked>'
            f'<span><span class="kind">{escaped(info.kind)}</span> {escaped(info.title)}</span></label>'
            for info in documents
            if info.akte == akte
        )
        buttons = "".join(
            f'<button type="button" data-tick="{ticked}">{words}<span class="sr-only"> aus: {name}</span></button>'
            for ticked, words in (("ja", "alle"), ("", "keine"))
        )
        parts.append(f'<fieldset><legend>{name}</legend><div class="row">{buttons}</div>{boxes}</fieldset>')
    return "".join(parts)


def _document(info: DocumentInfo) -> str:
    pages = "" if info.pages < 1 else ("1 Seite" if info.pages == 1 else f"{info.pages} Seiten")
    date = german_date(info.date) if info.date else ""
    session = ", ".join(part for part in (info.committee, date) if part)
    details = " · ".join(escaped(part) for part in (session, pages) if part)
    invented = f'<span class="invented">{EXAMPLE}</span>' if info.origin == "example" else ""
    return (
        f'<li><button type="button" data-open="{escaped(info.document)}"><span class="kind">{escaped(info.kind)}</span>'
        f'<span class="title">{escaped(info.title)}</span><span class="details">{details}</span>'
        f"{invented}</button></li>"
    )


def _missing(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    items = "".join(f"<li>{escaped(title)}</li>" for title in titles)
    return f'<h3>Angekündigt, liegt aber nicht vor</h3><ul class="missing">{items}</ul>'
