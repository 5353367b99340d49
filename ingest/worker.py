"""Reads files in processes of their own, so that no file can fell or stop a run.

Libraries for PDF and images are written in C: a damaged file may crash them, keep them busy for ever or let them take
all memory. Here this ends one process, which is replaced, and the file gets its sentence in the report like any other
unreadable one. What a process started goes with it, and so do its temporary files.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from types import TracebackType
from typing import Self

from corpus.errors import UnreadableFileError
from ingest.layout import OnPage, ignore_page
from ingest.reading import ReadDocument, printable_name, read_file
from ingest.worker_process import Bug, Channel, Limits, PageDone, ReadingFunction, Ready, Setup, TooMuch, Unreadable

__all__ = ["Limits", "OnFilePage", "ReadingWorkers"]

OnFilePage = Callable[[Path, int, int], None]
"""Hears that ``done`` of ``of`` pages of a file are read."""

_ENVIRONMENT = {"PYTHONFAULTHANDLER": "1", "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""One thread each: the processes share the cores among themselves."""
_LOG = logging.getLogger(__name__)
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from ingest.worker_process import serve; serve(int(sys.argv[2]), int(sys.argv[3]))"
)
_START_SECONDS = 120.0
"""How long a process may take to start: importing takes a fraction of a second, on a crowded machine some seconds."""
_SECONDS_AFTER_PAGE = 0.1
"""When all pages are read, the text is put together, ten times as fast as this, without any further sign of life."""
_END_SECONDS = 5.0
"""How long a process that has closed its channel may take to end."""
_FOLDER = "aktenkundig-lesen-"
_STALE_SECONDS = 60.0
"""Before this age a folder may belong to a run that has not locked it yet."""
_MESSAGES = "meldungen.txt"
_LAST_MESSAGES = 10_000
"""Bytes of what a process wrote that are logged when it ends badly."""


def ignore_file_page(_path: Path, _done: int, _of: int, /) -> None:
    """For callers who do not want to know."""


class ReadingWorkers:
    """Up to ``count`` processes that read files; use it in a ``with`` statement.

    Processes start when they are first needed and live on until the end, so that imports are paid for once. Each file
    must keep to ``limits``. ``read_file`` is what they do with a file: a function of a module that they can import.
    """

    def __init__(
        self, count: int | None = None, limits: Limits | None = None, read_file: ReadingFunction = read_file
    ) -> None:
        self._count = count or min(2, os.cpu_count() or 1)
        self._setup = Setup(read_file, limits or Limits())
        self._lock = Lock()
        self._closed = False
        self._running: set[_Process] = set()
        self._idle: LifoQueue[_Process | None] = LifoQueue()
        for _ in range(self._count):
            self._idle.put(None)
        self._folder, folder_lock = _own_folder()
        self._folder_lock: int | None = folder_lock
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="lesen")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, path: Path, on_page: OnPage = ignore_page) -> Future[list[ReadDocument]]:
        """Have a file read. The future's result is as that of :func:`ingest.reading.read_file`, its errors too.

        What was too slow, too large or crashed is an :class:`corpus.errors.UnreadableFileError` as well. ``on_page`` is
        called from another thread.
        """
        return self._threads.submit(self._read, path.absolute(), on_page)

    def read_all(
        self, paths: Iterable[Path], on_page: OnFilePage = ignore_file_page
    ) -> Iterator[tuple[Path, list[ReadDocument] | UnreadableFileError]]:
        """Read files at the same time and hand them out in the order given.

        No more than ``count + 1`` files are read ahead. ``on_page`` is called from other threads.
        """
        window: deque[tuple[Path, Future[list[ReadDocument]]]] = deque()
        try:
            for path in paths:
                window.append((path, self.submit(path, _for_file(on_page, path))))
                if len(window) > self._count:
                    yield _outcome(*window.popleft())
            while window:
                yield _outcome(*window.popleft())
        finally:
            for _, future in window:
                future.cancel()

    def close(self) -> None:
        """End all processes, also busy ones, and remove their temporary files."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._running:
            process.end()
        self._running.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._folder_lock is not None:
            os.close(self._folder_lock)
            self._folder_lock = None

    def _read(self, path: Path, on_page: OnPage) -> list[ReadDocument]:
        """Read a file in an idle process; runs in a thread of the pool."""
        process = self._idle.get()
        try:
            while True:
                process = process or self._start()
                fresh = process.files == 0
                try:
                    return process.read(path, on_page)
                except _ProcessFailedError as failure:
                    if self._closed:
                        raise CancelledError from None
                    # An earlier file may have left the process in a bad state: only a fresh one convicts a file.
                    if fresh or not failure.doubtful:
                        raise UnreadableFileError(failure.sentence) from None
                finally:
                    if process.busy:
                        self._discard(process)
                        process = None
        finally:
            self._idle.put(process)

    def _start(self) -> _Process:
        """A new process; raises ``RuntimeError`` if it does not come up, which is not the fault of any file."""
        with self._lock:
            if self._closed:
                raise CancelledError
            process = _Process(self._setup, self._folder)
            self._running.add(process)
        try:
            process.wait_until_ready()
        except BaseException:
            self._discard(process)
            if self._closed:
                raise CancelledError from None
            raise
        return process

    def _discard(self, process: _Process) -> None:
        with self._lock:
            self._running.discard(process)
        process.end()


class _ProcessFailedError(Exception):
    """A process is of no more use. ``doubtful`` tells that what it read before may be to blame."""

    def __init__(self, sentence: str, *, doubtful: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.doubtful = doubtful


class _Process:
    """One reading process, seen from the parent.

    ``files`` counts what it was given; ``busy`` stays true when a file did not come to its end.
    """

    def __init__(self, setup: Setup, folder: Path) -> None:
        self.files = 0
        self.busy = True
        self._setup = setup
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        lifeline, self._lifeline = os.pipe()
        try:
            with theirs, (self._folder / _MESSAGES).open("ab") as messages:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                    [sys.executable, "-P", "-c", _START, _import_path(), str(theirs.fileno()), str(lifeline)],
                    stdin=subprocess.DEVNULL,
                    stdout=messages,
                    stderr=messages,
                    pass_fds=(theirs.fileno(), lifeline),
                    # Ctrl-C is for the parent; and what the process starts itself can be ended with it.
                    start_new_session=True,
                    env={**os.environ, **_ENVIRONMENT, "TMPDIR": str(self._folder)},
                )
        except BaseException:
            self._close()
            raise
        finally:
            os.close(lifeline)

    def wait_until_ready(self) -> None:
        """Let it import what it needs."""
        try:
            self._channel.send(self._setup)
            answer = self._channel.receive(_START_SECONDS)
        except (EOFError, ConnectionError, TimeoutError) as error:
            raise RuntimeError(f"a reading process does not start:\n{self._messages()}") from error
        if not isinstance(answer, Ready):
            raise RuntimeError(f"a reading process begins with {answer!r}")  # noqa: TRY004 - no caller's mistake
        self.busy = False

    def read(self, path: Path, on_page: OnPage) -> list[ReadDocument]:
        """What it reads in the file; raises ``UnreadableFileError``, or ``_ProcessFailedError`` if it must go."""
        self.files += 1
        self.busy = True
        limits, name = self._setup.limits, printable_name(path)
        end = time.monotonic() + limits.total_seconds
        progress = PageDone(0, 0)
        with suppress(ConnectionError):  # that it is gone is seen at once below
            self._channel.send(path)
        while isinstance(message := self._receive(name, end, progress), PageDone):
            progress = message
            on_page(progress.done, progress.of)
        if isinstance(message, TooMuch) and message.what == "memory":
            raise _ProcessFailedError(_too_large(name, limits), doubtful=True)
        self.busy = False
        return _documents(message, name, limits)

    def _receive(self, name: str, end: float, progress: PageDone) -> object:
        """The next message, in time. ``end`` is when the file must be done, ``progress`` how far it is."""
        limits = self._setup.limits
        left = end - time.monotonic()
        patience = limits.stall_seconds
        if progress.done == progress.of:
            patience += _SECONDS_AFTER_PAGE * progress.of
        try:
            return self._channel.receive(min(left, patience))
        except TimeoutError:
            whole = left <= patience
            raise _ProcessFailedError(_too_slow(name, limits, progress, whole=whole), doubtful=False) from None
        except EOFError:
            raise self._crashed(name) from None

    def kill(self) -> None:
        """End it and all that it started, without waiting. Not after :meth:`end`."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """End it, leaving no process and no file behind."""
        self.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        self._channel.close()
        os.close(self._lifeline)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _crashed(self, name: str) -> _ProcessFailedError:
        """What to say now that the process has gone by itself."""
        end = self._wait_for_end()
        _LOG.info("the process that read %s ended with %s:\n%s", name, end, self._messages())
        if end is not None and end.si_code == os.CLD_KILLED and end.si_status == signal.SIGKILL:
            return _ProcessFailedError(
                f"Das Lesen von „{name}“ hat das Betriebssystem abgebrochen, vermutlich aus Mangel an Arbeitsspeicher; "
                "bitte die Datei aufteilen.",
                doubtful=True,
            )
        return _ProcessFailedError(
            f"„{name}“ hat das Leseprogramm zum Absturz gebracht (beschädigt oder zu groß); "
            "bitte die Datei neu als PDF speichern oder aufteilen.",
            doubtful=True,
        )

    def _wait_for_end(self) -> os.waitid_result | None:
        """How the process ended, or ``None`` if it has not. Its number stays taken, so that :meth:`kill` is safe."""
        give_up = time.monotonic() + _END_SECONDS
        while True:
            end = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if end is not None or time.monotonic() > give_up:
                return end
            time.sleep(0.01)

    def _messages(self) -> str:
        """The last that the process wrote."""
        data = (self._folder / _MESSAGES).read_bytes()
        return data[-_LAST_MESSAGES:].decode("utf-8", errors="replace")


def _documents(answer: object, name: str, limits: Limits) -> list[ReadDocument]:
    """What a process that is well has answered, as a result or as an error."""
    match answer:
        case list():
            return answer
        case Unreadable():
            raise UnreadableFileError(answer.sentence)
        case TooMuch() if answer.what == "depth":
            _LOG.info("%s is nested too deeply:\n%s", name, answer.trace)
            raise UnreadableFileError(
                f"„{name}“ ist zu tief verschachtelt; bitte die Datei neu speichern, zum Beispiel als PDF."
            )
        case TooMuch():
            raise UnreadableFileError(
                f"„{name}“ enthält zu viel Text (mit allen Angaben zur Lage mehr als {limits.result // 1_000_000} MB); "
                "bitte die Datei aufteilen."
            )
        case Bug():
            _LOG.error("reading %s failed:\n%s", name, answer.trace)
            raise UnreadableFileError(
                f"„{name}“ ließ sich wegen eines internen Fehlers ({answer.name}) nicht lesen; "
                "bitte den Fehler mit dem Protokoll melden."
            )
    raise TypeError(f"a reading process answers {answer!r}")


def _too_slow(name: str, limits: Limits, progress: PageDone, *, whole: bool) -> str:
    """The sentence for a file that took too long: as a ``whole``, or without getting on."""
    if whole or not progress.done:
        seconds = _duration(limits.total_seconds if whole else limits.stall_seconds)
        so_far = f" (fertig: {progress.done} von {progress.of} Seiten)" if progress.done else ""
        return f"„{name}“ ließ sich nicht in {seconds} lesen{so_far}; bitte die Datei neu speichern oder aufteilen."
    return (
        f"Beim Lesen von „{name}“ ging es nach Seite {progress.done} von {progress.of} nicht weiter "
        f"({_duration(limits.stall_seconds)} lang); bitte die Datei neu speichern oder aufteilen."
    )


def _too_large(name: str, limits: Limits) -> str:
    gigabytes = f"{limits.memory / 1e9:.1f}".replace(".", ",").removesuffix(",0")
    return f"„{name}“ braucht zum Lesen mehr als {gigabytes} GB Arbeitsspeicher; bitte die Datei aufteilen."


def _duration(seconds: float) -> str:
    """Seconds for a sentence: "60 Sekunden", "120 Minuten"."""
    return f"{round(seconds / 60)} Minuten" if seconds > 120 else f"{seconds:g} Sekunden".replace(".", ",")


def _for_file(on_page: OnFilePage, path: Path) -> OnPage:
    def hear_page(done: int, of: int, /) -> None:
        on_page(path, done, of)

    return hear_page


def _outcome(path: Path, future: Future[list[ReadDocument]]) -> tuple[Path, list[ReadDocument] | UnreadableFileError]:
    try:
        return path, future.result()
    except UnreadableFileError as error:
        return path, error


def _import_path() -> str:
    """Where this process finds modules, for the other one; as the standard library's spawned processes get it."""
    return json.dumps([str(Path.cwd()) if entry == "" else entry for entry in sys.path])


def _own_folder() -> tuple[Path, int]:
    """A folder for temporary files with the lock that marks it as in use.

    Folders of runs that were killed have lost their locks with them; they are removed here.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with suppress(OSError):  # somebody else's, in use, or gone meanwhile
            _remove_stale(folder)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _remove_stale(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        status = os.fstat(lock)
        if status.st_uid == os.getuid() and time.time() - status.st_mtime > _STALE_SECONDS:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    finally:
        os.close(lock)
