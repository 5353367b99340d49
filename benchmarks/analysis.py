"""Measures which German analysis finds the right text, and how often the spelling correction is right.

``DATA_FOLDER`` holds three public sets: OMoS-QA (``omos-qa/train_de.jsonl``, ``dev_de.jsonl``; municipal pages), the
German development part of MLQA (``mlqa-de/mlqa.dev.de.jsonl``; Wikipedia paragraphs) and half of LegalQuAD
(``legalquad-de/dev-half.json``; whole court decisions). Every answerable question asks for the text that it was written
about, among all different texts of its set, with SQLite FTS5 and its own ``bm25()``.

Each variant is a second column beside the words: nothing, character n-grams, or the parts of compounds, where a word is
split when all its parts are words of the same index. The first two lines show the words alone without our analysis.

Spelling: the vocabulary is that of one set's texts or of a text file (``--text``), the correct words are those of
another set's questions, and a typing error is one letter left out, added, changed or swapped.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from corpus.analysis import (
    COLUMN_WEIGHTS,
    FTS5_TOKENIZE,
    GRAM_LENGTH,
    analyse,
    fold,
    grams,
    match_expression,
    stem,
    words,
)
from corpus.spelling import Vocabulary

WEIGHTS = {
    "none": (0.0,),
    "3-grams": (0.1, 0.2, 0.3),
    "4-grams": (0.02, 0.05, 0.1, 0.3),
    "5-grams": (0.02, 0.05, 0.1, 0.3),
    "compounds": (0.1, 0.3, 0.5, 1.0),
}
DEPTH = 10
SHORTEST_PART = 4
LINKS = ("", "s", "es", "n", "en", "e", "er", "ns")
ALPHABET = "abcdefghijklmnopqrstuvwxyzäöüß"

Splitter = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True)
class Task:
    """A set of texts and the questions that each ask for one of them."""

    name: str
    texts: list[str]
    questions: list[tuple[str, int]]


@dataclass(frozen=True)
class Result:
    """What one variant reaches on one task."""

    mrr: float
    ndcg: float
    kib: int


def load(folder: Path) -> list[Task]:
    """The three sets."""

    def lines(path: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (folder / path).read_text(encoding="utf-8").splitlines()]

    legal = json.loads((folder / "legalquad-de/dev-half.json").read_text(encoding="utf-8"))["data"]
    return [
        task("OMoS-QA", lines("omos-qa/train_de.jsonl") + lines("omos-qa/dev_de.jsonl")),
        task("MLQA", lines("mlqa-de/mlqa.dev.de.jsonl")),
        task("LegalQuAD", [
            {"question": asked["question"], "context": paragraph["context"], "answers": asked["answers"]}
            for document in legal for paragraph in document["paragraphs"] for asked in paragraph["qas"]
        ]),
    ]  # fmt: skip


def task(name: str, rows: Sequence[dict[str, object]]) -> Task:
    """A set from rows of question, context and answers; without an answer there is no right text."""
    places = {text: place for place, text in enumerate(dict.fromkeys(str(row["context"]) for row in rows))}
    return Task(name, list(places), [(str(r["question"]), places[str(r["context"])]) for r in rows if r["answers"]])


def measure(
    task: Task, first: Callable[[str], Sequence[str]], second: Splitter, weights: Iterable[float]
) -> dict[float, Result]:
    """Mean reciprocal rank and nDCG of the right text in the first ten, for each weight of the second column."""

    def both(text: str) -> tuple[Sequence[str], list[str]]:
        terms = first(text)
        return terms, [part for term in terms for part in second(term)]

    index = sqlite3.connect(":memory:")
    index.execute(f"""CREATE VIRTUAL TABLE t USING fts5(words, parts, content='', tokenize="{FTS5_TOKENIZE}")""")
    rows = ((place, *map(" ".join, both(text))) for place, text in enumerate(task.texts))
    index.executemany("INSERT INTO t(rowid, words, parts) VALUES (?, ?, ?)", rows)
    index.execute("INSERT INTO t(t) VALUES ('optimize')")
    kib = index.execute("SELECT sum(length(block)) FROM t_data").fetchone()[0] // 1024
    queries = [(match_expression([*whole, *parts]), right) for q, right in task.questions for whole, parts in [both(q)]]
    results = {}
    for weight in weights:
        ranks = []
        for query, right in queries:
            found = index.execute(
                "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 1.0, ?) LIMIT ?", (query or '""', weight, DEPTH)
            )
            ranks += [rank for rank, (place,) in enumerate(found, start=1) if place == right]
        mrr, ndcg = sum(1 / rank for rank in ranks), sum(1 / math.log2(rank + 1) for rank in ranks)
        results[weight] = Result(mrr / len(queries), ndcg / len(queries), kib)
    return results


def compound_splitter(texts: Iterable[str]) -> Splitter:
    """Splits a term into terms of the same texts, linking elements between them allowed; the commonest parts win."""
    frequencies = Counter(term for text in texts for term in set(analyse(text)))
    known = {term for term, count in frequencies.items() if len(term) >= SHORTEST_PART and count > 1 and term.isalpha()}

    def heads(head: str) -> Iterable[str]:
        bare = [head.removesuffix(link) for link in LINKS if head.endswith(link)]
        return (part for word in bare if len(word) >= SHORTEST_PART for part in (word, stem(word)) if part in known)

    @cache
    def split(term: str) -> tuple[str, ...]:
        ways = []
        for cut in range(SHORTEST_PART, len(term) - SHORTEST_PART + 1):
            tails = (term[cut:],) if term[cut:] in known else split(term[cut:])
            head = next(iter(heads(term[:cut])), None)
            if tails and head:
                ways.append((head, *tails))
        return max(ways, key=lambda way: math.prod(frequencies[w] for w in way) ** (1 / len(way)), default=())

    return split


def compare(tasks: Sequence[Task]) -> None:
    """Prints the table."""

    def surface(text: str) -> list[str]:
        return [fold(word) for word in re.findall(r"\w+", text)]

    def stems(text: str) -> list[str]:
        return [stem(word) for word in re.findall(r"\w+", text)]

    print(
        f"{'variant':<22}{'weight':>7}"
        + "".join(f"{t.name + ' MRR/nDCG':>22}" for t in tasks)
        + "  mean nDCG  index KiB"
    )
    for name, first in (("surface words", surface), ("stems", stems)):
        report(name, [measure(task, first, lambda _: (), [0.0]) for task in tasks])
    for name, weights in WEIGHTS.items():
        results = [measure(task, cache(analyse), second_column(name, task.texts), weights) for task in tasks]
        report(f"analyse + {name}", results)
    print(f"In use: {GRAM_LENGTH}-grams with the weights {COLUMN_WEIGHTS}.")


def second_column(name: str, texts: Sequence[str]) -> Splitter:
    """From a term to its pieces."""
    if name == "none":
        return lambda _: ()
    return compound_splitter(texts) if name == "compounds" else lambda term: grams(term, int(name[0]))


def report(name: str, results: Sequence[dict[float, Result]]) -> None:
    """Prints a line for each weight."""
    for weight in results[0]:
        row = [result[weight] for result in results]
        cells = "".join(f"{f'{r.mrr:.3f}/{r.ndcg:.3f}':>22}" for r in row)
        sizes = "/".join(str(r.kib) for r in row)
        print(f"{name:<22}{weight:>7}{cells}{sum(r.ndcg for r in row) / len(row):>11.4f}  {sizes}")


def plain_words(text: str) -> list[str]:
    """The words of letters only."""
    return [piece for word, _ in words(text) for piece in word.split("-") if piece.isalpha()]


def mistype(word: str, chance: random.Random) -> str:
    """``word`` with one typing error."""
    place, letter = chance.randrange(len(word)), chance.choice(ALPHABET)
    swap = min(place, len(word) - 2)
    return chance.choice([
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        word[:swap] + word[swap + 1] + word[swap] + word[swap + 2 :],
    ])  # fmt: skip


def check_spelling(name: str, texts: Iterable[str], questions: Iterable[str]) -> None:
    """Prints how many correct words would be changed, and how many typing errors in words of six letters are found."""
    frequencies = Counter(word.casefold() for text in texts for word in plain_words(text))
    asked = [word for question in questions for word in plain_words(question)]
    for label, is_german in word_lists():
        vocabulary, chance = Vocabulary(frequencies, is_german), random.Random(1)  # noqa: S311
        changed = sum(vocabulary.correct(word) is not None for word in asked) / len(asked)
        long = sorted(word for word in frequencies if len(word) >= 6)
        tries = [(word, mistype(word, chance)) for word in chance.choices(long, k=3000)]
        wrong = [(word, typo) for word, typo in tries if typo not in frequencies]
        right = sum(stem(vocabulary.correct(typo) or typo) == stem(word) for word, typo in wrong) / len(wrong)
        print(f"{name:<34}{label:<12}{changed:>17.2%}{right:>15.1%}")


def word_lists() -> list[tuple[str, Callable[[str], bool] | None]]:
    """No general word list, and simplemma's where it is installed."""
    try:
        simplemma = import_module("simplemma")
    except ImportError:
        return [("none", None)]
    return [("none", None), ("simplemma", lambda word: bool(simplemma.is_known(word, lang="de")))]


def main() -> None:
    """Runs all of it."""
    parser = argparse.ArgumentParser(description="Compare analyses on three German retrieval sets.")
    parser.add_argument("data_folder", type=Path, metavar="DATA_FOLDER")
    parser.add_argument("--text", type=Path, help="a text file whose words are a vocabulary, too")
    options = parser.parse_args()
    tasks = load(options.data_folder)
    compare(tasks)
    print(f"\n{'vocabulary / questions':<34}{'word list':<12}{'words changed':>17}{'errors found':>15}")
    omos, mlqa = tasks[0], tasks[1]
    if options.text:
        text = options.text.read_text(encoding="utf-8")
        check_spelling(f"{options.text.stem[:20]} / OMoS-QA", [text], [q for q, _ in omos.questions])
    check_spelling("MLQA / OMoS-QA", mlqa.texts, [q for q, _ in omos.questions])
    check_spelling("OMoS-QA / MLQA", omos.texts, [q for q, _ in mlqa.questions])


if __name__ == "__main__":
    main()
