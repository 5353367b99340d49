"""Examples as tensors: passages of like length together, so that little is computed on padding."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from assistant.reader.encoding import OUTSIDE, EncodedPassage, PassageEncoder
from eval.training.examples import UNKNOWN, Example

PAD: Final = 1
NO_SPAN: Final = -100
"""What cross-entropy passes over."""
_POOL: Final = 6000
"""Examples that are sorted by length at a time."""
_AHEAD: Final = 8
"""Batches that are put together while others are learnt from."""


@dataclass(frozen=True, slots=True)
class EncodedExample:
    """``ids`` and ``sentence`` have shape (tokens,), ``holding`` and ``belonging`` shape (sentences,).

    ``first`` and ``last`` are the tokens of the short answer, or ``NO_SPAN``.
    """

    ids: NDArray[np.int32]
    sentence: NDArray[np.int16]
    holding: NDArray[np.int8]
    belonging: NDArray[np.int8]
    first: int
    last: int
    answerable: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of :class:`eval.training.network.ReadingNetwork` and the labels.

    ``ids``, ``mask``, ``sentence``: (batch, tokens); ``holding``, ``belonging``: (batch, sentences), 1, 0 or
    ``UNKNOWN``; ``starts``, ``ends``: (batch,) tokens or ``NO_SPAN``; ``answerable``: (batch,).
    """

    ids: Tensor
    mask: Tensor
    sentence: Tensor
    holding: Tensor
    belonging: Tensor
    starts: Tensor
    ends: Tensor
    answerable: Tensor

    def to(self, device: str) -> Batch:
        """The same on ``device``."""
        return Batch(*(getattr(self, name).to(device, non_blocking=True) for name in self.__slots__))


def encoded(examples: Iterable[Example], encoder: PassageEncoder) -> list[EncodedExample]:
    """Examples as tokens, without those of which not even the first sentence fits."""
    return [item for item in (_encoded(example, encoder) for example in examples) if item is not None]


def _encoded(example: Example, encoder: PassageEncoder) -> EncodedExample | None:
    passage = encoder.encode(example.question, example.context, example.sentences)
    if not passage.complete:
        return None
    read = int(passage.sentence.max()) + 1
    first, last = (NO_SPAN, NO_SPAN) if example.answer is None else _span(passage, example.answer)
    return EncodedExample(
        passage.ids.astype(np.int32),
        passage.sentence.astype(np.int16),
        np.array(example.holding[:read], np.int8),
        np.array(example.belonging[:read], np.int8),
        first,
        last,
        example.answerable,
    )


def batched(examples: Sequence[EncodedExample], *, tokens: int, seed: int) -> list[list[EncodedExample]]:
    """Groups of at most ``tokens`` tokens, padding included, in a random order that the seed fixes."""
    chance = random.Random(seed)
    shuffled = list(examples)
    chance.shuffle(shuffled)
    groups: list[list[EncodedExample]] = []
    for first in range(0, len(shuffled), _POOL):
        pool = sorted(shuffled[first : first + _POOL], key=lambda item: len(item.ids))
        made: list[list[EncodedExample]] = [[]]
        for item in pool:
            if made[-1] and len(item.ids) * (len(made[-1]) + 1) > tokens:
                made.append([])
            made[-1].append(item)
        chance.shuffle(made)
        groups.extend(made)
    return groups


def collated(group: Sequence[EncodedExample]) -> Batch:
    """The tensors of one group."""
    return Batch(
        ids=_padded([item.ids for item in group], PAD),
        mask=_padded([np.ones(len(item.ids), np.int8) for item in group], 0),
        sentence=_padded([item.sentence for item in group], OUTSIDE),
        holding=_padded([item.holding for item in group], UNKNOWN),
        belonging=_padded([item.belonging for item in group], UNKNOWN),
        starts=torch.tensor([item.first for item in group]),
        ends=torch.tensor([item.last for item in group]),
        answerable=torch.tensor([float(item.answerable) for item in group]),
    )


def collated_ahead(groups: Sequence[Sequence[EncodedExample]]) -> Iterator[Batch]:
    """All groups' tensors, a few of them put together in advance."""
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as worker:
        coming = [worker.submit(collated, group) for group in groups[:_AHEAD]]
        for number in range(len(groups)):
            batch = coming.pop(0).result()
            if number + _AHEAD < len(groups):
                coming.append(worker.submit(collated, groups[number + _AHEAD]))
            yield batch


def _padded(rows: Sequence[NDArray[np.integer]], value: int) -> Tensor:
    return pad_sequence([torch.from_numpy(row) for row in rows], batch_first=True, padding_value=value).long()


def _span(passage: EncodedPassage, answer: tuple[int, int, int]) -> tuple[int, int]:
    """First and last token of a short answer; ``NO_SPAN`` where it is cut off."""
    number, start, end = answer
    inside = (passage.sentence == number) & (passage.starts < end) & (passage.ends > start)
    places = inside.nonzero()[0]
    return (int(places[0]), int(places[-1])) if len(places) else (NO_SPAN, NO_SPAN)
