"""What the network reads together: neighbours of one section, never what only lies side by side in a list."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.reader.candidates import Candidate
from assistant.reader.packing import packed, stages
from corpus.types import Sentence, SentenceKind, Span


def candidate(document: str, index: int, section: int, kind: SentenceKind, rank: int = 0) -> Candidate:
    return Candidate(
        document=document, passage="", sentence=Sentence(index, Span(0, 1), kind, 0, section), text="x", context="",
        around="", rank=rank, vector=np.zeros(1, np.float32), dense=0.0, terms=frozenset(), context_terms=frozenset(),
    )  # fmt: skip


PLACES = st.tuples(
    st.sampled_from(["a", "b"]), st.integers(0, 30), st.integers(0, 2), st.sampled_from(get_args(SentenceKind))
)


@given(st.lists(st.tuples(PLACES, st.integers(1, 90)), max_size=25, unique_by=lambda item: item[0][:2]))
def test_every_candidate_is_read_once_with_neighbours_of_its_section_only(
    drawn: list[tuple[tuple[str, int, int, SentenceKind], int]],
) -> None:
    drawn.sort(key=lambda item: item[0][:2])
    candidates = [candidate(*place) for place, _ in drawn]
    lengths = [length for _, length in drawn]
    packs = packed(candidates, lengths, longest=100)
    assert [position for pack in packs for position in pack] == list(range(len(candidates)))
    for pack in packs:
        assert len(pack) == 1 or sum(lengths[position] for position in pack) <= 100
        for first, second in pairwise(pack):
            one, two = candidates[first], candidates[second]
            assert (one.document, one.sentence.section) == (two.document, two.sentence.section)
            rows = one.sentence.kind == two.sentence.kind == "row"
            assert rows or two.sentence.index == one.sentence.index + 1


def test_neighbours_are_read_in_one_pass_as_long_as_they_fit() -> None:
    candidates = [candidate("a", index, 0, "sentence") for index in range(4)]
    assert packed(candidates, [40, 40, 40, 40], longest=100) == [range(2), range(2, 4)]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 200)), max_size=30))
def test_the_best_passages_are_read_first_and_whole_until_there_is_enough_to_read(
    drawn: list[tuple[int, int]],
) -> None:
    candidates = [candidate("a", index, 0, "sentence", rank) for index, (rank, _) in enumerate(drawn)]
    lengths = [length for _, length in drawn]
    found = stages(candidates, lengths, first=300)
    assert sorted(position for stage in found for position in stage) == list(range(len(drawn)))
    if len(found) == 2:
        first, rest = found
        ranks = [candidates[position].rank for position in first]
        assert max(ranks) < min(candidates[position].rank for position in rest)
        assert sum(lengths[position] for position in first) >= 300
        without_last = [position for position in first if candidates[position].rank < max(ranks)]
        assert sum(lengths[position] for position in without_last) < 300
