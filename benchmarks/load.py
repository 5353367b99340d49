"""What many people at once have to wait for, and how soon the page stands: on a really running web chat.

    python -m benchmarks.load [--people 30] [--rounds 3] [--data DIRECTORY]

Reads ``corpus/akten`` into a temporary data directory (or takes one that is there), starts ``aktenkundig serve``, and
lets that many people ask at the same moment, each another question of ``eval/fragen``; several rounds, each with other
questions. Prints errors, median, 95th percentile (nearest rank) and the longest wait, and the
server's memory. Then it opens the page five times in headless Chromium, each time with an empty cache, until it takes
questions. Playwright comes with the test tools.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from time import perf_counter

import httpx

from corpus.embedding import open_embedding
from corpus.settings import load_settings
from eval.packaged import AKTE, AKTEN, VORLAGE
from eval.questions import load_questions
from eval.statistics import percentile
from ingest.pipeline import Ingestor

PAGE_LOADS = 5
PATIENCE_SECONDS = 120


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line per figure; exit code 1 if anybody got an error."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="an ingested data directory")
    options = parser.parse_args(arguments)
    questions = [
        question.question
        for file in (VORLAGE.file, AKTE.file)
        for question in load_questions(file)
        if not question.history
    ]
    failed = 0
    with (
        tempfile.TemporaryDirectory() as directory,
        running(options.data or ingested(Path(directory))) as (
            address,
            process,
        ),
    ):
        idle, _ = memory(process)
        httpx.post(f"{address}/api/v1/ask", json={"question": questions[-1]}, timeout=PATIENCE_SECONDS)
        for number in range(options.rounds):
            asked = [questions[(number * options.people + person) % len(questions)] for person in range(options.people)]
            waits, errors = crowd(address, asked)
            failed += errors
            print(
                f"round {number + 1}: {options.people} people at once, {errors} errors, "
                f"p50 {statistics.median(waits):.1f} s, p95 {percentile(waits, 0.95):.1f} s, "
                f"longest {max(waits):.1f} s ({os.cpu_count()} cores)"
            )
        now, most = memory(process)
        print(f"memory of the server: {idle} MB at the start, {now} MB now, {most} MB at most")
        loads = page_loads(address)
    if loads:
        print(
            f"page: median {statistics.median(loads):.2f} s, longest {max(loads):.2f} s "
            f"({PAGE_LOADS} loads, empty cache)"
        )
    else:
        print("page: not measured, there is no Chromium or no Playwright")
    return 1 if failed else 0


def ingested(directory: Path) -> Path:
    """A data directory with the Akten that come with the program."""
    base = load_settings()
    settings = base.model_copy(update={"data": directory, "models": base.models_directory.resolve()})
    Ingestor(settings, open_embedding(settings)).ingest([AKTEN])
    return directory


@contextmanager
def running(data: Path) -> Iterator[tuple[str, int]]:
    """The address of a web chat over a data directory, and the id of its process."""
    models = load_settings().models_directory.resolve()
    server = subprocess.Popen(
        [sys.executable, "-m", "corpus.command_line", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "AKTENKUNDIG_DATA": str(data.resolve()), "AKTENKUNDIG_MODELS": str(models)},
    )
    try:
        if server.stdout is None:
            raise RuntimeError("the server's output is not read")
        for line in server.stdout:
            if found := re.search(r"http://\S+:(\d+)", line):
                yield f"http://127.0.0.1:{found[1]}", server.pid
                break
        else:
            raise RuntimeError("the web chat did not start")
    finally:
        server.terminate()
        server.wait(timeout=30)


def memory(process: int) -> tuple[int, int]:
    """Megabytes of a process in memory: now, and at most so far (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    now, most = (int(re.findall(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[0]) for name in ("VmRSS", "VmHWM"))
    return now * 1024 // 1_000_000, most * 1024 // 1_000_000


def crowd(address: str, questions: Sequence[str]) -> tuple[list[float], int]:
    """Seconds that each of these people waits who ask at the same moment, and how many got no answer."""
    start = Barrier(len(questions))

    def ask(question: str) -> tuple[float, bool]:
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:
            start.wait()
            began = perf_counter()
            response = client.post(f"{address}/api/v1/ask", json={"question": question})
            return perf_counter() - began, response.status_code == 200

    with ThreadPoolExecutor(len(questions)) as people:
        answers = list(people.map(ask, questions))
    return [seconds for seconds, _ in answers], sum(not answered for _, answered in answers)


def page_loads(address: str) -> list[float]:
    """Seconds from opening the page until it takes questions, once for each visitor; none without a browser."""
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if browser_path is None:
        return []
    loads = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(PAGE_LOADS):
            context = browser.new_context(locale="de-DE")
            page = context.new_page()
            began = perf_counter()
            page.goto(address)
            page.wait_for_selector("body[data-bereit] #frage textarea", timeout=PATIENCE_SECONDS * 1000)
            loads.append(perf_counter() - began)
            context.close()
        browser.close()
    return loads


if __name__ == "__main__":
    sys.exit(main())
