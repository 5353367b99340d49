"""Question sets: asks every question and judges answer, evidence, citations, refusals and ranking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from eval.documents import StoredDocuments
from eval.figures import Auroc, CalibrationError, Figure, Ratio, SurerHalfRisk
from eval.metrics.answers import answer_accuracy, short_answer_scores
from eval.metrics.citations import citation_precision, citation_recall
from eval.metrics.evidence import (
    character_iou,
    evidence_hit,
    evidence_precision,
    evidence_recall,
    page_accuracy,
    page_coverage,
    true_page_rate,
    verbatim_rate,
)
from eval.metrics.judged import Judged
from eval.metrics.ranking import RANKING_FIGURES
from eval.metrics.refusals import REFUSAL_FIGURES, refusal_scores
from eval.questions import EvaluationQuestion, EvidencePlaces, locate_evidence
from eval.records import Pair, Record
from eval.systems.base import System
from eval.tasks.base import (
    NOT_CHOSEN,
    NOT_FOUND,
    NOT_VERBATIM,
    WRONG_SPAN,
    WRONGLY_ANSWERED,
    WRONGLY_REFUSED,
    Failure,
    Heard,
    Item,
    Rankings,
    Section,
    asked,
    cited_by,
    given_by,
    is_read,
    key_of,
    units_on,
)

_METRICS: Final[Sequence[Callable[[Judged], Pair]]] = (
    answer_accuracy,
    evidence_hit,
    evidence_recall,
    evidence_precision,
    character_iou,
    page_accuracy,
    page_coverage,
    citation_recall,
    citation_precision,
    verbatim_rate,
    true_page_rate,
)
SHORT_ANSWER_FIGURES: Final[Sequence[Figure]] = (
    Ratio("short_answer_given", "kurze Antwort gegeben", None),
    Ratio("exact_match_de", "kurze Antwort: EM (deutsch)"),
    Ratio("f1_de", "kurze Antwort: F1 (deutsch)"),
    Ratio("exact_match_en", "kurze Antwort: EM (englisch)"),
    Ratio("f1_en", "kurze Antwort: F1 (englisch)"),
)
"""With the German normaliser of MLQA and the English one of SQuAD."""
QUESTION_SECTIONS: Final = (
    Section(
        "Antworten",
        (
            Ratio("answer_accuracy", "richtige Antworten"),
            Ratio("evidence_hit", "Beleg getroffen"),
            *REFUSAL_FIGURES,
        ),
    ),
    Section(
        "Belege",
        (
            Ratio("evidence_recall", "Belege zitiert"),
            Ratio("evidence_precision", "Zitate auf Beleg"),
            Ratio("character_iou", "Zeichen-IoU", share=False),
            Ratio("page_accuracy", "Seite richtig"),
            Ratio("page_coverage", "Seite genannt"),
        ),
    ),
    Section(
        "Zitate",
        (
            Ratio("citation_recall", "Aussagen belegt (ALCE)"),
            Ratio("citation_precision", "Zitate nötig (ALCE)"),
            Ratio("verbatim_rate", "Zitate wörtlich"),
            Ratio("true_page_rate", "Seitenangaben wahr"),
        ),
    ),
    Section("Sicherheit", (Auroc(), CalibrationError(), SurerHalfRisk())),
    Section("Suche", RANKING_FIGURES),
    Section("Kurze Antworten", SHORT_ANSWER_FIGURES),
)


class QuestionSetTask:
    """A question set over the documents of a store."""

    name = "questions"
    sections: Sequence[Section] = QUESTION_SECTIONS
    headline: Sequence[str] = (
        "answer_accuracy",
        "evidence_hit",
        "evidence_precision",
        "character_iou",
        "page_accuracy",
        "refusal_f1",
        "hallucination_rate",
        "error_rate",
    )

    def __init__(self, questions: Sequence[EvaluationQuestion], documents: StoredDocuments) -> None:
        """Raises :class:`corpus.errors.UnreadableFileError` if a question's evidence is not in the documents."""
        self.questions = questions
        self._documents = documents
        self._places: Mapping[str, EvidencePlaces] = locate_evidence(questions, documents)

    def run(self, system: System, heard: Heard | None = None) -> list[Item]:
        """See :class:`Task`."""
        items: list[Item] = []
        rankings = Rankings()
        for number, question in enumerate(self.questions, start=1):
            response = asked(system, question.id, question.question, question.turns())
            judged = Judged(question, self._places[question.id], response, self._documents)
            rankings.found[question.id] = [key_of(place) for place in response.ranking]
            rankings.relevant[question.id] = [key_of(unit) for unit in units_on(system, judged.ways)]
            items.append(self._item(judged))
            if heard is not None:
                heard(number, len(self.questions))
        return rankings.scored(items)

    def _item(self, judged: Judged) -> Item:
        question, answer = judged.question, judged.answer
        ratios = {metric.__name__: metric(judged) for metric in _METRICS}
        ratios |= refusal_scores(answerable=question.answerable, refused=judged.refused)
        if question.answerable:
            ratios |= short_answer_scores(answer.short_answer, question.answers)
        record = Record(
            id=question.id,
            group=self._group(judged),
            kind=question.kind,
            split=question.split,
            ratios=ratios,
            raw={
                "answerable": float(question.answerable),
                "answered": float(not judged.refused),
                "right": ratios["answer_accuracy"][0],
                "confidence": answer.confidence,
            },
        )
        prediction = {"id": question.id, "answer": answer.model_dump(mode="json")}
        return Item(record, prediction, self._failure(judged, record), judged.response.seconds)

    def _group(self, judged: Judged) -> str:
        """The paragraph or table of the first piece of evidence; an unanswerable question stands for itself.

        Single documents are too few to be drawn from (Davison and Hinkley 1997, ch. 3.8), so paragraphs take their
        place: questions on one paragraph are found, or missed, together.
        """
        if not judged.expected:
            return judged.question.id
        first = judged.expected[0][0]
        return f"{first.document}#{self._documents.paragraph_of(first.document, first.span)}"

    def _failure(self, judged: Judged, record: Record) -> Failure | None:
        """The one reason for which a question failed, or ``None``."""
        question = judged.question
        read = is_read(judged.response, judged.ways) if judged.ways else None
        verbatim, shown = record.ratios["verbatim_rate"]
        reason = None
        if verbatim < shown:
            reason = NOT_VERBATIM
        elif judged.refused and question.answerable:
            reason = WRONGLY_REFUSED
        elif not judged.refused and not question.answerable:
            reason = WRONGLY_ANSWERED
        elif judged.ways and not judged.covered:
            reason = NOT_CHOSEN if read else NOT_FOUND
        elif record.raw["right"] != 1:
            reason = WRONG_SPAN
        if reason is None:
            return None
        return Failure(
            reason=reason,
            question=question.question,
            expected=self._expected(question),
            given=given_by(judged.answer),
            cited=cited_by(judged.answer),
            history=question.history,
            read=read,
        )

    @staticmethod
    def _expected(question: EvaluationQuestion) -> list[str]:
        if not question.answerable:
            return ["eine Ablehnung"]
        wanted = [" oder ".join(question.answers)] if question.answers else []
        return [*wanted, *question.must_contain, *(f"„{evidence.quote}“" for evidence in question.evidence)]
