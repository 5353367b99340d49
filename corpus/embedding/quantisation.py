"""The encoder with int8 matrix products: three times as fast as in float32 where the processor has them, and as true.

Weights are rounded to int8 per output channel, once; activations to uint8 per text, while it runs. A plain dynamic
quantisation of this kind loses more (cosine down to .991), because a few channels of the feed-forward halves are twenty
times as large as the rest and make the steps coarse for all. So these channels are made smaller and the matching
columns of the weights larger by the same factor, which changes no product (SmoothQuant, Xiao et al. 2023). The factors
come from the largest values that a handful of passages show; with them the cosine to float32 stays above .997, on
tables, single words and other languages, too.

Also tried: static scales (no faster, and worse outside what they had been calibrated on), blocks of 32 with a scale
each (``MatMulNBits``: cosine .9999, hardly faster than float32).
"""

from __future__ import annotations

import base64
import hashlib
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.graph import MICROSOFT, WEIGHTS_FILE, BertGraph
from corpus.embedding.runtime import load_onnxruntime

if TYPE_CHECKING:
    from onnx import ModelProto

QUANTISATION_VERSION = 1

CHECK_KEY = "check"
"""The key in the file's metadata under which the float32 vector (base64) of ``CHECK_TEXT`` stands."""

EXTERNAL_FOLDER = "session.model_external_initializers_file_folder_path"
"""ONNX Runtime's option saying where the weights lie that a model read from memory refers to."""

MIGRATION = 0.75
"""SmoothQuant's α, the share of the unevenness that moves from activations to weights; .5 to 1 were tried."""

_SMOOTHED = ("intermediate.dense", "output.dense")
_FLOOR = 1e-5
"""Below this a channel counts as silent, so that no factor becomes infinite."""

_log = logging.getLogger(__name__)


def quantised_file(identity: str) -> str:
    """The name of the quantised model's file, which tells what was quantised and how: another never takes its place."""
    return f"encoder.int8-{hashlib.sha256(f'{identity} {QUANTISATION_VERSION}'.encode()).hexdigest()[:16]}.onnx"


def quantise(directory: Path, calibration: Sequence[Sequence[int]], check: Sequence[int]) -> bytes:
    """The quantised model of ``directory`` serialised; refers to ``model.safetensors`` beside it.

    ``calibration`` and ``check`` are the token ids of ``CALIBRATION_TEXTS`` and ``CHECK_TEXT``. Takes two seconds.
    Raises ``OSError`` where a file is missing and ``KeyError`` where the model is not a plain BERT encoder.
    """
    peaks, vector = observed_peaks(directory, calibration, check)
    return with_check(Int8Graph(directory, peaks).model(), vector)


def observed_peaks(
    directory: Path,
    calibration: Sequence[Sequence[int]],
    check: Sequence[int],
    files: Sequence[str] = (WEIGHTS_FILE,),
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
    """The peaks that :class:`Int8Graph` wants, and the float32 vector of ``check``."""
    session, names = _open_observer(directory, files)
    peaks: dict[str, NDArray[np.float32]] = {}
    for ids in calibration:
        _, *found = _run(session, ids)
        for name, values in zip(names, found, strict=True):
            peaks[name] = np.maximum(peaks[name], values) if name in peaks else values
    return peaks, _run(session, check)[0].astype("<f4")


def with_check(model: ModelProto, expected: NDArray[np.float32]) -> bytes:
    """The model serialised, with the float32 values of ``CHECK_TEXT`` in its metadata."""
    model.metadata_props.add(key=CHECK_KEY, value=base64.b64encode(expected.tobytes()).decode("ascii"))
    content: bytes = model.SerializeToString()
    return content


def open_session(model: bytes, folder: Path) -> Any:  # noqa: ANN401 - untyped library
    """A session that computes one text a run on one thread; the weights that ``model`` refers to lie in ``folder``."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    # A plan of memory would be kept for each length of text, and saves no time.
    options.enable_mem_pattern = False
    options.add_session_config_entry(EXTERNAL_FOLDER, str(folder))
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def put(content: bytes, file: Path) -> None:
    """Write ``file`` in one step and remove its forerunners, whose names differ in the hash only.

    Raises ``OSError`` where that is not allowed.
    """
    with tempfile.NamedTemporaryFile(prefix=f".{file.stem}-", dir=file.parent, delete=False) as draft:
        path = Path(draft.name)
        try:
            draft.write(content)
            draft.close()
            path.chmod(0o644)  # mkstemp leaves it to the owner alone; models may be shared
            path.replace(file)
        finally:
            path.unlink(missing_ok=True)
    for other in file.parent.glob(f"{file.stem.rpartition('-')[0]}-*{file.suffix}"):
        if other != file:
            other.unlink(missing_ok=True)


def keep(content: bytes, file: Path) -> None:
    """The same for what can be made again: where it cannot be written, each process makes its own."""
    try:
        put(content, file)
    except OSError as error:
        _log.warning("Das quantisierte Modell lässt sich nicht in %s ablegen: %s", file.parent, error)


class Int8Graph(BertGraph):
    """One text a run: ``input_ids`` (1, tokens) → ``vectors`` (1, width). No padding, so no mask.

    The scale of an activation is taken over the whole run; with one text in it, a text's vector depends on nothing but
    the text.
    """

    inputs = ("input_ids",)

    def __init__(
        self, directory: Path, peaks: dict[str, NDArray[np.float32]], files: Sequence[str] = (WEIGHTS_FILE,)
    ) -> None:
        """``peaks``: the largest absolute value ``(in,)`` of each input channel of the linear maps to be smoothed."""
        from safetensors.numpy import load_file

        super().__init__(directory, files)
        self._arrays: dict[str, NDArray[np.float32]] = {}
        for file in files:
            self._arrays |= load_file(directory / file)
        self._peaks = peaks
        self._rounded: dict[str, list[str]] = {}

    def _linear(self, value: str, name: str) -> str:
        matrix = self._arrays[f"{name}.weight"]
        if name in self._peaks:
            factors = smoothing_factors(self._peaks[name], matrix)
            value = self._add("Mul", [value, self._constant(f"{name}.smoothing", 1 / factors)])
            matrix = matrix * factors
        whole, scales = rounded_weights(matrix)
        activation, scale, zero = self._rounded_activation(value)
        inputs = [
            activation,
            self._constant(f"{name}.weight.int8", whole.T),
            scale,
            self._constant(f"{name}.weight.scale", scales),
            zero,
            "",
            self._weight(f"{name}.bias"),
        ]
        return self._add("MatMulIntegerToFloat", inputs, domain=MICROSOFT)

    def _rounded_activation(self, value: str) -> list[str]:
        """uint8 values, scale and zero point; query, key and value share theirs."""
        if value not in self._rounded:
            names = [f"{value}.{part}" for part in ("uint8", "scale", "zero")]
            self._rounded[value] = self._add_several("DynamicQuantizeLinear", [value], names)
        return self._rounded[value]

    def _attention(self, query: str, key: str, value: str) -> str:
        heads = self._config["num_attention_heads"]
        return self._add("MultiHeadAttention", [query, key, value], domain=MICROSOFT, num_heads=heads)

    def _gelu(self, value: str) -> str:
        # By tanh: an error of a thousandth, below that of the rounding.
        return self._add("FastGelu", [value], domain=MICROSOFT)

    def _residual(self, value: str, skip: str, norm: str) -> str:
        # Two operators, because with SkipLayerNormalization a passage took 22.6 ms of a core instead of 18.3.
        return self._normalised(self._add("Add", [value, skip]), norm)

    def _pool(self, hidden: str) -> None:
        self._normalised_sum(hidden)


class _ObservedGraph(BertGraph):
    """The float32 encoder, giving the peaks of each input channel beside the vectors."""

    def __init__(self, directory: Path, files: Sequence[str]) -> None:
        super().__init__(directory, files)
        self.peaks: dict[str, str] = {}
        """Name of the linear map → name of the output."""

    def _further_outputs(self) -> list[str]:
        return list(self.peaks.values())

    def _linear(self, value: str, name: str) -> str:
        if name.endswith(_SMOOTHED) and not name.endswith("attention.output.dense"):
            axes = self._constant("batch and tokens", np.array([0, 1]))
            self.peaks[name] = self._add("ReduceMax", [self._add("Abs", [value]), axes], keepdims=0)
        return super()._linear(value, name)


def smoothing_factors(peaks: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each input channel is divided by and its column of ``matrix`` (out, in) multiplied with (eq. 4 there)."""
    strongest = np.maximum(np.abs(matrix).max(axis=0), _FLOOR)
    factors: NDArray[np.float32] = np.maximum(peaks, _FLOOR) ** MIGRATION / strongest ** (1 - MIGRATION)
    return factors.astype(np.float32)


def rounded_weights(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """``matrix`` (out, in) as int8 and the scale ``(out,)`` of each row, the largest weight becoming ±127."""
    scales = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny) / np.float32(127)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def _open_observer(directory: Path, files: Sequence[str]) -> tuple[Any, list[str]]:
    """A session of the observed graph, and which linear map each of its further outputs belongs to."""
    onnxruntime = load_onnxruntime()
    graph = _ObservedGraph(directory, files)
    model: ModelProto = graph.model()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry(EXTERNAL_FOLDER, str(directory))
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session, list(graph.peaks)


def _run(session: Any, ids: Sequence[int]) -> list[NDArray[np.float32]]:  # noqa: ANN401 - untyped library
    row = np.array([ids], np.int64)
    outputs: list[NDArray[np.float32]] = session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
    return outputs
