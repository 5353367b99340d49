"""Markdown and plain text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.office_files import lines, read, shape, texts

Note = Callable[[str], Path]


@pytest.fixture
def note(tmp_path: Path) -> Note:
    def write(source: str) -> Path:
        path = tmp_path / "notiz.md"
        path.write_text(source, encoding="utf-8")
        return path

    return write


def test_markdown_is_read_as_the_html_it_stands_for(note: Note) -> None:
    path = note(
        "# *Rat* &amp; Kreis\n\nText mit `a<b`, <b>HTML</b>,\nUmbruch\\\nund ~~alt~~ [Verweis](x).\n\n"
        "- [ ] nein\n- [x] ja\n    1. innen\n\n```\nCode [^1]\n\nzweiter\n```\n\n<div hidden>weg</div>\n"
    )
    assert shape(path) == [
        ("heading", 1, "Rat & Kreis"),
        ("paragraph", 1, "Text mit a<b, HTML, Umbruch und alt Verweis."),
        ("item", 1, "☐ nein"),
        ("item", 1, "☒ ja"),
        ("item", 1, "1. innen"),
        ("paragraph", 1, "Code [^1]"),
        ("paragraph", 1, "zweiter"),
    ]


def test_markdown_notes_may_be_long_repeated_and_refer_to_each_other(note: Note) -> None:
    path = note(
        "Eins[^b] und zwei[^a], nochmals[^b], unbekannt[^c].\n\n[^a]: A mit *Betonung*[^d]\n[^b]: B\ngeht weiter\n\n"
        "    und hat einen zweiten Absatz.\n\n[^d]: D\n\nEnde"
    )
    assert texts(path) == [
        "Eins¹ und zwei², nochmals¹, unbekannt[^c].",
        "¹ B geht weiter und hat einen zweiten Absatz.",
        "² A mit Betonung³",
        "³ D",
        "Ende",
    ]


def test_a_rule_at_the_top_of_markdown_is_no_front_matter(note: Note) -> None:
    assert texts(note("---\nText\n\n---\n\nMehr")) == ["Text", "Mehr"]
    path = note('---\ntitle: "Zur Lage: Schulen"\ndate: 2014-03-17\nlayout: seite\n---\nText')
    assert (texts(path), read(path).metadata) == (["Text"], {"title": "Zur Lage: Schulen", "created": "2014-03-17"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_text_is_read_in_the_encodings_of_german_office_software(tmp_path: Path, encoding: str, suffix: str) -> None:
    path = tmp_path / f"notiz{suffix}"
    path.write_bytes("Größe für 3 €".encode(encoding))
    assert texts(path) == ["Größe für 3 €"]
    assert lines(path)[0].mark == (None if suffix == ".txt" else "paragraph")
