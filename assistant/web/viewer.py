"""What the document pane asks for: sizes of pages, their pictures and their text, the file itself.

Every route looks the document up among those that the visit shows, so a document that is hidden, deleted or never
existed gets the same answer. Browsers may keep pictures but must ask before using them again: the tag of a deleted or
replaced document no longer matches.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse

from assistant.web.problems import problem
from assistant.web.sheet_html import sheet_html
from assistant.web.visits import visit_of
from corpus.errors import NotThereError
from corpus.rendering import render_page

if TYPE_CHECKING:
    from corpus.types import DocumentInfo, Page

NARROWEST, WIDEST, USUAL = 200, 2400, 1000
"""Limits of a picture's width in pixels: a request must not be able to fill the memory."""

_PRIVATE = "private, no-cache"
_INLINE = frozenset({"application/pdf", "text/plain", "image/png", "image/jpeg", "image/tiff"})
"""Shown in the browser; anything else (HTML above all, which could run scripts here) is offered as a download."""


def viewer_routes() -> APIRouter:
    """The routes of the document pane; what is not there becomes a problem document."""
    router = APIRouter()

    @router.get("/dokumente/{document}/seiten.json")
    def pages(request: Request, document: str) -> Response:
        holdings = visit_of(request).assistant.holdings
        return JSONResponse(
            _description(holdings.document(document), holdings.pages(document)), headers={"Cache-Control": _PRIVATE}
        )

    @router.get("/blatt/{document}")
    def sheet(request: Request, document: str) -> Response:
        visit = visit_of(request)
        made = visit.assistant.holdings.sheet(document)
        visit.saw("sheet", [document, *(citation.document for citation in made.citations)])
        return HTMLResponse(sheet_html(made, visit.assistant.holdings.sheets()), headers={"Cache-Control": _PRIVATE})

    @router.get("/seiten/{document}/{index}.png")
    def picture(request: Request, document: str, index: int, breite: int = USUAL) -> Response:
        return page_picture(request, document, index, min(max(breite, NARROWEST), WIDEST))

    @router.get("/seiten/{document}/{index}.txt")
    def words(request: Request, document: str, index: int) -> Response:
        visit = visit_of(request)
        text = visit.assistant.holdings.page_text(document, index)
        visit.saw("page", [document])
        return PlainTextResponse(text, headers={"Cache-Control": _PRIVATE})

    @router.get("/original/{document}")
    def original(request: Request, document: str) -> Response:
        visit = visit_of(request)
        info = visit.assistant.holdings.document(document)
        path = visit.assistant.holdings.original(document)
        if not path.is_file():
            raise NotThereError("Die Datei zu diesem Dokument liegt nicht mehr vor.")
        visit.saw("original", [document])
        media_type = info.media_type.partition(";")[0].strip()
        inline = media_type in _INLINE
        name = f"{info.document}{mimetypes.guess_extension(media_type) or path.suffix}"
        headers = {"Cache-Control": _PRIVATE, "Content-Disposition": disposition(name, inline=inline)}
        return FileResponse(path, media_type=media_type if inline else "application/octet-stream", headers=headers)

    @router.get("/blatt/{rest:path}")
    @router.get("/dokumente/{rest:path}")
    @router.get("/seiten/{rest:path}")
    @router.get("/original/{rest:path}")
    def anything_else() -> Response:  # Otherwise Gradio, mounted at the root, would answer in English.
        return problem(404, "Diese Adresse gibt es nicht.")

    return router


def disposition(name: str, *, inline: bool = False) -> str:
    """The header that names a file (RFC 6266), whatever letters its name has."""
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}"


def page_picture(request: Request, document: str, index: int, width: int) -> Response:
    """A page as PNG, ``width`` pixels wide; raises :class:`corpus.errors.NotThereError` where there is none."""
    visit = visit_of(request)
    holdings = visit.assistant.holdings
    info = holdings.document(document)
    holdings.page(document, index)
    visit.saw("page", [document])
    tag = f'"{info.sha256[:32]}-{index}-{width}"'
    headers = {"Cache-Control": _PRIVATE, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    drawn = render_page(holdings.original(document), index, width)
    return Response(drawn, media_type="image/png", headers=headers)


def _description(info: DocumentInfo, pages: Sequence[Page]) -> dict[str, object]:
    """What the pane needs to lay out a document before any picture has come.

    Sizes are in points as displayed; ``start`` is an offset in the canonical text.
    """
    return {
        "document": info.document,
        "title": info.title,
        "kind": info.kind,
        "origin": info.origin,
        "drawable": info.media_type == "application/pdf",
        "pages": [
            {
                "index": page.index,
                "printed": page.printed,
                "width": page.width,
                "height": page.height,
                "start": page.start,
            }
            for page in pages
        ],
    }
