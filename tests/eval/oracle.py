"""A system that answers every question perfectly, out of its evidence, so that tests can plant single faults."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Self

from assistant.answer import Answer, NotFound, Statement, Turn
from assistant.citations import CitationMaker
from corpus.store import Scope, Store
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.figures import Figure
from eval.questions import EvaluationQuestion, EvidencePlaces, Place, locate_evidence
from eval.records import Table
from eval.statistics import value_of
from eval.systems import Response
from eval.tasks.question_set import QUESTION_SECTIONS, QuestionSetTask

Change = Callable[[Response], Response]
FIGURES: Mapping[str, Figure] = {figure.name: figure for section in QUESTION_SECTIONS for figure in section.figures}


class Oracle:
    """Cites exactly the evidence, refuses exactly the unanswerable; ``changes`` are planted by question id."""

    name = "oracle"

    def __init__(self, store: Store, questions: Sequence[EvaluationQuestion], changes: Mapping[str, Change]) -> None:
        self.documents = StoredDocuments(store)
        self._citations = CitationMaker(store, Scope())
        self._places = locate_evidence(questions, self.documents)
        self._questions = {(q.question, tuple(turn.text for turn in q.history)): q for q in questions}
        self._changes = changes

    def within(self, documents: Collection[str]) -> Self:  # noqa: ARG002 - a question set is never narrowed
        return self

    def units(self, document: str) -> Sequence[Span]:
        return self.documents.passages(document)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Response:
        asked = self._questions[question, tuple(turn.text for turn in history)]
        response = self._perfect(asked, self._places[asked.id])
        return self._changes.get(asked.id, lambda same: same)(response)

    def _perfect(self, question: EvaluationQuestion, ways: EvidencePlaces) -> Response:
        places = [first[0] for first in ways]
        every = [place for alternatives in ways for place in alternatives]
        units = [Place(p.document, u) for p in every for u in self.units(p.document) if u.overlaps(p.span)]
        units = list(dict.fromkeys(units))
        others = [
            Place(document, unit)
            for document in self.documents
            for unit in self.units(document)
            if Place(document, unit) not in units
        ]
        citations = [
            self._citations.make(number, place.document, place.span, "") for number, place in enumerate(places, start=1)
        ]
        statements = [
            Statement(text=c.quote, kind="quote", citations=[c.number], verification="verbatim") for c in citations
        ]
        answer = Answer(
            question=question.question,
            standalone_question=question.question,
            status="answered" if question.answerable else "not_found",
            text=" ".join(f"[{citation.number}]" for citation in citations) or "Dazu steht nichts in den Unterlagen.",
            short_answer=None,
            statements=statements,
            citations=citations,
            not_found=None
            if question.answerable
            else NotFound(searched=len(self.documents), announced_but_missing=[], nearest=[]),
            engine="quotes",
            confidence=1.0 if question.answerable else 0.0,
            timings_ms={},
            settings="",
        )
        return Response(answer, [*units, *others], max(1, len(units)), places, 0.01)


def figures_of(
    store: Store, questions: Sequence[EvaluationQuestion], changes: Mapping[str, Change]
) -> dict[str, float | None]:
    """Every figure of the oracle with these changes planted."""
    oracle = Oracle(store, questions, changes)
    items = QuestionSetTask(questions, oracle.documents).run(oracle)
    table = Table([item.record for item in items])
    return {name: value_of(figure, table) for name, figure in FIGURES.items()}


def with_answer(change: Callable[[Answer], Answer]) -> Change:
    """A change of the answer alone; what it breaks is not validated, as it would not be if it were a bug."""
    return lambda response: replace(response, answer=change(response.answer))
