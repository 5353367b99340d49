"""The claim network: a claim and a passage read together, what the one says of the other, and by which words.

It is a cross-encoder (Nogueira and Cho 2019) as those that recognise textual entailment (Bowman et al., EMNLP 2015):
the lower layers are the reading network's, the upper ones and two heads were trained on pairs of claims and passages
(``MODELLKARTE.md``). One head tells the relation from the first token, one for each token whether it is among the words
that decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from assistant.reader.graph import ReadingGraphs
from assistant.reader.network import encoder_of, gelu, network_weights
from corpus.embedding.calibration import CALIBRATION_TEXTS, CHECK_TEXT
from corpus.embedding.int8_encoder import worker_count
from corpus.embedding.model import SentenceEmbedding
from corpus.settings import Settings
from corpus.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

RELATIONS: Final = ("supports", "partly", "contradicts", "silent")
SUPPORTS, PARTLY, CONTRADICTS, SILENT = range(len(RELATIONS))
NETWORK_FILE: Final = "network.safetensors"
MAX_CLAIM_TOKENS: Final = 96
MAX_CONTEXT_TOKENS: Final = 24
MAX_TOKENS: Final = 288
_DECIDES_AT: Final = 0.0
"""Log-odds from which on a token is among the deciding words."""


@dataclass(frozen=True, slots=True)
class ToRelate:
    """A claim, and a passage with what it stands under."""

    claim: str
    context: str
    passage: str


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """``ids`` has shape (tokens,); ``claim`` and ``passage`` are the offsets of their tokens, by the token's place."""

    ids: NDArray[np.int64]
    claim: dict[int, tuple[int, int]]
    passage: dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Relation:
    """``scores`` are log-odds up to a constant, in the order of :data:`RELATIONS`.

    ``mine`` and ``theirs`` are the deciding words of the claim and of the passage, if any stand out.
    """

    scores: NDArray[np.float64]
    mine: Span | None
    theirs: Span | None


class PairEncoder:
    """``<s> query: claim </s> passage: context </s> passage </s>``, with the embedding model's tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        begin, end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
        if begin is None or end is None:
            raise ValueError("the claim network needs the tokenizer of multilingual-e5-small")
        self._begin, self._end = int(begin), int(end)

    def encode(self, claim: str, context: str, passage: str) -> EncodedPair:
        """The tokens of one pair; what is too long is cut at its end."""
        lead = "query: "
        asked, told, said = self._tokenizer.encode_batch(
            [f"{lead}{claim}", f"passage: {context}", passage], add_special_tokens=False
        )
        ids = [self._begin, *asked.ids[:MAX_CLAIM_TOKENS], self._end]
        own = {
            place: (max(0, start - len(lead)), end - len(lead))
            for place, (start, end) in enumerate(asked.offsets[:MAX_CLAIM_TOKENS], start=1)
            if end > len(lead)
        }
        ids += [*told.ids[:MAX_CONTEXT_TOKENS], self._end]
        room = MAX_TOKENS - len(ids) - 1
        theirs = {
            place: (start, end) for place, (start, end) in enumerate(said.offsets[:room], start=len(ids)) if end > start
        }
        ids += [*said.ids[:room], self._end]
        return EncodedPair(np.array(ids, dtype=np.int64), own, theirs)


class ClaimNetwork:
    """Relates claims to passages; may be used from several threads. Weights and graph are loaded at the first use."""

    def __init__(self, directory: Path, tokenizer: Tokenizer, weights: Callable[[], bytes]) -> None:
        """``directory`` and ``tokenizer`` are those of multilingual-e5-small."""
        self._directory = directory
        self._encoder = PairEncoder(tokenizer)
        self._weights = weights
        self._lock = Lock()
        self._loaded: tuple[Any, dict[str, NDArray[np.float64]]] | None = None

    def relate(self, pairs: Sequence[ToRelate]) -> list[Relation]:
        """What each passage says of the claim beside it; as many at a time as there are processors."""
        session, heads = self._open()
        with ThreadPoolExecutor(worker_count(), thread_name_prefix="claims") as workers:
            return list(workers.map(lambda pair: self._relate(session, heads, pair), pairs))

    def _relate(self, session: Any, heads: dict[str, NDArray[np.float64]], asked: ToRelate) -> Relation:  # noqa: ANN401
        claim, passage = asked.claim, asked.passage
        pair = self._encoder.encode(claim, asked.context, passage)
        states = session.run(None, {"input_ids": pair.ids[None]})[0][0].astype(np.float64)
        inner = gelu(states[0] @ heads["relation_inner.weight"].T + heads["relation_inner.bias"])
        scores = inner @ heads["relation_outer.weight"].T + heads["relation_outer.bias"]
        decides = (states @ heads["deciding.weight"].T + heads["deciding.bias"])[:, 0]
        return Relation(scores, _words(claim, pair.claim, decides), _words(passage, pair.passage, decides))

    def _open(self) -> tuple[Any, dict[str, NDArray[np.float64]]]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> tuple[Any, dict[str, NDArray[np.float64]]]:
        from safetensors.numpy import load

        content = self._weights()
        reading = network_weights()
        trained = load(content)
        layers = {name: values for name, values in load(reading).items() if name.startswith("encoder.")}
        layers |= {name: values for name, values in trained.items() if name.startswith("encoder.")}
        identity = hashlib.sha256(content + reading).hexdigest()
        graphs = ReadingGraphs("claims", self._directory, layers, identity)
        *calibration, check = [
            self._encoder.encode(text, "", text).ids.tolist() for text in (*CALIBRATION_TEXTS, CHECK_TEXT)
        ]
        session = graphs.int8(calibration, check) or graphs.float32()
        heads = {
            name: np.asarray(values, np.float64) for name, values in trained.items() if not name.startswith("encoder.")
        }
        return session, heads


def open_claim_network(settings: Settings, embedding: SentenceEmbedding) -> ClaimNetwork:
    """The packaged network. Raises :class:`corpus.errors.StoreError` where its graph cannot be written."""
    return ClaimNetwork(*encoder_of(settings, embedding), claim_weights)


def claim_weights() -> bytes:
    """The weights in the package."""
    return files("assistant.factcheck").joinpath(NETWORK_FILE).read_bytes()


def _words(text: str, offsets: dict[int, tuple[int, int]], decides: NDArray[np.float64]) -> Span | None:
    """The whole words around the run of deciding tokens that stands out most."""
    runs: list[list[int]] = []
    for place in sorted(offsets):
        if decides[place] < _DECIDES_AT:
            continue
        if runs and place - runs[-1][-1] <= 2:
            runs[-1].append(place)
        else:
            runs.append([place])
    if not runs:
        return None
    best = max(runs, key=lambda run: max(decides[place] for place in run))
    start, end = offsets[best[0]][0], offsets[best[-1]][1]
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    told = text[start:end]
    start += len(told) - len(told.lstrip(' ,;:()„“"'))
    end -= len(told) - len(told.rstrip(' ,;:.()„“"'))
    return Span(start, end) if start < end else None
