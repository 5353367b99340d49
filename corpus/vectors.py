"""The vector index: passages in Chroma, embedded in the process, through LlamaIndex's ``ChromaVectorStore``.

It is derived from the store and can be rebuilt; a passage that only Chroma has is never shown.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
)
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from corpus.access import Access, gremium_key
from corpus.errors import StoreError
from corpus.records import Scope

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as ChromaCollection

VECTORS_DIRECTORY = "chroma"
_STAMP_FILE = "vektoren.stand"
_GREMIUM = "gremium:"
_COLLECTION = "passages"
_SEARCHED = 1000
"""Candidates that a search keeps (HNSW's ef). Chroma builds its graph anew, in another order, whenever the index is
opened; with its default of 100 the 50 best of a few hundred passages were not always all found, and the same question
got another answer in another process. It is set when an index is made, as the next two are; older ones keep theirs."""
_BUILT_WITH = 400
_NEIGHBOURS = 32
"""While the graph is built (HNSW's ef and M; Chroma: 100 and 16). With those defaults a passage now and then had no way
leading to it."""
_BATCH = 1000
"""Passages a call; Chroma limits a call to a few thousand because of SQLite's variables."""


class VectorIndex:
    """Passage vectors by cosine similarity. ``store`` is LlamaIndex's interface to the same collection.

    Chroma keeps its search graph in memory and never looks whether another process has written since. Every change is
    therefore stamped in a file beside, and whoever reads another stamp than its own opens the index anew.
    """

    def __init__(self, directory: Path) -> None:
        """Open or make the index under ``directory``; nothing is sent anywhere. Raises :class:`StoreError`."""
        # Chroma logs every telemetry failure as an error although telemetry is off.
        logging.getLogger("chromadb.telemetry").setLevel(logging.CRITICAL)
        self._directory = directory
        self._stamp_file = directory / _STAMP_FILE
        self._stamp = self._read_stamp()
        self._open()

    def _open(self) -> None:
        # Without this, Chroma would hand out the graph that this process has in memory. Searches under way in other
        # threads keep the old one until they are done.
        SharedSystemClient.clear_system_cache()
        try:
            client = chromadb.PersistentClient(
                path=str(self._directory / VECTORS_DIRECTORY), settings=ChromaSettings(anonymized_telemetry=False)
            )
            self._collection: ChromaCollection = client.get_or_create_collection(
                _COLLECTION,
                embedding_function=None,
                configuration={
                    "hnsw": {
                        "space": "cosine",
                        "ef_search": _SEARCHED,
                        "ef_construction": _BUILT_WITH,
                        "max_neighbors": _NEIGHBOURS,
                    }
                },
            )
        except (ChromaError, ValueError, OSError) as error:
            raise StoreError(
                f"Der Vektorindex in „{self._directory}“ lässt sich nicht öffnen ({error}); "
                "bitte „aktenkundig doctor“ aufrufen."
            ) from error
        self.store = ChromaVectorStore(chroma_collection=self._collection)

    def _read_stamp(self) -> str:
        return self._stamp_file.read_text("ascii") if self._stamp_file.is_file() else ""

    def _refresh(self) -> None:
        stamp = self._read_stamp()
        if stamp != self._stamp:
            self._open()
            # Not before it is open: another thread may ask meanwhile, and must not take the old graph for the new one.
            self._stamp = stamp

    def _mark_changed(self) -> None:
        stamp = uuid4().hex
        self._stamp_file.write_text(stamp, "ascii")
        self._stamp = stamp

    def add(self, nodes: Sequence[BaseNode]) -> None:
        """Add embedded passages; their node ids are the passage keys."""
        for start in range(0, len(nodes), _BATCH):
            self.store.add(list(nodes[start : start + _BATCH]))
        self._mark_changed()

    def delete(self, keys: Collection[str]) -> None:
        """Remove passages by key; unknown keys are ignored."""
        ordered = sorted(keys)
        for start in range(0, len(ordered), _BATCH):
            self._collection.delete(ids=ordered[start : start + _BATCH])
        self._mark_changed()

    def set_access(self, keys: Collection[str], access: Access) -> None:
        """Say anew who may see these passages; nothing of them is embedded again."""
        ordered = sorted(keys)
        wanted = access_metadata(access)
        for start in range(0, len(ordered), _BATCH):
            known = self._collection.get(ids=ordered[start : start + _BATCH], include=["metadatas"])
            # Chroma adds to what it has; a mark goes where its value is None.
            marks = [
                {**{name: None for name in metadata if name.startswith(_GREMIUM)}, **wanted}
                for metadata in known["metadatas"] or []
            ]
            if marks:
                self._collection.update(ids=known["ids"], metadatas=marks)  # type: ignore[arg-type]  # None is allowed
        self._mark_changed()

    def access_marks(self) -> dict[str, dict[str, str | int]]:
        """What the index knows of who may see each passage, in the form of :func:`access_metadata`."""
        found = self._collection.get(include=["metadatas"])
        return {
            key: {
                name: value
                for name, value in metadata.items()
                if isinstance(value, str | int) and (name == "visibility" or name.startswith(_GREMIUM))
            }
            for key, metadata in zip(found["ids"], found["metadatas"] or [], strict=True)
        }

    def search(self, vector: Sequence[float], limit: int, scope: Scope) -> list[tuple[str, float]]:
        """Passage keys with their cosine similarity to ``vector``, best first; the scope is part of the query."""
        if scope.documents is not None and not scope.documents:
            return []  # Chroma refuses an empty list of alternatives.
        self._refresh()
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
        self._refresh()
        found = self._collection.get(ids=list(keys), include=["embeddings"])
        embeddings = found["embeddings"]
        if embeddings is None:
            return {}
        return {key: np.asarray(vector, dtype=np.float32) for key, vector in zip(found["ids"], embeddings, strict=True)}

    def keys(self) -> set[str]:
        """The keys of all passages in the index."""
        return set(self._collection.get(include=[])["ids"])


def access_metadata(access: Access) -> dict[str, str | int]:
    """What the index knows of who may see a passage: a mark for each Gremium, so that one condition finds it."""
    return {"visibility": access.visibility, **{f"{_GREMIUM}{gremium_key(name)}": 1 for name in access.gremien}}


def _filters(scope: Scope) -> MetadataFilters | None:
    filters: list[MetadataFilter | MetadataFilters] = []
    if not scope.sees_everything:
        filters.append(_visible(scope))
    if not scope.examples:
        filters.append(MetadataFilter(key="origin", value="original"))
    if scope.documents is not None:
        filters.append(MetadataFilter(key="document", value=sorted(scope.documents), operator=FilterOperator.IN))
    return MetadataFilters(filters=filters) if filters else None


def _visible(scope: Scope) -> MetadataFilter | MetadataFilters:
    public = MetadataFilter(key="visibility", value="public")
    if not scope.gremien:
        return public
    ours = [MetadataFilter(key=f"{_GREMIUM}{key}", value=1) for key in sorted(scope.gremien)]
    for_us = MetadataFilters(
        filters=[
            MetadataFilter(key="visibility", value="non_public"),
            MetadataFilters(filters=list(ours), condition=FilterCondition.OR),
        ]
    )
    return MetadataFilters(filters=[public, for_us], condition=FilterCondition.OR)
