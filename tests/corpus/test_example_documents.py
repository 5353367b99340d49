"""Konzeption and Anhänge 3 to 5 of the example Akte: marked, free of real names, in agreement, and as they look."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from corpus.errors import UnreadableFileError
from corpus.pdfium import PDFIUM_LOCK

EXAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "akten" / "kommunales-integrationszentrum" / "beispiele"
SOURCES = EXAMPLES / "quellen"
MARKER = "BEISPIELDOKUMENT – frei erfunden, nicht amtlich"
PAGES = {"konzeption": 12, "anhang-3": 3, "anhang-4": 3, "anhang-5": 3}
TITLES = {
    "konzeption": "Konzeption zur Antragstellung",
    "anhang-3": "Anhang 3: Kommunale Integrationszentren – Neue Akzente in NRW",
    "anhang-4": "Anhang 4: Handlungsfeld Integration als Querschnitt; "
    "Themenschwerpunkt: Verbesserung des Zugangs zum Gesundheitssystem",
    "anhang-5": "Anhang 5: Handlungsfeld Bildung; Themenschwerpunkt: Sprachförderung bei Schülerinnen und Schülern",
}
MUNICIPALITIES = re.compile(
    r"\b(Alfter|Bad Honnef|Bornheim|Eitorf|Hennef|Königswinter|Lohmar|Meckenheim|Much|Neunkirchen-Seelscheid|"
    r"Niederkassel|Rheinbach|Ruppichteroth|Sankt Augustin|St\. Augustin|Siegburg|Swisttal|Troisdorf|Wachtberg|Windeck)"
)
PARTIES = re.compile(r"\b(CDU|SPD|FDP|AfD|GRÜNEN?|Grünen?|LINKEN?|Linken?|Piraten)\b")
LARGEST = 400_000
every_document = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def typesetting() -> None:
    """Skips where the extra or the fonts are missing."""
    pytest.importorskip("reportlab", reason="the extra typesetting is not installed")
    fonts = importlib.import_module("corpus.typesetting.fonts")
    for directory, package in fonts.PACKAGES.items():
        if not directory.is_dir():
            pytest.skip(f"{package} is not installed")


def _script(name: str) -> ModuleType:
    return importlib.import_module(f"corpus.typesetting.{name.replace('-', '_')}")


def _reader(name: str) -> PdfReader:
    return PdfReader(EXAMPLES / f"{name}.pdf")


@cache
def _pages(name: str, *options: str) -> list[str]:
    """The text of each page as pdftotext reads it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    command = ["pdftotext", *options, "-enc", "UTF-8", str(EXAMPLES / f"{name}.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")
    return text.removesuffix("\f").split("\f")


def _letters(text: str) -> str:
    """Letters and figures only, so that neither line breaks nor divided words count."""
    return re.sub(r"[^\w]|_", "", text)


def _source(name: str) -> str:
    return (SOURCES / f"{name}.md").read_text(encoding="utf-8")


def _flat(name: str) -> str:
    """The text of the document on one line, divided words joined."""
    return " ".join(re.sub(r"(?<=[a-zäöüß])-\s+(?=[a-zäöüß])(?!und |oder )", "", "\n".join(_pages(name))).split())


# What all four have in common


@every_document
def test_the_marker_stands_on_every_page_and_in_the_metadata(name: str) -> None:
    pages = _pages(name)
    assert len(pages) == PAGES[name]
    assert all(MARKER in page for page in pages)
    reader = _reader(name)
    assert all(MARKER in page.extract_text() for page in reader.pages)
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.subject == MARKER
    assert metadata.author == "aktenkundig (Beispieldokument, frei erfunden)"
    assert MARKER in str(metadata["/Keywords"])
    assert metadata.title == TITLES[name]
    assert str(metadata["/CreationDate"]).startswith("D:2026")
    assert str(reader.trailer["/Root"]["/Lang"]) == "de"  # type: ignore[index]


@every_document
def test_the_marker_is_the_first_line_of_each_page_and_clearly_visible(name: str) -> None:
    for page in _reader(name).pages:
        sizes: list[float] = []

        def note_size(text: str, _: object, __: object, ___: object, size: float, sizes: list[float] = sizes) -> None:
            if MARKER in text:
                sizes.append(size)

        page.extract_text(visitor_text=note_size)
        assert 9.0 in sizes
    assert all(page.lstrip().startswith(MARKER) for page in _pages(name, "-layout"))


@every_document
@pytest.mark.usefixtures("typesetting")
def test_setting_the_source_again_gives_the_committed_bytes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    script = _script(name)
    script.typeset(target=first)
    script.typeset(target=second)
    assert first.read_bytes() == second.read_bytes()
    committed, made = _reader(name).metadata, PdfReader(first).metadata
    assert committed is not None
    assert made is not None
    if committed.producer != made.producer:
        pytest.skip(f"the committed file was set with other versions than {made.producer}")
    assert first.read_bytes() == (EXAMPLES / f"{name}.pdf").read_bytes()


@every_document
def test_the_fonts_are_embedded_as_subsets_and_the_file_is_small(name: str) -> None:
    assert (EXAMPLES / f"{name}.pdf").stat().st_size < LARGEST
    names: set[str] = set()
    for page in _reader(name).pages:
        for reference in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = reference.get_object()
            assert "/FontFile2" in font["/FontDescriptor"], font["/BaseFont"]
            assert "/ToUnicode" in font
            names.add(font["/BaseFont"])
    assert all(re.fullmatch(r"/[A-Z]{6}\+(Liberation(Sans|Serif)|DejaVuSans)(-\w+)?", font) for font in names), names
    assert len(names) > 1


@every_document
def test_no_real_municipality_or_party_is_named(name: str) -> None:
    text = _flat(name) + _source(name)
    assert MUNICIPALITIES.search(text) is None
    assert PARTIES.search(text) is None


@every_document
@pytest.mark.usefixtures("typesetting")
def test_every_block_of_the_source_is_in_the_pdf_from_its_first_words_to_its_last(name: str) -> None:
    markup = importlib.import_module("corpus.typesetting.markup")
    source = markup.read(SOURCES / f"{name}.md")
    text = _letters("".join(_pages(name)))
    texts = [re.sub(r"\[\^(\d)\]", r"\1", block.text) for block in source.blocks if block.kind != "instruction"]
    texts += source.notes.values()
    assert len(texts) > 30
    for expected in map(_letters, texts):
        assert expected[:25] in text, expected
        assert expected[-25:] in text, expected
    # pypdf reads in the order in which it was drawn, cell by cell.
    drawn = _letters("".join(page.extract_text() for page in _reader(name).pages))
    for cell in (cell for block in source.blocks for row in block.rows[:1] + block.rows[2:] for cell in row):
        assert _letters(cell) in drawn, cell


@every_document
def test_the_outline_has_the_headings_in_their_order(name: str) -> None:
    titles: list[tuple[str, int]] = []

    def collect(entries: list[object], level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                collect(entry, level + 1)
            else:
                titles.append((str(entry["/Title"]), level))  # type: ignore[index]

    collect(_reader(name).outline, 1)  # type: ignore[arg-type]
    expected = [(match[2], len(match[1])) for match in re.finditer(r"^(#+) (.+)$", _source(name), re.MULTILINE)]
    assert titles == expected


# Konzeption


def test_the_labels_of_the_konzeption_are_those_that_its_pages_show() -> None:
    labels = _reader("konzeption").page_labels
    assert labels == ["", "ii", *map(str, range(1, 11))]
    for label, page in zip(labels, _pages("konzeption", "-layout"), strict=True):
        last = page.strip().splitlines()[-1].strip()
        if label:
            assert re.fullmatch(rf"- ?{label} ?-", last)  # poppler takes the narrow blanks for none
        else:
            assert re.search(r"\d", last) is None or "Kommune" in last


def test_the_table_of_contents_gives_the_page_on_which_each_heading_stands() -> None:
    pages = _pages("konzeption", "-layout")
    lines = [re.sub(r"(\s*\.)+\s*(?=\d+$)", "|", line.strip()) for line in pages[1].splitlines()]
    entries = [line.rsplit("|", 1) for line in lines if "|" in line]
    assert [title for title, _ in entries] == re.findall(r"^#+ (.+)$", _source("konzeption"), re.MULTILINE)
    for title, number in entries:
        assert title in [line.strip() for line in pages[int(number) + 1].splitlines()], title


def test_the_headings_are_numbered_without_a_gap_and_what_is_referred_to_exists() -> None:
    numbers = re.findall(r"^#+ (\d+(?:\.\d+)?) ", _source("konzeption"), re.MULTILINE)
    chapter, section = 0, 0
    for number in numbers:
        chapter, section = (chapter, section + 1) if "." in number else (chapter + 1, 0)
        assert number == (f"{chapter}.{section}" if section else str(chapter))
    assert chapter == 11
    references = re.findall(r"Kapitel (\d+(?:\.\d+)?)", _source("konzeption"))
    assert len(references) > 10
    assert set(references) <= set(numbers)
    assert {int(number) for number in re.findall(r"Anhang (\d)", _source("konzeption"))} == {1, 2, 3, 4, 5, 6}


def test_the_running_head_names_the_chapter_that_the_page_begins_with() -> None:
    heads = []
    for page in _pages("konzeption", "-layout")[2:]:
        line = next(line for line in page.splitlines() if line.startswith("Konzeption zur Antragstellung"))
        heads.append(re.split(r"\s{3,}", line)[1])
    assert heads[0] == "1 Anlass und Auftrag"
    assert [int(head.split()[0]) for head in heads] == sorted(int(head.split()[0]) for head in heads)
    assert len(set(heads)) >= 7


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ("(LaKI) begleitet.1", "1 Die LaKI wurde im Dezember 2013 in Dortmund eröffnet."),
        ("einen Migrationshintergrund.2", "2 Alle Zahlen dieses Kapitels sind frei erfunden"),
        ("weiterhin selbst bezahlt.3", "3 Abgeordnete Lehrkräfte bleiben im Dienst des Landes."),
        ("allgemeine Kreisumlage finanziert.4", "4 § 56 der Kreisordnung für das Land Nordrhein-Westfalen"),
        ("in Anspruch genommen hat.5", "5 Die Übersicht dient der Steuerung"),
    ],
)
def test_a_footnote_stands_on_the_page_of_its_number(reference: str, note: str) -> None:
    pages = [_letters(page) for page in _pages("konzeption")]
    places = [next(index for index, page in enumerate(pages) if _letters(text) in page) for text in (reference, note)]
    assert places[0] == places[1]


def test_a_suspended_hyphen_and_divided_words_end_lines() -> None:
    lines = [line.rstrip() for page in _pages("konzeption", "-layout") for line in page.splitlines()]
    ends = [(line, following.split()[0]) for line, following in pairwise(lines) if following.split()]
    assert any(line.endswith(" Sprach-") and following == "und" for line, following in ends)
    assert sum(line.endswith("-") and following[0].islower() for line, following in ends) > 30


def test_paragraphs_go_on_over_page_breaks() -> None:
    begins = []
    for page in _pages("konzeption", "-layout")[2:]:
        _, _, first, *_ = (line.strip() for line in page.splitlines() if line.strip())
        begins.append(first)
    assert sum(first[0].islower() for first in begins) >= 1, begins


def test_the_work_plan_goes_on_over_a_page_break_with_its_header_repeated() -> None:
    header = re.compile(r"Zeitraum\s+Arbeitsschritt\s+Feld\s+Zuständig\s+Ergebnis")
    pages = _pages("konzeption", "-layout")
    with_header = [index for index, page in enumerate(pages) if header.search(page)]
    assert len(with_header) == 2
    assert with_header[1] == with_header[0] + 1
    rows = [len(re.findall(r"^\s*[IV]+/201[456]\s", pages[index], re.MULTILINE)) for index in with_header]
    assert sum(rows) == len(re.findall(r"^\| [IV]+/201[456] ", _source("konzeption"), re.MULTILINE)) == 24
    assert min(rows) > 4


# Facts


def test_the_dates_and_figures_of_the_vorlage_are_repeated_unchanged() -> None:
    vorlage = (EXAMPLES.parent / "vorlage.txt").read_text(encoding="utf-8")
    text = _flat("konzeption")
    for date in ("22.10.2012", "19.11.2012", "11.03.2013", "02.10.2012", "09.12.2013", "17.03.2014"):
        assert date in vorlage
        assert date in text
    assert "47 von insgesamt 54 Kreisen und kreisfreien Städten" in text
    assert "47 von insgesamt 54 Kreisen und kreisfreien Städten" in _flat("anhang-3")
    known = {"20.03.2014", "28.02.2014", "31.12.2016"}  # of the invented letters, and the end of the posts
    assert set(re.findall(r"\d\d\.\d\d\.\d{4}", text)) <= known | set(re.findall(r"\d\d\.\d\d\.\d{4}", vorlage))


def test_the_costs_of_the_konzeption_add_up_and_are_those_of_anhang_1() -> None:
    rows = {
        match[1]: [int(amount.replace(".", "")) for amount in re.findall(r"([−\d.]+),00", match[2].replace("−", ""))]
        for match in re.finditer(r"^\| \**([^|*]+?)\** \| (.+,00.+)$", _source("konzeption"), re.MULTILINE)
    }
    for year in range(3):
        assert rows["Personalkosten"][year] + rows["Sachkosten"][year] == rows["Kosten des KI"][year]
        share = rows["Kosten des KI"][year] - rows["Landesförderung"][year]
        assert share == rows["Eigenanteil des Kreises"][year]
    assert [rows["Personalkosten"][1], rows["Sachkosten"][1]] == [207_600, 88_350]
    assert rows["Kosten des KI"][0] * 2 == rows["Kosten des KI"][1]
    assert rows["Landesförderung"] == [85_000, 170_000, 170_000]
    assert rows["Eigenanteil des Kreises"] == [62_975, 125_950, 130_100]
    assert round(170_000 / 295_950 * 100) == 57
    amounts = set(re.findall(r"\d+\.\d{3},\d\d", _source("konzeption")))
    # The limits of the funding for each post, and the two posts of 50.000 together, are no positions of the costs.
    assert amounts - {"50.000,00", "20.000,00", "100.000,00"} <= set(re.findall(r"\d+\.\d{3},\d\d", _flat("anhang-1")))


@pytest.mark.usefixtures("typesetting")
def test_the_eigenanteil_is_the_share_of_the_umlagegrundlagen_that_is_named() -> None:
    assert round(125_950 / sum(_script("anhang_2").BASES) * 100, 2) == 0.02


def test_the_measures_spend_exactly_the_budgets_of_the_sachkosten() -> None:
    spent: dict[str, int] = {}
    for name in ("anhang-4", "anhang-5"):
        rows = [line.strip("|").split(" | ") for line in _source(name).splitlines() if re.match(r"\| [GB]\d ", line)]
        assert len(rows) == 6
        for row in rows:
            spent[row[6].strip()] = spent.get(row[6].strip(), 0) + int(row[5].removesuffix(",00").replace(".", ""))
    assert spent == {
        "Sprachmittlerpool": 15_000,
        "Öffentlichkeitsarbeit": 12_000,
        "Fortbildung und Netzwerktreffen": 8_000,
        "–": 0,
    }
    assert "24.500,00" in _flat("anhang-4")
    assert "10.500,00" in _flat("anhang-5")
    assert sum(spent.values()) == 24_500 + 10_500


def test_the_letters_are_counted_as_in_anhang_6() -> None:
    text = _flat("konzeption")
    assert "acht Stellungnahmen" in text
    assert "Fünf der acht Kommunen lehnen" in text
    assert "Elf Kommunen hatten sich bis dahin nicht geäußert" in text
    letters = (SOURCES / "anhang-6.txt").read_text(encoding="utf-8")
    named = set(re.findall(r"03, 07, 08, 11, 14|Kommune (?:12|05|16)\b", text))
    assert named == {"03, 07, 08, 11, 14", "Kommune 12", "Kommune 05", "Kommune 16"}
    assert {"03", "05", "07", "08", "11", "12", "14", "16"} <= set(re.findall(r"Kommune (\d\d)", letters))


# Anhänge


def test_the_brochure_has_two_columns_under_one_headline() -> None:
    with PDFIUM_LOCK, closing(pypdfium2.PdfDocument(EXAMPLES / "anhang-3.pdf")) as document:
        page = document[1]
        width, _ = page.get_size()
        text = page.get_textpage()
        left, right = text.get_text_bounded(right=width / 2), text.get_text_bounded(left=width / 2)
        text.close()
        page.close()
    assert "Ein Beispiel: der Musterkreis" in left
    assert "Gewinn für die Verwaltung" in left
    assert "Begleitung durch das Land" in right
    assert "Förderung auf einen Blick." in right
    assert right.split()[0] != "Begleitung"  # the last paragraph of the left column goes on
    assert len(left.splitlines()) > 40
    assert len(right.splitlines()) > 30


def test_a_heading_of_the_brochure_is_set_with_blanks_between_its_letters() -> None:
    assert "N E U E  A K Z E N T E" in _reader("anhang-3").pages[0].extract_text()


@pytest.mark.parametrize(("name", "ticked", "open_"), [("anhang-4", 10, 6), ("anhang-5", 10, 5)])
def test_tick_boxes_are_characters_beside_their_labels(name: str, ticked: int, open_: int) -> None:
    text = "".join(_pages(name, "-layout"))
    assert (text.count("☒"), text.count("☐")) == (ticked, open_)
    assert re.search(r"☐\s+vom Kreistag beschlossen", text)
    assert re.search(r"☒\s+mit den kreisangehörigen Städten und Gemeinden erörtert", text)


def test_the_plan_of_anhang_4_is_landscape_by_its_media_box_that_of_anhang_5_by_rotation() -> None:
    def shape(name: str) -> list[tuple[int, int, int]]:
        pages = _reader(name).pages
        return [(round(page.mediabox.width), round(page.mediabox.height), page.rotation) for page in pages]

    portrait = (595, 842, 0)
    assert shape("anhang-4") == [portrait, portrait, (842, 595, 0)]
    assert shape("anhang-5") == [portrait, portrait, (595, 842, 90)]


@pytest.mark.parametrize("name", ["anhang-4", "anhang-5"])
def test_the_text_of_a_landscape_page_runs_along_its_longer_side(name: str) -> None:
    with PDFIUM_LOCK, closing(pypdfium2.PdfDocument(EXAMPLES / f"{name}.pdf")) as document:
        page = document[2]
        assert page.get_width() > page.get_height()
        page.close()
    header = _pages(name, "-layout")[2]
    assert re.search(r"Nr\.\s+Maßnahme\s+Zeitraum\s+Zuständig\s+Beteiligte\s+Sachkosten 2015\s+Ansatz", header)


# The dialect of the sources and its tools


def test_the_divisions_are_sorted_and_belong_to_the_texts() -> None:
    divisions = (SOURCES / "trennungen.txt").read_text(encoding="utf-8").split()
    words = [division.replace("-", "") for division in divisions]
    assert len(words) == len(set(words))
    assert [word.lower() for word in words] == sorted(word.lower() for word in words)
    assert all(len(part) > 1 for division in divisions for part in division.split("-"))
    texts = " ".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.md")))
    used = set(re.findall(r"[^\W\d_]+", texts))
    assert [word for word in words if word not in used] == []


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß ABC[^1]*-„“.,\n", max_size=60))
def test_soft_hyphens_are_all_that_dividing_adds(text: str) -> None:
    pytest.importorskip("reportlab")
    markup = importlib.import_module("corpus.typesetting.markup")
    divided = markup.divisible(f"{text} Integrationszentrum, {text}")
    assert divided.replace("\N{SOFT HYPHEN}", "") == f"{text} Integrationszentrum, {text}"


@pytest.mark.usefixtures("typesetting")
def test_a_word_at_a_note_or_a_change_of_type_stays_whole() -> None:
    divisible = importlib.import_module("corpus.typesetting.markup").divisible
    assert "\N{SOFT HYPHEN}" in divisible("Integrationszentrum")
    assert "\N{SOFT HYPHEN}" not in divisible("Integrationszentrum.[^1] **Integrationszentrum** **Integrationszentrum.")


@pytest.mark.usefixtures("typesetting")
def test_a_source_is_read_block_by_block(tmp_path: Path) -> None:
    markup = importlib.import_module("corpus.typesetting.markup")
    path = tmp_path / "source.md"
    path.write_text(
        "Titel: Ein Titel: mit Doppelpunkt\n---\n# 1 Eins\n\nText[^1] und\nmehr.\n\n[^1]: Eine Note.\n\n- erstes\n"
        "  und weiter\n2. zweites\n- [x] ja\n- [ ] nein\n\n> Im\n> Kasten\n\n*Tabelle 1: klein*\n\n"
        "| a | b |\n|--|-:|\n| **Summe** | 1 |\n\n<!-- Seite: quer -->\n",
        encoding="utf-8",
    )
    source = markup.read(path)
    assert source.head == {"Titel": "Ein Titel: mit Doppelpunkt"}
    assert source.notes == {"1": "Eine Note."}
    assert [(block.kind, block.text, block.mark) for block in source.blocks] == [
        ("heading", "1 Eins", ""),
        ("paragraph", "Text[^1] und mehr.", ""),
        ("item", "erstes und weiter", "•"),
        ("item", "zweites", "2."),
        ("tick", "ja", "x"),
        ("tick", "nein", " "),
        ("box", "Im Kasten", ""),
        ("caption", "*Tabelle 1: klein*", ""),
        ("table", "", ""),
        ("instruction", "Seite: quer", ""),
    ]
    assert source.blocks[8].rows == [["a", "b"], ["--", "-:"], ["**Summe**", "1"]]


@pytest.mark.usefixtures("typesetting")
def test_a_note_takes_its_room_on_the_page_where_its_number_falls() -> None:
    example = importlib.import_module("corpus.typesetting.example")
    footnotes = importlib.import_module("corpus.typesetting.footnotes")
    fonts = importlib.import_module("corpus.typesetting.fonts")
    fonts.register_families()
    style = example.Styles().body
    paragraph = footnotes.NotedParagraph(f"{'Wort ' * 60}{footnotes.raised('1', 11)} {'mehr ' * 60}", style)
    paragraph.notes = (footnotes.Footnote("1", "Anmerkung"),)
    for height in range(30, 400, 13):
        parts = paragraph.split(400, height) or [paragraph]
        assert [note.number for part in parts for note in part.notes] == ["1"]


@pytest.mark.usefixtures("typesetting")
def test_a_source_without_its_head_and_a_missing_one_are_said_in_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "ohne-kopf.md"
    source.write_text("Nur Text.\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="fehlt der Kopf"):
        _script("anhang-4").typeset(target=tmp_path / "out.pdf", source=source)
    with pytest.raises(UnreadableFileError, match="bitte die Datei prüfen"):
        _script("konzeption").typeset(target=tmp_path / "out.pdf", source=tmp_path / "fehlt.md")
    with pytest.raises(UnreadableFileError, match="bitte den Pfad prüfen"):
        _script("anhang-3").typeset(target=tmp_path / "fehlt" / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.usefixtures("typesetting")
def test_a_missing_font_is_named_with_its_debian_package(tmp_path: Path) -> None:
    fonts = importlib.import_module("corpus.typesetting.fonts")
    with pytest.raises(UnreadableFileError, match="fonts-liberation"):
        fonts.register_families(liberation=tmp_path)
    with pytest.raises(UnreadableFileError, match="fonts-dejavu-core"):
        fonts.register_families(dejavu=tmp_path)
