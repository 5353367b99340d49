"""Measures the embedding model: passages a second, milliseconds a query, seconds to the first query's vector.

``python -m benchmarks.embedding [--models DIRECTORY] [--model NAME] [--passages N]``; figures are comparable only
within one run on one machine. Passages have about 104 tokens, prompt and marks included. Precisions take turns, and the
best of the rounds counts, so that other work on the machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings

TOKENS = 104
ROUNDS = 3
QUERIES = 40
WORDS = (
    "Der Kreistag beschließt auf Vorschlag der Verwaltung, ein Kommunales Integrationszentrum einzurichten. Die Kosten "
    "trägt zum größeren Teil das Land; für Räume und Sachmittel sind im Haushalt jährlich 50.000 € vorgesehen. Über "
    "die Förderung nach § 7 entscheidet die Bezirksregierung – voraussichtlich im Sommer."
).split()


def passages(embedding: SentenceEmbedding, count: int) -> list[str]:
    """``count`` different texts of 104 tokens each."""
    room = TOKENS - (embedding.count_tokens(["passage: x"])[0] - 1) - 2
    texts = []
    for index in range(count):
        words = [str(index)]
        while embedding.count_tokens([" ".join([*words, WORDS[(index + len(words)) % len(WORDS)]])])[0] <= room:
            words.append(WORDS[(index + len(words)) % len(WORDS)])
        text = " ".join(words)
        texts.append(text + "." * (room - embedding.count_tokens([text])[0]))
    return texts


def passages_per_second(settings: Settings, count: int) -> dict[str, float]:
    """The best of the rounds for float32 and for what ``settings`` choose, both through sentence-transformers."""
    chosen = open_embedding(settings)
    models = {
        "float32": open_embedding(settings.model_copy(update={"embedding_precision": "float32"})),
        f"default ({chosen.active_precision()})": chosen,
    }
    texts = passages(chosen, count)
    for embedding in models.values():
        embedding.encode_passages(texts * (1 + 64 // count))  # more than the quick encoder takes; also warms up
    best = dict.fromkeys(models, 0.0)
    for _ in range(ROUNDS):
        for name, embedding in models.items():
            start = time.perf_counter()
            embedding.encode_passages(texts)
            best[name] = max(best[name], count / (time.perf_counter() - start))
    return best


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
    parser.add_argument("--passages", type=int, default=96)
    arguments = parser.parse_args()
    settings = Settings(models=arguments.models, embedding_model=arguments.model)
    for name, rate in passages_per_second(settings, arguments.passages).items():
        print(f"passages/s, {name:20s} {rate:8.1f}")
    print(f"query p50, ms                   {query_milliseconds(open_embedding(settings)):8.1f}")
    print(f"cold start to first query, s    {cold_seconds(settings):8.1f}")


if __name__ == "__main__":
    main()
