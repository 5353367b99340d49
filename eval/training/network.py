"""The reading network in PyTorch, for training; the assistant runs the same weights through ONNX Runtime.

The encoder of multilingual-e5-small reads question and passage together (a cross-encoder: Nogueira and Cho 2019). Its
embeddings stay as they are, so that only the layers and the heads need be stored. Three heads read its last states: one
scores sentences from their mean state, their mark and the first token, one the passage from the first token, and one
each token as the first and the last of the short answer (Devlin et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

SENTENCE_WIDTH: Final = 256
PASSAGE_WIDTH: Final = 128
_EMBEDDINGS: Final = "encoder.embeddings."


@dataclass(frozen=True, slots=True)
class Scores:
    """Log-odds.

    ``sentences`` has shape (batch, sentences, 2): that a sentence holds the answer, and that it belongs to what the
    question asks about. ``passages`` has shape (batch,), ``spans`` (batch, tokens, 2).
    """

    sentences: Tensor
    passages: Tensor
    spans: Tensor


class ReadingNetwork(nn.Module):
    """Encoder and heads. Pass ``directory`` of the converted embedding model."""

    def __init__(self, directory: Path, dropout: float = 0.0) -> None:
        """``dropout``: on processors, drawing the masks takes as long as the multiplications."""
        super().__init__()
        from transformers import BertModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self.encoder: Any = BertModel.from_pretrained(
            directory,
            add_pooling_layer=False,
            attn_implementation="sdpa",
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
        )
        width = int(self.encoder.config.hidden_size)
        self.sentence_inner = nn.Linear(3 * width, SENTENCE_WIDTH)
        self.sentence_outer = nn.Linear(SENTENCE_WIDTH, 2)
        self.passage_inner = nn.Linear(width, PASSAGE_WIDTH)
        self.passage_outer = nn.Linear(PASSAGE_WIDTH, 1)
        self.span = nn.Linear(width, 2)
        self.encoder.embeddings.requires_grad_(requires_grad=False)

    def forward(self, ids: Tensor, mask: Tensor, sentence: Tensor, sentences: int) -> Scores:
        """``ids``, ``mask`` and ``sentence`` have shape (batch, tokens): whose token it is, ``OUTSIDE`` for nobody's.

        ``sentences`` is the largest number of sentences in a passage.
        """
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        within = sentence[:, None] == torch.arange(sentences, device=ids.device)[:, None]
        pool = within / within.sum(-1, keepdim=True).clamp(min=1)
        # A sentence's last token is its mark.
        marks = (within * torch.arange(ids.shape[1], device=ids.device)).amax(-1)
        first = states[:, :1]
        at_marks = torch.gather(states, 1, marks[..., None].expand(-1, -1, states.shape[-1]))
        pooled = torch.cat([pool.to(states.dtype) @ states, at_marks, first.expand(-1, sentences, -1)], dim=-1)
        scored = self.sentence_outer(nn.functional.gelu(self.sentence_inner(pooled)))
        passages = self.passage_outer(nn.functional.gelu(self.passage_inner(first[:, 0])))[:, 0]
        return Scores(scored, passages, self.span(states))

    def freeze(self, layers: int) -> None:
        """Leave the lowest ``layers`` as they are: a short course changes little there, and runs faster without."""
        for layer in self.encoder.encoder.layer[:layers]:
            layer.requires_grad_(requires_grad=False)

    def trained(self) -> Iterator[tuple[str, nn.Parameter]]:
        """What training changes."""
        return ((name, value) for name, value in self.named_parameters() if value.requires_grad)

    def stored(self) -> Iterator[tuple[str, nn.Parameter]]:
        """What is stored: all but the embeddings, which are the embedding model's."""
        return ((name, value) for name, value in self.named_parameters() if not name.startswith(_EMBEDDINGS))
