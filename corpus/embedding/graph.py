"""BERT (Devlin et al. 2019) with mean pooling and L2 normalisation as an ONNX graph over the weights in its directory.

The graph holds no weights of its own: they *are* those in ``model.safetensors``, referred to by offset (ONNX external
data), so that nothing is stored twice and the word embeddings are mapped, not read.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

GRAPH_FILE = "encoder.onnx"
WEIGHTS_FILE = "model.safetensors"

MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""


def write_graph(directory: Path) -> None:
    """Write ``encoder.onnx`` for the BERT model in ``directory``: ``config.json``, ``model.safetensors`` in float32.

    Raises ``OSError`` where a file is missing and ``KeyError`` where the model is not a plain BERT encoder.
    """
    import onnx

    onnx.save(BertGraph(directory).model(), directory / GRAPH_FILE)


def external_weights(path: Path) -> dict[str, TensorProto]:
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


class BertGraph:
    """The encoder in float32: ``input_ids``, ``attention_mask`` (batch, tokens) → ``vectors`` (batch, width).

    Methods take and return the names of values. Subclasses override how a layer multiplies, adds and masks, and what
    becomes of the last states.
    """

    inputs: tuple[str, ...] = ("input_ids", "attention_mask")
    output: tuple[str, Sequence[str | int]] = ("vectors", ("batch",))
    """Name and shape, without the width, of what the encoder gives."""

    def __init__(self, directory: Path, files: Sequence[str] = (WEIGHTS_FILE,)) -> None:
        """Read ``config.json`` and the headers of the safetensors ``files`` in ``directory``.

        A later file's weights take the place of an earlier one's. Errors as for :func:`write_graph`.
        """
        self._config: dict[str, Any] = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        self._weights: dict[str, TensorProto] = {}
        for file in files:
            self._weights |= external_weights(directory / file)
        self._used: dict[str, TensorProto] = {}
        self._nodes: list[NodeProto] = []

    @property
    def layers(self) -> int:
        """The number of encoder layers."""
        return int(self._config["num_hidden_layers"])

    def model(self) -> ModelProto:
        """The finished model; to be called once."""
        from onnx import TensorProto, helper

        hidden = self._embeddings()
        for layer in range(self.layers):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        self._pool(hidden)
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in self.inputs]
        name, shape = self.output
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [*shape, self._config["hidden_size"]])]
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self._further_outputs()]
        graph = helper.make_graph(self._nodes, "encoder", inputs, outputs, list(self._used.values()))
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=versions)
        model.ir_version = 9
        return model

    def _further_outputs(self) -> list[str]:
        """Names of float32 values that the model gives beside its vectors."""
        return []

    def _embeddings(self) -> str:
        """Word, position and type vectors, normalised: ``(batch, tokens, hidden)``."""
        words = self._add("Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"])
        length = self._add("Shape", ["input_ids"], start=1, end=2)
        zero = self._constant("zero", np.array([0]))
        places = self._add("Slice", [self._weight("embeddings.position_embeddings.weight"), zero, length, zero])
        kinds = self._weight("embeddings.token_type_embeddings.weight")
        kind = self._add("Slice", [kinds, zero, self._constant("one", np.array([1])), zero])
        total = self._add("Add", [self._add("Add", [words, places]), kind])
        return self._normalised(total, "embeddings.LayerNorm")

    def _layer(self, hidden: str, prefix: str) -> str:
        """One encoder layer, normalised after each half."""
        query, key, value = (
            self._linear(hidden, f"{prefix}attention.self.{part}") for part in ("query", "key", "value")
        )
        context = self._attention(query, key, value)
        attended = self._linear(context, f"{prefix}attention.output.dense")
        hidden = self._residual(attended, hidden, f"{prefix}attention.output.LayerNorm")
        inner = self._gelu(self._linear(hidden, f"{prefix}intermediate.dense"))
        return self._residual(self._linear(inner, f"{prefix}output.dense"), hidden, f"{prefix}output.LayerNorm")

    def _pool(self, hidden: str) -> None:
        """The mean over the tokens that are not padding, at length 1: no need to divide by their number."""
        mask = self._add("Cast", ["attention_mask"], to=1)
        kept = self._add("Mul", [hidden, self._add("Unsqueeze", [mask, self._constant("last", np.array([-1]))])])
        self._normalised_sum(kept)

    def _normalised_sum(self, hidden: str) -> None:
        total = self._add("ReduceSum", [hidden, self._constant("one", np.array([1]))], keepdims=0)
        self._add("LpNormalization", [total], output="vectors", axis=-1, p=2)

    def _linear(self, value: str, name: str) -> str:
        # transB takes the matrix as PyTorch stores it, (out, in), so that the file can be used as it is.
        inputs = [value, self._weight(f"{name}.weight")]
        product = self._add("FusedMatMul", inputs, domain=MICROSOFT, transB=1)
        return self._add("Add", [product, self._weight(f"{name}.bias")])

    def _attention(self, query: str, key: str, value: str) -> str:
        inputs = [query, key, value, "", self._mask()]
        return self._add("MultiHeadAttention", inputs, domain=MICROSOFT, num_heads=self._config["num_attention_heads"])

    def _gelu(self, value: str) -> str:
        return self._add("Gelu", [value], domain=MICROSOFT)

    def _residual(self, value: str, skip: str, norm: str) -> str:
        inputs = [value, skip, self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")]
        return self._add("SkipLayerNormalization", inputs, domain=MICROSOFT, epsilon=self._config["layer_norm_eps"])

    def _normalised(self, value: str, norm: str) -> str:
        inputs = [value, self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")]
        return self._add("LayerNormalization", inputs, axis=-1, epsilon=self._config["layer_norm_eps"])

    def _mask(self) -> str:
        if not any("mask32" in node.output for node in self._nodes):
            self._add("Cast", ["attention_mask"], output="mask32", to=6)
        return "mask32"

    def _weight(self, name: str) -> str:
        self._used[name] = self._weights[name]
        return name

    def _constant(self, name: str, values: ArrayLike) -> str:
        from onnx import numpy_helper

        self._used[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _add(
        self, operator: str, inputs: Iterable[str], *, output: str = "", domain: str = "", **attributes: float
    ) -> str:
        return self._add_several(operator, inputs, [output or f"{operator}_{len(self._nodes)}"], domain, **attributes)[
            0
        ]

    def _add_several(
        self, operator: str, inputs: Iterable[str], outputs: list[str], domain: str = "", **attributes: float
    ) -> list[str]:
        from onnx import helper

        node = helper.make_node(operator, list(inputs), outputs, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return outputs
