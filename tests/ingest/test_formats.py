"""The same document gives the same lines in every format, and every word that goes in comes out."""

from __future__ import annotations

import html
import string
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf import dc, meta, style, table, text
from odf.opendocument import OpenDocumentText

from corpus.errors import UnreadableFileError
from ingest.layout import CellPlace
from ingest.readers import SUFFIXES, media_type_of, reader_for
from ingest.readers.paragraphs import enumerator
from tests.ingest.office_files import WORD, Shape, lines, paragraph, read, shape, texts, zipped

TITLE, DECISION, REASONS = "Vorlage 12/2014", "Beschlussvorschlag", "Begründung"
SENTENCE, SECOND = "Der Rat beschließt den Neubau", "Die Kosten trägt der Kreis."
NOTE = "Siehe Anlage 1."
STEPS, POINTS = ["Planung", "Vergabe"], ["Turnhalle", "Schule"]
ROWS = [["Jahr", "Betrag"], ["2014", "1.200 €"], ["Summe", "1.200 €"]]
EXPECTED: Shape = [
    ("heading", 1, TITLE),
    ("heading", 2, DECISION),
    ("paragraph", 1, f"{SENTENCE}¹ und die Straße."),
    ("note", 1, f"¹ {NOTE}"),
    *(("item", 1, f"{number}. {step}") for number, step in enumerate(STEPS, 1)),
    ("heading", 2, REASONS),
    *(("item", 1, f"• {point}") for point in POINTS),
    *(("paragraph", 1, cell) for row in ROWS for cell in row),
    ("paragraph", 1, SECOND),
]


def vorlage_docx(folder: Path) -> Path:
    """Written by python-docx; the footnote, which it cannot write, is added to the file."""
    document = docx.Document()
    document.add_heading(TITLE, 1)
    document.add_heading(DECISION, 2)
    sentence = document.add_paragraph(SENTENCE)
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "2")
    sentence.add_run()._r.append(reference)
    sentence.add_run(" und die Straße.")
    for step in STEPS:
        document.add_paragraph(step, style="List Number")
    document.add_heading(REASONS, 2)
    for point in POINTS:
        document.add_paragraph(point, style="List Bullet")
    grid = document.add_table(rows=3, cols=2)
    for row, contents in zip(grid.rows, ROWS, strict=True):
        for cell, content in zip(row.cells, contents, strict=True):
            cell.text = content
    header = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(header)
    document.add_paragraph(SECOND)
    document.core_properties.title, document.core_properties.author = TITLE, "Amt 40"
    path = folder / "vorlage.docx"
    document.save(str(path))
    return with_footnote(path, paragraph(NOTE))


def with_footnote(path: Path, content: str) -> Path:
    with zipfile.ZipFile(path) as archive:
        entries: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    relations = bytes(entries["word/_rels/document.xml.rels"])  # type: ignore[arg-type]
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    entries["word/_rels/document.xml.rels"] = relations.replace(
        b"</Relationships>", b'<Relationship Id="rId99" Type="' + kind + b'" Target="footnotes.xml"/></Relationships>'
    )
    entries["word/footnotes.xml"] = (
        f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:type="separator" w:id="0"/>'
        f'<w:footnote w:id="2">{content}</w:footnote></w:footnotes>'
    )
    return zipped(path, entries)


def vorlage_odt(folder: Path) -> Path:
    """Written by odfpy."""
    document = OpenDocumentText()
    for name, level in (
        ("Zahlen", text.ListLevelStyleNumber(level=1, numformat="1", numsuffix=".")),
        ("Punkte", text.ListLevelStyleBullet(level=1, bulletchar="\uf0b7")),
    ):
        liste = text.ListStyle(name=name)
        liste.addElement(level)
        document.automaticstyles.addElement(liste)
    document.text.addElement(text.H(outlinelevel=1, text=TITLE))
    document.text.addElement(text.H(outlinelevel=2, text=DECISION))
    sentence = text.P(text=SENTENCE)
    footnote = text.Note(noteclass="footnote", id="f1")
    footnote.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text=NOTE))
    footnote.addElement(body)
    sentence.addElement(footnote)
    sentence.addText(" und die Straße.")
    document.text.addElement(sentence)
    document.text.addElement(odf_list("Zahlen", STEPS))
    document.text.addElement(text.H(outlinelevel=2, text=REASONS))
    document.text.addElement(odf_list("Punkte", POINTS))
    grid = table.Table(name="Kosten")
    grid.addElement(table.TableColumn(numbercolumnsrepeated=2))
    heads = table.TableHeaderRows()
    grid.addElement(heads)
    for number, contents in enumerate(ROWS):
        row = table.TableRow()
        for content in contents:
            cell = table.TableCell()
            cell.addElement(text.P(text=content))
            row.addElement(cell)
        (grid if number else heads).addElement(row)
    document.text.addElement(grid)
    document.text.addElement(text.P(text=SECOND))
    document.meta.addElement(dc.Title(text=TITLE))
    document.meta.addElement(meta.InitialCreator(text="Amt 40"))
    path = folder / "vorlage.odt"
    document.save(str(path))
    return path


def odf_list(name: str, items: list[str]) -> text.List:
    liste = text.List(stylename=name)
    for content in items:
        item = text.ListItem()
        item.addElement(text.P(text=content))
        liste.addElement(item)
    return liste


def vorlage_html(folder: Path) -> Path:
    path = folder / "vorlage.html"
    rows = [
        "".join(f"<{tag}>{cell}</{tag}>" for cell in row) for tag, row in zip(("th", "td", "td"), ROWS, strict=True)
    ]
    path.write_text(
        f"<!DOCTYPE html><html><head><title>{TITLE}</title><meta name=author content='Amt 40'></head><body>"
        f"<h1>{TITLE}</h1><h2>{DECISION}</h2>"
        f'<p>{SENTENCE}<sup id="ref1"><a href="#note1">1</a></sup> und die Straße.</p>'
        f"<ol><li>{STEPS[0]}</li><li>{STEPS[1]}</li></ol><h2>{REASONS}</h2>"
        f"<ul><li>{POINTS[0]}</li><li>{POINTS[1]}</li></ul>"
        f"<table><tr>{'</tr><tr>'.join(rows)}</tr></table><p>{SECOND}</p>"
        f'<ol class="notes"><li id="note1">{NOTE} <a href="#ref1">↑</a></li></ol></body></html>',
        encoding="utf-8",
    )
    return path


def vorlage_md(folder: Path) -> Path:
    path = folder / "vorlage.md"
    rows = [" | ".join(row) for row in ROWS]
    path.write_text(
        f"---\ntitle: {TITLE}\nauthor: 'Amt 40'\n---\n\n# {TITLE}\n\n{DECISION}\n---\n\n{SENTENCE}[^anlage]\n"
        f"und die Straße.\n\n1. {STEPS[0]}\n2. {STEPS[1]}\n\n## {REASONS}\n\n* {POINTS[0]}\n* {POINTS[1]}\n\n"
        f"{rows[0]}\n--- | ---:\n{rows[1]}\n{rows[2]}\n\n{SECOND}\n\n[^anlage]: {NOTE}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("write", [vorlage_docx, vorlage_odt, vorlage_html, vorlage_md])
def test_the_same_vorlage_gives_the_same_lines_in_every_format(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path)
    assert shape(path) == EXPECTED
    found = [(line.cell, line.text) for line in lines(path) if line.cell is not None]
    assert found == [
        (CellPlace(table=0, row=row, column=column, header=row == 0), content)
        for row, contents in enumerate(ROWS)
        for column, content in enumerate(contents)
    ]
    document = read(path)
    assert (document.metadata["title"], document.metadata["author"]) == (TITLE, "Amt 40")
    assert document.media_type == media_type_of(path)


def test_every_ending_has_a_reader_and_a_media_type() -> None:
    assert {".pdf", ".txt", ".docx", ".odt", ".html", ".htm", ".md"} == SUFFIXES
    for suffix in SUFFIXES:
        assert "/" in media_type_of(Path(f"x{suffix.upper()}"))
        reader_for(Path(f"x{suffix}"))
    for name in ("x.doc", "x"):
        with pytest.raises(UnreadableFileError, match=r"kein lesbares Format; gelesen werden \.docx, \.htm"):
            media_type_of(Path(name))


def test_reading_is_announced_once(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    path = vorlage_md(tmp_path)
    reader_for(path).read(path, lambda done, of: heard.append((done, of)))
    assert heard == [(1, 1)]


WORDS = st.lists(st.text(alphabet=string.ascii_letters + "äöüßÄÖÜ0123456789€§é", min_size=1, max_size=12), min_size=1)


def as_docx(paragraphs: list[list[str]], path: Path) -> None:
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(" ".join(words))
    document.save(str(path))


def as_odt(paragraphs: list[list[str]], path: Path) -> None:
    document = OpenDocumentText()
    document.automaticstyles.addElement(style.Style(name="P1", family="paragraph"))
    for words in paragraphs:
        document.text.addElement(text.P(text=" ".join(words)))
    document.save(str(path))


def as_html(paragraphs: list[list[str]], path: Path) -> None:
    path.write_text("".join(f"<p>{html.escape(' '.join(words))}" for words in paragraphs), encoding="utf-8")


def as_md(paragraphs: list[list[str]], path: Path) -> None:
    path.write_text("\n\n".join("\n".join(words) for words in paragraphs), encoding="utf-8")


@pytest.mark.parametrize(
    ("write", "suffix"), [(as_docx, ".docx"), (as_odt, ".odt"), (as_html, ".html"), (as_md, ".md")]
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs=st.lists(WORDS, min_size=1, max_size=6))
def test_every_word_that_goes_in_comes_out(
    tmp_path: Path, write: Callable[[list[list[str]], Path], None], suffix: str, paragraphs: list[list[str]]
) -> None:
    path = tmp_path / f"worte{suffix}"
    write(paragraphs, path)
    assert [line.split() for line in texts(path)] == paragraphs


@given(st.integers(1, 600))
def test_enumerators_are_the_ones_that_people_write(number: int) -> None:
    assert enumerator(number, "upper roman") == enumerator(number, "lower roman").upper()
    assert enumerator(number, "lower letter")[-1] == string.ascii_lowercase[(number - 1) % 26]
    assert set(enumerator(number, "lower letter", repeats=True)) == {string.ascii_lowercase[(number - 1) % 26]}


def test_enumerators_at_their_turning_points() -> None:
    assert [enumerator(number, "lower roman") for number in (4, 9, 14, 40, 90, 1994)] == [
        "iv", "ix", "xiv", "xl", "xc", "mcmxciv",
    ]  # fmt: skip
    assert [enumerator(number, "lower letter") for number in (1, 26, 27, 28, 53)] == ["a", "z", "aa", "ab", "ba"]
    assert [enumerator(number, "upper letter", repeats=True) for number in (27, 28)] == ["AA", "BB"]
    assert enumerator(0, "lower roman") == enumerator(0, "lower letter") == "0"
