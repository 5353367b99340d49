"""Pairs of claims and passages that were written for training; none of them is taken from a real file.

They lie in ``written/*.jsonl``, one passage a line: ``p`` the passage, ``k`` what it stands under, ``b`` claims that it
proves, ``t`` claims of which it proves a part, with the words that nothing proves, ``w`` claims that it contradicts,
with the words that decide on both sides, and ``n`` claims that it neither proves nor contradicts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from assistant.factcheck.network import CONTRADICTS, PARTLY, SILENT, SUPPORTS
from corpus.types import Span
from eval.distortions import lies

_CONTRADICTING: Final = frozenset(("number", "date", "unit", "negation", "decision", "municipality", "body", "law"))
"""Distortions that turn a proven claim into a contradicted one, not into one that is merely unproven."""


_NEAREST: Final = 3
_ROWS: Final = 256
"""Claims that are compared with all passages at a time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``relation`` counts as in :mod:`assistant.factcheck.network`; ``mine`` and ``theirs`` are the deciding words."""

    claim: str
    context: str
    passage: str
    relation: int
    mine: Span | None = None
    theirs: Span | None = None


def written_pairs(*, held_out: bool) -> Iterator[Pair]:
    """All pairs; every tenth passage of each file is held out for checking how far training got."""
    for file in sorted(files("eval.claims").joinpath("written").iterdir(), key=lambda entry: entry.name):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
            if line.strip() and (number % 10 == 9) == held_out:
                yield from _of(json.loads(line))


def _of(row: dict[str, Any]) -> Iterator[Pair]:
    passage, context = str(row["p"]), str(row["k"])
    for claim in row["b"]:
        yield Pair(claim, context, passage, SUPPORTS)
    for claim, unproven in row.get("t", []):
        yield Pair(claim, context, passage, PARTLY, _place(claim, unproven))
    for claim, mine, theirs in row["w"]:
        yield Pair(claim, context, passage, CONTRADICTS, _place(claim, mine), _place(passage, theirs))
    for claim in row["n"]:
        yield Pair(claim, context, passage, SILENT)


def strangers(pairs: Sequence[Pair], share: float, seed: int) -> Iterator[Pair]:
    """Claims beside passages of other lines, which say nothing of them: half of them any, half the most similar ones.

    The similar ones are what a search brings beside the right passage: the same subject, of another town or thing.
    Passages under the same heading are left out, because they may well speak of the claim.
    """
    drawn = random.Random(seed)
    chosen = [pair for pair in pairs if drawn.random() < share]
    alike = _most_similar([pair for place, pair in enumerate(chosen) if place % 2], pairs, drawn)
    for place, pair in enumerate(chosen):
        other = next(alike) if place % 2 else drawn.choice(pairs)
        if other is not None and other.context != pair.context:
            yield Pair(pair.claim, other.context, other.passage, SILENT)


def _most_similar(chosen: Sequence[Pair], pairs: Sequence[Pair], drawn: random.Random) -> Iterator[Pair | None]:
    """For each pair one of those whose passages share most with its claim, by TF-IDF over letter groups."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    passages = list({pair.passage: pair for pair in pairs}.values())
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=100_000)
    known = vectorizer.fit_transform([pair.passage for pair in passages])
    asked = vectorizer.transform([pair.claim for pair in chosen])
    for first in range(0, len(chosen), _ROWS):
        group = chosen[first : first + _ROWS]
        scores = (asked[first : first + _ROWS] @ known.T).toarray()
        for pair, row in zip(group, scores, strict=True):
            nearest = [passages[place] for place in row.argsort()[::-1][: 2 * _NEAREST]]
            others = [one for one in nearest if one.context != pair.context]
            yield drawn.choice(others[:_NEAREST]) if others else None


def distorted(pairs: Sequence[Pair], share: float, seed: int) -> Iterator[Pair]:
    """Proven claims with one thing changed that the passage then contradicts; ``share`` of them, each in one way."""
    drawn = random.Random(seed)
    for pair in pairs:
        if pair.relation != SUPPORTS or drawn.random() >= share:
            continue
        found = [lie.text for lie in lies(pair.claim) if lie.kind in _CONTRADICTING and lie.text != pair.claim]
        if found:
            changed = drawn.choice(found)
            yield Pair(changed, pair.context, pair.passage, CONTRADICTS, _changed(pair.claim, changed))


def _changed(before: str, after: str) -> Span | None:
    """Where two texts differ, in the second one."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return Span(start, len(after) - end) if start < len(after) - end else None


def _place(text: str, words: str) -> Span | None:
    start = text.find(words)
    return Span(start, start + len(words)) if words and start >= 0 else None
