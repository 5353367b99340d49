"""A store and a vector index of small documents, for what is tested of both together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from llama_index.core.schema import TextNode

from corpus.access import Access
from corpus.analysis import analyse, parts
from corpus.records import PreparedDocument, PreparedPassage
from corpus.store import Scope, Store
from corpus.types import (
    Abbreviation,
    DocumentInfo,
    Origin,
    Page,
    Section,
    Sentence,
    Span,
    Visibility,
)
from corpus.vectors import VectorIndex, access_metadata

MODEL = "kleines-modell:0123"
FIRST = "Der Kreistag beschließt die Kreisumlage."
SECOND = "Die Sitzung endet um 18 Uhr."


def prepared(
    document: str = "vorlage",
    first: str = FIRST,
    *,
    version: str = "1",
    origin: Origin = "original",
    visibility: Visibility = "public",
    akte: str = "Haushalt",
) -> PreparedDocument:
    """A document of two pages with a sentence on each, one passage a sentence."""
    text = f"{first}\n\n{SECOND}"
    cut = len(first) + 2
    spans = (Span(0, len(first)), Span(cut, len(text)))
    boxes = np.full((len(text), 4), np.nan, dtype=np.float32)
    for span in spans:
        for number in range(len(span)):
            boxes[span.start + number] = (50 + 6 * number, 80, 56 + 6 * number, 92)
    return PreparedDocument(
        info=DocumentInfo(
            document=document,
            title=f"Titel von {document}",
            kind="Vorlage",
            akte=akte,
            date="2014-03-17",
            committee="Kreisausschuss",
            session=None,
            authority="Rhein-Sieg-Kreis",
            number=None,
            origin=origin,
            visibility=visibility,
            file=f"/eingang/{document}.pdf",
            sha256="0" * 64,
            media_type="application/pdf",
        ),
        fingerprint=f"{document}-{version}",
        text=text,
        pages=[Page(0, "1", 595.0, 842.0, 0, cut), Page(1, "2", 595.0, 842.0, cut, len(text))],
        boxes=boxes,
        sections=[Section(0, "Beschluss", 1, Span(0, len(text)))],
        sentences=[Sentence(number, span, "sentence", number, 0) for number, span in enumerate(spans)],
        passages=[
            PreparedPassage(
                key=f"{document}:{version}:{number}",
                section=0,
                span=span,
                sentences=(number,),
                terms=analyse(text[span.start : span.end]),
                parts=parts(text[span.start : span.end]),
            )
            for number, span in enumerate(spans)
        ],
        sentence_vectors={0: np.array([0.6, 0.8], dtype=np.float32), 1: np.array([1.0, 0.0], dtype=np.float32)},
        abbreviations=[Abbreviation("KT", "Kreistag", spans[0])],
        words={"kreistag": 2, "sitzung": 1},
    )


@dataclass(frozen=True)
class Indexes:
    """Both indexes of one data directory."""

    store: Store
    vectors: VectorIndex

    def begin(self, document: PreparedDocument) -> int:
        """As the pipeline does up to the point where searches may see the document."""
        key = self.store.begin(document, MODEL)
        self.vectors.add(
            [
                TextNode(
                    id_=passage.key,
                    text=document.text[passage.span.start : passage.span.end],
                    embedding=document.sentence_vectors[passage.sentences[0]].tolist(),
                    metadata={
                        "document": document.info.document,
                        **access_metadata(Access.of(document.info)),
                        "origin": document.info.origin,
                    },
                )
                for passage in document.passages
            ]
        )
        return key

    def put(self, document: PreparedDocument) -> None:
        self.vectors.delete(self.store.finish(self.begin(document)))

    def by_terms(self, words: str, scope: Scope) -> set[str]:
        return {key.partition(":")[0] for key, _ in self.store.search_terms(analyse(words), 50, scope)}

    def by_vector(self, scope: Scope) -> set[str]:
        found = self.vectors.search([0.6, 0.8], 50, scope)
        return {passage.document for passage in self.store.passages([key for key, _ in found], scope).values()}
