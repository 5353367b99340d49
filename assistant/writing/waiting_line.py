"""How many requests a language model gets at once, and how many wait for their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from typing import Final

from corpus.errors import LanguageModelError

_LOOK_SECONDS: Final = 0.1


class WaitingLine:
    """Lets ``at_once`` requests through; up to ``places`` others wait.

    Unlike :class:`assistant.turnstile.Turnstile` it turns away whom it cannot serve soon: who waits for a language
    model can be answered with quotes instead.
    """

    def __init__(self, at_once: int, places: int) -> None:
        self._free = Semaphore(at_once)
        self._lock = Lock()
        self._places = places

    @contextmanager
    def passed(self, watch: Callable[[], None]) -> Iterator[None]:
        """Wait for one's turn and keep it; what ``watch`` raises meanwhile ends the waiting.

        Raises :class:`LanguageModelError` at once if all places are taken.
        """
        if not self._free.acquire(blocking=False):
            self._wait(watch)
        try:
            yield
        finally:
            self._free.release()

    def _wait(self, watch: Callable[[], None]) -> None:
        with self._lock:
            if not self._places:
                raise LanguageModelError("Das Sprachmodell ist gerade ausgelastet; bitte in einer Minute noch einmal.")
            self._places -= 1
        try:
            while not self._free.acquire(timeout=_LOOK_SECONDS):
                watch()
        finally:
            with self._lock:
                self._places += 1
