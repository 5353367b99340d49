"""Runs one input after the other: each must end as a result or as one German sentence, in its time."""

from __future__ import annotations

import hashlib
import random
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from benchmarks.fuzzing.mutation import Mutator
from corpus.errors import AktenkundigError

SLOWEST = 3
_LONGEST_SENTENCE = 2_000


class Target(Protocol):
    """What is fuzzed. An input is bytes, so that it can be kept in a file and tried again."""

    name: str
    seconds: float
    """Of the processor's time in this process that one input may take."""

    def make(self, mutator: Mutator) -> bytes:
        """A new input."""
        ...

    def run(self, data: bytes) -> None:
        """Work on it. Raises :class:`AktenkundigError` where it is refused; any other exception is a failure."""
        ...


class TooSlowError(Exception):
    """An input that took longer than it may."""


@dataclass(frozen=True, slots=True)
class Failure:
    """``trace`` tells what went wrong, ``path`` where the input lies."""

    target: str
    trace: str
    path: Path


@dataclass
class Outcome:
    """What became of one target's inputs."""

    name: str
    read: int = 0
    refused: int = 0
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0
    slowest: list[tuple[float, str]] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        """How many there were."""
        return self.read + self.refused + len(self.failures)


def fuzz(target: Target, inputs: int, seed: int, failures: Path) -> Outcome:
    """Try so many inputs; those that fail are kept in the folder ``failures``. The same seed gives the same inputs."""
    source = random.Random(f"{target.name} {seed}")  # noqa: S311 - bad input, no secrets
    mutator, outcome = Mutator(source), Outcome(target.name)
    began = time.monotonic()
    for _ in range(inputs):
        attempt(target, target.make(mutator), outcome, failures)
    outcome.seconds = time.monotonic() - began
    return outcome


def attempt(target: Target, data: bytes, outcome: Outcome, failures: Path) -> None:
    """Try one input."""
    started = time.perf_counter()
    try:
        with limited(target.seconds):
            target.run(data)
        outcome.read += 1
    except AktenkundigError as error:
        complaint = _complaint(str(error))
        if complaint:
            _keep(target, data, f"{complaint}: {error!r}", outcome, failures)
        else:
            outcome.refused += 1
    except Exception:  # noqa: BLE001 - that is what is looked for
        _keep(target, data, traceback.format_exc(limit=-6), outcome, failures)
    seconds = time.perf_counter() - started
    outcome.slowest = sorted([*outcome.slowest, (seconds, _name(target, data))], reverse=True)[:SLOWEST]


def _complaint(sentence: str) -> str:
    """What is wrong with a sentence that somebody has to read."""
    if "\n" in sentence or "\r" in sentence:
        return "the reason has several lines"
    if not sentence.endswith((".", "!")):
        return "the reason is no sentence"
    return "the reason is too long" if len(sentence) > _LONGEST_SENTENCE else ""


def _name(target: Target, data: bytes) -> str:
    return f"{target.name}-{hashlib.sha256(data).hexdigest()[:12]}"


def _keep(target: Target, data: bytes, trace: str, outcome: Outcome, failures: Path) -> None:
    failures.mkdir(parents=True, exist_ok=True)
    path = failures / _name(target, data)
    path.write_bytes(data)
    outcome.failures.append(Failure(target.name, trace, path))


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise :class:`TooSlowError` in what takes more of the processor's time, also in the middle of an expression."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
