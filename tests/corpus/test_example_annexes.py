"""Anhang 1, 2 and 6 of the example Akte: marked, free of real names, right to the cent, with a known ground truth."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from contextlib import closing
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from corpus.errors import AktenkundigError
from corpus.pdfium import PDFIUM_LOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "akten" / "kommunales-integrationszentrum" / "beispiele"
MARKER = "BEISPIELDOKUMENT – frei erfunden, nicht amtlich"
NAMES = ("anhang_1", "anhang_2", "anhang_6")
LETTERS = {3: -1, 5: 0, 7: -1, 8: -1, 11: -1, 12: 1, 14: -1, 16: 0}
"""The Kommunen whose letters are in Anhang 6, and whether they refuse, agree or do neither without reserve."""
LETTER_PAGES = list(enumerate(LETTERS, start=1))
MUNICIPALITIES = (
    "Alfter|Bad Honnef|Bornheim|Eitorf|Hennef|Königswinter|Lohmar|Meckenheim|Much|Neunkirchen-Seelscheid|Niederkassel|"
    "Rheinbach|Ruppichteroth|Sankt Augustin|St\\. Augustin|Siegburg|Swisttal|Troisdorf|Wachtberg|Windeck"
)
AMOUNT = re.compile(r"[−-]?\d{1,3}(?:\.\d{3})*,\d{2}(?!\d)")


@pytest.fixture(scope="module")
def scripts() -> dict[str, ModuleType]:
    """The three scripts where their libraries and fonts are installed."""
    pytest.importorskip("reportlab", reason="the extra typesetting is not installed")
    modules = {name: importlib.import_module(f"corpus.typesetting.{name}") for name in NAMES}
    fonts = importlib.import_module("corpus.typesetting.fonts")
    for directory in (fonts.LIBERATION, fonts.DEJAVU):
        if not directory.is_dir():
            pytest.skip(f"{fonts.PACKAGES[directory]} is not installed")
    return modules


@pytest.fixture(scope="module")
def anhang_6(scripts: dict[str, ModuleType]) -> ModuleType:
    return scripts["anhang_6"]


def _file(name: str) -> Path:
    return EXAMPLES / f"{name.replace('_', '-')}.pdf"


def _pages(name: str) -> list[str]:
    """The text of each page as pdftotext lays it out."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(_file(name)), "-"]
    text = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")
    return text.removesuffix("\f").split("\f")


def _value(amount: str) -> Decimal:
    return Decimal(amount.replace(".", "").replace(",", ".").replace("−", "-"))


def _rows(name: str) -> list[tuple[str, list[Decimal]]]:
    """The lines that end with amounts: what stands before them, and the amounts."""
    row = re.compile(rf"^(.*?)((?:\s+{AMOUNT.pattern}){{3,}})\s*$", re.MULTILINE)
    return [
        (" ".join(match[1].split()), [_value(amount) for amount in match[2].split()])
        for page in _pages(name)
        for match in row.finditer(page)
    ]


def _columns(rows: list[list[Decimal]]) -> list[Decimal]:
    return [sum(column, Decimal(0)) for column in zip(*rows, strict=True)]


def _pixels(page: int) -> NDArray[np.uint8]:
    """Page ``page`` of Anhang 6 in the scanner's resolution, in grey."""
    with (
        PDFIUM_LOCK,
        closing(pypdfium2.PdfDocument(_file("anhang_6"))) as document,
        closing(document[page]) as sheet,
        closing(sheet.render(scale=200 / 72, grayscale=True)) as bitmap,
    ):
        return np.array(bitmap.to_pil().convert("L"))


@pytest.mark.parametrize("name", NAMES)
def test_setting_an_annex_again_gives_the_committed_bytes(
    scripts: dict[str, ModuleType], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    scripts[name].typeset(first)
    scripts[name].typeset(second)
    assert first.read_bytes() == second.read_bytes()
    committed, fresh = PdfReader(_file(name)).metadata, PdfReader(first).metadata
    assert committed is not None
    assert fresh is not None
    if committed.producer != fresh.producer:
        pytest.skip(f"the committed file was set with {committed.producer}, not with {fresh.producer}")
    assert first.read_bytes() == _file(name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_metadata_say_that_an_annex_is_an_example(name: str) -> None:
    reader = PdfReader(_file(name))
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.subject == MARKER
    assert "frei erfunden" in str(metadata.author)
    assert str(metadata.title).startswith(f"Anhang {name[-1]}: ")
    assert str(metadata["/CreationDate"]).startswith("D:2026")
    assert str(reader.trailer["/Root"]["/Lang"]) == "de"  # type: ignore[index]


@pytest.mark.parametrize("name", ["anhang_1", "anhang_2"])
def test_every_page_with_text_bears_the_marker(name: str) -> None:
    pages = _pages(name)
    assert len(pages) == {"anhang_1": 2, "anhang_2": 1}[name]
    assert all(MARKER in page for page in pages)


def test_every_scanned_page_bears_the_marker_in_its_picture(anhang_6: ModuleType) -> None:
    for page in range(len(LETTERS) + 1):
        assert anhang_6.true_text(page).splitlines()[0] == MARKER


def test_no_real_municipality_is_named(anhang_6: ModuleType) -> None:
    texts = [*_pages("anhang_1"), *_pages("anhang_2"), *(anhang_6.true_text(page) for page in range(9))]
    for text in texts:
        assert len(text) > 500
        assert not re.search(rf"\b(?:{MUNICIPALITIES})\b", " ".join(text.split()))


def test_the_subtotals_of_anhang_1_add_up_as_they_are_printed() -> None:
    rows = _rows("anhang_1")
    names = [name for name, _ in rows]
    amounts = [amounts for _, amounts in rows]
    ends = [next(i for i, name in enumerate(names) if name.startswith(f"Zwischensumme {letter}")) for letter in "ABC"]
    subtotals = []
    for start, end in zip([-1, *ends], ends, strict=False):
        assert end - start == 5, "each section has four positions"
        assert _columns(amounts[start + 1 : end]) == amounts[end]
        subtotals.append(amounts[end])
    existing, personnel, material = subtotals
    centre, grant, own, everything, after_grant = amounts[ends[-1] + 1 :]
    assert centre == _columns([personnel, material])
    assert own == _columns([centre, grant])
    assert everything == _columns([existing, centre])
    assert after_grant == _columns([everything, grant])
    assert names[ends[-1] + 3].startswith("Eigenanteil des Kreises")


def test_anhang_1_gives_the_figures_that_the_whole_akte_uses() -> None:
    rows = dict(_rows("anhang_1"))
    own = next(amounts for name, amounts in rows.items() if name.startswith("Eigenanteil"))
    assert own == [Decimal("62975.00"), Decimal("125950.00"), Decimal("130100.00")]
    grant = next(amounts for name, amounts in rows.items() if "Landesförderung (" in name)
    assert grant == [Decimal("-85000.00"), Decimal("-170000.00"), Decimal("-170000.00")]
    assert "−170.000,00" in "".join(_pages("anhang_1")), "with a minus sign, not with a hyphen"


def test_the_table_of_costs_runs_over_the_page_break_and_repeats_its_head() -> None:
    first, second = _pages("anhang_1")
    for page in (first, second):
        assert re.search(r"Position +Stellen", page)
        assert "Anlauf" in page
        assert len([line for line in page.splitlines() if re.search(rf"(?:\s+{AMOUNT.pattern}){{3}}$", line)]) >= 3
    assert "Zwischensumme A" in first
    assert "Zwischensumme C" in second


@pytest.mark.parametrize("name", ["anhang_1", "anhang_2"])
def test_every_amount_in_the_running_text_stands_in_a_table(scripts: dict[str, ModuleType], name: str) -> None:
    source = scripts[name].SOURCE.read_text(encoding="utf-8").partition("\n---\n")[2]
    known = {amount for _, amounts in _rows("anhang_1") + _rows("anhang_2") for amount in map(abs, amounts)}
    known |= {Decimal("9700.00"), Decimal("38.50"), Decimal("0.02"), Decimal("100.00")}
    stated = [_value(amount) for amount in AMOUNT.findall(source)]
    assert len(stated) >= 3
    assert set(stated) <= known


def test_the_columns_of_anhang_2_add_up_to_the_cent() -> None:
    rows = [(name, amounts) for name, amounts in _rows("anhang_2") if name.startswith("Kommune ")]
    (total,) = [amounts for name, amounts in _rows("anhang_2") if name == "Summe"]
    assert [name for name, _ in rows] == [f"Kommune {number:02}" for number in range(1, 20)]
    assert _columns([amounts for _, amounts in rows]) == total
    bases, _, shares, burdens = total
    assert (shares, burdens) == (Decimal("100.00"), Decimal("125950.00"))
    for _, (base, levy, share, burden) in rows:
        assert Decimal(9_000_000) < base < Decimal(95_000_000)
        assert abs(levy - base * Decimal("0.385")) <= Decimal("0.005")
        assert abs(share - base / bases * 100) < Decimal("0.01")
        assert abs(burden - base / bases * burdens) < Decimal("0.01")


def test_no_ruling_line_stands_between_the_columns_of_anhang_2() -> None:
    for page in PdfReader(_file("anhang_2")).pages:
        contents = page.get_contents()
        assert contents is not None
        lines = re.findall(rb"n (\S+) \S+ m (\S+) \S+ l S", contents.get_data())
        assert lines
        assert all(abs(float(end) - float(start)) > 50 for start, end in lines)
        assert not re.search(b" re [SB]", contents.get_data())


def test_anhang_6_is_pictures_only_and_small() -> None:
    assert _file("anhang_6").stat().st_size < 1_500_000
    reader = PdfReader(_file("anhang_6"))
    assert len(reader.pages) == 9
    for page in reader.pages:
        assert page.extract_text() == ""
        assert "/Font" not in page["/Resources"]  # type: ignore[operator]
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)


def test_half_of_the_pages_are_black_and_white_and_one_stamped_page_is_in_colour() -> None:
    kinds = [page.images[0].image.mode for page in PdfReader(_file("anhang_6")).pages]  # type: ignore[union-attr]
    assert kinds == ["1", "L", "1", "RGB", "L", "1", "L", "1", "L"]


def test_a_black_and_white_picture_decodes_to_the_pixels_that_were_encoded(anhang_6: ModuleType) -> None:
    writer = importlib.import_module("corpus.typesetting.picture_pdf")
    picture = anhang_6.LOOKS[5].scan.picture(anhang_6.papers()[5])
    file = BytesIO(writer.picture_pdf([picture], 200, 30, {"Title": "Prüfung"}))
    (page,) = PdfReader(file).pages
    decoded = page.images[0].image
    assert decoded is not None
    assert picture.mode == "1"
    assert np.array_equal(np.array(picture), np.array(decoded))


@pytest.mark.parametrize("page", range(9))
def test_the_true_boxes_lie_on_the_ink_of_their_words(anhang_6: ModuleType, page: int) -> None:
    dark = _pixels(page) < 150
    covered = np.zeros_like(dark)
    words = anhang_6.true_words(page)
    assert len(words) > 60
    for word in words:
        assert word.box.page == page
        x0, y0, x1, y1 = (round(side * 200 / 72) for side in (word.box.x0, word.box.y0, word.box.x1, word.box.y1))
        inside = dark[y0 : y1 + 1, x0 : x1 + 1]
        # A stamp is pale; dashes and dots fill their boxes, long words in a skewed line leave theirs half empty.
        assert inside.mean() > (0.0 if word.stamp else 0.06), word
        covered[max(0, y0 - 1) : y1 + 2, max(0, x0 - 1) : x1 + 2] = True
    # The rest is the holes, the signature, the rule under the letterhead, the stamp's frame and dust.
    assert (dark & covered).sum() > 0.75 * dark.sum()
    text = covered[:, 180:-120] & dark[:, 180:-120]
    assert text.sum() > 0.9 * dark[:, 180:-120].sum()


def test_boxes_shifted_by_a_line_miss_the_ink(anhang_6: ModuleType) -> None:
    dark = _pixels(4) < 150
    hits = {0: 0, 22: 0}
    for word in anhang_6.true_words(4):
        x0, y0, x1, y1 = (round(side * 200 / 72) for side in (word.box.x0, word.box.y0, word.box.x1, word.box.y1))
        for shift in hits:
            hits[shift] += int(dark[y0 + shift : y1 + shift + 1, x0 : x1 + 1].sum())
    assert hits[22] < 0.6 * hits[0]


def test_the_true_words_are_those_of_the_true_text_and_of_one_stamp(anhang_6: ModuleType) -> None:
    stamped = []
    for page in range(9):
        words = anhang_6.true_words(page)
        assert [word.text for word in words if not word.stamp] == anhang_6.true_text(page).split()
        stamped += [(page, word.text) for word in words if word.stamp]
    assert stamped == [(3, word) for word in "EINGEGANGEN 12. Feb. 2014".split()]


def test_one_page_lies_upside_down(anhang_6: ModuleType) -> None:
    marker = [anhang_6.true_words(page)[0].box for page in range(9)]
    assert [page for page, box in enumerate(marker) if box.y0 > 421] == [7]


@pytest.mark.parametrize(("page", "number"), LETTER_PAGES)
def test_a_letter_names_its_office_its_date_and_its_share_and_no_person(
    anhang_6: ModuleType, page: int, number: int
) -> None:
    text = " ".join(anhang_6.true_text(page).split())
    burden = next(amounts[-1] for name, amounts in _rows("anhang_2") if name == f"Kommune {number:02}")
    amounts = {_value(amount) for amount in AMOUNT.findall(text)}
    own_words = re.sub(r"(?i)kommune (?=\d)", "Kommune ", text)
    assert f"Kommune {number:02}" in own_words
    assert set(re.findall(r"Kommune (\d\d)", own_words)) == {f"{number:02}"}
    # The one condition is about the rate of the levy, not about the Kommune's own share.
    assert (burden in amounts) == (number != 5)
    assert re.search(r"\b\d\d?\.(?:02\.| Februar )2014\b", text)
    assert text.endswith("Mit freundlichen Grüßen Der Bürgermeister")
    assert "Bürgermeisterin" not in text


def test_the_cover_lists_every_letter_with_its_date_and_what_it_says(anhang_6: ModuleType) -> None:
    cover = anhang_6.true_text(0)
    months = {"02.": "02.", "Februar": "02."}
    for page, number in LETTER_PAGES:
        (line,) = [line for line in cover.splitlines() if re.match(rf"\d Kommune {number:02} ", line)]
        letter = " ".join(anhang_6.true_text(page).split())
        day, month = next(iter(re.findall(r"\b(\d\d)\. ?(02\.|Februar) ?2014\b", letter)))
        assert f"{day}.{months[month]}2014" in line
        refuses = re.search(r"(?:lehn\w+ .{0,90}?|Mehrkosten .{0,30}?)\bab[,. ]", letter)
        assert line.endswith("lehnt ab") == (LETTERS[number] == -1)
        assert bool(refuses) == (LETTERS[number] == -1)


def test_a_page_that_does_not_fit_is_refused_instead_of_cut_off(anhang_6: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "letters.txt"
    source.write_text("\f".join(["Wort und noch ein Wort. " * 700] * 9), encoding="utf-8")
    with pytest.raises(AktenkundigError, match="ist zu lang"):
        anhang_6.papers(source)
    source.write_text("# Nur eine Seite", encoding="utf-8")
    with pytest.raises(AktenkundigError, match="1 statt 9 Seiten"):
        anhang_6.papers(source)


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**9), min_size=1, max_size=40))
def test_shares_add_up_to_the_whole_and_are_off_by_less_than_one_unit(total: int, weights: list[int]) -> None:
    amounts = importlib.import_module("corpus.typesetting.amounts")
    shares = amounts.apportion(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert all(abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True))


@given(st.decimals(-(10**9), 10**9, places=2))
def test_an_amount_reads_back_from_its_german_notation(number: Decimal) -> None:
    amounts = importlib.import_module("corpus.typesetting.amounts")
    written = amounts.german(number)
    assert re.fullmatch(r"−?\d{1,3}(\.\d{3})*,\d{2}", written)
    assert _value(written) == number


def test_an_amount_with_parts_of_a_cent_is_not_rounded_unseen() -> None:
    amounts = importlib.import_module("corpus.typesetting.amounts")
    with pytest.raises(ValueError, match="more than 2 places"):
        amounts.german(Decimal("0.001"))
