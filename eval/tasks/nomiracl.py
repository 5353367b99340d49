"""NoMIRACL (Thakur et al., Findings of EMNLP 2024): answer from ten given passages, or refuse where none answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from eval.figures import Auroc, CalibrationError
from eval.metrics.refusals import REFUSAL_FIGURES, refusal_scores
from eval.records import Record
from eval.systems.base import Response, System
from eval.tasks.base import WRONGLY_ANSWERED, WRONGLY_REFUSED, Failure, Section, asked
from eval.tasks.files import Row, read_predictions, read_rows
from eval.tasks.ingested_texts import IngestedTexts
from eval.tasks.public import PublicTask
from eval.tasks.squad import QUOTES


class _Passage(Row):
    docid: str
    text: str


class _Line(Row):
    query_id: str
    question: str
    answerable: bool
    passages: list[_Passage]


class GivenPassagesPrediction(Row):
    """Whether the question was answered, how sure that is, and quotes of the answer, best first."""

    query_id: str
    answered: bool
    confidence: float | None
    quotes: list[str]


@dataclass(frozen=True, slots=True)
class GivenPassagesQuestion:
    """``passages`` are the indices of the texts that may be searched."""

    name: str
    question: str
    passages: Sequence[int]
    answerable: bool


def load_nomiracl(path: Path) -> tuple[list[GivenPassagesQuestion], list[str]]:
    """Questions and the different passages of all; raises :class:`corpus.errors.UnreadableFileError`.

    A passage without text is none.
    """
    numbers: dict[str, int] = {}
    questions = [
        GivenPassagesQuestion(
            line.query_id,
            line.question,
            [numbers.setdefault(p.text, len(numbers)) for p in line.passages if p.text.strip()],
            line.answerable,
        )
        for line in read_rows(path, _Line)
    ]
    return questions, list(numbers)


def load_nomiracl_predictions(path: Path) -> dict[str, GivenPassagesPrediction]:
    """A predictions file by question id; raises :class:`corpus.errors.UnreadableFileError`."""
    return read_predictions(path, GivenPassagesPrediction, lambda prediction: prediction.query_id)


class NomiraclTask(PublicTask[GivenPassagesQuestion, GivenPassagesPrediction]):
    """Answer or refuse from ten given passages."""

    name: ClassVar[str] = "nomiracl"
    all_sections: ClassVar[Sequence[Section]] = (
        Section("Ablehnen", REFUSAL_FIGURES),
        Section("Sicherheit", (Auroc(), CalibrationError())),
    )
    headline: ClassVar[Sequence[str]] = ("hallucination_rate", "error_rate", "refusal_f1", "auroc")

    def ask(self, question: GivenPassagesQuestion, ingested: IngestedTexts, system: System) -> Response:
        """Of the given passages alone."""
        given = {ingested.document(number) for number in question.passages}
        return asked(system.within(given), question.name, question.question)

    def predict(
        self, question: GivenPassagesQuestion, ingested: IngestedTexts, response: Response
    ) -> GivenPassagesPrediction:
        """Quotes of a refusal are what comes nearest to an answer."""
        return GivenPassagesPrediction(
            query_id=question.name,
            answered=response.answer.status != "not_found",
            confidence=response.answer.confidence,
            quotes=[ingested.quote(place) for place in response.quotes(QUOTES)],
        )

    def record(self, question: GivenPassagesQuestion, prediction: GivenPassagesPrediction) -> Record:
        """See :class:`PublicTask`."""
        return self.judged(
            question.name,
            question.name,
            refusal_scores(answerable=question.answerable, refused=not prediction.answered),
            answerable=question.answerable,
            answered=prediction.answered,
            confidence=prediction.confidence,
        )

    def failure(
        self,
        question: GivenPassagesQuestion,
        prediction: GivenPassagesPrediction,
        record: Record,  # noqa: ARG002 - all is in the prediction
    ) -> Failure | None:
        """See :class:`PublicTask`."""
        if prediction.answered == question.answerable:
            return None
        return Failure(
            reason=WRONGLY_REFUSED if question.answerable else WRONGLY_ANSWERED,
            question=question.question,
            expected=["eine Antwort" if question.answerable else "eine Ablehnung"],
            given=[f"„{quote}“" for quote in prediction.quotes[:2]],
        )
