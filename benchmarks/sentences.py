"""Measures the sentence splitter on German legal documents with marked sentence ends, beside plain syntok.

The data (Glaser, Moser and Matthes 2021, ``sebischair/Legal-Sentence-Boundary-Detection``, MIT) is a folder of JSON
files ``{"Text": …, "Annotations": [{"start", "end"}, …]}``, each annotation being the last token of a sentence; its
texts keep the hard line breaks of the page. A sentence end is identified by the last letter or digit of the sentence,
so that it makes no difference whether a mark covers the closing bracket. F is the harmonic mean of precision and
recall over the pooled ends.

The splitter is written for one paragraph at a time, and where a paragraph or heading ends is known from the layout,
not from the words. So each text is cut where a line break and a marked end meet, the other line breaks become blanks,
and the ends of these blocks, which nobody can miss, are not counted.

* ``stops``: F of the ends inside a block, without those at a semicolon or colon, behind which the annotators, unlike a
  reader who quotes, often let a new sentence begin. This is what the splitter is made for.
* ``inside``: F of all ends inside a block.
* ``whole``: F of all ends of the whole text, cut by nobody, where headings end without any sign.

Documents are divided at random, per domain, into a half to tune rules on and a half to report.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.sentences import split_sentences

Splitter = Callable[[str], list[int]]
"""From a text to the offsets behind its sentences."""


CLAUSE = re.compile(r"""[)"“”\]]?\s?[;:]""")
FOOTNOTE = re.compile(r"(?<=\W)\[\d{1,3}\]\s*$")


@dataclass
class Counts:
    """Pooled right, wrong and missed sentence ends."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, predicted: set[int], gold: set[int]) -> None:
        """Counts one document."""
        self.right += len(predicted & gold)
        self.wrong += len(predicted - gold)
        self.missed += len(gold - predicted)

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def last_character(text: str, end: int, start: int = 0) -> int:
    """The offset of the last letter or digit in ``text[start:end]`` before footnote marks, else ``start - 1``."""
    while footnote := FOOTNOTE.search(text, max(start, end - 8), end):
        end = footnote.start()
    return next((position for position in range(end - 1, start - 1, -1) if text[position].isalnum()), start - 1)


def load(path: Path) -> tuple[str, set[int]]:
    """A document and the offsets of the last characters of its sentences."""
    data = json.loads(path.read_text(encoding="utf-8"))
    text = data["Text"]
    return text, {last_character(text, mark["end"]) for mark in data["Annotations"]} - {-1}


def blocks(text: str, gold: set[int]) -> Iterator[tuple[int, int]]:
    """The parts of a text between the line breaks at which a marked sentence ends."""
    start = 0
    for line_break in re.finditer(r"\n|$(?!\n)", text):
        if line_break.end() == len(text) or last_character(text, line_break.start(), start) in gold:
            yield start, line_break.start()
            start = line_break.end()


def predict_inside(text: str, gold: set[int], split: Splitter) -> tuple[set[int], set[int]]:
    """The predicted sentence ends inside the blocks of a text, and the ends of the blocks themselves."""
    predicted: set[int] = set()
    block_ends: set[int] = set()
    for start, end in blocks(text, gold):
        block = text[start:end].replace("\r", " ").replace("\n", " ")
        predicted |= {start + last_character(block, offset) for offset in split(block)} - {start - 1}
        block_ends.add(last_character(text, end, start))
    return predicted - block_ends, block_ends


def ours(text: str) -> list[int]:
    """The splitter of this project."""
    return [span.end for span in split_sentences(text)]


def plain_syntok(text: str) -> list[int]:
    """The library syntok as it comes."""
    from syntok import segmenter  # type: ignore[import-untyped, import-not-found, unused-ignore]

    return [
        sentence[-1].offset + len(sentence[-1].value) for paragraph in segmenter.analyze(text) for sentence in paragraph
    ]


def halves(paths: list[Path]) -> dict[str, list[Path]]:
    """Documents divided at random within each domain, the domain being the file name up to the first underscore."""
    by_domain: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(paths):
        by_domain[path.name.split("_")[0]].append(path)
    divided: dict[str, list[Path]] = {"tune": [], "report": []}
    for documents in by_domain.values():
        random.Random(0).shuffle(documents)  # noqa: S311 - a repeatable division
        middle = len(documents) // 2
        divided["tune"] += documents[:middle]
        divided["report"] += documents[middle:]
    return divided


def main(arguments: list[str] | None = None) -> int:
    """Prints F per half and domain, and characters per second."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sentences", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("path", type=Path, help="folder with the JSON files of Legal-SBD German")
    options = parser.parse_args(arguments)
    paths = list(options.path.rglob("*.json"))
    if not paths:
        parser.error(f"no JSON files in {options.path}")
    splitters: dict[str, Splitter] = {"ours": ours}
    try:
        import syntok.segmenter  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: F401
    except ImportError:
        print("syntok is not installed: ours only", file=sys.stderr)
    else:
        splitters["syntok"] = plain_syntok
    columns = [f"{kind} {name}" for kind in ("stops", "inside", "whole") for name in splitters]
    print(f"{'half':8}{'domain':8}{'docs':>5}{'ends':>7}" + "".join(f"{column:>15}" for column in columns))
    characters, seconds = 0, dict.fromkeys(splitters, 0.0)
    for half, documents in halves(paths).items():
        counts: dict[tuple[str, str], Counts] = defaultdict(Counts)
        numbers: dict[str, int] = defaultdict(int)
        for path in documents:
            text, gold = load(path)
            characters += len(text)
            domain = path.name.split("_")[0]
            clauses = {end for end in gold if CLAUSE.match(text, end + 1)}
            for name, split in splitters.items():
                started = time.perf_counter()
                whole = {last_character(text, offset) for offset in split(text)} - {-1}
                seconds[name] += time.perf_counter() - started
                inside, block_ends = predict_inside(text, gold, split)
                for key in (domain, "all"):
                    counts[key, f"whole {name}"].add(whole, gold)
                    counts[key, f"inside {name}"].add(inside, gold - block_ends)
                    counts[key, f"stops {name}"].add(inside - clauses, gold - block_ends - clauses)
            for key in (domain, "all"):
                numbers[key] += 1
        for key, number in numbers.items():
            stops = counts[key, "stops ours"]
            print(f"{half:8}{key:8}{number:5}{stops.right + stops.missed:7}", end="")
            print("".join(f"{counts[key, column].f:15.4f}" for column in columns))
    print("characters/s: " + ", ".join(f"{name} {characters / spent:,.0f}" for name, spent in seconds.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
