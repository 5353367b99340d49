"""To the login provider and back (OpenID Connect), and out again; all of it works without JavaScript.

The browser carries nothing but a secret of its own, from which everything follows that must come back with it. What
comes back in an address is left behind at once by a redirect. The session afterwards is ours.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager
from pathlib import Path
from string import Template
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.accounts.provider import SENTENCES, Attempt, ProviderError
from assistant.web.escaping import escaped
from assistant.web.gate import LEFT_PATH, PROVIDER_PATH, RETURN_PATH
from assistant.web.login_page import PAGE_HEADERS, begin_session, drop_cookie, set_cookie, way_back
from assistant.web.operations.logs import tell
from assistant.web.visits import cookie_name
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.accounts.people import ProviderDesk
    from assistant.accounts.provider import Fault
    from assistant.accounts.store import AccountStore
    from assistant.audit import AuditLog
    from corpus.settings import Settings

_ATTEMPT_COOKIE: Final = "aktenkundig-anmeldung"
_AT_ONCE: Final = 8
"""Threads that may wait for the provider; the others answer questions."""
_STATUS: Final[Mapping[Fault, int]] = {
    "unreachable": 503, "unexpected": 502, "invalid": 401, "refused": 401, "stale": 403, "unknown": 403, "busy": 503,
}  # fmt: skip
_GERMAN: Final[Mapping[Fault, str]] = {
    "unreachable": "nicht-erreicht", "unexpected": "unerwartet", "invalid": "ungueltig", "refused": "abgelehnt",
    "stale": "zu-alt", "unknown": "kein-zugang", "busy": "ueberlastet",
}  # fmt: skip
FAULTS: Final = {_GERMAN[fault]: (_STATUS[fault], sentence) for fault, sentence in SENTENCES.items()}
"""By their word in an address, status and sentence of the login page for whoever could not be let in."""
_LEFT: Final = Path(__file__).with_name("left.html")
_STILL_THERE: Final = (
    "Beim Anmeldedienst können Sie noch angemeldet sein; zum Abmelden dort bitte den Browser schließen."
)


def provider_routes(
    desk: ProviderDesk, accounts: AccountStore, audit: AuditLog | None, settings: Settings
) -> APIRouter:
    """The routes to one provider."""
    router = APIRouter()
    places = BoundedSemaphore(_AT_ONCE)
    cookie = cookie_name(_ATTEMPT_COOKIE, settings)
    _add_way_out(router, desk, places, settings)

    @router.get(PROVIDER_PATH)
    def go(request: Request, weiter: str = "/") -> Response:
        attempt = Attempt(secrets.token_urlsafe(32))
        try:
            with _place(places):
                way = desk.provider.way(attempt, _address(request, RETURN_PATH, settings))
        except ProviderError as error:
            return _failed(error)
        response = RedirectResponse(way, 303, {"Cache-Control": "no-store"})
        set_cookie(response, cookie, f"{attempt.secret}:{way_back(weiter)}", settings)
        return response

    @router.get(RETURN_PATH)
    def come_back(request: Request) -> Response:
        secret, _, back = request.cookies.get(cookie, "").partition(":")
        try:
            if not secret:
                raise ProviderError("stale", "cookie")  # noqa: TRY301 - told as every other fault
            with _place(places):
                redirect = _address(request, RETURN_PATH, settings)
                account = desk.let_in(Attempt(secret), dict(request.query_params), redirect)
        except SettingsError:
            response = _failed(ProviderError("unknown", "name"))
        except ProviderError as error:
            response = _failed(error)
        else:
            if audit is not None:
                audit.note(account.name, "login", [""])
            response = RedirectResponse(f"..{way_back(back)}", 303, {"Cache-Control": "no-store"})
            begin_session(request, response, account, accounts, settings, provider=True)
        drop_cookie(response, cookie, settings)
        return response

    return router


def _add_way_out(router: APIRouter, desk: ProviderDesk, places: BoundedSemaphore, settings: Settings) -> None:
    left = Template(_LEFT.read_text(encoding="utf-8"))

    @router.get(LEFT_PATH)
    def leave(request: Request) -> Response:
        try:
            with _place(places):
                way = desk.provider.way_out(_address(request, "/", settings))
        except ProviderError as error:
            _tell(error)
            way = None
        onward, advice = "", _STILL_THERE
        if way is not None:
            onward = f'<meta http-equiv="refresh" content="0; url={escaped(way)}">'
            advice = f'<a href="{escaped(way)}">Auch beim Anmeldedienst abmelden</a>'
        return HTMLResponse(left.substitute(onward=onward, advice=advice), headers=PAGE_HEADERS)


@contextmanager
def _place(places: BoundedSemaphore) -> Iterator[None]:
    """A place among those who wait for the provider; raises :class:`ProviderError` where none is free."""
    if not places.acquire(blocking=False):
        raise ProviderError("busy", "places")
    try:
        yield
    finally:
        places.release()


def _failed(error: ProviderError) -> Response:
    """To the login page, which says why; nothing of what came back stays in the address."""
    _tell(error)
    fault = urlencode({"fehler": _GERMAN[error.fault]})
    return RedirectResponse(f"../anmelden?{fault}", 303, {"Cache-Control": "no-store"})


def _tell(error: ProviderError) -> None:
    tell(
        "login_failed",
        f"Eine Anmeldung über den Anmeldedienst ging nicht ({error.fault}, {error.detail}).",
        level=logging.WARNING,
        fault=error.fault,
        detail=error.detail,
    )


def _address(request: Request, path: str, settings: Settings) -> str:
    """An address of ours as the browser has it; the provider sends nobody to one that it was not told of before."""
    host = request.headers.get("Host", "")
    return f"{'https' if settings.https else 'http'}://{host}{path}"
