"""The question sets keep their contract and prove every answer with the documents."""

import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus.settings import Settings
from corpus.store import Store
from eval.questions import EvaluationQuestion, load_questions, locate_evidence
from tests.conftest import AKTEN

ROOT = Path(__file__).resolve().parents[2]
SETS = {name: ROOT / "eval" / "fragen" / f"{name}.jsonl" for name in ("vorlage", "akte")}
SOURCE = AKTEN / "kommunales-integrationszentrum" / "vorlage.txt"

KEYS = {"id", "question", "answers", "must_contain", "evidence", "kind", "answerable", "history", "split"}
COMMON_KINDS = set(
    "fact date number who why list negation definition order false-premise plain-language typo follow-up abbreviation "
    "yes-no proposal-vs-decision unanswerable".split()
)
KINDS = {"vorlage": COMMON_KINDS, "akte": COMMON_KINDS | {"table", "scan", "multi-document", "conflict", "scope"}}
ENOUGH = {"vorlage": 170, "akte": 250}

Line = dict[str, Any]


@pytest.fixture(scope="module", params=SETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def lines(name: str) -> list[Line]:
    return [json.loads(line) for line in SETS[name].read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def questions(name: str) -> list[EvaluationQuestion]:
    return load_questions(SETS[name])


def asked(question: EvaluationQuestion) -> str:
    turns = [turn.text for turn in question.history] + [question.question]
    return re.sub(r"\W+", " ", " | ".join(turns).casefold()).strip()


def test_every_line_has_exactly_the_keys_of_the_contract(lines: list[Line]) -> None:
    for line in lines:
        assert set(line) == KEYS, line["id"]


def test_ids_are_unique_and_in_order(questions: list[EvaluationQuestion], name: str) -> None:
    assert [question.id for question in questions] == [
        f"{name}-{number:03d}" for number in range(1, len(questions) + 1)
    ]


def test_there_are_enough_questions_and_at_least_a_third_is_unanswerable(
    questions: list[EvaluationQuestion], name: str
) -> None:
    assert len(questions) >= ENOUGH[name]
    assert sum(not question.answerable for question in questions) >= len(questions) / 3


def test_every_kind_of_question_occurs_several_times(questions: list[EvaluationQuestion], name: str) -> None:
    kinds = Counter(question.kind for question in questions)
    assert set(kinds) == KINDS[name]
    assert {kind for kind, count in kinds.items() if count < 3} == set()


def test_a_third_of_the_questions_is_for_calibration(questions: list[EvaluationQuestion]) -> None:
    calibration = [question for question in questions if question.split == "calibration"]
    assert len(calibration) == math.ceil(len(questions) / 3)
    assert all(question.split in {"calibration", "test"} for question in questions)


def test_the_unanswerable_questions_are_spread_over_both_splits_alike(questions: list[EvaluationQuestion]) -> None:
    unanswerable = [question for question in questions if not question.answerable]
    calibration = [question for question in unanswerable if question.split == "calibration"]
    assert 0.25 <= len(calibration) / len(unanswerable) <= 0.42


def test_no_question_is_asked_twice_in_any_set() -> None:
    seen = Counter(asked(question) for path in SETS.values() for question in load_questions(path))
    assert [text for text, count in seen.items() if count > 1] == []


def test_answerable_questions_have_evidence_and_unanswerable_ones_have_none(
    questions: list[EvaluationQuestion],
) -> None:
    for question in questions:
        assert bool(question.evidence) == question.answerable, question.id
        assert bool(question.answers or question.must_contain) == question.answerable, question.id
        if question.kind == "unanswerable":
            assert not question.answerable, question.id


def test_follow_ups_have_a_history_that_ends_with_the_assistant(questions: list[EvaluationQuestion]) -> None:
    for question in questions:
        history = question.history
        assert bool(history) == (question.kind == "follow-up"), question.id
        assert len(history) % 2 == 0, question.id
        for index, turn in enumerate(history):
            assert turn.role == ("user", "assistant")[index % 2], question.id
            assert turn.text.strip(), question.id


def test_some_follow_ups_come_in_the_second_and_some_in_the_third_turn() -> None:
    turns = Counter(len(q.history) // 2 for q in load_questions(SETS["akte"]) if q.kind == "follow-up")
    assert turns[1] >= 5
    assert turns[2] >= 5


def test_the_questions_on_the_akte_ask_of_every_document() -> None:
    named = Counter(e.document for q in load_questions(SETS["akte"]) for e in q.evidence)
    for document in ("vorlage", "konzeption", *(f"anhang-{number}" for number in range(1, 7))):
        assert named[f"ki-{document}"] >= 3, document


def test_every_quote_on_the_vorlage_stands_verbatim_in_the_source() -> None:
    source = " ".join(SOURCE.read_text(encoding="utf-8").split())
    for question in load_questions(SETS["vorlage"]):
        quotes = [evidence.quote for evidence in question.evidence]
        assert all(quote in source for quote in quotes), question.id
        for text in question.answers + question.must_contain:
            assert any(text.casefold() in quote.casefold() for quote in quotes), (question.id, text)


@pytest.mark.slow
def test_every_piece_of_evidence_stands_in_the_canonical_text_of_its_document(
    questions: list[EvaluationQuestion], whole_akte_settings: Settings
) -> None:
    store = Store(whole_akte_settings.data)
    texts = {info.document: store.text(info.document) for info in store.documents()}
    located = locate_evidence(questions, texts)
    for question in questions:
        for evidence, places in zip(question.evidence, located[question.id], strict=True):
            assert places, question.id
            # Without a document any may prove it, but not nearly every sentence.
            assert len(places) <= (15 if evidence.document is None else 4), (question.id, evidence.quote)
