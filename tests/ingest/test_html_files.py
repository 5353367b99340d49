"""HTML pages: what a browser shows, tables that are none, notes, encodings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ingest.office_files import cells, lines, read, shape, texts

Page = Callable[[str | bytes], Path]


@pytest.fixture
def page(tmp_path: Path) -> Page:
    def write(source: str | bytes) -> Path:
        path = tmp_path / "seite.html"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return path

    return write


def test_html_shows_what_a_browser_shows(page: Page) -> None:
    path = page(
        "<head><title>Titel</title><style>p {}</style></head><nav><a href=/>Start</a></nav><h1>Rat &amp; Kreis</h1>"
        "<p>Haus<br>halt &#8222;2014&#8220; &euro; kom&shy;munal m<sup>2</sup> <a href=x>Verweis</a></p><!-- nein -->"
        "<script>nein()</script><template><p>nein</p></template><p hidden>nein<p style='DISPLAY: none'>nein"
        "<p aria-hidden=true>ja<p><del>nein</del><ins>doch</ins>"
        "<form><label>Ort <input value=nein></label><select><option>nein</select><button>nein</button></form>"
        "<article>Beitrag<footer>Verfasser</footer></article><aside>nein</aside><div role=navigation>nein</div>"
        "<footer>nein</footer>"
    )
    assert texts(path) == [
        "Rat & Kreis", "Haus halt „2014“ € kommunal m² Verweis", "ja", "doch", "Ort", "Beitrag", "Verfasser",
    ]  # fmt: skip
    assert read(path).metadata == {"title": "Titel"}


def test_only_the_main_part_of_a_page_is_read_if_it_is_marked(page: Page) -> None:
    assert texts(page("<div>Menü</div><main><p>Kern</main><p>Kontakt")) == ["Kern"]
    assert texts(page("<main hidden>x</main><p>Text")) == ["Text"]


def test_two_line_breaks_separate_paragraphs(page: Page) -> None:
    assert texts(page("Eins<br>eins<br> <br>Zwei<br><br><br>Drei")) == ["Eins eins", "Zwei", "Drei"]
    assert texts(page("<pre>a\nb\n\nc</pre>")) == ["a b", "c"]


def test_html_lists_count_as_browsers_do(page: Page) -> None:
    path = page(
        "<ol type=a start=3><li>x<li>y<ul><li>Punkt</ul><li value=9><p>z<p>Fortsetzung</ol>"
        "<ol style='list-style-type: upper-roman'><li>r</ol><ul style='list-style:none'><li>ohne</ul><li>lose"
    )
    assert texts(path) == ["c. x", "d. y", "• Punkt", "i. z", "Fortsetzung", "I. r", "ohne", "• lose"]
    assert [line.mark for line in lines(path)] == ["item"] * 4 + ["paragraph"] + ["item"] * 3


def test_html_tables_have_spans_and_heads(page: Page) -> None:
    path = page(
        "<table><caption>Kosten</caption><thead><tr><td>Jahr<td colspan=99>Betrag</thead>"
        "<tr><td rowspan=2>2014<td>1<td>2<tr><td>3<td>4<tr><td colspan=3><table><tr><td>innen</table></table>"
    )
    assert texts(path)[0] == "Kosten"
    assert cells(path) == [
        (0, 0, 1, True, "Jahr"),
        (0, 1, 2, True, "Betrag"),
        (1, 0, 1, False, "2014"),
        (1, 1, 1, False, "1"),
        (1, 2, 1, False, "2"),
        (2, 1, 1, False, "3"),
        (2, 2, 1, False, "4"),
        (3, 0, 3, False, "innen"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "<table role=presentation><tr><td><h2>Lage</h2><td>Text</table>",
        "<table><tr><td><h2>Lage</h2><p>Text</table>",
        "<table><tr><td><h2>Lage</h2><td>Text</table>",
        "<table><tr><td><table><tr><td><h2>Lage</h2></table><td>Text</table>",
    ],
)
def test_tables_that_only_arrange_a_page_are_none(page: Page, source: str) -> None:
    assert shape(page(source)) == [("heading", 2, "Lage"), ("paragraph", 1, "Text")]
    assert cells(page(source)) == []


def test_a_table_inside_a_layout_table_is_a_table(page: Page) -> None:
    path = page("<table><tr><td>Rand<td><table><tr><th>A<th>B<tr><td>1<td>2</table></table>")
    assert texts(path) == ["Rand", "A", "B", "1", "2"]
    assert cells(path)[0] == (0, 0, 1, True, "A")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            '<p>Satz<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>.</p><section '
            'class="footnotes"><hr><ol><li id="fn1"><p>Note.<a href="#fnref1">↩︎</a></p></li></ol></section>',
            id="pandoc",
        ),
        pytest.param(
            '<p>Satz<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>.</p>'
            '<div id="sdfootnote1"><p><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>'
            "Note.</p></div>",
            id="LibreOffice",
        ),
        pytest.param(
            '<p>Satz<a href="#_ftn1" name="_ftnref1" title=""><span>[1]</span></a>.</p><div id=ftn1><p><a '
            'href="#_ftnref1" name="_ftn1"><span>[1]</span></a> Note.</p></div>',
            id="Word",
        ),
        pytest.param(
            '<p>Satz<sup id="cite_ref-1"><a href="#cite_note-1">[1]</a></sup>.</p><ol><li id="cite_note-1"><span><a '
            'href="#cite_ref-1">↑</a></span> <span>Note.</span></li></ol>',
            id="MediaWiki",
        ),
    ],
)
def test_notes_of_a_page_are_found_by_their_links_there_and_back(page: Page, source: str) -> None:
    assert shape(page(source + "<p>Ende")) == [
        ("paragraph", 1, "Satz¹."),
        ("note", 1, "¹ Note."),
        ("paragraph", 1, "Ende"),
    ]


def test_a_note_whose_reference_is_left_out_is_not_lost(page: Page) -> None:
    source = '<p>Text</p><aside><a id=r href="#n">1</a></aside><ol><li id=n>Note. <a href="#r">hoch</a></ol>'
    assert shape(page(source)) == [("paragraph", 1, "Text"), ("note", 1, "¹ Note.")]


def test_a_table_of_contents_that_is_linked_back_is_no_note(page: Page) -> None:
    source = '<p><a id=t1 href="#k1">1</a></p><h2 id=k1>Lage <a href="#t1">hoch</a></h2>'
    assert texts(page(source)) == ["1", "Lage hoch"]


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffÄpfel für 3 €".encode(),
        "Äpfel für 3 €".encode(),
        "Äpfel für 3 €".encode("cp1252"),
        "Äpfel für 3 €".encode("utf-16"),
        '<meta charset="ISO-8859-15">Äpfel für 3 €'.encode("iso-8859-15"),
        '<meta http-equiv=Content-Type content="text/html; charset=iso-8859-1">Äpfel für 3 €'.encode("cp1252"),
        '<meta charset="utf-8">Äpfel für 3 €'.encode("cp1252"),
        '<?xml version="1.0" encoding="utf-8"?><html>Äpfel für 3 €</html>'.encode(),
        '<meta charset="gibtesnicht">Äpfel für 3 €'.encode(),
    ],
)
def test_html_is_decoded_by_its_mark_its_declaration_or_its_bytes(page: Page, data: bytes) -> None:
    assert texts(page(data)) == ["Äpfel für 3 €"]
