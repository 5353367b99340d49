"""The server ends when it is told to: what is under way is finished, nothing new begins, and never longer than set."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest
from gradio_client import Client

from tests.conftest import STAFF_KEY, Run
from tests.operations.conftest import operated
from tests.scripted_model import ScriptedModel

pytestmark = pytest.mark.slow

WHY = {"question": "Warum soll ein Kommunales Integrationszentrum eingerichtet werden?"}
"""A question that a language model is to word."""


def asked(address: str) -> httpx.Response:
    return httpx.post(f"{address}/api/v1/ask", json=WHY, timeout=120)


def beginning(model: ScriptedModel, people: ThreadPoolExecutor, address: str) -> Future[httpx.Response]:
    """A question that the language model is working on."""
    before = len(model.questions)
    answer = people.submit(asked, address)
    for _ in range(600):
        if len(model.questions) > before:
            return answer
        assert not answer.done(), answer.result().text
        time.sleep(0.05)
    pytest.fail("the language model was not asked")


def slow_model(seconds: float) -> ScriptedModel:
    """A model that begins to write only after this time."""
    return ScriptedModel(lambda _: [seconds, "Das sagt die Vorlage. [1]"])


def with_model(model: ScriptedModel, **settings: object) -> dict[str, object]:
    return {
        "language_model": "openai",
        "language_model_url": model.url,
        "language_model_name": model.name,
        "language_model_first_seconds": 100,
        "language_model_seconds": 100,
        **settings,
    }


def test_a_question_under_way_is_answered_and_no_new_one_is_taken(
    vorlage_data: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    with slow_model(6.0) as model, ThreadPoolExecutor(2) as people:
        settings = with_model(model, shutdown_seconds=60)
        with operated(vorlage_data, clean_environment, tmp_path, **settings) as server:
            address = server.address
            under_way = beginning(model, people, address)
            ending = people.submit(server.end, 90)
            assert server.event("stopping")["under_way"] == 1
            refused = asked(address)
            ready = httpx.get(f"{address}/readyz")
            alive = httpx.get(f"{address}/healthz")
            answer = under_way.result()
            assert ending.result() == 0
    assert answer.status_code == 200
    assert answer.json()["citations"]
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "60"
    assert "wird gerade beendet" in refused.json()["detail"]
    assert (ready.status_code, ready.json()["failing"]) == (503, ["ending"])
    assert alive.status_code == 200
    assert server.event("stopped")["cut_off"] == 0


def test_what_takes_longer_than_set_is_cut_off(
    vorlage_data: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    with slow_model(60.0) as model, ThreadPoolExecutor(2) as people:
        settings = with_model(model, shutdown_seconds=1)
        with operated(vorlage_data, clean_environment, tmp_path, **settings) as server:
            under_way = beginning(model, people, server.address)
            began = time.monotonic()
            assert server.end(30) == 1
            assert time.monotonic() - began < 20
            cut_off = under_way.result()
            assert cut_off.status_code == 503
            assert "bitte in einer Minute noch einmal" in cut_off.json()["detail"]
    stopped = server.event("stopped")
    assert stopped["level"] == "warning"
    assert stopped["cut_off"] == 1


def test_whoever_asked_through_gradio_is_answered_too(
    vorlage_data: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    with slow_model(4.0) as model:
        settings = with_model(model, shutdown_seconds=60)
        with operated(vorlage_data, clean_environment, tmp_path, **settings) as server:
            client = Client(server.address, verbose=False, download_files=False, analytics_enabled=False)
            job = client.submit(WHY["question"], api_name="/frage")
            for _ in range(600):
                if model.questions:
                    break
                time.sleep(0.05)
            server.process.send_signal(signal.SIGTERM)
            assert server.event("stopping")["under_way"] == 1
            assert job.result(60)["citations"]
            client.close()
            assert server.process.wait(30) == 0


def test_what_staff_have_sent_is_read_before_the_end(
    vorlage_data: Path, run: Run, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    data = tmp_path / "daten"
    shutil.copytree(vorlage_data, data)
    with operated(data, clean_environment, tmp_path, staff_key=STAFF_KEY, shutdown_seconds=120) as server:
        sent = httpx.post(
            f"{server.address}/api/v1/staff/uploads",
            params={"name": "turnhalle.txt", "visibility": "public"},
            headers={"Authorization": f"Bearer {STAFF_KEY}"},
            content="Die Turnhalle kostet 2,4 Mio. €.".encode(),
            timeout=30,
        )
        assert sent.status_code == 202
        assert server.end(120) == 0
        assert server.event("stopping")["under_way"] == 1
    listed = {entry["document"]: entry for entry in json.loads(run("documents", "--json", data=data).out)}
    assert listed["turnhalle"]["visibility"] == "public"


def test_health_is_told_at_once_while_all_places_and_the_line_are_taken(
    vorlage_data: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    leave = Event()

    def hold(_: object) -> Iterator[str | float]:
        while not leave.is_set():
            yield 0.2
        yield "Das sagt die Vorlage. [1]"

    with ScriptedModel(hold) as model, ThreadPoolExecutor(12) as people:
        settings = with_model(model, shutdown_seconds=60, language_model_at_once=1, metrics_port=0)
        with operated(vorlage_data, clean_environment, tmp_path, **settings) as server:
            first = beginning(model, people, server.address)
            others = [people.submit(asked, server.address) for _ in range(9)]
            try:
                waiting = ""
                for _ in range(100):
                    waiting = httpx.get(server.metrics_address).text
                    if 'aktenkundig_waiting{line="api"} 0.0' not in waiting and "aktenkundig_under_way 10.0" in waiting:
                        break
                    time.sleep(0.1)
                else:
                    pytest.fail("nobody waits: " + waiting)
                began = time.monotonic()
                for path in ("/healthz", "/readyz"):
                    assert httpx.get(f"{server.address}{path}", timeout=5).status_code == 200
                assert time.monotonic() - began < 3
            finally:
                leave.set()
            assert {answer.result().status_code for answer in [first, *others]} == {200}


def test_an_idle_server_ends_at_once(vorlage_data: Path, clean_environment: dict[str, str], tmp_path: Path) -> None:
    with operated(vorlage_data, clean_environment, tmp_path) as server:
        began = time.monotonic()
        assert server.end(20) == 0
        assert time.monotonic() - began < 10
    assert [event["event"] for event in server.events if event["event"] != "request"] == [
        "started",
        "stopping",
        "stopped",
    ]
