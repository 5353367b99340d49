"""Runs a question set through an assistant and judges every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from assistant.answer import Answer, Citation, Turn
from corpus.errors import AktenkundigError, QuestionError
from eval.metrics import Outcome, is_right, on_evidence, refused
from eval.questions import EvaluationQuestion, EvidencePlaces, locate_evidence

if TYPE_CHECKING:
    from corpus.store import Store

WARM_UP_QUESTION = "Worum geht es in den Unterlagen?"

WRONGLY_REFUSED = "fälschlich abgelehnt"
WRONGLY_ANSWERED = "fälschlich beantwortet"
WRONG_PLACE = "falsche Stelle"
WRONG_ANSWER = "falsche Antwort"
NOT_VERBATIM = "Zitat nicht wörtlich"


class Answering(Protocol):
    """What the runner needs of an assistant."""

    def answer(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Answer or refuse."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """One question with the answer it got; ``failures`` says in German what is wrong with it, if anything."""

    question: EvaluationQuestion
    answer: Answer
    outcome: Outcome
    failures: tuple[str, ...]

    @property
    def prediction(self) -> dict[str, object]:
        """The line of the predictions file, from which anyone can score the answer again."""
        return {"id": self.question.id, "answer": self.answer.model_dump(mode="json")}


class StoredTexts(Mapping[str, str]):
    """The canonical texts of a store by document id, each read once and only when it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: dict[str, str | None] = {info.document: None for info in store.documents()}

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


class Runner:
    """Asks an assistant and judges its answers against the canonical ``texts`` of the documents.

    ``clock`` gives seconds; what is measured is the time that the caller waits for an answer.
    """

    def __init__(
        self, assistant: Answering, texts: Mapping[str, str], *, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._assistant = assistant
        self._texts = texts
        self._clock = clock

    def run(
        self, questions: Sequence[EvaluationQuestion], progress: Callable[[int, int], None] | None = None
    ) -> list[Result]:
        """Ask every question, after one that only warms up, and judge the answers.

        ``progress`` hears how many of how many are done. Raises :class:`AktenkundigError` when a question's evidence is
        not in the documents, before anything is asked, and when a question cannot be asked.
        """
        places = locate_evidence(questions, self._texts)
        self._assistant.answer(WARM_UP_QUESTION)
        results: list[Result] = []
        for number, question in enumerate(questions, start=1):
            results.append(self._result(question, places[question.id]))
            if progress is not None:
                progress(number, len(questions))
        return results

    def _result(self, question: EvaluationQuestion, places: EvidencePlaces) -> Result:
        started = self._clock()
        try:
            answer = self._assistant.answer(question.question, history=question.turns())
        except QuestionError as error:
            raise AktenkundigError(f"Die Frage „{question.id}“ lässt sich nicht stellen: {error}") from error
        seconds = self._clock() - started
        outcome = self._judged(question, places, answer, seconds)
        return Result(question, answer, outcome, _failures(outcome))

    def _judged(self, question: EvaluationQuestion, places: EvidencePlaces, answer: Answer, seconds: float) -> Outcome:
        shown = [*answer.citations, *(answer.not_found.nearest if answer.not_found else ())]
        expected = places if question.answerable else []
        cited = [] if refused(answer) or not expected else answer.citations
        # One row for each cited place, one column for each piece of evidence.
        hits = [on_evidence(citation, expected) for citation in cited]
        return Outcome(
            id=question.id,
            kind=question.kind,
            split=question.split,
            answerable=question.answerable,
            refused=refused(answer),
            right=is_right(question, answer),
            evidence=len(expected),
            covered=sum(any(row[column] for row in hits) for column in range(len(expected))),
            citations=len(cited),
            fitting=sum(any(row) for row in hits),
            quotes=len(shown),
            verbatim=sum(self._is_verbatim(citation) for citation in shown),
            seconds=seconds,
        )

    def _is_verbatim(self, citation: Citation) -> bool:
        text = self._texts.get(citation.document, "")
        return bool(citation.quote) and text[citation.char_start : citation.char_end] == citation.quote


def _failures(outcome: Outcome) -> tuple[str, ...]:
    """Why the question failed; empty if it did not."""
    failures: list[str] = []
    if outcome.answerable and outcome.refused:
        failures.append(WRONGLY_REFUSED)
    elif not outcome.answerable and not outcome.refused:
        failures.append(WRONGLY_ANSWERED)
    else:
        if outcome.evidence and not outcome.covered:
            failures.append(WRONG_PLACE)
        if not outcome.right:
            failures.append(WRONG_ANSWER)
    if outcome.verbatim < outcome.quotes:
        failures.append(NOT_VERBATIM)
    return tuple(failures)
