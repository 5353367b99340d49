"""The documents as they may be shown: their pages, text, headings, places to cite, and session sheets."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from assistant.answer import Citation
from assistant.citations import CitationMaker
from assistant.decisions import PROPOSALS
from assistant.sheet import SessionSheet, SheetMaker, has_sheet
from corpus.errors import NotThereError, QuestionError
from corpus.originals import original_path
from corpus.store import Scope, Store
from corpus.types import DocumentInfo, MissingDocument, Page, Section, Span


class Holdings:
    """What a scope shows of a store. Whatever it does not show gets the same error as what does not exist."""

    def __init__(self, store: Store, scope: Scope, data: Path) -> None:
        """``data`` is the directory that the originals lie in."""
        self._store = store
        self._scope = scope
        self._data = data
        self.citations = CitationMaker(store, scope)

    def documents(self) -> list[DocumentInfo]:
        """All documents that may be shown."""
        return self._store.documents(self._scope)

    def document(self, document: str) -> DocumentInfo:
        """One of them; raises :class:`NotThereError` for one that is unknown or may not be shown."""
        for info in self._store.documents(self._scope.within([document])):
            return info
        raise _unknown(document)

    def chosen(self, documents: Collection[str]) -> frozenset[str]:
        """The documents that somebody chose to search.

        Raises :class:`QuestionError` where there is none, :class:`NotThereError` as :meth:`document` does.
        """
        wanted = frozenset(documents)
        if not wanted:
            raise QuestionError("Es ist kein Dokument ausgewählt; bitte mindestens eines auswählen.")
        there = {info.document for info in self._store.documents(self._scope.within(wanted))}
        for document in sorted(wanted - there):
            raise _unknown(document)
        return wanted

    def missing(self) -> list[MissingDocument]:
        """What is announced but not there."""
        return self._store.missing(self._scope)

    def suggestions(self) -> list[str]:
        """Questions to begin with, from the registers."""
        return self._store.questions(self._scope)

    def fingerprint(self, document: str) -> str | None:
        """What changes when a document does; ``None`` for one that is not there."""
        return self._store.fingerprint(document)

    # All methods below raise :class:`NotThereError` as :meth:`document` does.

    def pages(self, document: str) -> list[Page]:
        """The pages of a document."""
        self.document(document)
        return self._store.pages(document)

    def page(self, document: str, index: int) -> Page:
        """The page with this index in the file; raises :class:`NotThereError` where the document has none."""
        for page in self.pages(document):
            if page.index == index:
                return page
        raise NotThereError("Diese Seite gibt es nicht.")

    def page_text(self, document: str, index: int) -> str:
        """A page's part of the canonical text."""
        with self._store.snapshot():
            page = self.page(document, index)
            return self._store.excerpt(document, Span(page.start, page.end))

    def original(self, document: str) -> Path:
        """The stored copy of a document's file."""
        return original_path(self._data, self.document(document))

    def text(self, document: str) -> str:
        """A document's canonical text, to which all offsets refer."""
        self.document(document)
        return self._store.text(document)

    def outline(self, document: str) -> list[tuple[Section, Page]]:
        """The headings of a document, each with the page that it stands on."""
        with self._store.snapshot():
            pages = self.pages(document)
            return [
                (section, next((page for page in pages if page.start <= section.span.start < page.end), pages[0]))
                for section in self._store.sections(document)
                if section.title and pages
            ]

    def cite(self, document: str, start: int, end: int) -> Citation:
        """The citation of a place in a document's text, blanks around it left out.

        Raises :class:`NotThereError` for a place that the text does not have.
        """
        with self._store.snapshot():
            text = self.text(document)
            quoted = text[start:end]
            if not 0 <= start < end <= len(text) or not quoted.strip():
                raise NotThereError("Diese Stelle gibt es im Dokument nicht.")
            span = Span(start + len(quoted) - len(quoted.lstrip()), end - len(quoted) + len(quoted.rstrip()))
            return self.citations.make(1, document, span)

    def find(self, document: str, words: str, limit: int) -> list[Citation]:
        """The first places where these words stand next to each other, whatever their case and the blanks between."""
        wanted = words.split()
        found: list[Citation] = []
        if not wanted:
            return found
        pattern = re.compile(r"\s+".join(map(re.escape, wanted)), re.IGNORECASE)
        with self._store.snapshot():
            for match in pattern.finditer(self.text(document)):
                found.append(self.citations.make(len(found) + 1, document, Span(*match.span())))
                if len(found) == limit:
                    break
        return found

    def sheets(self) -> list[DocumentInfo]:
        """The documents that have a session sheet: Vorlagen, and whatever proposes a decision."""
        proposing = self._store.sections_titled(PROPOSALS, self._scope)
        return [info for info in self.documents() if has_sheet(info, proposing.get(info.document, ()))]

    def sheet(self, document: str) -> SessionSheet:
        """The session sheet of a document."""
        with self._store.snapshot():
            return SheetMaker(self._store, self._scope).make(self.document(document))


def _unknown(document: str) -> NotThereError:
    """The same for unknown and for hidden documents, so that nobody learns what exists."""
    return NotThereError(f"Ein Dokument „{document}“ gibt es nicht.")
