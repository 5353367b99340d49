"""Character recognition of pages that are drawn, creased, stamped and turned here, by the real Tesseract."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from rapidfuzz.distance import Levenshtein

from corpus.errors import UnreadableFileError
from corpus.typesetting.fonts import LIBERATION
from ingest.layout import Line
from ingest.readers.deskew import Rotation, find_slope, straighten
from ingest.readers.inks import with_even_paper
from ingest.readers.mending import mend_words
from ingest.readers.ocr import RecognisedText, RecognitionError, TextRecognizer
from ingest.readers.recognised import Setting, make_lines
from ingest.readers.tesseract import Word

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr is not installed")

SCALE = 200 / 72
"""Pixels per point of a scan of 200 dots per inch."""
BOX = tuple[float, float, float, float]

LETTER = """\
Sehr geehrte Damen und Herren, der Rat der Gemeinde hat sich in seiner Sitzung am 12.02.2014 mit der geplanten \
Einrichtung befasst. Er begrüßt das Vorhaben, soweit es die bereits bestehenden Angebote vor Ort ergänzt und nicht \
ersetzt. Besonders wichtig ist den Mitgliedern des Rates, dass die Beratung der Familien in den Grundschulen \
fortgeführt wird und dass die ehrenamtlich Tätigen weiterhin einen festen Ansprechpartner haben.
Nach § 7 des Gesetzes können Kreise und kreisfreie Städte Zuschüsse erhalten. Die Gemeinde bittet darum, vor der \
Antragstellung offenzulegen, welcher Anteil der Kosten über die Kreisumlage auf die Kommunen entfällt. Nach unserer \
Berechnung wären es jährlich 14.350 Euro; das entspricht etwa 1,2 Prozent der freiwilligen Leistungen.
Zwei Fragen blieben in der Sitzung offen: Wer vertritt die Fachkräfte während längerer Abwesenheit, und wie werden \
die Räume außerhalb der Sprechzeiten genutzt? Wir wären dankbar, wenn die Verwaltung des Kreises hierzu bis Ende \
März schriftlich Stellung nehmen könnte, damit der Ausschuss für Schule und Soziales darüber beraten kann.
Eine abschließende Zustimmung behält sich der Rat bis zur Vorlage der vollständigen Konzeption vor. Für Rückfragen \
stehen wir Ihnen gern zur Verfügung. Mit freundlichen Grüßen"""
PARAGRAPHS = LETTER.split("\n")


def typeface(points: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(LIBERATION / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf", points * SCALE)


@dataclass
class Sheet:
    """A page that is drawn with Pillow, and where each word stands on it."""

    width: int = round(595 * SCALE)
    height: int = round(842 * SCALE)
    words: list[tuple[str, BOX]] = field(default_factory=list)
    """Words with their boxes of ink, in pixels."""

    def __post_init__(self) -> None:
        self.picture = Image.new("L", (self.width, self.height), 255)
        self.pen = ImageDraw.Draw(self.picture)

    def line(self, words: Sequence[str], x: float, y: float, size: float = 11, *, bold: bool = False) -> float:
        """Write one line from ``x`` (points); return where it ends."""
        font = typeface(size, bold=bold)
        place = x * SCALE
        for word in words:
            self.pen.text((place, y * SCALE), word, font=font, fill=25)
            self.words.append((word, self.pen.textbbox((place, y * SCALE), word, font=font)))
            place += font.getlength(word + " ")
        return place / SCALE

    def paragraph(self, text: str, x: float, y: float, width: float, size: float = 11) -> float:
        """Write lines of at most ``width`` points; return where the next one would stand."""
        font = typeface(size)
        line: list[str] = []
        for word in [*text.split(), None]:
            if word is None or font.getlength(" ".join([*line, word])) > width * SCALE:
                self.line(line, x, y, size)
                line, y = [], y + 1.3 * size
            if word is not None:
                line.append(word)
        return y

    def stamp(self, x: float, y: float, colour: tuple[int, int, int]) -> None:
        """Put a stamp on the page, slightly turned and lighter than the print."""
        mark = Image.new("L", (round(150 * SCALE), round(46 * SCALE)), 0)
        pen = ImageDraw.Draw(mark)
        pen.rectangle((3, 3, mark.width - 4, mark.height - 4), outline=255, width=4)
        pen.text((25, 12), "EINGEGANGEN", font=typeface(15, bold=True), fill=255)
        pen.text((60, 68), "13. Feb. 2014", font=typeface(13, bold=True), fill=255)
        mark = mark.rotate(6, resample=Image.Resampling.BICUBIC, expand=True)
        ink = Image.new("L", self.picture.size, 0)
        ink.paste(mark, (round(x * SCALE), round(y * SCALE)))
        strength = np.asarray(ink, dtype=np.float32)[..., None] / 255
        tinted = np.asarray(self.picture.convert("RGB"), dtype=np.float32) * (
            1 - strength * (1 - np.array(colour) / 255)
        )
        self.picture = Image.fromarray(tinted.astype(np.uint8))
        if colour[0] == colour[1] == colour[2]:
            self.picture = self.picture.convert("L")

    def scanned(self, skew: float = 0.0, rotation: Rotation = 0) -> Image.Image:
        """The sheet as a scanner gives it: askew, grainy, and so that it has to be turned by ``rotation`` clockwise."""
        white = 255 if self.picture.mode == "L" else (255, 255, 255)
        picture = self.picture.rotate(skew, Image.Resampling.BICUBIC, fillcolor=white)
        greys = np.asarray(picture.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)
        grain = np.random.default_rng(7).normal(0, 6, greys.shape[:2])
        greys = 0.92 * greys + 8 + (grain if greys.ndim == 2 else grain[..., None])
        return Image.fromarray(greys.clip(0, 255).astype(np.uint8)).rotate(rotation, expand=True)

    def true_words(self, skew: float = 0.0, rotation: Rotation = 0) -> list[tuple[str, BOX]]:
        """The words with their boxes in points of the scanned sheet."""
        angle, width, height = np.radians(skew), self.width, self.height
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        centre = np.array([width, height]) / 2
        words: list[tuple[str, BOX]] = []
        for text, (x0, y0, x1, y1) in self.words:
            corners = (np.array([[x0, y0], [x1, y0], [x0, y1], [x1, y1]]) - centre) @ turn.T + centre
            x, y = corners.T
            x, y = {0: (x, y), 90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[rotation]
            words.append((text, (x.min() / SCALE, y.min() / SCALE, x.max() / SCALE, y.max() / SCALE)))
        return words


def letter() -> Sheet:
    """A letter of four paragraphs."""
    sheet = Sheet()
    sheet.line(["Gemeinde", "Musterdorf", "–", "Der", "Bürgermeister"], 70, 60)
    sheet.line(["Musterdorf,", "den", "12.02.2014"], 370, 90)
    sheet.line(["Stellungnahme", "der", "Gemeinde"], 70, 130, 13, bold=True)
    y = 170.0
    for paragraph in PARAGRAPHS:
        y = sheet.paragraph(paragraph, 70, y, 455) + 11
    return sheet


def words_of(lines: Sequence[Line]) -> list[tuple[str, BOX]]:
    """The words of recognised lines with the boxes around their characters."""
    words: list[tuple[str, BOX]] = []
    for line in lines:
        start = 0
        for text in line.text.split(" "):
            boxes = line.boxes[start : start + len(text)]
            words.append((text, (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())))
            start += len(text) + 1
    return words


def accuracy(true: Sequence[str], read: Sequence[str]) -> float:
    """Word accuracy as character recognition is measured: 1 less the word edit distance for each true word."""
    return 1 - Levenshtein.distance(true, read) / len(true)


def overlap(first: BOX, second: BOX) -> float:
    """Intersection over union."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    common = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return common / (sum(areas) - common)


def overlaps(true: Sequence[tuple[str, BOX]], read: Sequence[tuple[str, BOX]]) -> list[float]:
    """The overlap of the boxes of each word that was read correctly."""
    found: list[float] = []
    for same in Levenshtein.opcodes([word for word, _ in true], [word for word, _ in read]):
        if same.tag == "equal":
            pairs = zip(true[same.src_start : same.src_end], read[same.dest_start : same.dest_end], strict=True)
            found += [overlap(a, b) for (_, a), (_, b) in pairs]
    return found


@pytest.fixture(scope="module")
def recognizer() -> TextRecognizer:
    found = TextRecognizer.find()
    assert found is not None
    return found


def body(text: RecognisedText) -> list[Line]:
    """The lines without a stamp's."""
    return [line for line in text.lines if line.mark is None]


@needs_tesseract
@pytest.mark.slow
@pytest.mark.parametrize(
    ("skew", "rotation", "stamped"),
    [
        (2.0, 0, None),
        (-2.0, 0, (115, 115, 115)),
        (1.3, 0, (70, 80, 190)),
        (0.7, 180, None),
        (-1.1, 90, None),
        (0.0, 270, None),
    ],
)
def test_a_noisy_skewed_stamped_or_turned_scan_is_read_and_each_word_found_in_its_place(
    recognizer: TextRecognizer, skew: float, rotation: Rotation, stamped: tuple[int, int, int] | None
):
    sheet = letter()
    if stamped is not None:
        sheet.stamp(300, 330, stamped)
    text = recognizer.read(sheet.scanned(skew, rotation), SCALE)
    true, read = sheet.true_words(skew, rotation), words_of(body(text))
    assert accuracy([word for word, _ in true], [word for word, _ in read]) >= 0.98
    assert np.mean(np.array(overlaps(true, read)) >= 0.5) >= 0.97
    assert text.rotation == rotation
    assert text.skew == pytest.approx(-skew, abs=0.1)
    for line in text.lines:
        assert line.confidence is not None
        assert line.has_glyphs
        assert ((line.confidence >= 0) & (line.confidence <= 1)).all()
        assert (line.confidence[[character == " " for character in line.text]] == 1).all()


@needs_tesseract
@pytest.mark.slow
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_with_no_more_than_a_title_is_turned_upright(recognizer: TextRecognizer, rotation: Rotation):
    sheet = Sheet()
    sheet.line(["Anlage", "5"], 150, 200, 22)
    text = recognizer.read(sheet.scanned(0.0, rotation), SCALE)
    assert [line.text for line in text.lines] == ["Anlage 5"]
    assert text.rotation == rotation


@needs_tesseract
def test_type_size_weight_and_distances_are_those_of_the_page(recognizer: TextRecognizer):
    sheet = Sheet()
    sheet.line("Ergebnis der Beratung".split(), 70, 60, 14)
    sheet.line("Beschluss des Ausschusses".split(), 70, 100, 11, bold=True)
    y = sheet.paragraph(PARAGRAPHS[0], 70, 130, 455)
    sheet.paragraph(PARAGRAPHS[3], 70, y + 11, 455)
    lines = recognizer.read(sheet.scanned(), SCALE).lines
    assert [line.text for line in lines if line.bold] == ["Beschluss des Ausschusses"]
    assert lines[0].size == pytest.approx(14, rel=0.12)
    usual = [line.size for line in lines[2:]]
    assert usual == pytest.approx([11] * len(usual), rel=0.12)
    assert len(set(usual)) == 1
    gaps = [line.gap for line in lines]
    assert gaps[0] == 1
    starts = [number for number, line in enumerate(lines) if line.text.startswith(("Sehr", "Eine"))]
    assert all(gaps[number] > 1.45 for number in starts)
    assert all(gap == pytest.approx(1, abs=0.15) for gap in gaps[starts[0] + 1 : starts[1]])


@needs_tesseract
@pytest.mark.slow
def test_columns_are_read_one_after_the_other(recognizer: TextRecognizer):
    sheet = Sheet()
    first, second = PARAGRAPHS[:2]
    sheet.paragraph(first, 60, 80, 220)
    sheet.paragraph(second, 315, 80, 220)
    read = [word for word, _ in words_of(recognizer.read(sheet.scanned(0.8), SCALE).lines)]
    assert accuracy([*first.split(), *second.split()], read) >= 0.95


@needs_tesseract
def test_the_cells_of_a_table_are_segments_of_their_own(recognizer: TextRecognizer):
    sheet = Sheet()
    rows = [("Musterdorf", "12.400", "3,10 %"), ("Beispielstadt", "98.750", "24,70 %"), ("Neustadt", "7.300", "1,80 %")]
    for number, row in enumerate(rows):
        for cell, x in zip(row, (70, 230, 330), strict=True):
            sheet.line(cell.split(), x, 80 + 20 * number)
    text = recognizer.read(sheet.scanned(1.5), SCALE)
    tops = {line.text.replace(" ", ""): line.top for line in text.straight}
    assert sorted(tops) == sorted(cell.replace(" ", "") for row in rows for cell in row)
    for first, *others in rows:
        assert all(abs(tops[other.replace(" ", "")] - tops[first]) < 3 for other in others)


@needs_tesseract
def test_a_hyphen_at_the_end_of_a_line_stays_and_dashes_and_sections_are_told_from_hyphens_and_digits(
    recognizer: TextRecognizer,
):
    sheet = Sheet()
    sheet.line("Die Verwaltung berichtet nach § 12 der Satzung über die Integrations-".split(), 70, 80)
    sheet.line("beauftragten der Gemeinden – auch für das KI – und Sprach- und Lesehilfen.".split(), 70, 95)
    assert [line.text for line in recognizer.read(sheet.scanned(), SCALE).lines] == [
        "Die Verwaltung berichtet nach § 12 der Satzung über die Integrations-",
        "beauftragten der Gemeinden – auch für das KI – und Sprach- und Lesehilfen.",
    ]


@needs_tesseract
def test_lines_of_the_straightened_page_can_be_put_back_on_the_picture(recognizer: TextRecognizer):
    sheet = Sheet()
    sheet.paragraph(PARAGRAPHS[0], 70, 80, 455)
    text = recognizer.read(sheet.scanned(-1.5), SCALE)
    again = text.placed(text.straight)
    assert [line.text for line in again] == [line.text for line in text.lines]
    for one, other in zip(again, text.lines, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
    heights = [line.bottom - line.top for line in text.straight]
    assert max(heights) < min(line.bottom - line.top for line in text.lines)


@needs_tesseract
@pytest.mark.slow
@pytest.mark.parametrize("dots", [120, 400])
def test_coarse_and_fine_scans_are_read_with_boxes_in_points(recognizer: TextRecognizer, dots: int):
    sheet = Sheet()
    sheet.paragraph(PARAGRAPHS[0], 70, 80, 455)
    scan = sheet.scanned()
    scale = dots / 72
    scan = scan.resize((round(595 * scale), round(842 * scale)))
    true, read = sheet.true_words(), words_of(recognizer.read(scan, scale).lines)
    assert accuracy([word for word, _ in true], [word for word, _ in read]) >= 0.95
    assert np.mean(np.array(overlaps(true, read)) >= 0.5) >= 0.95


@needs_tesseract
@pytest.mark.slow
def test_text_in_the_shadow_of_a_fold_is_read(recognizer: TextRecognizer):
    sheet = Sheet()
    sheet.paragraph(PARAGRAPHS[0], 70, 80, 455)
    greys = np.asarray(sheet.scanned(), dtype=np.float32)
    shadow = np.where((np.arange(sheet.height) > 250) & (np.arange(sheet.height) < 500), 0.55, 1)[:, None]
    dark = Image.fromarray((greys * shadow).astype(np.uint8))
    assert with_even_paper(sheet.picture) is sheet.picture
    read = [word for word, _ in words_of(recognizer.read(dark, SCALE).lines)]
    assert accuracy([word for word, _ in sheet.words], read) >= 0.95


@needs_tesseract
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_a_blank_page_of_any_kind_has_no_lines(recognizer: TextRecognizer, mode: str):
    assert recognizer.read(Image.new("L", (800, 1100), 255).convert(mode), SCALE).lines == []


@needs_tesseract
def test_specks_borders_and_scribbles_are_no_text(recognizer: TextRecognizer):
    sheet = Sheet()
    sheet.paragraph(PARAGRAPHS[0], 70, 80, 455)
    generator = np.random.default_rng(3)
    for x, y in generator.uniform((0, 600), (sheet.width, sheet.height), (60, 2)):
        sheet.pen.ellipse((x, y, x + 3, y + 3), fill=60)
    sheet.pen.rectangle((40, 40, sheet.width - 40, sheet.height - 40), outline=30, width=4)
    read = [word for word, _ in words_of(recognizer.read(sheet.scanned(), SCALE).lines)]
    assert accuracy([word for word, _ in sheet.words], read) >= 0.97


def test_without_tesseract_there_is_no_recogniser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert TextRecognizer.find() is None
    with pytest.raises(UnreadableFileError, match="tesseract-ocr-deu installieren"):
        TextRecognizer()


@needs_tesseract
def test_a_missing_language_is_named():
    with pytest.raises(RecognitionError, match=r"Sprachdaten „xyz“.*tesseract-ocr-xyz"):
        TextRecognizer("xyz").read(Sheet().picture, SCALE)


def test_a_program_that_fails_or_is_not_there_is_no_blank_page():
    false = shutil.which("false")
    assert false is not None
    with pytest.raises(RecognitionError, match="gescheitert"):
        TextRecognizer(executable=Path(false)).read(Sheet().picture, SCALE)
    with pytest.raises(RecognitionError, match="lässt sich nicht starten"):
        TextRecognizer(executable=Path("/nowhere/tesseract")).read(Sheet().picture, SCALE)


@needs_tesseract
def test_a_page_that_takes_too_long_is_given_up():
    with pytest.raises(RecognitionError, match="länger als"):
        TextRecognizer(timeout=0.01).read(letter().picture, SCALE)


@needs_tesseract
def test_the_version_is_told(recognizer: TextRecognizer):
    assert recognizer.version[0].isdigit()


@given(
    x=st.floats(0.2, 0.8),
    y=st.floats(0.2, 0.8),
    rotation=st.sampled_from([0, 90, 180, 270]),
    skew=st.floats(-8, 8),
    zoom=st.sampled_from([0.5, 1.0, 1.6]),
)
@settings(deadline=None, max_examples=40)
def test_a_point_of_the_straightened_page_leads_back_to_where_it_was(
    x: float, y: float, rotation: Rotation, skew: float, zoom: float
):
    picture = Image.new("L", (300, 400), 255)
    x, y = round(x * 300), round(y * 400)
    ImageDraw.Draw(picture).rectangle((x - 4, y - 4, x + 3, y + 3), fill=0)
    page = straighten(picture, rotation, skew, zoom)
    ink = 255 - np.asarray(page.image, dtype=np.float64)
    rows, columns = np.indices(ink.shape) + 0.5
    centre = np.array([(columns * ink).sum(), (rows * ink).sum()]) / ink.sum()
    found = page.given(np.array([[*centre, *centre]]))[0]
    assert found == pytest.approx([x, y, x, y], abs=0.6)


@pytest.mark.parametrize("skew", [-6.0, -2.0, -0.3, 0.0, 0.8, 2.0, 5.0])
@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("framed", [False, True])
def test_the_slope_of_the_lines_is_found_within_a_tenth_of_a_degree(skew: float, rotation: Rotation, *, framed: bool):
    sheet = letter()
    if framed:
        sheet.pen.rectangle((100, 100, sheet.width - 100, sheet.height - 100), outline=30, width=5)
    along, slope = find_slope(sheet.scanned(skew, rotation))
    assert along == (rotation == 90)
    assert slope == pytest.approx(-skew, abs=0.1)


def spelt(*words: str, confidence: float = 0.95, low: Sequence[str] = ()) -> list[Word]:
    """Words on a baseline at 30, with an em of 30; those in ``low`` reach below it."""
    placed: list[Word] = []
    x = 10.0
    for text in words:
        width = 15 * len(text) if text != "—" else 15
        placed.append(Word(text, (x, 8, x + width, 33 if text in low else 30), confidence, 0))
        x += width + 8
    return placed


BLANK = np.full((60, 1200), 255, dtype=np.uint8)


@pytest.mark.parametrize(
    ("words", "low", "mended"),
    [
        (["nach", "8", "7", "Abs."], ["8"], "nach § 7 Abs."),
        (["nach", "$55", "VwGO"], ["$55"], "nach §55 VwGO"),
        (["weitere", "8", "7"], [], "weitere 8 7"),
        (["das", "Kl", "berät"], [], "das KI berät"),
        (["Kl-Antrag", "der", "LAKl"], [], "KI-Antrag der LAKI"),
        (["Bl.", "5", "und", "Öl"], [], "Bl. 5 und Öl"),
        (["Kreis", "—", "MAIS"], [], "Kreis – MAIS"),
        (["das", "„Haus“", "und", "„Hof”,", "„beide", "zusammen‘"], [], "das „Haus“ und „Hof“, „beide zusammen“"),
        (["ﬁnanziell"], [], "finanziell"),
    ],
)
def test_what_tesseract_mistakes_is_mended_where_the_picture_proves_it(words: list[str], low: list[str], mended: str):
    found = mend_words(BLANK, spelt(*words, low=low), Setting(30, 0, 30))
    assert " ".join(word.text for word in found) == mended


def test_unsure_signs_are_dirt_unless_they_stand_between_words():
    row = spelt("|", "Kreis", "–", "Stadt", confidence=0.9)
    unsure = [Word(word.text, word.box, 0.4 if word.text == "–" else 0.9, 0) for word in row]
    assert [line.text for line in make_lines(unsure, BLANK, 1)] == ["Kreis – Stadt"]
    alone = [Word("—", (10, 20, 20, 22), 0.4, 0), Word("Kreis", (300, 8, 380, 30), 0.9, 0)]
    assert [line.text for line in make_lines(alone, BLANK, 1)] == ["Kreis"]


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12), min_size=1, max_size=8))
def test_every_character_of_a_recognised_word_has_a_box_inside_the_word(texts: list[str]):
    words = spelt(*texts)
    lines = make_lines(words, BLANK, 1)
    spans = [word.box for word in words]
    for line in lines:
        blanks = np.array([character == " " for character in line.text])
        assert np.isnan(line.boxes[blanks]).all()
        glyphs = line.boxes[~blanks]
        assert (glyphs[:, 0] < glyphs[:, 2]).all()
        assert (glyphs[:, 1] < glyphs[:, 3]).all()
        for x0, _, x1, _ in glyphs.tolist():
            assert any(box[0] - 0.01 <= x0 and x1 <= box[2] + 0.01 for box in spans)
