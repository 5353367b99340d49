"""Work that somebody waits for over HTTP: for its end, or for a stream of how far it is; whoever hangs up ends it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from threading import Event
from typing import TypeVar

import anyio
from anyio import from_thread
from fastapi import Request

from assistant.web.problems import sentence_for, status_of

Told = TypeVar("Told")
Made = TypeVar("Made")
Work = Callable[[Event, Callable[[Told], None]], Awaitable[Made]]
"""Is given an event that is set when nobody waits any more, and whom to tell, from another thread, how far it is."""


async def awaited(connection: Request, work: Work[Told, Made]) -> Made:
    """What the work makes; raises what it raises."""
    outcome: list[Made | Exception] = []
    gone = Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, connection, gone)
        try:
            outcome.append(await _caught(work, gone, lambda _: None))
        finally:  # also where the server ends before the work does
            gone.set()
        tasks.cancel_scope.cancel()
    (result,) = outcome
    if isinstance(result, Exception):
        raise result
    return result


async def streamed(
    connection: Request, work: Work[Told, Made], on_way: Callable[[Told], str], at_end: Callable[[Made], str]
) -> AsyncIterator[str]:
    """Server-sent events: ``on_way`` for all that is told, then ``at_end`` or a ``fehler``."""
    sender, receiver = anyio.create_memory_object_stream[Told](16)
    outcome: list[Made | Exception] = []
    gone = Event()

    async def run() -> None:
        async with sender:
            outcome.append(await _caught(work, gone, lambda told: from_thread.run(sender.send, told)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen, connection, gone)
        tasks.start_soon(run)
        try:
            async with receiver:
                async for told in receiver:
                    yield on_way(told)
        finally:
            gone.set()
        tasks.cancel_scope.cancel()
    for result in outcome:
        if isinstance(result, Exception):
            yield event("fehler", {"status": status_of(result), "detail": sentence_for(result)})
        else:
            yield at_end(result)


def event(name: str, content: dict[str, object]) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"


async def _caught(work: Work[Told, Made], gone: Event, tell: Callable[[Told], None]) -> Made | Exception:
    """What is made, or why nothing is: a task group would wrap what is raised in it."""
    try:
        return await work(gone, tell)
    except Exception as error:  # noqa: BLE001 - told by whoever has called, after the task group
        return error


async def listen(connection: Request, gone: Event) -> None:
    """Behind the request's body nothing comes any more but the news that somebody has hung up."""
    while (await connection.receive())["type"] != "http.disconnect":
        pass
    gone.set()
