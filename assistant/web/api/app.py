"""Puts the API together: one FastAPI application of its own, with its description in German."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from assistant.answer import Answer, Citation
from assistant.export import FORMATS, Format, Paper, conversation_paper, exported, sheet_paper
from assistant.feedback import Opinion
from assistant.sheet import SessionSheet
from assistant.web.api.asking import Counter
from assistant.web.api.checking import check_routes
from assistant.web.api.descriptions import in_german
from assistant.web.api.shapes import (
    Conversation,
    DocumentDetails,
    DocumentEntry,
    DocumentText,
    HeadingEntry,
    PageEntry,
    ProblemDocument,
    QuestionRequest,
    document_entries,
)
from assistant.web.api.staff import staff_routes
from assistant.web.problems import IncidentReports, report_problems
from assistant.web.viewer import NARROWEST, USUAL, WIDEST, disposition, page_picture
from assistant.web.visits import Visit, visit_of

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.feedback import FeedbackDesk
    from assistant.web.operations.line import Line
    from assistant.web.staff import StaffDesk

API_PATH: Final = "/api/v1"
KEY_HEADER: Final = "Aktenkundig-Antwort"

_DESCRIPTION: Final = """Beantwortet Fragen zu Ratsdokumenten und belegt jede Aussage mit der genauen Fundstelle.

Jedes Zitat ist wörtlich: `text(document)[char_start:char_end] == quote`. Kästen (`boxes`) sind in Punkten (1/72 Zoll)
der angezeigten Seite angegeben, Ursprung oben links. Antworten stellt ein Programm (Künstliche Intelligenz) aus Zitaten
zusammen; maßgeblich ist das Original."""

_ERRORS: Final[dict[int | str, dict[str, object]]] = {
    400: {"model": ProblemDocument, "description": "die Anfrage ist nicht lesbar"},
    401: {"model": ProblemDocument, "description": "nicht angemeldet"},
    404: {"model": ProblemDocument, "description": "gibt es nicht oder ist nicht zugänglich"},
    413: {"model": ProblemDocument, "description": "die Anfrage ist zu groß"},
    422: {"model": ProblemDocument, "description": "eine Angabe ist ungültig"},
    503: {"model": ProblemDocument, "description": "überlastet, oder der Server wird beendet"},
}

Document = Annotated[str, Path(description="Kennung des Dokuments")]
Form = Annotated[Format, Path(description="„md“ für Markdown, „docx“ für Word, „pdf“")]


def create_api(
    assistant: Assistant,
    desk: FeedbackDesk | None,
    staff: StaffDesk | None,
    *,
    questions: Line,
    drafts: Line,
    files: Line,
) -> FastAPI:
    """The API over one assistant; with a desk, answers can be rated, with one for staff, documents be changed.

    In the lines those wait who ask, who have a draft checked, and who have the file of one read.
    """
    api = FastAPI(
        title="aktenkundig",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=_ERRORS,
        strict_content_type=True,
    )
    report_problems(api)
    api.add_middleware(IncidentReports)
    _add_asking(api, Counter(desk, questions), desk)
    api.include_router(check_routes(drafts, files))
    _add_holdings(api)
    settings = assistant.settings
    if staff is not None:
        key = settings.staff_key.get_secret_value() if settings.staff_key is not None else None
        api.include_router(staff_routes(staff, key, settings.upload_limit_mb))
    describe = api.openapi
    api.openapi = lambda: in_german(describe())  # type: ignore[method-assign]  # FastAPI's own way of extending it
    return api


def _add_asking(api: FastAPI, counter: Counter, desk: FeedbackDesk | None) -> None:
    @api.post(
        "/ask",
        summary="Eine Frage stellen",
        response_description="die Antwort mit ihren Belegen; auch eine ehrliche Absage ist eine",
        responses={503: {"model": ProblemDocument, "description": "überlastet"}},
        tags=["Fragen"],
    )
    async def ask(asked: QuestionRequest, request: Request, response: Response) -> Answer:
        """Antwortet mit wörtlichen Zitaten, oder sagt, dass die Unterlagen dazu nichts enthalten."""
        found = await counter.ask(asked, request)
        if found.key is not None:
            response.headers[KEY_HEADER] = found.key
        return found.answer

    @api.post(
        "/ask/stream",
        summary="Eine Frage stellen und den Fortschritt verfolgen",
        response_description="Ereignisse: „fortschritt“, „satz“ für jeden geprüften Satz, dann „antwort“ oder „fehler“",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
        tags=["Fragen"],
    )
    async def stream(asked: QuestionRequest, request: Request) -> StreamingResponse:
        """Server-Sent Events. Wer die Verbindung schließt, bricht die Suche ab."""
        return StreamingResponse(
            counter.stream(asked, request), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    @api.post(
        "/export.{form}",
        summary="Eine Unterhaltung als Datei",
        response_class=Response,
        responses={200: {"content": {media_type: {} for media_type in FORMATS.values()}}},
        response_description="Markdown, Word oder PDF",
        tags=["Fragen"],
    )
    async def export(form: Form, conversation: Conversation, request: Request) -> Response:
        """Beantwortet die Fragen der Reihe nach noch einmal, nach dem heutigen Stand der Unterlagen."""
        answers = await counter.converse(conversation, request)
        paper = conversation_paper(answers, datetime.now().astimezone().date().isoformat())
        return await run_in_threadpool(_file, paper, form, "unterhaltung")

    if desk is None:
        return

    @api.post(
        "/answers/{key}/feedback",
        status_code=204,
        summary="Eine Antwort bewerten",
        response_description="ist notiert",
        tags=["Fragen"],
    )
    async def rate(
        key: Annotated[str, Path(description=f"Schlüssel der Antwort, aus dem Kopf {KEY_HEADER} oder dem Ereignis")],
        opinion: Opinion,
    ) -> Response:
        """Bewahrt die Meinung auf diesem Rechner auf."""
        await run_in_threadpool(desk.submit, key, opinion)
        return Response(status_code=204)


def _add_holdings(api: FastAPI) -> None:
    @api.get("/search", summary="Textstellen suchen", response_description="die besten zuerst", tags=["Dokumente"])
    def search(
        request: Request,
        q: Annotated[str, Query(description="Wörter oder eine Frage")],
        limit: Annotated[int, Query(ge=1, le=50, description="wie viele höchstens")] = 10,
    ) -> list[Citation]:
        """Sucht nach Bedeutung und nach Wörtern."""
        visit = visit_of(request)
        found = visit.assistant.search(q, limit)
        visit.saw("search", [citation.document for citation in found], q)
        return found

    @api.get("/documents", summary="Alle Dokumente", response_description="auch angekündigte", tags=["Dokumente"])
    def documents(request: Request) -> list[DocumentEntry]:
        """Was da ist, und was angekündigt ist und fehlt."""
        return document_entries(visit_of(request).assistant.holdings)

    @api.get("/documents/{document}", summary="Ein Dokument", response_description="mit Seiten", tags=["Dokumente"])
    def document(request: Request, document: Document) -> DocumentDetails:
        """Seiten und Überschriften eines Dokuments."""
        holdings = visit_of(request).assistant.holdings
        return DocumentDetails(
            **DocumentEntry.of(holdings.document(document)).model_dump(),
            page_list=[PageEntry.of(page) for page in holdings.pages(document)],
            outline=[HeadingEntry.of(section, page) for section, page in holdings.outline(document)],
        )

    @api.get("/documents/{document}/text", summary="Der Text", response_description="ganz", tags=["Dokumente"])
    def text(request: Request, document: Document) -> DocumentText:
        """Der Text, auf den sich alle Fundstellen beziehen."""
        visit = visit_of(request)
        whole = visit.assistant.holdings.text(document)
        visit.saw("text", [document])
        return DocumentText(document=document, text=whole)

    @api.get(
        "/documents/{document}/pages/{index}.png",
        summary="Eine Seite als Bild",
        response_class=Response,
        responses={200: {"content": {"image/png": {}}}},
        response_description="PNG",
        tags=["Dokumente"],
    )
    def picture(
        request: Request,
        document: Document,
        index: Annotated[int, Path(ge=0, description="Seite der Datei, ab 0")],
        width: Annotated[int, Query(ge=NARROWEST, le=WIDEST, description="Breite in Bildpunkten")] = USUAL,
    ) -> Response:
        """Die Seite, wie sie angezeigt wird."""
        return page_picture(request, document, index, width)

    @api.get(
        "/documents/{document}/find",
        summary="In einem Dokument suchen",
        response_description="die Stellen in der Reihenfolge des Dokuments",
        tags=["Dokumente"],
    )
    def find(
        request: Request,
        document: Document,
        q: Annotated[str, Query(min_length=1, max_length=200, description="Wörter, wie sie nebeneinander stehen")],
        limit: Annotated[int, Query(ge=1, le=200, description="wie viele höchstens")] = 100,
    ) -> list[Citation]:
        """Wörtliche Suche ohne Rücksicht auf Groß- und Kleinschreibung."""
        visit = visit_of(request)
        found = visit.assistant.holdings.find(document, q, limit)
        visit.saw("search", [document] if found else [], q)
        return found

    @api.get(
        "/documents/{document}/citation",
        summary="Eine Stelle zitieren",
        response_description="das Zitat",
        tags=["Dokumente"],
    )
    def citation(
        request: Request,
        document: Document,
        start: Annotated[int, Query(ge=0, description="erstes Zeichen im Text, ab 0")],
        end: Annotated[int, Query(ge=1, description="hinter dem letzten Zeichen")],
    ) -> Citation:
        """Wortlaut, Fundstelle, Seiten und Kästen einer Stelle."""
        visit = visit_of(request)
        made = visit.assistant.holdings.cite(document, start, end)
        visit.saw("citation", [document])
        return made

    @api.get(
        "/documents/{document}/sheet", summary="Das Sitzungsblatt", response_description="das Blatt", tags=["Dokumente"]
    )
    def sheet(request: Request, document: Document) -> SessionSheet:
        """Was zu entscheiden ist, wer berät, Ablauf, Beträge, Dafür und Dagegen; jede Zeile belegt."""
        return _sheet(visit_of(request), document)

    @api.get(
        "/documents/{document}/sheet.{form}",
        summary="Das Sitzungsblatt als Datei",
        response_class=Response,
        responses={200: {"content": {media_type: {} for media_type in FORMATS.values()}}},
        response_description="Markdown, Word oder PDF",
        tags=["Dokumente"],
    )
    def sheet_file(request: Request, document: Document, form: Form) -> Response:
        """Zum Aufbewahren, Drucken und Weitergeben."""
        return _file(sheet_paper(_sheet(visit_of(request), document)), form, f"sitzungsblatt-{document}")


def _sheet(visit: Visit, document: str) -> SessionSheet:
    made = visit.assistant.holdings.sheet(document)
    visit.saw("sheet", [document, *(citation.document for citation in made.citations)])
    return made


def _file(paper: Paper, form: Format, name: str) -> Response:
    headers = {"Content-Disposition": disposition(f"{name}.{form}"), "Cache-Control": "no-store"}
    return Response(exported(paper, form), media_type=FORMATS[form], headers=headers)
