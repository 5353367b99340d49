"""Examples as tensors: passages of like length together, so that little is computed on padding."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from assistant.reader.encoding import EncodedPassage, PassageEncoder
from eval.training.examples import UNKNOWN, Example

PAD: Final = 1
NO_SPAN: Final = -100
"""What cross-entropy passes over."""
_POOL: Final = 600
"""Examples that are sorted by length at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of :class:`eval.training.network.ReadingNetwork` and the labels.

    ``holding``, ``belonging``: (batch, sentences), 1, 0 or ``UNKNOWN``; ``starts``, ``ends``: (batch,) tokens or
    ``NO_SPAN``; ``answerable``: (batch,).
    """

    ids: Tensor
    mask: Tensor
    pool: Tensor
    marks: Tensor
    holding: Tensor
    belonging: Tensor
    starts: Tensor
    ends: Tensor
    answerable: Tensor

    @property
    def tokens(self) -> int:
        """Tokens without padding."""
        return int(self.mask.sum())


@dataclass(frozen=True, slots=True)
class _Encoded:
    example: Example
    passage: EncodedPassage


def batched(examples: Sequence[Example], encoder: PassageEncoder, *, tokens: int, seed: int) -> list[list[_Encoded]]:
    """Groups of at most ``tokens`` tokens, padding included, in a random order that the seed fixes."""
    chance = random.Random(seed)
    encoded = [_Encoded(e, encoder.encode(e.question, e.context, e.sentences)) for e in examples]
    encoded = [item for item in encoded if item.passage.complete]
    chance.shuffle(encoded)
    groups: list[list[_Encoded]] = []
    for first in range(0, len(encoded), _POOL):
        pool = sorted(encoded[first : first + _POOL], key=lambda item: len(item.passage.ids))
        made: list[list[_Encoded]] = [[]]
        for item in pool:
            if made[-1] and len(item.passage.ids) * (len(made[-1]) + 1) > tokens:
                made.append([])
            made[-1].append(item)
        chance.shuffle(made)
        groups.extend(made)
    return groups


def collated(group: Sequence[_Encoded]) -> Batch:
    """The tensors of one group."""
    width = max(len(item.passage.ids) for item in group)
    height = max(int(item.passage.sentence.max()) + 1 for item in group)
    count = len(group)
    ids = torch.full((count, width), PAD)
    mask = torch.zeros((count, width), dtype=torch.long)
    pool = torch.zeros((count, height, width))
    marks = torch.zeros((count, height), dtype=torch.long)
    holding, belonging = (torch.full((count, height), UNKNOWN) for _ in range(2))
    starts, ends = (torch.full((count,), NO_SPAN) for _ in range(2))
    for row, item in enumerate(group):
        passage, example = item.passage, item.example
        length = len(passage.ids)
        ids[row, :length] = torch.from_numpy(passage.ids)
        mask[row, :length] = 1
        sentence = torch.from_numpy(passage.sentence)
        for number in range(int(sentence.max()) + 1):
            places = (sentence == number).nonzero()[:, 0]
            pool[row, number, places] = 1 / len(places)
            marks[row, number] = places[-1]
            holding[row, number] = example.holding[number]
            belonging[row, number] = example.belonging[number]
        if example.answer is not None:
            starts[row], ends[row] = _span(passage, example.answer)
    answerable = torch.tensor([float(item.example.answerable) for item in group])
    return Batch(ids, mask, pool, marks, holding, belonging, starts, ends, answerable)


def _span(passage: EncodedPassage, answer: tuple[int, int, int]) -> tuple[int, int]:
    """First and last token of a short answer; ``NO_SPAN`` where it is cut off."""
    number, start, end = answer
    inside = (passage.sentence == number) & (passage.starts < end) & (passage.ends > start)
    places = inside.nonzero()[0]
    return (int(places[0]), int(places[-1])) if len(places) else (NO_SPAN, NO_SPAN)
