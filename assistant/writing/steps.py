"""Lets ordinary code follow an asynchronous answer step by step, and leave it between any two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Final

from assistant.writing.servers import Chunk

LOOK_SECONDS: Final = 0.1
"""How often something is heard while nothing comes."""
_END_SECONDS: Final = 1.0
"""How long closing a connection may take."""


class ServerFailedError(Exception):
    """One of the libraries' errors that mean the server. What other code raises in between is never taken for one."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def in_steps(
    chunks: AsyncGenerator[Chunk, None], expected: tuple[type[Exception], ...]
) -> Generator[Chunk | None, None, None]:
    """The chunks, with ``None`` now and then while none comes; closing it closes the connection.

    Raises :class:`ServerFailedError` for ``expected`` errors.
    """

    async def following() -> Chunk | None:
        return await anext(chunks, None)

    loop = asyncio.new_event_loop()
    step: asyncio.Task[Chunk | None] | None = None
    try:
        while True:
            step = loop.create_task(following())
            while not loop.run_until_complete(asyncio.wait({step}, timeout=LOOK_SECONDS))[0]:
                yield None
            error = step.exception()
            if isinstance(error, expected):
                raise ServerFailedError(error)
            chunk = step.result()
            if chunk is None:
                return
            yield chunk
    finally:
        if step is not None and step.cancel():
            loop.run_until_complete(asyncio.wait({step}, timeout=_END_SECONDS))
        ending = loop.create_task(_end(loop, chunks))
        loop.run_until_complete(asyncio.wait({ending}, timeout=_END_SECONDS))
        loop.close()  # without waiting for a name that is still being looked up


async def _end(loop: asyncio.AbstractEventLoop, chunks: AsyncGenerator[Chunk, None]) -> None:
    await chunks.aclose()
    await loop.shutdown_asyncgens()
