"""Word files: lists, headings, tables, notes, form fields, and what is not shown."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement

from tests.ingest.office_files import STRICT, WORD, cells, lines, paragraph, run, shape, texts, word_file, zipped


def test_hidden_and_deleted_text_is_left_out_and_inserted_text_kept(tmp_path: Path) -> None:
    path = word_file(
        tmp_path / "a.docx",
        paragraph(
            "Bleibt",
            run(" verborgen", "<w:vanish/>"),
            run(" sichtbar", '<w:vanish w:val="0"/>'),
            '<w:del w:id="1"><w:r><w:delText> gelöscht</w:delText></w:r></w:del>',
            f'<w:ins w:id="2">{run(" eingefügt")}</w:ins>',
            f'<w:moveFrom w:id="3">{run(" fort")}</w:moveFrom><w:moveTo w:id="4">{run(" hierher")}</w:moveTo>',
            '<w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
        )
        + paragraph("Dieser Absatz", properties='<w:rPr><w:del w:id="5"/></w:rPr>')
        + paragraph(" geht weiter.", run(" Versteckt", '<w:rStyle w:val="geheim"/>')),
        styles='<w:style w:type="character" w:styleId="geheim"><w:rPr><w:vanish/></w:rPr></w:style>',
    )
    assert texts(path) == ["Bleibt sichtbar eingefügt hierher", "Dieser Absatz geht weiter."]


def test_text_boxes_are_read_once_and_come_after_their_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('Im Kasten.')}</w:txbxContent>"
    path = word_file(
        tmp_path / "a.docx",
        paragraph(
            "Vor",
            f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>"
            f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>",
            "her.",
        )
        + paragraph("Alt", f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"),
    )
    assert texts(path) == ["Vorher.", "Im Kasten.", "Alt", "Im Kasten."]


def test_tick_boxes_of_all_kinds_look_the_same(tmp_path: Path) -> None:
    def control(state: str) -> str:
        return (
            f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox></w:sdtPr>'
            f"<w:sdtContent>{run('☑' if state == '1' else '□')}</w:sdtContent></w:sdt>"
        )

    def form(inner: str) -> str:
        return (
            f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{inner}</w:checkBox></w:ffData></w:fldChar>'
            '</w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    def sign(code: str) -> str:
        return f'<w:r><w:sym w:font="Wingdings" w:char="{code}"/></w:r>'

    font = '<w:rFonts w:ascii="Wingdings"/>'
    path = word_file(
        tmp_path / "a.docx",
        paragraph(control("1"), " ja ", control("0"), " nein")
        + paragraph(form("<w:checked/>"), " ja ", form('<w:default w:val="0"/>'), " nein")
        + paragraph(sign("F0FE"), " ja ", sign("F0A8"), " nein")
        + paragraph(
            run("\uf0fe", font),
            " ja ",
            run("o", font),
            " nein",
        ),
    )
    assert texts(path) == ["☒ ja ☐ nein"] * 4


NUMBERING = """
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
 <w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="upperRoman"/><w:pStyle w:val="Kapitel"/>
 <w:lvlText w:val="%1."/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
 <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0A8;"/>
 <w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:lvl>
 <w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="0"/>
 <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
"""
STYLES = """
<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr>
<w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift3"><w:name w:val="heading 3"/></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis">
<w:basedOn w:val="berschrift3"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Kreis"><w:basedOn w:val="Kreis2"/></w:style>
<w:style w:type="paragraph" w:styleId="Kreis2"><w:basedOn w:val="Kreis"/></w:style>
"""


def item(content: str, list_id: int, level: int = 0) -> str:
    numbering = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return paragraph(content, properties=numbering)


def styled(content: str, name: str) -> str:
    return paragraph(content, properties=f'<w:pStyle w:val="{name}"/>')


def test_automatic_numbers_are_worked_out_as_word_shows_them(tmp_path: Path) -> None:
    body = "".join(
        [
            item("eins", 1), item("eins eins", 1, 1), item("eins zwei", 1, 1), item("a", 1, 2), item("b", 1, 2),
            item("zwei", 1), item("zwei eins", 1, 1), item("von vorn", 4), item("weiter", 4),
            item("Kasten", 3), item("Strich", 3, 1), item("ohne Liste", 0), item("unbekannt", 77),
        ]
    )  # fmt: skip
    path = word_file(tmp_path / "a.docx", body, numbering=NUMBERING, styles=STYLES)
    assert texts(path) == [
        "1. eins", "1.1 eins eins", "1.2 eins zwei", "a) a", "b) b", "2. zwei", "2.1 zwei eins", "1. von vorn",
        "2. weiter", "☐ Kasten", "- Strich", "ohne Liste", "unbekannt",
    ]  # fmt: skip
    assert [line.mark for line in lines(path)] == ["item"] * 11 + ["paragraph"] * 2


def test_headings_are_found_by_style_outline_level_and_name(tmp_path: Path) -> None:
    body = (
        styled("Lage", "Kapitel")
        + styled("Kosten", "Kapitel")
        + styled("Teil", "berschrift3")
        + styled("Inhalt", "Verzeichnis")
        + styled("Kreis", "Kreis")
        + paragraph("Direkt", properties='<w:outlineLvl w:val="0"/>')
    )
    assert shape(word_file(tmp_path / "a.docx", body, numbering=NUMBERING, styles=STYLES)) == [
        ("heading", 2, "IV. Lage"),
        ("heading", 2, "V. Kosten"),
        ("heading", 3, "Teil"),
        ("paragraph", 1, "Inhalt"),
        ("paragraph", 1, "Kreis"),
        ("heading", 1, "Direkt"),
    ]


def test_bold_paragraphs_and_their_size_are_told(tmp_path: Path) -> None:
    document = docx.Document()
    document.styles.add_style("Fett", WD_STYLE_TYPE.PARAGRAPH).font.bold = True
    document.add_paragraph("Sachverhalt", style="Fett")
    document.add_paragraph().add_run("Begründung").bold = True
    mixed = document.add_paragraph("Teils ")
    mixed.add_run("fett").bold = True
    document.save(str(tmp_path / "a.docx"))
    assert [(line.bold, line.size) for line in lines(tmp_path / "a.docx")] == [(True, 11), (True, 11), (False, 11)]


def test_merged_cells_cover_their_columns_and_nested_tables_are_flattened(tmp_path: Path) -> None:
    document = docx.Document()
    grid = document.add_table(rows=3, cols=3)
    for number, row in enumerate(grid.rows):
        for column, cell in enumerate(row.cells):
            cell.text = f"{number}{column}"
    for text_ in ("01", "02"):
        next(cell for cell in grid.rows[0].cells if cell.text == text_).text = "" if text_ == "02" else "Kopf"
    grid.cell(0, 1).merge(grid.cell(0, 2))
    grid.cell(2, 0).text = ""
    grid.cell(1, 0).merge(grid.cell(2, 0))
    inner = grid.cell(2, 2).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "links", "rechts"
    frame = document.add_table(rows=1, cols=1)
    frame.cell(0, 0).text = "Nur ein Rahmen."
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert cells(path) == [
        (0, 0, 1, False, "00"),
        (0, 1, 2, False, "Kopf"),
        (1, 0, 1, False, "10"),
        (1, 1, 1, False, "11"),
        (1, 2, 1, False, "12"),
        (2, 1, 1, False, "21"),
        (2, 2, 1, False, "22"),
        (2, 2, 1, False, "links"),
        (2, 2, 1, False, "rechts"),
    ]
    assert lines(path)[-1].cell is None
    assert texts(path)[-1] == "Nur ein Rahmen."


def test_a_first_row_in_bold_heads_a_table_that_marks_no_header(tmp_path: Path) -> None:
    document = docx.Document()
    grid = document.add_table(rows=3, cols=2)
    for number, row in enumerate(grid.rows):
        for cell in row.cells:
            cell.paragraphs[0].add_run(f"Zeile {number}").bold = number == 0
    document.add_paragraph("Danach")
    by_style = document.add_table(rows=2, cols=2, style="Light Grid Accent 1")
    for cell in (*by_style.rows[0].cells, *by_style.rows[1].cells):
        cell.text = "Zelle"
    document.save(str(tmp_path / "a.docx"))
    assert [header for _, _, _, header, _ in cells(tmp_path / "a.docx")] == [True] * 2 + [False] * 4 + [True] * 2 + [
        False
    ] * 2


def test_notes_follow_their_paragraph_or_their_table(tmp_path: Path) -> None:
    def reference(kind: str, key: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{key}"/></w:r>'

    def cell(*content: str) -> str:
        return f"<w:tc>{paragraph(*content)}</w:tc>"

    own = '<w:r><w:footnoteReference w:id="3" w:customMarkFollows="1"/><w:t>*</w:t></w:r>'
    path = word_file(
        tmp_path / "a.docx",
        paragraph("Eins", reference("footnote", 1), " und", reference("endnote", 1), own)
        + f"<w:tbl><w:tr>{cell('A', reference('footnote', 2))}{cell('B')}</w:tr></w:tbl>"
        + paragraph("Fehlt", reference("footnote", 99)),
        footnotes="".join(
            f'<w:footnote w:id="{key}">{paragraph("<w:r><w:footnoteRef/></w:r>", f" Note {key}")}{paragraph("weiter")}'
            "</w:footnote>"
            for key in (1, 2, 3)
        ),
        endnotes=f'<w:endnote w:id="1">{paragraph("Ende")}</w:endnote>',
    )
    assert texts(path) == [
        "Eins¹ undⁱ*", "¹ Note 1 weiter", "ⁱ Ende", "Note 3 weiter", "A²", "B", "² Note 2 weiter", "Fehlt",
    ]  # fmt: skip


def test_a_field_shows_its_result_and_never_its_instruction(tmp_path: Path) -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    nested = (
        mark("begin") + "<w:r><w:instrText>IF </w:instrText></w:r>" + mark("begin") + mark("separate") + run("inneres")
        + mark("end") + mark("separate") + run("Ergebnis") + mark("end")
    )  # fmt: skip
    path = word_file(
        tmp_path / "a.docx", paragraph(nested, ".") + paragraph(mark("begin")) + paragraph("Nicht verloren.")
    )
    assert texts(path) == ["Ergebnis.", "Nicht verloren."]


def test_raised_figures_and_formulas_keep_their_meaning(tmp_path: Path) -> None:
    path = word_file(
        tmp_path / "a.docx",
        paragraph(
            "120 m", run("2", '<w:vertAlign w:val="superscript"/>'), " und ",
            "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>",
            " am", "<w:r><w:tab/></w:r>", "1", "<w:r><w:noBreakHyphen/></w:r>", "A",
        ),
    )  # fmt: skip
    assert texts(path) == ["120 m² und 1/2 am 1-A"]


def test_headers_and_footers_are_left_out_and_content_controls_kept(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Kopfzeile"
    document.sections[0].footer.paragraphs[0].text = "Fußzeile"
    control = OxmlElement("w:sdt")
    content = OxmlElement("w:sdtContent")
    content.append(document.add_paragraph("Im Steuerelement.")._p)
    control.append(content)
    document.element.body.insert(0, control)
    document.save(str(tmp_path / "a.docx"))
    assert texts(tmp_path / "a.docx") == ["Im Steuerelement."]


def test_the_strict_form_of_the_standard_is_read_too(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx", styled("Lage", "Kapitel"), styles=STYLES, numbering=NUMBERING)
    with zipfile.ZipFile(path) as archive:
        entries: dict[str, str | bytes] = {
            name: archive.read(name)
            .replace(WORD.encode(), STRICT.encode())
            .replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            for name in archive.namelist()
        }
    assert shape(zipped(path, entries)) == [("heading", 2, "IV. Lage")]


def test_symbol_fonts_are_read_by_their_own_codes_and_other_characters_stay(tmp_path: Path) -> None:
    def font(name: str) -> str:
        return f'<w:rFonts w:ascii="{name}"/>'

    path = word_file(
        tmp_path / "a.docx",
        paragraph(run("a", font("Symbol")), " ", run("\uf0a3", font("Symbol")), run(" ≥ 3", font("Symbol")))
        + paragraph("\uf0fe ohne Schrift \uf0b7", run(" ☒ü", font("Wingdings")))
        + paragraph("\ue000", '<w:r><w:sym w:font="Symbol" w:char="x"/></w:r>'),
    )
    assert texts(path) == ["α ≤ ≥ 3", "☒ ohne Schrift • ☒✓", "\ue000"]
