"""Keeps store, vector index and originals in step: what an interruption, a loss or a removal left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import BaseNode

from corpus.access import Access
from corpus.originals import ORIGINALS_DIRECTORY, original_path
from corpus.records import EVERYTHING
from corpus.store import Store
from corpus.types import DocumentInfo
from corpus.vectors import VectorIndex, access_metadata
from ingest.passages import passage_node

_AT_ONCE = 500
"""Passages that are embedded anew at a time."""


def recover(store: Store, vectors: VectorIndex) -> None:
    """Undo what an interrupted run left: unfinished documents, and vectors that the store does not know.

    Vectors go first, so that a second interruption finds the unfinished document again.
    """
    if unfinished := store.passage_keys("indexing"):
        vectors.delete(unfinished)
    store.remove_unfinished()
    if orphans := vectors.keys() - store.passage_keys():
        vectors.delete(orphans)


def complete_vectors(store: Store, vectors: VectorIndex, embedding: BaseEmbedding) -> None:
    """Embed anew what the store has and the vector index lost; no file is read for that."""
    lost = sorted(store.passage_keys() - vectors.keys())
    for start in range(0, len(lost), _AT_ONCE):
        nodes: list[BaseNode] = []
        for key, passage in store.passages(lost[start : start + _AT_ONCE], EVERYTHING).items():
            metadata = {**node_metadata(store.document(passage.document)), "section": passage.section_title}
            nodes.append(
                passage_node(key, passage.reading or passage.text, passage.span, metadata, source=passage.document)
            )
        vectors.add(embedding(nodes))


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


def align_access(store: Store, vectors: VectorIndex) -> None:
    """Let the vector index follow where it was interrupted before it knew of a change."""
    marks = vectors.access_marks()
    behind: dict[Access, set[str]] = {}
    for key, access in store.access_of_passages().items():
        if key in marks and marks[key] != access_metadata(access):
            behind.setdefault(access, set()).add(key)
    for access, keys in behind.items():
        vectors.set_access(keys, access)


def keep_original(source: Path, target: Path, content: bytes | None = None) -> None:
    """Keep a copy of the file as it was read: boxes and page images must belong to the same bytes.

    ``content`` is given for a file that was embedded in another.
    """
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".teil")
    if content is None:
        shutil.copyfile(source, part)
    else:
        part.write_bytes(content)
    part.replace(target)


def purge_originals(data: Path, store: Store) -> None:
    """Delete the copies of files that no document was read from any more."""
    kept = {original_path(data, info) for info in store.documents()}
    for path in (data / ORIGINALS_DIRECTORY).glob("*"):
        if path not in kept:
            path.unlink()
