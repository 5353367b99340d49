"""Those who wait for one kind of work: a few at a time, some wait, all others are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from anyio import CapacityLimiter, to_thread

from assistant.web.problems import OverloadedError

Result = TypeVar("Result")


class WaitingLine(Protocol):
    """What figures tell of a line."""

    @property
    def name(self) -> str:
        """One word."""
        ...

    @property
    def waiting(self) -> int:
        """How many have not had their turn yet."""
        ...

    @property
    def refused(self) -> int:
        """How many have been refused so far."""
        ...


class Line:
    """A line of waiting people in front of work that keeps a thread busy; to be used from one event loop."""

    def __init__(self, name: str, *, at_once: int, waiting: int, refusal: str) -> None:
        """``name`` is for figures, ``refusal`` the German sentence for whom there is no place."""
        self.name = name
        self._limiter = CapacityLimiter(at_once)
        self._most = at_once + waiting
        self._refusal = refusal
        self._inside = 0
        self._refused = 0

    @property
    def waiting(self) -> int:
        """How many have not had their turn yet."""
        return max(0, self._inside - int(self._limiter.total_tokens))

    @property
    def refused(self) -> int:
        """How many have been refused so far."""
        return self._refused

    async def run(self, work: Callable[[], Result]) -> Result:
        """Wait for one's turn, then do it; raises :class:`OverloadedError` where too many wait."""
        if self._inside >= self._most:
            self._refused += 1
            raise OverloadedError(self._refusal)
        self._inside += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1
