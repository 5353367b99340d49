"""What the stored documents say, for judging answers: texts, pages and passages, each read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corpus.records import EVERYTHING, Scope
from corpus.store import Store
from corpus.types import Page, Sentence, Span


class StoredDocuments(Mapping[str, str]):
    """The canonical texts of a store by document id, with what else is known of them.

    Everything is read on first use and kept; the store must not change meanwhile.
    """

    def __init__(self, store: Store, scope: Scope = EVERYTHING) -> None:
        self._store = store
        self._texts: dict[str, str | None] = {info.document: None for info in store.documents(scope)}
        self._pages: dict[str, list[Page]] = {}
        self._passages: dict[str, list[Span]] = {}
        self._sentences: dict[str, list[Sentence]] = {}

    def pages(self, document: str) -> list[Page]:
        """All pages in physical order."""
        if document not in self._pages:
            self._pages[document] = self._store.pages(document)
        return self._pages[document]

    def pages_of(self, document: str, span: Span) -> set[tuple[int, str]]:
        """Physical index and printed label of each page on which the span stands; none for formats without pages."""
        pages = self.pages(document)
        if not any(page.width for page in pages):
            return set()
        return {(page.index, page.printed) for page in pages if page.start < span.end and span.start < page.end}

    def passages(self, document: str) -> list[Span]:
        """Where the passages stand, in reading order."""
        if document not in self._passages:
            self._passages[document] = self._store.passage_spans(document)
        return self._passages[document]

    def paragraph_of(self, document: str, span: Span) -> int | None:
        """The paragraph or table in which the span begins, ``None`` where no sentence stands."""
        if document not in self._sentences:
            self._sentences[document] = self._store.sentences(document)
        return next((s.paragraph for s in self._sentences[document] if span.start < s.span.end), None)

    def __getitem__(self, document: str) -> str:
        text = self._texts[document]
        if text is None:
            text = self._texts[document] = self._store.text(document)
        return text

    def __contains__(self, document: object) -> bool:
        return document in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
