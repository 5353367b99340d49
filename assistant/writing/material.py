"""Which sentences a language model gets to write from, and their citations, made while the store is in one state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.answer import Citation
from assistant.central import central_sentences
from assistant.citations import CitationMaker
from assistant.engine import Draft
from assistant.proof.evidence import Evidence
from assistant.stance import speaks_against, speaks_for
from assistant.tasks import Task
from corpus.dates import german_date
from corpus.store import Store
from corpus.types import DocumentInfo, Sentence, Span

_MOST: Final[dict[Task, int]] = {
    "answer": 10, "reasons": 14, "positions": 16, "comparison": 16, "order": 16, "plain": 8, "summary": 24,
}  # fmt: skip
_NOTE_MARK: Final = re.compile(r"(?<![mM])[⁰¹²³⁴-⁹]+")
"""A footnote's mark, which is no part of its sentence; behind "m" it is a unit's."""
_CHARACTERS_A_TOKEN: Final = 3
_FOR_RULES_AND_ANSWER: Final = 1400
"""Tokens of the context that are not for sentences."""


@dataclass(frozen=True, slots=True)
class Material:
    """Evidence in the order of the documents, and the citation of each by its number."""

    evidence: Sequence[Evidence]
    citations: dict[int, Citation]


class MaterialMaker:
    """Gathers sentences. ``documents`` are those in scope; ``context`` is how much the model reads, in tokens."""

    def __init__(
        self, store: Store, citations: CitationMaker, documents: Sequence[DocumentInfo], *, context: int
    ) -> None:
        self._store = store
        self._citations = citations
        self._documents = {info.document: info for info in documents}
        self._most_characters = max(0, context - _FOR_RULES_AND_ANSWER) * _CHARACTERS_A_TOKEN

    def gather(self, draft: Draft, task: Task, documents: Sequence[str] = ()) -> Material:
        """What an answer to this draft may be written from; ``documents`` are those to be summed up or compared."""
        if documents:
            each = _MOST["summary"] // len(documents)
            chosen = [
                (document, sentence)
                for document in documents
                for sentence in central_sentences(self._store, document, each)
            ]
        else:
            chosen = list(self._found(draft, task))
        titles = {name: self._store.sections(name) for name, _ in chosen}
        evidence: list[Evidence] = []
        citations: dict[int, Citation] = {}
        room = self._most_characters
        for name, sentence in sorted(chosen, key=lambda one: (one[0], one[1].index)):
            info, number = self._documents[name], len(evidence) + 1
            citation = self._citations.make(number, name, sentence.span, titles[name][sentence.section].title)
            told = (sentence.reading or "").rpartition("\n")[2] or " ".join(citation.quote.split())
            text = _NOTE_MARK.sub("", told)
            room -= len(text)
            if room < 0:
                break
            evidence.append(Evidence(number, name, sentence.span, text, citation.section, info.kind, _about(info)))
            citations[number] = citation
        return Material(evidence, citations)

    def _found(self, draft: Draft, task: Task) -> Iterable[tuple[str, Sentence]]:
        """The sentences that are quoted, then those that fit best, as many as the task needs."""
        quoted = [(c.document, Span(c.char_start, c.char_end)) for c in draft.answer.citations]
        ranked = sorted(draft.trace.sentences, key=lambda scored: -scored.score)
        if task == "positions":
            ranked = sorted(
                ranked, key=lambda s: not (speaks_for(s.candidate.text) or speaks_against(s.candidate.text))
            )
        inside = [
            scored
            for scored in ranked
            if any(
                scored.candidate.document == name and span.contains(scored.candidate.sentence.span)
                for name, span in quoted
            )
        ]
        chosen: dict[tuple[str, int], Sentence] = {}
        for scored in [*inside, *ranked]:
            candidate = scored.candidate
            if (
                candidate.sentence.kind in ("heading", "contents", "header")
                or candidate.document not in self._documents
            ):
                continue
            chosen.setdefault((candidate.document, candidate.sentence.index), candidate.sentence)
            if len(chosen) == _MOST[task]:
                break
        return [(name, sentence) for (name, _), sentence in chosen.items()]


def _about(info: DocumentInfo) -> str:
    """How a document is introduced to the model, and what its sentences may borrow from it."""
    meeting = " ".join(filter(None, (info.committee, german_date(info.date) if info.date else None)))
    named = f"{info.kind} {info.number}" if info.number else f"{info.kind} „{info.title}“"
    return ", ".join(filter(None, (named, info.authority, meeting)))
