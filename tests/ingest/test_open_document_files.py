"""OpenDocument texts: lists, headings, tables, form fields, and what is not shown."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.office_files import cells, lines, open_document, read, shape, texts


def test_open_document_lists_count_like_libreoffice(tmp_path: Path) -> None:
    levels = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
        'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" '
        'text:display-levels="2"/><text:list-level-style-number text:level="3" style:num-format="a" '
        'style:num-suffix=")"/></text:list-style>'
    )

    def entry(*content: str, start: str = "") -> str:
        return f"<text:list-item{start}>{''.join(content)}</text:list-item>"

    def inner(*content: str) -> str:
        return f"<text:list>{''.join(content)}</text:list>"

    first = (
        entry("<text:p>eins</text:p><text:p>Fortsetzung</text:p>", inner(entry("<text:p>eins eins</text:p>")))
        + entry(inner(entry("<text:p>eins zwei</text:p>", inner(entry("<text:p>a</text:p>")))))
        + entry("<text:p>zwei</text:p>")
        + entry("<text:p>neun</text:p>", start=' text:start-value="9"')
        + "<text:list-header><text:p>ohne Zahl</text:p></text:list-header>"
    )
    path = open_document(
        tmp_path / "a.odt",
        f'<text:list xml:id="x" text:style-name="L">{first}</text:list><text:p>Dazwischen</text:p>'
        f'<text:list text:continue-list="x" text:style-name="L">{entry("<text:p>zehn</text:p>")}</text:list>'
        f'<text:list text:style-name="L">{entry("<text:p>von vorn</text:p>")}</text:list>'
        f'<text:list text:style-name="L" text:continue-numbering="true">{entry("<text:p>weiter</text:p>")}</text:list>'
        f'<text:list text:style-name="fehlt">{entry("<text:p>Punkt</text:p>")}</text:list>',
        automatic=levels,
    )
    assert texts(path) == [
        "1. eins", "Fortsetzung", "1.1 eins eins", "1.2 eins zwei", "a) a", "2. zwei", "9. neun", "ohne Zahl",
        "Dazwischen", "10. zehn", "1. von vorn", "2. weiter", "• Punkt",
    ]  # fmt: skip


def test_open_document_headings_have_their_outline_number(tmp_path: Path) -> None:
    outline = (
        '<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="I" '
        'style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format=""/></text:outline-style>'
        '<style:style style:name="Title" style:family="paragraph"/>'
    )
    path = open_document(
        tmp_path / "a.odt",
        '<text:p text:style-name="P1">Vorlage</text:p><text:h text:outline-level="1">Lage</text:h>'
        '<text:h text:outline-level="2">Kosten</text:h><text:h text:outline-level="1">Folgen</text:h>'
        '<text:h text:outline-level="1" text:is-list-header="true">Anlagen</text:h>',
        automatic='<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>',
        styles=outline,
    )
    assert shape(path) == [
        ("heading", 1, "Vorlage"),
        ("heading", 1, "I. Lage"),
        ("heading", 2, "Kosten"),
        ("heading", 1, "II. Folgen"),
        ("heading", 1, "Anlagen"),
    ]


def test_open_document_leaves_out_what_is_hidden_deleted_or_commented(tmp_path: Path) -> None:
    path = open_document(
        tmp_path / "a.odt",
        '<text:tracked-changes><text:changed-region text:id="c"><text:deletion><text:p>gelöscht</text:p>'
        "</text:deletion></text:changed-region></text:tracked-changes>"
        '<text:p>Bleibt<text:change text:change-id="c"/><office:annotation><text:p>Kommentar</text:p>'
        '</office:annotation><text:span text:style-name="weg"> verborgen</text:span> hier<text:s text:c="3"/>und'
        "<text:tab/>da<text:line-break/>dort.<text:hidden-text>x</text:hidden-text></text:p>"
        '<text:p>Fort<text:hidden-paragraph text:is-hidden="true">x</text:hidden-paragraph></text:p>'
        '<text:section text:display="none"><text:p>Versteckter Bereich</text:p></text:section>'
        "<text:section><text:p>Offener Bereich</text:p></text:section>",
        automatic='<style:style style:name="weg" style:family="text"><style:text-properties text:display="none"/>'
        "</style:style>",
    )
    assert texts(path) == ["Bleibt hier und da dort.", "Offener Bereich"]


def test_open_document_tables_boxes_and_tick_boxes(tmp_path: Path) -> None:
    def cell(content: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{content}</text:p></table:table-cell>"

    wide, empty = 'table:number-columns-spanned="2"', '<table:table-cell table:number-columns-repeated="1"/>'
    rows = (
        f"<table:table-row>{cell('Kopf', wide)}<table:covered-table-cell/>{cell('C')}</table:table-row>"
        f"<table:table-row>{cell('a')}{empty}{cell('c')}</table:table-row>"
    )
    path = open_document(
        tmp_path / "a.odt",
        '<office:forms><form:form><form:checkbox form:id="k1" form:current-state="checked" form:label="ja"/>'
        '<form:checkbox form:id="k2" form:label="nein"/></form:form></office:forms>'
        "<text:p>Vor<draw:frame><draw:text-box> <text:p>Im Kasten.</text:p> </draw:text-box><svg:title>Bild</svg:title>"
        "</draw:frame>her.</text:p>"
        '<text:p><draw:control draw:control="k1"/><draw:control draw:control="k2"/></text:p>'
        f"<table:table>{rows}</table:table>",
    )
    assert texts(path) == ["Vorher.", "Im Kasten.", "☒ ja ☐ nein", "Kopf", "C", "a", "c"]
    assert cells(path) == [
        (0, 0, 2, False, "Kopf"),
        (0, 2, 1, False, "C"),
        (1, 0, 1, False, "a"),
        (1, 2, 1, False, "c"),
    ]


def test_open_document_metadata_says_only_what_is_given(tmp_path: Path) -> None:
    path = open_document(
        tmp_path / "a.odt",
        "<text:p>Text</text:p>",
        **{
            "meta.xml": "<office:document-meta NAMES><office:meta><dc:title>Titel</dc:title><dc:subject/>"
            "<meta:creation-date>2014-03-17T10:00:00</meta:creation-date></office:meta></office:document-meta>"
        },
    )
    assert read(path).metadata == {"title": "Titel", "created": "2014-03-17T10:00:00"}


def test_open_document_types_are_inherited_and_raised_figures_kept(tmp_path: Path) -> None:
    def style_(name: str, family: str, properties: str, parent: str = "") -> str:
        based = f'style:parent-style-name="{parent}"' if parent else ""
        return (
            f'<style:style style:name="{name}" style:family="{family}" {based}>'
            f"<style:text-properties {properties}/></style:style>"
        )

    path = open_document(
        tmp_path / "a.odt",
        '<text:p text:style-name="P1">Sachverhalt</text:p><text:p>120 m<text:span text:style-name="hoch">2</text:span> '
        'und <text:span text:style-name="fett">fett</text:span></text:p>',
        automatic=style_("P1", "paragraph", 'fo:font-size="14pt"', "Fett")
        + style_("hoch", "text", 'style:text-position="super 58%"')
        + style_("fett", "text", 'fo:font-weight="700"'),
        styles='<style:default-style style:family="paragraph"><style:text-properties fo:font-size="11.5pt"/>'
        "</style:default-style>" + style_("Fett", "paragraph", 'fo:font-weight="bold"'),
    )
    assert [(line.text, line.bold, line.size) for line in lines(path)] == [
        ("Sachverhalt", True, 14.0),
        ("120 m² und fett", False, 11.5),
    ]
