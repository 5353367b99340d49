"""A language model in a GGUF file, served by llama.cpp in a process of its own.

The process listens on this machine only, on a free port, and answers only who has its random key. It is a process of
its own because llama.cpp is in C++: what fells it must not fell the web chat, and its memory goes when it ends.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock
from typing import IO, TYPE_CHECKING, Final

from pydantic import SecretStr

from assistant.writing.servers import Address
from corpus.errors import LanguageModelError

if TYPE_CHECKING:
    from xllamacpp import CommonParams

_LOG: Final = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.1
_START_SECONDS: Final = 300.0
"""How long loading may take: a large file comes from a slow disk."""
_STARTS: Final = 2
"""What has died a second time would go on dying."""
_BATCH: Final = 256
"""Tokens of a question that are read in one go."""
_LAST_MESSAGES: Final = 4_000


class LocalServer:
    """The process for a GGUF ``file``, seen from us; it starts when it is first needed and ends with :meth:`close`."""

    def __init__(self, file: Path, name: str, context: int, at_once: int) -> None:
        self._file = file
        self._name = name
        self._context = context
        self._at_once = at_once
        self._key = SecretStr(secrets.token_urlsafe(32))
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: IO[bytes] | None = None
        self._address: Address | None = None
        self._starts = 0
        self._closed = False

    def address(self, watch: Callable[[], None]) -> Address:
        """Where it listens, once the model is loaded; what ``watch`` raises meanwhile ends only the waiting.

        Raises :class:`LanguageModelError` if xllamacpp is missing, the file does not load, or the process keeps dying.
        """
        with self._held(watch):
            if self._closed:
                raise LanguageModelError(f"Das Sprachmodell „{self._name}“ ist beendet.")
            if self._process is None or self._process.poll() is not None:
                self._start()
            if self._address is None:
                self._address = Address(f"http://127.0.0.1:{self._port(watch)}/v1", self._key)
            return self._address

    @property
    def died(self) -> bool:
        """Whether it was started and is gone."""
        process = self._process
        return process is not None and process.poll() is not None

    def close(self) -> None:
        """End the process; whoever waits for it gets an error."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()  # it has nothing to save
        with self._lock:
            self._discard()

    @contextmanager
    def _held(self, watch: Callable[[], None]) -> Iterator[None]:
        while not self._lock.acquire(timeout=_LOOK_SECONDS):
            watch()
        try:
            yield
        finally:
            self._lock.release()

    def _start(self) -> None:
        if find_spec("xllamacpp") is None:
            raise LanguageModelError(
                "Für ein Sprachmodell als GGUF-Datei fehlt xllamacpp; bitte „pip install aktenkundig[gguf]“ ausführen."
            )
        if self._starts == _STARTS:
            raise LanguageModelError(
                f"Das Sprachmodell „{self._name}“ läuft nicht: Es ist wiederholt abgestürzt, vielleicht aus Mangel an "
                "Arbeitsspeicher; bitte ein kleineres wählen oder aktenkundig neu starten."
            )
        if self._process is not None:
            _LOG.warning("the language model ended with %s:\n%s", self._process.returncode, self._last_messages())
        self._discard()
        self._starts += 1
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.writing.local_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            start_new_session=True,  # Ctrl-C is for us
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
        )
        order = {
            "file": str(self._file.absolute()),
            "name": self._name,
            "context": self._context,
            "at_once": self._at_once,
            "key": self._key.get_secret_value(),  # not on the command line, which every user of the machine can see
        }
        assert self._process.stdin is not None  # noqa: S101 - for mypy; it is a pipe
        with suppress(BrokenPipeError):  # that it is gone is seen when its answer is read
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()

    def _port(self, watch: Callable[[], None]) -> int:
        """Wait until the process says where it listens."""
        process = self._process
        assert process is not None  # noqa: S101 - for mypy; it was started above
        assert process.stdout is not None  # noqa: S101 - for mypy; it is a pipe
        end = time.monotonic() + _START_SECONDS
        while not select.select([process.stdout], [], [], _LOOK_SECONDS)[0]:
            watch()
            if time.monotonic() > end:
                process.kill()
                raise LanguageModelError(f"Das Sprachmodell „{self._name}“ ließ sich nicht rechtzeitig laden.")
        line = process.stdout.readline()
        if line:
            port: int = json.loads(line)["port"]
            return port
        process.wait()
        _LOG.warning("the language model does not start (%s):\n%s", process.returncode, self._last_messages())
        raise LanguageModelError(
            f"Das Sprachmodell „{self._file.name}“ ließ sich nicht laden; bitte prüfen, ob es eine ganze GGUF-Datei "
            "ist und der Arbeitsspeicher reicht."
        )

    def _last_messages(self) -> str:
        if self._messages is None:
            return ""
        size = self._messages.seek(0, os.SEEK_END)
        self._messages.seek(max(0, size - _LAST_MESSAGES))
        return self._messages.read().decode("utf-8", errors="replace")

    def _discard(self) -> None:
        """Leave no process and no open file of an earlier start."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        if self._messages is not None:
            self._messages.close()
        self._process = self._messages = self._address = None


def main() -> None:
    """The inside of the process: read the order, load the model, say where it listens, and serve until killed."""
    order = json.loads(sys.stdin.buffer.readline())
    _die_with_parent(sys.stdin.fileno())
    # Only we write to the parent: what llama.cpp prints goes where its messages go.
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    import xllamacpp

    server = xllamacpp.Server(_parameters(order))
    answer.write(json.dumps({"port": int(server.listening_address.rpartition(":")[2])}).encode() + b"\n")
    answer.flush()
    Event().wait()


def _parameters(order: dict[str, object]) -> CommonParams:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = order["file"]
    parameters.model_alias = {order["name"]}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # a free one
    parameters.api_keys = [order["key"]]
    at_once, context = order["at_once"], order["context"]
    assert isinstance(at_once, int)  # noqa: S101 - for mypy; our own order
    assert isinstance(context, int)  # noqa: S101 - likewise
    parameters.n_parallel = at_once
    parameters.n_ctx = context * at_once  # each request gets its part
    # Between two batches it notices that nobody waits any more, and serves the others.
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.cache_ram_mib = 0  # otherwise up to 8 GB of earlier prompts are kept
    # Its threads wait for each other: more than there are free cores slow everything down by an order of magnitude.
    threads = max(1, len(os.sched_getaffinity(0)) - 1)
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.offline = True  # never fetch anything
    parameters.ui = False
    parameters.endpoint_slots = False  # shows what others ask
    parameters.cors_origins = ""  # no web page asks it
    parameters.verbosity = 1  # errors only
    return parameters


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel kill this process as soon as the parent is gone, however it went.

    Nobody writes to the lifeline any more, so that the only event on it is the end of the parent (fcntl(2):
    ``F_SETSIG``). ``PR_SET_PDEATHSIG`` would do it when the parent's *thread* ends that happened to ask first.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:  # gone before the kernel was told
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
