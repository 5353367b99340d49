"""Results are written, read, compared and shown: what is in the file is what was measured, and a fall is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from assistant.answer import Turn
from corpus.errors import AktenkundigError, UnreadableFileError
from eval import reference
from eval.comparison import compare, render_comparison
from eval.evaluation import Data, Evaluation, Performance
from eval.metrics.refusals import refusal_scores
from eval.questions import Split
from eval.records import Record
from eval.report import html_page, render
from eval.results import StoredResult, load_result, stored
from eval.tasks.base import WRONG_SPAN, WRONGLY_ANSWERED, WRONGLY_REFUSED, Failure, Item
from eval.tasks.question_set import QUESTION_SECTIONS, QuestionSetTask

HOSTILE = '<script>alert("1")</script> & „Zitat“'

Skill = Callable[[int], bool]


def item(number: int, *, good: bool, answerable: bool) -> Item:
    split: Split = "calibration" if number % 3 == 0 else "test"
    refused = not answerable if good else number % 2 == 0
    right = good and refused is not answerable
    ratios = refusal_scores(answerable=answerable, refused=refused)
    ratios |= {"answer_accuracy": (right, 1), "verbatim_rate": (1, 1), "character_iou": (0.5 * right, 1)}
    record = Record(
        f"f-{number:03}",
        f"absatz-{number // 2}",
        "number" if number % 4 else "table",
        split,
        {name: (float(above), float(below)) for name, (above, below) in ratios.items()},
        {
            "confidence": (number % 10) / 10,
            "answerable": float(answerable),
            "answered": float(not refused),
            "right": float(right),
        },
    )
    reason = WRONGLY_REFUSED if refused and answerable else WRONGLY_ANSWERED if not answerable else WRONG_SPAN
    failure = Failure(
        reason, HOSTILE, ["erwartet"], ["gegeben"], ["S. 2"], [Turn(role="user", text="davor")], read=True
    )
    return Item(record, {"id": record.id}, None if right else failure, 0.01 + number / 10_000)


def evaluation(ours: Skill, theirs: Skill = lambda number: number % 5 == 0, *, questions: int = 60) -> Evaluation:
    def items(skill: Skill) -> list[Item]:
        return [item(n, good=skill(n), answerable=n % 3 != 1) for n in range(questions)]

    return Evaluation(
        task=QuestionSetTask.name,
        title="Fragen zur Probe",
        data=Data("probe.jsonl", "0" * 64, questions),
        sections=QUESTION_SECTIONS,
        headline=QuestionSetTask.headline,
        items={"aktenkundig": items(ours), "llama-index": items(theirs)},
        settings="abc",
        documents="1" * 64,
        performance=Performance([2.5, 2.0, 3.0], 612.5),
    )


def mostly_good(number: int) -> bool:
    return number % 4 != 0


@pytest.fixture(scope="module")
def measured() -> Evaluation:
    return evaluation(mostly_good)


@pytest.fixture(scope="module")
def result(measured: Evaluation) -> StoredResult:
    return stored(measured)


def test_a_result_file_holds_what_was_measured_and_what_it_depends_on(result: StoredResult, tmp_path: Path) -> None:
    path = tmp_path / "probe.json"
    path.write_text(result.as_json(), encoding="utf-8")
    assert load_result(path) == result
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content["figures"]) == {"calibration", "test", "all"}
    assert content["main"] == "test"
    assert content["settings"] == "abc"
    assert content["data"] == {"file": "probe.jsonl", "sha256": "0" * 64, "questions": 60}
    assert set(content["versions"]) >= {"python", "torch", "chromadb", "llama-index-core", "ir-measures"}
    assert content["performance"] == {"cold_start_s": [2.5, 2.0, 3.0], "peak_memory_mb": 612.5}
    assert set(content["senseless"]) == {"always_answer", "always_refuse"}
    assert content["senseless"]["always_answer"]["hallucination_rate"]["value"] == 1
    assert content["senseless"]["always_refuse"]["error_rate"]["value"] == 1
    assert content["figures"]["test"]["page_accuracy"]["value"] is None, "nothing was tested"


def test_the_records_of_a_file_give_its_figures_again(measured: Evaluation, result: StoredResult) -> None:
    assert result.records.records() == list(measured.records())


def test_a_question_of_a_result_file_stands_on_one_line(result: StoredResult) -> None:
    lines = result.as_json().splitlines()
    assert sum(line.strip().startswith('["f-') for line in lines) == 60


def test_the_group_that_figures_are_quoted_of_is_the_one_that_nothing_was_tuned_on(measured: Evaluation) -> None:
    assert measured.main == "test"
    assert {record.split for record in measured.records("test")} == {"test"}
    assert len(measured.records("all")) == 60


def test_the_same_result_has_not_changed(result: StoredResult) -> None:
    found = compare(result, result)
    assert found.common == 60
    assert found.fallen == []
    assert {change.verdict for change in found.changes} == {""}


def test_a_real_fall_is_told_and_a_small_one_is_not(result: StoredResult) -> None:
    worse = compare(result, stored(evaluation(lambda n: n % 4 != 0 and n % 5 != 1)))
    assert "answer_accuracy" in {change.figure.name for change in worse.fallen}
    slightly = compare(result, stored(evaluation(lambda n: n % 4 != 0 and n != 5)))
    assert slightly.fallen == []
    better = compare(result, stored(evaluation(lambda _: True)))
    assert better.fallen == []
    verdicts = {change.figure.name: change.verdict for change in better.changes}
    assert verdicts["answer_accuracy"] == verdicts["error_rate"] == "better"


def test_a_single_quote_that_is_not_verbatim_is_a_fall(result: StoredResult) -> None:
    rows = [list(row) for row in result.records.rows]
    rows[3][result.records.columns.index("verbatim_rate")] = 0
    spoilt = result.model_copy(update={"records": result.records.model_copy(update={"rows": rows})})
    assert [change.figure.name for change in compare(result, spoilt).fallen] == ["verbatim_rate"]


def test_only_questions_that_both_asked_are_compared(result: StoredResult) -> None:
    found = compare(result, stored(evaluation(mostly_good, questions=50)))
    assert (found.common, found.only_before, found.only_after) == (50, 10, 0)
    assert "nur in einem der beiden: 10 vorher, 0 nachher" in render_comparison(found)


def test_another_file_of_questions_and_other_texts_are_told(result: StoredResult) -> None:
    changed = result.model_copy(update={"documents": "2" * 64, "data": replace(result.data, sha256="3" * 64)})
    told = render_comparison(compare(result, changed))
    assert "Die Datei der Fragen ist nicht mehr dieselbe." in told
    assert "Die durchsuchten Texte sind nicht mehr dieselben." in told
    assert "nicht mehr" not in render_comparison(compare(result, result))


def test_results_of_different_tasks_or_of_no_common_question_are_not_compared(result: StoredResult) -> None:
    with pytest.raises(AktenkundigError, match="lassen sich nicht vergleichen"):
        compare(result, result.model_copy(update={"task": "omos"}))
    empty = result.model_copy(update={"records": result.records.model_copy(update={"rows": []})})
    with pytest.raises(AktenkundigError, match="keine Frage gemeinsam"):
        compare(result, empty)


def test_a_comparison_says_before_after_difference_and_verdict(result: StoredResult) -> None:
    told = render_comparison(compare(result, stored(evaluation(lambda _: True))))
    (row,) = [line for line in told.splitlines() if line.startswith("richtige Antworten")]
    assert re.search(r"richtige Antworten +\d+,\d % +100,0 % +\+\d+,\d \[.*\] +0,\d{3} +besser$", row)


@pytest.mark.parametrize("content", ["", "{}", '{"task": "questions"}', "\x00"])
def test_a_file_that_is_no_result_is_one_german_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="keine Ergebnisdatei"):
        load_result(path)
    with pytest.raises(UnreadableFileError, match="fehlt"):
        load_result(tmp_path / "fehlt.json")


def test_the_tables_show_splits_kinds_baselines_and_on_demand_the_failures(measured: Evaluation) -> None:
    told = render(measured, failures=True)
    for words in ("Kalibrierung (n\u00a0=\u00a020)", "Test (n\u00a0=\u00a040)", "alle (n\u00a0=\u00a060)"):
        assert words.partition(" (")[0] in told
    for row in ("Zahl", "Tabelle", "immer antworten", "immer ablehnen", "LlamaIndex (Anleitung)", "richtige Antworten"):
        assert any(line.startswith(row) for line in told.splitlines()), row
    assert "höchster Speicher 612 MB" in told
    assert "f-000: fälschlich abgelehnt" in told
    assert "f-000" not in render(measured)


class Page(HTMLParser):
    """What a browser would load and show."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_self_contained_and_what_is_foreign_stays_text(measured: Evaluation) -> None:
    markup = html_page([measured, measured], written=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    page = Page(markup)
    assert all(address.startswith("#") for address in page.loaded), set(page.loaded)
    assert "script" not in page.tags
    assert markup.count("<svg") == 8
    assert HOSTILE in page.text
    assert "02.01.2026, 03:04 Uhr" in page.text
    for words in (
        "Auf einen Blick",
        "Fälschlich abgelehnt",
        "Neben LlamaIndex (Anleitung)",
        "erwartet",
        "S. 2",
        "davor",
    ):
        assert words in page.text, words
    assert not re.search(r"\b(?:nan|none|inf)\b", page.text, re.IGNORECASE), "nothing undefined is shown"


def test_plots_are_the_same_on_each_run(measured: Evaluation) -> None:
    written = datetime(2026, 1, 2, tzinfo=UTC)
    assert html_page([measured], written=written) == html_page([measured], written=written)


def test_accepting_moves_the_reference_and_the_figures_in_the_readme(
    result: StoredResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "RESULTS", tmp_path)
    readme = tmp_path / "README.md"
    readme.write_text(f"# Probe\n\n{reference.BEGIN}\nalt\n{reference.END}\n\nEnde\n", encoding="utf-8")
    with pytest.raises(AktenkundigError, match="kein Ergebnis hinterlegt"):
        reference.reference("probe")
    reference.accept("probe", result)
    assert reference.reference("probe") == result
    assert reference.update_readme(readme)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("# Probe\n")
    assert text.endswith("Ende\n")
    assert "alt" not in text
    value = f"{(result.figures['test']['answer_accuracy'].value or 0) * 100:.1f}".replace(".", ",")
    assert f"| richtige Antworten | {value} % |" in text


def test_a_readme_without_a_place_for_figures_stays_as_it_is(result: StoredResult, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Probe\n", encoding="utf-8")
    assert not reference.update_readme(readme)
    assert readme.read_text(encoding="utf-8") == "# Probe\n"
    assert not reference.update_readme(tmp_path / "fehlt.md")
    assert reference.readme_block({"probe": result}).startswith(reference.BEGIN)


def test_chance_alone_hardly_ever_closes_the_gate() -> None:
    """Twenty pairs of runs that differ by chance only: the gate may close on one in twenty figures at most."""
    closed = compared = 0
    for seed in range(20):
        draw = np.random.default_rng(seed)
        first, second = ({n for n in range(60) if draw.random() < 0.3} for _ in range(2))
        found = compare(
            stored(evaluation(lambda n, failed=first: n not in failed)),  # type: ignore[misc]
            stored(evaluation(lambda n, failed=second: n not in failed)),  # type: ignore[misc]
        )
        accuracy = next(change for change in found.changes if change.figure.name == "answer_accuracy")
        closed += accuracy.verdict == "worse"
        compared += 1
    assert closed <= compared * 0.1
