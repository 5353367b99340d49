"""A polite guest: one request at a time, with pauses and limits, patient with troubles that pass."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from ingest.oparl.client import Client, Stop, Validators
from ingest.oparl.errors import (
    DownError,
    GoneError,
    RefusedError,
    StoppedError,
    TooLargeError,
    UnavailableError,
)
from tests.ingest.oparl.conftest import HASTY
from tests.ingest.oparl.council import Reply, Request, Server, as_json


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        running.routes["/"] = lambda _: as_json({"ok": True})
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.url, HASTY, Stop()) as guest:
        yield guest


def test_it_says_who_asks_and_in_which_version(server: Server, client: Client) -> None:
    client.json(f"{server.url}/")
    assert server.requests[0].headers["User-Agent"] == f"aktenkundig/{version('aktenkundig')}"
    assert server.requests[0].headers["Host"] == server.url.removeprefix("http://")


def test_it_pauses_between_requests(server: Server) -> None:
    with Client(server.url, replace(HASTY, pause=0.2), Stop()) as guest:
        started = time.monotonic()
        for _ in range(3):
            guest.json(f"{server.url}/")
    assert 0.4 <= time.monotonic() - started < 3


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_sporadic_error_is_tried_again(server: Server, client: Client, status: int) -> None:
    server.answer("/x", Reply(status=status), Reply(status=status), as_json([1]))
    assert client.json(f"{server.url}/x").value == [1]
    assert len(server.asked("/x")) == 3


def test_a_page_for_people_where_json_belongs_is_tried_again(server: Server, client: Client) -> None:
    server.answer("/x", Reply(b"<html>Wartungsarbeiten</html>"), as_json([1]))
    assert client.json(f"{server.url}/x").value == [1]


def test_an_error_that_stays_is_given_up(server: Server, client: Client) -> None:
    server.answer("/x", Reply(status=500))
    with pytest.raises(UnavailableError, match="500"):
        client.json(f"{server.url}/x")
    assert len(server.asked("/x")) == HASTY.tries


def test_the_server_says_how_long_to_wait(server: Server) -> None:
    server.answer("/x", Reply(status=503, headers={"Retry-After": "1"}), as_json([1]))
    with Client(server.url, replace(HASTY, longest_wait=5), Stop()) as guest:
        started = time.monotonic()
        assert guest.json(f"{server.url}/x").value == [1]
    assert 1 <= time.monotonic() - started < 4


@pytest.mark.parametrize("way", ["seconds", "date"])
def test_a_long_wait_is_left_for_another_time(server: Server, client: Client, way: str) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.answer("/x", Reply(status=429, headers={"Retry-After": "3600" if way == "seconds" else later}))
    with pytest.raises(UnavailableError, match="lange Pause"):
        client.json(f"{server.url}/x")
    assert len(server.asked("/x")) == 1


def test_a_server_that_is_down_ends_the_run(server: Server, client: Client) -> None:
    server.answer("/x", Reply(status=503))
    for _ in range(4):
        with pytest.raises(UnavailableError):
            client.json(f"{server.url}/x")
    with pytest.raises(DownError, match="nicht zu erreichen"):
        client.json(f"{server.url}/x")


def test_what_is_gone_is_told_from_what_is_refused(server: Server, client: Client) -> None:
    server.answer("/weg", Reply(status=410))
    server.answer("/zu", Reply(status=403))
    with pytest.raises(GoneError):
        client.json(f"{server.url}/nie")
    with pytest.raises(GoneError):
        client.json(f"{server.url}/weg")
    with pytest.raises(RefusedError):
        client.json(f"{server.url}/zu")
    assert len(server.requests) == 3


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_too_large_is_not_kept_even_if_it_comes_packed(
    server: Server, tmp_path: Path, packed: bool
) -> None:
    content = b"0" * 3_000_000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    server.answer("/gross", Reply(gzip.compress(content) if packed else content, 200, headers))
    with (
        Client(server.url, replace(HASTY, most_file_bytes=1_000_000), Stop()) as guest,
        pytest.raises(TooLargeError, match="1 MB"),
    ):
        guest.download(f"{server.url}/gross", tmp_path / "gross", Validators())
    assert not list(tmp_path.iterdir())


def test_json_that_is_too_large_is_not_read(server: Server) -> None:
    server.answer("/liste", as_json(["x" * 2_000_000]))
    with (
        Client(server.url, replace(HASTY, most_json_bytes=1_000_000), Stop()) as guest,
        pytest.raises(TooLargeError),
    ):
        guest.json(f"{server.url}/liste")


def test_an_answer_that_takes_too_long_is_given_up(server: Server, tmp_path: Path) -> None:
    def slow(_: Request) -> Reply:
        time.sleep(1)
        return Reply(b"spaet")

    server.routes["/langsam"] = slow
    with (
        Client(server.url, replace(HASTY, timeout=0.1, tries=1), Stop()) as guest,
        pytest.raises(UnavailableError, match="vorgesehenen Zeit"),
    ):
        guest.download(f"{server.url}/langsam", tmp_path / "datei", Validators())


def test_a_file_is_fetched_again_only_if_it_changed(server: Server, client: Client, tmp_path: Path) -> None:
    server.file("/datei", b"eins")
    first = client.download(f"{server.url}/datei", tmp_path / "a", Validators())
    assert (tmp_path / "a").read_bytes() == b"eins"
    again = client.download(f"{server.url}/datei", tmp_path / "b", first.validators)
    assert again.is_unchanged
    assert not (tmp_path / "b").exists()
    server.file("/datei", b"zwei")
    assert not client.download(f"{server.url}/datei", tmp_path / "c", first.validators).is_unchanged
    assert (tmp_path / "c").read_bytes() == b"zwei"


def test_a_wait_ends_at_once_when_somebody_asks_to_stop(server: Server) -> None:
    stop = Stop()
    server.answer("/x", Reply(status=503))
    threading.Timer(0.2, stop.ask).start()
    started = time.monotonic()
    with (
        Client(server.url, replace(HASTY, first_wait=30, longest_wait=60), stop) as guest,
        pytest.raises(StoppedError),
    ):
        guest.json(f"{server.url}/x")
    assert time.monotonic() - started < 5
