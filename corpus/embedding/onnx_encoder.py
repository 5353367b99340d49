"""The encoder for short work: the same weights in ONNX Runtime, ready in well under a second.

Importing sentence-transformers takes five seconds and more, which a question on the command line would wait for each
time; ONNX Runtime imports in a fifth of a second. A model with an ``encoder.onnx`` beside its weights therefore answers
queries and small jobs here, in float32; large jobs go to sentence-transformers, which is faster once it runs.

``encoder.onnx`` holds the graph only (BERT after Devlin et al. 2019, mean pooling, L2 normalisation). Its weights *are*
those in ``model.safetensors``, referred to by offset (ONNX external data), so that nothing is stored twice and the word
embeddings are mapped, not read.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto
    from tokenizers import Tokenizer

GRAPH_FILE = "encoder.onnx"
WEIGHTS_FILE = "model.safetensors"
BATCH = 8
"""Texts a run: on two cores eight were faster than 16 or 32, whose activations no longer fit the cache."""

_MICROSOFT = "com.microsoft"


class OnnxEncoder:
    """Texts to normalised vectors through ``encoder.onnx``; may be used from several threads."""

    def __init__(self, directory: Path, tokenizer: Tokenizer, pad: int, max_tokens: int) -> None:
        """Open the graph in ``directory``; ``pad`` is the padding token's id. Raises what ONNX Runtime raises."""
        import onnxruntime  # type: ignore[import-untyped]

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


def write_graph(directory: Path) -> None:
    """Write ``encoder.onnx`` for the BERT model in ``directory``: ``config.json``, ``model.safetensors`` in float32.

    Raises ``OSError`` where a file is missing and ``KeyError`` where the model is not a plain BERT encoder.
    """
    import onnx

    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    graph = _Graph(_external_weights(directory / WEIGHTS_FILE))
    hidden = graph.embeddings(config["layer_norm_eps"])
    for layer in range(config["num_hidden_layers"]):
        hidden = graph.layer(hidden, layer, config["num_attention_heads"], config["layer_norm_eps"])
    graph.pool(hidden)
    onnx.save(graph.model(config["hidden_size"]), directory / GRAPH_FILE)


def _external_weights(path: Path) -> dict[str, TensorProto]:
    """Every tensor of a safetensors file as an ONNX initializer that points into it.

    Layout: https://github.com/huggingface/safetensors#format – a length (u64), a JSON header, then the tensors.
    """
    from onnx import TensorProto

    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(length))
    weights: dict[str, TensorProto] = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise KeyError(f"{name}: {entry['dtype']}")
        first, last = entry["data_offsets"]
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=entry["shape"])
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", path.name), ("offset", 8 + length + first), ("length", last - first)):
            tensor.external_data.add(key=key, value=str(value))
        weights[name] = tensor
    return weights


class _Graph:
    """Nodes and initializers in the making; methods take and return the names of values."""

    def __init__(self, weights: dict[str, TensorProto]) -> None:
        self._weights = weights
        self._used: dict[str, TensorProto] = {}
        self._nodes: list[NodeProto] = []

    def embeddings(self, epsilon: float) -> str:
        """Word, position and type vectors, normalised: ``(batch, tokens, hidden)``."""
        words = self._add("Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"])
        length = self._add("Shape", ["input_ids"], start=1, end=2)
        zero = self._constant("zero", [0])
        places = self._add("Slice", [self._weight("embeddings.position_embeddings.weight"), zero, length, zero])
        kinds = self._weight("embeddings.token_type_embeddings.weight")
        kind = self._add("Slice", [kinds, zero, self._constant("one", [1]), zero])
        total = self._add("Add", [self._add("Add", [words, places]), kind])
        norm = [self._weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        return self._add("LayerNormalization", [total, *norm], axis=-1, epsilon=epsilon)

    def layer(self, hidden: str, index: int, heads: int, epsilon: float) -> str:
        """One encoder layer, normalised after each half."""
        prefix = f"encoder.layer.{index}."
        query, key, value = (
            self._linear(hidden, f"{prefix}attention.self.{part}") for part in ("query", "key", "value")
        )
        context = self._add(
            "MultiHeadAttention", [query, key, value, "", self._mask()], domain=_MICROSOFT, num_heads=heads
        )
        attended = self._linear(context, f"{prefix}attention.output.dense")
        hidden = self._residual(attended, hidden, f"{prefix}attention.output.LayerNorm", epsilon)
        inner = self._add("Gelu", [self._linear(hidden, f"{prefix}intermediate.dense")], domain=_MICROSOFT)
        return self._residual(
            self._linear(inner, f"{prefix}output.dense"), hidden, f"{prefix}output.LayerNorm", epsilon
        )

    def pool(self, hidden: str) -> None:
        """The mean over the tokens that are not padding, at length 1: no need to divide by their number."""
        mask = self._add("Cast", ["attention_mask"], to=1)
        kept = self._add("Mul", [hidden, self._add("Unsqueeze", [mask, self._constant("last", [-1])])])
        total = self._add("ReduceSum", [kept, self._constant("one", [1])], keepdims=0)
        self._add("LpNormalization", [total], output="vectors", axis=-1, p=2)

    def model(self, width: int) -> ModelProto:
        """The finished model: ``input_ids``, ``attention_mask`` (batch, tokens) → ``vectors`` (batch, width)."""
        from onnx import TensorProto, helper

        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", width])]
        graph = helper.make_graph(self._nodes, "encoder", inputs, outputs, list(self._used.values()))
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=versions)
        model.ir_version = 9
        return model

    def _linear(self, value: str, name: str) -> str:
        # transB takes the matrix as PyTorch stores it, (out, in), so that the file can be used as it is.
        inputs = [value, self._weight(f"{name}.weight")]
        product = self._add("FusedMatMul", inputs, domain=_MICROSOFT, transB=1)
        return self._add("Add", [product, self._weight(f"{name}.bias")])

    def _residual(self, value: str, skip: str, norm: str, epsilon: float) -> str:
        inputs = [value, skip, self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")]
        return self._add("SkipLayerNormalization", inputs, domain=_MICROSOFT, epsilon=epsilon)

    def _mask(self) -> str:
        if not any("mask32" in node.output for node in self._nodes):
            self._add("Cast", ["attention_mask"], output="mask32", to=6)
        return "mask32"

    def _weight(self, name: str) -> str:
        self._used[name] = self._weights[name]
        return name

    def _constant(self, name: str, values: list[int]) -> str:
        from onnx import numpy_helper

        self._used[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def _add(
        self, operator: str, inputs: Iterable[str], *, output: str = "", domain: str = "", **attributes: float
    ) -> str:
        from onnx import helper

        name = output or f"{operator}_{len(self._nodes)}"
        node = helper.make_node(operator, list(inputs), [name], domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return name
