"""Servers of language models that say what a test has written down, over real HTTP."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Reply = Callable[[list[dict[str, Any]]], Iterable[str | float | int]]
"""From the messages to what is sent: pieces of text, seconds to sleep (floats), an HTTP status to fail with (ints).

After the first piece the status can no longer be sent; then the connection breaks off.
"""


@dataclass
class Recorded:
    """A request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    hung_up: bool = False
    """The client went before the answer was complete."""
    done: threading.Event = field(default_factory=threading.Event)


class ScriptedModel:
    """A server that speaks OpenAI's protocol; a context manager.

    ``requests`` are those that it got, in order. ``context`` is the length that it states, as vLLM does.
    """

    prefix = "/v1"

    def __init__(
        self, reply: Reply, *, name: str = "probe", key: str | None = None, context: int | None = 16_384
    ) -> None:
        self.reply = reply
        self.name = name
        self.key = key
        self.context = context
        self.requests: list[Recorded] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The base address that goes into ``language_model_url``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    @property
    def questions(self) -> list[Recorded]:
        """The requests for an answer."""
        return [request for request in self.requests if request.method == "POST" and "chat" in request.path]

    def answer(self, handler: _Handler, request: Recorded) -> None:
        """Answer one request; the protocol is here."""
        if request.path == "/v1/models":
            entry = {"id": self.name, "object": "model", "max_model_len": self.context}
            handler.send_json(200, {"object": "list", "data": [entry]})
        elif request.path != "/v1/chat/completions":
            handler.send_json(404, {"error": {"message": "no such address"}})
        elif request.body["model"] != self.name:
            handler.send_json(404, {"error": {"message": f"no model {request.body['model']}"}})
        else:
            handler.stream(request, self.reply(request.body["messages"]), "text/event-stream")

    def frame(self, piece: str | None) -> bytes:
        """A piece in the protocol's form; ``None`` is the end."""
        choice = {"index": 0, "delta": {"content": piece or ""}, "finish_reason": "stop" if piece is None else None}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": self.name, "choices": [choice]}
        return f"data: {json.dumps(chunk)}\n\n{'data: [DONE]' if piece is None else ''}\n\n".encode()

    def refuses(self, request: Recorded) -> bool:
        """Whether the request lacks the key; what it says then quotes the wrong one, as real servers do."""
        return self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}"

    def begin(self) -> None:
        """Count an answer that begins."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def end(self) -> None:
        """Count an answer that has ended."""
        with self._lock:
            self._at_once -= 1


class ScriptedOllama(ScriptedModel):
    """The same in Ollama's protocol."""

    prefix = ""

    def answer(self, handler: _Handler, request: Recorded) -> None:
        """Answer one request."""
        if request.path == "/api/tags":
            handler.send_json(200, {"models": [{"name": self.name, "model": self.name}]})
        elif request.path == "/api/show":
            handler.send_json(200, {"model_info": {"probe.context_length": self.context}})
        elif request.path != "/api/chat" or request.body["model"] != self.name:
            handler.send_json(404, {"error": f"model '{request.body.get('model')}' not found"})
        else:
            handler.stream(request, self.reply(request.body["messages"]), "application/x-ndjson")

    def frame(self, piece: str | None) -> bytes:
        """A piece in the protocol's form."""
        end = {"done": True, "done_reason": "stop"} if piece is None else {"done": False}
        chunk = {"model": self.name, "message": {"role": "assistant", "content": piece or ""}, **end}
        return json.dumps(chunk).encode() + b"\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, model: ScriptedModel) -> None:
        self.model = model
        self.ending = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._handle({})

    def do_POST(self) -> None:
        self._handle(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _handle(self, body: dict[str, Any]) -> None:
        model = self.server.model
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Recorded(self.command, self.path, headers, body)
        model.requests.append(request)
        model.begin()
        try:
            if model.refuses(request):
                self.send_json(401, {"error": {"message": f"wrong key: {headers.get('authorization')}"}})
            else:
                model.answer(self, request)
        finally:
            model.end()
            request.done.set()

    def send_json(self, status: int, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, request: Recorded, items: Iterable[str | float | int], kind: str) -> None:
        """Send items as they say, and the end; note when the client has gone."""
        frame, begun = self.server.model.frame, False
        try:
            for item in items:
                if isinstance(item, float):
                    self._sleep(item)
                elif isinstance(item, int):
                    self._fail(item, begun=begun)
                    return
                else:
                    self._begin(kind, begun=begun)
                    begun = True
                    self._send(frame(item))
            self._begin(kind, begun=begun)
            self._send(frame(None))
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            request.hung_up = True
            self.close_connection = True

    def _begin(self, kind: str, *, begun: bool) -> None:
        if not begun:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._send(self.server.model.frame(""))  # real ones begin with the role alone

    def _send(self, data: bytes) -> None:
        self._sleep(0)
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _fail(self, status: int, *, begun: bool) -> None:
        if begun:
            self.close_connection = True
        else:
            self.send_json(status, {"error": {"message": f"as written, {self.headers.get('Authorization')}"}})

    def _sleep(self, seconds: float) -> None:
        """Wait, unless the client goes meanwhile or the server ends."""
        end = time.monotonic() + seconds
        while True:
            if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                raise BrokenPipeError
            left = end - time.monotonic()
            if left <= 0:
                return
            if self.server.ending.wait(min(left, 0.02)):
                raise BrokenPipeError

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Be quiet."""
