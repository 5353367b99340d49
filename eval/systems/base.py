"""What the evaluation asks of a system: an answer in the one shape, and what it was chosen from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from assistant.answer import Answer, Citation, Turn
from corpus.types import Span
from eval.questions import Place


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, and how it came about.

    ``ranking`` is what was found, best first, of which the first ``read`` were read; ``sentences`` are the sentences
    that were read, best first, none where a system ranks no sentences. ``seconds`` is what the caller waited.
    """

    answer: Answer
    ranking: Sequence[Place]
    read: int
    sentences: Sequence[Place]
    seconds: float

    def quotes(self, most: int) -> list[Citation | Place]:
        """The places that answer best: what the answer or the refusal shows, then further sentences or passages."""
        shown = [*self.answer.citations, *(self.answer.not_found.nearest if self.answer.not_found else ())]
        taken = [Place(citation.document, Span(citation.char_start, citation.char_end)) for citation in shown]
        further = [place for place in self.sentences or self.ranking if not any(map(place.overlaps, taken))]
        return [*shown, *further][:most]


class System(Protocol):
    """Answers questions about the documents of one store."""

    @property
    def name(self) -> str:
        """How tables and files call it."""
        ...

    def within(self, documents: Collection[str]) -> Self:
        """The same system, searching only these documents."""
        ...

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Response:
        """Answer or refuse. Raises :class:`corpus.errors.QuestionError` for what cannot be asked."""
        ...

    def units(self, document: str) -> Sequence[Span]:
        """What the system can find of a document: its passages or chunks."""
        ...
