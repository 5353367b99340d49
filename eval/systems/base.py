"""What the evaluation asks of a system: an answer in the one shape, and what it was chosen from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol, Self

from assistant.answer import Answer, Citation, NotFound, Statement, Turn
from assistant.citations import CitationMaker
from corpus.types import Span
from eval.questions import Place

Clock = Callable[[], float]


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
        taken = [(citation.document, Span(citation.char_start, citation.char_end)) for citation in shown]
        further = [
            place
            for place in self.sentences or self.ranking
            if not any(document == place.document and span.overlaps(place.span) for document, span in taken)
        ]
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


def first_place_answer(
    question: str, ranking: Sequence[Place], confidence: float, citations: CitationMaker, searched: int
) -> Answer:
    """What a pipeline without a reader says: the best-ranked place is the answer; it refuses only where none is."""
    cited = [_cited(citations, ranking[0])] if ranking else []
    return Answer(
        question=question,
        standalone_question=question,
        status="answered" if cited else "not_found",
        text="[1]" if cited else "Keine Fundstelle.",
        short_answer=None,
        statements=[Statement(text=c.quote, kind="quote", citations=[1], verification="verbatim") for c in cited],
        citations=cited,
        not_found=None if cited else NotFound(searched=searched, announced_but_missing=[], nearest=[]),
        engine="quotes",
        confidence=min(max(confidence, 0.0), 1.0),
        timings_ms={},
        settings="",
    )


def _cited(citations: CitationMaker, place: Place) -> Citation:
    return citations.make(1, place.document, place.span, "")


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self, clock: Clock = perf_counter) -> None:
        self._clock = clock
        self._started = clock()

    def seconds(self) -> float:
        """How long it has been running."""
        return self._clock() - self._started
