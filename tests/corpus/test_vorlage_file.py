"""The typeset Vorlage says what the source says, line for line, and looks as its register claims."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from pypdf import PdfReader

from corpus.errors import AktenkundigError, UnreadableFileError

AKTE = Path(__file__).resolve().parents[2] / "corpus" / "akten" / "kommunales-integrationszentrum"
SOURCE = AKTE / "vorlage.txt"
PDF = AKTE / "vorlage.pdf"


@pytest.fixture(scope="module")
def vorlage() -> ModuleType:
    """The script; reportlab is an extra that whoever only uses the file does not need."""
    pytest.importorskip("reportlab", reason="the extra typesetting is not installed")
    return importlib.import_module("corpus.typesetting.vorlage")


@pytest.fixture(scope="module")
def script(vorlage: ModuleType) -> ModuleType:
    """The script where its fonts are installed too."""
    if not (vorlage.FONT_DIRECTORY / f"{vorlage.REGULAR}.ttf").is_file():
        pytest.skip("fonts-liberation is not installed")
    return vorlage


@pytest.fixture(scope="module")
def pages() -> list[list[list[str]]]:
    """The words of each line of each page, as pdftotext reads them."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(PDF), "-"]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")
    return [_lines(page) for page in text.removesuffix("\f").split("\f")]


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def test_the_pdf_holds_the_source_word_for_word(pages: list[list[list[str]]]) -> None:
    source = [line for line in _lines(SOURCE.read_text(encoding="utf-8")) if line != ["2"]]
    body = [line for page in pages for line in page if line not in (["2"], ["3"])]
    assert len(source) > 80
    assert body == source


def test_pages_two_and_three_show_their_number_at_the_top_and_page_one_shows_none(pages: list[list[list[str]]]) -> None:
    assert [page[0] for page in pages[1:]] == [["2"], ["3"]]
    assert not any(len(line) == 1 and line[0].isdigit() for page in pages for line in [*page[1:], pages[0][0]])


def test_the_pages_break_where_the_source_says_and_where_it_is_inferred(pages: list[list[list[str]]]) -> None:
    assert len(pages) == 3
    assert " ".join(pages[0][-1]) == "Integrationsarbeit sinnvoll ergänzen könnte."
    assert " ".join(pages[1][1]) == "Die gewünschte Konzeption ist als Anlage zur Beratung beigefügt."
    assert " ".join(pages[1][-1]) == "Auf die beigefügten Stellungnahmen der Kommunen wird verwiesen."
    assert " ".join(pages[2][1]).startswith("Es ist zudem zu erwarten, dass im Land NRW künftig")


def test_the_pages_are_a4_and_upright() -> None:
    for page in PdfReader(PDF).pages:
        assert (round(float(page.cropbox.width)), round(float(page.cropbox.height))) == (595, 842)
        assert page.rotation == 0


def test_the_fonts_are_embedded_as_subsets() -> None:
    names: set[str] = set()
    for page in PdfReader(PDF).pages:
        for reference in page["/Resources"]["/Font"].values():  # type: ignore[index]
            font = reference.get_object()
            assert "/FontFile2" in font["/FontDescriptor"], font["/BaseFont"]
            assert "/ToUnicode" in font
            names.add(font["/BaseFont"])
    assert names
    assert all(re.fullmatch(r"/[A-Z]{6}\+LiberationSans(-Bold)?", name) for name in names)


def test_the_metadata_is_german_and_claims_no_date_of_the_vorlage() -> None:
    reader = PdfReader(PDF)
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.title == "Vorlage: Einrichtung eines Kommunalen Integrationszentrums"
    assert metadata.author == "Rhein-Sieg-Kreis"
    assert metadata.subject == "Vorlage zur Sitzung des Kreisausschusses am 17.03.2014"
    assert str(metadata["/CreationDate"]).startswith("D:2026")
    assert str(reader.trailer["/Root"]["/Lang"]) == "de"  # type: ignore[index]


def test_setting_the_source_again_gives_the_committed_bytes(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    assert script.main([str(first)]) == 0
    script.typeset(target=second)
    assert first.read_bytes() == second.read_bytes()
    metadata = PdfReader(PDF).metadata
    if metadata is None or metadata.producer != script.toolchain():
        pytest.skip(f"the committed file was set with other versions than {script.toolchain()}")
    assert first.read_bytes() == PDF.read_bytes()


def test_headings_and_subject_are_bold_and_continuations_stand_under_their_opening(vorlage: ModuleType) -> None:
    lines = [line for sheet in vorlage.arrange(SOURCE.read_text(encoding="utf-8")) for line in sheet.lines]
    assert [line.text for line in lines if line.bold][4:] == [
        "Beschlussvorschlag:",
        "Vorbemerkungen/Erläuterungen:",
        "Anlage:",
        "Anhänge:",
    ]
    assert [(line.under, line.text) for line in lines if line.under] == [
        ("hier: ", "gemäß § 7 des Teilhabe- und Integrationsgesetzes"),
        ("2.) ", "Integrationszentrums über die allgemeine Kreisumlage"),
        ("4.) ", "Zugangs zum Gesundheitssystem"),
        ("5.) ", "Schülern"),
    ]


def test_a_missing_font_is_named_with_its_debian_package(vorlage: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="fonts-liberation") as caught:
        vorlage.typeset(target=tmp_path / "out.pdf", fonts=tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.pdf").exists()


def test_a_target_that_cannot_be_written_is_said_in_one_sentence(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([str(tmp_path / "fehlt" / "out.pdf")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Die Datei ")
    assert said.endswith("bitte den Pfad prüfen.\n")
    assert said.count("\n") == 1


def test_a_line_that_does_not_fit_is_refused_instead_of_cut_off(script: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "long.txt"
    source.write_text("Wort " * 60, encoding="utf-8")
    with pytest.raises(AktenkundigError, match="passt nicht auf die Seite"):
        script.typeset(source, tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()
