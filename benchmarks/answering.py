"""How fast answers come: from cold on the command line, and warm in one process.

    python -m benchmarks.answering [--documents 10000]

Reads ``corpus/akten`` into a temporary data directory, starts ``aktenkundig ask`` five times as a process of its own
(interpreter, libraries, model, answer), then asks all questions of ``eval/fragen/vorlage.jsonl`` in one process and
prints the median and the 95th percentile (nearest rank). With ``--documents`` so many others lie in the store beside
the Akte, each of a dozen sentences drawn from the texts written for training.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from assistant.assistant import Assistant
from benchmarks.proof import written
from corpus.embedding import open_embedding
from corpus.settings import load_settings
from eval.packaged import AKTEN, VORLAGE
from eval.performance import QUESTION, measure
from eval.questions import load_questions
from eval.statistics import percentile
from ingest.pipeline import Ingestor

COLD_RUNS = 5


SENTENCES_A_DOCUMENT = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=0, help="how many others lie in the store")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        base = load_settings()
        settings = base.model_copy(update={"data": Path(directory), "models": base.models_directory.resolve()})
        embedding = open_embedding(settings)
        Ingestor(settings, embedding).ingest([AKTEN])
        if options.documents:
            others = Path(directory) / "andere"
            invented(others, options.documents)
            Ingestor(settings, embedding).ingest([others])
        measured = measure(settings, runs=COLD_RUNS, question=QUESTION)
        cold = measured.cold_start_s
        print(
            f"ask from cold: median {statistics.median(cold):.2f} s, slowest {max(cold):.2f} s ({COLD_RUNS} runs), "
            f"peak memory {measured.peak_memory_mb:.0f} MB"
        )
        assistant = Assistant(settings, embedding)
        assistant.answer(QUESTION)
        questions = load_questions(VORLAGE.file)
        milliseconds = []
        for question in questions:
            started = perf_counter()
            assistant.answer(question.question, history=question.turns())
            milliseconds.append((perf_counter() - started) * 1000)
        assistant.close()
    print(
        f"warm answers: p50 {statistics.median(milliseconds):.0f} ms, p95 {percentile(milliseconds, 0.95):.0f} ms "
        f"({len(milliseconds)} questions, {os.cpu_count()} cores)"
    )
    return 0


def invented(folder: Path, count: int) -> None:
    """Write so many documents into a new folder, each of other sentences."""
    chance = random.Random(1)  # noqa: S311
    sentences = list(written())
    folder.mkdir()
    for number in range(count):
        drawn = chance.sample(sentences, SENTENCES_A_DOCUMENT)
        text = f"Vorlage {number}/2031\n\n" + "\n\n".join(
            " ".join(drawn[at : at + 4]) for at in range(0, len(drawn), 4)
        )
        folder.joinpath(f"vorlage-{number}.txt").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
