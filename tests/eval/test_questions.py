"""Question sets are read strictly, and their evidence is found where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from eval.questions import EvaluationQuestion, load_questions, locate_evidence

TEXT = "Am 17.03.2014 tagt der\nKreisausschuss. Der Kreis zahlt 50.000 € im Jahr. Das lehnen die Bürgermeister ab."
COST = "Der Kreis zahlt 50.000 € im Jahr."

Line = dict[str, object]


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


def question(entry: Line) -> EvaluationQuestion:
    return EvaluationQuestion.model_validate_json(json.dumps(entry))


def write(path: Path, *entries: Line | str) -> Path:
    lines = [entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False) for entry in entries]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_evidence_is_found_across_line_breaks_and_moved_blanks() -> None:
    entry = question(line(evidence=[{"document": "vorlage", "quote": "tagt der Kreisausschuss.  Der Kreis"}]))
    (place,) = locate_evidence([entry], {"vorlage": TEXT})["f-1"][0]
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
def test_evidence_that_is_not_in_the_documents_is_an_error(evidence: Line, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        locate_evidence([question(line(evidence=[evidence]))], {"vorlage": TEXT})


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


def test_a_question_that_is_still_to_be_completed_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "fragen.jsonl", line(answers=[], evidence=[], todo="Beleg suchen"))
    with pytest.raises(UnreadableFileError, match="noch nicht vervollständigt"):
        load_questions(path)
    assert [draft.id for draft in load_questions(path, drafts=True)] == ["f-1"]
