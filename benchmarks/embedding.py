"""Measures the embedding model: passages a second and truth in each precision, a query's time, the cold start.

``python -m benchmarks.embedding [--models DIRECTORY] [--model NAME] [--passages N] [--texts FILE…]``; figures are
comparable only within one run on one machine. Passages are windows of 100 tokens (104 with prompt and marks) over
German texts: the sources of the example documents unless others are named. Precisions take turns, a few passages each
time, so that other work on the machine disturbs all alike; the best round counts, the median tells how quiet it was.
``cosine`` is that of each passage's vector to its float32 vector.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.embedding.precision import Precision
from corpus.errors import SettingsError
from corpus.settings import Settings

AKTEN = Path(__file__).parents[1] / "corpus" / "akten"
TOKENS = 100
STEP = 50
ROUNDS = 20
SHARE = 20
"""Passages of a round."""

QUERIES = 40
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16", "int8")


@dataclass
class Row:
    """What one precision achieved."""

    rates: list[float] = field(default_factory=list)
    cosines: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))


def passages(embedding: SentenceEmbedding, files: list[Path], count: int) -> list[str]:
    """Up to ``count`` different passages of ``TOKENS`` tokens, give or take one, each from the beginning of a word."""
    texts = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        offsets = embedding.token_offsets(text)
        # The piece that begins a word carries the blank before it.
        begins = [index for index, (start, _) in enumerate(offsets) if start == 0 or text[start].isspace()]
        last = -STEP
        for first in begins:
            if first - last < STEP or first + TOKENS > len(offsets):
                continue
            last = first
            passage = text[offsets[first][0] : offsets[first + TOKENS - 1][1]].strip()
            if abs(embedding.count_tokens([passage])[0] - TOKENS) <= 1:
                texts.append(passage)
    return list(dict.fromkeys(texts))[:count]


def compare(settings: Settings, files: list[Path], count: int) -> tuple[list[str], dict[Precision, Row]]:
    """The passages, and speed and truth of each precision that the model has on this machine."""
    models: dict[Precision, SentenceEmbedding] = {}
    texts: list[str] = []
    for precision in PRECISIONS:
        embedding = open_embedding(settings.model_copy(update={"embedding_precision": precision}))
        texts = texts or passages(embedding, files, count)
        if not texts:
            raise SettingsError("Die angegebenen Texte sind zu kurz; bitte längere angeben.")
        try:
            # More than the quick encoder takes; also warms up.
            embedding.encode_passages(texts[:8] * 10)
        except SettingsError as error:
            print(f"{precision}: {error}", file=sys.stderr)
            continue
        models[precision] = embedding
    rows = {precision: Row() for precision in models}
    vectors = {precision: embedding.encode_passages(texts) for precision, embedding in models.items()}
    for precision, row in rows.items():
        row.cosines = (vectors[precision] * vectors["float32"]).sum(axis=1)
    for number in range(ROUNDS):
        share = [texts[(number * SHARE + index) % len(texts)] for index in range(SHARE)]
        for precision, embedding in models.items():
            start = time.perf_counter()
            embedding.encode_passages(share)
            rows[precision].rates.append(len(share) / (time.perf_counter() - start))
    return texts, rows


def query_milliseconds(embedding: SentenceEmbedding) -> float:
    """The median over different questions, after one to warm up."""
    times = []
    for index in range(QUERIES + 1):
        start = time.perf_counter()
        embedding.get_query_embedding(f"Was kostet Maßnahme {index}, und wer trägt die Kosten?")
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:]) * 1000


def cold_seconds(settings: Settings) -> float:
    """From starting Python to the first query's vector, the model converted already."""
    code = (
        "import sys; from pathlib import Path; from corpus.embedding import open_embedding;"
        "from corpus.settings import Settings;"
        "open_embedding(Settings(models=Path(sys.argv[1]), embedding_model=sys.argv[2])).get_query_embedding('Frage?')"
    )
    start = time.perf_counter()
    command = [sys.executable, "-c", code, str(settings.models_directory), settings.embedding_model]
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    defaults = Settings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=defaults.models_directory)
    parser.add_argument("--model", default=defaults.embedding_model)
    parser.add_argument("--passages", type=int, default=240)
    parser.add_argument("--texts", type=Path, nargs="+", help="UTF-8")
    arguments = parser.parse_args()
    settings = Settings(models=arguments.models, embedding_model=arguments.model)
    files = arguments.texts or [*sorted(AKTEN.rglob("*.md")), *sorted(AKTEN.rglob("vorlage.txt"))]
    texts, rows = compare(settings, files, arguments.passages)
    print(f"{len(texts)} passages of {TOKENS} tokens, {ROUNDS} rounds of {SHARE}")
    print("precision   best/s  median/s  to float32  cosine least   mean")
    exact = max(rows["float32"].rates)
    for precision, row in rows.items():
        best = max(row.rates)
        figures = f"{best:8.1f} {statistics.median(row.rates):9.1f} {best / exact:10.2f}x"
        print(f"{precision:9s} {figures} {row.cosines.min():13.4f} {row.cosines.mean():6.4f}")
    print(f"query p50, ms                   {query_milliseconds(open_embedding(settings)):8.1f}")
    print(f"cold start to first query, s    {cold_seconds(settings):8.1f}")


if __name__ == "__main__":
    main()
