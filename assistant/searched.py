"""Where a question is looked for: among the documents that somebody chose, and where its own words say to look."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant import composing
from assistant.answer import Statement
from assistant.scope_words import NamedScope, find_scope
from corpus.store import Scope
from corpus.types import DocumentInfo

_LISTED = 4
"""Chosen documents that are named; more are only counted."""


@dataclass(frozen=True, slots=True)
class Searched:
    """``scope`` and ``documents`` are what was chosen, or all; ``named`` is what the question's words say.

    ``everything`` are all documents that could have been chosen.
    """

    scope: Scope
    documents: Sequence[DocumentInfo]
    named: NamedScope | None
    everything: Sequence[DocumentInfo]

    @classmethod
    def of(
        cls, question: str, scope: Scope, everything: Sequence[DocumentInfo], chosen: Collection[str] | None
    ) -> Searched:
        """Where to look for a question; ``chosen`` are ids that narrow ``scope`` and never widen it."""
        if chosen is None:
            return cls(scope, everything, find_scope(question, everything), everything)
        documents = [info for info in everything if info.document in chosen]
        return cls(scope.within(chosen), documents, find_scope(question, documents), everything)

    @property
    def narrowed(self) -> bool:
        """Whether somebody chose less than everything."""
        return len(self.documents) < len(self.everything)

    @property
    def pages(self) -> frozenset[str] | None:
        """Printed labels of the pages that the question names."""
        return None if self.named is None else self.named.pages

    @property
    def count(self) -> int:
        """How many documents are searched."""
        named = None if self.named is None else self.named.documents
        return len(named) if named else len(self.documents)

    def innermost(self) -> Scope:
        """What the search sees."""
        if self.named is None or self.named.documents is None:
            return self.scope
        return self.scope.within(self.named.documents)

    def notice(self) -> Statement | None:
        """That only a part was searched, and why; ``None`` where everything was."""
        pages = sorted(self.pages or (), key=lambda label: (len(label), label))
        if self.named is not None and (self.named.documents or not self.narrowed):
            kinds = [info.kind for info in self.documents if info.document in (self.named.documents or ())]
            return composing.scope_notice(list(dict.fromkeys(kinds)), pages)
        if not self.narrowed:
            return None
        listed = [self._name(info) for info in self.documents] if len(self.documents) <= _LISTED else []
        return composing.choice_notice(listed, pages, len(self.documents), len(self.everything))

    def _name(self, info: DocumentInfo) -> str:
        """The Art of a document; where others have the same, its title, too."""
        alone = sum(other.kind == info.kind for other in self.everything) == 1
        return info.kind if alone else f"{info.kind} „{info.title}“"
