"""One question with the answer that it got and everything that is needed to judge it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answer import Answer, Citation
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.questions import EvaluationQuestion, EvidencePlaces, Place
from eval.systems.base import Response


@dataclass(frozen=True)
class Judged:
    """``places`` are where the question's evidence stands, ``documents`` what was searched."""

    question: EvaluationQuestion
    places: EvidencePlaces
    response: Response
    documents: StoredDocuments

    @property
    def answer(self) -> Answer:
        """What was answered."""
        return self.response.answer

    @property
    def refused(self) -> bool:
        """Whether the answer is a refusal; a partial answer is an answer."""
        return self.answer.status == "not_found"

    @property
    def expected(self) -> EvidencePlaces:
        """The evidence that an answer should cite: none for an unanswerable question."""
        return self.places if self.question.answerable else []

    @cached_property
    def ways(self) -> list[Place]:
        """Every place where any of the expected evidence stands."""
        return [way for ways in self.expected for way in ways]

    @cached_property
    def cited(self) -> list[Citation]:
        """The places that answer a question with evidence; a refusal's citations answer nothing."""
        return [] if self.refused or not self.expected else self.answer.citations

    @cached_property
    def hits(self) -> list[list[bool]]:
        """A row for each place cited, a column for each piece of evidence: whether they overlap."""
        return [[overlaps(citation, ways) for ways in self.expected] for citation in self.cited]

    @property
    def covered(self) -> int:
        """How many pieces of evidence are cited."""
        return sum(any(row[column] for row in self.hits) for column in range(len(self.expected)))

    def shown(self) -> Iterator[Citation]:
        """Every quote that the reader sees, also the nearest ones of a refusal."""
        yield from self.answer.citations
        if self.answer.not_found is not None:
            yield from self.answer.not_found.nearest


def place_of(citation: Citation) -> Place | None:
    """The place that a citation names, or ``None`` if its offsets name none."""
    if citation.char_end <= citation.char_start:
        return None
    return Place(citation.document, Span(citation.char_start, citation.char_end))


def overlaps(citation: Citation, ways: Sequence[Place]) -> bool:
    """Whether a cited place shares a character with one of the places where a piece of evidence stands."""
    cited = place_of(citation)
    return cited is not None and any(map(cited.overlaps, ways))
