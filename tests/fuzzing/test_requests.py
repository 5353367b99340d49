"""Bad requests to a really running server: described by its OpenAPI document, and such that no client would send."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.fuzzing.harness import fuzz
from benchmarks.fuzzing.server import STAFF_KEY, Requests, fuzz_description
from tests.conftest import serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(
    akte_data: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with accounts and the work of staff, over a copy of the Akte: some of what is sent may be an upload."""
    data = Path(shutil.copytree(akte_data, tmp_path_factory.mktemp("akte") / "daten"))
    environment = {**clean_environment, "AKTENKUNDIG_ACCOUNTS": "true", "AKTENKUNDIG_STAFF_KEY": STAFF_KEY}
    with serving(data, environment, tmp_path_factory.mktemp("server")) as served:
        yield served


def test_the_api_answers_as_its_description_says(address: str, tmp_path: Path) -> None:
    outcome = fuzz_description(address, 150, 7, tmp_path)
    assert [(failure.target, failure.trace) for failure in outcome.failures] == []
    assert outcome.inputs >= 60


def test_no_request_is_answered_with_a_fault_of_the_server(address: str, tmp_path: Path) -> None:
    outcome = fuzz(Requests(address), 250, 7, tmp_path)
    assert [failure.trace for failure in outcome.failures] == []
    assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/ask", "/gradio_api/queue/join", "/mcp"])
@pytest.mark.parametrize("told", [True, False], ids=["with its length", "in pieces"])
def test_a_request_that_would_fill_the_memory_is_refused(address: str, path: str, *, told: bool) -> None:
    piece = b" " * 1_000_000

    def pieces() -> Iterator[bytes]:
        for _ in range(13):
            yield piece

    headers = {"Content-Type": "application/json", **({"Content-Length": str(13 * len(piece))} if told else {})}
    try:
        answer = httpx.post(f"{address}{path}", content=pieces(), headers=headers, timeout=60)
    except (httpx.WriteError, httpx.ReadError):  # the server has answered and hung up before all was sent
        return
    assert answer.status_code == 413
    assert answer.json()["detail"] == "Diese Anfrage ist zu groß; höchstens 12 MB werden angenommen."


def test_a_name_that_no_file_can_have_is_no_fault_of_the_server(address: str) -> None:
    sent = httpx.post(f"{address}/api/v1/check/text?name=rede.%00", content=b"Text.", timeout=60)
    assert sent.status_code == 422


def test_deeply_nested_json_for_the_chat_is_refused(address: str) -> None:
    nested = b'{"a":' * 20_000
    sent = httpx.post(
        f"{address}/gradio_api/queue/join", content=nested, headers={"Content-Type": "application/json"}, timeout=60
    )
    assert 400 <= sent.status_code < 500
