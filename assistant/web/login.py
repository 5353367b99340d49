"""Logging in with a password, and the way out; both work without JavaScript."""

from __future__ import annotations

import hmac
import math
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from assistant.accounts.throttle import Throttle
from assistant.web.gate import LEFT_PATH, LOGIN_PATH, LOGOUT_PATH
from assistant.web.login_page import begin_session, drop_cookie, form_cookie, session_cookie, way_back
from assistant.web.oidc import FAULTS
from assistant.web.problems import problem
from assistant.web.visits import Reception, visit_of

if TYPE_CHECKING:
    from assistant.accounts.store import Account, AccountStore
    from assistant.audit import AuditLog
    from assistant.web.login_page import LoginPage
    from corpus.settings import Settings

_LARGEST: Final = 10_000
_WRONG: Final = "Name oder Passwort stimmen nicht."
_STALE: Final = "Das Formular ist zu alt; bitte noch einmal versuchen. Dafür müssen Cookies erlaubt sein."


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


def login_routes(
    reception: Reception, accounts: AccountStore, desk: LoginDesk, form: LoginPage, settings: Settings
) -> APIRouter:
    """The routes over the accounts of one installation."""
    router = APIRouter()
    _add_way_out(router, accounts, settings)

    @router.get(LOGIN_PATH)
    def show(weiter: str = "/", fehler: str = "") -> Response:
        status, sentence = FAULTS.get(fehler, (200, ""))
        return form.shown(status, fault=sentence, back=way_back(weiter))

    @router.post(LOGIN_PATH)
    async def log_in(request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return problem(413, "Diese Anmeldung ist zu lang.")
        name, password, back = fields.get("name", ""), fields.get("passwort", ""), way_back(fields.get("weiter", "/"))
        expected = request.cookies.get(form_cookie(settings), "")
        if not expected or not hmac.compare_digest(expected.encode(), fields.get("zeichen", "").encode()):
            return form.shown(403, fault=_STALE, name=name, back=back)
        account, wait = await run_in_threadpool(desk.log_in, name, password, reception.address(request))
        if account is None and wait > 0:
            sentence = f"Zu viele Versuche. Bitte {_in_words(wait)} warten und dann noch einmal anmelden."
            return form.shown(429, fault=sentence, name=name, back=back, wait=wait)
        if account is None:
            return form.shown(401, fault=_WRONG, name=name, back=back)
        response = RedirectResponse(f".{back}", status_code=303, headers={"Cache-Control": "no-store"})
        await run_in_threadpool(begin_session, request, response, account, accounts, settings)
        drop_cookie(response, form_cookie(settings), settings)
        return response

    return router


def _add_way_out(router: APIRouter, accounts: AccountStore, settings: Settings) -> None:
    @router.post(LOGOUT_PATH)
    async def log_out(request: Request) -> Response:
        fields = await _fields(request) or {}
        visit = visit_of(request)
        after = "." if settings.public_access else f".{LOGIN_PATH}"
        if visit.session is not None and visit.account is not None:
            theirs = await run_in_threadpool(accounts.is_from_provider, visit.session)
            if theirs and settings.oidc_issuer:
                after = f".{LEFT_PATH}"
            if fields.get("ueberall"):
                await run_in_threadpool(accounts.close_sessions, visit.account.name)
            else:
                await run_in_threadpool(accounts.close_session, visit.session)
        headers = {"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'}
        response = RedirectResponse(after, 303, headers)
        drop_cookie(response, session_cookie(settings), settings)
        return response


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
