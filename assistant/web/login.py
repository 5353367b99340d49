"""The login page and the way out; both work without JavaScript."""

from __future__ import annotations

import hmac
import math
import secrets
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from assistant.accounts.throttle import Throttle
from assistant.web.escaping import escaped
from assistant.web.gate import LOGIN_PATH, LOGOUT_PATH
from assistant.web.problems import problem
from assistant.web.security import LOGIN_POLICY
from assistant.web.visits import Reception, cookie_name, visit_of

if TYPE_CHECKING:
    from assistant.accounts.store import Account, AccountStore
    from assistant.audit import AuditLog
    from corpus.settings import Settings

_PAGE: Final = Path(__file__).with_name("login.html")
_FORM_COOKIE: Final = "aktenkundig-formular"
_LARGEST: Final = 10_000
_WRONG: Final = "Name oder Passwort stimmen nicht."
_STALE: Final = "Das Formular ist zu alt; bitte noch einmal versuchen. Dafür müssen Cookies erlaubt sein."
_PUBLIC: Final = '<p><a href="./">Ohne Anmeldung weiter</a>: zu sehen ist dann nur, was öffentlich ist.</p>'
_BACK: Final = ("/", "/faktencheck")


class LoginDesk:
    """Lets people in, slower the more often it was somebody else."""

    def __init__(self, accounts: AccountStore, throttle: Throttle, audit: AuditLog | None) -> None:
        self._accounts = accounts
        self._throttle = throttle
        self._audit = audit

    def log_in(self, name: str, password: str, address: str) -> tuple[Account | None, float]:
        """The account, or ``None`` with the seconds to wait before the next try is taken (0: none)."""
        from assistant.accounts.store import account_key

        key = account_key(name)
        wait = self._throttle.begin(key, address)
        if wait > 0:
            return None, wait
        account = self._accounts.check(name, password)
        if account is not None:
            self._throttle.succeeded(key, address)
            if self._audit is not None:
                self._audit.note(account.name, "login", [""])
        return account, 0.0


class _Form:
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
            public=self._public,
        )
        headers = {
            "Content-Security-Policy": LOGIN_POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
        }
        if wait > 0:
            headers["Retry-After"] = str(math.ceil(wait))
        response = HTMLResponse(html, status_code=status, headers=headers)
        _set(response, _form_cookie(self._settings), token, self._settings)
        return response


def login_routes(reception: Reception, accounts: AccountStore, desk: LoginDesk, settings: Settings) -> APIRouter:
    """The routes over the accounts of one installation."""
    form = _Form(settings)
    router = APIRouter()
    _add_way_out(router, accounts, settings)

    @router.get(LOGIN_PATH)
    def show(weiter: str = "/") -> Response:
        return form.shown(back=_back(weiter))

    @router.post(LOGIN_PATH)
    async def log_in(request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return problem(413, "Diese Anmeldung ist zu lang.")
        name, password, back = fields.get("name", ""), fields.get("passwort", ""), _back(fields.get("weiter", "/"))
        expected = request.cookies.get(_form_cookie(settings), "")
        if not expected or not hmac.compare_digest(expected.encode(), fields.get("zeichen", "").encode()):
            return form.shown(403, fault=_STALE, name=name, back=back)
        account, wait = await run_in_threadpool(desk.log_in, name, password, reception.address(request))
        if account is None and wait > 0:
            sentence = f"Zu viele Versuche. Bitte {_in_words(wait)} warten und dann noch einmal anmelden."
            return form.shown(429, fault=sentence, name=name, back=back, wait=wait)
        if account is None:
            return form.shown(401, fault=_WRONG, name=name, back=back)
        # A session that the browser came with is not taken over by whoever logs in: it may be somebody else's doing.
        before = request.cookies.get(cookie_name(https=settings.https))
        if before:
            await run_in_threadpool(accounts.close_session, before)
        secret = await run_in_threadpool(accounts.open_session, account)
        response = RedirectResponse(f".{back}", status_code=303, headers={"Cache-Control": "no-store"})
        _set(response, cookie_name(https=settings.https), secret, settings)
        response.delete_cookie(_form_cookie(settings), path="/", secure=settings.https, httponly=True)
        return response

    return router


def _add_way_out(router: APIRouter, accounts: AccountStore, settings: Settings) -> None:
    @router.post(LOGOUT_PATH)
    async def log_out(request: Request) -> Response:
        fields = await _fields(request) or {}
        visit = visit_of(request)
        if visit.session is not None and visit.account is not None:
            if fields.get("ueberall"):
                await run_in_threadpool(accounts.close_sessions, visit.account.name)
            else:
                await run_in_threadpool(accounts.close_session, visit.session)
        headers = {"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'}
        response = RedirectResponse("." if settings.public_access else f".{LOGIN_PATH}", 303, headers)
        response.delete_cookie(
            cookie_name(https=settings.https), path="/", secure=settings.https, httponly=True, samesite="lax"
        )
        return response


def _set(response: Response, name: str, value: str, settings: Settings) -> None:
    """A cookie for the time that the browser runs, which no script reads and no other site sends along.

    ``Lax`` and not ``Strict``: a link to an answer in somebody's mail shows them what they may see.
    """
    response.set_cookie(name, value, path="/", secure=settings.https, httponly=True, samesite="lax")


def _form_cookie(settings: Settings) -> str:
    return f"__Host-{_FORM_COOKIE}" if settings.https else _FORM_COOKIE


def _back(wanted: str) -> str:
    """Where to go after logging in: a page of ours, nothing that somebody has put into a link."""
    return wanted if wanted in _BACK else "/"


async def _fields(request: Request) -> dict[str, str] | None:
    """The fields of a form, ``None`` for one that is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            return None
    try:
        fields = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _in_words(seconds: float) -> str:
    whole = math.ceil(seconds)
    if whole < 60:
        return "eine Sekunde" if whole == 1 else f"{whole} Sekunden"
    minutes = math.ceil(whole / 60)
    return "eine Minute" if minutes == 1 else f"{minutes} Minuten"
