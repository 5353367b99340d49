"""The inside of a reading process: what it is allowed, how it is spoken to, and how it ends with its parent.

The process is started by :mod:`ingest.worker` as a fresh interpreter (never forked, so that no thread or library of the
parent is in it) and imports nothing of models and indexes.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus.errors import UnreadableFileError
from ingest.layout import OnPage
from ingest.reading import ReadDocument

ReadingFunction = Callable[[Path, OnPage], list[ReadDocument]]
"""What the process is there for; it is sent by name and must stand in a module."""

_HEADER = struct.Struct("!Q")
"""Before each message: its length in bytes."""
_LARGEST_FILE = 4_000_000_000
"""Bytes that a temporary file may grow to; the images of a scan need some hundred million."""
_OOM_SCORE = 500
"""Where memory runs out all the same, the system is to end this process and not the parent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before it counts as unreadable.

    ``stall_seconds`` without a finished page (recognising a scanned one takes up to 40 on a busy machine),
    ``total_seconds`` for all of it, ``memory`` in bytes that the process may allocate, and each one that it starts,
    ``result`` in bytes of what was read.
    """

    stall_seconds: float = 120.0
    total_seconds: float = 7200.0
    memory: int = 1_500_000_000
    result: int = 500_000_000


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message to a process."""

    read_file: ReadingFunction
    limits: Limits


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has imported everything and waits for files."""


@dataclass(frozen=True, slots=True)
class PageDone:
    """``done`` of ``of`` pages are read."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reader has refused the file with this German sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class TooMuch:
    """The file needs too much memory, is nested too deeply, or holds more text than is passed on."""

    what: Literal["memory", "depth", "result"]
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Bug:
    """An exception that no reader should let out."""

    name: str
    trace: str


class Channel:
    """Sends and receives pickled messages over a socket; both ends are ours."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, message: object) -> int:
        """Send a message; return its length in bytes."""
        data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        self.send_pickled(data)
        return len(data)

    def send_pickled(self, data: bytes) -> None:
        """Send a message that has been pickled before."""
        self._end.settimeout(None)
        self._end.sendall(_HEADER.pack(len(data)))
        self._end.sendall(data)

    def receive(self, seconds: float | None = None) -> object:
        """The next message; raises ``TimeoutError`` after ``seconds`` and ``EOFError`` when the other end is gone."""
        deadline = None if seconds is None else time.monotonic() + seconds
        (length,) = _HEADER.unpack(self._receive_exactly(_HEADER.size, deadline))
        return pickle.loads(self._receive_exactly(length, deadline))  # noqa: S301 - the other end is our own process

    def close(self) -> None:
        """Let the other end know that nothing more comes."""
        self._end.close()

    def _receive_exactly(self, length: int, deadline: float | None) -> bytearray:
        data = bytearray(length)
        view = memoryview(data)
        while view:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._end.settimeout(left)
            try:
                count = self._end.recv_into(view)
            except ConnectionError as error:
                raise EOFError from error
            if not count:
                raise EOFError
            view = view[count:]
        return data


def serve(channel_fd: int, lifeline_fd: int) -> None:
    """Read files until the parent closes the channel. This is the whole life of the process."""
    _die_with_parent(lifeline_fd)
    os.set_inheritable(channel_fd, False)
    channel = Channel(socket.socket(fileno=channel_fd))
    setup = channel.receive()
    assert isinstance(setup, Setup)  # noqa: S101 - the parent sends nothing else first
    _limit(setup.limits)
    channel.send(Ready())
    with suppress(EOFError):
        while True:
            path = channel.receive()
            assert isinstance(path, Path)  # noqa: S101 - nor afterwards
            channel.send_pickled(_answer(path, setup, channel))
            # What was printed is only of interest where a file fells the process.
            os.ftruncate(sys.stdout.fileno(), 0)


def _answer(path: Path, setup: Setup, channel: Channel) -> bytes:
    """The pickled outcome of reading one file."""
    import traceback

    def hear_page(done: int, of: int, /) -> None:
        channel.send(PageDone(done, of))

    outcome: object
    try:
        data = pickle.dumps(setup.read_file(path, hear_page), protocol=pickle.HIGHEST_PROTOCOL)
        if len(data) <= setup.limits.result:
            return data
        outcome = TooMuch("result")
    except UnreadableFileError as error:
        outcome = Unreadable(str(error))
    except MemoryError:
        outcome = TooMuch("memory")
    except RecursionError:
        # The trace repeats itself; its end says what was nested.
        outcome = TooMuch("depth", traceback.format_exc(limit=-5))
    except Exception as error:  # noqa: BLE001 - a bug in one reader must not end the reading of the other files
        outcome = Bug(type(error).__name__, traceback.format_exc())
    return pickle.dumps(outcome, protocol=pickle.HIGHEST_PROTOCOL)


def _die_with_parent(lifeline_fd: int) -> None:
    """Have the kernel kill this process and all that it starts as soon as the parent is gone, however it went.

    Nobody ever writes to the lifeline, so that the only event on it is the end of the parent (fcntl(2): ``F_SETSIG``).
    Unlike ``PR_SET_PDEATHSIG`` this reaches the processes that character recognition starts, and does not depend on
    which of the parent's threads started this one.
    """
    os.set_inheritable(lifeline_fd, False)
    fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline_fd, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, fcntl.fcntl(lifeline_fd, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline_fd], [], [], 0)[0]:
        # The parent was gone before the kernel was told.
        os.killpg(os.getpgrp(), signal.SIGKILL)


def _limit(limits: Limits) -> None:
    """Bound what this process and those that it starts may take."""
    # Allocations rather than address space: PDFium and NumPy map much that they never touch.
    _lower(resource.RLIMIT_DATA, limits.memory)
    _lower(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _lower(resource.RLIMIT_CORE, 0)
    with suppress(OSError):  # not everywhere may a process say so about itself
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE), encoding="ascii")


def _lower(kind: int, limit: int) -> None:
    """Set a limit unless the one in force is lower."""
    _, hard = resource.getrlimit(kind)
    value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (value, value))
