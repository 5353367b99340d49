"""A server of the Model Context Protocol: other assistants ask, search and cite through it.

It gives the same shapes as the REST API. What it returns are quotes with their places; whoever words an answer of them
is bound to name both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Final, ParamSpec, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from assistant.answer import Answer, Citation
from assistant.sheet import SessionSheet
from assistant.web.api.shapes import MOST_TURNS, DocumentEntry, QuestionTurn, document_entries
from assistant.web.problems import sentence_for
from assistant.web.visits import Visit, shown_documents, visit_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.assistant import Assistant
    from assistant.audit import Action

MCP_PATH: Final = "/mcp"
_INSTRUCTIONS: Final = (
    "Auskunft aus Ratsdokumenten mit wörtlichen Zitaten. Gib Zitate unverändert und mit Fundstelle (label) wieder. "
    "Sage, wenn eine Quelle ein frei erfundenes Beispieldokument ist (origin „example“). Übernimm eine Absage (status "
    "„not_found“) als solche. Ein Beschlussvorschlag ist kein Beschluss."
)
_READS_ONLY: Final = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

Document = Annotated[str, Field(description="Kennung des Dokuments")]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def create_tools(assistant: Assistant) -> MCPServer:
    """The server over one assistant, for standard input and output; over HTTP each request has its own."""
    server = MCPServer("aktenkundig", instructions=_INSTRUCTIONS, version="1", log_level="ERROR")

    def asking(context: Context) -> Assistant:
        visit = _visit(context)
        return assistant if visit is None else visit.assistant

    def noted(context: Context, action: Action, documents: Collection[str], question: str | None = None) -> None:
        visit = _visit(context)
        if visit is not None:
            visit.saw(action, documents, question)

    @server.tool(title="Eine Frage an die Unterlagen stellen", annotations=_READS_ONLY)
    @_in_german
    def frage(
        context: Context,
        frage: Annotated[str, Field(description="die Frage in deutscher Sprache")],
        verlauf: Annotated[
            list[QuestionTurn],
            Field(default_factory=list, max_length=MOST_TURNS, description="frühere Beiträge, ältester zuerst"),
        ],
        dokumente: Annotated[
            list[str] | None, Field(description="Kennungen der Dokumente, in denen gesucht wird; sonst in allen")
        ] = None,
    ) -> Answer:
        """Antwortet mit wörtlichen Zitaten und Fundstellen, oder sagt, dass die Unterlagen dazu nichts enthalten."""
        asked = asking(context)
        answer = asked.answer(frage, history=verlauf, documents=dokumente)
        noted(context, "answer", shown_documents(answer), frage)
        return answer

    @server.tool(title="Textstellen suchen", annotations=_READS_ONLY)
    @_in_german
    def suche(
        context: Context,
        woerter: Annotated[str, Field(description="Wörter oder eine Frage")],
        anzahl: Annotated[int, Field(ge=1, le=50, description="wie viele höchstens")] = 10,
    ) -> list[Citation]:
        """Findet Textstellen nach Bedeutung und nach Wörtern, die besten zuerst."""
        found = asking(context).search(woerter, anzahl)
        noted(context, "search", [citation.document for citation in found], woerter)
        return found

    @server.tool(title="Dokumente auflisten", annotations=_READS_ONLY)
    @_in_german
    def dokumente(context: Context) -> list[DocumentEntry]:
        """Nennt alle Dokumente, auch solche, die angekündigt sind und fehlen."""
        return document_entries(asking(context).holdings)

    @server.tool(title="Eine Stelle zitieren", annotations=_READS_ONLY)
    @_in_german
    def zitat(
        context: Context,
        dokument: Document,
        anfang: Annotated[int, Field(ge=0, description="erstes Zeichen im Text, ab 0")],
        ende: Annotated[int, Field(ge=1, description="hinter dem letzten Zeichen")],
    ) -> Citation:
        """Gibt Wortlaut, Fundstelle, Seiten und Kästen einer Stelle."""
        made = asking(context).holdings.cite(dokument, anfang, ende)
        noted(context, "citation", [dokument])
        return made

    @server.tool(title="Das Sitzungsblatt einer Vorlage", annotations=_READS_ONLY)
    @_in_german
    def sitzungsblatt(context: Context, dokument: Document) -> SessionSheet:
        """Stellt zusammen, was zu entscheiden ist, wer berät, Ablauf, Beträge, Dafür und Dagegen; jede Zeile belegt."""
        made = asking(context).holdings.sheet(dokument)
        noted(context, "sheet", [dokument, *(citation.document for citation in made.citations)])
        return made

    return server


def routes(server: MCPServer, host: str) -> list[BaseRoute]:
    """The routes of the server over HTTP; where ``host`` is this machine only, other names for it are refused."""
    app = server.streamable_http_app(streamable_http_path=MCP_PATH, stateless_http=True, json_response=True, host=host)
    return list(app.routes)


def running(server: MCPServer) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The lifespan of an application with these routes."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return lifespan


def _visit(context: Context) -> Visit | None:
    """The visit of the HTTP request that a call came with; ``None`` over standard input and output."""
    request = context.request_context.request
    return visit_of(request) if isinstance(request, HTTPConnection) else None


def _in_german(tool: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """What a caller can put right is told in its German sentence; all else, with its number in the log."""

    @wraps(tool)
    def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return tool(*args, **kwargs)
        except Exception as error:
            raise ToolError(sentence_for(error)) from error

    return told
