"""What is said around the quotes: rows under their heads, doubts about scans, documents that a quote points to."""

from __future__ import annotations

from assistant.answer import Citation, CitedCell, CitedReference
from assistant.composing import head_of_short_answer, quote_block, recognition_notice, references_notice


def citation(**changes: object) -> Citation:
    given: dict[str, object] = {
        "number": 1, "document": "anhang-2", "title": "Verteilung", "kind": "Anhang 2", "label": "Anhang 2, S. 1",
        "origin": "original", "section": "", "pages": [], "char_start": 10, "char_end": 26,
        "quote": "Kommune 07\t5.000", "boxes": [], **changes,
    }  # fmt: skip
    return Citation.model_validate(given)


ROW = citation(
    cells=[
        CitedCell(header="Kommune", text="Kommune 07", char_start=10, char_end=20),
        CitedCell(header="Umlage in Euro", text="5.000", char_start=21, char_end=26),
    ],
    short_start=21,
    short_end=26,
)


def test_a_row_is_quoted_under_the_heads_of_its_columns() -> None:
    assert quote_block(ROW).startswith("> Kommune: Kommune 07 · Umlage in Euro: 5.000 [1]\n")


def test_the_short_answer_of_a_row_says_what_it_counts() -> None:
    assert head_of_short_answer(ROW) == "Umlage in Euro"
    assert head_of_short_answer(citation()) == ""


def test_an_unsure_recognition_is_said_with_the_marker_of_its_quote() -> None:
    notice = recognition_notice([citation(confidence=0.95), citation(number=2, confidence=0.6), citation(number=3)])
    assert notice is not None
    assert (notice.citations, notice.text.endswith("[2]")) == ([2], True)
    assert recognition_notice([citation(), citation(confidence=0.9)]) is None


def test_what_a_quote_points_to_is_named_and_whether_it_is_there() -> None:
    quoted = citation(
        references=[
            CitedReference(kind="Anhang 4", title="Gesundheit", document="anhang-4"),
            CitedReference(kind="Anhang 5", title="Bildung", document=None),
        ]
    )
    notice = references_notice([quoted])
    assert notice is not None
    assert "Anhang 4 „Gesundheit“;" in notice.text
    assert "Anhang 5 „Bildung“ (angekündigt, liegt nicht vor)" in notice.text
    assert references_notice([quoted, citation(number=2, document="anhang-4")]) is not None
    assert references_notice([citation()]) is None
