"""The runner asks as a user would, judges against the document's own text, and the command speaks German."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, NotFound, PageReference, Statement, Turn
from corpus.command_line import run_command
from corpus.errors import AktenkundigError, QuestionError, UnreadableFileError
from eval.commands import evaluate
from eval.questions import EvaluationQuestion, load_questions, locate_evidence
from eval.report import figures_as_json, render
from eval.runner import WARM_UP_QUESTION, Result, Runner

TEXT = "Am 17.03.2014 tagt der\nKreisausschuss. Der Kreis zahlt 50.000 € im Jahr. Das lehnen die Bürgermeister ab."
TEXTS = {"vorlage": TEXT}
COST = "Der Kreis zahlt 50.000 € im Jahr."

Line = dict[str, object]


def cite(quote: str, *, start: int | None = None, document: str = "vorlage") -> Citation:
    start = TEXT.index(quote) if start is None else start
    return Citation(
        number=1,
        document=document,
        title="Vorlage",
        kind="Vorlage",
        label="Vorlage, S. 1",
        origin="original",
        section="",
        pages=[PageReference(index=0, printed="1")],
        char_start=start,
        char_end=start + len(quote),
        quote=quote,
        boxes=[],
    )


def answered(citation: Citation) -> Answer:
    return Answer(
        question="?",
        standalone_question="?",
        status="answered",
        text="[1]",
        short_answer=None,
        statements=[Statement(text=citation.quote, kind="quote", citations=[1], verification="verbatim")],
        citations=[citation],
        not_found=None,
        engine="quotes",
        confidence=0.9,
        timings_ms={},
        settings="",
    )


def refusal(*nearest: Citation) -> Answer:
    return Answer(
        question="?",
        standalone_question="?",
        status="not_found",
        text="Dazu enthalten die Dokumente keine Angabe.",
        short_answer=None,
        statements=[],
        citations=[],
        not_found=NotFound(searched=1, announced_but_missing=[], nearest=list(nearest)),
        engine="quotes",
        confidence=0.9,
        timings_ms={},
        settings="",
    )


def line(**changes: object) -> Line:
    return {
        "id": "f-1",
        "question": "Was zahlt der Kreis?",
        "answers": ["50.000 €"],
        "must_contain": [],
        "evidence": [{"document": "vorlage", "quote": COST}],
        "kind": "number",
        "answerable": True,
        "history": [],
        "split": "test",
        **changes,
    }


UNANSWERABLE = line(
    id="f-2", question="Wer ist Landrat?", answers=[], evidence=[], kind="unanswerable", answerable=False
)


def question(entry: Line) -> EvaluationQuestion:
    return EvaluationQuestion.model_validate_json(json.dumps(entry))


class Scripted:
    """Stands in for the assistant: gives the answers it was made with and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, list[Turn]]] = []

    def answer(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, list(history)))
        return refusal() if question == WARM_UP_QUESTION else self.answers.pop(0)


def run(entry: Line, answer: Answer) -> Result:
    return Runner(Scripted(answer), TEXTS).run([question(entry)])[0]


def write(path: Path, *entries: Line | str) -> Path:
    lines = [entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False) for entry in entries]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_right_answer_from_the_right_place_has_no_failures() -> None:
    result = run(line(), answered(cite(COST)))
    assert result.failures == ()
    assert (result.outcome.right, result.outcome.covered, result.outcome.fitting) == (True, 1, 1)
    assert (result.outcome.quotes, result.outcome.verbatim) == (1, 1)


@pytest.mark.parametrize(
    ("entry", "answer", "failures"),
    [
        (line(), refusal(cite(COST)), ("fälschlich abgelehnt",)),
        (UNANSWERABLE, answered(cite(COST)), ("fälschlich beantwortet",)),
        (UNANSWERABLE, refusal(cite(COST)), ()),
        (line(answers=["60.000 €"]), answered(cite(COST)), ("falsche Antwort",)),
        (line(answers=["17. März 2014"]), answered(cite("Am 17.03.2014 tagt der")), ("falsche Stelle",)),
        (line(), answered(cite("Am 17.03.2014 tagt der")), ("falsche Stelle", "falsche Antwort")),
        (line(), answered(cite(COST, start=41)), ("Zitat nicht wörtlich",)),
        (line(), answered(cite(COST, document="anhang")), ("falsche Stelle", "Zitat nicht wörtlich")),
        (UNANSWERABLE, refusal(cite(COST, start=41)), ("Zitat nicht wörtlich",)),
    ],
)
def test_each_planted_mistake_gets_its_own_reason(entry: Line, answer: Answer, failures: tuple[str, ...]) -> None:
    assert run(entry, answer).failures == failures


def test_a_refusal_hits_no_evidence_even_if_its_nearest_place_is_the_right_one() -> None:
    outcome = run(line(), refusal(cite(COST))).outcome
    assert (outcome.evidence, outcome.covered, outcome.citations) == (1, 0, 0)
    assert (outcome.quotes, outcome.verbatim) == (1, 1)


def test_the_history_is_handed_over_and_the_warm_up_is_not_counted() -> None:
    turns = [{"role": "user", "text": "Wer zahlt?"}, {"role": "assistant", "text": "Der Kreis."}]
    assistant = Scripted(answered(cite(COST)))
    ticks = iter([10.0, 10.25])
    results = Runner(assistant, TEXTS, clock=lambda: next(ticks)).run([question(line(history=turns))])
    assert assistant.asked[0] == (WARM_UP_QUESTION, [])
    assert assistant.asked[1] == (
        "Was zahlt der Kreis?",
        [Turn(role="user", text="Wer zahlt?"), Turn(role="assistant", text="Der Kreis.")],
    )
    assert [result.outcome.seconds for result in results] == [0.25]


def test_evidence_is_found_across_line_breaks_and_moved_blanks() -> None:
    entry = question(line(evidence=[{"document": "vorlage", "quote": "tagt der Kreisausschuss.  Der Kreis"}]))
    (place,) = locate_evidence([entry], TEXTS)["f-1"][0]
    assert TEXT[place.span.start : place.span.end] == "tagt der\nKreisausschuss. Der Kreis"


def test_evidence_without_a_document_may_stand_in_any_document_and_at_several_places() -> None:
    entry = question(line(evidence=[{"document": None, "quote": "der Kreis"}]))
    places = locate_evidence([entry], {"a": "der Kreis und der Kreis", "b": "nichts", "c": "der Kreis"})["f-1"][0]
    assert [(place.document, place.span.start) for place in places] == [("a", 0), ("a", 14), ("c", 0)]


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ({"document": "vorlage", "quote": "Das Land zahlt."}, "steht nicht im Dokument „vorlage“"),
        ({"document": None, "quote": "Das Land zahlt."}, "steht in keinem Dokument"),
        ({"document": "anhang", "quote": COST}, "„anhang“ belegt, das nicht eingelesen ist"),
    ],
)
def test_evidence_that_is_not_in_the_documents_stops_before_anything_is_asked(evidence: Line, message: str) -> None:
    assistant = Scripted()
    with pytest.raises(UnreadableFileError, match=message):
        Runner(assistant, TEXTS).run([question(line(evidence=[evidence]))])
    assert assistant.asked == []


def test_a_question_that_cannot_be_asked_is_named() -> None:
    class Refusing(Scripted):
        def answer(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
            if question == WARM_UP_QUESTION:
                return super().answer(question, history=history)
            raise QuestionError("Die Frage ist leer.")

    with pytest.raises(AktenkundigError, match="„f-1“"):
        Runner(Refusing(), TEXTS).run([question(line())])


def test_a_prediction_is_the_answer_that_ask_prints() -> None:
    answer = answered(cite(COST))
    prediction = run(line(), answer).prediction
    assert prediction["id"] == "f-1"
    assert Answer.model_validate_json(json.dumps(prediction["answer"])) == answer


def results() -> list[Result]:
    entries = [line(split="calibration"), UNANSWERABLE, line(id="f-3", kind="fact")]
    answers = [answered(cite(COST)), answered(cite(COST)), refusal()]
    return Runner(Scripted(*answers), TEXTS).run([question(entry) for entry in entries])


def test_the_table_shows_splits_kinds_baselines_and_on_demand_the_failures() -> None:
    table = render(results(), failures=True)
    for word in ("Kalibrierung", "Test", "alle", "Zahl", "unbeantwortbar", "immer antworten", "immer ablehnen"):
        assert any(row.startswith(word) for row in table.splitlines()), word
    assert "Verfehlt: 2 von 3 Fragen." in table
    assert "f-2: fälschlich beantwortet – Wer ist Landrat? → „Der Kreis zahlt 50.000 € im Jahr.“" in table
    assert "f-3: fälschlich abgelehnt" in table
    assert "f-2" not in render(results())


def test_the_json_has_figures_per_split_and_what_they_depend_on(tmp_path: Path) -> None:
    path = write(tmp_path / "fragen.jsonl", line())
    found = json.loads(json.dumps(figures_as_json(results(), questions=path, settings="abc"), allow_nan=False))
    assert set(found["splits"]) == {"calibration", "test", "all"}
    assert found["splits"]["calibration"]["answer_accuracy"]["value"] == 1.0
    assert found["splits"]["test"]["hallucination_rate"]["value"] == 1.0
    assert found["splits"]["all"]["error_rate"]["value"] == 0.5
    assert found["splits"]["calibration"]["hallucination_rate"]["value"] is None
    assert found["settings"] == "abc"
    assert len(found["questions"]["sha256"]) == 64
    assert set(found["versions"]) == {"python", "torch", "sentence-transformers", "llama-index-core", "chromadb"}
    assert found["failures"][0] == {"id": "f-2", "reasons": ["fälschlich beantwortet"]}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "kein gültiges JSON"),
        ("[]", "kein JSON-Objekt"),
        (line(answer="x"), "„answer“ ist unbekannt"),
        ({k: v for k, v in line().items() if k != "kind"}, "„kind“ fehlt"),
        (line(answerable="ja"), "„answerable“ hat keinen zulässigen Wert"),
        (line(split="train"), "„split“ hat keinen zulässigen Wert"),
        (line(evidence=[{"document": "vorlage"}]), "„evidence.0.quote“ fehlt"),
        (line(history=[{"role": "system", "text": "x"}]), "„history.0.role“ hat keinen zulässigen Wert"),
        (line(answers=[], evidence=[]), "braucht eine erwartete Antwort oder einen Beleg"),
        (line(answers=[" "]), "eine erwartete Antwort ist leer"),
        (line(evidence=[{"document": None, "quote": " - "}]), "ein Beleg ist leer"),
        (line(id="f-0"), "„f-0“ kommt schon vorher vor"),
    ],
)
def test_a_faulty_line_is_named_with_its_file_and_number(tmp_path: Path, bad: Line | str, message: str) -> None:
    path = write(tmp_path / "fragen.jsonl", line(id="f-0"), "", bad)
    with pytest.raises(UnreadableFileError) as raised:
        load_questions(path)
    assert message in str(raised.value)
    assert f"„{path}“ ist in Zeile 3 fehlerhaft" in str(raised.value)


def test_split_is_optional(tmp_path: Path) -> None:
    entry = line()
    del entry["split"]
    assert load_questions(write(tmp_path / "fragen.jsonl", entry))[0].split is None


@pytest.fixture
def nothing_ingested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AKTENKUNDIG_DATA", str(tmp_path / "data"))
    return tmp_path


def no_file(folder: Path) -> list[str]:
    return ["questions", str(folder / "fehlt.jsonl")]


def a_folder(folder: Path) -> list[str]:
    return ["questions", str(folder)]


def no_text(folder: Path) -> list[str]:
    (folder / "fragen.jsonl").write_bytes(b"\xff\xfe\x00")
    return ["questions", str(folder / "fragen.jsonl")]


def no_question(folder: Path) -> list[str]:
    return ["questions", str(write(folder / "fragen.jsonl", ""))]


def no_such_split(folder: Path) -> list[str]:
    return ["questions", str(write(folder / "fragen.jsonl", line())), "--split", "calibration"]


def wrong_split(folder: Path) -> list[str]:
    return ["questions", str(write(folder / "fragen.jsonl", line())), "--split", "train"]


def output_without_folder(folder: Path) -> list[str]:
    return ["questions", str(write(folder / "fragen.jsonl", line())), "--json", str(folder / "fehlt" / "aus.json")]


def output_is_a_folder(folder: Path) -> list[str]:
    return ["questions", str(write(folder / "fragen.jsonl", line())), "--predictions", str(folder)]


def output_is_the_question_set(folder: Path) -> list[str]:
    path = str(write(folder / "fragen.jsonl", line()))
    return ["questions", path, "--json", path]


def one_output_for_both(folder: Path) -> list[str]:
    path = str(write(folder / "fragen.jsonl", line()))
    return ["questions", path, "--json", str(folder / "aus"), "--predictions", str(folder / "aus")]


def unknown_task(folder: Path) -> list[str]:
    return ["quessions", str(folder)]


def without_arguments(folder: Path) -> list[str]:  # noqa: ARG001
    return []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (no_file, "fehlt oder ist nicht lesbar"),
        (a_folder, "fehlt oder ist nicht lesbar"),
        (no_text, "kein Text in UTF-8"),
        (no_question, "enthält keine Frage"),
        (no_such_split, "hat keine Frage mit „split“: „calibration“"),
        (wrong_split, "„train“ ist für „--split“ nicht möglich"),
        (output_without_folder, "lässt sich nicht schreiben"),
        (output_is_a_folder, "lässt sich nicht schreiben"),
        (output_is_the_question_set, "würde die Fragensammlung überschreiben"),
        (one_output_for_both, "zwei verschiedene Ausgabedateien"),
        (unknown_task, "„quessions“"),
        (without_arguments, "ist noch nichts eingelesen"),
    ],
)
def test_bad_input_is_one_german_sentence_with_exit_code_2(
    nothing_ingested: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: Callable[[Path], list[str]],
    message: str,
) -> None:
    assert run_command(evaluate, arguments(nothing_ingested)) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert {path.name for path in nothing_ingested.iterdir()} <= {"fragen.jsonl"}


def test_the_command_prints_the_table_and_writes_figures_and_predictions(
    nothing_ingested: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.commands._ask", lambda questions: results())  # noqa: ARG005
    path = write(nothing_ingested / "fragen.jsonl", line())
    figures, predictions = nothing_ingested / "zahlen.json", nothing_ingested / "antworten.jsonl"
    words = ["questions", str(path), "--json", str(figures), "--predictions", str(predictions), "--failures"]
    assert run_command(evaluate, words) == 0
    assert "Verfehlt: 2 von 3 Fragen." in capsys.readouterr().out
    assert json.loads(figures.read_text(encoding="utf-8"))["questions"]["count"] == 3
    lines = [json.loads(entry) for entry in predictions.read_text(encoding="utf-8").splitlines()]
    assert [entry["id"] for entry in lines] == ["f-1", "f-2", "f-3"]
    assert all(set(entry) == {"id", "answer"} for entry in lines)
    assert {entry.name for entry in nothing_ingested.iterdir()} == {"fragen.jsonl", "zahlen.json", "antworten.jsonl"}


def test_a_quote_that_is_not_verbatim_fails_the_command(
    nothing_ingested: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = [run(line(), answered(cite(COST, start=41)))]
    monkeypatch.setattr("eval.commands._ask", lambda questions: spoilt)  # noqa: ARG005
    assert run_command(evaluate, ["questions", str(write(nothing_ingested / "fragen.jsonl", line()))]) == 1
    assert "1 Zitat steht nicht" in capsys.readouterr().err
