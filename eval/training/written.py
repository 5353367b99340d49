"""Texts that were written for training, with questions to each; none of them is taken from a real file.

They lie in ``written/*.jsonl``, one text a line: ``title``, ``sentences`` and, under ``asked``, each question ``q``
with ``at``, the numbers of all sentences that answer it (none: the text does not), and the short answer ``a`` in that
sentence where there is one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from importlib.resources import files

from corpus.types import Span
from eval.training.sources import Labelled, drawn_again, joined_text


def written_questions(count: int, seed: int) -> Iterator[Labelled]:
    """``count`` questions in random order, none more than once more than another; the same seed gives the same ones."""
    yield from drawn_again(list(_all()), count, random.Random(f"written {seed}"))


def _all() -> Iterator[Labelled]:
    for file in sorted(files("eval.training").joinpath("written").iterdir(), key=lambda entry: entry.name):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            text = joined_text(f"{file.name} {number}", row["title"], row["sentences"])
            for asked in row["asked"]:
                at = frozenset(asked["at"])
                answer = None
                if "a" in asked:
                    (only,) = at
                    start = text.spans[only].start + row["sentences"][only].index(asked["a"])
                    answer = Span(start, start + len(asked["a"]))
                # With several sentences it is not known which of them holds the answer.
                yield Labelled("written", asked["q"], text, at if len(at) < 2 else None, at, answer)
