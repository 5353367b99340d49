"""The question set on the Vorlage keeps its contract and proves every answer with the document."""

import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "eval" / "fragen" / "vorlage.jsonl"
SOURCE = ROOT / "corpus" / "akten" / "kommunales-integrationszentrum" / "vorlage.txt"

KEYS = {
    "id",
    "question",
    "answers",
    "must_contain",
    "evidence",
    "kind",
    "answerable",
    "history",
    "split",
}
KINDS = {
    "fact",
    "date",
    "number",
    "who",
    "why",
    "list",
    "negation",
    "definition",
    "order",
    "false-premise",
    "plain-language",
    "typo",
    "follow-up",
    "abbreviation",
    "yes-no",
    "proposal-vs-decision",
    "unanswerable",
}

Question = dict[str, Any]


def collapsed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def normalised(question: Question) -> str:
    turns = [turn["text"] for turn in question["history"]] + [question["question"]]
    return re.sub(r"\W+", " ", " | ".join(turns).casefold()).strip()


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def source() -> str:
    if not SOURCE.exists():
        pytest.skip(f"{SOURCE.relative_to(ROOT)} is not in this checkout")
    return collapsed(SOURCE.read_text(encoding="utf-8"))


def test_every_line_has_exactly_the_keys_of_the_contract(questions: list[Question]) -> None:
    for question in questions:
        assert set(question) == KEYS, question["id"]


def test_every_field_has_the_type_of_the_contract(questions: list[Question]) -> None:
    for question in questions:
        name = question["id"]
        assert isinstance(question["question"], str), name
        assert question["question"].strip(), name
        assert isinstance(question["answerable"], bool), name
        assert question["kind"] in KINDS, name
        assert question["split"] in {"calibration", "test"}, name
        for field in ("answers", "must_contain"):
            assert isinstance(question[field], list), name
            assert all(isinstance(text, str) and text.strip() for text in question[field]), name
        for evidence in question["evidence"]:
            assert set(evidence) == {"document", "quote"}, name
            assert evidence["document"] == "ki-vorlage", name


def test_ids_are_unique_and_in_order(questions: list[Question]) -> None:
    expected = [f"vorlage-{number:03d}" for number in range(1, len(questions) + 1)]
    assert [question["id"] for question in questions] == expected


def test_there_are_enough_questions_and_enough_of_them_are_unanswerable(
    questions: list[Question],
) -> None:
    assert len(questions) >= 80
    assert sum(not question["answerable"] for question in questions) >= 25


def test_every_kind_of_question_occurs_several_times(questions: list[Question]) -> None:
    kinds = Counter(question["kind"] for question in questions)
    assert {kind for kind in KINDS if kinds[kind] < 3} == set()


def test_a_third_of_the_questions_is_for_calibration(questions: list[Question]) -> None:
    calibration = [question for question in questions if question["split"] == "calibration"]
    assert len(calibration) == math.ceil(len(questions) / 3)


def test_the_unanswerable_questions_are_spread_over_both_splits_alike(
    questions: list[Question],
) -> None:
    unanswerable = [question for question in questions if not question["answerable"]]
    calibration = [question for question in unanswerable if question["split"] == "calibration"]
    assert 0.25 <= len(calibration) / len(unanswerable) <= 0.42


def test_no_question_of_the_calibration_split_repeats_in_the_test_split(
    questions: list[Question],
) -> None:
    seen = Counter(normalised(question) for question in questions)
    assert [text for text, count in seen.items() if count > 1] == []


def test_answerable_questions_have_evidence_and_unanswerable_ones_have_none(
    questions: list[Question],
) -> None:
    for question in questions:
        expectations = question["answers"] + question["must_contain"]
        assert bool(question["evidence"]) == question["answerable"], question["id"]
        assert bool(expectations) == question["answerable"], question["id"]
        if question["kind"] == "unanswerable":
            assert not question["answerable"], question["id"]


def test_follow_ups_have_a_history_that_ends_with_the_assistant(
    questions: list[Question],
) -> None:
    for question in questions:
        history = question["history"]
        assert bool(history) == (question["kind"] == "follow-up"), question["id"]
        for index, turn in enumerate(history):
            assert set(turn) == {"role", "text"}, question["id"]
            assert turn["role"] == ("user", "assistant")[index % 2], question["id"]
            assert turn["text"].strip(), question["id"]
        assert len(history) % 2 == 0, question["id"]


def test_every_quote_stands_verbatim_in_the_source(questions: list[Question], source: str) -> None:
    for question in questions:
        for evidence in question["evidence"]:
            assert evidence["quote"] in source, (question["id"], evidence["quote"])


def test_every_expected_string_stands_in_a_quote_of_its_question(
    questions: list[Question],
) -> None:
    for question in questions:
        quotes = [evidence["quote"].casefold() for evidence in question["evidence"]]
        for text in question["answers"] + question["must_contain"]:
            assert any(text.casefold() in quote for quote in quotes), (question["id"], text)
