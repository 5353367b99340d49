"""Errors of the web routes as problem documents (RFC 9457), with a German sentence for the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.web.operations.incidents import apology, report_incident
from corpus.errors import AktenkundigError, DraftError, IndexAwayError, QuestionError, SettingsError, StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class OverloadedError(AktenkundigError):
    """More questions wait than the machine can answer in time."""


class NotAllowedError(AktenkundigError):
    """Whoever asks has not shown that they may."""


class TooLargeError(AktenkundigError):
    """More was sent than is taken."""


_TITLES = {
    400: "Nicht lesbar",
    401: "Nicht angemeldet",
    403: "Nicht erlaubt",
    404: "Nicht gefunden",
    413: "Zu lang",
    415: "Falsche Form",
    422: "Ungültige Angabe",
    500: "Interner Fehler",
    503: "Gerade nicht möglich",
}


def problem(status: int, detail: str, **further: object) -> JSONResponse:
    """A problem document; ``detail`` is one German sentence that must not tell whether a hidden document exists.

    ``further`` are members of it for programs.
    """
    title = _TITLES.get(status, "Fehler")
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **further}
    return JSONResponse(
        content, status_code=status, media_type="application/problem+json", headers={"Cache-Control": "no-store"}
    )


def report_problems(app: FastAPI) -> None:
    """Let every error that a route of ``app`` raises end as a problem document."""
    app.add_exception_handler(AktenkundigError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)


async def _expected(_request: Request, error: Exception) -> JSONResponse:
    return problem(status_of(error), sentence_for(error))


def sentence_for(error: Exception) -> str:
    """What is said to whoever met the error; where the fault is ours, it is logged and said with its number."""
    if not isinstance(error, AktenkundigError):
        return apology(report_incident(error))
    if status_of(error) == 500:
        return f"{error} Fehlernummer für die Verwaltung: {report_incident(error)}."
    return str(error)


def status_of(error: Exception) -> int:
    """What was asked for is not there, unless it cannot be asked (now) or the fault lies with the installation."""
    if isinstance(error, OverloadedError | IndexAwayError):
        return 503
    if isinstance(error, NotAllowedError):
        return 401
    if isinstance(error, TooLargeError):
        return 413
    if isinstance(error, (StoreError, SettingsError)) or not isinstance(error, AktenkundigError):
        return 500
    return 422 if isinstance(error, (DraftError, QuestionError)) else 404


async def _invalid(_request: Request, _error: Exception) -> JSONResponse:
    return problem(422, "Eine Angabe in dieser Adresse ist ungültig.")


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(status, "Diese Adresse gibt es nicht." if status == 404 else "Diese Anfrage ist nicht möglich.")


class IncidentReports:
    """ASGI middleware: an error that nothing has handled ends as a problem document with its number.

    Where the answer has already begun, it breaks off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - the last place before the server, which would say "Internal Server Error"
            number = report_incident(error)
            if scope["type"] == "http" and not begun:
                await problem(500, apology(number))(scope, receive, send)
