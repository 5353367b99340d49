"""The encoder for short work: the same weights in ONNX Runtime, ready in well under a second.

Importing sentence-transformers takes five seconds and more, which a question on the command line would wait for each
time; ONNX Runtime imports in a fifth of a second. A model with an ``encoder.onnx`` beside its weights therefore answers
queries and small jobs here, in float32; large jobs go where they run faster (see :mod:`corpus.embedding.model`).

The graph is that of :mod:`corpus.embedding.graph`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.graph import GRAPH_FILE
from corpus.embedding.runtime import load_onnxruntime

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BATCH = 8
"""Texts a run: on two cores eight were faster than 16 or 32, whose activations no longer fit the cache."""


class OnnxEncoder:
    """Texts to normalised vectors through ``encoder.onnx``; may be used from several threads."""

    def __init__(self, directory: Path, tokenizer: Tokenizer, pad: int, max_tokens: int) -> None:
        """Open the graph in ``directory``; ``pad`` is the padding token's id. Raises what ONNX Runtime raises."""
        onnxruntime = load_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Threads that spin while they wait would take the cores from the web chat between two questions.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(
            str(directory / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizer
        self._pad = pad
        self._max_tokens = max_tokens

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors ``(len(texts), dimension)`` in the order of ``texts``, which carry their prompts already."""
        encoded = [self._cut(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
        vectors: NDArray[np.float32] | None = None
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            result = self._run([encoded[index] for index in chosen])
            if vectors is None:
                vectors = np.empty((len(order), result.shape[1]), np.float32)
            vectors[chosen] = result
        return np.empty((0, 0), np.float32) if vectors is None else vectors

    def _cut(self, ids: list[int]) -> list[int]:
        """As many tokens as the model reads, the closing mark kept, as tokenizers cut."""
        return ids if len(ids) <= self._max_tokens else [*ids[: self._max_tokens - 1], ids[-1]]

    def _run(self, rows: Sequence[list[int]]) -> NDArray[np.float32]:
        width = max(len(row) for row in rows)
        ids = np.full((len(rows), width), self._pad, np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        result: NDArray[np.float32] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return result
