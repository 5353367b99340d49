"""What is marked in the browser are the quoted words: on an upright page, a rotated one and a scan.

The words of a page are found by poppler, those of a scan by reading again the picture that the browser shows; neither
is what the boxes come from.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path

import httpx
import pytest

pytest.importorskip("playwright.sync_api")
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.visits import NARROW, WIDE, Visit, boxes_in_points
from tests.conftest import AKTEN, QUESTION

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed"),
]

AKTE = AKTEN / "kommunales-integrationszentrum"
POINTS_PER_INCH = 72
SCAN_DPI = 200


def words_on_page(pdf: Path, number: int) -> list[tuple[float, float, str]]:
    """Centre (points from the top left corner, as displayed) and text of each word, as poppler finds them."""
    command = ["pdftotext", "-bbox", "-f", str(number), "-l", str(number), str(pdf), "-"]
    found = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    pattern = r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    return [
        ((float(x0) + float(x1)) / 2, (float(y0) + float(y1)) / 2, unescape(word))
        for x0, y0, x1, y1, word in re.findall(pattern, found)
    ]


def words_inside(pdf: Path, number: int, boxes: list[list[float]]) -> list[str]:
    return [
        word
        for x, y, word in words_on_page(pdf, number)
        if any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes)
    ]


def place_of(address: str, document: str, words: str) -> str:
    """The link to where words stand in a document."""
    (found,) = httpx.get(f"{address}/api/v1/documents/{document}/find", params={"q": words}).json()
    return f"{address}/#stelle={document}:{found['char_start']}-{found['char_end']}"


def test_the_highlight_covers_exactly_the_words_of_the_quote(visit: Visit) -> None:
    visit.ask(QUESTION)
    chip = visit.page.locator(".answer .chip").first
    chip.focus()
    visit.page.keyboard.press("Enter")
    expect(chip).to_have_attribute("aria-current", "true")
    visit.page.wait_for_selector('.page[data-index="1"] .highlight')
    covered = words_inside(AKTE / "vorlage.pdf", 2, boxes_in_points(visit.page, "highlight", 1))
    assert covered == (chip.get_attribute("title") or "").split()
    assert "47" in covered
    expect(visit.page.locator(".highlight").first).to_be_in_viewport()
    assert {box.get_attribute("data-page") for box in visit.page.locator(".highlight").all()} == {"1"}


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("words", ["Bestandsaufnahme der Sprachförderung", "Maßnahmenplan 2014 bis 2016"])
def test_on_a_rotated_page_the_highlight_covers_the_words(
    browser: Browser, web_address: str, words: str, size: ViewportSize
) -> None:
    visit = Visit(browser, place_of(web_address, "ki-anhang-5", words), size)
    try:
        visit.page.wait_for_selector('.page[data-index="2"] .highlight')
        visit.pictures_are_there()
        frame = visit.page.locator('.page[data-index="2"] img').bounding_box()
        assert frame is not None
        assert frame["width"] > frame["height"], "shown upright as stored, not as displayed"
        boxes = boxes_in_points(visit.page, "highlight", 2)
        assert words_inside(AKTE / "beispiele" / "anhang-5.pdf", 3, boxes) == words.split()
        expect(visit.page.locator(".highlight").first).to_be_in_viewport()
    finally:
        visit.context.close()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_on_a_scan_the_highlight_covers_the_words(visit: Visit, web_address: str) -> None:
    visit.ask("Warum lehnt Kommune 07 ab?")
    chip = visit.page.locator('.answer .chip[data-document="ki-anhang-6"]').first
    chip.click()
    visit.page.wait_for_selector(".highlight")
    visit.pictures_are_there()
    quote = chip.get_attribute("title") or ""
    (index,) = {int(box.get_attribute("data-page") or -1) for box in visit.page.locator(".highlight").all()}
    sheet = visit.page.locator(f'.page[data-index="{index}"]')
    width = float(sheet.get_attribute("data-width") or 0)
    picture = httpx.get(
        f"{web_address}/seiten/ki-anhang-6/{index}.png", params={"breite": round(width / POINTS_PER_INCH * SCAN_DPI)}
    )
    page = Image.open(io.BytesIO(picture.content)).convert("L")
    seen = " ".join(
        read_again(page, box, page.width / width) for box in boxes_in_points(visit.page, "highlight", index)
    )
    likeness = SequenceMatcher(None, "".join(seen.split()), "".join(quote.split()), autojunk=False).ratio()
    assert likeness > 0.9, f"marked is {seen!r}, quoted is {quote!r}"


def read_again(page: Image.Image, box: list[float], scale: float) -> str:
    """The line of text in a box (points) of a page's picture, on a white margin as Tesseract wants it."""
    cut = page.crop(tuple(round(edge * scale) for edge in box))  # type: ignore[arg-type]
    framed = Image.new("L", (cut.width + 40, cut.height + 40), 255)
    framed.paste(cut, (20, 20))
    stream = io.BytesIO()
    framed.save(stream, "PNG", dpi=(SCAN_DPI, SCAN_DPI))
    command = ["tesseract", "-", "-", "-l", "deu", "--psm", "7"]
    return subprocess.run(command, input=stream.getvalue(), check=True, capture_output=True).stdout.decode()
