"""How long a fact check takes, and how much memory: a draft of two pages, and one of many.

    python -m benchmarks.checking [--pages 100]

Ingests the packaged Akte into a temporary folder and checks drafts made of the labelled ones (1,800 characters a page).
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from assistant.assistant import Assistant
from corpus.embedding import open_embedding
from corpus.settings import load_settings
from eval.claims.drafts import DRAFTS, load_drafts
from eval.claims.scoring import PAGE_CHARACTERS
from eval.packaged import AKTEN
from ingest.pipeline import Ingestor

_ROUNDS = 5
_ASKED_FOR_SECONDS = 5.0
_ASKED_FOR_BYTES = 1_000_000_000


def main() -> int:
    """Measure, print, and give 1 if one of the limits is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aktenkundig-") as folder:
        settings = load_settings()
        there = settings.model_copy(update={"data": Path(folder) / "daten", "models": settings.models_directory})
        embedding = open_embedding(there)
        Ingestor(there, embedding).ingest([AKTEN])
        assistant = Assistant(there, embedding)
        assistant.check(_draft(1))
        idle = _resident()
        two = [_seconds(assistant, _draft(2)) for _ in range(_ROUNDS)]
        print(f"2 pages: median {statistics.median(two):.2f} s, slowest {max(two):.2f} s of {_ROUNDS}")
        many = _seconds(assistant, _draft(arguments.pages))
        grown = _most_resident() - idle
        print(f"{arguments.pages} pages: {many:.0f} s, {grown / 1e6:.0f} MB above idle ({idle / 1e6:.0f} MB)")
        assistant.close()
    return int(statistics.median(two) > _ASKED_FOR_SECONDS or grown > _ASKED_FOR_BYTES)


def _draft(pages: int) -> str:
    """So many pages of the labelled drafts, one after the other, again and again."""
    text = ""
    for draft in cycle(load_drafts(DRAFTS, "calibration")):
        if len(text) >= pages * PAGE_CHARACTERS:
            return text[: pages * PAGE_CHARACTERS]
        text += draft.text + "\n\n"
    return text


def _seconds(assistant: Assistant, draft: str) -> float:
    began = time.perf_counter()
    assistant.check(draft)
    return time.perf_counter() - began


def _resident() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _most_resident() -> int:
    """Bytes that it had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
