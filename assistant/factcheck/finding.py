"""Finds the sentences of the documents that speak of what a claim speaks of."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import QueryBundle

from assistant.factcheck.claims import Claim
from assistant.proof.evidence import Evidence
from assistant.retrieval import HybridRetriever
from corpus.analysis import analyse
from corpus.dates import german_date
from corpus.store import Scope, Store
from corpus.types import DocumentInfo, Passage, Section, Sentence, Span

_PASSAGES: Final = 12
_SENTENCES: Final = 10
"""Sentences that a claim is compared with, of those in its passages: those nearest by meaning and by words."""
_TERMS_WEIGHT: Final = 0.2
"""What the share of a claim's words in a sentence, the rarer the more, counts beside a cosine; twice, once for those of
the claim itself and once for those of all that it refers to."""
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


@dataclass(frozen=True, slots=True)
class _Known:
    """A sentence in the forms in which claims are compared with it."""

    evidence: Evidence
    positions: Sequence[int] | None
    terms: frozenset[str]


class Finder:
    """Searches one scope of a store; the forms of the sentences that it compares with are kept for the next claim."""

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        embedding: BaseEmbedding,
        documents: Sequence[DocumentInfo],
        scope: Scope,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._embedding = embedding
        self._documents = {info.document: info for info in documents}
        self._scope = scope
        self._sections: dict[str, list[Section]] = {}
        self._known: OrderedDict[tuple[str, int], _Known] = OrderedDict()
        self._rarity: dict[str, float] = {}
        self._passages = store.count_passages(scope)
        self._state = store.state()

    def refresh(self) -> None:
        """Forget what is known of sentences if documents have changed since."""
        state = self._store.state()
        if state != self._state:
            self._known.clear()
            self._sections.clear()
            self._rarity.clear()
            self._passages = self._store.count_passages(self._scope)
            self._state = state

    def find(self, claims: Sequence[Claim]) -> list[list[Found]]:
        """For each claim the sentences that fit it, best first."""
        return [self._find(claim) for claim in claims]

    def _find(self, claim: Claim) -> list[Found]:
        bundle = QueryBundle(query_str=claim.search)
        bundle.embedding = self._embedding.get_query_embedding(claim.search)
        query = np.asarray(bundle.embedding, dtype=np.float32)
        wide, own = (_Wording(frozenset(analyse(text)), self._rare) for text in (claim.search, claim.text))
        scored: list[tuple[float, float, Passage, Sentence]] = []
        seen: set[tuple[str, int]] = set()
        for ranked in self._retriever.rank(bundle)[:_PASSAGES]:
            passage = ranked.passage
            for sentence, vector in self._store.sentences_of(passage):
                if sentence.kind in _SILENT or (passage.document, sentence.index) in seen:
                    continue
                seen.add((passage.document, sentence.index))
                terms = self._know(passage, sentence).terms
                similarity = float(vector @ query)
                score = similarity + _TERMS_WEIGHT * (wide.share(terms) + own.share(terms))
                scored.append((score, similarity, passage, sentence))
        scored.sort(key=lambda one: -one[0])
        found = []
        for _, similarity, passage, sentence in scored[:_SENTENCES]:
            known = self._know(passage, sentence)
            found.append(Found(known.evidence, sentence, similarity, known.positions))
        return found

    def _rare(self, term: str) -> float:
        """Inverse document frequency over passages (Robertson and Spärck Jones 1976, smoothed)."""
        known = self._rarity.get(term)
        if known is None:
            holding = self._store.passage_frequency(term, self._scope)
            known = self._rarity[term] = math.log(1 + (self._passages + 1) / (holding + 0.5))
        return known

    def _know(self, passage: Passage, sentence: Sentence) -> _Known:
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
        evidence = Evidence(1, passage.document, sentence.span, text, section, info.kind, _about(info))
        made = self._known[key] = _Known(evidence, positions, frozenset(analyse(text)))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return made


class _Wording:
    """The index terms of a claim, each with what it weighs."""

    def __init__(self, terms: frozenset[str], rarity: Callable[[str], float]) -> None:
        self._weights = {term: rarity(term) for term in terms}
        self._total = sum(self._weights.values())

    def share(self, terms: frozenset[str]) -> float:
        """How much of it a sentence with ``terms`` says, 0 to 1."""
        said = sum(weight for term, weight in self._weights.items() if term in terms)
        return said / self._total if self._total else 0.0


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
