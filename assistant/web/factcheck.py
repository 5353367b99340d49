"""The page of the fact check: a draft on the left, what the documents say of each claim on the right.

It is a page of its own and speaks to the API only: a draft stays in the browser's window, no session of the server
holds it.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.web.security import FORM_POLICY
from assistant.web.visits import visit_of

if TYPE_CHECKING:
    from corpus.settings import Settings

FACTCHECK_PATH: Final = "/faktencheck"
_PAGE = Path(__file__).with_name("factcheck.html")


def factcheck_routes(settings: Settings) -> APIRouter:
    """The page."""
    template = Template(_PAGE.read_text(encoding="utf-8"))
    router = APIRouter()

    @router.get(FACTCHECK_PATH)
    def page(request: Request) -> HTMLResponse:
        count = len(visit_of(request).assistant.holdings.documents())
        html = template.substitute(
            minutes=settings.draft_minutes,
            searched="1 Dokument" if count == 1 else f"{count} Dokumente",
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": FORM_POLICY, "Cache-Control": "no-store"})

    return router
