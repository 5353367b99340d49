"""``--watch``: reads folders again whenever something in them has changed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corpus.errors import AktenkundigError
from ingest.commands.repeating import stopped_by_signal

Snapshot = dict[str, tuple[int, int]]
"""Time of change in nanoseconds and size in bytes of each file, by its path."""


def watch(paths: Sequence[Path], seconds: float, read: Callable[[], int]) -> int:
    """Read now and whenever something has changed, until the process is told to end; 0.

    What is still being written is left alone: it has to look the same twice, ``seconds`` apart. The first reading may
    fail with what is wrong with the paths; later failures are told, and the next change is waited for.
    """
    ended = threading.Event()
    with stopped_by_signal(ended.set):
        known = before = snapshot(paths)
        read()
        print(f"Beobachtet wird alle {seconds:g} s; Strg+C beendet.", file=sys.stderr, flush=True)
        while not ended.wait(seconds):
            current = snapshot(paths)
            if current != known and current == before:
                known = current
                try:
                    read()
                except AktenkundigError as error:
                    print(error, file=sys.stderr, flush=True)
            before = current
    return 0


def snapshot(paths: Sequence[Path]) -> Snapshot:
    """What lies at these paths, without hidden files; files that come or go meanwhile may be in it or not."""
    found: Snapshot = {}
    for path in paths:
        for file in _files(path):
            try:
                state = file.stat()
            except OSError:
                continue
            found[str(file)] = state.st_mtime_ns, state.st_size
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in path.rglob("*"):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
            yield file
