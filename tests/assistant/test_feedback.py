"""Opinions on answers are kept without a word of the documents, survive a crash, and become drafts of questions."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assistant import Assistant
from assistant.answer import Turn
from assistant.feedback import REASONS, CitedPlace, Feedback, FeedbackDesk, FeedbackLog, Opinion
from corpus.errors import AktenkundigError, StoreError
from corpus.settings import Settings
from corpus.store import Store
from eval.feedback import as_lines, drafts
from eval.questions import load_questions
from tests.conftest import Run

QUESTION = "Wie viele Kreise und kreisfreie Städte in NRW haben schon ein Integrationszentrum?"


def entry(answer: str = "a", **changes: object) -> Feedback:
    given: dict[str, Any] = {
        "answer": answer,
        "at": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        "opinion": Opinion(verdict="down", reasons=["wrong"]),
        "question": QUESTION,
        "earlier": [],
        "status": "answered",
        "cited": [],
        "settings": "",
        **changes,
    }
    return Feedback.model_validate(given)


def test_what_was_appended_is_read_again_and_only_its_owner_may(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path)
    assert log.read() == []
    log.append(entry("a"))
    log.append(entry("b", question="Zweite Frage – mit Umlauten: äöü?"))
    assert log.read() == [entry("a"), entry("b", question="Zweite Frage – mit Umlauten: äöü?")]
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_the_last_opinion_on_an_answer_counts(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path)
    changed = entry("a", opinion=Opinion(verdict="up"))
    for feedback in (entry("a"), entry("b"), changed):
        log.append(feedback)
    assert log.read() == [changed, entry("b")]


def test_a_torn_line_is_passed_over_and_the_next_entry_is_whole(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path)
    log.append(entry("a"))
    with log.path.open("ab") as file:
        file.write(b'{"answer":"b","at":"2026-')
    log.append(entry("c"))
    assert [feedback.answer for feedback in log.read()] == ["a", "c"]


def test_entries_about_documents_that_are_no_more_and_with_words_that_only_they_had_are_forgotten(
    tmp_path: Path,
) -> None:
    log = FeedbackLog(tmp_path)
    log.forget([], ["wort"])
    assert not log.path.exists()
    place = {"version": "1", "char_start": 0, "char_end": 5}
    kept = [entry("a", cited=[CitedPlace(document="da", **place)]), entry("b", earlier=["Und die Turnhallen?"])]
    gone = [
        entry("c", cited=[CitedPlace(document="da", **place), CitedPlace(document="weg", **place)]),
        entry("d", question="Was kostet die TURNHALLE?"),
        entry("e", earlier=["Wo liegt die Turnhalle?"]),
        entry("f", opinion=Opinion(verdict="up", comment="Die Turnhalle-Frage")),
        entry("g", question="Turnhalle?"),
    ]
    for feedback in (*gone[:2], *kept, *gone[2:]):
        log.append(feedback)
    with log.path.open("ab") as file:
        file.write(b'{"answer":"x","question":"Turnh')
    log.forget(["da", "dort"], frozenset({"turnhalle"}))
    assert log.read() == kept
    assert b"urnhalle?" not in log.path.read_bytes()
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "rueckmeldungen.jsonl").mkdir()
    with pytest.raises(StoreError, match="ließ sich nicht speichern"):
        FeedbackLog(tmp_path).append(entry())


@pytest.mark.parametrize(
    "opinion",
    [
        {"verdict": "sideways"},
        {"verdict": "down", "reasons": ["boring"]},
        {"verdict": "down", "comment": "x" * 1001},
        {"verdict": "down", "reasons": ["wrong"] * 5},
        {"verdict": "down", "answer": "Text eines Dokuments"},
        {},
    ],
)
def test_an_impossible_opinion_is_refused(opinion: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Opinion.model_validate(opinion)


@pytest.fixture(scope="module")
def assistant(akte_settings: Settings) -> Iterator[Assistant]:
    assistant = Assistant.open(akte_settings)
    yield assistant
    assistant.close()


@pytest.mark.slow
def test_no_word_of_a_document_is_kept_only_its_places(assistant: Assistant, tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path)
    desk = FeedbackDesk(assistant, log)
    history = [Turn(role="user", text="Worum geht es?"), Turn(role="assistant", text="Um ein Zentrum im Kreis.")]
    answer = assistant.answer(QUESTION, history=history)
    desk.submit(desk.remember(answer, history), Opinion(verdict="down", reasons=["unclear"], comment="Unklar."))
    (kept,) = log.read()
    cited = answer.citations[0]
    assert kept.cited[0] == CitedPlace(
        document="ki-vorlage",
        version=assistant.holdings.fingerprint("ki-vorlage"),
        char_start=cited.char_start,
        char_end=cited.char_end,
    )
    assert kept.earlier == ["Worum geht es?"]
    text = log.path.read_text("utf-8")
    assert cited.quote not in text
    assert "Um ein Zentrum" not in text
    assert (answer.short_answer or "") not in text


@pytest.mark.slow
def test_an_answer_that_was_never_shown_or_was_rated_too_often_cannot_be_rated(
    assistant: Assistant, tmp_path: Path
) -> None:
    desk = FeedbackDesk(assistant, FeedbackLog(tmp_path))
    with pytest.raises(AktenkundigError, match="nicht mehr bewerten"):
        desk.submit("erfunden", Opinion(verdict="up"))
    key = desk.remember(assistant.answer(QUESTION), [])
    for _ in range(5):
        desk.submit(key, Opinion(verdict="up"))
    with pytest.raises(AktenkundigError, match="nicht mehr bewerten"):
        desk.submit(key, Opinion(verdict="up"))


@pytest.mark.slow
def test_only_the_last_answers_are_remembered(assistant: Assistant, tmp_path: Path) -> None:
    desk = FeedbackDesk(assistant, FeedbackLog(tmp_path))
    answer = assistant.answer(QUESTION)
    keys = [desk.remember(answer, []) for _ in range(501)]
    assert len(set(keys)) == 501
    desk.submit(keys[1], Opinion(verdict="up"))
    with pytest.raises(AktenkundigError):
        desk.submit(keys[0], Opinion(verdict="up"))


@pytest.fixture(scope="module")
def store(akte_settings: Settings) -> Store:
    return Store(akte_settings.data)


@pytest.fixture(scope="module")
def place(store: Store) -> CitedPlace:
    start = store.text("ki-vorlage").index("(Inzwischen haben 47")
    version = store.fingerprint("ki-vorlage")
    return CitedPlace(document="ki-vorlage", version=version, char_start=start, char_end=start + 20)


@pytest.mark.slow
def test_praise_becomes_no_question_and_a_complaint_becomes_one(store: Store) -> None:
    praised = entry("b", question="Andere Frage?", opinion=Opinion(verdict="up"))
    (draft,) = drafts([entry(), praised], store)
    assert draft["question"] == QUESTION
    assert "Am 04.03.2026 beanstandet: falsch." in draft["todo"]


@pytest.mark.slow
def test_the_places_stay_as_evidence_only_where_nothing_was_said_against_them(store: Store, place: CitedPlace) -> None:
    for reason in REASONS:
        opinion = Opinion(verdict="down", reasons=[reason], comment="So nicht.")
        (draft,) = drafts([entry(cited=[place], opinion=opinion)], store)
        kept = [{"document": "ki-vorlage", "quote": "(Inzwischen haben 47"}]
        assert draft["evidence"] == (kept if reason in {"incomplete", "unclear"} else [])
        assert "(Inzwischen haben 47" in draft["todo"]
        assert "So nicht." in draft["todo"]


@pytest.mark.slow
def test_what_a_changed_or_deleted_document_said_is_not_shown(store: Store, place: CitedPlace) -> None:
    changed = place.model_copy(update={"version": "eine andere Fassung"})
    deleted = place.model_copy(update={"document": "geloescht"})
    (draft,) = drafts([entry(cited=[changed, deleted])], store)
    assert "Inzwischen" not in draft["todo"]


@pytest.mark.slow
def test_the_same_question_becomes_one_draft_and_a_follow_up_another(store: Store) -> None:
    again = entry("b", question=QUESTION.upper())
    follow_up = entry("c", earlier=["Wer ist dagegen?"])
    found = drafts([entry(), again, follow_up], store)
    assert [draft["id"] for draft in found] == ["rueckmeldung-001", "rueckmeldung-002"]
    assert [turn["role"] for turn in found[1]["history"]] == ["user", "assistant"]


@pytest.mark.slow
def test_drafts_are_appended_once_and_the_set_is_not_usable_before_they_are_done(
    run: Run, akte_data: Path, akte_settings: Settings, tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "fragen.jsonl"
    out.write_text(as_lines(drafts([entry(question="Frühere Frage?")], store)), encoding="utf-8")
    log = FeedbackLog(akte_data)
    log.append(entry())
    try:
        done = run("eval", "from-feedback", "--out", str(out), data=akte_data)
        assert done.code == 0, done.err
        assert "1 Frage an" in done.out
        assert [q.question for q in load_questions(out, drafts=True)] == ["Frühere Frage?", QUESTION]
        again = run("eval", "from-feedback", "--out", str(out), data=akte_data)
        assert (again.code, "keine neue Beanstandung" in again.err) == (2, True)
        asked = run("eval", "questions", str(out), data=akte_data)
        assert (asked.code, "noch nicht vervollständigt" in asked.err) == (2, True)
        shown = run("eval", "from-feedback", data=akte_data)
        assert shown.out.count("\n") == 1
    finally:
        log.path.unlink()
    assert akte_settings.data == akte_data
