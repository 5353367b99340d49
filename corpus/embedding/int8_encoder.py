"""The encoder for large jobs where the processor multiplies int8: one text a run, a thread for each processor.

On two cores this was faster than batches of eight split between them (114 against 106 passages a second): nothing is
padded, and threads wait for each other only at the end.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.calibration import CALIBRATION_TEXTS, CHECK_TEXT
from corpus.embedding.graph import GRAPH_FILE
from corpus.embedding.quantisation import (
    CHECK_KEY,
    keep,
    open_session,
    quantise,
    quantised_file,
)

if TYPE_CHECKING:
    from corpus.embedding.directory import ModelDirectory

LEAST_COSINE = 0.99
"""How near the vectors must come to those of float32."""

CHUNK = 256
"""Texts that are tokenised at a time: bounds the memory of a long job."""

MOST_WORKERS = 16
"""Each holds the activations of one text, so their number bounds the memory."""


class ImpreciseError(Exception):
    """On this processor the quantised model does not give the vectors of the float32 one."""


def can_quantise(files: ModelDirectory) -> bool:
    """Whether the model has the plain graph that quantisation knows."""
    return (files.path / GRAPH_FILE).is_file()


def worker_count() -> int:
    """How many texts are encoded at the same time."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_WORKERS)


class Int8Encoder:
    """Texts to normalised vectors through the quantised model; may be used from several threads."""

    def __init__(self, files: ModelDirectory) -> None:
        """Open the quantised model, which is made and kept beside the weights where it is missing.

        One text is encoded and compared with its float32 vector, because processors without dot products of bytes may
        overflow where others do not: :class:`ImpreciseError` where they disagree.
        """
        self._tokenizer = files.tokenizer
        self._max_tokens = files.max_tokens
        self._session = self._open(files)
        metadata = self._session.get_modelmeta().custom_metadata_map
        expected = np.frombuffer(base64.b64decode(metadata[CHECK_KEY]), "<f4")
        cosine = float(self.encode([files.prompts[1] + CHECK_TEXT])[0] @ expected)
        if not cosine >= LEAST_COSINE:
            raise ImpreciseError(f"cosine {cosine:.3f} to float32")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors ``(len(texts), dimension)`` in the order of ``texts``, which carry their prompts already."""
        chunks = []
        with ThreadPoolExecutor(worker_count(), thread_name_prefix="int8") as workers:
            for first in range(0, len(texts), CHUNK):
                encoded = self._ids(texts[first : first + CHUNK])
                # The longest first, so that no worker is left alone with a long one at the end.
                order = sorted(range(len(encoded)), key=lambda index: -len(encoded[index]))
                found = np.concatenate(list(workers.map(self._run, [encoded[index] for index in order])))
                vectors = np.empty_like(found)
                vectors[order] = found
                chunks.append(vectors)
        return np.concatenate(chunks) if chunks else np.empty((0, 0), np.float32)

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids, as many as the model reads, the closing mark kept, as tokenizers cut."""
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        limit = self._max_tokens
        return [ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]] for ids in rows]

    def _run(self, ids: Sequence[int]) -> NDArray[np.float32]:
        result: NDArray[np.float32] = self._session.run(None, {"input_ids": np.array([ids], np.int64)})[0]
        return result

    def _open(self, files: ModelDirectory) -> Any:  # noqa: ANN401 - untyped library
        path = files.path / quantised_file(files.identity)
        if path.is_file():
            return open_session(path.read_bytes(), files.path)
        prompt = files.prompts[1]
        *calibration, check = self._ids([prompt + text for text in (*CALIBRATION_TEXTS, CHECK_TEXT)])
        model = quantise(files.path, calibration, check)
        keep(model, path)
        return open_session(model, files.path)
