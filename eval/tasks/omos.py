"""OMoS-QA (Kleinle, Prange and Friedrich, KONVENS 2024): choose the sentences of a municipal page that answer, or none.

The assistant is asked of the question's page alone; a line of the page is chosen if a quote of the answer touches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pydantic import NonNegativeInt, TypeAdapter, ValidationError

from eval.figures import Auroc, SurerHalfRisk
from eval.metrics.judged import place_of
from eval.metrics.refusals import REFUSAL_FIGURES, refusal_scores
from eval.metrics.selection import SELECTION_FIGURES, selection_scores
from eval.questions import Place
from eval.records import Record
from eval.systems.base import Response, System
from eval.tasks.base import NOT_CHOSEN, WRONGLY_ANSWERED, WRONGLY_REFUSED, Failure, Section, asked
from eval.tasks.files import Row, read_predictions, read_rows, read_text
from eval.tasks.ingested_texts import IngestedTexts
from eval.tasks.public import PublicTask

_PUBLISHED: Final = TypeAdapter(dict[str, list[NonNegativeInt]])


class _Line(Row):
    id: int | str
    question: str
    context: str
    answers: list[int]


class PagePrediction(Row):
    """``sentences`` are the 0-based indices of the chosen lines; ``first``, the line ranked first, is ours."""

    id: int | str
    sentences: list[NonNegativeInt]
    first: NonNegativeInt | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """``page`` is the index of the page, ``answers`` the 0-based indices of its lines that answer, if any do."""

    id: int | str
    question: str
    page: int
    answers: frozenset[int]

    @property
    def name(self) -> str:
        """The id as text."""
        return str(self.id)


def load_omos(path: Path) -> tuple[list[PageQuestion], list[str]]:
    """Questions and pages in the order of the file; raises :class:`corpus.errors.UnreadableFileError`."""
    pages: dict[str, int] = {}
    questions = [
        PageQuestion(line.id, line.question, pages.setdefault(line.context, len(pages)), frozenset(line.answers))
        for line in read_rows(path, _Line)
    ]
    return questions, list(pages)


def load_omos_predictions(path: Path) -> dict[str, PagePrediction]:
    """Our predictions file, or one object with the chosen lines by question id, as the authors publish theirs."""
    try:
        published = _PUBLISHED.validate_json(read_text(path))
    except ValidationError:
        return read_predictions(path, PagePrediction, lambda prediction: str(prediction.id))
    return {name: PagePrediction(id=name, sentences=chosen) for name, chosen in published.items()}


class OmosTask(PublicTask[PageQuestion, PagePrediction]):
    """Choose the sentences of a given page, or none."""

    name: ClassVar[str] = "omos"
    all_sections: ClassVar[Sequence[Section]] = (
        Section("Sätze wählen", SELECTION_FIGURES),
        Section("Ablehnen", (*REFUSAL_FIGURES, Auroc(), SurerHalfRisk())),
    )
    headline: ClassVar[Sequence[str]] = ("selection_f", "none_f1", "per_question_f1", "micro_f1")

    def ask(self, question: PageQuestion, ingested: IngestedTexts, system: System) -> Response:
        """Of the question's page alone."""
        return asked(system.within([ingested.document(question.page)]), question.name, question.question)

    def predict(self, question: PageQuestion, ingested: IngestedTexts, response: Response) -> PagePrediction:
        """See :class:`PublicTask`."""
        answer = response.answer
        refused = answer.status == "not_found"
        cited = [] if refused else [place for c in answer.citations if (place := place_of(c)) is not None]
        best = self._lines(question, ingested, response.sentences[:1])
        return PagePrediction(
            id=question.id,
            sentences=sorted(self._lines(question, ingested, cited)),
            first=best[0] if best else None,
            confidence=answer.confidence,
        )

    def record(self, question: PageQuestion, prediction: PagePrediction) -> Record:
        """See :class:`PublicTask`."""
        chosen, answerable = set(prediction.sentences), bool(question.answers)
        ratios = selection_scores(chosen, question.answers, prediction.first)
        ratios |= refusal_scores(answerable=answerable, refused=not chosen)
        return self.judged(
            question.name,
            str(question.page),
            ratios,
            answerable=answerable,
            answered=bool(chosen),
            confidence=prediction.confidence,
            right=bool(chosen & question.answers),
        )

    def failure(self, question: PageQuestion, prediction: PagePrediction, record: Record) -> Failure | None:
        """See :class:`PublicTask`; too many or too few sentences are no failure, only wrong ones are."""
        answered, answerable = record.raw["answered"] == 1, record.raw["answerable"] == 1
        if answered == answerable and (not answered or record.raw["right"] == 1):
            return None
        lines = self.texts[question.page].split("\n")
        reason = WRONGLY_ANSWERED if not answerable else WRONGLY_REFUSED if not answered else NOT_CHOSEN
        return Failure(
            reason=reason,
            question=question.question,
            expected=[f"„{lines[index]}“" for index in sorted(question.answers)] or ["eine Ablehnung"],
            given=[f"„{lines[index]}“" for index in prediction.sentences if index < len(lines)] or ["abgelehnt"],
        )

    def _lines(self, question: PageQuestion, ingested: IngestedTexts, places: Sequence[Place]) -> list[int]:
        """The lines of the page that places touch, in the order of the places."""
        lines: list[int] = []
        text = self.texts[question.page]
        for place in places:
            found = ingested.aligned[question.page].in_source(place.span)
            if found is None:
                continue
            first = text.count("\n", 0, found.start)
            lines += range(first, first + text.count("\n", found.start, found.end) + 1)
        return list(dict.fromkeys(lines))
