"""A council information system for tests: a real HTTP server with the objects of OParl's specification."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
LONG_AGO = "2013-01-08T12:05:27+01:00"


@dataclass(frozen=True)
class Request:
    """A request as it came: the path with its query as it was written."""

    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def parameters(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.target).query).items()}


@dataclass
class Reply:
    """What is answered."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Route = Callable[[Request], Reply]


def as_json(value: object, status: int = 200) -> Reply:
    """A JSON answer."""
    content = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return Reply(content, status, {"Content-Type": "application/json"})


class Server:
    """Answers with routes; keeps what it was asked, and ``now`` is the time that it says it is."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.now: datetime | None = None
        self._at_once = 0
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner._answer(self)

            def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - its form
                return format_datetime(owner.now or datetime.now(UTC), usegmt=True)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [request for request in self.requests if request.path == path]

    def answer(self, path: str, *replies: Reply) -> None:
        """Answer these one after the other, and the last of them from then on."""
        left = list(replies)
        self.routes[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def file(
        self, path: str, content: bytes, content_type: str = "application/pdf", *, validators: bool = True
    ) -> None:
        """Serve a file with its ETag, and 304 to who has it."""
        etag = f'"{hashlib.sha256(content).hexdigest()[:12]}"'

        def serve(request: Request) -> Reply:
            if validators and request.headers.get("If-None-Match") == etag:
                return Reply(status=304)
            return Reply(content, 200, {"Content-Type": content_type, **({"ETag": etag} if validators else {})})

        self.routes[path] = serve

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        request = Request(handler.path, dict(handler.headers.items()))
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            route = self.routes.get(request.path, lambda _: as_json({"error": "not found"}, 404))
            reply = route(request)
        finally:
            with self._lock:
                self._at_once -= 1
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.status != 304:
            handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        if reply.status != 304:
            handler.wfile.write(reply.body)


class Council(Server):
    """A server with one body, Beispielstadt, two committees, and what a test puts into it.

    ``papers``, ``meetings`` and ``organizations`` may be changed at any time; lists have pages of ``page_size`` and
    know ``modified_since``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.papers: list[Any] = []
        self.meetings: list[Any] = []
        self.organizations: list[Any] = [
            self.object("organization/1", "Organization", name="Kreisausschuss"),
            self.object("organization/2", "Organization", name="Kreistag"),
        ]
        self.page_size = 100
        self.system = f"{self.url}/system"
        self.body_url = f"{self.url}/body/1"
        self.body = self.object(
            "body/1",
            "Body",
            name="Beispielkreis",
            organization=f"{self.url}/organizations",
            meeting=f"{self.url}/meetings",
            paper=f"{self.url}/papers",
            person=f"{self.url}/people",
            legislativeTerm=[],
        )
        self.routes["/system"] = lambda _: as_json(
            self.object("system", "System", oparlVersion="https://schema.oparl.org/1.1/", body=f"{self.url}/bodies")
        )
        self.routes["/bodies"] = lambda _: as_json({"data": [self.body], "pagination": {}, "links": {}})
        self.routes["/body/1"] = lambda _: as_json(self.body)
        self.routes["/organizations"] = lambda request: self.listed(self.organizations, request)
        self.routes["/meetings"] = lambda request: self.listed(self.meetings, request)
        self.routes["/papers"] = lambda request: self.listed(self.papers, request)

    def object(self, path: str, kind: str, **properties: object) -> Json:
        """An object of a type, at an address of this server."""
        return {
            "id": f"{self.url}/{path}",
            "type": f"https://schema.oparl.org/1.1/{kind}",
            "created": LONG_AGO,
            "modified": LONG_AGO,
            **properties,
        }

    def add_file(self, name: str, content: bytes, title: str, content_type: str = "application/pdf") -> Json:
        """A File object, embedded as in the specification, whose file is served."""
        self.file(f"/download/{name}", content, content_type)
        return self.object(
            f"file/{name}",
            "File",
            name=title,
            fileName=name,
            mimeType=content_type,
            size=len(content),
            accessUrl=f"{self.url}/access/{name}",
            downloadUrl=f"{self.url}/download/{name}",
        )

    def add_text(self, name: str, text: str, title: str) -> Json:
        """A File object of a plain text."""
        return self.add_file(name, text.encode(), title, "text/plain")

    def add_paper(self, number: int, name: str, **properties: object) -> Json:
        """A paper in the list of papers."""
        paper = self.object(
            f"paper/{number}",
            "Paper",
            body=self.body_url,
            name=name,
            reference=f"{number}/2024",
            date="2024-02-01",
            paperType="Beschlussvorlage",
            **properties,
        )
        self.papers.append(paper)
        return paper

    def add_meeting(self, number: int, organization: int, start: str, items: list[Json], **properties: object) -> Json:
        """A meeting in the list of meetings."""
        meeting = self.object(
            f"meeting/{number}",
            "Meeting",
            name=f"{number}. Sitzung",
            start=start,
            organization=[f"{self.url}/organization/{organization}"],
            agendaItem=items,
            **properties,
        )
        self.meetings.append(meeting)
        return meeting

    def agenda_item(self, number: int, name: str, **properties: object) -> Json:
        """An agenda item, to be embedded in a meeting."""
        return self.object(f"agendaitem/{number}", "AgendaItem", number=f"{number}.", name=name, **properties)

    def consultation(self, number: int, meeting: int, item: int, organization: int, **properties: object) -> Json:
        """A consultation, to be embedded in a paper."""
        return self.object(
            f"consultation/{number}",
            "Consultation",
            meeting=f"{self.url}/meeting/{meeting}",
            agendaItem=f"{self.url}/agendaitem/{item}",
            organization=[f"{self.url}/organization/{organization}"],
            **properties,
        )

    def deleted(self, value: Json, at: str = "2024-06-01T00:00:00Z") -> Json:
        """What is left of an object when it is deleted."""
        return {**{key: value[key] for key in ("id", "type", "created")}, "modified": at, "deleted": True}

    def listed(self, values: list[Any], request: Request) -> Reply:
        """A page of an object list."""
        parameters = request.parameters
        if (since := parameters.get("modified_since")) is not None:
            from_then = datetime.fromisoformat(since)
            values = [v for v in values if datetime.fromisoformat(v["modified"]) >= from_then]
        page = int(parameters.get("page", "1"))
        pages = max(1, -(-len(values) // self.page_size))
        links = {"first": f"{self.url}{request.path}"}
        if page < pages:
            kept = "".join(f"&{key}={value}" for key, value in parameters.items() if key != "page")
            links["next"] = f"{self.url}{request.path}?page={page + 1}{kept}"
        return as_json(
            {
                "data": values[(page - 1) * self.page_size : page * self.page_size],
                "pagination": {"totalElements": len(values), "totalPages": pages, "currentPage": page},
                "links": links,
            }
        )
