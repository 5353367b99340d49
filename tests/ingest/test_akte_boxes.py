"""For every sentence and every table cell of the Akte, the boxes hold exactly its words, as poppler sees them.

The scans of Anhang 6 have no words for poppler; there the words that were drawn into the pictures are the truth.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from corpus.geometry import boxes_of_glyphs
from corpus.register import load_register
from corpus.types import Box, Span
from corpus.typesetting import anhang_6
from ingest.canonical import CanonicalDocument
from ingest.layout import RawPage
from ingest.readers import reader_for
from ingest.reading import read_file
from tests.conftest import AKTEN
from tests.ingest.test_boxes import poppler_words, words_inside

pytestmark = [
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"),
    pytest.mark.slow,
]

AKTE = load_register(AKTEN / "kommunales-integrationszentrum")
BORN_DIGITAL = [entry.id for entry in AKTE.present() if entry.id != "ki-anhang-6"]


def path_of(document: str) -> Path:
    return AKTE.path(next(entry for entry in AKTE.present() if entry.id == document))


@cache
def canonical(document: str) -> CanonicalDocument:
    (read,) = read_file(path_of(document))
    return read.canonical


def boxes_of(document: CanonicalDocument, span: Span) -> list[Box]:
    inside = slice(span.start, span.end)
    pages = document.glyph_pages[inside]
    return [
        box
        for page in sorted(set(pages.tolist()))
        for box in boxes_of_glyphs(page, document.boxes[inside][pages == page])
    ]


def characters(text: str) -> Counter[str]:
    """What is drawn: poppler orders words in its own way, and hyphens at line ends are not in the text."""
    return Counter(re.sub(r"[\s\u00ad-]", "", unicodedata.normalize("NFKC", text)))


def pieces(document: CanonicalDocument) -> Iterator[Span]:
    yield from (sentence.span for sentence in document.sentences)
    yield from (cell.span for table in document.tables for cell in table.cells)


@pytest.mark.parametrize("document", BORN_DIGITAL)
def test_the_boxes_of_every_sentence_and_cell_hold_exactly_its_words(document: str, tmp_path: Path) -> None:
    read = canonical(document)
    words = poppler_words(path_of(document), tmp_path)
    checked = 0
    for span in pieces(read):
        text = read.text[span.start : span.end]
        seen = "".join(words_inside(words, boxes_of(read, span)))
        assert characters(seen) == characters(text), text
        checked += 1
    assert checked > 30


@pytest.mark.parametrize("document", BORN_DIGITAL)
def test_every_visible_word_is_in_the_text_or_is_furniture(document: str, tmp_path: Path) -> None:
    read = canonical(document)
    left_out = set()
    for index, words in enumerate(poppler_words(path_of(document), tmp_path)):
        on_page = read.glyph_pages == index
        boxes = boxes_of_glyphs(index, read.boxes[on_page & ~np.isnan(read.boxes[:, 0])])
        for word, x, y in words:
            inside = any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for box in boxes)
            height = read.pages[index].height
            if not inside and 0.1 * height < y < 0.9 * height:
                left_out.add(word)
    heads = {
        word for s in read.sentences if s.kind == "header" for word in read.text[s.span.start : s.span.end].split()
    }
    assert left_out - {"-"} <= heads  # of a table over a page break, the head is in the text once


# -- scans -------------------------------------------------------------------------------------------------------------


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((one.x1 - one.x0) * (one.y1 - one.y0) + (other.x1 - other.x0) * (other.y1 - other.y0) - shared)


@cache
def scans() -> list[RawPage]:
    """The pages as they were recognised, before running heads are taken off: those were drawn, too."""
    path = path_of("ki-anhang-6")
    return reader_for(path).read(path).pages


def undivided(text: str) -> list[str]:
    """The words of lines, put together where a line end divides them."""
    return re.sub(r"([a-zäöüß])-\n(?=[a-zäöüß])", r"\1", text).split()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr-deu is not installed")
def test_at_least_98_of_100_words_of_the_scanned_letters_are_read_as_they_were_drawn() -> None:
    wrong = total = 0
    for page in scans():
        true = Counter(undivided(anhang_6.true_text(page.index)))
        read = Counter(undivided("\n".join(line.text for line in page.lines)))
        # A word that is read wrongly is missing and, in its wrong form, too many: it counts once.
        wrong += max((true - read).total(), (read - true).total())
        total += true.total()
    assert total > 1500
    assert 1 - wrong / total >= 0.98, f"{wrong} of {total} words"


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr-deu is not installed")
def test_the_boxes_of_recognised_words_overlap_the_true_ones_by_at_least_half() -> None:
    matched = good = 0
    for page in scans():
        true = [word for word in anhang_6.true_words(page.index) if not word.stamp]
        for line in page.lines:
            for match in re.finditer(r"\S+", line.text):
                (box,) = boxes_of_glyphs(page.index, line.boxes[match.start() : match.end()])
                same = [overlap(box, word.box) for word in true if word.text == match.group()]
                if same:
                    matched += 1
                    good += max(same) >= 0.5
    assert matched > 1500
    assert good / matched >= 0.98, f"{good} of {matched}"


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr-deu is not installed")
def test_every_sentence_of_the_scans_says_how_sure_its_recognition_is_and_has_boxes_on_its_page() -> None:
    document = canonical("ki-anhang-6")
    assert {page.reading for page in document.pages} == {"ocr"}
    for sentence in document.sentences:
        assert sentence.confidence is not None
        assert 0.3 < sentence.confidence <= 1
        pages = set(document.glyph_pages[sentence.span.start : sentence.span.end].tolist())
        assert {box.page for box in boxes_of(document, sentence.span)} == pages
