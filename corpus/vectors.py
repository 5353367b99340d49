"""The vector index: passages in Chroma, through LlamaIndex's ``ChromaVectorStore``.

It is derived from the store and can be rebuilt; a passage that only Chroma has is never shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
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
from corpus.errors import IndexAwayError, StoreError
from corpus.index_files import read_stamp, write_stamp
from corpus.index_place import GREMIUM, IndexPlace
from corpus.records import Scope
from corpus.server_place import place_of

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as ChromaCollection

    from corpus.chroma_server import ChromaServer

_BATCH = 1000
"""Passages a call; Chroma limits a call to a few thousand because of SQLite's variables."""

_OPENING: Final = Lock()
"""One index of a process is opened at a time: Chroma has one cache of open ones, which opening empties first, and
whoever opens one meanwhile would look for their own in it in vain."""

_Found = TypeVar("_Found")


class VectorIndex:
    """Passage vectors by cosine similarity. ``store`` is LlamaIndex's interface to the same collection.

    Embedded, Chroma keeps its search graph in memory and never looks whether another process has written since. Every
    change is therefore stamped in a file beside, and whoever reads another stamp than its own opens the index anew. The
    stamp also names the index, so that one that was built beside takes its place in one step; that holds on a server,
    too.
    """

    store: ChromaVectorStore
    _collection: ChromaCollection

    def __init__(self, directory: Path, server: ChromaServer | None = None) -> None:
        """Open the index of ``directory``, on the ``server`` if there is one.

        Embedded, it is made where there is none. Nothing is sent anywhere but to that server; one that does not answer
        now is asked again later. Raises :class:`StoreError`.
        """
        self._directory = directory
        self._place = place_of(directory, server)
        self._stamp: str | None = None
        try:
            self._refresh()
        except IndexAwayError:
            return  # whoever asks it before it is back is told

    def is_readable(self) -> bool:
        """Whether the index still lies where it was opened, and answers; cheap, and looks at no passage."""
        try:
            name = self._place.name_in(read_stamp(self._directory))
            if name is None or not self._place.is_there(name):
                return False
            self._ask(lambda: self._collection.count())  # noqa: PLW0108 - of the collection that is open then
        except StoreError:
            return False
        return True

    def _refresh(self) -> None:
        self._place.require_answering()
        while read_stamp(self._directory) != self._stamp:
            with _OPENING:
                if (stamp := read_stamp(self._directory)) == self._stamp:
                    break  # another thread has opened it meanwhile
                try:
                    self._collection = self._opened(stamp)
                except StoreError:
                    if read_stamp(self._directory) == stamp:
                        raise
                    continue  # another one took its place meanwhile
                self.store = ChromaVectorStore(chroma_collection=self._collection)
                # Not before it is open: another thread may ask meanwhile, and must not take the old graph for the new.
                self._stamp = stamp

    def _opened(self, stamp: str) -> ChromaCollection:
        name = self._place.name_in(stamp)
        if name is None:
            raise self._place.missing()
        return self._place.open(name)

    def _ask(self, question: Callable[[], _Found]) -> _Found:
        """Ask the index as it is now, once more if another one took its place in the middle of it."""
        self._refresh()
        asked = self._stamp
        try:
            with self._place.told():
                return question()
        except StoreError:
            if read_stamp(self._directory) == asked:
                raise
        self._refresh()
        with self._place.told():
            return question()

    def _mark_changed(self) -> None:
        name = self._place.name_in(self._stamp or "")
        if name is None:
            raise self._place.missing()
        self._stamp = write_stamp(self._directory, name)

    def add(self, nodes: Sequence[BaseNode]) -> None:
        """Add embedded passages; their node ids are the passage keys."""
        self._refresh()
        _add(self._place, self.store, nodes)
        self._mark_changed()

    def delete(self, keys: Collection[str]) -> None:
        """Remove passages by key; unknown keys are ignored.

        Their words and vectors stay in Chroma's files until :meth:`rebuild`.
        """
        self._refresh()
        ordered = sorted(keys)
        with self._place.told(writing=True):
            for start in range(0, len(ordered), _BATCH):
                self._collection.delete(ids=ordered[start : start + _BATCH])
        self._mark_changed()

    @staticmethod
    def rebuild(
        directory: Path,
        nodes: Iterable[Sequence[BaseNode]],
        server: ChromaServer | None = None,
        *,
        made_for: Path | None = None,
    ) -> None:
        """Build the index of ``directory`` anew from embedded passages, whatever state the old one is in.

        It is built beside and takes the place of the old one at the end, which is removed. Whoever searches
        meanwhile has the old one. Only one caller at a time may do so. Where the new one is ``made_for`` another data
        directory, that keeps its own until the stamp is moved there. Raises :class:`StoreError`, and then nothing has
        changed.
        """
        place = place_of(directory, server, made_for=made_for)
        name = place.new_name()
        try:
            store = ChromaVectorStore(chroma_collection=place.make(name))
            for some in nodes:
                _add(place, store, some)
            write_stamp(directory, name)
        except BaseException:
            place.discard(name)
            raise
        if made_for is None:
            _discard_leftovers(place)

    def set_access(self, keys: Collection[str], access: Access) -> None:
        """Say anew who may see these passages; nothing of them is embedded again."""
        self._refresh()
        ordered = sorted(keys)
        wanted = access_metadata(access)
        with self._place.told(writing=True):
            for start in range(0, len(ordered), _BATCH):
                known = self._collection.get(ids=ordered[start : start + _BATCH], include=["metadatas"])
                # Chroma adds to what it has; a mark goes where its value is None.
                marks = [
                    {**{name: None for name in metadata if name.startswith(GREMIUM)}, **wanted}
                    for metadata in known["metadatas"] or []
                ]
                if marks:
                    self._collection.update(ids=known["ids"], metadatas=marks)  # type: ignore[arg-type]  # None is allowed
        self._mark_changed()

    def access_marks(self) -> dict[str, dict[str, str | int]]:
        """What the index knows of who may see each passage, in the form of :func:`access_metadata`."""
        found = self._ask(lambda: self._collection.get(include=["metadatas"]))
        return {
            key: {
                name: value
                for name, value in metadata.items()
                if isinstance(value, str | int) and (name == "visibility" or name.startswith(GREMIUM))
            }
            for key, metadata in zip(found["ids"], found["metadatas"] or [], strict=True)
        }

    def discard_leftovers(self) -> None:
        """Remove indexes that nobody needs any more, as far as that is possible now; for whoever writes alone."""
        _discard_leftovers(self._place)

    def search(self, vector: Sequence[float], limit: int, scope: Scope) -> list[tuple[str, float]]:
        """Passage keys with their cosine similarity to ``vector``, best first; the scope is part of the query."""
        if scope.documents is not None and not scope.documents:
            return []  # Chroma refuses an empty list of alternatives.
        query = VectorStoreQuery(query_embedding=list(vector), similarity_top_k=limit, filters=_filters(scope))
        result = self._ask(lambda: self.store.query(query))
        # ChromaVectorStore reports exp(-distance), and Chroma's cosine distance is 1 - cosine, in float32. A server
        # sends it as a decimal number, so that only its float32 is the same everywhere.
        return [
            (key, 1.0 - float(np.float32(-math.log(similarity))))
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


def _add(place: IndexPlace, store: ChromaVectorStore, nodes: Sequence[BaseNode]) -> None:
    kept = place.as_kept(nodes)
    with place.told(writing=True):
        for start in range(0, len(kept), _BATCH):
            store.add(kept[start : start + _BATCH])


def _discard_leftovers(place: IndexPlace) -> None:
    for name in place.leftovers():
        place.discard(name)


def access_metadata(access: Access) -> dict[str, str | int]:
    """What the index knows of who may see a passage: a mark for each Gremium, so that one condition finds it."""
    return {"visibility": access.visibility, **{f"{GREMIUM}{gremium_key(name)}": 1 for name in access.gremien}}


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
    ours = [MetadataFilter(key=f"{GREMIUM}{key}", value=1) for key in sorted(scope.gremien)]
    for_us = MetadataFilters(
        filters=[
            MetadataFilter(key="visibility", value="non_public"),
            MetadataFilters(filters=list(ours), condition=FilterCondition.OR),
        ]
    )
    return MetadataFilters(filters=[public, for_us], condition=FilterCondition.OR)
