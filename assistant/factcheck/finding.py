"""Finds the sentences of the documents that speak of what a claim speaks of."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import QueryBundle
from numpy.typing import NDArray

from assistant.factcheck.claims import Claim
from assistant.proof.evidence import Evidence
from assistant.retrieval import HybridRetriever
from corpus.analysis import analyse
from corpus.dates import german_date
from corpus.store import Store
from corpus.types import DocumentInfo, Passage, Section, Sentence, Span

_PASSAGES: Final = 8
_SENTENCES: Final = 10
"""Sentences that a claim is compared with, of those in its passages: those nearest by meaning and by words."""
_TERMS_WEIGHT: Final = 0.35
_REMEMBERED: Final = 20_000
_SILENT: Final = ("heading", "contents", "header")


@dataclass(frozen=True)
class Found:
    """A sentence that may decide about a claim; ``positions`` are the places of its text's characters in the document.

    A table's row reads otherwise than it stands there; its ``positions`` are ``None``.
    """

    evidence: Evidence
    sentence: Sentence
    similarity: float
    positions: Sequence[int] | None

    def place_of(self, span: Span) -> Span | None:
        """Where a part of the text stands in the document."""
        if self.positions is None:
            return None
        return Span(self.positions[span.start], self.positions[span.end - 1] + 1)


class Finder:
    """Searches one scope of a store; the forms of the sentences that it compares with are kept for the next claim."""

    def __init__(
        self, store: Store, retriever: HybridRetriever, embedding: BaseEmbedding, documents: Sequence[DocumentInfo]
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._embedding = embedding
        self._documents = {info.document: info for info in documents}
        self._sections: dict[str, list[Section]] = {}
        self._known: OrderedDict[tuple[str, int], tuple[Evidence, Sequence[int] | None]] = OrderedDict()
        self._state = store.state()

    def refresh(self) -> None:
        """Forget what is known of sentences if documents have changed since."""
        state = self._store.state()
        if state != self._state:
            self._known.clear()
            self._sections.clear()
            self._state = state

    def find(self, claims: Sequence[Claim]) -> list[list[Found]]:
        """For each claim the sentences that fit it, best first; claims are embedded together, which is faster."""
        own = self._vectors([claim.text for claim in claims])
        wide = own.copy()
        searched = [place for place, claim in enumerate(claims) if claim.context]
        if searched:
            wide[searched] = self._vectors([claims[place].search for place in searched])
        return [self._find(claim, own[place], wide[place]) for place, claim in enumerate(claims)]

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(self._embedding.get_text_embedding_batch(list(texts)), dtype=np.float32)

    def _find(self, claim: Claim, own: NDArray[np.float32], wide: NDArray[np.float32]) -> list[Found]:
        bundle = QueryBundle(query_str=claim.search, embedding=wide.tolist())
        terms = frozenset(analyse(claim.search))
        scored: list[tuple[float, float, Passage, Sentence]] = []
        seen: set[tuple[str, int]] = set()
        for ranked in self._retriever.rank(bundle)[:_PASSAGES]:
            passage = ranked.passage
            for sentence, vector in self._store.sentences_of(passage):
                if sentence.kind in _SILENT or (passage.document, sentence.index) in seen:
                    continue
                seen.add((passage.document, sentence.index))
                evidence, _ = self._evidence(passage, sentence)
                similarity = float(max(vector @ own, vector @ wide))
                shared = len(terms & frozenset(analyse(evidence.text))) / max(1, len(terms))
                scored.append((similarity + _TERMS_WEIGHT * shared, similarity, passage, sentence))
        scored.sort(key=lambda one: -one[0])
        found = []
        for _, similarity, passage, sentence in scored[:_SENTENCES]:
            evidence, positions = self._evidence(passage, sentence)
            found.append(Found(evidence, sentence, similarity, positions))
        return found

    def _evidence(self, passage: Passage, sentence: Sentence) -> tuple[Evidence, Sequence[int] | None]:
        key = (passage.document, sentence.index)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        info = self._documents[passage.document]
        if passage.document not in self._sections:
            self._sections[passage.document] = self._store.sections(passage.document)
        section = self._sections[passage.document][sentence.section].title
        text, places = collapsed(self._store.excerpt(passage.document, sentence.span), sentence.span.start)
        positions: Sequence[int] | None = places
        if sentence.reading:
            text, positions = " ".join(sentence.reading.split()), None
        made = Evidence(1, passage.document, sentence.span, text, section, info.kind, _about(info)), positions
        self._known[key] = made
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return made


def collapsed(text: str, start: int) -> tuple[str, list[int]]:
    """``text`` with single blanks, and the place of each of its characters in what it begins at ``start`` of."""
    kept: list[str] = []
    positions: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if not kept or kept[-1] == " ":
                continue
            character = " "  # noqa: PLW2901 - line breaks are blanks
        kept.append(character)
        positions.append(start + place)
    return "".join(kept), positions


def _about(info: DocumentInfo) -> str:
    """What a claim may take for granted of a document's sentences."""
    meeting = " ".join(filter(None, (info.committee, german_date(info.date) if info.date else None)))
    return ", ".join(filter(None, (info.title, info.authority, meeting)))
