"""The harness is measured itself: a single planted fault moves exactly the figures that it should move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from assistant.answer import Answer, Citation, NotFound, PageReference, Statement
from corpus.settings import Settings
from corpus.store import Store
from eval.metrics.answers import is_right
from eval.packaged import PACKAGED, QuestionSet
from eval.questions import EvaluationQuestion, load_questions
from eval.systems import Response
from tests.eval.oracle import FIGURES, Change, Oracle, figures_of, with_answer

pytestmark = pytest.mark.slow

VORLAGE = next(packaged.file for packaged in PACKAGED if packaged.name == "vorlage")
ANSWERED = "vorlage-018"
"""Answerable, with one piece of evidence: 47 von insgesamt 54."""
UNANSWERABLE = "vorlage-131"
SHORT = {"short_answer_given", "exact_match_de", "f1_de", "exact_match_en", "f1_en"}
VERBATIM = {"verbatim_rate", "citation_recall", "citation_precision"}
SURE = {"surer_half_risk"}


@pytest.fixture(scope="module")
def store(whole_akte_settings: Settings) -> Store:
    return Store(whole_akte_settings.data)


@pytest.fixture(scope="module")
def questions() -> list[EvaluationQuestion]:
    return load_questions(VORLAGE)


@pytest.fixture(scope="module")
def perfect(store: Store, questions: list[EvaluationQuestion]) -> Mapping[str, float | None]:
    return figures_of(store, questions, {})


def answer_of(store: Store, questions: list[EvaluationQuestion], name: str) -> Answer:
    question = next(q for q in questions if q.id == name)
    return Oracle(store, questions, {}).ask(question.question, question.history).answer


def test_perfect_answers_have_perfect_figures(perfect: Mapping[str, float | None]) -> None:
    nothing_to_measure = {name for name, value in perfect.items() if value is None}
    assert nothing_to_measure == set()
    lower = {name for name, figure in FIGURES.items() if figure.better == "lower"}
    assert {name: value for name, value in perfect.items() if value != (0 if name in lower else 1)} == dict.fromkeys(
        SHORT, 0.0
    )


def moved(
    store: Store, questions: list[EvaluationQuestion], perfect: Mapping[str, float | None], changes: dict[str, Change]
) -> set[str]:
    spoilt = figures_of(store, questions, changes)
    return {name for name in FIGURES if spoilt[name] != pytest.approx(perfect[name])}


def first_citation(answer: Answer, **changes: object) -> Answer:
    """The answer with its first citation changed, unvalidated."""
    cited = answer.citations[0].model_copy(update=changes)
    return answer.model_copy(update={"citations": [cited, *answer.citations[1:]]})


def wrong_short_answer(answer: Answer) -> Answer:
    return answer.model_copy(update={"short_answer": "48 von insgesamt 54"})


def swapped_digits(answer: Answer) -> Answer:
    quote = answer.citations[0].quote.replace("47", "74")
    statement = answer.statements[0].model_copy(update={"text": quote})
    return first_citation(answer, quote=quote).model_copy(update={"statements": [statement]})


def changed_letter(answer: Answer) -> Answer:
    quote = answer.citations[0].quote.replace("genutzt", "benutzt")
    statement = answer.statements[0].model_copy(update={"text": quote})
    return first_citation(answer, quote=quote).model_copy(update={"statements": [statement]})


def page_off_by_one(answer: Answer) -> Answer:
    pages = [PageReference(index=p.index + 1, printed=str(int(p.printed) + 1)) for p in answer.citations[0].pages]
    return first_citation(answer, pages=pages)


def only_the_printed_page_off_by_one(answer: Answer) -> Answer:
    pages = [PageReference(index=p.index, printed=str(int(p.printed) + 1)) for p in answer.citations[0].pages]
    return first_citation(answer, pages=pages)


def no_page(answer: Answer) -> Answer:
    return first_citation(answer, pages=[])


def offsets_moved(answer: Answer) -> Answer:
    """The quote is right, the place that it claims is a few characters further on."""
    cited = answer.citations[0]
    return first_citation(answer, char_start=cited.char_start + 5, char_end=cited.char_end + 5)


def another_document(answer: Answer) -> Answer:
    """The quote is right, the document that it claims is another."""
    return first_citation(answer, document="ki-konzeption", pages=[PageReference(index=0, printed="1")])


def invented_refusal(response: Response) -> Response:
    answer = response.answer.model_copy(
        update={
            "status": "not_found",
            "text": "Dazu steht nichts in den Unterlagen.",
            "citations": [],
            "statements": [],
            "not_found": NotFound(searched=8, announced_but_missing=[], nearest=[]),
        }
    )
    return replace(response, answer=answer)


def found_third(response: Response) -> Response:
    ranking = list(response.ranking)
    ranking[0], ranking[2] = ranking[2], ranking[0]
    return replace(response, ranking=ranking)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (with_answer(wrong_short_answer), {"answer_accuracy", *SURE, "short_answer_given", "f1_de", "f1_en"}),
        (with_answer(swapped_digits), {"answer_accuracy", *SURE, *VERBATIM}),
        (with_answer(changed_letter), VERBATIM),
        (with_answer(page_off_by_one), {"page_accuracy", "true_page_rate"}),
        (with_answer(only_the_printed_page_off_by_one), {"page_accuracy", "true_page_rate"}),
        (with_answer(no_page), {"page_coverage"}),
        (with_answer(offsets_moved), {"character_iou", *VERBATIM}),
        (
            with_answer(another_document),
            {
                "evidence_hit", "evidence_recall", "evidence_precision", "character_iou", "page_accuracy",
                "true_page_rate", *VERBATIM,
            },
        ),
        (
            invented_refusal,
            {
                "answer_accuracy", "evidence_hit", "evidence_recall", "character_iou", "page_coverage",
                "refusal_precision", "refusal_f1", "error_rate",
            },
        ),
        (found_third, {"hit_at_1", "mrr_at_10", "ndcg_at_10"}),
        (with_answer(lambda answer: answer.model_copy(update={"confidence": 0.0})), {"auroc", "calibration_error"}),
    ],
    ids=lambda fault: fault.__name__ if callable(fault) else "",
)  # fmt: skip
def test_a_fault_in_an_answer_moves_its_figures_alone(
    store: Store,
    questions: list[EvaluationQuestion],
    perfect: Mapping[str, float | None],
    fault: Change,
    expected: set[str],
) -> None:
    # The surest answers come first in the order of the questions, so the fault is planted in the first one of a kind.
    assert moved(store, questions, perfect, {ANSWERED: fault}) == expected


def test_an_answered_unanswerable_question_moves_the_hallucination_rate_and_no_evidence(
    store: Store, questions: list[EvaluationQuestion], perfect: Mapping[str, float | None]
) -> None:
    wrong = answer_of(store, questions, ANSWERED)
    expected = {"answer_accuracy", "refusal_recall", "refusal_f1", "hallucination_rate", "auroc", "calibration_error"}
    hallucinated = with_answer(lambda _: wrong.model_copy(update={"confidence": 1.0}))
    assert moved(store, questions, perfect, {UNANSWERABLE: hallucinated}) == expected


def test_a_needless_citation_moves_the_precision_of_evidence_and_of_citations(
    store: Store, questions: list[EvaluationQuestion], perfect: Mapping[str, float | None]
) -> None:
    other = answer_of(store, questions, "vorlage-013").citations[0]

    def with_another(answer: Answer) -> Answer:
        added: Citation = other.model_copy(update={"number": 2})
        statement = answer.statements[0].model_copy(update={"citations": [1, 2]})
        return answer.model_copy(
            update={"text": "[1] [2]", "citations": [*answer.citations, added], "statements": [statement]}
        )

    expected = {"evidence_precision", "character_iou", "citation_precision"}
    assert moved(store, questions, perfect, {ANSWERED: with_answer(with_another)}) == expected


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten diese Chance genutzt.", True),
        ("Inzwischen haben 48 von insgesamt 54 Kreisen und kreisfreien Städten diese Chance genutzt.", False),
        ("Inzwischen haben 47 von insgesamt 54 Gemeinden diese Chance genutzt.", False),
    ],
)
def test_a_statement_in_a_models_words_is_supported_only_by_all_its_numbers_and_words(
    store: Store,
    questions: list[EvaluationQuestion],
    perfect: Mapping[str, float | None],
    text: str,
    *,
    supported: bool,
) -> None:
    def reworded(answer: Answer) -> Answer:
        statement = Statement(text=text, kind="generated", citations=[1], verification="supported")
        return answer.model_copy(update={"statements": [*answer.statements, statement]})

    found = moved(store, questions, perfect, {ANSWERED: with_answer(reworded)})
    assert found == (set() if supported else {"citation_recall", "citation_precision"})


@pytest.mark.parametrize("packaged", PACKAGED, ids=lambda packaged: packaged.name)
def test_every_packaged_question_is_right_if_the_sentences_of_its_evidence_are_quoted(
    store: Store, packaged: QuestionSet
) -> None:
    found = load_questions(packaged.file)
    oracle = Oracle(store, found, {})
    wrong = []
    for question in found:
        answer = oracle.ask(question.question, question.history).answer
        whole = []
        for citation in answer.citations:
            sentences = store.sentences(citation.document)
            start = min(s.span.start for s in sentences if s.span.end > citation.char_start)
            end = max(s.span.end for s in sentences if s.span.start < citation.char_end)
            whole.append(citation.model_copy(update={"quote": oracle.documents[citation.document][start:end]}))
        if not is_right(question, answer.model_copy(update={"citations": whole})):
            wrong.append(question.id)
    assert wrong == []
