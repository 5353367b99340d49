"""Public benchmarks: files are read as they are, predictions scored as published, faults move their figures alone."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import AktenkundigError, UnreadableFileError
from corpus.types import Span
from eval.commands.benchmark import NAMES
from eval.metrics.selection import SELECTION_FIGURES, selection_scores
from eval.records import Record, Table
from eval.statistics import value_of
from eval.tasks.base import Item
from eval.tasks.ingested_texts import align
from eval.tasks.nomiracl import GivenPassagesPrediction, NomiraclTask, load_nomiracl
from eval.tasks.omos import OmosTask, PagePrediction, load_omos, load_omos_predictions
from eval.tasks.question_set import QuestionSetTask
from eval.tasks.registry import BENCHMARKS, figures_of
from eval.tasks.squad import LegalTask, ReadingPrediction, SquadTask, load_reading_predictions, load_squad

CONTEXT = "Der Kreistag tagt am 17. März 2014. Er berät über ein Zentrum. Es kostet 295.950 Euro im Jahr."
OTHER = "Die Bücherei öffnet um neun Uhr. Sie schließt um achtzehn Uhr."
PAGE = "Bücherei\nDie Bücherei öffnet um neun Uhr.\nSie schließt um achtzehn Uhr.\nSamstags ist sie geschlossen."


def squad(path: Path, *, impossible: bool = False) -> Path:
    start = CONTEXT.index("17. März 2014")
    questions = [
        {
            "id": "a",
            "question": "Wann tagt der Kreistag?",
            "answers": [{"text": "17. März 2014", "answer_start": start}],
        }
    ]
    if impossible:
        questions.append({"id": "b", "question": "Wer ist Landrat?", "answers": [], "is_impossible": True})  # type: ignore[dict-item]
    data = [
        {"title": "Kreistag", "paragraphs": [{"context": CONTEXT, "qas": questions}]},
        {"title": "Bücherei", "paragraphs": [{"context": OTHER, "qas": []}]},
    ]
    path.write_text(json.dumps({"version": "1.1", "data": data}, ensure_ascii=False), encoding="utf-8")
    return path


def lines(path: Path, *rows: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def omos(path: Path) -> Path:
    row = {"question": "Wann öffnet die Bücherei?", "context": PAGE, "answers": [1, 2], "city": "x", "pageId": 1}
    return lines(path, {"id": 7, **row}, {"id": 8, **row, "question": "Was kostet ein Ausweis?", "answers": []})


def nomiracl(path: Path) -> Path:
    passages = [{"docid": "1#0", "text": CONTEXT}, {"docid": "2#0", "text": OTHER}, {"docid": "3#0", "text": " "}]
    return lines(
        path,
        {"query_id": "q1", "question": "Was kostet das Zentrum?", "answerable": True, "passages": passages},
        {"query_id": "q2", "question": "Wer ist Landrat?", "answerable": False, "passages": passages[1:]},
    )


def figures(task: str, items: Sequence[Item]) -> dict[str, float | None]:
    table = Table([item.record for item in items])
    return {name: value_of(figure, table) for name, figure in figures_of(task).items()}


def test_squad_json_and_json_lines_say_the_same(tmp_path: Path) -> None:
    start = CONTEXT.index("17. März 2014")
    row = {"id": "a", "question": "Wann tagt der Kreistag?", "context": CONTEXT}
    path = lines(
        tmp_path / "x.jsonl",
        {**row, "answers": {"text": ["17. März 2014"], "answer_start": [start]}},
        {**row, "id": "c", "context": OTHER, "answers": {"text": ["neun Uhr"], "answer_start": [23]}},
    )
    from_lines, texts = load_squad(path)
    from_json, all_texts = load_squad(squad(tmp_path / "x.json"))
    assert texts == all_texts == [CONTEXT, OTHER]
    assert [(q.id, q.question, q.paragraph, q.answers) for q in from_json] == [
        (q.id, q.question, q.paragraph, q.answers) for q in from_lines[:1]
    ]


def test_ids_may_be_missing_but_not_repeated_and_a_set_has_questions(tmp_path: Path) -> None:
    path = squad(tmp_path / "x.json", impossible=True)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"id": "a", ', "").replace('"id": "b", ', ""), encoding="utf-8")
    assert [question.id for question in load_squad(path)[0]] == [0, 1]
    path.write_text(text.replace('"id": "b"', '"id": "a"'), encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="„a“ kommt im Datensatz mehr als einmal vor"):
        SquadTask(*load_squad(path))
    path.write_text('{"data": []}', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="keine Frage"):
        SquadTask(*load_squad(path))


def good(**changes: object) -> ReadingPrediction:
    given: dict[str, Any] = {
        "id": "a",
        "paragraph_ranks": [0, 1],
        "quotes": ["Der Kreistag tagt am 17. März 2014.", "Er berät über ein Zentrum."],
        "short_answer": "17. März 2014",
        "answered": True,
        "confidence": 0.9,
        **changes,
    }
    return ReadingPrediction.model_validate(given)


def squad_moved(tmp_path: Path, **changes: object) -> set[str]:
    task = SquadTask(*load_squad(squad(tmp_path / "x.json", impossible=True)))
    refused = good(id="b", quotes=[], short_answer=None, answered=False, confidence=0.1)
    perfect = figures("squad", task.score({"a": good(), "b": refused}))
    spoilt = figures("squad", task.score({"a": good(**changes), "b": refused}))
    assert all(perfect[name] == 1 for name in ("quote_hit_1", "exact_match_de", "hit_at_1", "refusal_f1", "auroc"))
    return {name for name in perfect if perfect[name] != spoilt[name]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"paragraph_ranks": [1, 0]}, {"hit_at_1", "mrr_at_10", "ndcg_at_10"}),
        ({"quotes": ["Er berät über ein Zentrum.", "Der Kreistag tagt am 17. März 2014."]},
         {"quote_hit_1", "quote_characters", "character_f1", "surer_half_risk"}),
        ({"short_answer": "18. März 2014"}, {"exact_match_de", "exact_match_en", "f1_de", "f1_en"}),
        ({"short_answer": None}, {"exact_match_de", "exact_match_en", "f1_de", "f1_en", "short_answer_given"}),
        ({"answered": False}, {"refusal_precision", "refusal_f1", "error_rate", "surer_half_risk"}),
        ({"confidence": 0.05}, {"auroc"}),
    ],
)  # fmt: skip
def test_a_fault_in_a_reading_prediction_moves_its_figures_alone(
    tmp_path: Path, changes: dict[str, object], expected: set[str]
) -> None:
    assert squad_moved(tmp_path, **changes) == expected


def test_a_quote_of_the_wrong_paragraph_is_no_hit_even_if_it_has_the_answers_words(tmp_path: Path) -> None:
    task = SquadTask(*load_squad(squad(tmp_path / "x.json")))
    elsewhere = task.score({"a": good(quotes=["Am 17. März 2014 war nichts."])})
    assert figures("squad", elsewhere)["quote_hit_1"] == 0
    assert figures("squad", elsewhere)["character_f1"] == 0


def test_where_every_question_has_an_answer_only_wrong_refusals_are_shown(tmp_path: Path) -> None:
    shown = {
        figure.name
        for section in SquadTask(*load_squad(squad(tmp_path / "x.json"))).sections
        for figure in section.figures
    }
    assert "error_rate" in shown
    assert not shown & {"refusal_f1", "hallucination_rate", "auroc"}


def test_an_answer_whose_offset_is_off_is_looked_for_nearby(tmp_path: Path) -> None:
    path = squad(tmp_path / "x.json")
    path.write_text(path.read_text("utf-8").replace('"answer_start": 21', '"answer_start": 24'), encoding="utf-8")
    questions, texts = load_squad(path)
    assert questions[0].answers == [("17. März 2014", 24)]
    assert figures("squad", SquadTask(questions, texts).score({"a": good()}))["character_f1"] == pytest.approx(
        2 * 13 / (35 + 13)
    )


def test_a_composed_quote_hits_a_decomposed_text_and_the_other_way_round(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", CONTEXT)
    answer = unicodedata.normalize("NFD", "17. März 2014")
    data = [
        {
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {
                            "id": 1,
                            "question": "Wann?",
                            "answers": [{"text": answer, "answer_start": text.index(answer)}],
                        }
                    ],
                }
            ]
        }
    ]
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    task = LegalTask(*load_squad(path))
    for form in ("NFC", "NFD"):
        quote = unicodedata.normalize(form, "Der Kreistag tagt am 17. März 2014.")
        prediction = good(id=1, quotes=[quote], paragraph_ranks=[0])
        found = figures("legalquad", task.score({"1": prediction}))
        assert (found["quote_hit_1"], found["exact_match_de"]) == (1, 1)


def test_omos_figures_are_those_that_were_published_for_them() -> None:
    """Counted by hand: P and R are means over answerable questions, an empty choice has P = 1, F is of the means."""
    chosen_and_wanted = [({1, 2}, {2, 3}), (set(), {1}), ({5}, {5}), (set(), set()), ({1}, set())]
    records = [
        Record(str(n), str(n), "", None, selection_scores(chosen, wanted))
        for n, (chosen, wanted) in enumerate(chosen_and_wanted)
    ]
    table = Table(records)
    found = {f.name: float(f.values(table, np.ones((1, 5)))[0]) for f in SELECTION_FIGURES if f.name != "first_choice"}
    precision, recall = (0.5 + 1 + 1) / 3, (0.5 + 0 + 1) / 3
    assert found == pytest.approx(
        {
            "selection_precision": precision,
            "selection_recall": recall,
            "selection_f": 2 * precision * recall / (precision + recall),
            "none_precision": 1 / 2,
            "none_recall": 1 / 2,
            "none_f1": 1 / 2,
            "per_question_f1": (0.5 + 0 + 1 + 1 + 0) / 5,
            "micro_f1": 2 * 2 / (4 + 4),
        }
    )


def test_omos_predictions_are_read_in_our_form_and_in_the_authors(tmp_path: Path) -> None:
    ours = lines(tmp_path / "a.jsonl", {"id": 7, "sentences": [1]}, {"id": 8, "sentences": []})
    theirs = tmp_path / "b.json"
    theirs.write_text('{"7": [1], "8": []}', encoding="utf-8")
    one = lines(tmp_path / "c.jsonl", {"id": 7, "sentences": [1]})
    task = OmosTask(*load_omos(omos(tmp_path / "omos.jsonl")))
    assert figures("omos", task.score(load_omos_predictions(ours))) == figures(
        "omos", task.score(load_omos_predictions(theirs))
    )
    assert set(load_omos_predictions(one)) == {"7"}


def test_a_prediction_that_is_missing_is_named(tmp_path: Path) -> None:
    task = OmosTask(*load_omos(omos(tmp_path / "omos.jsonl")))
    with pytest.raises(AktenkundigError, match="„8“ fehlt die Vorhersage"):
        task.score({"7": PagePrediction(id=7, sentences=[])})


def test_nomiracl_passages_without_text_are_left_out_and_equal_ones_are_kept_once(tmp_path: Path) -> None:
    questions, texts = load_nomiracl(nomiracl(tmp_path / "x.jsonl"))
    assert texts == [CONTEXT, OTHER]
    assert [list(question.passages) for question in questions] == [[0, 1], [1]]


def test_nomiracl_rates_are_of_what_should_and_should_not_be_answered(tmp_path: Path) -> None:
    task = NomiraclTask(*load_nomiracl(nomiracl(tmp_path / "x.jsonl")))

    def found(*, first: bool, second: bool) -> tuple[float | None, ...]:
        answered = {"q1": first, "q2": second}
        predictions = {
            name: GivenPassagesPrediction(query_id=name, answered=given, confidence=0.5, quotes=[])
            for name, given in answered.items()
        }
        scores = figures("nomiracl", task.score(predictions))
        return scores["hallucination_rate"], scores["error_rate"], scores["auroc"]

    assert found(first=True, second=True) == (1, 0, 0.5)
    assert found(first=False, second=False) == (0, 1, 0.5)
    assert found(first=True, second=False) == (0, 0, 0.5)


def test_a_prediction_of_something_that_is_not_there_is_refused(tmp_path: Path) -> None:
    task = SquadTask(*load_squad(squad(tmp_path / "x.json")))
    with pytest.raises(AktenkundigError, match="„a“ nennt einen Absatz, den es nicht gibt"):
        task.score({"a": good(paragraph_ranks=[0, 2])})
    with pytest.raises(UnreadableFileError, match="in Zeile 1 keine Vorhersage"):
        load_reading_predictions(lines(tmp_path / "y.jsonl", {"id": "a", "quotes": "Der Kreistag"}))


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_or_a_wrong_file_is_one_german_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError, match="fehlt oder ist nicht lesbar"):
        BENCHMARKS[name].load(tmp_path / "fehlt.json")
    wrong = tmp_path / "x.json"
    wrong.write_text('{"data": 1}\n', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="nicht die Form"):
        BENCHMARKS[name].load(wrong)
    binary = tmp_path / "y.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFileError, match="kein Text in UTF-8"):
        BENCHMARKS[name].load(binary)


def test_the_command_knows_all_benchmarks_and_every_headline_is_a_figure() -> None:
    assert set(BENCHMARKS) == set(NAMES)
    tasks = (QuestionSetTask, SquadTask, LegalTask, OmosTask, NomiraclTask)
    headlines = {task.name: task.headline for task in tasks}
    for name in ("questions", *NAMES):
        assert set(headlines[name]) <= set(figures_of(name))
        assert headlines[name]


PIECES = [*"aäbß A–- \n\t.1é", "a\u0308", "\u00ad", "e\u0301"]
LETTERS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(LETTERS, st.data())
def test_a_place_in_the_canonical_text_is_found_again_in_the_source(source: str, data: st.DataObject) -> None:
    """Whatever the reader does to blanks, dashes and composition, a letter is the same letter on both sides."""
    canonical = " ".join(unicodedata.normalize("NFC", source).replace("\u00ad", "").split())
    aligned = align(source, "x", canonical)
    if not canonical:
        return
    start = data.draw(st.integers(0, len(canonical) - 1))
    end = data.draw(st.integers(start + 1, len(canonical)))
    quoted = aligned.quote(Span(start, end))
    assert quoted in source

    def letters(text: str) -> str:
        kept = unicodedata.normalize("NFC", text)
        return "".join(c for c in kept if not c.isspace() and unicodedata.category(c) not in {"Pd", "Cf", "Cc"})

    assert letters(quoted) == letters(canonical[start:end])


def test_what_was_not_read_of_a_text_is_counted_and_the_rest_is_found() -> None:
    source = "Der Kreistag tagt.\n1/2\nEr berät."
    aligned = align(source, "text-00001", "Der Kreistag tagt. Er berät.")
    assert aligned.lost == 3
    assert aligned.quote(Span(19, 28)) == "Er berät."
    assert align(source, "text-00001", "").lost == 27
    assert align(source, "text-00001", "").quote(Span(0, 1)) == ""
