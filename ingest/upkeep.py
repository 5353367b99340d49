"""Keeps store, vector index and originals in step: what an interruption, a loss or a removal left behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import BaseNode

from corpus.access import Access
from corpus.chroma_server import ChromaServer
from corpus.disk import room_needed
from corpus.index_files import leftover_directories, read_stamp
from corpus.records import EVERYTHING
from corpus.server_place import place_of
from corpus.settings import Settings
from corpus.store import Store
from corpus.types import DocumentInfo
from corpus.vectors import VectorIndex, access_metadata
from ingest.leftovers import tidy
from ingest.passages import passage_node

FORGETTING_GROUP = "aktenkundig.forgetting"
Forget = Callable[[Settings, frozenset[str]], None]
"""What an entry point of that group names: drops whatever another package keeps that is about documents which are no
more, or that has one of the words, in lower case, which only those had. It may be called again at any time."""

_AT_ONCE = 500
"""Passages that are embedded or read at a time."""
_UNFINISHED = ".teil"


def recover(store: Store, vectors: VectorIndex) -> None:
    """Undo what an interrupted run left: unfinished documents, vectors that the store does not know, half files.

    Vectors go first, so that a second interruption finds the unfinished document again.
    """
    if unfinished := store.passage_keys("indexing"):
        vectors.delete(unfinished)
    store.remove_unfinished()
    if orphans := vectors.keys() - store.passage_keys():
        vectors.delete(orphans)
    tidy(store.directory, store)
    vectors.discard_leftovers()


def complete_vectors(store: Store, vectors: VectorIndex, embedding: BaseEmbedding) -> None:
    """Give each index the vectors that the other one has, and embed anew what both have lost; no file is read."""
    keep_vectors(store, vectors, embedding)
    lost = sorted(store.passage_keys() - vectors.keys())
    for start in range(0, len(lost), _AT_ONCE):
        vectors.add(stored_nodes(store, lost[start : start + _AT_ONCE]))


def keep_vectors(store: Store, vectors: VectorIndex | None, embedding: BaseEmbedding) -> None:
    """Let the store have a vector of each passage: the index's where there is one, else a new one."""
    missing = store.vectors.missing()
    for start in range(0, len(missing), _AT_ONCE):
        some = missing[start : start + _AT_ONCE]
        known = vectors.vectors(some) if vectors is not None else {}
        unknown = [key for key in some if key not in known]
        nodes = embedding(_nodes(store, unknown)) if unknown else []
        new = {node.node_id: np.asarray(node.get_embedding(), dtype=np.float32) for node in nodes}
        store.vectors.keep(known | new)


def settle_vectors(store: Store, server: ChromaServer | None) -> None:
    """Build the vector index where it has to lie if it lay elsewhere, or the server has lost it."""
    if place_of(store.directory, server).lacks(read_stamp(store.directory)):
        rebuild_vectors(store, server)


def rebuild_vectors(store: Store, server: ChromaServer | None = None, *, made_for: Path | None = None) -> None:
    """Build the vector index anew from what the store has, whatever state the old one is in.

    See :meth:`VectorIndex.rebuild` for one that is ``made_for`` another data directory.
    """
    keys = sorted(store.passage_keys())
    parts = (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
    nodes = (stored_nodes(store, some) for some in parts)
    VectorIndex.rebuild(store.directory, nodes, server, made_for=made_for)


def stored_nodes(store: Store, keys: Sequence[str]) -> list[BaseNode]:
    """Passages as they were embedded, with the vectors that the store has; those without one are left out."""
    vectors = store.vectors.of(keys)
    nodes = _nodes(store, [key for key in keys if key in vectors])
    for node in nodes:
        node.embedding = vectors[node.node_id].tolist()
    return nodes


def _nodes(store: Store, keys: Sequence[str]) -> list[BaseNode]:
    """Passages as they are embedded."""
    nodes: list[BaseNode] = []
    for key, passage in store.passages(keys, EVERYTHING).items():
        metadata = {**node_metadata(store.document(passage.document)), "section": passage.section_title}
        nodes.append(
            passage_node(key, passage.reading or passage.text, passage.span, metadata, source=passage.document)
        )
    return nodes


def node_metadata(info: DocumentInfo) -> dict[str, str | int]:
    """What the vector index knows of a passage's document; access and ``origin`` filter its searches."""
    about = {"document": info.document, "title": info.title, "origin": info.origin}
    return {**about, **access_metadata(Access.of(info))}


def set_access(store: Store, vectors: VectorIndex, document: str, rule: Access | None) -> Access:
    """Say by command who may see a document; ``None`` leaves that to what is declared. Return what is in force.

    The store comes first: what it hides is shown by no search, whatever the vector index would find.
    """
    access, keys = store.set_access_rule(document, rule)
    vectors.set_access(keys, access)
    return access


def align_access(store: Store, vectors: VectorIndex) -> int:
    """Let the vector index follow where it was interrupted before it knew of a change; the number of passages."""
    marks = vectors.access_marks()
    behind: dict[Access, set[str]] = {}
    for key, access in store.access_of_passages().items():
        if key in marks and marks[key] != access_metadata(access):
            behind.setdefault(access, set()).add(key)
    for access, keys in behind.items():
        vectors.set_access(keys, access)
    return sum(map(len, behind.values()))


def erase_traces(settings: Settings, store: Store) -> bool:
    """Leave no byte of removed documents in the data directory; nothing happens where none was removed.

    The vector index is built anew, because Chroma only marks what is deleted. A Chroma server never had words of them,
    but its files keep vectors of deleted collections, see ``docs/datenschutz.md``. ``False`` if somebody was reading
    all the time: then the next run repeats it. Raises :class:`StoreError`.
    """
    if not store.traces.pending:
        return True
    words = store.traces.gone_words()
    for forget in _forgetters():
        forget(settings, words)
    tidy(settings.data, store)
    server = ChromaServer.of(settings)
    rebuild_vectors(store, server)
    if leftover_directories(settings.data) or place_of(settings.data, server).leftovers():
        return False
    return store.traces.erase()


def _forgetters() -> Iterator[Forget]:
    for entry in sorted(entry_points(group=FORGETTING_GROUP), key=lambda entry: entry.name):
        yield entry.load()


def keep_original(source: Path, target: Path, content: bytes | None = None) -> None:
    """Keep a copy of the file as it was read: boxes and page images must belong to the same bytes.

    ``content`` is given for a file that was embedded in another.
    """
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(_UNFINISHED)
    try:
        with room_needed(target.parent):
            if content is None:
                shutil.copyfile(source, part)
            else:
                part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
