"""The login page, and the cookies of logging in."""

from __future__ import annotations

import math
import secrets
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from assistant.web.escaping import escaped
from assistant.web.security import LOGIN_POLICY
from assistant.web.visits import SESSION_COOKIE, cookie_name

if TYPE_CHECKING:
    from assistant.accounts.store import Account, AccountStore
    from corpus.settings import Settings

_PAGE: Final = Path(__file__).with_name("login.html")
_FORM_COOKIE: Final = "aktenkundig-formular"
_PUBLIC: Final = '<p><a href="./">Ohne Anmeldung weiter</a>: zu sehen ist dann nur, was öffentlich ist.</p>'
_BACK: Final = ("/", "/faktencheck")
PAGE_HEADERS: Final = {
    "Content-Security-Policy": LOGIN_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


class LoginPage:
    """The page with the form, and the cookie that shows that it was ours which somebody has filled in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._page = Template(_PAGE.read_text(encoding="utf-8"))
        self._public = _PUBLIC if settings.public_access else ""

    def shown(
        self, status: int = 200, *, fault: str = "", name: str = "", back: str = "/", wait: float = 0
    ) -> Response:
        """The form, with the fault of the try before; ``wait`` are seconds until the next one is taken."""
        token = secrets.token_urlsafe(24)
        html = self._page.substitute(
            token=token,
            back=escaped(back),
            name=escaped(name),
            fault=f'<p class="fault" id="fehler" role="alert">{escaped(fault)}</p>' if fault else "",
            fault_title="Fehler: " if fault else "",
            described=' aria-describedby="fehler" aria-invalid="true"' if fault else "",
            provider=self._way_to_provider(back),
            public=self._public,
        )
        headers = dict(PAGE_HEADERS)
        if wait > 0:
            headers["Retry-After"] = str(math.ceil(wait))
        response = HTMLResponse(html, status_code=status, headers=headers)
        set_cookie(response, form_cookie(self._settings), token, self._settings)
        return response

    def _way_to_provider(self, back: str) -> str:
        if not self._settings.oidc_issuer:
            return ""
        label = escaped(self._settings.oidc_label or "dem Anmeldedienst")
        address = escaped(f"./anmelden/dienst?{urlencode({'weiter': back})}")
        return f'<p class="provider"><a href="{address}">Mit {label} anmelden</a></p>'


def set_cookie(response: Response, name: str, value: str, settings: Settings) -> None:
    """A cookie for the time that the browser runs, which no script reads and no other site sends along.

    ``Lax`` and not ``Strict``: a link to an answer in somebody's mail shows them what they may see.
    """
    response.set_cookie(name, value, path="/", secure=settings.https, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str, settings: Settings) -> None:
    """Let the browser forget a cookie that :func:`set_cookie` has set."""
    response.delete_cookie(name, path="/", secure=settings.https, httponly=True, samesite="lax")


def form_cookie(settings: Settings) -> str:
    """The name of the form's cookie."""
    return cookie_name(_FORM_COOKIE, settings)


def session_cookie(settings: Settings) -> str:
    """The name of the session's cookie."""
    return cookie_name(SESSION_COOKIE, settings)


def begin_session(
    request: Request,
    response: Response,
    account: Account,
    accounts: AccountStore,
    settings: Settings,
    *,
    provider: bool = False,
) -> None:
    """Let the browser have a new session of this account; ``provider`` where the login provider let somebody in."""
    # A session that the browser came with is not taken over by whoever logs in: it may be somebody else's doing.
    if before := request.cookies.get(session_cookie(settings)):
        accounts.close_session(before)
    set_cookie(response, session_cookie(settings), accounts.open_session(account, provider=provider), settings)


def way_back(wanted: str) -> str:
    """Where to go after logging in: a page of ours, nothing that somebody has put into a link."""
    return wanted if wanted in _BACK else "/"
