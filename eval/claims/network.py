"""The claim network in PyTorch, for training: the upper layers of the encoder and two heads.

The lower layers are the reading network's and stay as they are, so what they make of a pair is computed once and kept;
training then costs a third of what it would.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from eval.training.network import ReadingNetwork
from eval.training.weights import read_weights

TRAINED_LAYERS: Final = 4
RELATION_WIDTH: Final = 128


class TrainedClaimNetwork(nn.Module):
    """``directory`` is that of the converted embedding model, ``reading`` the reading network's weights."""

    def __init__(self, directory: Path, reading: Path) -> None:
        super().__init__()
        whole = ReadingNetwork(directory)
        read_weights(whole, reading)
        self.encoder: Any = whole.encoder
        width = int(self.encoder.config.hidden_size)
        self.relation_inner = nn.Linear(width, RELATION_WIDTH)
        self.relation_outer = nn.Linear(RELATION_WIDTH, 4)
        self.deciding = nn.Linear(width, 1)
        self.lower = len(self.encoder.encoder.layer) - TRAINED_LAYERS
        self.encoder.requires_grad_(requires_grad=False)
        for layer in self.encoder.encoder.layer[self.lower :]:
            layer.requires_grad_(requires_grad=True)

    def states_below(self, ids: Tensor, mask: Tensor) -> Tensor:
        """What the frozen layers make of (batch, tokens): shape (batch, tokens, width)."""
        states: Tensor = self.encoder.embeddings(input_ids=ids)
        wide = _wide(mask, states.dtype)
        for layer in self.encoder.encoder.layer[: self.lower]:
            states = _first(layer(states, wide))
        return states

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Relations, shape (batch, 4), and the log-odds of each token to be a deciding one, (batch, tokens)."""
        wide = _wide(mask, states.dtype)
        for layer in self.encoder.encoder.layer[self.lower :]:
            states = _first(layer(states, wide))
        inner = nn.functional.gelu(self.relation_inner(states[:, 0]))
        relations: Tensor = self.relation_outer(inner)
        deciding: Tensor = self.deciding(states)[..., 0]
        return relations, deciding

    def trained(self) -> Iterator[tuple[str, nn.Parameter]]:
        """What training changes."""
        return ((name, value) for name, value in self.named_parameters() if value.requires_grad)

    def stored(self) -> Iterator[tuple[str, nn.Parameter]]:
        """What is stored: the layers below are the reading network's."""
        return self.trained()


def _wide(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """The mask as attention adds it, shape (batch, 1, 1, tokens)."""
    return (1.0 - mask[:, None, None, :].to(dtype)) * torch.finfo(dtype).min


def _first(output: Any) -> Tensor:  # noqa: ANN401 - a tensor, or a tuple with it, by the library's version
    result: Tensor = output[0] if isinstance(output, tuple) else output
    return result
