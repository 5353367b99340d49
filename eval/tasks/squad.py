"""Extractive reading sets in SQuAD's format: XQuAD, MLQA, GermanQuAD, and LegalQuAD with its whole judgments.

All paragraphs are ingested and every question is asked of all of them: find the paragraph, find the sentence, and give
the short answer. Read are SQuAD's JSON (Rajpurkar et al. 2016) and JSON Lines with one question a line (MLQA in XGLUE).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field, NonNegativeInt

from corpus.errors import AktenkundigError
from eval.figures import Auroc, Ratio, SurerHalfRisk
from eval.metrics.answers import short_answer_scores
from eval.metrics.ranking import RANKING_FIGURES
from eval.metrics.refusals import REFUSAL_FIGURES, refusal_scores
from eval.records import Pair, Record
from eval.systems.base import Response
from eval.tasks.base import NOT_CHOSEN, NOT_FOUND, WRONG_SPAN, WRONGLY_ANSWERED, WRONGLY_REFUSED, Failure, Section
from eval.tasks.files import Row, is_json_lines, read_document, read_predictions, read_rows
from eval.tasks.ingested_texts import IngestedTexts
from eval.tasks.public import PublicTask
from eval.tasks.question_set import SHORT_ANSWER_FIGURES

QUOTES: Final = 5
"""Quotes of a prediction."""

_WRONG_REFUSALS: Final = tuple(figure for figure in REFUSAL_FIGURES if figure.name == "error_rate")


class ReadingPrediction(Row):
    """``paragraph_ranks`` are indices in the order of the file, ``quotes`` in the file's own words, both best first.

    ``answered`` and ``confidence`` are ours: without them a prediction counts as an answer of unknown confidence.
    """

    id: int | str
    paragraph_ranks: list[NonNegativeInt]
    quotes: list[str]
    short_answer: str | None
    answered: bool = True
    confidence: float | None = None


class _Answer(Row):
    text: str
    answer_start: int


class _Qa(Row):
    id: int | str | None = None
    question: str
    answers: list[_Answer] = Field(default_factory=list)


class _Paragraph(Row):
    context: str
    qas: list[_Qa]


class _Article(Row):
    title: str = ""
    paragraphs: list[_Paragraph]


class _Squad(Row):
    data: list[_Article]


class _Answers(Row):
    text: list[str]
    answer_start: list[int]


class _Line(Row):
    id: int | str
    question: str
    context: str
    answers: _Answers


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """``paragraph`` is the index of the paragraph that answers, ``answers`` are texts with their offsets in it.

    ``group`` is the article, where the data set names it, else the paragraph. Without answers the question is
    unanswerable.
    """

    id: int | str
    question: str
    paragraph: int
    answers: Sequence[tuple[str, int]]
    group: str

    @property
    def name(self) -> str:
        """The id as text."""
        return str(self.id)


def load_squad(path: Path) -> tuple[list[ReadingQuestion], list[str]]:
    """Questions and paragraphs in the order of the file; raises :class:`corpus.errors.UnreadableFileError`."""
    if is_json_lines(path):
        return _from_lines(read_rows(path, _Line))
    paragraphs: list[str] = []
    questions: list[ReadingQuestion] = []
    for number, article in enumerate(read_document(path, _Squad).data):
        for paragraph in article.paragraphs:
            group = f"{number} {article.title}".strip()
            for qa in paragraph.qas:
                answers = [(answer.text, answer.answer_start) for answer in qa.answers]
                # Some sets have no ids; then a question is known by its place in the file.
                known = qa.id if qa.id is not None else len(questions)
                questions.append(ReadingQuestion(known, qa.question, len(paragraphs), answers, group))
            paragraphs.append(paragraph.context)
    return questions, paragraphs


def load_reading_predictions(path: Path) -> dict[str, ReadingPrediction]:
    """A predictions file by question id; raises :class:`corpus.errors.UnreadableFileError`."""
    return read_predictions(path, ReadingPrediction, lambda prediction: str(prediction.id))


def _from_lines(lines: Sequence[_Line]) -> tuple[list[ReadingQuestion], list[str]]:
    numbers: dict[str, int] = {}
    questions = [
        ReadingQuestion(
            line.id,
            line.question,
            numbers.setdefault(line.context, len(numbers)),
            list(zip(line.answers.text, line.answers.answer_start, strict=False)),
            str(numbers[line.context]),
        )
        for line in lines
    ]
    return questions, list(numbers)


class SquadTask(PublicTask[ReadingQuestion, ReadingPrediction]):
    """Find the paragraph, the sentence and the short answer, among all paragraphs of the file."""

    name: ClassVar[str] = "squad"
    all_sections: ClassVar[Sequence[Section]] = (
        Section(
            "Zitate",
            (
                Ratio("quote_hit_1", "erstes Zitat enthält die Antwort"),
                Ratio("quote_hit_3", "eines der ersten drei"),
                Ratio("quote_characters", "Zeichen des ersten Zitats", "lower", share=False),
                Ratio("character_f1", "Zeichen-F1 des ersten Zitats", share=False),
            ),
        ),
        Section("Kurze Antworten", SHORT_ANSWER_FIGURES),
        Section("Suche", RANKING_FIGURES),
        Section("Ablehnen", (*REFUSAL_FIGURES, Auroc(), SurerHalfRisk())),
    )
    headline: ClassVar[Sequence[str]] = (
        "hit_at_1", "mrr_at_10", "ndcg_at_10", "quote_hit_1", "quote_hit_3", "quote_characters", "character_f1",
    )  # fmt: skip

    def __init__(self, questions: Sequence[ReadingQuestion], texts: Sequence[str]) -> None:
        super().__init__(questions, texts)
        if all(question.answers for question in questions):
            # How well refusing is done cannot be told then, only how often it is wrong.
            self.sections = (*self.all_sections[:-1], Section("Ablehnen", (*_WRONG_REFUSALS, SurerHalfRisk())))
        self._composed = [_composed(text) for text in texts]
        first: dict[str, int] = {}
        self._paragraphs = [str(first.setdefault(text, number)) for number, text in enumerate(texts)]

    def predict(self, question: ReadingQuestion, ingested: IngestedTexts, response: Response) -> ReadingPrediction:
        """Quotes of a refusal are those that come nearest: choosing the sentence and refusing are judged apart."""
        answer = response.answer
        ranked = dict.fromkeys(number for place in response.ranking for number in ingested.numbers(place.document))
        short = next((c for c in answer.citations if c.short_start is not None), None)
        return ReadingPrediction(
            id=question.id,
            paragraph_ranks=list(ranked),
            quotes=[ingested.quote(place) for place in response.quotes(QUOTES)],
            short_answer=ingested.short_answer(short) if short is not None else answer.short_answer,
            answered=answer.status != "not_found",
            confidence=answer.confidence,
        )

    def record(self, question: ReadingQuestion, prediction: ReadingPrediction) -> Record:
        """See :class:`PublicTask`."""
        if any(number >= len(self.texts) for number in prediction.paragraph_ranks):
            raise AktenkundigError(f"Die Vorhersage zu „{question.name}“ nennt einen Absatz, den es nicht gibt.")
        answerable, answered = bool(question.answers), prediction.answered
        quotes = [_composed(quote) for quote in prediction.quotes]
        hits = [self._is_hit(question, quote) for quote in quotes]
        ratios: dict[str, Pair] = refusal_scores(answerable=answerable, refused=not answered)
        if answerable:
            ratios |= {
                "quote_hit_1": (any(hits[:1]), 1),
                "quote_hit_3": (any(hits[:3]), 1),
                "quote_characters": (len(quotes[0]) if quotes else 0, bool(quotes)),
                "character_f1": (self._character_f1(question, quotes[0]) if quotes else 0.0, 1),
            }
            short = prediction.short_answer
            expected = [_composed(text) for text, _ in question.answers]
            ratios |= short_answer_scores(_composed(short) if short else None, expected)
        return self.judged(
            question.name,
            question.group,
            ratios,
            answerable=answerable,
            answered=answered,
            confidence=prediction.confidence,
            right=answerable and any(hits[:1]),
        )

    def ranking(self, question: ReadingQuestion, prediction: ReadingPrediction) -> tuple[list[str], list[str]] | None:
        """Paragraphs; the same paragraph twice in a file counts as one."""
        if not question.answers:
            return None
        return [self._paragraphs[number] for number in prediction.paragraph_ranks], [
            self._paragraphs[question.paragraph]
        ]

    def failure(self, question: ReadingQuestion, prediction: ReadingPrediction, record: Record) -> Failure | None:
        """See :class:`PublicTask`."""
        answered, answerable = record.raw["answered"] == 1, record.raw["answerable"] == 1
        nearest = [self._paragraphs[number] for number in prediction.paragraph_ranks[:QUOTES]]
        reason = None
        if not answerable:
            reason = WRONGLY_ANSWERED if answered else None
        elif not answered:
            reason = WRONGLY_REFUSED
        elif record.raw["right"] != 1:
            reason = NOT_CHOSEN if self._paragraphs[question.paragraph] in nearest else NOT_FOUND
        elif prediction.short_answer and not record.ratios["f1_de"][0]:
            reason = WRONG_SPAN
        if reason is None:
            return None
        given = [prediction.short_answer] if prediction.short_answer else []
        return Failure(
            reason=reason,
            question=question.question,
            expected=[text for text, _ in question.answers] or ["eine Ablehnung"],
            given=[*given, *(f"„{quote}“" for quote in prediction.quotes[:1])],
        )

    def _is_hit(self, question: ReadingQuestion, quote: str) -> bool:
        """Whether a quote, wherever it occurs in the right paragraph, shares a character with an expected answer."""
        context = self._composed[question.paragraph]
        return bool(quote.strip()) and any(
            found.start() < start + len(text) and start < found.end()
            for found in re.finditer(re.escape(quote.strip()), context)
            for text, start in self._composed_answers(question)
        )

    def _character_f1(self, question: ReadingQuestion, quote: str) -> float:
        """The best F1 of the quote's and an expected answer's characters in the right paragraph, 0 elsewhere."""
        context = self._composed[question.paragraph]
        start = context.find(quote.strip()) if quote.strip() else -1
        if start < 0:
            return 0.0
        end = start + len(quote.strip())
        return max(
            2 * max(0, min(end, first + len(text)) - max(start, first)) / (end - start + len(text))
            for text, first in self._composed_answers(question)
        )

    def _composed_answers(self, question: ReadingQuestion) -> list[tuple[str, int]]:
        """The expected answers without outer blanks, with their offsets in the composed paragraph.

        Some offsets in public files are off; then the nearest occurrence of the text is meant.
        """
        context = self.texts[question.paragraph]
        found: list[tuple[str, int]] = []
        for text, given in question.answers:
            occurrences = [match.start() for match in re.finditer(re.escape(text), context)]
            start = min(occurrences, key=lambda at: abs(at - given), default=given)
            start += len(text) - len(text.lstrip())
            found.append((_composed(text.strip()), len(_composed(context[:start]))))
        return found


class LegalTask(SquadTask):
    """LegalQuAD (Hoppe et al., IEEE AIKE 2021): find the judgment among all, and the span in it."""

    name: ClassVar[str] = "legalquad"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
