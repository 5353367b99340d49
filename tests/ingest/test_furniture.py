"""Page numbers and running heads leave the text, and every page keeps the label that it shows."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.furniture import strip_furniture
from ingest.layout import Line, RawPage


def line(text: str, top: float, size: float = 11.0, left: float = 70.0) -> Line:
    edges = left + 0.5 * size * np.arange(len(text), dtype=np.float32)
    boxes = np.stack([edges, np.full_like(edges, top), edges + 0.5 * size, np.full_like(edges, top + size)], axis=1)
    return Line(text, boxes.astype(np.float32), size=size)


def body(number: int, rows: int = 40) -> list[Line]:
    return [
        line(f"Text {chr(97 + number)}{chr(97 + row % 26)} der Seite geht weiter", 90 + 14 * row) for row in range(rows)
    ]


def page(index: int, *furniture: Line, rows: int = 40, label: str | None = None) -> RawPage:
    """A page with its furniture in no particular order, as columns and tables may leave it."""
    return RawPage(index, 595, 842, [*body(index, rows), *furniture], label)


def left(pages: list[RawPage]) -> set[str]:
    """What is left on the pages beside their bodies."""
    return {line.text for page in pages for line in page.lines if not line.text.startswith("Text ")}


@pytest.mark.parametrize(
    ("shown", "labels"),
    [
        (["- 1 -", "- 2 -", "- 3 -"], ["1", "2", "3"]),
        (["Seite 1 von 9", "Seite 2 von 9", "Seite 3 von 9"], ["1", "2", "3"]),
        (["i", "ii", "iii"], ["i", "ii", "iii"]),
        (["II", "III", "IV"], ["II", "III", "IV"]),
        (["17", "18", "19"], ["17", "18", "19"]),
        (["", "2", "3"], ["1", "2", "3"]),
        (["ii", "3", "4"], ["ii", "3", "4"]),
        (["S. 4/9", "", "S. 6/9"], ["4", "5", "6"]),
    ],
)
def test_a_page_has_the_label_that_it_shows_or_its_neighbours_imply(shown: list[str], labels: list[str]) -> None:
    pages = [page(index, *([line(text, 800)] if text else [])) for index, text in enumerate(shown)]
    assert strip_furniture(pages) == labels
    assert left(pages) == set()


def test_a_number_at_the_end_of_a_running_foot_names_the_page() -> None:
    pages = [page(index, line(f"Konzeption zur Antragstellung – Seite {index + 3} von 12", 800)) for index in range(4)]
    assert strip_furniture(pages) == ["3", "4", "5", "6"]
    assert left(pages) == set()


def test_a_declared_label_counts_where_nothing_is_printed() -> None:
    assert strip_furniture([page(0, label="A-1"), page(1, label="A-2")]) == ["A-1", "A-2"]


def test_labels_count_from_the_first_page_of_a_part_of_a_package() -> None:
    pages = [page(40 + number, line(str(number + 1), 800)) for number in range(3)]
    assert strip_furniture(pages) == ["1", "2", "3"]
    assert strip_furniture([page(57, line("1", 800))]) == ["1"]


def test_a_figure_that_does_not_run_along_with_the_pages_is_text() -> None:
    pages = [page(0, line("47", 800)), page(1, line("12", 800)), page(2)]
    assert strip_furniture(pages) == ["1", "2", "3"]
    assert left(pages) == {"47", "12"}


def test_running_heads_of_left_and_right_pages_go() -> None:
    pages = [page(index, line("Rhein-Sieg-Kreis" if index % 2 else "Konzeption", 40)) for index in range(9)]
    strip_furniture(pages)
    assert left(pages) == set()


def test_running_heads_that_change_with_the_chapter_go() -> None:
    chapters = ["1 Anlass", "1 Anlass", "2 Ziele", "2 Ziele", "2 Ziele", "3 Kosten", "3 Kosten", "4 Ausblick"]
    pages = [page(index, line(chapter, 40)) for index, chapter in enumerate(chapters)]
    strip_furniture(pages)
    assert left(pages) == set()


def test_running_heads_in_small_type_go_even_if_each_stands_once() -> None:
    pages = [page(index, line(f"Kapitel {'ABCDE'[index]}", 40, size=8)) for index in range(5)]
    strip_furniture(pages)
    assert left(pages) == set()


def test_the_first_lines_of_pages_with_wide_gaps_are_text() -> None:
    names = [[f"Punkt {'abcdef'[index]}{'abcdef'[row]}" for row in range(6)] for index in range(6)]
    pages = [RawPage(index, 595, 842, [line(names[index][row], 60 + 40 * row) for row in range(6)])
             for index in range(6)]  # fmt: skip
    strip_furniture(pages)
    assert [len(page.lines) for page in pages] == [6] * 6


def test_a_line_that_stands_on_both_of_two_pages_in_the_same_words_goes() -> None:
    pages = [
        page(index, line("BEISPIELDOKUMENT – frei erfunden", 40), line(f"Anhang {index}", 60)) for index in range(2)
    ]
    strip_furniture(pages)
    assert left(pages) == {"Anhang 0", "Anhang 1"}


def test_what_stands_in_the_middle_of_every_page_is_text() -> None:
    pages = [page(index, line("Beschluss:", 420.0)) for index in range(5)]
    strip_furniture(pages)
    assert left(pages) == {"Beschluss:"}


def test_numbers_that_begin_anew_after_roman_ones_are_all_labels() -> None:
    pages = [page(index, line(text, 800)) for index, text in enumerate(["- ii -", "- 1 -", "- 2 -"])]
    assert strip_furniture(pages) == ["ii", "1", "2"]
    assert left(pages) == set()


def test_pages_that_are_alike_keep_their_text() -> None:
    pages = [RawPage(index, 595, 842, [line("Beschluss:", 60), line("Der Rat stimmt zu.", 80)]) for index in range(3)]
    strip_furniture(pages)
    assert [len(page.lines) for page in pages] == [2, 2, 2]
