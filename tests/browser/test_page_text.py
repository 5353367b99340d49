"""The words of a page: behind its picture for screen readers, or instead of it for whoever wants them larger."""

from __future__ import annotations

import httpx
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, expect

from tests.browser.visits import NARROW, WIDE, Visit
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow


def test_behind_each_picture_stands_the_text_of_its_page(visit: Visit, web_address: str) -> None:
    visit.ask(QUESTION)
    words = visit.page.locator('.page[data-index="1"] .words')
    expect(words).to_be_attached()
    text = str(words.evaluate("box => box.textContent"))
    page = httpx.get(f"{web_address}/seiten/ki-vorlage/1.txt").text
    whole = httpx.get(f"{web_address}/api/v1/documents/ki-vorlage/text").json()["text"]
    assert page
    assert page in whole
    assert text == f"Seite 2 von 3{page}"
    assert visit.page.locator('.page[data-index="1"]').aria_snapshot().count("47 von insgesamt 54") == 1


def test_as_text_the_same_words_are_marked(browser: Browser, web_address: str) -> None:
    for size in (WIDE, NARROW):
        visit = Visit(browser, web_address, size)
        try:
            visit.ask(QUESTION)
            chip = visit.page.locator(".answer .chip").first
            chip.click()
            visit.page.get_by_role("button", name="Als Text").click()
            mark = visit.page.locator(".words mark")
            expect(mark).to_be_in_viewport()
            assert mark.inner_text().split() == (chip.get_attribute("title") or "").split()
            visit.page.get_by_role("button", name="Größer").click(click_count=4)
            expect(mark).to_be_in_viewport()
            wide = visit.page.locator("#seiten").evaluate("box => box.scrollWidth - box.clientWidth")
            assert wide <= 0, "large type makes nobody scroll sideways"
            visit.page.get_by_role("button", name="Als Text").click()
            expect(visit.page.locator(".highlight").first).to_be_in_viewport()
            assert visit.complaints == []
        finally:
            visit.context.close()


def test_a_passage_over_two_pages_is_marked_on_both(browser: Browser, web_address: str) -> None:
    start = httpx.get(f"{web_address}/dokumente/ki-vorlage/seiten.json").json()["pages"][1]["start"]
    visit = Visit(browser, f"{web_address}/#stelle=ki-vorlage:{start - 40}-{start + 40}", WIDE)
    try:
        visit.page.get_by_role("button", name="Als Text").click()
        expect(visit.page.locator(".words mark")).to_have_count(2)
    finally:
        visit.context.close()


@pytest.mark.parametrize("path", ["seiten/ki-vorlage/99.txt", "seiten/gibtesnicht/0.txt"])
def test_a_page_that_is_not_there_has_no_text(web_address: str, path: str) -> None:
    response = httpx.get(f"{web_address}/{path}")
    assert response.status_code == 404
    assert "gibt es nicht" in response.json()["detail"]


def test_the_statement_on_accessibility_says_whom_to_tell(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Barrierefreiheit").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Erklärung zur Barrierefreiheit")
    expect(visit.page.locator(".contact")).to_contain_text("AKTENKUNDIG_CONTACT")
    assert visit.complaints == []


def test_the_contact_that_is_set_stands_there_as_text() -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from assistant.web.accessibility import accessibility_routes

    app = FastAPI()
    app.include_router(accessibility_routes("Frau Muster <muster@example.org>"))
    page = TestClient(app).get("/barrierefreiheit").text
    assert "Frau Muster &lt;muster@example.org&gt;" in page
    assert "AKTENKUNDIG_CONTACT" not in page
