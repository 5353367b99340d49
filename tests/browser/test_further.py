"""Below an answer stands what may be asked next: later than the answer, quietly, and one click asks it."""

from __future__ import annotations

import httpx
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, expect

from tests.browser.visits import NARROW, PATIENCE_MS, Visit
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow

_LISTEN = """() => {
    window.said = [];
    const line = document.getElementById("ansage");
    new MutationObserver(() => { if (line.textContent) window.said.push(line.textContent); })
        .observe(line, { childList: true, characterData: true, subtree: true });
}"""
_LATER = """() => {
    const fetched = window.fetch;
    window.fetch = async (...given) => {
        if (String(given[0]).includes("vorschlaege")) await new Promise((resolve) => setTimeout(resolve, 4000));
        return fetched(...given);
    };
}"""


def proposed(visit: Visit) -> list[str]:
    visit.page.wait_for_selector(".further button", timeout=PATIENCE_MS)
    return visit.page.locator(".further button").all_inner_texts()


def test_one_click_asks_what_is_proposed_and_it_is_answered(visit: Visit) -> None:
    page = visit.page
    visit.ask(QUESTION)
    questions = proposed(visit)
    assert 1 <= len(questions) <= 3
    assert QUESTION not in questions
    page.locator(".further button").first.click()
    page.wait_for_selector('.exchange[data-turn="2"][data-state="done"]', timeout=PATIENCE_MS)
    answered = page.locator(".exchange").last
    expect(answered.locator(".question")).to_contain_text(questions[0])
    expect(answered.locator(".refusal")).to_have_count(0)
    expect(answered).not_to_contain_text("Am ehesten passt")
    expect(page.locator(".exchange").first.locator(".further button")).to_have_count(0)
    assert questions[0] not in proposed(visit)
    assert not visit.complaints
    assert len(visit.hosts) == 1


def test_nothing_is_announced_and_nothing_jumps_when_they_come(browser: Browser, web_address: str) -> None:
    visit = Visit(browser, web_address, NARROW)
    try:
        page = visit.page
        page.evaluate(_LATER)
        visit.ask(QUESTION)
        page.wait_for_timeout(500)
        page.evaluate(_LISTEN)
        where = "[...document.querySelectorAll('.exchange .chip')].map((chip) => chip.getBoundingClientRect().top)"
        before = page.evaluate(where)
        focus = page.evaluate("document.activeElement.id || document.activeElement.tagName")
        proposed(visit)
        page.wait_for_timeout(500)
        assert page.evaluate(where) == before
        assert page.evaluate("document.activeElement.id || document.activeElement.tagName") == focus
        assert page.evaluate("window.said") == []
    finally:
        visit.context.close()


def test_another_choice_of_documents_takes_them_away(visit: Visit) -> None:
    visit.ask(QUESTION)
    proposed(visit)
    visit.page.get_by_role("button", name="Gesucht wird in").click()
    visit.page.locator('#auswahl input[value="ki-anhang-4"]').uncheck()
    expect(visit.page.locator(".further button")).to_have_count(0)


def test_an_unknown_key_gets_nothing(web_address: str) -> None:
    response = httpx.get(f"{web_address}/vorschlaege/gibtesnicht")
    assert (response.status_code, response.text) == (200, "")
    assert httpx.get(f"{web_address}/vorschlaege/a/b").status_code == 404
