"""A small Bestand, and web chats over it whose log, figures and signals a test has in its hands."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import VORLAGE, Run, command

START_SECONDS = 240


@dataclass
class Operated:
    """A running web chat. ``log`` grows while it runs."""

    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines of the log, all of which must be JSON."""
        lines = list(self.log)
        if any(not line.startswith("{") for line in lines):
            pytest.fail("not all of the log is JSON:\n" + "\n".join(lines))
        return [json.loads(line) for line in lines]

    def event(self, name: str, patience: float = 20) -> dict[str, Any]:
        """The first event of this name; waits for it."""
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            for event in self.events:
                if event["event"] == name:
                    return event
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail(f"no event {name!r}:\n" + "\n".join(self.log))

    @property
    def address(self) -> str:
        """Where the web chat answers."""
        return str(self.event("started")["address"]).replace("localhost", "127.0.0.1")

    @property
    def metrics_address(self) -> str:
        """Where its figures are."""
        return f"http://127.0.0.1:{self.event('figures')['port']}/metrics"

    def end(self, patience: float) -> int:
        """Ask it to end, as service managers do; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)


Operate = Callable[..., Any]


@contextmanager
def operated(data: Path, environment: dict[str, str], cwd: Path, **settings: object) -> Iterator[Operated]:
    """A really running web chat that logs in JSON, with these settings."""
    process = subprocess.Popen(
        command(["serve", "--port", "0"]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={
            **environment,
            "AKTENKUNDIG_DATA": str(data),
            "AKTENKUNDIG_LOG_FORMAT": "json",
            **{f"AKTENKUNDIG_{name.upper()}": str(value) for name, value in settings.items()},
        },
    )
    running = Operated(process)
    stream = process.stderr
    assert stream is not None

    def drain() -> None:
        for line in stream:
            running.log.append(line.rstrip("\n"))

    reader = threading.Thread(target=drain, daemon=True)
    reader.start()
    try:
        running.event("started", START_SECONDS)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(timeout=5)
        stream.close()


@pytest.fixture(scope="session")
def vorlage_data(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the Vorlage only, which anybody may see."""
    data = tmp_path_factory.mktemp("betrieb") / "daten"
    done = run("ingest", str(VORLAGE), data=data, AKTENKUNDIG_DEFAULT_VISIBILITY="public")
    assert done.code == 0, done.err
    return data


@pytest.fixture(scope="session")
def server(
    vorlage_data: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Operated]:
    """A web chat over it, with figures."""
    folder = tmp_path_factory.mktemp("server")
    with operated(vorlage_data, clean_environment, folder, metrics_port=0) as running:
        yield running
