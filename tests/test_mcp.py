"""Another assistant asks and cites, over HTTP and over standard input and output."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters

from assistant.answer import Answer, Citation
from assistant.sheet import SessionSheet
from tests.conftest import QUESTION, command


def called(server: str | StdioServerParameters, *calls: tuple[str, dict[str, object]]) -> list[Any]:
    """The results of tools, called one after the other in one session."""

    async def work() -> list[Any]:
        async with Client(server, read_timeout_seconds=120) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return apart(work)


def apart(work: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
    """What asynchronous work gives, run in a thread of its own: in this one Playwright may keep an event loop."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(anyio.run, work).result()


def test_the_tools_give_the_shapes_that_all_parts_share(web_address: str) -> None:
    asked, found, listed, sheet = called(
        f"{web_address}/mcp",
        ("frage", {"frage": QUESTION}),
        ("suche", {"woerter": "Mehrkosten", "anzahl": 3}),
        ("dokumente", {}),
        ("sitzungsblatt", {"dokument": "ki-vorlage"}),
    )
    answer = Answer.model_validate(asked.structured_content)
    assert answer.short_answer == "47 von insgesamt 54"
    assert len([Citation.model_validate(hit) for hit in found.structured_content["result"]]) == 3
    assert "ki-vorlage" in {entry["document"] for entry in listed.structured_content["result"]}
    assert len(SessionSheet.model_validate(sheet.structured_content).part("attachments").lines) == 7
    first = answer.citations[0]
    place = {"dokument": first.document, "anfang": first.char_start, "ende": first.char_end}
    (cited,) = called(f"{web_address}/mcp", ("zitat", place))
    assert cited.structured_content["quote"] == first.quote


def test_what_cannot_be_asked_is_told_in_german(web_address: str) -> None:
    empty, unknown, unchoosable = called(
        f"{web_address}/mcp",
        ("frage", {"frage": "  "}),
        ("sitzungsblatt", {"dokument": "gibtesnicht"}),
        ("frage", {"frage": "Was kostet es?", "dokumente": ["ki-vorlage", "gibtesnicht"]}),
    )
    assert empty.is_error
    assert "Die Frage ist leer" in empty.content[0].text
    assert unknown.is_error
    assert "gibt es nicht." in unknown.content[0].text
    assert unchoosable.is_error
    assert "„gibtesnicht“ gibt es nicht." in unchoosable.content[0].text


def test_every_tool_and_argument_is_described(web_address: str) -> None:
    async def work() -> list[Any]:
        async with Client(f"{web_address}/mcp") as client:
            return list((await client.list_tools()).tools)

    tools = apart(work)
    assert {tool.name for tool in tools} == {"frage", "suche", "dokumente", "zitat", "sitzungsblatt"}
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert all(field.get("description") for field in tool.input_schema["properties"].values()), tool.name


def test_a_page_of_another_site_cannot_use_it(web_address: str) -> None:
    headers = {"Origin": "https://anderswo.example", "Accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert httpx.post(f"{web_address}/mcp", json=body, headers=headers).status_code == 403


@pytest.mark.slow
def test_it_speaks_over_standard_input_and_output(
    akte_data: Path, clean_environment: dict[str, str], tmp_path: Path
) -> None:
    program, *words = command(["mcp"])
    server = StdioServerParameters(
        command=program, args=words, cwd=tmp_path, env={**clean_environment, "AKTENKUNDIG_DATA": str(akte_data)}
    )
    (asked,) = called(server, ("frage", {"frage": QUESTION}))
    assert Answer.model_validate(asked.structured_content).short_answer == "47 von insgesamt 54"
