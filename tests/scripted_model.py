"""A language model that says what a test wants: a real HTTP server that speaks OpenAI's protocol, or Ollama's."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Reply = Callable[[list[dict[str, str]]], Iterable[str | float | int]]
"""From the messages of a request to what is done: pieces of text, seconds (float) to wait, a status (int) to fail with."""


class ScriptedModel:
    """Serves on 127.0.0.1; ``requests`` are the bodies that came, ``hung_up`` counts who did not wait for the end."""

    def __init__(self, reply: Reply, *, key: str | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.hung_up = 0
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.requests.append(body)
                if key is not None and self.headers.get("Authorization") != f"Bearer {key}":
                    return self._fail(401)
                with model._lock:
                    model.at_once += 1
                    model.most_at_once = max(model.most_at_once, model.at_once)
                try:
                    self._answer(reply(body["messages"]), ollama=self.path.endswith("/api/chat"))
                except (BrokenPipeError, ConnectionResetError):
                    model.hung_up += 1
                finally:
                    with model._lock:
                        model.at_once -= 1
                return None

            def _answer(self, pieces: Iterable[str | float | int], *, ollama: bool) -> None:
                begun = False
                for piece in pieces:
                    if isinstance(piece, float):
                        if begun:
                            self.wfile.flush()
                        until = time.monotonic() + piece
                        while time.monotonic() < until:
                            time.sleep(0.02)
                            if begun and not ollama:
                                self.wfile.write(b": \n\n")  # a comment: an answer that is there but says nothing
                                self.wfile.flush()
                        continue
                    if isinstance(piece, int):
                        if begun:
                            self.wfile.write(b"data: {broken\n\n")
                            return
                        return self._fail(piece)
                    if not begun:
                        self._head("application/x-ndjson" if ollama else "text/event-stream")
                        begun = True
                    told: dict[str, Any] = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]}
                    if ollama:
                        told = {"model": "m", "message": {"role": "assistant", "content": piece}, "done": False}
                        self.wfile.write(json.dumps(told).encode() + b"\n")
                    else:
                        told |= {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
                        self.wfile.write(b"data: " + json.dumps(told).encode() + b"\n\n")
                    self.wfile.flush()
                if not begun:
                    self._head("application/x-ndjson" if ollama else "text/event-stream")
                done = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True}
                self.wfile.write(json.dumps(done).encode() + b"\n" if ollama else b"data: [DONE]\n\n")

            def _head(self, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Connection", "close")
                self.end_headers()

            def _fail(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"error": {"message": "geheim"}}')

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.root}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
