"""The reading network's encoder as ONNX graphs: the embedding model's own embeddings and lower layers, our upper ones.

The trained layers lie in the package in half precision. ONNX Runtime reads float32, so they are written out once beside
the embedding model's weights, which the graph refers to: nothing of those is stored twice.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.graph import MICROSOFT, WEIGHTS_FILE, BertGraph
from corpus.embedding.quantisation import CHECK_KEY, Int8Graph, keep, observed_peaks, open_session, put, with_check
from corpus.errors import StoreError

GRAPH_VERSION: Final = 1
LEAST_COSINE: Final = 0.98
"""How near the states in int8 must come to those in float32, on a text that no scale was taken from."""
_ENCODER: Final = "encoder."

_log = logging.getLogger(__name__)


class _StatesGraph(BertGraph):
    """``input_ids`` (1, tokens) → ``states`` (1, tokens, width), in float32."""

    inputs = ("input_ids",)
    output = ("states", ("batch", "tokens"))

    def _attention(self, query: str, key: str, value: str) -> str:
        heads = self._config["num_attention_heads"]
        return self._add("MultiHeadAttention", [query, key, value], domain=MICROSOFT, num_heads=heads)

    def _pool(self, hidden: str) -> None:
        self._add("Identity", [hidden], output="states")


class _Int8StatesGraph(Int8Graph):
    """The same with int8 products."""

    output = ("states", ("batch", "tokens"))

    def _pool(self, hidden: str) -> None:
        self._add("Identity", [hidden], output="states")


class ReadingGraphs:
    """The graphs of one set of trained weights; ``directory`` is that of multilingual-e5-small."""

    def __init__(self, name: str, directory: Path, trained: dict[str, NDArray[np.float16]], identity: str) -> None:
        """``trained`` maps ``BertModel``'s names, prefixed with ``encoder.``, to weights that ``identity`` tells apart.

        Files begin with ``name``: those of an older identity go when new ones are written, other networks' stay.
        Raises :class:`StoreError` where the directory cannot be written.
        """
        self._directory = directory
        self._mark = hashlib.sha256(f"{identity} {GRAPH_VERSION}".encode()).hexdigest()[:16]
        self._files = (WEIGHTS_FILE, f"{name}.float32-{self._mark}.safetensors")
        self._quantised_file = directory / f"{name}.int8-{self._mark}.onnx"
        self._write_layers(trained)

    def float32(self) -> Any:  # noqa: ANN401 - untyped library
        """A session in float32."""
        return open_session(_StatesGraph(self._directory, self._files).model().SerializeToString(), self._directory)

    def int8(self, calibration: Sequence[Sequence[int]], check: Sequence[int]) -> Any:  # noqa: ANN401
        """A session in int8, or ``None`` where this processor computes it too inexactly.

        ``calibration`` and ``check`` are token ids of texts that show the activations at their largest, and of another.
        """
        path = self._quantised_file
        if path.is_file():
            session = open_session(path.read_bytes(), self._directory)
        else:
            content = self._quantised(calibration, check)
            keep(content, path)
            session = open_session(content, self._directory)
        expected = np.frombuffer(base64.b64decode(session.get_modelmeta().custom_metadata_map[CHECK_KEY]), "<f4")
        states = session.run(None, {"input_ids": np.array([check], np.int64)})[0].reshape(-1)
        cosine = float(states @ expected / (np.linalg.norm(states) * np.linalg.norm(expected)))
        if cosine >= LEAST_COSINE:
            return session
        _log.info("Lesenetz in int8 zu ungenau (Kosinus %.3f), float32 wird benutzt", cosine)
        return None

    def _quantised(self, calibration: Sequence[Sequence[int]], check: Sequence[int]) -> bytes:
        peaks, _ = observed_peaks(self._directory, calibration, check, self._files)
        states = self.float32().run(None, {"input_ids": np.array([check], np.int64)})[0].astype("<f4")
        return with_check(_Int8StatesGraph(self._directory, peaks, self._files).model(), states)

    def _write_layers(self, trained: dict[str, NDArray[np.float16]]) -> None:
        """The trained layers in float32, in one step, so that another process never reads half of them."""
        path = self._directory / self._files[1]
        if path.is_file():
            return
        from safetensors.numpy import save

        layers = {
            name.removeprefix(_ENCODER): np.ascontiguousarray(values, dtype=np.float32)
            for name, values in trained.items()
            if name.startswith(_ENCODER)
        }
        try:
            put(save(layers), path)
        except OSError as error:
            raise StoreError(
                f"Das Lesenetz lässt sich nicht in {self._directory} ablegen: {error.strerror or error}."
            ) from error
