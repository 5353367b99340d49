"""What was learnt, as a file: the layers and the heads in half precision, with how they came about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from eval.training.network import ReadingNetwork


class Stored(Protocol):
    """A network that tells what of it is stored."""

    def stored(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Those parameters under their names."""
        ...


def write_weights(network: Stored, path: Path, card: Mapping[str, object]) -> None:
    """Write the stored parameters as float16 safetensors under their own names; ``card`` goes into the metadata."""
    from safetensors.torch import save_file

    weights = {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in network.stored()}
    save_file(weights, path, metadata={"card": json.dumps(card, ensure_ascii=False, sort_keys=True)})


def read_weights(network: nn.Module, path: Path) -> None:
    """Load what :func:`write_weights` wrote; layers that were frozen then are not in it and stay as they are.

    Raises ``KeyError`` where it holds a parameter that the network does not have.
    """
    from safetensors.torch import load_file

    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for name, value in load_file(path).items():
            parameters[name].copy_(value)


def average_weights(network: ReadingNetwork, path: Path, share: float) -> None:
    """Move the network's parameters towards those in a file: ``share`` of its own, the rest of theirs.

    A short course makes a network better at what it shows, and it forgets some of the rest; half-way between it is
    often better at both (Wortsman et al., CVPR 2022).
    """
    from safetensors.torch import load_file

    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for name, value in load_file(path).items():
            parameters[name].copy_(share * parameters[name] + (1 - share) * value.to(parameters[name]))


def read_card(path: Path) -> dict[str, object]:
    """How the weights in a file came about."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        card: dict[str, object] = json.loads(file.metadata()["card"])
    return card
