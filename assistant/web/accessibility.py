"""The statement on accessibility: what holds, what does not yet, and whom to tell."""

from __future__ import annotations

from pathlib import Path
from string import Template

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.web.escaping import escaped
from assistant.web.security import TEXT_POLICY

_STATEMENT = Path(__file__).with_name("accessibility.html")
_NOBODY = (
    "Die Stelle, die diesen Web-Chat betreibt, hat noch keinen Kontakt angegeben; "
    "sie kann das mit der Einstellung AKTENKUNDIG_CONTACT tun."
)


def accessibility_routes(contact: str) -> APIRouter:
    """The page, with the contact that the operator has set."""
    page = Template(_STATEMENT.read_text(encoding="utf-8")).substitute(contact=escaped(contact.strip() or _NOBODY))
    router = APIRouter()

    @router.get("/barrierefreiheit")
    def statement() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": TEXT_POLICY})

    return router
