"""What is fuzzed over HTTP: what the OpenAPI document describes, and requests that no client would send."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure as Unmet
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from benchmarks.fuzzing.harness import Failure, Outcome, fuzz
from benchmarks.fuzzing.mutation import ODD, Mutator
from benchmarks.fuzzing.parsers import ROOT
from corpus.settings import Settings
from tests.conftest import AKTEN, command, serving

if TYPE_CHECKING:
    from schemathesis import APIOperation, Case

STAFF_KEY: Final = "nur-zum-Fuzzen-und-lang-genug"
SECONDS: Final = 60.0
"""How long an answer may take, on a machine that others use, too."""
_CHECKS: Final = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
)  # fmt: skip
_UPLOADS: Final = "/staff/uploads"
"""Left to the other requests: each one that succeeds has a whole ingestion run."""
_DESCRIBED_SHARE: Final = 0.2
_OVERLOADED: Final = 503

Tell = Callable[[Outcome], None]


def fuzz_api(inputs: int, seed: int, folder: Path, failures: Path, tell: Tell) -> list[Outcome]:
    """Serve the Akte with all that can be switched on, and send so many requests."""
    with served(folder) as address:
        described = fuzz_description(address, round(inputs * _DESCRIBED_SHARE), seed, failures)
        tell(described)
        raw = fuzz(Requests(address), inputs - described.inputs, seed, failures)
        tell(raw)
    return [described, raw]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server over the Akte, with accounts, feedback, audit log and the work of staff."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AKTENKUNDIG_")}
    environment = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "AKTENKUNDIG_MODELS": str(Settings().models_directory.resolve()),
        "AKTENKUNDIG_DATA": str(folder / "daten"),
    }
    subprocess.run(command(["ingest", str(AKTEN)]), check=True, capture_output=True, cwd=folder, env=environment)
    switched_on = {
        "AKTENKUNDIG_ACCOUNTS": "true",
        "AKTENKUNDIG_AUDIT": "true",
        "AKTENKUNDIG_STAFF_KEY": STAFF_KEY,
        "AKTENKUNDIG_UPLOAD_LIMIT_MB": "1",
        "AKTENKUNDIG_TRUSTED_PROXIES": '["127.0.0.1"]',
        "AKTENKUNDIG_PROXY_USER_HEADER": "X-Remote-User",
    }
    with serving(folder / "daten", {**environment, **switched_on}, folder) as address:
        yield address


def fuzz_description(address: str, inputs: int, seed: int, failures: Path) -> Outcome:
    """Requests that fit the OpenAPI document and such that just do not; the answers must be as it says."""
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    operations = [operation for operation in operations if operation.path != _UPLOADS]
    outcome, began = Outcome("openapi"), time.monotonic()
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    each = max(1, round(inputs / len(operations) / len(modes)))
    for operation in operations:
        for mode in modes:
            _fuzz_operation(operation, mode, each, seed, outcome, failures)
    outcome.seconds = time.monotonic() - began
    return outcome


def _fuzz_operation(
    operation: APIOperation, mode: GenerationMode, examples: int, seed: int, outcome: Outcome, failures: Path
) -> None:
    """One address and method."""
    try:
        strategy = operation.as_strategy(generation_mode=mode)
    except hypothesis.errors.InvalidArgument:
        return

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate], derandomize=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=strategy)
    def attempt(case: Case) -> None:
        started = time.perf_counter()
        status = 0
        try:
            response = case.call(headers={"Authorization": f"Bearer {STAFF_KEY}"}, timeout=SECONDS)
            status = response.status_code
            if status != _OVERLOADED:
                case.validate_response(response, checks=list(_CHECKS))
        except (Unmet, FailureGroup, OSError) as error:
            _keep(case, error, outcome, failures)
        else:
            outcome.read += status < 400
            outcome.refused += status >= 400
        seconds = time.perf_counter() - started
        outcome.slowest = sorted([*outcome.slowest, (seconds, operation.label)], reverse=True)[:3]

    try:
        attempt()
    except hypothesis.errors.Unsatisfiable:  # nothing can be wrong with a request that takes nothing
        return


def _keep(case: Case, error: BaseException, outcome: Outcome, failures: Path) -> None:
    failures.mkdir(parents=True, exist_ok=True)
    told = [str(error), *(str(inner) for inner in getattr(error, "exceptions", ()))]
    path = failures / f"openapi-{len(outcome.failures)}.sh"
    path.write_text(case.as_curl_command() + "\n", encoding="utf-8")
    outcome.failures.append(Failure(case.operation.label, "\n".join(told)[:3000], path))


class Requests:
    """Requests as bytes over a socket; the server's address is written as ``@``."""

    name = "requests"
    seconds = 3600.0

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._place = (str(parts.hostname), int(parts.port or 80))

    def make(self, mutator: Mutator) -> bytes:
        """A request to one of our addresses, with another path, body, type or head."""
        random = mutator.random
        method, path, body = random.choice(_GOOD)
        headers = {"Host": "@", "Connection": "close", "Authorization": f"Bearer {STAFF_KEY}"}
        kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
        way = random.randrange(10)
        content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
        if way < 5 and body is not None:
            changed = mutator.text(body) if isinstance(body, str) else mutator.value(body)
            content = (
                changed.encode(errors="surrogatepass") if isinstance(changed, str) else json.dumps(changed).encode()
            )
        elif way == 5 and content:
            content = random.choice(
                (mutator.data(content), b"[" * 50_000, b'{"question":' * 5_000, b"\xff\xfe\x00", b"")
            )
        elif way == 6:
            kind = random.choice(("text/plain", "application/json; charset=utf-16", "multipart/form-data", "*/*", ""))
        if way == 7 or body is None:
            path = _odd_path(path, mutator)
        if content:
            headers["Content-Type"] = kind
        if method in ("POST", "PUT"):
            headers["Content-Length"] = str(len(content))
        if way == 8:
            headers[random.choice(_HEADERS)] = _one_line(mutator.text(random.choice(ODD) or "x"))[:8000]
        if way == 9 and random.random() < 0.5:
            method = random.choice(("PATCH", "OPTIONS", "HEAD", "TRACE", "PUT", "DELETE", "get", "QUERY"))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line = f"{method} {path} HTTP/1.1\r\n{head}\r\n"
        return line.encode(errors="surrogatepass") + content

    def run(self, data: bytes) -> None:
        """Send it; there must be an answer in time, and none that blames the server."""
        host, port = self._place
        with socket.create_connection(self._place, timeout=SECONDS) as connection:
            with suppress(ConnectionError):  # refused before all was sent
                connection.sendall(data.replace(b"Host: @", f"Host: {host}:{port}".encode(), 1))
            answer = b""
            while b"\r\n" not in answer:
                piece = connection.recv(4096)
                if not piece:
                    break
                answer += piece
        if not answer:
            return  # no request at all: the server has hung up
        status = int(answer.split(b" ", 2)[1])
        if status >= 500 and status != _OVERLOADED:
            raise RuntimeError(answer[:1000].decode("latin-1"))


def _one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "").replace("\0", "").encode(errors="replace").decode()


def _odd_path(path: str, mutator: Mutator) -> str:
    """A path of which one part or parameter is odd."""
    odd = quote(mutator.random.choice(ODD) * mutator.random.choice((1, 1, 50)), safe="", errors="surrogatepass")[:8000]
    if mutator.random.random() < 0.2:
        odd = mutator.random.choice(
            ("%ff%fe", "%", "%2e%2e%2f", "..", "%00", "//", "99999999999999999999", "-1", "1e5")
        )
    start, query, parameters = path.partition("?")
    if query and mutator.random.random() < 0.6:
        name = parameters.partition("=")[0]
        return f"{start}?{name}={odd}&{mutator.random.choice((parameters, odd, f'{name}={name}'))}"
    parts = start.split("/")
    place = mutator.random.randrange(1, len(parts))
    parts[place] = mutator.random.choice((odd, parts[place] + odd))
    return "/".join(parts) + query + parameters


_HEADERS: Final = """
    Accept Accept-Encoding Authorization Content-Type Content-Encoding Cookie If-None-Match Range X-Forwarded-For
    X-Forwarded-Proto X-Remote-User Origin Sec-Fetch-Site Referer Expect Upgrade Transfer-Encoding Mcp-Session-Id
    User-Agent X-HTTP-Method-Override
""".split()
_CALL: Final[dict[str, Any]] = {
    "jsonrpc": "2.0", "id": 1, "method": "tools/call",
    "params": {"name": "frage", "arguments": {"frage": "Was?"}},
}  # fmt: skip
_CHAT: Final[dict[str, Any]] = {
    "data": [[], "Was kostet es?", [], None], "event_data": None, "fn_index": 0, "trigger_id": 1,
    "session_hash": "abc123",
}  # fmt: skip
_GOOD: Final[tuple[tuple[str, str, Any], ...]] = (
    ("POST", "/api/v1/ask", {"question": "?", "history": [{"role": "user", "text": "Was kostet?"}], "documents": []}),
    ("POST", "/api/v1/ask", {"question": "Was?", "history": [], "documents": ["x"], "engine": "quotes"}),
    ("POST", "/api/v1/ask/stream", {"question": "", "documents": ["ki-vorlage"]}),
    ("POST", "/api/v1/export.md", {"questions": ["?", {"question": "Was?", "documents": ["x"]}]}),
    ("POST", "/api/v1/check", {"text": "Guten Tag!", "documents": ["x"]}),
    ("POST", "/api/v1/check/stream", {"text": "", "documents": None}),
    ("POST", "/api/v1/check.docx", {"text": "?", "documents": ["ki-vorlage"]}),
    ("POST", "/api/v1/check/text?name=rede.txt", "Guten Tag!"),
    ("POST", "/api/v1/answers/abc/feedback", {"verdict": "down", "reasons": ["wrong"], "comment": "Nein."}),
    ("POST", "/rueckmeldungen/abc", {"verdict": "down", "reasons": ["wrong"], "comment": "Nein."}),
    ("GET", "/api/v1/search?q=Kosten&limit=5", None),
    ("GET", "/api/v1/documents", None),
    ("GET", "/api/v1/documents/ki-vorlage", None),
    ("GET", "/api/v1/documents/ki-vorlage/text", None),
    ("GET", "/api/v1/documents/ki-vorlage/find?q=Kreis&limit=5", None),
    ("GET", "/api/v1/documents/ki-vorlage/citation?start=0&end=50", None),
    ("GET", "/api/v1/documents/ki-vorlage/pages/0.png?width=200", None),
    ("GET", "/api/v1/documents/ki-vorlage/sheet.md", None),
    ("GET", "/api/v1/staff/documents", None),
    ("GET", "/api/v1/staff/changes/abc", None),
    ("POST", "/api/v1/staff/uploads?name=a&visibility=public", "Text."),
    ("DELETE", "/api/v1/staff/documents/gibtesnicht", None),
    ("PUT", "/api/v1/staff/documents/gibtesnicht/visibility", {"visibility": "non_public", "gremien": ["Rat"]}),
    ("GET", "/dokumente/ki-vorlage/seiten.json", None),
    ("GET", "/seiten/ki-vorlage/0.txt", None),
    ("GET", "/seiten/ki-vorlage/0.png?breite=200", None),
    ("GET", "/original/ki-vorlage", None),
    ("GET", "/blatt/ki-vorlage", None),
    ("GET", "/anmelden?weiter=/", None),
    ("POST", "/anmelden", "name=a&passwort=b&zeichen=c&weiter=/"),
    ("POST", "/abmelden", "ueberall=ja"),
    ("POST", "/gradio_api/queue/join", _CHAT),
    ("POST", "/gradio_api/cancel", {"session_hash": "abc123", "fn_index": 0, "event_id": "x"}),
    ("POST", "/gradio_api/reset", {"event_id": "x"}),
    ("GET", "/gradio_api/queue/data?session_hash=abc123", None),
    ("GET", "/gradio_api/heartbeat/abc123", None),
    ("GET", "/gradio_api/info", None),
    ("GET", "/config", None),
    ("GET", "/web/blatt.css", None),
    ("GET", "/assets/x.js", None),
    ("GET", "/vorschlaege/abc", None),
    ("POST", "/mcp", _CALL),
    ("GET", "/readyz", None),
)  # fmt: skip
