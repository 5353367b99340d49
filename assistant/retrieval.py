"""Hybrid retrieval: a LlamaIndex retriever over the vector index and the full-text index.

Both sides give their best passages; each passage found by either gets both scores, and these are added as they are,
BM25 with a small weight. Fusing ranks would throw away how sure each side is, and so does normalising the scores of
each question: on long judgments, where BM25 knows best and far ahead of its second, that pulls it down to the dense
side's level (``python -m benchmarks.retrieval`` compares all of them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from numpy.typing import NDArray

from corpus.analysis import query_terms
from corpus.store import Scope, Store
from corpus.types import Passage
from corpus.vectors import VectorIndex

LEXICAL_WEIGHT: Final = 0.005
"""What a unit of BM25 counts beside a cosine of 1. Chosen among five on OMoS-QA, MLQA-de and LegalQuAD together: on
each of them the sum is as good as the better side or better."""
ROW_SIZE: Final = 0.25
"""A table's row is a passage of its own, about a quarter as long as one of running text: a table that fits the question
must not leave the text around it unread."""
CANDIDATES: Final = 50
"""Passages that each side proposes."""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage with its fused score and the raw ones: ``dense`` is a cosine, ``lexical`` BM25."""

    passage: Passage
    score: float
    dense: float
    lexical: float


class HybridRetriever(BaseRetriever):
    """Finds passages by meaning and by words. The scope is part of both searches, never a filter afterwards."""

    def __init__(
        self,
        store: Store,
        vectors: VectorIndex,
        embedding: BaseEmbedding,
        *,
        scope: Scope,
        top_k: int = 6,
        side: Literal["both", "dense", "lexical"] = "both",
    ) -> None:
        """With one ``side`` only, that alone ranks what either has found."""
        super().__init__()
        self._store = store
        self._vectors = vectors
        self._embedding = embedding
        self._scope = scope
        self._top_k = top_k
        self._side = side

    def rank(
        self, query_bundle: QueryBundle, scope: Scope | None = None, candidates: int = CANDIDATES
    ) -> list[RankedPassage]:
        """All passages that either side proposes, best first; the query's embedding is added where it lacks one.

        ``scope`` is a narrower one than the retriever's own.
        """
        scope = self._scope if scope is None else scope
        if query_bundle.embedding is None:
            query_bundle.embedding = self._embedding.get_query_embedding(query_bundle.query_str)
        query = np.asarray(query_bundle.embedding, dtype=np.float32)
        dense = dict(self._vectors.search(query_bundle.embedding, candidates, scope))
        lexical = dict(self._store.search_terms(query_terms(query_bundle.query_str), candidates, scope))
        passages = self._store.passages(sorted(dense.keys() | lexical.keys()), scope)
        if not passages:
            return []
        keys = list(passages)
        unscored = [key for key in keys if key not in dense]
        for key, vector in self._vectors.vectors(unscored).items() if unscored else ():
            dense[key] = float(vector @ query)
        # A passage that BM25 did not return shares no term or is worse than the last one returned: 0 is its floor.
        cosines = np.array([dense.get(key, 0.0) for key in keys])
        bm25 = np.array([lexical.get(key, 0.0) for key in keys])
        scores = {"both": fused(cosines, bm25), "dense": cosines, "lexical": bm25}[self._side]
        ranked = sorted(range(len(keys)), key=lambda position: (-scores[position], keys[position]))
        return [
            RankedPassage(
                passages[keys[position]],
                float(scores[position]),
                dense.get(keys[position], 0.0),
                lexical.get(keys[position], 0.0),
            )
            for position in ranked
        ]

    def best(self, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
        """The first ones, until there is as much to read as in ``top_k`` passages of running text."""
        chosen: list[RankedPassage] = []
        size = 0.0
        for found in ranked:
            if size >= self._top_k:
                break
            chosen.append(found)
            size += ROW_SIZE if found.passage.reading else 1.0
        return chosen

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The best passages as LlamaIndex's nodes; metadata: ``document``, ``section``, ``dense``, ``lexical``."""
        return [
            NodeWithScore(
                node=TextNode(
                    id_=found.passage.key,
                    text=found.passage.text,
                    start_char_idx=found.passage.span.start,
                    end_char_idx=found.passage.span.end,
                    metadata={
                        "document": found.passage.document,
                        "section": found.passage.section_title,
                        "dense": found.dense,
                        "lexical": found.lexical,
                    },
                ),
                score=found.score,
            )
            for found in self.best(self.rank(query_bundle))
        ]


def fused(dense: NDArray[np.float64], lexical: NDArray[np.float64]) -> NDArray[np.float64]:
    """One score of both."""
    return dense + LEXICAL_WEIGHT * lexical
