"""Cuts canonical documents into passages: a LlamaIndex ``TransformComponent`` for its ``IngestionPipeline``."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import groupby

from llama_index.core.schema import BaseNode, Document, NodeRelationship, RelatedNodeInfo, TextNode, TransformComponent
from pydantic import ConfigDict, Field

from corpus.types import Sentence, Span
from ingest.canonical import CanonicalDocument

TARGET_TOKENS = 120
LONGEST_TOKENS = 180
"""A passage ends at a paragraph once it has the target, and before the sentence that would make it longer than this;
e5 was trained on passages of about this length, and a citation's neighbourhood stays readable."""


_NAMING = frozenset({"heading", "header"})
"""Kinds of sentences that name what stands below them: they are in a passage only where nothing does. The lines of a
table of contents are in none."""


class StructuredDocument(Document):
    """A LlamaIndex document that also carries its structure; ``text`` is the canonical text."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    canonical: CanonicalDocument = Field(exclude=True)
    key_prefix: str = Field(exclude=True)


class PassageSplitter(TransformComponent):
    """Makes passages of whole sentences within one section.

    The section's title is prefixed for embedding only (metadata ``section``); headings belong to no passage unless
    nothing stands under them. ``count_tokens`` maps n texts to n lengths in the embedding model's tokens.
    """

    count_tokens: Callable[[list[str]], Sequence[int]] = Field(exclude=True)

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: object) -> list[BaseNode]:  # noqa: ARG002 - LlamaIndex's form
        """One ``TextNode`` per passage, in reading order; its id is the passage's key in both indexes."""
        passages: list[BaseNode] = []
        for node in nodes:
            if not isinstance(node, StructuredDocument):
                raise TypeError(f"passages are cut from StructuredDocument, not {type(node).__name__}")
            passages.extend(self._split(node))
        return passages

    def _split(self, document: StructuredDocument) -> list[TextNode]:
        canonical = document.canonical
        texts = [canonical.text[s.span.start : s.span.end] for s in canonical.sentences]
        lengths = dict(enumerate(self.count_tokens(texts)))
        groups = [
            group
            for _, of_section in groupby(canonical.sentences, key=lambda sentence: sentence.section)
            for group in _groups(list(of_section), lengths)
        ]
        return [self._node(document, number, group) for number, group in enumerate(groups)]

    @staticmethod
    def _node(document: StructuredDocument, number: int, sentences: list[Sentence]) -> TextNode:
        span = Span(sentences[0].span.start, sentences[-1].span.end)
        reading = sentences[0].reading if len(sentences) == 1 else None
        return passage_node(
            f"{document.key_prefix}:{number}",
            reading or document.canonical.text[span.start : span.end],
            span,
            {**document.metadata, "section": document.canonical.sections[sentences[0].section].title},
            source=document.node_id,
        )


def passage_node(key: str, text: str, span: Span, metadata: dict[str, str | int], *, source: str) -> TextNode:
    """A passage as LlamaIndex carries it; of the metadata only ``section`` is embedded, before the text.

    ``text`` is what the passage reads like; its own words are ``span`` of the document's canonical text.
    """
    return TextNode(
        id_=key,
        text=text,
        start_char_idx=span.start,
        end_char_idx=span.end,
        metadata=metadata,
        excluded_embed_metadata_keys=[name for name in metadata if name != "section" or not metadata["section"]],
        excluded_llm_metadata_keys=[name for name in metadata if name not in ("title", "section")],
        metadata_template="{value}",
        text_template="{metadata_str}\n{content}",
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=source)},
    )


def _groups(of_section: Sequence[Sentence], lengths: dict[int, int]) -> list[list[Sentence]]:
    """The sentences of each passage of a section."""
    told = [sentence for sentence in of_section if sentence.kind != "contents"]
    body = [sentence for sentence in told if sentence.kind not in _NAMING] or told
    groups: list[list[Sentence]] = []
    size = 0
    for sentence in body:
        new_paragraph = bool(groups) and groups[-1][-1].paragraph != sentence.paragraph
        length = lengths[sentence.index]
        full = size + length > LONGEST_TOKENS or (size >= TARGET_TOKENS and new_paragraph)
        # A row is found by itself: among its neighbours, figures of nineteen municipalities blur into one another.
        row = sentence.kind == "row" or (bool(groups) and groups[-1][-1].kind == "row")
        if not groups or full or row:
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += length
    return groups


def sentences_of(node: BaseNode, canonical: CanonicalDocument) -> list[Sentence]:
    """The sentences that make up a passage node."""
    if not isinstance(node, TextNode) or node.start_char_idx is None or node.end_char_idx is None:
        raise TypeError("a passage is a TextNode with its place in the canonical text")
    first = bisect_left(canonical.sentences, node.start_char_idx, key=lambda sentence: sentence.span.start)
    last = bisect_left(canonical.sentences, node.end_char_idx, key=lambda sentence: sentence.span.start)
    return canonical.sentences[first:last]
