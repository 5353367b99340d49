"""Which candidates the network reads together: neighbours of one section, and rows of tables under one heading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.reader.candidates import Candidate

LONGEST: Final = 200
"""Tokens of sentences read in one pass: about what the network mostly learnt from. Longer passages take longer than
their share, shorter ones repeat the question more often."""


def packed(candidates: Sequence[Candidate], lengths: Sequence[int], longest: int = LONGEST) -> list[range]:
    """The candidates of each pass, as ranges of their positions; ``candidates`` are in document order."""
    packs: list[range] = []
    size = 0
    for position, length in enumerate(lengths):
        if packs and size + length <= longest and _together(candidates[position - 1], candidates[position]):
            packs[-1] = range(packs[-1].start, position + 1)
            size += length
        else:
            packs.append(range(position, position + 1))
            size = length
    return packs


def _together(first: Candidate, second: Candidate) -> bool:
    if (first.document, first.sentence.section) != (second.document, second.sentence.section):
        return False
    rows = first.sentence.kind == "row" and second.sentence.kind == "row"
    return rows or second.sentence.index == first.sentence.index + 1
