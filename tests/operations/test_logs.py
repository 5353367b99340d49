"""The log tells what happens and never what it is about."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant.web.operations.incidents import report_incident
from assistant.web.operations.logs import set_up_logging, tell
from corpus.database import DATABASE_FILE
from tests.operations.conftest import Operated

NUMBER = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged; afterwards logging is as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = before
    root.setLevel(level)


def failed() -> Exception:
    """An error that quotes what somebody asked, caused by one of the database's."""
    try:
        try:
            sqlite3.connect(":memory:").execute("SELECT geheim FROM geheimnisse")
        except sqlite3.Error as cause:
            raise ValueError("Wer ist Frau Geheim?") from cause
    except ValueError as error:
        return error


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_is_logged_by_number_type_and_place_without_what_it_says(written: io.StringIO, form: str) -> None:
    set_up_logging("json" if form == "json" else "text", written)
    number = report_incident(failed())
    logged = written.getvalue()
    assert NUMBER.fullmatch(number)
    assert number in logged
    for known in ("ValueError", "test_logs.py", "in failed", "OperationalError", "SQLITE_ERROR"):
        assert known in logged
    assert "geheim" not in logged.casefold()


def test_an_event_is_one_line_of_json_with_its_fields(written: io.StringIO) -> None:
    set_up_logging("json", written)
    tell("request", "Anfrage: GET /readyz, 200, 3 ms", method="GET", status=200)
    (line,) = written.getvalue().splitlines()
    event = json.loads(line)
    assert event.pop("time")[:4].isdigit()
    assert event == {
        "level": "info",
        "event": "request",
        "message": "Anfrage: GET /readyz, 200, 3 ms",
        "method": "GET",
        "status": 200,
    }


def test_for_people_an_event_is_a_german_sentence(written: io.StringIO) -> None:
    set_up_logging("text", written)
    tell("stopped", "Der Web-Chat ist beendet.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Der Web-Chat ist beendet\.\n", written.getvalue())


def test_what_a_library_says_is_not_repeated_only_that_it_spoke(written: io.StringIO) -> None:
    set_up_logging("text", written)
    logging.getLogger("gradio.queueing").warning("Wer ist %s?", "Frau Geheim")
    assert "Geheim" not in written.getvalue()
    assert "Meldung einer Bibliothek: gradio.queueing (test_logs.py, Zeile " in written.getvalue()


@pytest.mark.slow
def test_a_request_is_logged_by_pattern_without_question_title_or_address(server: Operated) -> None:
    document = httpx.get(f"{server.address}/api/v1/documents").json()[0]
    question = {"question": "Was sagt Frau Xylander zur Sache?"}
    httpx.post(f"{server.address}/api/v1/ask", json=question, timeout=120)
    httpx.get(f"{server.address}/api/v1/search", params={"q": "Xylander"}, timeout=120)
    httpx.get(f"{server.address}/api/v1/documents/{document['document']}/text")
    httpx.get(f"{server.address}/geheim/{document['document']}")
    requests = [event for event in server.events if event["event"] == "request"]
    asked = [event for event in requests if event["route"] == "/api/v1/ask"][-1]
    assert (asked["method"], asked["status"]) == ("POST", 200)
    assert 0 < asked["seconds"] < 120
    assert any(event["route"] == "/api/v1/documents/{document}/text" for event in requests)
    assert any((event["route"], event["status"]) == ("andere", 404) for event in requests)
    log = "\n".join(server.log)
    for word in ("Xylander", document["title"], f"/{document['document']}", "127.0.0.1", "testclient"):
        assert word not in log


@pytest.mark.slow
def test_health_checks_and_parts_of_the_page_do_not_fill_the_log(server: Operated) -> None:
    before = len(server.events)  # while it started, it may have said that it was not ready
    for path in ("/healthz", "/readyz", "/web/gespraech.css"):
        assert httpx.get(f"{server.address}{path}").status_code == 200
    httpx.get(f"{server.address}/api/v1/documents")
    while not (logged := {event["route"] for event in server.events[before:] if event["event"] == "request"}):
        time.sleep(0.05)
    assert not logged & {"/healthz", "/readyz", "/web"}


@pytest.mark.slow
def test_whoever_meets_an_unforeseen_error_gets_its_number(server: Operated, vorlage_data: Path) -> None:
    question = {"question": "Wann tagt der Kreisausschuss, Frau Xylander?"}
    with closing(sqlite3.connect(vorlage_data / DATABASE_FILE, isolation_level=None)) as connection:
        (good,) = connection.execute("SELECT gremien FROM documents").fetchone()
        connection.execute("UPDATE documents SET gremien = '{'")
        try:
            response = httpx.post(f"{server.address}/api/v1/ask", json=question, timeout=120)
            streamed = httpx.post(f"{server.address}/api/v1/ask/stream", json=question, timeout=120)
            searched = httpx.get(f"{server.address}/api/v1/search", params={"q": "Xylander"}, timeout=120)
        finally:
            connection.execute("UPDATE documents SET gremien = ?", (good,))
    assert httpx.post(f"{server.address}/api/v1/ask", json=question, timeout=120).status_code == 200
    assert [response.status_code, streamed.status_code, searched.status_code] == [500, 200, 500]
    assert searched.headers["content-security-policy"].startswith("default-src 'none'")
    for text in (response.json()["detail"], streamed.text, searched.json()["detail"]):
        found = NUMBER.search(text)
        assert found is not None, text
        (event,) = [event for event in server.events if event.get("incident") == found[0]]
        assert event["error"] == "json.decoder.JSONDecodeError"
        assert any("corpus/store.py" in place for place in event["trace"])
        assert "Xylander" not in json.dumps(event, ensure_ascii=False)
    assert (
        float(re.findall(r"^aktenkundig_errors_total (\S+)", httpx.get(server.metrics_address).text, re.MULTILINE)[0])
        >= 3
    )
