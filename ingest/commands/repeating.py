"""Keeps a command running until somebody stops it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_signal(ask: Callable[[], None]) -> Iterator[None]:
    """Call ``ask`` instead of dying when the process is told to end (SIGTERM); as before afterwards."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        ask()

    if threading.current_thread() is not threading.main_thread():  # only there may signals be handled
        yield
        return
    before = signal.signal(signal.SIGTERM, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
