"""From a read document to all that is stored of it: passages, vectors, terms. Nothing is written here.

LlamaIndex's ``IngestionPipeline`` carries the passages through cutting and embedding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import BaseNode, MetadataMode
from numpy.typing import NDArray

from corpus.access import Access
from corpus.analysis import analyse, parts, words
from corpus.embedding import SentenceEmbedding
from corpus.records import PreparedDocument, PreparedPassage
from corpus.types import DocumentInfo, Sentence
from ingest.abbreviations import find_abbreviations
from ingest.canonical import CanonicalDocument
from ingest.passages import PassageSplitter, StructuredDocument, sentences_of
from ingest.references import find_references
from ingest.upkeep import node_metadata

_AT_ONCE = 512
"""Texts that are embedded between two reports of progress."""


class Preparer:
    """Cuts and embeds documents."""

    def __init__(self, embedding: SentenceEmbedding) -> None:
        self._embedding = embedding
        self._cutting = IngestionPipeline(
            transformations=[PassageSplitter(count_tokens=embedding.count_tokens)], disable_cache=True
        )
        self._embedded = IngestionPipeline(transformations=[embedding], disable_cache=True)

    def prepare(
        self,
        info: DocumentInfo,
        fingerprint: str,
        canonical: CanonicalDocument,
        on_share: Callable[[float], None] = lambda _: None,
        declared: Access | None = None,
    ) -> tuple[PreparedDocument, Sequence[BaseNode]]:
        """The document as it is stored, and its passages as embedded nodes; ``on_share`` hears how much is embedded.

        ``declared`` is the access that a command has replaced by the one in ``info``.
        """
        document = StructuredDocument(
            id_=info.document,
            text=canonical.text,
            metadata=node_metadata(info),
            canonical=canonical,
            key_prefix=f"{info.document}:{fingerprint[:16]}",
        )
        cut = self._cutting.run(documents=[document], show_progress=False)
        sentences = {node.node_id: sentences_of(node, canonical) for node in cut}
        # The vector of a passage that is a row of a table serves as its sentence's too.
        alone = {key: found[0].index for key, found in sentences.items() if found[0].kind == "row"}
        inside = sorted({s.index for found in sentences.values() for s in found} - set(alone.values()))
        work = len(cut) + len(inside)
        nodes: list[BaseNode] = []
        for start in range(0, len(cut), _AT_ONCE):
            nodes += self._embedded.run(nodes=list(cut[start : start + _AT_ONCE]), show_progress=False)
            on_share(len(nodes) / work)
        vectors = {
            alone[node.node_id]: np.asarray(node.get_embedding(), dtype=np.float32)
            for node in nodes
            if node.node_id in alone
        }
        for done, embedded in self._sentence_vectors(canonical, inside):
            vectors |= embedded
            on_share((len(nodes) + done) / work)
        prepared = PreparedDocument(
            info=replace(info, pages=len(canonical.pages)),
            fingerprint=fingerprint,
            text=canonical.text,
            pages=canonical.pages,
            boxes=canonical.boxes,
            sections=canonical.sections,
            sentences=canonical.sentences,
            passages=[_passage(node, sentences[node.node_id]) for node in nodes],
            sentence_vectors=vectors,
            tables=canonical.tables,
            references=find_references(canonical.text),
            abbreviations=find_abbreviations(canonical.text, canonical.sentences),
            declared=declared,
            words=dict(Counter(word.casefold() for word, _ in words(canonical.text) if word.isalpha())),
        )
        return prepared, nodes

    def _sentence_vectors(
        self, canonical: CanonicalDocument, inside: Sequence[int]
    ) -> Iterator[tuple[int, dict[int, NDArray[np.float32]]]]:
        """The vectors of these sentences, some at a time, each with the number that is done."""
        for start in range(0, len(inside), _AT_ONCE):
            some = inside[start : start + _AT_ONCE]
            texts = [_embedded_text(canonical, canonical.sentences[index]) for index in some]
            vectors = self._embedding.get_text_embedding_batch(texts)
            yield (
                start + len(some),
                {index: np.asarray(vector, dtype=np.float32) for index, vector in zip(some, vectors, strict=True)},
            )


def _passage(node: BaseNode, sentences: Sequence[Sentence]) -> PreparedPassage:
    # The section's title is searched with the passage, as it is embedded with it.
    text = node.get_content(metadata_mode=MetadataMode.EMBED)
    first, last = sentences[0], sentences[-1]
    return PreparedPassage(
        key=node.node_id,
        section=first.section,
        span=replace(first.span, end=last.span.end),
        sentences=tuple(sentence.index for sentence in sentences),
        terms=analyse(text),
        parts=parts(text),
        vector=np.asarray(node.get_embedding(), dtype=np.float32),
    )


def _embedded_text(canonical: CanonicalDocument, sentence: Sentence) -> str:
    """What is embedded of a sentence; a list item means little without the heading over its list."""
    text = canonical.text[sentence.span.start : sentence.span.end]
    title = canonical.sections[sentence.section].title
    return f"{title}: {text}" if sentence.kind == "item" and title else text
