"""What the network reads first, and which candidates together: neighbours of one section, rows under one heading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.reader.candidates import Candidate

LONGEST: Final = 200
"""Tokens of sentences read in one pass: about what the network mostly learnt from. Longer passages take longer than
their share, shorter ones repeat the question more often."""

FIRST: Final = 330
"""Tokens of sentences that are read first: about three passages of running text, among which the answer mostly is."""


def stages(candidates: Sequence[Candidate], lengths: Sequence[int], first: int = FIRST) -> list[list[int]]:
    """The positions of the candidates to read at once: the best passages of at least ``first`` tokens, and the rest."""
    sizes: dict[int, int] = {}
    for candidate, length in zip(candidates, lengths, strict=True):
        sizes[candidate.rank] = sizes.get(candidate.rank, 0) + length
    size, last = 0, -1
    for rank in sorted(sizes):
        if size >= first:
            break
        size, last = size + sizes[rank], rank
    found: tuple[list[int], list[int]] = ([], [])
    for position, candidate in enumerate(candidates):
        found[candidate.rank > last].append(position)
    return [stage for stage in found if stage]


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
