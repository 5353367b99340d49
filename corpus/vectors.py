"""The vector index: passages in Chroma, embedded in the process, through LlamaIndex's ``ChromaVectorStore``.

It is derived from the store and can be rebuilt; a passage that only Chroma has is never shown.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters, VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from corpus.errors import StoreError
from corpus.records import Scope

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as ChromaCollection

VECTORS_DIRECTORY = "chroma"
_COLLECTION = "passages"
_BATCH = 1000
"""Passages a call; Chroma limits a call to a few thousand because of SQLite's variables."""


class VectorIndex:
    """Passage vectors by cosine similarity. ``store`` is LlamaIndex's interface to the same collection."""

    def __init__(self, directory: Path) -> None:
        """Open or make the index under ``directory``; nothing is sent anywhere. Raises :class:`StoreError`."""
        # Chroma logs every telemetry failure as an error although telemetry is off.
        logging.getLogger("chromadb.telemetry").setLevel(logging.CRITICAL)
        try:
            client = chromadb.PersistentClient(
                path=str(directory / VECTORS_DIRECTORY), settings=ChromaSettings(anonymized_telemetry=False)
            )
            self._collection: ChromaCollection = client.get_or_create_collection(
                _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        except (ChromaError, ValueError, OSError) as error:
            raise StoreError(
                f"Der Vektorindex in „{directory}“ lässt sich nicht öffnen ({error}); "
                "bitte „aktenkundig doctor“ aufrufen."
            ) from error
        self.store = ChromaVectorStore(chroma_collection=self._collection)

    def add(self, nodes: Sequence[BaseNode]) -> None:
        """Add embedded passages; their node ids are the passage keys."""
        for start in range(0, len(nodes), _BATCH):
            self.store.add(list(nodes[start : start + _BATCH]))

    def delete(self, keys: Collection[str]) -> None:
        """Remove passages by key; unknown keys are ignored."""
        ordered = sorted(keys)
        for start in range(0, len(ordered), _BATCH):
            self._collection.delete(ids=ordered[start : start + _BATCH])

    def search(self, vector: Sequence[float], limit: int, scope: Scope) -> list[tuple[str, float]]:
        """Passage keys with their cosine similarity to ``vector``, best first; the scope is part of the query."""
        result = self.store.query(
            VectorStoreQuery(query_embedding=list(vector), similarity_top_k=limit, filters=_filters(scope))
        )
        # ChromaVectorStore reports exp(-distance), and Chroma's cosine distance is 1 - cosine.
        return [
            (key, 1.0 + math.log(similarity))
            for key, similarity in zip(result.ids or [], result.similarities or [], strict=True)
            if similarity > 0
        ]

    def vectors(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of these passages; unknown keys are left out."""
        found = self._collection.get(ids=list(keys), include=["embeddings"])
        embeddings = found["embeddings"]
        if embeddings is None:
            return {}
        return {key: np.asarray(vector, dtype=np.float32) for key, vector in zip(found["ids"], embeddings, strict=True)}

    def keys(self) -> set[str]:
        """The keys of all passages in the index."""
        return set(self._collection.get(include=[])["ids"])


def _filters(scope: Scope) -> MetadataFilters | None:
    filters: list[MetadataFilter | MetadataFilters] = []
    if scope.public_only:
        filters.append(MetadataFilter(key="visibility", value="public"))
    if not scope.examples:
        filters.append(MetadataFilter(key="origin", value="original"))
    return MetadataFilters(filters=filters) if filters else None
