"""Reads thousands of pages in one run: speed from beginning to end, and memory.

``python -m benchmarks.scale [--pages 10000] [--per-file 50]`` sets German council prose as PDF files, reads them into a
new data directory in one run, and prints for each tenth of the run its pages per second and the memory of all processes
together. The second run must embed nothing. Exit code 1 if memory went beyond 2 GB or the last tenth was slower than
the first by more than a quarter.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from corpus.embedding import open_embedding
from corpus.settings import Settings
from ingest.pipeline import Ingestor
from ingest.report import Progress

SOURCE = Path("corpus/akten/kommunales-integrationszentrum/beispiele/quellen/konzeption.md")
WORDS_A_PAGE = 250
MOST_MEMORY = 2_000_000_000
SLOWER = 0.75


def pages_of_prose(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Pages of sentences in random order with figures of their own, so that no two are the same."""
    prose = re.sub(r"[#|*\[\]]|\^\w+", " ", SOURCE.read_text(encoding="utf-8"))
    sentences = [s.strip() for s in re.split(r"(?<=[.])\s+", prose) if 40 < len(s) < 300 and "\n\n" not in s]
    random_source = random.Random(seed)  # noqa: S311 - variety, no secrets
    for _ in range(count):
        page: list[str] = []
        while sum(len(sentence.split()) for sentence in page) < WORDS_A_PAGE:
            sentence = " ".join(random_source.choice(sentences).split())
            page.append(re.sub(r"\d+", lambda _: str(random_source.randint(2, 9999)), sentence))
        yield page


def write_pdf(path: Path, pages: list[list[str]]) -> None:
    """Set pages of sentences in paragraphs of four."""
    canvas = Canvas(str(path), pagesize=A4)
    for number, page in enumerate(pages, start=1):
        height = 780
        for start in range(0, len(page), 4):
            line = ""
            for word in " ".join(page[start : start + 4]).split():
                if len(line) + len(word) > 90:
                    canvas.drawString(70, height, line)
                    height -= 13
                    line = ""
                line = f"{line} {word}".strip()
            canvas.drawString(70, height, line)
            height -= 26
        canvas.drawCentredString(298, 40, f"- {number} -")
        canvas.showPage()
    canvas.save()


class Watch(Progress):
    """Notes time and memory whenever a document is done."""

    def __init__(self) -> None:
        self.pages = 0
        self.noted: list[tuple[float, int, int]] = [(time.monotonic(), 0, memory())]
        self.embedded = 0

    def finished(self, line: object) -> None:
        """A document is done."""
        self.pages += getattr(line, "pages", 0)
        self.embedded += getattr(line, "passages", 0)
        self.noted.append((time.monotonic(), self.pages, memory()))


def memory() -> int:
    """Resident bytes of this process and its children, memory that they share counted for each."""
    process = psutil.Process()
    total = int(process.memory_info().rss)
    for child in process.children(recursive=True):
        try:
            total += int(child.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return total


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--per-file", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "eingang"
        folder.mkdir()
        pages = list(pages_of_prose(arguments.pages))
        for start in range(0, len(pages), arguments.per_file):
            write_pdf(folder / f"{start:06}.pdf", pages[start : start + arguments.per_file])
        del pages
        settings = Settings(data=Path(root) / "daten", models=Settings().models_directory.resolve())
        embedding = open_embedding(settings)
        embedding.encode_passages(["Der Kreistag berät."] * 200)  # loading the model is no part of the run
        watch = Watch()
        Ingestor(settings, embedding, progress=watch).ingest([folder])
        speeds = _print_tenths(watch)
        again = Watch()
        started = time.monotonic()
        Ingestor(settings, embedding, progress=again).ingest([folder])
        print(f"zweiter Lauf: {time.monotonic() - started:.1f} s, {again.embedded} Passagen eingebettet")
        most = max(used for _, _, used in watch.noted)
        print(f"höchster Speicher {most / 1e6:.0f} MB; {watch.embedded} Passagen, {watch.pages} Seiten")
    return 0 if most < MOST_MEMORY and speeds[-1] >= SLOWER * speeds[0] and not again.embedded else 1


def _print_tenths(watch: Watch) -> list[float]:
    """Pages per second and the most memory in each tenth of the run."""
    speeds: list[float] = []
    last_time, last_pages, _ = watch.noted[0]
    for tenth in range(1, 11):
        wanted = watch.pages * tenth / 10
        at, done, _ = next(entry for entry in watch.noted if entry[1] >= wanted)
        used = max(m for t, _, m in watch.noted if last_time <= t <= at)
        speeds.append((done - last_pages) / max(1e-9, at - last_time))
        print(f"{done:>7} Seiten  {speeds[-1]:6.1f} Seiten/s  {used / 1e6:6.0f} MB", flush=True)
        last_time, last_pages = at, done
    return speeds


if __name__ == "__main__":
    sys.exit(main())
