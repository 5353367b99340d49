"""One course of training: what is minimised, how fast, and where it goes on after an interruption."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from eval.training.batches import NO_SPAN, Batch, EncodedExample, collated_ahead
from eval.training.examples import UNKNOWN
from eval.training.network import ReadingNetwork, Scores

_log = logging.getLogger(__name__)

_LAYER_DECAY: Final = 0.92
_HEAD_RATE: Final = 6.0
"""The heads begin at random, so they learn faster than the layers."""
_WARM_UP: Final = 0.06
_WEIGHT_DECAY: Final = 0.01
_LONGEST_STEP: Final = 1.0
_LISTWISE: Final = 0.5
_CHECKPOINT: Final = 120.0
"""Seconds."""
_REPORT: Final = 25


@dataclass(frozen=True, slots=True)
class Course:
    """``rate`` is the highest learning rate of the uppermost layer."""

    rate: float
    device: str


def losses(scores: Scores, batch: Batch) -> dict[str, Tensor]:
    """The parts of the loss, each a mean over examples.

    Sentences are learnt one by one (cross-entropy) and, where the passage answers, against each other (ListNet, Cao et
    al., ICML 2007): the one keeps probabilities honest, the other puts the right sentence first.
    """
    holding = _sentence_loss(scores.sentences[..., 0].float(), batch.holding)
    belonging = _sentence_loss(scores.sentences[..., 1].float(), batch.belonging)
    passage = nn.functional.binary_cross_entropy_with_logits(scores.passages.float(), batch.answerable)
    spans = scores.spans.float().masked_fill(batch.mask[..., None] == 0, -1e4)
    span = torch.stack(
        [
            nn.functional.cross_entropy(spans[..., side], target, ignore_index=NO_SPAN, reduction="sum")
            for side, target in enumerate((batch.starts, batch.ends))
        ]
    ).sum()
    return {"holding": holding, "belonging": belonging, "passage": passage, "span": 0.5 * span / len(batch.starts)}


def _sentence_loss(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != UNKNOWN
    single = nn.functional.binary_cross_entropy_with_logits(logits, labels.clamp(min=0).float(), reduction="none")
    counts = known.sum(1)
    pointwise = ((single * known).sum(1) / counts.clamp(min=1)).mean()
    right = (labels == 1) & known
    competing = logits.masked_fill(~known, -1e4)
    listed = torch.logsumexp(competing, 1) - torch.logsumexp(logits.masked_fill(~right, -1e4), 1)
    listwise = (listed * right.any(1)).mean()
    return pointwise + _LISTWISE * listwise


def learn(
    network: ReadingNetwork,
    groups: Sequence[Sequence[EncodedExample]],
    course: Course,
    work: Path,
    check: Callable[[int], None],
) -> None:
    """Go through ``groups`` once; from the last checkpoint in ``work`` where there is one.

    ``check`` is called with the number of steps at every fifth and at the end.
    """
    network.to(course.device)
    optimizer = torch.optim.AdamW(_rates(network, course.rate), weight_decay=_WEIGHT_DECAY, fused=True)
    steps = len(groups)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share_of_rate(step, steps))
    done = _resumed(work, network, optimizer, schedule)
    trained = [value for _, value in network.trained()]
    sums: dict[str, Tensor] = {}
    tokens, since, kept = 0, time.perf_counter(), time.perf_counter()
    for step, prepared in enumerate(collated_ahead(groups[done:]), done):
        network.train()
        batch = prepared.to(course.device)
        # Only where it is multiplied in one go: other processors would be slowed down.
        with torch.autocast(course.device, torch.bfloat16, enabled=course.device != "cpu" or _multiplies_bfloat16()):
            scores = network(batch.ids, batch.mask, batch.sentence, batch.holding.shape[1])
        parts = losses(scores, batch)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, _LONGEST_STEP)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += int(prepared.mask.sum())
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value.detach()
        if (step + 1) % _REPORT == 0:
            told = ", ".join(f"{name} {float(value) / _REPORT:.3f}" for name, value in sums.items())
            _log.info("step %d of %d: %s; %.0f tokens/s", step + 1, steps, told, tokens / (time.perf_counter() - since))
            sums, tokens, since = {}, 0, time.perf_counter()
        if time.perf_counter() - kept > _CHECKPOINT:
            _keep(work, step + 1, network, optimizer, schedule)
            kept = time.perf_counter()
        if (step + 1) % max(1, steps // 5) == 0 or step + 1 == steps:
            network.eval()
            check(step + 1)
            since = time.perf_counter()


def _multiplies_bfloat16() -> bool:
    """Whether the processor has tiles for it (AMX)."""
    return bool(torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - there is no public way to ask


def _rates(network: ReadingNetwork, rate: float) -> list[dict[str, Any]]:
    """Lower layers learn more slowly: they serve the frozen embeddings below them."""
    layers = network.encoder.config.num_hidden_layers
    groups = []
    for name, value in network.trained():
        parts = name.split(".")
        factor = _LAYER_DECAY ** (layers - 1 - int(parts[3])) if parts[0] == "encoder" else _HEAD_RATE
        groups.append({"params": [value], "lr": rate * factor})
    return groups


def _share_of_rate(step: int, steps: int) -> float:
    warm = max(1, math.ceil(_WARM_UP * steps))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))


def _keep(work: Path, step: int, network: ReadingNetwork, optimizer: Any, schedule: Any) -> None:  # noqa: ANN401
    state = {
        "step": step,
        "network": dict(network.trained()),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }
    draft = work / "checkpoint.new"
    torch.save(state, draft)
    draft.replace(work / "checkpoint.pt")


def _resumed(work: Path, network: ReadingNetwork, optimizer: Any, schedule: Any) -> int:  # noqa: ANN401
    path = work / "checkpoint.pt"
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, value in network.trained():
            value.copy_(state["network"][name])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    _log.info("going on behind step %d", state["step"])
    return int(state["step"])
