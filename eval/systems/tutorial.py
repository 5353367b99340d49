"""LlamaIndex as its starter tutorial builds it: the pipeline that one has after five lines.

Pages become documents, ``SentenceSplitter`` cuts them with its defaults (1,024 tokens, 200 overlapping), Chroma holds
the chunks, the embedding model is ours, and the best-ranked chunk is the answer's evidence. What the model does not
read of a long chunk (e5-small reads 512 tokens) is cut off silently, as it is in the tutorial.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb
from chromadb.config import Settings as ChromaSettings
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters
from llama_index.vector_stores.chroma import ChromaVectorStore

from corpus.embedding import SentenceEmbedding
from corpus.store import Scope, Store
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.questions import Place
from eval.systems.first_place import FirstPlaceSystem

_DEPTH = 50
"""Chunks that are ranked, as many as each side of our own retrieval proposes; the tutorial takes two."""
_NOT_EMBEDDED = ["file_name"]
"""Metadata that ``SimpleDirectoryReader`` keeps from the embedding; it leaves the page's label in."""


class TutorialSystem(FirstPlaceSystem):
    """Chunks in a Chroma collection of their own under ``directory``, built at once from the documents' texts."""

    name = "llama-index"

    def __init__(
        self, store: Store, embedding: SentenceEmbedding, documents: StoredDocuments, directory: Path, *, scope: Scope
    ) -> None:
        super().__init__(store, documents, scope)
        client = chromadb.PersistentClient(path=str(directory), settings=ChromaSettings(anonymized_telemetry=False))
        collection = client.get_or_create_collection("chunks", embedding_function=None)
        chunks = SentenceSplitter().get_nodes_from_documents(list(self._pages(documents)))
        self._units: dict[str, list[Span]] = {document: [] for document in documents}
        for chunk in chunks:
            place = self._place(chunk)
            self._units[place.document].append(place.span)
        self._index = VectorStoreIndex(
            nodes=chunks,
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
            embed_model=embedding,
        )

    @staticmethod
    def _pages(documents: StoredDocuments) -> Sequence[Document]:
        """One LlamaIndex document for each page, as its PDF reader makes them."""
        return [
            Document(
                text=documents[name][page.start : page.end],
                metadata={"file_name": name, "page_label": page.printed, "start": page.start},
                excluded_embed_metadata_keys=[*_NOT_EMBEDDED, "start"],
                excluded_llm_metadata_keys=[*_NOT_EMBEDDED, "start"],
            )
            for name in documents
            for page in documents.pages(name)
            if documents[name][page.start : page.end].strip()
        ]

    def units(self, document: str) -> Sequence[Span]:
        """See :class:`eval.systems.base.System`."""
        return self._units[document]

    def _ranked(self, question: str) -> tuple[list[Place], float]:
        found = self._found(question)
        return [self._place(chunk.node) for chunk in found], float(found[0].score or 0.0) if found else 0.0

    def _found(self, question: str) -> list[NodeWithScore]:
        only = self._scope.documents
        if only is not None and not only:
            return []  # Chroma refuses an empty list of alternatives.
        filters = (
            MetadataFilters(filters=[MetadataFilter(key="file_name", value=sorted(only), operator=FilterOperator.IN)])
            if only is not None
            else None
        )
        return self._index.as_retriever(similarity_top_k=_DEPTH, filters=filters).retrieve(question)

    @staticmethod
    def _place(chunk: object) -> Place:
        """Where a chunk stands in the document's canonical text, without the blanks around it."""
        if not isinstance(chunk, TextNode) or chunk.start_char_idx is None:
            raise TypeError("a chunk of the splitter is a TextNode that knows its place")
        start = int(chunk.metadata["start"]) + chunk.start_char_idx
        return Place(str(chunk.metadata["file_name"]), Span(start, start + len(chunk.text)))
