"""Errors of the web routes as problem documents (RFC 9457), with a German sentence for the reader."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from corpus.errors import AktenkundigError, DraftError, QuestionError, SettingsError, StoreError


class OverloadedError(AktenkundigError):
    """More questions wait than the machine can answer in time."""


class NotAllowedError(AktenkundigError):
    """Whoever asks has not shown that they may."""


class TooLargeError(AktenkundigError):
    """More was sent than is taken."""


_TITLES = {
    401: "Nicht angemeldet",
    403: "Nicht erlaubt",
    404: "Nicht gefunden",
    413: "Zu lang",
    415: "Falsche Form",
    422: "Ungültige Angabe",
    500: "Interner Fehler",
    503: "Überlastet",
}


def problem(status: int, detail: str) -> JSONResponse:
    """A problem document; ``detail`` is one German sentence that must not tell whether a hidden document exists."""
    content = {"type": "about:blank", "title": _TITLES.get(status, "Fehler"), "status": status, "detail": detail}
    return JSONResponse(
        content, status_code=status, media_type="application/problem+json", headers={"Cache-Control": "no-store"}
    )


def report_problems(app: FastAPI) -> None:
    """Let every error that a route of ``app`` raises end as a problem document."""
    app.add_exception_handler(AktenkundigError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)


async def _expected(_request: Request, error: Exception) -> JSONResponse:
    return problem(status_of(error), str(error))


def status_of(error: Exception) -> int:
    """What was asked for is not there, unless it cannot be asked (now) or the fault lies with the installation."""
    if isinstance(error, OverloadedError):
        return 503
    if isinstance(error, NotAllowedError):
        return 401
    if isinstance(error, TooLargeError):
        return 413
    if isinstance(error, (StoreError, SettingsError)):
        return 500
    return 422 if isinstance(error, (DraftError, QuestionError)) else 404


async def _invalid(_request: Request, _error: Exception) -> JSONResponse:
    return problem(422, "Eine Angabe in dieser Adresse ist ungültig.")


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(status, "Diese Adresse gibt es nicht." if status == 404 else "Diese Anfrage ist nicht möglich.")
