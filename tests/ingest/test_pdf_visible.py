"""What of a PDF page is read: what can be seen, form fields, pictures of text."""

from __future__ import annotations

import shutil
from contextlib import closing
from difflib import SequenceMatcher
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdf import PdfWriter
from pypdf.generic import RectangleObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from corpus.errors import UnreadableFileError
from ingest.readers import PdfReader
from ingest.readers.ocr import RecognitionError, TextRecognizer
from tests.ingest.pdf_pages import (
    FONT,
    LEFT,
    RIGHT,
    SIZE,
    Draw,
    PageOf,
    assert_boxes_are_sound,
    changed_unicode_map,
    dejavu,
    in_mode,
    page_reader,
    picture,
    read_file,
    show,
    texts,
    typeset,
)


@pytest.fixture
def page_of(tmp_path: Path) -> PageOf:
    """Reads the one page that a function draws."""
    return page_reader(tmp_path)


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

    writer = PdfWriter(clone_from=typeset(tmp_path / "a.pdf", draw))
    writer.pages[0].cropbox = RectangleObject((50, 100, 500, 700))
    writer.write(tmp_path / "b.pdf")
    (page,) = read_file(tmp_path / "b.pdf").pages
    assert texts(page) == ["Auf der Seite."]


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
