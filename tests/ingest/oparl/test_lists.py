"""Object lists in all the shapes in which they come, and whether all of one was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ingest.oparl.client import Client, Stop
from ingest.oparl.lists import ObjectList
from tests.ingest.oparl.conftest import HASTY
from tests.ingest.oparl.council import Reply, Request, Server, as_json


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def listed(server: Server, **filters: str) -> tuple[list[str], ObjectList]:
    """The ends of the addresses in the list ``/liste``."""
    with Client(server.url, HASTY, Stop()) as client:
        found = ObjectList(client, f"{server.url}/liste", filters)
        values = [element.value for element in found.elements()]
    return [(v["id"] if isinstance(v, dict) else v).rsplit("/", 1)[-1] for v in values], found


def page(*numbers: int, following: str | None = None, total: int | None = None) -> dict[str, Any]:
    """A page as the specification has it."""
    pagination = {} if total is None else {"totalElements": total}
    links: dict[str, Any] = {} if following is None else {"next": following}
    return {"data": [{"id": f"https://x/{n}"} for n in numbers], "pagination": pagination, "links": links}


def test_pages_are_followed_to_the_end(server: Server) -> None:
    server.routes["/liste"] = lambda request: as_json(
        page(3) if "page=2" in request.target else page(1, 2, following=f"{server.url}/liste?page=2")
    )
    names, found = listed(server)
    assert names == ["1", "2", "3"]
    assert found.is_complete
    assert found.date is not None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404),
        as_json([]),
        as_json({}),
        as_json({"data": []}),
        as_json({"data": None}),
        as_json({"data": {}}),
    ],
)
def test_an_empty_list_may_be_a_404_or_nothing_at_all(server: Server, reply: Reply) -> None:
    server.answer("/liste", reply)
    names, found = listed(server)
    assert names == []
    assert found.is_complete


@pytest.mark.parametrize(
    "value",
    [
        [{"id": "https://x/1"}],
        {"id": "https://x/1"},
        {"data": {"id": "https://x/1"}},
        {"data": {"0": {"id": "https://x/1"}}},
        {"data": ["https://x/1"]},
        {"data": [{"id": "https://x/1"}], "links": [], "pagination": []},
        {"data": [{"id": "https://x/1"}], "links": {"next": ""}},
        {"data": [{"id": "https://x/1"}, {"name": "ohne Kennung"}, None, "N/A"]},
    ],
)
def test_a_list_may_be_bare_or_hold_an_object_where_a_list_belongs(server: Server, value: object) -> None:
    server.answer("/liste", as_json(value))
    names, found = listed(server)
    assert names == ["1"]
    assert found.is_complete


def test_a_link_to_the_same_page_is_the_end(server: Server) -> None:
    server.answer("/liste", as_json(page(1, 2, following="/liste")))
    names, found = listed(server)
    assert names == ["1", "2"]
    assert found.is_complete
    assert len(server.requests) == 1


def test_links_without_end_are_left_when_nothing_new_comes(server: Server) -> None:
    def endless(request: Request) -> Reply:
        number = int(request.parameters.get("page", "1"))
        return as_json(page(*([1, 2] if number == 1 else [3]), following=f"/liste?page={number + 1}"))

    server.routes["/liste"] = endless
    names, found = listed(server)
    assert names == ["1", "2", "3"]
    assert found.is_complete
    assert len(server.requests) == 3


def test_a_list_that_turns_in_a_circle_before_its_count_is_reached_is_not_complete(server: Server) -> None:
    server.answer("/liste", as_json(page(1, 2, following="/liste", total=9)))
    names, found = listed(server)
    assert names == ["1", "2"]
    assert not found.is_complete
    assert "2 von 9" in found.problem


def test_a_link_behind_the_end_is_the_end(server: Server) -> None:
    server.routes["/liste"] = lambda request: (
        Reply(status=404) if "page" in request.target else as_json(page(1, following="/liste?page=2", total=1))
    )
    assert listed(server)[1].is_complete


def test_a_page_that_fails_leaves_the_list_incomplete(server: Server) -> None:
    server.routes["/liste"] = lambda request: (
        Reply(status=500) if "page" in request.target else as_json(page(1, following="/liste?page=2"))
    )
    names, found = listed(server)
    assert names == ["1"]
    assert not found.is_complete
    assert "500" in found.problem


def test_an_error_message_is_no_empty_list(server: Server) -> None:
    server.answer("/liste", as_json({"error": "Datenbank nicht erreichbar"}))
    assert not listed(server)[1].is_complete


def test_filters_are_sent_as_they_are_because_some_servers_do_not_decode_them(server: Server) -> None:
    server.answer("/liste", as_json([]))
    listed(server, modified_since="2024-01-01T00:00:00Z", omit_internal="true")
    assert server.requests[0].target == "/liste?modified_since=2024-01-01T00:00:00Z&omit_internal=true"


def test_a_server_that_refuses_filters_is_asked_without_them(server: Server) -> None:
    server.routes["/liste"] = lambda request: Reply(status=400) if "?" in request.target else as_json(page(1))
    names, found = listed(server, modified_since="2024-01-01T00:00:00Z")
    assert names == ["1"]
    assert found.is_complete
