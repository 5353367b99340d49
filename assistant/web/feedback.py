"""The route that takes opinions on answers, and the controls below an answer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from assistant.feedback import LONGEST_COMMENT, REASONS, FeedbackDesk, Opinion
from assistant.web.escaping import escaped
from assistant.web.problems import problem

FEEDBACK_PATH = "/rueckmeldungen"
_LARGEST = 10_000
"""Bytes of a request: a comment of the longest kind, with all its characters escaped."""


def feedback_routes(desk: FeedbackDesk) -> APIRouter:
    """The route over one desk. Only JSON is taken, which no form of another site can send."""
    router = APIRouter()

    @router.post(f"{FEEDBACK_PATH}/{{key}}")
    async def submit(request: Request, key: str) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return problem(415, "Eine Rückmeldung muss als JSON kommen.")
        body = bytearray()
        async for chunk in request.stream():
            body.extend(chunk)
            if len(body) > _LARGEST:
                return problem(413, "Diese Rückmeldung ist zu lang; bitte kürzen.")
        try:
            opinion = Opinion.model_validate_json(bytes(body))
        except ValidationError:
            return problem(422, "Eine Angabe dieser Rückmeldung ist ungültig.")
        await run_in_threadpool(desk.submit, key, opinion)  # it waits for the disk
        return Response(status_code=204)

    return router


def controls(key: str) -> str:
    """The buttons below an answer, and the form behind "Nicht hilfreich"."""
    reasons = "".join(
        f'<label><input type="checkbox" name="reason" value="{name}"> {escaped(words)}</label>'
        for name, words in REASONS.items()
    )
    return (
        f'<div class="feedback" data-feedback="{escaped(key)}">'
        '<div class="row"><button type="button" class="plain" data-verdict="up">Hilfreich</button>'
        '<button type="button" class="plain" data-verdict="down" aria-expanded="false">Nicht hilfreich</button></div>'
        f"<form hidden><fieldset><legend>Was stimmt nicht?</legend>{reasons}</fieldset>"
        f'<label class="comment">Anmerkung<textarea name="comment" rows="2" maxlength="{LONGEST_COMMENT}"></textarea>'
        "</label>"
        '<p class="keeps">Gespeichert werden auf diesem Rechner Ihre Fragen, die zitierten Stellen und was Sie hier '
        "angeben.</p>"
        '<div class="row"><button type="submit" class="plain">Absenden</button>'
        '<button type="button" class="plain" data-verdict="none">Abbrechen</button></div></form>'
        "</div>"
    )
