"""The boxes of every sentence hold exactly its words, as an independent extractor (poppler) sees them."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from pypdf import PageObject, PdfWriter
from pypdf.generic import RectangleObject
from pypdfium2 import PdfDocument
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from corpus.geometry import boxes_of_glyphs
from corpus.types import Box
from ingest.canonical import CanonicalDocument, make_canonical
from ingest.readers import PdfReader
from tests.conftest import VORLAGE

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")

XHTML = "{http://www.w3.org/1999/xhtml}"


def poppler_words(pdf: Path, tmp_path: Path) -> list[list[tuple[str, float, float]]]:
    """For each page its words with the centres of their boxes, in points from the top left."""
    target = tmp_path / "words.html"
    subprocess.run(["pdftotext", "-bbox", str(pdf), str(target)], check=True)
    pages = []
    for page in ElementTree.parse(target).getroot().iter(f"{XHTML}page"):  # noqa: S314 - poppler wrote it just now
        words = []
        for word in page.iter(f"{XHTML}word"):
            x0, y0, x1, y1 = (float(word.attrib[key]) for key in ("xMin", "yMin", "xMax", "yMax"))
            words.append((word.text or "", (x0 + x1) / 2, (y0 + y1) / 2))
        pages.append(words)
    return pages


def sentence_boxes(document: CanonicalDocument) -> Iterator[tuple[str, list[Box]]]:
    for sentence in document.sentences:
        start, end = sentence.span.start, sentence.span.end
        pages = sorted(set(document.glyph_pages[start:end].tolist()))
        boxes = [
            box
            for page in pages
            for box in boxes_of_glyphs(page, document.boxes[start:end][document.glyph_pages[start:end] == page])
        ]
        yield document.text[start:end], boxes


def words_inside(words: list[list[tuple[str, float, float]]], boxes: list[Box]) -> list[str]:
    found = []
    for page, of_page in enumerate(words):
        here = [box for box in boxes if box.page == page]
        found += [word for word, x, y in of_page if any(b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1 for b in here)]
    return found


def assert_boxes_hold_exactly_their_words(pdf: Path, tmp_path: Path) -> CanonicalDocument:
    document = make_canonical(PdfReader().read(pdf))
    words = poppler_words(pdf, tmp_path)
    for text, boxes in sentence_boxes(document):
        # Blanks left out: poppler cuts words in its own way, and hyphenation has been undone in the text.
        seen = "".join(words_inside(words, boxes)).replace("-", "")
        assert seen == "".join(text.split()).replace("-", ""), text
    return document


def test_the_boxes_of_every_sentence_of_the_vorlage_hold_exactly_its_words(tmp_path: Path) -> None:
    document = assert_boxes_hold_exactly_their_words(VORLAGE, tmp_path)
    assert len(document.sentences) > 30


def typeset(path: Path, *pages: list[str]) -> Path:
    """A PDF with these lines on its pages."""
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(80, 760 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return path


def changed(pdf: Path, change: Callable[[PageObject], object]) -> Path:
    """A copy of the PDF with every page changed."""
    writer = PdfWriter(clone_from=pdf)
    for page in writer.pages:
        change(page)
    target = pdf.with_name(f"geaendert-{pdf.name}")
    writer.write(target)
    return target


LINES = ["Der Kreistag tagt am Montag.", "Er beschließt über den Haushalt und die Umlage."]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_boxes_are_right_on_a_rotated_page(tmp_path: Path, degrees: int) -> None:
    pdf = changed(typeset(tmp_path / "seite.pdf", LINES), lambda page: page.rotate(degrees))
    document = assert_boxes_hold_exactly_their_words(pdf, tmp_path)
    expected = A4 if degrees == 180 else (A4[1], A4[0])
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx(expected, abs=0.5)


def test_boxes_are_right_on_a_cropped_page(tmp_path: Path) -> None:
    def crop(page: PageObject) -> None:
        page.cropbox = RectangleObject((50, 300, 500, 800))

    pdf = changed(typeset(tmp_path / "seite.pdf", LINES), crop)
    document = make_canonical(PdfReader().read(pdf))
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx((450, 500), abs=0.5)
    # poppler reports words from the corner of the media box unless told to use the crop box, so compare by hand:
    # the first line's baseline is at y = 760, 40 points below the upper edge of the crop box.
    _, boxes = next(sentence_boxes(document))
    assert boxes[0].x0 == pytest.approx(80 - 50, abs=1)
    assert boxes[0].y0 < 40 < boxes[0].y1


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_all_ink_of_a_cropped_and_turned_page_lies_in_its_boxes(tmp_path: Path, degrees: int) -> None:
    def crop_and_turn(page: PageObject) -> None:
        page.cropbox = RectangleObject((50, 300, 500, 800))
        page.rotate(degrees)

    pdf = changed(typeset(tmp_path / "seite.pdf", LINES), crop_and_turn)
    document = make_canonical(PdfReader().read(pdf))
    with closing(PdfDocument(pdf)) as opened, closing(opened[0]) as page:
        ink = page.render(scale=2).to_numpy()[:, :, :3].min(axis=2) < 128
    assert ink.shape == pytest.approx((2 * document.pages[0].height, 2 * document.pages[0].width), abs=1)
    covered = np.zeros_like(ink)
    for x0, y0, x1, y1 in document.boxes[~np.isnan(document.boxes[:, 0])].tolist():
        part = slice(int(2 * y0), math.ceil(2 * y1)), slice(int(2 * x0), math.ceil(2 * x1))
        assert ink[part].any()
        covered[part] = True
    assert not (ink & ~covered).any()


def test_the_boxes_of_columns_footnotes_and_spaced_out_headings_hold_exactly_their_words(tmp_path: Path) -> None:
    left = [
        "In der linken Spalte steht ein Text, der",
        "sich über mehrere Zeilen hinzieht, bevor er",
        "rechts weitergeht.",
    ]
    right = [
        "Dort geht es um die Umlage und auch um",
        "das, was die Gemeinden davon haben, wenn",
        "der Kreis sie senkt.",
    ]

    path = tmp_path / "spalten.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(70, 790, "NEUE AKZENTE", charSpace=4)
    canvas.setFont("Helvetica", 11)
    for number in range(3):
        canvas.drawString(70, 760 - 14 * number, left[number], charSpace=0)
        canvas.drawString(310, 760 - 14 * number, right[number])
    canvas.setFont("Helvetica", 8)
    canvas.line(70, 120, 190, 120)
    canvas.drawString(70, 105, "* Stand der Umlage im März.")
    canvas.save()
    document = assert_boxes_hold_exactly_their_words(path, tmp_path)
    assert " ".join(right) in document.text


def test_a_quote_that_crosses_a_page_break_has_boxes_on_both_pages(tmp_path: Path) -> None:
    pdf = typeset(
        tmp_path / "umbruch.pdf",
        ["Der Kreisausschuss hat die Beratung des gemeinsamen Antrags auf die"],
        ["nächste Sitzung verschoben. Danach endet die Sitzung."],
    )
    document = assert_boxes_hold_exactly_their_words(pdf, tmp_path)
    text, boxes = next(sentence_boxes(document))
    assert text.endswith("auf die nächste Sitzung verschoben.")
    assert {box.page for box in boxes} == {0, 1}


def test_hyphenation_is_undone_but_suspended_hyphens_and_compounds_stay(tmp_path: Path) -> None:
    pdf = typeset(
        tmp_path / "trennung.pdf",
        [
            "Die Verwaltung berichtet über die Integra-",
            "tionsarbeit, die Sprach-",
            "und Kulturförderung und den Rhein-",
            "Sieg-Kreis im Ganzen.",
        ],
    )
    document = assert_boxes_hold_exactly_their_words(pdf, tmp_path)
    assert document.text == (
        "Die Verwaltung berichtet über die Integrationsarbeit, die Sprach- und Kulturförderung und den "
        "Rhein-Sieg-Kreis im Ganzen."
    )
