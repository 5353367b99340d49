"""Nothing of what the program builds on reports home, or prepares to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

ENCODES = """
import socket
from corpus.embedding import open_embedding
from corpus.settings import Settings

def refuse(*_):
    raise AssertionError("somebody wants to talk to another machine")

socket.getaddrinfo = refuse
open_embedding(Settings()).encode_query("Wer ist zuständig?")
"""


@pytest.mark.slow
def test_the_model_runs_without_an_identifier_of_the_machine_being_made(tmp_path: Path, models_directory: Path) -> None:
    """ONNX Runtime's telemetry would leave one in the cache, with a queue of events."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    kept = {key: value for key, value in os.environ.items() if "TELEMETRY" not in key and not key.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", ENCODES],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={
            **kept,
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(ROOT),
            "AKTENKUNDIG_MODELS": str(models_directory),
        },
    )
    assert done.returncode == 0, done.stderr
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_runtime_is_loaded_in_one_place_only() -> None:
    loading = re.compile(r"^\s*(?:import onnxruntime|from onnxruntime)", re.MULTILINE)
    files = [path for package in ("corpus", "ingest", "assistant", "eval") for path in (ROOT / package).rglob("*.py")]
    found = {path.relative_to(ROOT).as_posix() for path in files if loading.search(path.read_text(encoding="utf-8"))}
    assert found == {"corpus/embedding/runtime.py"}
