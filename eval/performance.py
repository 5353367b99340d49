"""Cold start and memory: ``aktenkundig ask`` in processes of its own, as somebody at a terminal starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from time import perf_counter
from typing import Final

from corpus.settings import PREFIX, Settings
from eval.evaluation import Performance

QUESTION: Final = "Wie viele Kreise und kreisfreie Städte in NRW haben schon ein Integrationszentrum?"
_PROGRAM: Final = """
import sys
from pathlib import Path
from corpus.command_line import main
code = main()
print(Path("/proc/self/status").read_text(), file=sys.stderr)
sys.exit(code)
"""
"""The process tells its own peak: what the system reports of a child may be the peak of the parent that it was forked
from."""
_PEAK: Final = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)
_KIB_PER_MB: Final = 1000 * 1000 / 1024


def measure(settings: Settings, *, runs: int = 3, question: str = QUESTION) -> Performance:
    """Ask ``question`` in ``runs`` new processes: seconds from start to end of each, and the most memory of any (MB).

    The first one also finds files that are not in the system's cache yet. Raises ``RuntimeError`` if a process fails.
    """
    seconds: list[float] = []
    peak = 0.0
    for _ in range(runs):
        started = perf_counter()
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", _PROGRAM, "ask", question, "--json"],
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, **_as_environment(settings)},
        )
        seconds.append(round(perf_counter() - started, 3))
        found = _PEAK.search(done.stderr)
        if done.returncode or found is None:
            raise RuntimeError(f"ask ended with exit code {done.returncode}: {done.stderr[-500:]}")
        peak = max(peak, int(found[1]) / _KIB_PER_MB)
    return Performance(seconds, round(peak, 1))


def _as_environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, which win over a settings file; without a language model.

    How long that takes to load is not what is asked for here, and its key must not be written down.
    """
    given = settings.model_dump(mode="json", exclude_none=True)
    given = {name: value for name, value in given.items() if not name.startswith("language_model")}
    given["language_model"] = "none"
    return {
        f"{PREFIX}{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
    }
