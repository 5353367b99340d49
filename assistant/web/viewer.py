"""What the document pane asks for: sizes of pages, their pictures and their text, the file itself.

Every route looks the document up among those the assistant lists, so a document that is hidden, deleted or never
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
from corpus.errors import NotThereError
from corpus.rendering import render_page

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.holdings import Holdings
    from corpus.types import DocumentInfo, Page

NARROWEST, WIDEST, USUAL = 200, 2400, 1000
"""Limits of a picture's width in pixels: a request must not be able to fill the memory."""

_PRIVATE = "private, no-cache"
_INLINE = frozenset({"application/pdf", "text/plain", "image/png", "image/jpeg", "image/tiff"})
"""Shown in the browser; anything else (HTML above all, which could run scripts here) is offered as a download."""


def viewer_routes(assistant: Assistant) -> APIRouter:
    """The routes of the document pane over one assistant; what is not there becomes a problem document."""
    router = APIRouter()

    @router.get("/dokumente/{document}/seiten.json")
    def pages(document: str) -> Response:
        return JSONResponse(
            _description(assistant.holdings.document(document), assistant.holdings.pages(document)),
            headers={"Cache-Control": _PRIVATE},
        )

    @router.get("/blatt/{document}")
    def sheet(document: str) -> Response:
        made = sheet_html(assistant.holdings.sheet(document), assistant.holdings.sheets())
        return HTMLResponse(made, headers={"Cache-Control": _PRIVATE})

    @router.get("/seiten/{document}/{index}.png")
    def picture(request: Request, document: str, index: int, breite: int = USUAL) -> Response:
        return page_picture(assistant.holdings, request, document, index, min(max(breite, NARROWEST), WIDEST))

    @router.get("/seiten/{document}/{index}.txt")
    def words(document: str, index: int) -> Response:
        return PlainTextResponse(assistant.holdings.page_text(document, index), headers={"Cache-Control": _PRIVATE})

    @router.get("/original/{document}")
    def original(document: str) -> Response:
        info = assistant.holdings.document(document)
        path = assistant.holdings.original(document)
        if not path.is_file():
            raise NotThereError("Die Datei zu diesem Dokument liegt nicht mehr vor.")
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


def page_picture(holdings: Holdings, request: Request, document: str, index: int, width: int) -> Response:
    """A page as PNG, ``width`` pixels wide; raises :class:`corpus.errors.NotThereError` where there is none."""
    info = holdings.document(document)
    holdings.page(document, index)
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
