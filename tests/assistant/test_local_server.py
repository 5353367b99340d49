"""A GGUF file is served by a process of its own, which starts late, is replaced once, and never outlives us.

Most of this needs such a file: ``AKTENKUNDIG_TEST_GGUF`` names one. Without it these tests do not exist, rather than
being skipped, because with CI=true a skipped test is a failure.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from assistant.checks import check_language_model
from assistant.writing.connection import LanguageModel, LanguageModelError, Message, open_language_model
from assistant.writing.local_server import LocalServer
from corpus.settings import Settings
from tests.conftest import ROOT

QUESTION = [Message("user", "Wie heißt die Hauptstadt von Deutschland? Antworte in einem kurzen deutschen Satz.")]
GGUF = os.environ.pop("AKTENKUNDIG_TEST_GGUF", None)  # it is not a setting, so no settings may see it
PATIENCE = {"language_model_first_seconds": 300, "language_model_seconds": 600}


def unwatched() -> None:
    """Does not leave."""


def opened(file: Path) -> LanguageModel:
    settings = Settings(language_model="gguf", language_model_file=file, language_model_context=1024, **PATIENCE)
    model = open_language_model(settings)
    assert model is not None
    return model


def asked(model: LanguageModel, watch: Callable[[], None] = unwatched) -> str:
    return "".join(model.stream(QUESTION, most_tokens=60, watch=watch))


def local(model: LanguageModel) -> LocalServer:
    assert isinstance(model._place, LocalServer)
    return model._place


def process(model: LanguageModel) -> psutil.Process:
    started = local(model)._process
    assert started is not None
    return psutil.Process(started.pid)


def gone(child: psutil.Process) -> bool:
    """Whether it has ended within a few seconds."""
    end = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
        time.sleep(0.05)
    return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    (tmp_path / "modell.gguf").write_bytes(b"GGUF")
    model = opened(tmp_path / "modell.gguf")
    with pytest.raises(LanguageModelError, match=r"pip install aktenkundig\[gguf\]"):
        asked(model)
    model.close()


ORPHAN = """
import os, signal, sys
from pathlib import Path
from assistant.writing.local_server import LocalServer
server = LocalServer(Path(sys.argv[1]), "probe", 1024, 1)
server.address(lambda: None)
print(server._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

if GGUF is not None:
    FILE = Path(GGUF)

    @pytest.fixture(scope="module")
    def model() -> Iterator[LanguageModel]:
        """One that has answered."""
        model = opened(FILE)
        assert local(model)._process is None, "it starts with the first request"
        yield model
        model.close()

    @pytest.mark.slow
    def test_it_answers_in_german(model: LanguageModel) -> None:
        assert "Berlin" in asked(model)
        assert model.name == FILE.stem

    @pytest.mark.slow
    def test_it_answers_only_who_has_the_key_and_only_here(model: LanguageModel) -> None:
        address = local(model).address(unwatched)
        question = {"model": model.name, "messages": [{"role": "user", "content": "Hallo"}]}
        with httpx.Client(trust_env=False) as client:
            assert client.post(f"{address.url}/chat/completions", json=question).status_code == 401
        listening = [c.laddr.ip for c in process(model).net_connections() if c.status == psutil.CONN_LISTEN]
        assert listening == ["127.0.0.1"]
        assert address.key is not None
        assert address.key.get_secret_value() not in " ".join(process(model).cmdline())

    @pytest.mark.slow
    def test_what_has_died_is_started_again_but_not_for_ever(model: LanguageModel) -> None:
        first = process(model)
        first.kill()
        assert "Berlin" in asked(model)
        second = process(model)
        assert second.pid != first.pid

        def kill() -> None:
            if second.is_running():
                second.kill()

        with pytest.raises(LanguageModelError, match="wiederholt abgestürzt"):
            asked(model, watch=kill)

    @pytest.mark.slow
    def test_it_ends_when_it_is_closed() -> None:
        model = opened(FILE)
        local(model).address(unwatched)
        child = process(model)
        model.close()
        assert gone(child)
        with pytest.raises(LanguageModelError, match="beendet"):
            asked(model)

    @pytest.mark.slow
    def test_it_ends_with_its_parent() -> None:
        parent = subprocess.run(
            [sys.executable, "-c", ORPHAN, str(FILE)],
            stdout=subprocess.PIPE,
            check=False,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert parent.returncode == -signal.SIGKILL
        pid = int(parent.stdout)
        assert not psutil.pid_exists(pid) or gone(psutil.Process(pid))

    @pytest.mark.slow
    def test_a_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
        (tmp_path / "kaputt.gguf").write_bytes(FILE.read_bytes()[:100_000])
        model = opened(tmp_path / "kaputt.gguf")
        with pytest.raises(LanguageModelError, match="ließ sich nicht laden"):
            asked(model)
        model.close()

    @pytest.mark.slow
    def test_doctor_tries_it() -> None:
        settings = Settings(language_model="gguf", language_model_file=FILE, language_model_context=1024, **PATIENCE)
        findings = check_language_model(settings)
        assert all(good for good, _ in findings), findings
        print(*findings, sep="\n")  # noqa: T201 - shown with -s: how fast it is here
