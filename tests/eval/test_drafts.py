"""The labelled drafts, and how verdicts are scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.factcheck import CheckedClaim, FactCheck, Verdict
from assistant.factcheck.network import CONTRADICTS, PARTLY
from corpus.errors import UnreadableFileError
from corpus.settings import Settings
from corpus.store import Store
from eval.claims.drafts import DRAFTS, LabelledDraft, claim_for, load_drafts
from eval.claims.pairs import written_pairs
from eval.claims.scoring import Score
from eval.documents import StoredDocuments


def test_there_are_forty_drafts_of_every_kind_with_four_hundred_claims_in_two_halves() -> None:
    drafts = load_drafts(DRAFTS)
    assert len(drafts) >= 40
    assert {draft.kind for draft in drafts} == {"Rede", "Pressemitteilung", "Niederschrift", "Antrag", "Mail"}
    claims = [(draft.split, claim) for draft in drafts for claim in draft.claims]
    assert len(claims) >= 400
    test = sum(split == "test" for split, _ in claims) / len(claims)
    assert 0.45 < test < 0.55


def test_every_deciding_passage_stands_in_its_document(whole_akte_settings: Settings) -> None:
    store = Store(whole_akte_settings.data)
    documents = StoredDocuments(store)
    for draft in load_drafts(DRAFTS):
        for claim in draft.claims:
            assert bool(claim.differences) == (claim.verdict == "weicht ab")
            for evidence in claim.evidence:
                assert evidence.document is not None
                assert evidence.quote in documents[evidence.document]
    store.close()


def labelled(*verdicts: str) -> LabelledDraft:
    text = "abcdefghij " * len(verdicts)
    claims = [
        {"start": 11 * n, "end": 11 * n + 10, "text": "abcdefghij", "verdict": verdict}
        for n, verdict in enumerate(verdicts)
    ]
    return LabelledDraft.model_validate({"id": "x", "kind": "Rede", "split": "test", "text": text, "claims": claims})


def given(*verdicts: Verdict) -> FactCheck:
    claims = [
        CheckedClaim.model_construct(
            text="abcdefghij",
            start=11 * n,
            end=11 * n + 10,
            verdict=verdict,
            citations=[],
            differences=[],
            confidence=1.0,
        )
        for n, verdict in enumerate(verdicts)
    ]
    return FactCheck.model_construct(
        claims=claims, checked_on="2026-01-01", searched=8, documents=[], settings="", timings_ms={"total": 500.0}
    )


def test_a_planted_mistake_lowers_the_figures_that_it_should(whole_akte_settings: Settings) -> None:
    store = Store(whole_akte_settings.data)
    documents = StoredDocuments(store)
    due: tuple[Verdict, ...] = ("belegt", "weicht ab", "nicht gefunden", "keine prüfbare Aussage", "teilweise belegt")
    right, alarm, missed = Score(), Score(), Score()
    right.add(labelled(*due), given(*due), documents)
    alarm.add(labelled(*due), given("weicht ab", *due[1:]), documents)
    missed.add(labelled(*due), given("belegt", "belegt", *due[2:]), documents)
    store.close()
    assert right.macro_f1() == 1
    assert (right.false_alarms, alarm.false_alarms, missed.false_alarms) == (0, 1, 0)
    assert alarm.precision("weicht ab") == 0.5
    assert missed.recall("weicht ab") == 0
    assert alarm.macro_f1() < 1
    assert missed.macro_f1() < 1


def test_a_label_belongs_to_the_claim_that_shares_most_of_it() -> None:
    draft = labelled("belegt", "weicht ab")
    check = given("belegt", "belegt")
    assert [claim_for(label, check.claims) for label in draft.claims] == [0, 1]
    assert claim_for(draft.claims[1], check.claims[:1]) is None


def test_a_file_that_holds_no_drafts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="keine bewerteten Entwürfe"):
        load_drafts(tmp_path / "x.jsonl")


def test_written_pairs_mark_the_words_that_decide_and_hold_some_out() -> None:
    learnt, held_out = list(written_pairs(held_out=False)), list(written_pairs(held_out=True))
    assert not {pair.passage for pair in learnt} & {pair.passage for pair in held_out}
    contradicted = [pair for pair in learnt if pair.relation == CONTRADICTS]
    assert sum(pair.mine is not None and pair.theirs is not None for pair in contradicted) > 0.9 * len(contradicted)
    assert {pair.relation for pair in held_out} == {0, PARTLY, CONTRADICTS, 3}
