"""One writer at a time in a data directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.data_directory import LOCK_FILE
from corpus.errors import StoreError


@contextmanager
def writing_alone(data: Path, patience: float = 0) -> Iterator[None]:
    """Hold the writers' lock; raises :class:`StoreError` where somebody else has it for ``patience`` seconds more."""
    lock = FileLock(data / LOCK_FILE)
    try:
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise StoreError("Gerade liest schon ein anderer Vorgang ein; bitte warten, bis er fertig ist.") from error
    try:
        yield
    finally:
        lock.release()
