"""The fact check over HTTP: at once, as a stream that tells how far it is, as a file; and the text of a draft's file.

Nothing of a draft is kept: it comes with the request and is gone with the answer. Whoever hangs up ends the work.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path, PurePath
from threading import Event
from typing import TYPE_CHECKING, Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.export import FORMATS, Format
from assistant.factcheck import FactCheck
from assistant.factcheck.export import export
from assistant.factcheck.reading import LARGEST_BYTES, read_draft
from assistant.web.api.shapes import Chosen, ProblemDocument
from assistant.web.api.streaming import awaited, event, streamed
from assistant.web.problems import TooLargeError
from assistant.web.progress import HungUpError
from assistant.web.viewer import disposition
from assistant.web.visits import Visit, visit_of

if TYPE_CHECKING:
    from assistant.web.operations.line import Line

_ENDING: Final = re.compile(r"\.[a-z0-9]{1,12}")
"""What a name may end with that becomes the name of a file here."""

Form = Annotated[Format, InPath(description="„docx“: der Entwurf mit Kommentaren, „pdf“ und „md“: ein Protokoll")]


class DraftRequest(BaseModel):
    """Ein Entwurf, der geprüft werden soll."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(description="der Entwurf")
    documents: Chosen = None


class DraftText(BaseModel):
    """Der Text einer Datei; die Datei wird nicht aufbewahrt."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(description="der Text, auf den sich die Stellen des Ergebnisses beziehen")


class CheckCounter:
    """Checks drafts one after the other."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def check(self, request: DraftRequest, connection: Request) -> FactCheck:
        """Check one draft; raises :class:`OverloadedError` where too many wait."""
        return await awaited(connection, partial(self._checked, visit_of(connection), request))

    def stream(self, request: DraftRequest, connection: Request) -> AsyncIterator[str]:
        """Server-sent events: ``fortschritt`` with what is done and what there is, then ``ergebnis`` or ``fehler``."""
        return streamed(connection, partial(self._checked, visit_of(connection), request), _on_way, _at_end)

    async def _checked(
        self, visit: Visit, request: DraftRequest, gone: Event, tell: Callable[[tuple[int, int]], None]
    ) -> FactCheck:
        def watch(done: int, of: int) -> None:
            if gone.is_set():
                raise HungUpError("Die Prüfung wurde abgebrochen.")
            tell((done, of))

        return await self._line.run(partial(_work, visit, request, watch))


def _work(visit: Visit, request: DraftRequest, watch: Callable[[int, int], None]) -> FactCheck:
    check = visit.assistant.check(request.text, documents=request.documents, watch=watch)
    visit.saw("check", [citation.document for claim in check.claims for citation in claim.citations])
    return check


def check_routes(line: Line, files: Line) -> APIRouter:
    """The routes of the fact check; in ``files`` those wait who have the file of a draft read."""
    counter = CheckCounter(line)
    router = APIRouter(tags=["Faktencheck"])
    overloaded: dict[int | str, dict[str, object]] = {503: {"model": ProblemDocument, "description": "überlastet"}}

    @router.post(
        "/check",
        summary="Einen Entwurf prüfen",
        response_description="jede Aussage mit ihrem Urteil und den Stellen, auf denen es beruht",
        responses=overloaded,
    )
    async def check(draft: DraftRequest, request: Request) -> FactCheck:
        """Prüft Satz für Satz gegen die Unterlagen. Vom Entwurf wird nichts aufbewahrt."""
        return await counter.check(draft, request)

    @router.post(
        "/check/stream",
        summary="Einen Entwurf prüfen und den Fortschritt verfolgen",
        response_description="Ereignisse: „fortschritt“, dann „ergebnis“ oder „fehler“",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def stream(draft: DraftRequest, request: Request) -> StreamingResponse:
        """Server-Sent Events. Wer die Verbindung schließt, bricht die Prüfung ab."""
        return StreamingResponse(
            counter.stream(draft, request), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    @router.post(
        "/check/text",
        summary="Den Text eines Entwurfs aus einer Datei lesen",
        response_description="der Text",
        responses={413: {"model": ProblemDocument, "description": "die Datei ist zu groß"}, **overloaded},
        openapi_extra={
            "requestBody": {
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
                "required": True,
            }
        },
    )
    async def text(
        request: Request, name: Annotated[str, Query(min_length=3, max_length=200, description="Name der Datei")]
    ) -> DraftText:
        """Nimmt Word, PDF, OpenDocument, HTML, Markdown und Text. Die Datei wird gelesen und sofort gelöscht."""
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > LARGEST_BYTES:
                raise TooLargeError(f"Die Datei ist zu groß; höchstens {LARGEST_BYTES // 1_000_000} MB werden geprüft.")
        return DraftText(text=await files.run(partial(_read, bytes(content), name)))

    @router.post(
        "/check.{form}",
        summary="Das Ergebnis einer Prüfung als Datei",
        response_class=Response,
        responses={200: {"content": {media_type: {} for media_type in FORMATS.values()}}, **overloaded},
        response_description="Word mit Kommentaren an den Stellen; PDF oder Markdown als Protokoll",
    )
    async def file(form: Form, draft: DraftRequest, request: Request) -> Response:
        """Prüft den Entwurf nach dem heutigen Stand der Unterlagen."""
        checked = await counter.check(draft, request)
        content = await to_thread.run_sync(export, draft.text, checked, form)
        return Response(
            content,
            media_type=FORMATS[form],
            headers={"Content-Disposition": disposition(f"faktencheck.{form}"), "Cache-Control": "no-store"},
        )

    return router


def _read(content: bytes, name: str) -> str:
    """The text of a file that lies on the disk only as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="aktenkundig-") as folder:
        ending = PurePath(name).suffix.lower()
        path = Path(folder) / (f"entwurf{ending}" if _ENDING.fullmatch(ending) else "entwurf")
        path.write_bytes(content)
        return read_draft(path)


def _on_way(progress: tuple[int, int]) -> str:
    done, claims = progress
    return event("fortschritt", {"done": done, "claims": claims})


def _at_end(check: FactCheck) -> str:
    return event("ergebnis", check.model_dump(mode="json"))
