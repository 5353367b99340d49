"""Tries bad input on everything that takes some, and prints what became of it.

``python -m benchmarks.fuzzing [--inputs N] [--seed S] [--only PART…] [--failures FOLDER]``; ``--again FILE`` tries one
kept input once more. Exit code 1 if one input hung, crashed or ended as anything but a result or a German sentence.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.fuzzing.council import Servers, Values
from benchmarks.fuzzing.files import Readers
from benchmarks.fuzzing.harness import Outcome, Target, attempt, fuzz
from benchmarks.fuzzing.parsers import Drafts, Questions, Register, SettingsFile

IN_PROCESS: dict[str, tuple[Callable[[Path], Target], float]] = {
    "register": (Register, 0.12),
    "settings": (SettingsFile, 0.12),
    "questions": (Questions, 0.24),
    "drafts": (Drafts, 0.12),
    "values": (Values, 0.22),
    "oparl": (Servers, 0.02),
    "readers": (Readers, 0.06),
}
"""The targets, and their shares of all inputs: those that take longest get fewest."""
API_SHARE = 0.10


def main() -> int:
    """Fuzz, print, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, metavar="N", help="inputs of all parts together")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same inputs")
    parser.add_argument("--only", nargs="+", default=[*IN_PROCESS, "api"], choices=[*IN_PROCESS, "api"])
    parser.add_argument("--failures", type=Path, default=Path("data/fuzzing"), help="where inputs that fail are kept")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try this kept input once more")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        if options.again is not None:
            outcomes = [again(options.again, Path(folder), options.failures)]
        else:
            outcomes = run(options.only, options.inputs, options.seed, Path(folder), options.failures)
    total, seconds = sum(one.inputs for one in outcomes), sum(one.seconds for one in outcomes)
    failures = [failure for one in outcomes for failure in one.failures]
    print(f"{total:,} inputs in {seconds:.0f} s, {len(failures)} failures")
    return 1 if failures else 0


def run(names: list[str], inputs: int, seed: int, folder: Path, failures: Path) -> list[Outcome]:
    """Each part gets its share of the inputs."""
    shares = {name: IN_PROCESS[name][1] if name in IN_PROCESS else API_SHARE for name in names}
    outcomes: list[Outcome] = []
    for name, share in shares.items():
        count = max(1, round(inputs * share / sum(shares.values())))
        place = folder / name
        place.mkdir()
        if name == "api":
            from benchmarks.fuzzing.server import fuzz_api

            outcomes += fuzz_api(count, seed, place, failures, tell)
            continue
        target = IN_PROCESS[name][0](place)
        outcome = fuzz(target, count, seed, failures)
        close = getattr(target, "close", None)
        if close is not None:
            close()
        tell(outcome)
        outcomes.append(outcome)
    return outcomes


def again(path: Path, folder: Path, failures: Path) -> Outcome:
    """Try one kept input; the part that it is for stands in its name."""
    target = IN_PROCESS[path.name.partition("-")[0]][0](folder)
    outcome, began = Outcome(target.name), time.monotonic()
    attempt(target, path.read_bytes(), outcome, failures)
    outcome.seconds = time.monotonic() - began
    tell(outcome)
    return outcome


def tell(outcome: Outcome) -> None:
    """Print one part's figures, and what failed."""
    rate = outcome.inputs / outcome.seconds if outcome.seconds else 0.0
    slowest = ", ".join(f"{seconds:.2f} s ({name})" for seconds, name in outcome.slowest)
    print(
        f"{outcome.name:10} {outcome.inputs:7,} inputs, {outcome.read:7,} read, {outcome.refused:7,} refused, "
        f"{len(outcome.failures)} failed, {rate:7.1f} a second; slowest: {slowest}",
        flush=True,
    )
    for failure in outcome.failures[:20]:
        print(f"  {failure.path}\n    " + failure.trace.strip().replace("\n", "\n    "), flush=True)


if __name__ == "__main__":
    sys.exit(main())
