"""Whoever watches the server learns whether it lives and is ready, and nothing of what it knows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.operations.conftest import Operated

pytestmark = pytest.mark.slow


def until(found: Callable[[], httpx.Response], status: int) -> httpx.Response:
    """The first response with this status; a finding counts for a second."""
    for _ in range(50):
        response = found()
        if response.status_code == status:
            return response
        time.sleep(0.2)
    pytest.fail(f"never {status}, but {response.status_code}: {response.text}")


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_a_server_that_runs_says_so_and_nothing_else(server: Operated, path: str, status: str) -> None:
    response = httpx.get(f"{server.address}{path}")
    assert response.status_code == 200
    assert response.json() == {"status": status}
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert httpx.head(f"{server.address}{path}").status_code == 200


@pytest.mark.parametrize(
    ("part", "file", "word"),
    [("store", "aktenkundig.sqlite", "Bestand"), ("vectors", "chroma/chroma.sqlite3", "Vektorindex")],
)
def test_a_server_whose_data_have_gone_is_not_ready_but_lives(
    server: Operated, vorlage_data: Path, part: str, file: str, word: str
) -> None:
    place, elsewhere = vorlage_data / file, vorlage_data / "anderswo"
    place.rename(elsewhere)
    try:
        problem = until(lambda: httpx.get(f"{server.address}/readyz"), 503)
        assert httpx.get(f"{server.address}/healthz").status_code == 200
        assert "aktenkundig_ready 0.0" in httpx.get(server.metrics_address).text
    finally:
        elsewhere.rename(place)
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["failing"] == [part]
    assert word in problem.json()["detail"]
    assert str(vorlage_data) not in problem.text
    until(lambda: httpx.get(f"{server.address}/readyz"), 200)
    until(lambda: httpx.get(server.metrics_address), 200)


def test_other_methods_are_no_health_checks(server: Operated) -> None:
    assert httpx.post(f"{server.address}/readyz").status_code == 404
