"""How many questions are answered at once, whichever way they come: chat, API, other assistants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from assistant.engine import Progress

if TYPE_CHECKING:
    from assistant.engine import Watch

AT_ONCE: Final = 2
"""Questions answered at the same time: the default engine keeps about one core busy each."""
_LOOK_SECONDS: Final = 0.3
"""How often those who wait are told, and may say that they do not wait any more."""


class Turnstile:
    """Lets a number of threads pass at a time; the others wait and are told so."""

    def __init__(self, at_once: int) -> None:
        self._free = BoundedSemaphore(at_once)

    @contextmanager
    def passed(self, watch: Watch) -> Iterator[None]:
        """Wait for one's turn and keep it; what ``watch`` raises meanwhile ends the waiting."""
        while not self._free.acquire(timeout=_LOOK_SECONDS):
            watch(Progress("waiting", 0))
        try:
            yield
        finally:
            self._free.release()
