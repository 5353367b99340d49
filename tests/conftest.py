"""What the tests share: one converted model, one really ingested Akte, one really running web chat."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from corpus.settings import Settings

ROOT = Path(__file__).parent.parent
AKTEN = ROOT / "corpus" / "akten"
QUESTION = "Wie viele Kreise und kreisfreie Städte in NRW haben schon ein Integrationszentrum?"
"""Answered on page 2 of the Vorlage."""
STAFF_KEY = "nur-fuer-Tests-und-lang-genug"
VORLAGE = AKTEN / "kommunales-integrationszentrum" / "vorlage.pdf"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:  # noqa: ANN401 - untyped library
    """Spread over several processes, the fast and the slow tests of a file stay together, as the servers they share do.

    ``--dist=loadfile`` would mix them, and ``--dist=loadgroup`` does nothing with pytest 9.
    """
    from tests.spreading import FilesInOrder

    return FilesInOrder(config, log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:  # noqa: ARG001 - pytest's form
    """With CI=true a skipped test is a failure: what it needs must be installed there."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy's result
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although CI=true: {report.longrepr}"


@contextmanager
def once_for_all(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """A directory for all processes of this run of the tests, and whether it is for the caller to fill it.

    The others wait until it is filled. After a failure the next one tries again.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    directory, filled = shared / name, shared / f"{name}.fertig"
    with FileLock(shared / f"{name}.lock"):
        directory.mkdir(exist_ok=True)
        yield directory, not filled.exists()
        filled.touch()


@pytest.fixture(scope="session")
def models_directory() -> Path:
    """Where converted models lie; kept between runs, because converting takes seconds."""
    directory = ROOT / ".cache" / "modelle"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Finished]


@pytest.fixture(scope="session")
def clean_environment(models_directory: Path) -> dict[str, str]:
    """The environment of commands that tests start: no settings of the machine's, the shared models."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AKTENKUNDIG_")}
    return {**kept, "AKTENKUNDIG_MODELS": str(models_directory), "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def run(clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run ``aktenkundig`` with these words in a process of its own."""
    elsewhere = tmp_path_factory.mktemp("arbeitsverzeichnis")

    def run_words(
        *words: str, data: Path, cwd: Path | None = None, patience: float = 300, **environment: str
    ) -> Finished:
        done = subprocess.run(
            command(words),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=patience,
            check=False,
            cwd=cwd or elsewhere,
            env={**clean_environment, "AKTENKUNDIG_DATA": str(data), **environment},
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run_words


def command(words: Sequence[str]) -> list[str]:
    """The command line of ``aktenkundig`` with the interpreter that runs the tests."""
    return [sys.executable, "-c", "import sys; from corpus.command_line import main; sys.exit(main())", *words]


@pytest.fixture(scope="session")
def akte_data(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory into which ``corpus/akten`` has been ingested; tests only read it."""
    with once_for_all(tmp_path_factory, "akte") as (directory, is_first):
        data = directory / "daten"
        if is_first:
            done = run("ingest", str(AKTEN), data=data)
            assert done.code == 0, done.err
    return data


@pytest.fixture(scope="session")
def akte_settings(akte_data: Path, models_directory: Path) -> Settings:
    """Settings for the ingested Akte, its example documents left out: only the real Vorlage answers."""
    return Settings(data=akte_data, models=models_directory, examples=False)


@pytest.fixture(scope="session")
def whole_akte_settings(akte_data: Path, models_directory: Path) -> Settings:
    """Settings for the ingested Akte with its example documents."""
    return Settings(data=akte_data, models=models_directory)


@contextmanager
def serving(data: Path, environment: dict[str, str], cwd: Path) -> Iterator[str]:
    """The address of a really running web chat over a data directory."""
    server = subprocess.Popen(
        command(["serve", "--port", "0"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**environment, "AKTENKUNDIG_DATA": str(data)},
    )
    assert server.stdout is not None
    lines: list[str] = []
    drains: list[threading.Thread] = []
    stopper = threading.Timer(120, server.kill)
    stopper.start()
    try:
        for line in server.stdout:
            lines.append(line)
            if found := re.search(r"http://\S+:(\d+)", line):
                # Somebody must read what the server writes, or it would block once the pipe is full.
                drains.append(threading.Thread(target=server.stdout.read, daemon=True))
                drains[-1].start()
                stopper.cancel()
                address = f"http://127.0.0.1:{found.group(1)}"
                # A page that cannot be served fails here at once, and not in every test after a minute's waiting.
                assert httpx.get(address, timeout=60).status_code == 200
                yield address
                break
        else:
            pytest.fail("the web chat did not start: " + "".join(lines))
    finally:
        stopper.cancel()
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        for thread in drains:
            thread.join(timeout=5)
        server.stdout.close()


@pytest.fixture(scope="session")
def web_address(
    akte_data: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a really running web chat over the ingested Akte."""
    with serving(akte_data, clean_environment, tmp_path_factory.mktemp("server")) as address:
        yield address


def finished(staff: httpx.Client, response: httpx.Response) -> dict[str, Any]:
    """The change to the documents that a request began, once it is over."""
    assert response.status_code == 202, response.text
    address = response.request.url.join(f"/api/v1/staff/changes/{response.json()['key']}")
    for _ in range(1200):
        change: dict[str, Any] = staff.get(address).json()
        if change["state"] in ("done", "failed"):
            return change
        time.sleep(0.1)
    pytest.fail("the change does not end")


@pytest.fixture(scope="session")
def staff_data(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one public document, which tests of staff work change."""
    folder = tmp_path_factory.mktemp("verwaltung")
    (folder / "notiz.txt").write_text("Der Neubau der Turnhalle kostet 2,4 Mio. €.", encoding="utf-8")
    done = run("ingest", str(folder / "notiz.txt"), data=folder / "daten", AKTENKUNDIG_DEFAULT_VISIBILITY="public")
    assert done.code == 0, done.err
    return folder / "daten"


@pytest.fixture(scope="session")
def staff_address(
    staff_data: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a web chat over it in which staff may work."""
    environment = {**clean_environment, "AKTENKUNDIG_STAFF_KEY": STAFF_KEY, "AKTENKUNDIG_UPLOAD_LIMIT_MB": "2"}
    with serving(staff_data, environment, tmp_path_factory.mktemp("server")) as served:
        yield served
