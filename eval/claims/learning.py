"""One course of training for the claim network."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.factcheck.network import CONTRADICTS, PARTLY, EncodedPair, PairEncoder
from corpus.types import Span
from eval.claims.network import TrainedClaimNetwork
from eval.claims.pairs import Pair

_log = logging.getLogger(__name__)

_BATCH_TOKENS: Final = 3000
_PAD: Final = 1
_WARM_UP: Final = 0.08
_WEIGHT_DECAY: Final = 0.01
_HEAD_RATE: Final = 5.0
_DECIDING: Final = 0.5
"""Weight of the second task."""
_REPORT: Final = 50


@dataclass(frozen=True, slots=True)
class Example:
    """A pair as tokens.

    ``states`` are what the frozen layers make of it, (tokens, width) in half precision; ``deciding`` is 1
    where a token is among the deciding words, 0 where not, -1 where that is unknown.
    """

    states: NDArray[np.float16]
    relation: int
    deciding: NDArray[np.int8]


def examples(network: TrainedClaimNetwork, encoder: PairEncoder, pairs: Sequence[Pair]) -> list[Example]:
    """All pairs, read by the frozen layers, those of like length together."""
    encoded = [encoder.encode(pair.claim, pair.context, pair.passage) for pair in pairs]
    order = sorted(range(len(pairs)), key=lambda place: len(encoded[place].ids))
    found: list[Example | None] = [None] * len(pairs)
    network.eval()
    with torch.inference_mode():
        for group in _grouped([len(encoded[place].ids) for place in order]):
            places = [order[one] for one in group]
            ids = nn.utils.rnn.pad_sequence(
                [torch.from_numpy(encoded[place].ids) for place in places], batch_first=True, padding_value=_PAD
            )
            mask = (ids != _PAD).long()
            states = network.states_below(ids, mask).to(torch.float16).numpy()
            for row, place in enumerate(places):
                length = len(encoded[place].ids)
                found[place] = Example(
                    states[row, :length].copy(), pairs[place].relation, _deciding(pairs[place], encoded[place])
                )
    return [example for example in found if example is not None]


def _deciding(pair: Pair, encoded: EncodedPair) -> NDArray[np.int8]:
    """A claim that is proven, or of which nothing is said, has no deciding words."""
    labels = np.full(len(encoded.ids), -1, np.int8)
    labels[[*encoded.claim, *encoded.passage]] = 0
    if pair.relation in (PARTLY, CONTRADICTS) and pair.mine is None:
        labels[:] = -1
    elif pair.relation == CONTRADICTS and pair.theirs is None:
        labels[list(encoded.passage)] = -1
    for span, offsets in ((pair.mine, encoded.claim), (pair.theirs, encoded.passage)):
        if span is not None:
            labels[[place for place, (start, end) in offsets.items() if _touches(span, start, end)]] = 1
    return labels


def _touches(span: Span, start: int, end: int) -> bool:
    return start < span.end and span.start < end


def _grouped(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of ascending lengths in groups of so many tokens."""
    group: list[int] = []
    for place, length in enumerate(lengths):
        if group and (len(group) + 1) * length > _BATCH_TOKENS:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _batch(chosen: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    states = nn.utils.rnn.pad_sequence([torch.from_numpy(e.states) for e in chosen], batch_first=True).float()
    deciding = nn.utils.rnn.pad_sequence(
        [torch.from_numpy(e.deciding) for e in chosen], batch_first=True, padding_value=-1
    )
    lengths = torch.tensor([len(e.states) for e in chosen])
    mask = (torch.arange(states.shape[1])[None] < lengths[:, None]).long()
    return states, mask, torch.tensor([e.relation for e in chosen]), deciding


def learn(
    network: TrainedClaimNetwork,
    learnt: Sequence[Example],
    checked: Sequence[Example],
    *,
    rounds: int,
    rate: float,
    seed: int,
) -> None:
    """Go through ``learnt`` ``rounds`` times; how well ``checked`` is read is told after each."""
    drawn = random.Random(seed)
    heads = [v for n, v in network.trained() if not n.startswith("encoder.")]
    layers = [v for n, v in network.trained() if n.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": layers, "lr": rate}, {"params": heads, "lr": rate * _HEAD_RATE}], weight_decay=_WEIGHT_DECAY
    )
    order = sorted(range(len(learnt)), key=lambda place: len(learnt[place].states))
    groups = [[order[one] for one in group] for group in _grouped([len(learnt[place].states) for place in order])]
    steps = rounds * len(groups)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step, steps))
    for number in range(rounds):
        network.train()
        began, summed = time.perf_counter(), 0.0
        drawn.shuffle(groups)
        for step, group in enumerate(groups, 1):
            states, mask, relations, deciding = _batch([learnt[place] for place in group])
            scores, tokens = network(states, mask)
            loss = nn.functional.cross_entropy(scores, relations, label_smoothing=0.05)
            known = deciding >= 0
            loss = loss + _DECIDING * nn.functional.binary_cross_entropy_with_logits(
                tokens[known], deciding[known].float(), pos_weight=torch.tensor(3.0)
            )
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([*layers, *heads], 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            summed += float(loss.detach())
            if step % _REPORT == 0:
                _log.info("round %d, step %d of %d: %.3f", number + 1, step, len(groups), summed / step)
        told = ", ".join(f"{name} {value:.3f}" for name, value in check(network, checked).items())
        _log.info("round %d in %.0f s: %s", number + 1, time.perf_counter() - began, told)


def check(network: TrainedClaimNetwork, examples_: Sequence[Example]) -> dict[str, float]:
    """Accuracy, and precision and recall of contradictions."""
    network.eval()
    right = given = true = both = 0
    with torch.inference_mode():
        order = sorted(range(len(examples_)), key=lambda place: len(examples_[place].states))
        for group in _grouped([len(examples_[place].states) for place in order]):
            states, mask, relations, _ = _batch([examples_[order[one]] for one in group])
            told = network(states, mask)[0].argmax(1)
            right += int((told == relations).sum())
            given += int((told == CONTRADICTS).sum())
            true += int((relations == CONTRADICTS).sum())
            both += int(((told == CONTRADICTS) & (relations == CONTRADICTS)).sum())
    return {
        "accuracy": right / max(1, len(examples_)),
        "contradiction precision": both / max(1, given),
        "contradiction recall": both / max(1, true),
    }


def _share(step: int, steps: int) -> float:
    warm = max(1, math.ceil(_WARM_UP * steps))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))
