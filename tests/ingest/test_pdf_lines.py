"""Reading PDF pages: words, lines and their order, as a reader of the page sees them."""

from __future__ import annotations

import io
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from corpus.errors import UnreadableFileError
from ingest.canonical import make_canonical
from ingest.layout import RawDocument, RawPage
from ingest.readers import PdfReader
from ingest.readers.ocr import RecognitionError, TextRecognizer

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
needs_dejavu = pytest.mark.skipif(not DEJAVU.is_file(), reason="DejaVu Sans (fonts-dejavu-core) is not installed")

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
Draw = Callable[[Canvas], object]
TOP = 760.0
FONT, BOLD, SIZE, PITCH = "Helvetica", "Helvetica-Bold", 11.0, 13.5


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[[Draw], RawPage]:
    """Reads the one page that a function draws."""

    def read(draw: Draw) -> RawPage:
        return read_file(typeset(tmp_path / "seite.pdf", draw)).pages[0]

    return read


PageOf = Callable[[Draw], RawPage]


def typeset(path: Path, *pages: Draw) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for draw in pages:
        canvas.setFont(FONT, SIZE)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def read_file(path: Path) -> RawDocument:
    return PdfReader().read(path)


def texts(page: RawPage) -> list[str]:
    return [line.text for line in page.lines]


def show(
    canvas: Canvas, lines: Sequence[str], x: float = 70, y: float = TOP, *, font: str = FONT, size: float = SIZE
) -> float:
    """Draws lines below one another; returns the next one's baseline."""
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(x, y, line)
        y -= PITCH * size / SIZE
    return y


def dejavu(canvas: Canvas, size: float = SIZE) -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    canvas.setFont("DejaVu", size)


def assert_boxes_are_sound(page: RawPage) -> None:
    """Every character but a blank has a box on the page, and a line's boxes go from left to right."""
    for line in page.lines:
        seen = ~np.isnan(line.boxes[:, 0])
        assert seen.tolist() == [character != " " for character in line.text]
        boxes = line.boxes[seen]
        assert (boxes[:, 2] >= boxes[:, 0]).all()
        assert (boxes[:, 3] > boxes[:, 1]).all()


# Words


def test_bold_type_made_by_drawing_twice_is_read_once(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        for offset in (0, 0.3, 0.6):
            canvas.drawString(70 + offset, 760, "Beschlussvorschlag mit Allee")
        canvas.drawString(70, 740, "Der Kreistag beschließt.")

    page = page_of(draw)
    assert texts(page) == ["Beschlussvorschlag mit Allee", "Der Kreistag beschließt."]
    assert_boxes_are_sound(page)


def test_bold_type_made_by_drawing_each_word_again_is_read_once_and_bold(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Alle Mittel stehen bereit")
        x = 70.4
        for word in "Alle Mittel stehen bereit".split():
            canvas.drawString(x, 760.2, word)
            x += canvas.stringWidth(word + " ", FONT, SIZE)

    page = page_of(draw)
    assert texts(page) == ["Alle Mittel stehen bereit"]
    assert page.lines[0].bold
    assert_boxes_are_sound(page)


def test_cells_that_run_into_one_another_are_not_mixed(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Schrittgeschwindigkeit")
        canvas.drawString(130, 760, "Richtungseinstellung")

    assert texts(page_of(draw)) == ["Schrittgeschwindigkeit", "Richtungseinstellung"]


@pytest.mark.parametrize("spacing", [1.5, 3.0, 5.0])
def test_a_spaced_out_heading_is_read_in_words(page_of: PageOf, spacing: float) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "NEUE AKZENTE in der Vorlage", charSpace=spacing)
        canvas.drawString(70, 720, "Der Kreistag beschließt.", charSpace=0)

    page = page_of(draw)
    assert texts(page)[0] == "NEUE AKZENTE in der Vorlage"
    assert_boxes_are_sound(page)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("N E U E   A K Z E N T E", "NEUE AKZENTE"),
        ("V o r l a g e", "Vorlage"),
        ("Der A n t r a g wird gestellt.", "Der Antrag wird gestellt."),
        ("H A U S H A L T   2 0 2 4", "HAUSHALT 2024"),
    ],
)
def test_a_heading_spaced_out_with_blanks_is_read_in_words(page_of: PageOf, typed: str, read: str) -> None:
    page = page_of(lambda canvas: show(canvas, [typed]))
    assert texts(page) == [read]
    assert_boxes_are_sound(page)


@pytest.mark.parametrize("typed", ["1 2 3 4 5 6", "x x x x x x", "Anlage A und B"])
def test_figures_and_single_letters_stay_apart(page_of: PageOf, typed: str) -> None:
    assert texts(page_of(lambda canvas: show(canvas, [typed]))) == [typed]


@pytest.mark.parametrize("blanks", [False, True])
def test_words_drawn_in_pieces_at_umlauts_come_out_whole(page_of: PageOf, blanks: bool) -> None:
    """A producer switches the font at umlauts and is off by a tenth of the type size, with and without blanks."""

    def draw(canvas: Canvas) -> None:
        y = 760.0
        for line in ("Ergänzungen für die Bürger", "über größere Flächen hinweg"):
            x = 70.0
            for word in line.split():
                for letter in word:
                    off = 0.12 * SIZE if letter in "äöüß" else 0.0
                    canvas.drawString(x + off, y, letter)
                    x += off + canvas.stringWidth(letter, FONT, SIZE)
                if blanks:
                    canvas.drawString(x, y, " ")
                x += 0.278 * SIZE
            y -= 14

    assert texts(page_of(draw)) == ["Ergänzungen für die Bürger", "über größere Flächen hinweg"]


def test_leader_dots_do_not_space_a_line_out(page_of: PageOf) -> None:
    line = "2 Was da ist und was so neu ist wie nie" + " ." * 16 + " 9"
    assert texts(page_of(lambda canvas: show(canvas, [line]))) == [line]


def test_words_without_any_blanks_in_the_file_are_parted(page_of: PageOf) -> None:
    """As TeX writes them, here in a tightly set line."""

    def draw(canvas: Canvas) -> None:
        x = 70.0
        for word in "Die Verwaltung wird z. B. beauftragt".split():
            canvas.drawString(x, 760, word)
            x += canvas.stringWidth(word, FONT, SIZE) + 0.19 * SIZE

    assert texts(page_of(draw)) == ["Die Verwaltung wird z. B. beauftragt"]


def test_glyphs_placed_one_by_one_make_words(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        x = 70.0
        for letter in "Der Kreistag beschließt über den Haushalt.":
            if letter != " ":
                canvas.drawString(x, 760, letter)
            x += canvas.stringWidth(letter, FONT, SIZE)

    assert texts(page_of(draw)) == ["Der Kreistag beschließt über den Haushalt."]


@given(
    words=st.lists(st.text("abcdefghijklmnoprstuvwzäöüßAEIOUÄÖÜ", min_size=2, max_size=12), min_size=1, max_size=9),
    size=st.floats(5, 16),
    space=st.floats(0.2, 0.9),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_words_survive_any_type_size_and_word_spacing(
    tmp_path: Path, words: list[str], size: float, space: float
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, size)
        y = 780.0
        for start in range(0, len(words), 3):
            x = 60.0
            for word in words[start : start + 3]:
                canvas.drawString(x, y, word)
                x += canvas.stringWidth(word, FONT, size) + space * size
            y -= 1.3 * size

    path = typeset(tmp_path / "w.pdf", draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.readers.pdf.page.needs_recognition", lambda *_: False)
        (page,) = read_file(path).pages
    assert " ".join(texts(page)).split() == words
    assert_boxes_are_sound(page)


@given(
    words=st.lists(
        st.tuples(
            st.text("abcdefgHIJKäöüß0123.,§", min_size=1, max_size=8),
            st.tuples(st.integers(25, 70), st.integers(25, 110)),
            st.sampled_from([0, 0, 0, 90, 270, 45, 3]),
            st.sampled_from([6, 8, 11, 11, 24]),
        ),
        min_size=1,
        max_size=25,
        unique_by=lambda word: word[1],
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_character_is_lost_wherever_it_stands(
    tmp_path: Path, words: list[tuple[str, tuple[int, int], int, int]]
) -> None:
    def draw(canvas: Canvas) -> None:
        for text, (x, y), degrees, size in words:
            canvas.saveState()
            canvas.setFont(FONT, size)
            canvas.translate(6 * x, 6 * y)
            canvas.rotate(degrees)
            canvas.drawString(0, 0, text)
            canvas.restoreState()

    path = typeset(tmp_path / "z.pdf", draw)
    drawn = Counter("".join(text for text, *_ in words))
    with pytest.MonkeyPatch.context() as patch:
        # Random letters are no text that anybody would call legible.
        patch.setattr("ingest.readers.pdf.page.needs_recognition", lambda *_: False)
        read = Counter("".join(texts(read_file(path).pages[0])).translate(RAISED))
    del read[" "]
    assert read == drawn


# Letters


@needs_dejavu
def test_decomposed_umlauts_are_joined(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "a\u0308rger u\u0308ber A\u0308mter")

    page = page_of(draw)
    assert texts(page) == ["ärger über Ämter"]
    assert_boxes_are_sound(page)


@pytest.mark.parametrize("accent_first", [True, False])
def test_a_diaeresis_drawn_over_its_letter_is_joined_with_it(page_of: PageOf, accent_first: bool) -> None:
    def draw(canvas: Canvas) -> None:
        x = 70.0
        for letter in "Die Verfugung gilt":
            plain = [(letter, x)]
            if letter == "u":
                accent = ("¨", x + (canvas.stringWidth("u", FONT, SIZE) - canvas.stringWidth("¨", FONT, SIZE)) / 2)
                plain = [accent, *plain] if accent_first else [*plain, accent]
            for character, at in plain:
                canvas.drawString(at, 760, character)
            x += canvas.stringWidth(letter, FONT, SIZE)

    assert texts(page_of(draw)) == ["Die Verfügüng gilt"]


@needs_dejavu
def test_ligatures_are_spelt_out_with_a_box_for_each_letter(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "öﬀentliche Oﬃziere ﬁnden")

    page = page_of(draw)
    assert texts(page) == ["öffentliche Offiziere finden"]
    boxes = page.lines[0].boxes[1:3]
    assert boxes[0, 2] == pytest.approx(boxes[1, 0])
    assert boxes[0, 0] < boxes[0, 2] < boxes[1, 2]


def changed_unicode_map(path: Path, codes: dict[str, str]) -> Path:
    """A copy of a file whose fonts give other characters for some glyphs."""
    with pikepdf.open(path) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                table = item.ToUnicode.read_bytes().decode("latin-1")
                for old, new in codes.items():
                    table = table.replace(f"<{ord(old):04X}>", f"<{ord(new):04X}>")
                item.ToUnicode.write(table.encode("latin-1"))
        target = path.with_name(f"anders-{path.name}")
        pdf.save(target)
    return target


@needs_dejavu
def test_a_ligature_with_a_wrong_code_is_spelt_out_if_its_width_proves_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "Betriﬀt: öﬀentliche Liefertermine – Ʃ")

    path = changed_unicode_map(typeset(tmp_path / "a.pdf", draw), {"ﬀ": "Ư", "L": "Ɵ"})
    (page,) = read_file(path).pages
    # What stands for the "L" is not as wide as "ti", what stands for the sum is in no word.
    assert texts(page) == ["Betrifft: öffentliche Ɵiefertermine – Ʃ"]
    assert_boxes_are_sound(page)


@needs_dejavu
def test_a_foreign_letter_of_another_width_stays(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "Frau Nguyễn Thị Ưu trifft Herrn Țepeș")

    assert "Ưu" in texts(page_of(draw))[0]
    assert "Țepeș" in texts(page_of(draw))[0]


@needs_dejavu
def test_soft_hyphens_show_at_the_end_of_a_line_only(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "Die Ver\u00adwaltung und die Integra\u00ad")
        canvas.drawString(70, 746, "tionsarbeit im Kreis.")

    document = read_file(typeset(tmp_path / "a.pdf", draw))
    assert texts(document.pages[0]) == ["Die Verwaltung und die Integra-", "tionsarbeit im Kreis."]
    assert make_canonical(document).text == "Die Verwaltung und die Integrationsarbeit im Kreis."


def renamed_font(path: Path, name: str, skip: str = "Helvetica") -> Path:
    with pikepdf.open(path) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item and skip not in str(item.BaseFont):
                item.BaseFont = pikepdf.Name(f"/{name}")
            if isinstance(item, pikepdf.Dictionary) and "/FontName" in item and skip not in str(item.FontName):
                item.FontName = pikepdf.Name(f"/{name}")
        target = path.with_name(f"schrift-{path.name}")
        pdf.save(target)
    return target


@needs_dejavu
@pytest.mark.parametrize("private", [False, True])
def test_tick_boxes_and_bullets_of_symbol_fonts_are_told_apart(tmp_path: Path, private: bool) -> None:
    codes = {"þ": 0xFE, "o": 0x6F, "x": 0x78, "¨": 0xA8, "Ø": 0xD8, "§": 0xA7}

    def draw(canvas: Canvas) -> None:
        for number, character in enumerate(codes):
            dejavu(canvas)
            canvas.drawString(70, 760 - 20 * number, character)
            canvas.setFont(FONT, SIZE)
            canvas.drawString(85, 760 - 20 * number, "einstimmig")

    path = renamed_font(typeset(tmp_path / "a.pdf", draw), "ABCDEF+Wingdings-Regular")
    if private:
        path = changed_unicode_map(path, {character: chr(0xF000 + code) for character, code in codes.items()})
    marks = [text.split()[0] for text in texts(read_file(path).pages[0])]
    ticked, empty, crossed, square, arrow, bullet = marks
    assert empty == square == "☐"
    assert ticked in "☑☒"
    assert crossed == "☒"
    assert arrow == "➢"
    assert bullet == "▪"


@needs_dejavu
def test_words_bullet_of_the_symbol_font_is_a_bullet(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        canvas.drawString(70, 760, "·")
        canvas.setFont(FONT, SIZE)
        canvas.drawString(85, 760, "erster Punkt")

    path = changed_unicode_map(renamed_font(typeset(tmp_path / "a.pdf", draw), "SymbolMT"), {"·": "\uf0b7"})
    assert texts(read_file(path).pages[0]) == ["• erster Punkt"]


# Form fields


def test_tick_boxes_of_a_form_say_whether_they_are_ticked(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Finanzielle Auswirkungen:")
        for number, (name, ticked) in enumerate((("ja", True), ("nein", False))):
            y = 740 - 20 * number
            canvas.acroForm.checkbox(name=name, checked=ticked, x=70, y=y - 2, size=12)
            canvas.drawString(88, y, name)

    page = page_of(draw)
    assert texts(page) == ["Finanzielle Auswirkungen:", "☒ ja", "☐ nein"]
    assert page.lines[1].boxes[0].tolist() == pytest.approx([70, A4[1] - 750, 82, A4[1] - 738], abs=1)


def test_what_is_filled_into_a_form_is_text(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Aktenzeichen:")
        canvas.acroForm.textfield(name="az", value="40-1 12", x=150, y=756, width=120, height=16, fontSize=10)

    page = page_of(draw)
    assert texts(page) == ["Aktenzeichen: 40-1 12"]
    assert_boxes_are_sound(page)


# What can be seen


def in_mode(canvas: Canvas, mode: int, x: float, y: float, text: str, size: float = SIZE) -> None:
    writer = canvas.beginText(x, y)
    writer.setFont(FONT, size)
    writer.setTextRenderMode(mode)
    writer.textOut(text)
    writer.setTextRenderMode(0)
    canvas.drawText(writer)


def test_unpainted_white_transparent_and_tiny_text_is_left_out(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, "Sichtbarer Text steht hier.")
        in_mode(canvas, 3, 70, 740, "Unsichtbar")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(70, 720, "Weiß auf weiß")
        canvas.setFillColorRGB(0, 0, 0, alpha=0)
        canvas.drawString(70, 700, "Durchsichtig")
        canvas.setFillColorRGB(0, 0, 0, alpha=1)
        show(canvas, ["Winzig"], y=680, size=0.5)

    assert texts(page_of(draw)) == ["Sichtbarer Text steht hier."]


def test_white_text_on_a_dark_field_is_kept(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.5)
        canvas.rect(60, 750, 300, 24, fill=1, stroke=0)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(70, 758, "Kopfzeile der Tabelle")

    assert texts(page_of(draw)) == ["Kopfzeile der Tabelle"]


def test_a_name_under_a_black_bar_is_left_out(page_of: PageOf) -> None:
    before, name = "Der Antrag von Herrn ", "Mustermann"

    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 760, f"{before}{name} wird abgelehnt.")
        start = 70 + canvas.stringWidth(before, FONT, SIZE)
        canvas.rect(start - 1, 757, canvas.stringWidth(name, FONT, SIZE) + 2, 12, fill=1, stroke=0)
        canvas.drawString(70, 740, "Die Begründung folgt.")

    page = page_of(draw)
    assert " ".join(texts(page)) == "Der Antrag von Herrn wird abgelehnt. Die Begründung folgt."


def test_text_in_a_field_that_was_shaded_before_it_is_kept(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 780, "Überschrift")
        for number in range(3):
            canvas.setFillGray(0.85)
            canvas.rect(60, 750 - 20 * number, 200, 20, fill=1, stroke=1)
            canvas.setFillGray(0)
            canvas.drawString(70, 756 - 20 * number, f"Zeile {number + 1}")

    assert texts(page_of(draw)) == ["Überschrift", "Zeile 1", "Zeile 2", "Zeile 3"]


def test_text_outside_the_crop_box_is_left_out(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 600, "Auf der Seite.")
        canvas.drawString(100, 820, "Schnittmarke")

    path = typeset(tmp_path / "a.pdf", draw)
    with pikepdf.open(path) as pdf:
        pdf.pages[0].CropBox = [50, 100, 500, 700]
        pdf.save(tmp_path / "b.pdf")
    (page,) = read_file(tmp_path / "b.pdf").pages
    assert texts(page) == ["Auf der Seite."]


def picture() -> ImageReader:
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(180, 255, (120, 80), dtype=np.uint8)).save(data, "PNG")
    data.seek(0)
    return ImageReader(data)


def test_the_text_layer_of_a_scanned_page_is_read(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(picture(), 0, 0, *A4)
        for number in range(8):
            in_mode(canvas, 3, 70, 700 - 20 * number, f"Erkannter Text in Zeile {number}")
        canvas.drawString(400, 800, "Anlage 3")

    page = page_of(draw)
    assert "Anlage 3" in texts(page)
    assert "Erkannter Text in Zeile 7" in texts(page)
    assert page.reading == "text"


def test_a_hidden_text_over_a_letterheads_picture_is_left_out(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(picture(), 0, 0, *A4)
        show(canvas, [f"Sichtbare Zeile {number} des Briefes" for number in range(8)])
        in_mode(canvas, 3, 70, 300, "Versteckt")

    assert "Versteckt" not in " ".join(texts(page_of(draw)))


# Directions


def test_margin_text_and_watermark_stay_out_of_the_lines(page_of: PageOf) -> None:
    body = [f"Zeile {number} des Textes läuft ungestört über die ganze Seite hin." for number in range(30)]

    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFillGray(0.8)
        canvas.translate(200, 350)
        canvas.rotate(50)
        canvas.setFont(BOLD, 90)
        canvas.drawString(0, 0, "ENTWURF")
        canvas.restoreState()
        show(canvas, body[:15])
        canvas.saveState()
        canvas.translate(40, 400)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Vordruck 12 der Verwaltung")
        canvas.restoreState()
        show(canvas, body[15:], y=TOP - 15 * PITCH)
        canvas.drawString(290, 40, "2")

    page = page_of(draw)
    assert texts(page)[:30] == body
    assert set(texts(page)[30:32]) == {"Vordruck 12 der Verwaltung", "ENTWURF"}
    assert texts(page)[-1] == "2"
    assert [line.gap > 2 for line in page.lines[30:]] == [True] * 3


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_whose_text_is_turned_is_read(page_of: PageOf, degrees: int) -> None:
    lines = [f"Zeile {number} einer quer gesetzten Tabelle" for number in range(6)]

    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        show(canvas, lines, x=-200, y=100)

    page = page_of(draw)
    assert texts(page) == lines
    assert [line.gap for line in page.lines] == pytest.approx([1.0] * 6, abs=0.05)
    for line in page.lines:
        seen = line.boxes[~np.isnan(line.boxes[:, 0])]
        assert (seen[:, :2] >= 0).all()
        assert (seen[:, 2:] <= A4).all()


@pytest.mark.parametrize("degrees", [-1.5, 0.7, 3.0])
def test_a_slightly_skewed_page_is_read_line_by_line(page_of: PageOf, degrees: float) -> None:
    lines = [f"Zeile {number} läuft schräg über die ganze Breite der Seite hinweg" for number in range(8)]

    def draw(canvas: Canvas) -> None:
        canvas.rotate(degrees)
        for number, line in enumerate(lines):
            x = 90.0
            for word in line.split():
                canvas.drawString(x, 700 - PITCH * number, word)
                x += canvas.stringWidth(word + " ", FONT, SIZE)

    assert texts(page_of(draw)) == lines


# Order

LEFT = [
    "In der linken Spalte steht ein Text, der",
    "sich über mehrere Zeilen hinzieht und am",
    "Ende der Spalte nicht aufhört. Vielmehr",
    "setzt er sich fort, und zwar so lange, bis",
    "die Spalte voll ist und der Satz in der",
]
RIGHT = [
    "nächsten Spalte weitergeht. Dort wird er",
    "beendet. Danach folgt noch ein weiterer",
    "Satz, der die rechte Spalte füllt, damit",
    "sie ebenso lang wird wie die linke und",
    "beide nebeneinander gut aussehen.",
]


def test_columns_are_read_one_after_the_other_below_their_headline(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["Eine Überschrift, die über beide Spalten hinweg reicht"], size=16, font=BOLD)
        # Drawn row by row, as some programs do.
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            show(canvas, [left], y=720 - PITCH * number)
            show(canvas, [right], x=310, y=720 - PITCH * number)
        show(canvas, ["Unter den Spalten geht es über die ganze Breite der Seite weiter, in einem Absatz."], y=620)

    page = page_of(draw)
    assert texts(page)[1:11] == LEFT + RIGHT
    assert texts(page)[11].startswith("Unter den Spalten")
    assert page.lines[6].gap == 1.0
    assert page.lines[11].gap > 1.45


def test_a_sentence_goes_on_from_one_column_to_the_next(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310)

    text = make_canonical(read_file(typeset(tmp_path / "a.pdf", draw))).text
    assert "der Satz in der nächsten Spalte weitergeht." in text


def test_a_new_paragraph_at_the_head_of_a_column_is_one(page_of: PageOf) -> None:
    left = [*LEFT[:4], "die Spalte voll ist."]
    right = ["Ein neuer Absatz beginnt hier oben und", *RIGHT[1:]]

    def draw(canvas: Canvas) -> None:
        show(canvas, left)
        show(canvas, right, x=310)

    page = page_of(draw)
    assert page.lines[5].text == right[0]
    assert page.lines[5].gap > 1.45


def test_columns_need_not_share_baselines(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310, y=TOP - 5)

    assert texts(page_of(draw)) == LEFT + RIGHT


def test_three_columns_are_read_in_turn(page_of: PageOf) -> None:
    columns = [[f"Spalte {name} hat in Zeile {number} Text" for number in "123456"] for name in "ABC"]

    def draw(canvas: Canvas) -> None:
        for number, column in enumerate(columns):
            show(canvas, column, x=50 + 175 * number, size=9)

    assert texts(page_of(draw)) == [line for column in columns for line in column]


def test_the_page_head_and_foot_stay_around_the_columns(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["Rhein-Sieg-Kreis"], y=800, size=9)
        show(canvas, ["Seite 3 von 12"], x=460, y=800, size=9)
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310)
        show(canvas, ["- 3 -"], x=290, y=40)

    page = page_of(draw)
    assert texts(page) == ["Rhein-Sieg-Kreis Seite 3 von 12", *LEFT, *RIGHT, "- 3 -"]


def test_rows_of_a_form_with_tab_stops_stay_together(page_of: PageOf) -> None:
    rows = [
        ("Gremium:", "Kreisausschuss"),
        ("Termin:", "17.03.2014"),
        ("Zuständigkeit:", "Vorberatung"),
        ("Beratungsfolge:", "öffentlich"),
        ("Amt:", "Amt für Kommunales"),
    ]

    def draw(canvas: Canvas) -> None:
        for number, (label, value) in enumerate(rows):
            canvas.drawString(70, 760 - 16 * number, label)
            canvas.drawString(200, 760 - 16 * number, value)

    lines = make_text(page_of(draw))
    for label, value in rows:
        assert f"{label} {value}" in lines


def make_text(page: RawPage) -> str:
    """The lines; the cells of a row of a table in one line."""
    rows: list[tuple[object, list[str]]] = []
    for number, line in enumerate(page.lines):
        key = (line.cell.table, line.cell.row) if line.cell else number
        if rows and rows[-1][0] == key:
            rows[-1][1].append(line.text)
        else:
            rows.append((key, [line.text]))
    return "\n".join(" ".join(pieces) for _, pieces in rows)


def test_an_item_and_its_number_are_one_line(page_of: PageOf) -> None:
    items = ["Der Rat nimmt den Bericht zur Kenntnis.", "Die Verwaltung wird beauftragt.", "Die Mittel sind da."]

    def draw(canvas: Canvas) -> None:
        canvas.drawString(70, 780, "Beschlussvorschlag")
        for number, item in enumerate(items):
            canvas.drawString(70, 760 - 15 * number, f"{number + 1}.")
            canvas.drawString(100, 760 - 15 * number, item)

    page = page_of(draw)
    assert texts(page)[1:] == [f"{number + 1}. {item}" for number, item in enumerate(items)]


def test_an_address_and_the_block_beside_it_are_read_apart(page_of: PageOf) -> None:
    address = ["Fraktion im Kreistag", "Herrn Vorsitzenden", "Rathausplatz 1", "53721 Siegburg"]
    block = ["Auskunft: Frau Beispiel", "Telefon: 02241 13-0", "Zimmer: A 1.05", "Datum: 17.03.2014"]

    def draw(canvas: Canvas) -> None:
        show(canvas, address)
        show(canvas, block, x=350)
        show(canvas, ["Sehr geehrter Herr Vorsitzender, zu Ihrer Anfrage vom März teile ich mit:"], y=600)

    assert texts(page_of(draw))[:8] == address + block


def test_a_box_beside_the_text_is_read_as_a_whole(page_of: PageOf) -> None:
    text = [f"Der laufende Text nimmt in Zeile {number} Rücksicht auf den Kasten" for number in range(8)]
    box = ["Kontakt", "Amt für Soziales", "Öffnungszeiten", "täglich außer Mittwoch"]

    def draw(canvas: Canvas) -> None:
        show(canvas, text)
        show(canvas, box, x=440, y=TOP - 20, size=9)

    lines = texts(page_of(draw))
    assert lines[lines.index("Kontakt") : lines.index("Kontakt") + 4] == box
    assert [line for line in lines if line not in box] == text


def test_what_a_rule_across_the_page_parts_is_read_apart(page_of: PageOf) -> None:
    cards = [["47 von 54", "Kreisen haben", "sich entschieden"], ["5,5 Stellen", "umfasst ein", "Zentrum"]]

    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, RIGHT, x=310)
        canvas.line(70, 650, 525, 650)
        for number, (figure, *below) in enumerate(cards):
            show(canvas, [figure], x=70 + 240 * number, y=625, size=16)
            show(canvas, below, x=70 + 240 * number, y=612, size=8)

    assert texts(page_of(draw)) == [*LEFT, *RIGHT, *cards[0], *cards[1]]


def test_the_line_pitch_is_that_of_paragraphs_not_of_lists(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        for number in range(12):
            canvas.drawString(70, 680 - 17 * number, f"• Punkt {number}")

    gaps = [line.gap for line in page_of(draw).lines]
    assert gaps[1:5] == pytest.approx([1.0] * 4, abs=0.02)
    assert gaps[7] == pytest.approx(17 / PITCH, abs=0.02)


def test_a_line_that_only_begins_in_bold_type_is_not_bold(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["Beschlussvorschlag"], font=BOLD)
        show(canvas, ["Zur Sache:"], font=BOLD, y=730)
        show(canvas, ["Der Kreistag beschließt."], x=135, y=730)

    assert [line.bold for line in page_of(draw).lines] == [True, False]


# Footnotes


def footnoted(canvas: Canvas, *, rule: bool = True) -> None:
    canvas.drawString(70, 760, "Das Land fördert die Stellen")
    x = 70 + canvas.stringWidth("Das Land fördert die Stellen", FONT, SIZE)
    canvas.setFont(FONT, 7)
    canvas.drawString(x, 764, "1")
    canvas.setFont(FONT, SIZE)
    canvas.drawString(x + 4, 760, " mit bis zu 170.000 Euro im Jahr, so der Erlass")
    canvas.setFont(FONT, 7)
    x += 4 + canvas.stringWidth(" mit bis zu 170.000 Euro im Jahr, so der Erlass", FONT, SIZE)
    canvas.drawString(x, 764, "2")
    canvas.setFont(FONT, SIZE)
    canvas.drawString(70, 760 - PITCH, "und die Richtlinie. Die Fläche beträgt 12 m")
    x = 70 + canvas.stringWidth("und die Richtlinie. Die Fläche beträgt 12 m", FONT, SIZE)
    canvas.setFont(FONT, 7)
    canvas.drawString(x, 764 - PITCH, "2")
    if rule:
        canvas.line(70, 130, 214, 130)
    for number, note in enumerate(["Vgl. den Bericht der Verwaltung, der", "Siehe Anlage 3."]):
        y = 115 - 24 * number
        canvas.setFont(FONT, 5)
        canvas.drawString(70, y + 3, str(number + 1))
        canvas.setFont(FONT, 8)
        canvas.drawString(75, y, note)
    canvas.drawString(70, 104, "10 Seiten umfasst.")
    canvas.setFont(FONT, SIZE)
    canvas.drawString(290, 40, "7")


@pytest.mark.parametrize("rule", [True, False])
def test_footnotes_are_marked_and_their_numbers_raised(page_of: PageOf, rule: bool) -> None:
    page = page_of(lambda canvas: footnoted(canvas, rule=rule))
    assert texts(page) == [
        "Das Land fördert die Stellen¹ mit bis zu 170.000 Euro im Jahr, so der Erlass²",
        "und die Richtlinie. Die Fläche beträgt 12 m²",
        "¹ Vgl. den Bericht der Verwaltung, der",
        "10 Seiten umfasst.",
        "² Siehe Anlage 3.",
        "7",
    ]
    assert [line.mark for line in page.lines] == [None, None, "note", None, "note", "paragraph"]


def test_an_initial_leaves_the_figures_of_its_line_as_they_are(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, ["D"], size=36, y=733)
        show(
            canvas, ["as Land zahlt 170.000 Euro,", "davon 50.000 Euro für Stellen", "und 20.000 Euro für 2015."], x=98
        )

    text = " ".join(texts(page_of(draw)))
    assert "170.000 Euro" in text
    assert "20.000 Euro für 2015." in text


def test_small_type_without_a_number_is_no_footnote(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT)
        show(canvas, ["Quelle: eigene Berechnung der Verwaltung"], y=400, size=8)

    assert all(line.mark is None for line in page_of(draw).lines)


def test_footnotes_of_the_left_column_come_after_the_right_column(page_of: PageOf) -> None:
    def draw(canvas: Canvas) -> None:
        show(canvas, LEFT * 2)
        canvas.line(70, 605, 170, 605)
        show(canvas, ["1 Siehe dazu den Bericht des Amtes."], y=590, size=8)
        show(canvas, RIGHT * 2 + ["Und noch eine Zeile für den Schluss", "des Textes in der rechten Spalte."], x=310)

    page = page_of(draw)
    assert texts(page)[-1] == "1 Siehe dazu den Bericht des Amtes."
    assert page.lines[-1].mark == "note"


# Pages without text


needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


def nothing(_: Canvas) -> None:
    """Draws an empty page."""


def scanned(path: Path, draw: Draw, degrees: float = 0.0) -> Draw:
    """Draws the picture of a page that ``draw`` draws, turned clockwise."""
    with closing(pdfium.PdfDocument(typeset(path, draw))) as document, closing(document[0]) as page:
        image = page.render(scale=300 / 72).to_pil().convert("L")
    image = image.rotate(-degrees, fillcolor=255)
    return lambda canvas: canvas.drawImage(ImageReader(image), 0, 0, *A4)


def letter(canvas: Canvas) -> None:
    show(canvas, ["Der Kreisausschuss empfiehlt dem Kreistag, die Einrichtung zu beschließen."], size=12)
    show(canvas, LEFT, y=700)
    show(canvas, RIGHT, x=310, y=700)


def noise(canvas: Canvas) -> None:
    canvas.drawImage(picture(), 0, 0, *A4)


def test_a_scanned_page_among_others_is_reported_unread(tmp_path: Path) -> None:
    path = typeset(tmp_path / "a.pdf", lambda canvas: show(canvas, LEFT), noise, nothing)
    assert [page.reading for page in read_file(path).pages] == ["text", "unread", "blank"]


@pytest.mark.slow
@needs_tesseract
def test_a_scanned_page_is_recognised_in_reading_order(tmp_path: Path) -> None:
    draw = scanned(tmp_path / "v.pdf", letter, degrees=0.8)
    page, blank = PdfReader(TextRecognizer()).read(typeset(tmp_path / "a.pdf", draw, nothing)).pages
    assert (page.reading, blank.reading) == ("ocr", "blank")
    assert SequenceMatcher(None, texts(page)[1:], LEFT + RIGHT, autojunk=False).ratio() > 0.8
    assert "Kreisausschuss empfiehlt" in texts(page)[0]
    for line in page.lines:
        assert line.confidence is not None
    # The boxes are where the words stand on the page as it is, 142 points below its upper edge.
    first = next(line for line in page.lines if line.text == LEFT[0])
    assert first.boxes[0, 0] == pytest.approx(70, abs=8)
    assert first.boxes[0, 3] == pytest.approx(A4[1] - 700, abs=8)


@pytest.mark.slow
@needs_tesseract
def test_a_page_whose_letters_have_no_meaning_is_recognised(tmp_path: Path) -> None:
    codes = {character: chr(0xE000 + ord(character)) for character in "abcdefghiklmnoprstuvwzäöüß"}

    def draw(canvas: Canvas) -> None:
        dejavu(canvas)
        for number, line in enumerate(LEFT):
            canvas.drawString(70, 700 - 15 * number, line)

    path = changed_unicode_map(typeset(tmp_path / "a.pdf", draw), codes)
    (page,) = PdfReader(TextRecognizer()).read(path).pages
    assert page.reading == "ocr"
    assert LEFT[0] in texts(page)


def test_a_file_of_scans_alone_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = typeset(tmp_path / "scan.pdf", noise, noise)
    with pytest.raises(UnreadableFileError, match=r"„scan.pdf“ enthält keinen lesbaren Text.*Tesseract.*\.$"):
        PdfReader().read(path)
    with pytest.raises(UnreadableFileError, match=r"alle Seiten sind leer"):
        PdfReader().read(typeset(tmp_path / "leer.pdf", nothing))


@needs_tesseract
def test_a_page_that_cannot_be_recognised_keeps_no_other_out(tmp_path: Path) -> None:
    path = typeset(tmp_path / "a.pdf", lambda canvas: show(canvas, LEFT), noise)
    unknown = TextRecognizer(language="xyz")
    assert [page.reading for page in PdfReader(unknown).read(path).pages] == ["text", "unread"]
    with pytest.raises(RecognitionError, match="Sprachdaten"):
        PdfReader(unknown).read(typeset(tmp_path / "b.pdf", noise))
