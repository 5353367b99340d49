"""The vector index: passages in Chroma, embedded in the process, through LlamaIndex's ``ChromaVectorStore``.

It is derived from the store and can be rebuilt; a passage that only Chroma has is never shown.
"""

from __future__ import annotations

import logging
import math
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from corpus.disk import no_room, room_needed
from corpus.errors import StoreError
from corpus.index_files import has_index, leftover_directories, name_in, new_name, read_stamp, write_stamp
from corpus.records import Scope

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as ChromaCollection

_FULL = re.compile(r"disk is full|No space left|File too large|os error (?:27|28|122)\b|code: (?:13|778)\b")
"""How Chroma words that a file cannot grow; the codes are SQLite's."""
_LEAST_ROOM = 1_000_000
"""Bytes; where less is free, nothing else was the matter."""
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

_OPENING: Final = Lock()
"""One index of a process is opened at a time: Chroma has one cache of open ones, which opening empties first, and
whoever opens one meanwhile would look for their own in it in vain."""

_Found = TypeVar("_Found")


class VectorIndex:
    """Passage vectors by cosine similarity. ``store`` is LlamaIndex's interface to the same collection.

    Chroma keeps its search graph in memory and never looks whether another process has written since. Every change is
    therefore stamped in a file beside, and whoever reads another stamp than its own opens the index anew. The stamp
    also names the directory of the index, so that one that was built beside takes its place in one step.
    """

    def __init__(self, directory: Path) -> None:
        """Open or make the index under ``directory``; nothing is sent anywhere. Raises :class:`StoreError`."""
        self._directory = directory
        self._stamp: str | None = None
        self._refresh()

    def is_readable(self) -> bool:
        """Whether the index still lies where it was opened, and answers; cheap, and looks at no passage."""
        if not has_index(self._directory):
            return False
        try:
            self._collection.count()
        except (ChromaError, OSError):
            return False
        return True

    def _refresh(self) -> None:
        while read_stamp(self._directory) != self._stamp:
            with _OPENING:
                if (stamp := read_stamp(self._directory)) == self._stamp:
                    break  # another thread has opened it meanwhile
                self._collection = _open_collection(self._directory, name_in(stamp))
                self.store = ChromaVectorStore(chroma_collection=self._collection)
                # Not before it is open: another thread may ask meanwhile, and must not take the old graph for the new.
                self._stamp = stamp

    def _ask(self, question: Callable[[], _Found]) -> _Found:
        """Ask the index as it is now, once more if another one took its place in the middle of it."""
        self._refresh()
        asked = self._stamp
        try:
            with _told(self._directory):
                return question()
        except StoreError:
            if read_stamp(self._directory) == asked:
                raise
        self._refresh()
        with _told(self._directory):
            return question()

    def _mark_changed(self) -> None:
        self._stamp = write_stamp(self._directory, name_in(self._stamp or ""))

    def add(self, nodes: Sequence[BaseNode]) -> None:
        """Add embedded passages; their node ids are the passage keys."""
        with _told(self._directory, writing=True):
            for start in range(0, len(nodes), _BATCH):
                self.store.add(list(nodes[start : start + _BATCH]))
        self._mark_changed()

    def delete(self, keys: Collection[str]) -> None:
        """Remove passages by key; unknown keys are ignored.

        Their words and vectors stay in Chroma's files until :meth:`rebuild`.
        """
        ordered = sorted(keys)
        with _told(self._directory, writing=True):
            for start in range(0, len(ordered), _BATCH):
                self._collection.delete(ids=ordered[start : start + _BATCH])
        self._mark_changed()

    @classmethod
    def rebuild(cls, directory: Path, nodes: Iterable[Sequence[BaseNode]]) -> VectorIndex:
        """Build the index under ``directory`` anew from embedded passages, whatever state the old one is in.

        It is built beside and takes the place of the old one at the end, which is removed. Whoever searches
        meanwhile has the old one. Only one caller at a time may do so. Raises :class:`StoreError`, and then nothing has
        changed.
        """
        name = new_name()
        try:
            store = ChromaVectorStore(chroma_collection=_open_collection(directory, name))
            with _told(directory, writing=True):
                for some in nodes:
                    for start in range(0, len(some), _BATCH):
                        store.add(list(some[start : start + _BATCH]))
            write_stamp(directory, name)
        except BaseException:
            shutil.rmtree(directory / name, ignore_errors=True)
            raise
        for left in leftover_directories(directory):
            # Somebody who opens the old one at this moment may keep it from going; then it is left over.
            shutil.rmtree(left, ignore_errors=True)
        return cls(directory)

    def search(self, vector: Sequence[float], limit: int, scope: Scope) -> list[tuple[str, float]]:
        """Passage keys with their cosine similarity to ``vector``, best first; the scope is part of the query."""
        if scope.documents is not None and not scope.documents:
            return []  # Chroma refuses an empty list of alternatives.
        query = VectorStoreQuery(query_embedding=list(vector), similarity_top_k=limit, filters=_filters(scope))
        result = self._ask(lambda: self.store.query(query))
        # ChromaVectorStore reports exp(-distance), and Chroma's cosine distance is 1 - cosine.
        return [
            (key, 1.0 + math.log(similarity))
            for key, similarity in zip(result.ids or [], result.similarities or [], strict=True)
            if similarity > 0
        ]

    def vectors(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of these passages; unknown keys are left out."""
        found = self._ask(lambda: self._collection.get(ids=list(keys), include=["embeddings"]))
        embeddings = found["embeddings"]
        if embeddings is None:
            return {}
        return {key: np.asarray(vector, dtype=np.float32) for key, vector in zip(found["ids"], embeddings, strict=True)}

    def best_similarities(self, vectors: NDArray[np.float32]) -> list[float]:
        """For each of the vectors, shape (n, dimensions), the cosine similarity of what a search finds first."""
        found = self._ask(lambda: self._collection.query(query_embeddings=vectors, n_results=1, include=["distances"]))
        return [1.0 - row[0] if row else -1.0 for row in found["distances"] or []]

    def keys(self) -> set[str]:
        """The keys of all passages in the index."""
        return set(self._ask(lambda: self._collection.get(include=[])["ids"]))


def _open_collection(directory: Path, name: str) -> ChromaCollection:
    """The collection of the index ``name``, made if it is not there."""
    # Chroma logs every telemetry failure as an error although telemetry is off.
    logging.getLogger("chromadb.telemetry").setLevel(logging.CRITICAL)
    # Without this, Chroma would hand out the graph that this process has in memory. Searches under way in other
    # threads keep the old one until they are done.
    SharedSystemClient.clear_system_cache()
    with _told(directory):
        client = chromadb.PersistentClient(
            path=str(directory / name), settings=ChromaSettings(anonymized_telemetry=False)
        )
        return client.get_or_create_collection(
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


@contextmanager
def _told(directory: Path, *, writing: bool = False) -> Iterator[None]:
    """Turn what Chroma raises into a :class:`StoreError` with what to do."""
    try:
        with room_needed(directory):
            yield
    except (ChromaError, ValueError, OSError) as error:
        full = writing and shutil.disk_usage(directory).free < _LEAST_ROOM
        if full or _FULL.search(str(error)):
            raise no_room(directory) from error
        if writing:  # Chroma does not always say why
            raise StoreError(
                f"Der Vektorindex in „{directory}“ ließ sich nicht schreiben ({error}); bitte Platz schaffen oder "
                "„aktenkundig doctor --repair“ aufrufen und es noch einmal versuchen."
            ) from error
        raise StoreError(
            f"Der Vektorindex in „{directory}“ ist nicht lesbar ({error}); "
            "bitte „aktenkundig doctor --repair“ aufrufen, das baut ihn neu auf."
        ) from error


def _filters(scope: Scope) -> MetadataFilters | None:
    filters: list[MetadataFilter | MetadataFilters] = []
    if scope.public_only:
        filters.append(MetadataFilter(key="visibility", value="public"))
    if not scope.examples:
        filters.append(MetadataFilter(key="origin", value="original"))
    if scope.documents is not None:
        filters.append(MetadataFilter(key="document", value=sorted(scope.documents), operator=FilterOperator.IN))
    return MetadataFilters(filters=filters) if filters else None
