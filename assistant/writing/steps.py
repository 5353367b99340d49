"""Lets ordinary code follow an asynchronous answer step by step, and leave it between any two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
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

    They come about in a thread of their own, because whoever calls may have an event loop running in theirs. Raises
    :class:`ServerFailedError` for ``expected`` errors.
    """
    following = _Following(chunks)
    following.start()
    try:
        while True:
            try:
                told = following.told.get(timeout=LOOK_SECONDS)
            except Empty:
                yield None
                continue
            if told is None:
                return
            if isinstance(told, expected):
                raise ServerFailedError(told)
            if isinstance(told, Exception):
                raise told
            yield told
    finally:
        following.end()


class _Following(Thread):
    """Puts what comes into ``told``, then ``None`` or what went wrong."""

    def __init__(self, chunks: AsyncGenerator[Chunk, None]) -> None:
        super().__init__(name="language-model", daemon=True)
        self.told: Queue[Chunk | Exception | None] = Queue()
        self._chunks = chunks
        self._running = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Follow to the end, or until :meth:`end`."""
        with suppress(asyncio.CancelledError):
            asyncio.run(self._follow())

    def end(self) -> None:
        """Close the connection; does not wait long, for example for a name that is still being looked up."""
        self._running.wait()
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
        self.join(_END_SECONDS)

    async def _follow(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._running.set()
        try:
            async for chunk in self._chunks:
                self.told.put(chunk)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the chunks are read
            self.told.put(error)
        else:
            self.told.put(None)
        finally:
            await self._chunks.aclose()
