"""Several web chats over one data directory with its index on a Chroma server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chroma.running import RunningChroma
from tests.operations.conftest import Operated, operated
from tests.places import QUESTIONS, Place

pytestmark = pytest.mark.slow

LIBRARY = "Wann wird die Bücherei eröffnet?"


def asked(server: Operated, question: str) -> httpx.Response:
    return httpx.post(f"{server.address}/api/v1/ask", json={"question": question}, timeout=120)


def answered(server: Operated, question: str) -> dict[str, Any]:
    response = asked(server, question)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    del answer["timings_ms"]
    return answer


def test_two_web_chats_answer_alike_notice_what_a_third_process_reads_and_tell_that_the_server_is_away(
    place: Place, chroma: RunningChroma, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    settings = {"chroma_url": chroma.url, "default_visibility": "public"}
    with (
        operated(place.data, clean_environment, tmp_path, **settings) as first,
        operated(place.data, clean_environment, tmp_path, **settings) as second,
    ):
        for question in QUESTIONS:
            assert answered(first, question) == answered(second, question)
        (place.folder / "buecherei.txt").write_text("Die Bücherei wird am 9. September 2015 eröffnet.", "utf-8")
        (place.folder / "freibad.txt").unlink()  # the index is built anew, and the old collection deleted
        place.ingest()
        for server in (first, second):
            assert answered(server, LIBRARY)["short_answer"] == "9. September 2015"
            assert not [c for c in answered(server, QUESTIONS[2])["citations"] if c["document"] == "freibad"]
        chroma.kill()
        for server in (first, second):
            refused = asked(server, LIBRARY)
            assert refused.status_code == 503
            assert "gerade nicht erreichbar" in refused.json()["detail"]
            ready = httpx.get(f"{server.address}/readyz", timeout=30)
            assert (ready.status_code, ready.json()["failing"]) == (503, ["vectors"])
        chroma.start()
        assert answered(first, LIBRARY) == answered(second, LIBRARY)
        for server in (first, second):
            assert httpx.get(f"{server.address}/readyz", timeout=30).status_code in (200, 503)  # kept for a second
            assert answered(server, LIBRARY)["short_answer"] == "9. September 2015"
