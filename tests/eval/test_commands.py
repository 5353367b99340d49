"""The measuring commands: what they write, what they refuse, and that a run's predictions score the same again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.command_line import run_command
from corpus.store import Store
from eval.commands import evaluate
from eval.reference import RESULTS
from tests.conftest import Run
from tests.eval.test_public_tasks import nomiracl, omos, squad
from tests.eval.test_questions import line, write

Words = Callable[[Path], list[str]]


@pytest.fixture
def nothing_ingested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AKTENKUNDIG_DATA", str(tmp_path / "data"))
    return tmp_path


def questions(folder: Path) -> str:
    return str(write(folder / "fragen.jsonl", line()))


def a_result(folder: Path, name: str = "vorlage.json") -> str:
    path = folder / name
    path.write_bytes((RESULTS / "vorlage.json").read_bytes())
    return str(path)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (lambda f: ["questions", str(f / "fehlt.jsonl")], "fehlt oder ist nicht lesbar"),
        (lambda f: ["questions", str(f)], "fehlt oder ist nicht lesbar"),
        (lambda f: ["questions", str(write(f / "fragen.jsonl", ""))], "enthält keine Frage"),
        (lambda f: ["questions", questions(f), "--split", "calibration"], "hat keine Frage mit „split“: „calibration“"),
        (lambda f: ["questions", questions(f), "--split", "train"], "„train“ ist für „--split“ nicht möglich"),
        (lambda f: ["questions", questions(f), "--json", str(f / "fehlt" / "a.json")], "lässt sich nicht schreiben"),
        (lambda f: ["questions", questions(f), "--predictions", str(f)], "lässt sich nicht schreiben"),
        (lambda f: ["questions", questions(f), "--html", str(f)], "lässt sich nicht schreiben"),
        (lambda f: ["questions", questions(f), "--json", str(f / "fragen.jsonl")], "würde überschreiben"),
        (lambda f: ["questions", questions(f), "--json", str(f / "a"), "--html", str(f / "a")], "eine eigene Datei"),
        (lambda f: ["questions", questions(f)], "ist noch nichts eingelesen"),
        (lambda f: ["quessions", str(f)], "„quessions“"),
        (lambda f: ["benchmark", "squad", str(f / "xquad.json")], "gehören nicht zum Programm"),
        (lambda f: ["benchmark", "squat", str(f / "xquad.json")], "„squat“"),
        (lambda f: ["benchmark", "omos", questions(f)], "nicht die Form"),
        (lambda f: ["benchmark", "omos", str(omos(f / "fragen.jsonl")), "--score", str(f / "fehlt")], "fehlt oder ist"),
        (lambda f: ["compare", str(f / "a.json"), str(f / "b.json")], "fehlt oder ist nicht lesbar"),
        (lambda f: ["gate", str(f / "fehlt.json")], "fehlt oder ist nicht lesbar"),
        (lambda f: ["gate", a_result(f, "fragen.jsonl")], "ist kein Ergebnis hinterlegt"),
        (lambda f: ["accept"], "noch keine Messung"),  # noqa: ARG005
        (lambda f: ["from-feedback"], "ist noch nichts eingelesen"),  # noqa: ARG005
    ],
)  # fmt: skip
def test_bad_input_is_one_german_sentence_with_exit_code_2(
    nothing_ingested: Path, capsys: pytest.CaptureFixture[str], words: Words, message: str
) -> None:
    assert run_command(evaluate, words(nothing_ingested)) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert {path.name for path in nothing_ingested.iterdir()} <= {"fragen.jsonl"}


def test_the_gate_is_open_for_the_committed_results_and_closed_for_worse_ones(
    nothing_ingested: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(a_result(nothing_ingested))
    assert run_command(evaluate, ["gate", str(path)]) == 0
    assert "Keine Kennzahl ist gefallen." in capsys.readouterr().out
    content = json.loads(path.read_text(encoding="utf-8"))
    right = content["records"]["columns"].index("answer_accuracy")
    for row in content["records"]["rows"][::4]:
        row[right] = 0
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run_command(evaluate, ["gate", str(path)]) == 1
    assert "GEFALLEN: richtige Antworten auf „vorlage“" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data", "keys"),
    [
        ("squad", lambda path: squad(path, impossible=True), {"id", "paragraph_ranks", "quotes", "short_answer"}),
        ("legalquad", squad, {"id", "paragraph_ranks", "quotes", "short_answer"}),
        ("omos", omos, {"id", "sentences"}),
        ("nomiracl", nomiracl, {"query_id", "answered", "confidence", "quotes"}),
    ],
)
def test_a_benchmark_runs_from_its_file_to_figures_predictions_and_page(
    run: Run, tmp_path: Path, name: str, data: Callable[[Path], Path], keys: set[str]
) -> None:
    file = data(tmp_path / "daten.json")
    figures, predictions, page = (tmp_path / n for n in ("zahlen.json", "vorhersagen.jsonl", "bericht.html"))
    words = ["eval", "benchmark", name, str(file), "--json", str(figures), "--predictions", str(predictions)]
    done = run(*words, "--html", str(page), "--failures", data=tmp_path / "unbenutzt")
    assert done.code == 0, done.err
    assert "LlamaIndex (Anleitung)" in " ".join(done.out.split())
    assert not (tmp_path / "unbenutzt" / "aktenkundig.sqlite").exists(), "the user's documents are left alone"
    lines: list[dict[str, Any]] = [json.loads(row) for row in predictions.read_text("utf-8").splitlines()]
    assert lines
    assert all(keys <= set(prediction) for prediction in lines)
    text = file.read_text("utf-8")
    assert all(json.dumps(quote, ensure_ascii=False)[1:-1] in text for p in lines for quote in p.get("quotes", ()))
    content = json.loads(figures.read_text("utf-8"))
    assert content["task"] == name
    assert set(content["baselines"]) == {"llama-index", "dense", "bm25"}
    assert page.read_text("utf-8").startswith("<!doctype html>")

    again = tmp_path / "noch-einmal.json"
    scored = run(
        "eval", "benchmark", name, str(file), "--score", str(predictions), "--json", str(again), data=tmp_path / "x"
    )
    assert scored.code == 0, scored.err
    assert json.loads(again.read_text("utf-8"))["figures"] == content["figures"]


@pytest.mark.slow
def test_a_text_that_is_nothing_but_a_page_number_is_told_and_does_not_stop_a_benchmark(
    run: Run, tmp_path: Path
) -> None:
    file = squad(tmp_path / "daten.json")
    content = json.loads(file.read_text("utf-8"))
    content["data"][1]["paragraphs"].append({"context": "1/2", "qas": []})
    file.write_text(json.dumps(content), encoding="utf-8")
    done = run("eval", "benchmark", "squad", str(file), data=tmp_path / "x")
    assert done.code == 0, done.err
    assert "Nicht ganz eingelesen: 1 von 3 Texten (3 Zeichen)" in done.err


@pytest.mark.slow
def test_a_kept_benchmark_store_is_not_embedded_again(run: Run, tmp_path: Path) -> None:
    file = omos(tmp_path / "daten.jsonl")
    words = ["eval", "benchmark", "omos", str(file), "--without-baselines", "--keep", str(tmp_path / "bestand")]
    first = run(*words, data=tmp_path / "x")
    assert first.code == 0, first.err
    store = Store(tmp_path / "bestand" / "daten")
    before = store.state()  # the newest document's key would be another one
    second = run(*words, data=tmp_path / "x")
    assert second.code == 0, second.err
    assert store.state() == before
    assert second.out.split("Antwortzeit")[0] == first.out.split("Antwortzeit")[0]


@pytest.mark.slow
def test_a_question_set_is_asked_of_what_was_ingested(run: Run, akte_data: Path, tmp_path: Path) -> None:
    known = line(
        question="Wie viele Kreise und kreisfreie Städte in NRW haben schon ein Integrationszentrum?",
        answers=["47 von insgesamt 54"],
        evidence=[{"document": "ki-vorlage", "quote": "Inzwischen haben 47 von insgesamt 54 Kreisen"}],
    )
    unknown = line(id="f-2", question="Wie heißt der Landrat?", answers=[], evidence=[], answerable=False)
    file = write(tmp_path / "fragen.jsonl", known, unknown)
    outputs = [str(tmp_path / name) for name in ("z.json", "v.jsonl", "b.html")]
    options = [word for pair in zip(("--json", "--predictions", "--html"), outputs, strict=True) for word in pair]
    done = run("eval", "questions", str(file), *options, data=akte_data, AKTENKUNDIG_EXAMPLES="false")
    assert done.code == 0, done.err
    content = json.loads(Path(outputs[0]).read_text("utf-8"))
    assert content["figures"]["test"]["evidence_hit"]["value"] == 1
    assert content["figures"]["test"]["verbatim_rate"]["value"] == 1
    assert len(content["performance"]["cold_start_s"]) == 3
    assert 100 < content["performance"]["peak_memory_mb"] < 3000
    assert content["latency_ms"]["p99"] >= content["latency_ms"]["p50"] > 0
    prediction = json.loads(Path(outputs[1]).read_text("utf-8").splitlines()[0])
    assert set(prediction) == {"id", "answer"}
    assert prediction["answer"]["citations"][0]["document"] == "ki-vorlage"


@pytest.mark.slow
@pytest.mark.timeout(1500)  # seconds: some hundred questions, beside other tests
def test_no_figure_of_the_packaged_question_sets_has_fallen(run: Run, tmp_path: Path) -> None:
    """The gate: what is committed as reference may only be moved by ``aktenkundig eval accept``."""
    done = run("eval", "gate", data=tmp_path / "daten", patience=1400)
    assert done.code == 0, done.out + done.err
    assert "Keine Kennzahl ist gefallen." in done.out
