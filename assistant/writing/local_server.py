"""A GGUF file served in a process of its own: its memory and its faults are not ours, and it ends with us.

``python -m assistant.writing.local_server`` is that process. It speaks OpenAI's protocol on 127.0.0.1 behind a key that
is made anew each time.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from typing import IO, Final

from corpus.settings import Settings

_START_SECONDS: Final = 120
_READY: Final = "bereit "
_KEY_BYTES: Final = 24


class LocalServer:
    """Starts the process when it is first needed, and again if it has ended."""

    def __init__(self, file: Path, settings: Settings) -> None:
        self._file, self._context = file, settings.language_model_context
        self._at_once = settings.language_model_at_once
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._address, self._key = "", ""

    def running(self) -> tuple[str, str]:
        """Address and key of the running server. Raises :class:`LanguageModelError` if it does not start."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._address, self._key

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is None:
                return
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _start(self) -> None:
        from assistant.writing.connection import LanguageModelError

        if not self._file.is_file():
            raise LanguageModelError(f"Die Modelldatei „{self._file.name}“ gibt es nicht; bitte „language_model_file“ prüfen.")
        self._key = secrets.token_urlsafe(_KEY_BYTES)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "assistant.writing.local_server", str(self._file)),
                *("--context", str(self._context), "--at-once", str(self._at_once)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open("/tmp/w/srv.err","a"),
            text=True,
            encoding="utf-8",
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise LanguageModelError("Das Sprachmodell lässt sich nicht starten.")
        # Over standard input: what stands on the command line, everybody on the machine can read.
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{self._key}\n")
            self._process.stdin.flush()
        said: Queue[str] = Queue()
        Thread(target=_listen, args=(self._process.stdout, said), daemon=True).start()
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                line = said.get(timeout=0.2)
            except Empty:
                if self._process.poll() is not None:
                    break
                continue
            if line.startswith(_READY):
                self._address = f"{line.removeprefix(_READY).strip()}/v1"
                return
            if line.startswith("Fehler: "):
                raise LanguageModelError(line.removeprefix("Fehler: ").strip())
        self._process.kill()
        self._process.wait()
        raise LanguageModelError(f"Das Sprachmodell aus „{self._file.name}“ lässt sich nicht starten; ist es eine GGUF-Datei?")


def _listen(lines: IO[str], said: Queue[str]) -> None:
    for line in lines:
        said.put(line)


def main() -> int:
    """Serve until whoever started this ends, or closes standard input."""
    parser = argparse.ArgumentParser(description="Serve a GGUF file to its parent process")
    parser.add_argument("file", type=Path)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--at-once", type=int, required=True)
    options = parser.parse_args()
    key = sys.stdin.readline().strip()
    try:
        import xllamacpp
    except ImportError:
        print("Fehler: Für GGUF-Dateien fehlt ein Paket; bitte „pip install aktenkundig[gguf]“ ausführen.", flush=True)
        return 1
    params = xllamacpp.CommonParams()
    params.model.path = str(options.file)
    params.n_ctx = options.context * options.at_once  # llama.cpp shares it among the requests
    params.n_parallel = options.at_once
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.warmup = False
    server = xllamacpp.Server(params)
    print(f"{_READY}{server.listening_address}", flush=True)
    # The other end of standard input closes when the parent ends, however it does.
    while sys.stdin.readline():
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
