"""Measures how the two sides of the search are best put together, on sets that have nothing to do with each other.

    python -m benchmarks.retrieval DATA_FOLDER [--keep FOLDER]

Every answerable question asks for the text that it was written about: an OMoS-QA page (municipal), an MLQA-de paragraph
(Wikipedia) or a LegalQuAD judgment, each among all texts of its set, ingested as files of users are. Both sides propose
as in the assistant; each line is one way to fuse their scores, each column a set's mean nDCG@10. A way is only good if
it is at least as good as the better side alone on every set, so the last column is the smallest difference.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from llama_index.core.schema import QueryBundle
from numpy.typing import NDArray

from assistant.question import QuestionReader
from assistant.retrieval import HybridRetriever
from corpus.records import EVERYTHING
from corpus.settings import load_settings
from corpus.spelling import Vocabulary
from corpus.vectors import VectorIndex
from eval.tasks.ingested_texts import IngestedTexts
from eval.tasks.omos import load_omos
from eval.tasks.squad import load_squad

DEPTH = 10
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What both sides propose for a question; arrays of shape (passages,), ``right`` tells which are of its text."""

    texts: Sequence[str]
    dense: Scores
    lexical: Scores
    right: NDArray[np.bool_]


def main() -> int:
    """Search, fuse in every way, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=Path, help="folder that keeps the ingested texts for the next time")
    options = parser.parse_args()
    with TemporaryDirectory() if options.keep is None else nullcontext(options.keep) as keep:
        sets = {name: list(searched(options.data, Path(keep), name)) for name in SETS}
    best = {name: max(ndcg(found, DENSE), ndcg(found, LEXICAL)) for name, found in sets.items()}
    print(f"{'':34}", *(f"{name:>12}" for name in sets), f"{'least gain':>12}")
    for label, fuse in fusions():
        values = {name: ndcg(found, fuse) for name, found in sets.items()}
        gain = min(values[name] - best[name] for name in sets)
        print(f"{label:34}", *(f"{value:12.4f}" for value in values.values()), f"{gain:+12.4f}")
    return 0


def searched(data: Path, keep: Path, name: str) -> Iterator[Found]:
    """The proposals for each answerable question of a set."""
    file, load = SETS[name]
    questions, texts = load(data / file)
    folder = keep / Path(file).parent
    folder.mkdir(parents=True, exist_ok=True)
    with IngestedTexts(texts, load_settings(), folder=folder) as ingested:
        retriever = HybridRetriever(
            ingested.store, VectorIndex(ingested.settings.data), ingested.embedding, scope=EVERYTHING
        )
        reader = QuestionReader([], Vocabulary({}))
        for question, number in questions:
            ranked = retriever.rank(QueryBundle(reader.understand(question).search))
            documents = [found.passage.document for found in ranked]
            yield Found(
                documents,
                np.array([found.dense for found in ranked]),
                np.array([found.lexical for found in ranked]),
                np.array([document == ingested.document(number) for document in documents]),
            )


def _pages(path: Path) -> tuple[list[tuple[str, int]], list[str]]:
    questions, pages = load_omos(path)
    return [(asked.question, asked.page) for asked in questions if asked.answers], pages


def _paragraphs(path: Path) -> tuple[list[tuple[str, int]], list[str]]:
    questions, paragraphs = load_squad(path)
    return [(asked.question, asked.paragraph) for asked in questions if asked.answers], paragraphs


SETS: dict[str, tuple[str, Callable[[Path], tuple[list[tuple[str, int]], list[str]]]]] = {
    "OMoS": ("omos-qa/dev_de.jsonl", _pages),
    "MLQA": ("mlqa-de/mlqa.dev.de.jsonl", _paragraphs),
    "LegalQuAD": ("legalquad-de/dev-half.json", _paragraphs),
}


def ndcg(questions: Sequence[Found], fuse: Callable[[Scores, Scores], Scores]) -> float:
    """Mean nDCG@10 of the texts, each ranked by its best passage; one text is right, so the ideal gain is 1."""
    total = 0.0
    for found in questions:
        order = np.argsort(-fuse(found.dense, found.lexical), kind="stable")
        ranked = list(dict.fromkeys(found.texts[position] for position in order))[:DEPTH]
        wanted = {found.texts[position] for position in np.flatnonzero(found.right)}
        total += next((1 / np.log2(rank + 2) for rank, text in enumerate(ranked) if text in wanted), 0.0)
    return total / len(questions)


def DENSE(dense: Scores, lexical: Scores) -> Scores:  # noqa: N802, ARG001 - a way of fusing, as the others are
    """The dense side alone."""
    return dense


def LEXICAL(dense: Scores, lexical: Scores) -> Scores:  # noqa: N802, ARG001
    """BM25 alone; passages that it did not return come last."""
    return lexical


def fusions() -> Iterator[tuple[str, Callable[[Scores, Scores], Scores]]]:
    """Every way that is compared."""
    yield "dense", DENSE
    yield "BM25", LEXICAL
    for k in (10, 60):
        yield f"reciprocal ranks, k {k}", lambda d, x, k=k: 1 / (k + _ranks(d)) + 1 / (k + _ranks(x))  # type: ignore[misc]
    for weight in (0.3, 0.4, 0.5, 0.6, 0.7):
        yield (
            f"z-scores, {weight} dense",
            lambda d, x, w=weight: w * standardised(d) + (1 - w) * standardised(x),  # type: ignore[misc]
        )
        yield (
            f"min and max, {weight} dense",
            lambda d, x, w=weight: w * _stretched(d) + (1 - w) * _stretched(x),  # type: ignore[misc]
        )
    for weight in (0.002, 0.003, 0.005, 0.008, 0.012):
        yield f"cosine + {weight} BM25", lambda d, x, w=weight: d + w * x  # type: ignore[misc]
    for weight in (0.02, 0.03, 0.05, 0.08):
        yield f"cosine + {weight} BM25 / best", lambda d, x, w=weight: d + w * x / max(x.max(), 1e-9)  # type: ignore[misc]
    for power in (0.5, 1.0, 2.0):
        yield f"z-scores, by how the first stands out ^{power}", lambda d, x, p=power: _by_peaks(d, x, p)  # type: ignore[misc]


def standardised(scores: Scores) -> Scores:
    """z-scores; all zero where all scores are the same."""
    deviation = float(scores.std())
    return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)


def _ranks(scores: Scores) -> Scores:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _stretched(scores: Scores) -> Scores:
    width = float(np.ptp(scores)) if len(scores) else 0.0
    return (scores - scores.min()) / width if width else np.zeros_like(scores)


def _by_peaks(dense: Scores, lexical: Scores, power: float) -> Scores:
    """Each side weighs as much as its best passage stands out among its first ten, in standard deviations."""
    sides = [standardised(dense), standardised(lexical)]
    peaks = []
    for side in sides:
        first = np.sort(side)[::-1][:DEPTH]
        peaks.append(max(1e-3, float(first[0] - first[1:].mean())) ** power if len(first) > 1 else 1.0)
    share = peaks[0] / (peaks[0] + peaks[1])
    return share * sides[0] + (1 - share) * sides[1]


if __name__ == "__main__":
    sys.exit(main())
