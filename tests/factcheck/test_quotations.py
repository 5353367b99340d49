"""Quotations in a draft: verbatim, shortened, or changed."""

from __future__ import annotations

import pytest

from assistant.factcheck.quotations import changes, is_verbatim, quotations

SOURCE = (
    "Die Verwaltung hält eine Einrichtung auf Kreisebene für sinnvoll, die das Bestehende ergänzt und nicht ersetzt."
)


@pytest.mark.parametrize(
    ("words", "verbatim"),
    [
        ("eine Einrichtung auf Kreisebene für sinnvoll", True),
        ("die Verwaltung hält eine Einrichtung auf Kreisebene für sinnvoll", True),
        ("Die Verwaltung hält eine Einrichtung […] für sinnvoll", True),
        ("eine Einrichtung auf Kreisebene für notwendig", False),
        ("Die Verwaltung hält … und nicht ersetzt.", True),
        ("für sinnvoll … eine Einrichtung", False),
    ],
)
def test_a_quotation_is_verbatim_if_its_pieces_stand_there_in_order(words: str, verbatim: bool) -> None:
    assert is_verbatim(words, SOURCE) is verbatim


def test_what_a_quotation_changes_is_told_word_by_word() -> None:
    text = "Es heißt: „Die Verwaltung hält eine Einrichtung auf Kreisebene für notwendig, die das Bestehende ergänzt.“"
    (quoted,) = quotations(text)
    (changed,) = changes(text, quoted, SOURCE)
    assert text[changed.mine.start : changed.mine.end] == "notwendig"
    assert SOURCE[changed.theirs.start : changed.theirs.end] == "sinnvoll"


def test_a_name_between_marks_is_no_quotation() -> None:
    assert not quotations("Das Projekt „Starke Nachbarn“ läuft bis 2016.")


def test_another_text_is_no_changed_quotation() -> None:
    text = "„Der Rat hat die Gebühren für das Freibad erhöht.“"
    (quoted,) = quotations(text)
    assert not list(changes(text, quoted, SOURCE))
