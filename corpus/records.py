"""What goes into the store, and what a search may see of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corpus.types import Abbreviation, DocumentInfo, Page, Reference, Section, Sentence, Span, Table


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage with its index terms and its vector of length 1; ``sentences`` are the indices of its sentences."""

    key: str
    section: int
    span: Span
    sentences: tuple[int, ...]
    terms: Sequence[str]
    parts: Sequence[str]
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """All that is stored of a document.

    ``boxes`` has shape (characters, 4), ``sentence_vectors`` maps a sentence's index to its vector of length 1;
    ``fingerprint`` changes when the file, its register entry or the way of reading does.
    """

    info: DocumentInfo
    fingerprint: str
    text: str
    pages: Sequence[Page]
    boxes: NDArray[np.float32]
    sections: Sequence[Section]
    sentences: Sequence[Sentence]
    passages: Sequence[PreparedPassage]
    sentence_vectors: dict[int, NDArray[np.float32]]
    tables: Sequence[Table] = ()
    references: Sequence[Reference] = ()
    abbreviations: Sequence[Abbreviation] = ()
    words: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read to the end, and the ids of the documents in it.

    ``fingerprint`` changes when the file, its register entry or the way of reading does.
    """

    path: str
    sha256: str
    fingerprint: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search may see: filters are part of the query, nothing is filtered out afterwards.

    Where ``documents`` is not ``None``, it sees these only.
    """

    public_only: bool = False
    examples: bool = True
    documents: frozenset[str] | None = None

    def condition(self) -> str:
        """The SQL condition on ``documents d``: constants only, and a ``?`` for each of :attr:`values`."""
        parts = ["d.state = 'indexed'"]
        if self.public_only:
            parts.append("d.visibility = 'public'")
        if not self.examples:
            parts.append("d.origin = 'original'")
        if self.documents is not None:
            parts.append("d.document IN (SELECT value FROM json_each(?))")
        return " AND ".join(parts)

    @property
    def values(self) -> tuple[str, ...]:
        """What is bound to the marks of :meth:`condition`, in its order."""
        return () if self.documents is None else (json.dumps(sorted(self.documents)),)

    def within(self, documents: Collection[str]) -> Scope:
        """This scope narrowed to these documents; it never becomes wider."""
        wanted = frozenset(documents)
        return replace(self, documents=wanted if self.documents is None else self.documents & wanted)


EVERYTHING = Scope()
