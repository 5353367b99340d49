"""No barrier that axe-core knows, on any view, light and dark, at the sizes of laptop, tablet and telephone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

pytest.importorskip("playwright.sync_api")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize

from tests.browser.visits import NARROW, PATIENCE_MS, TABLET, WIDE, Visit
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow

Colours = Literal["light", "dark"]
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def start(visit: Visit) -> None:
    visit.page.wait_for_selector("#anfang")


def answer(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.page.locator(".exchange .chip").first.click()
    visit.page.wait_for_selector(".highlight", timeout=PATIENCE_MS)
    visit.pictures_are_there()


def refusal(visit: Visit) -> None:
    visit.ask("Wie heißt der Landrat mit Vornamen?")


def complaint(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.page.get_by_role("button", name="Nicht hilfreich").click()


def sheet(visit: Visit) -> None:
    visit.show_sheet()


def documents(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Dokumente", exact=True).click()


def appearance(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Darstellung und Tasten").click()


def choice(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Gesucht wird in").click()
    visit.page.get_by_label("Anhang 4").uncheck()


def further(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.page.wait_for_selector(".further button", timeout=PATIENCE_MS)


def search(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Dokumente", exact=True).click()
    visit.page.locator('[data-open="ki-vorlage"]').click()
    visit.page.wait_for_selector(".page")
    visit.page.get_by_role("button", name="Suchen").click()
    visit.page.get_by_label("Im Dokument suchen").fill("Kommunen")
    visit.page.wait_for_selector(".match.current")


def as_text(visit: Visit) -> None:
    answer(visit)
    if not visit.page.locator("#zeige-text").is_visible():
        visit.page.locator(".answer .chip").first.click()
    visit.page.get_by_role("button", name="Als Text").click()
    visit.page.wait_for_selector(".words mark")


def statement(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Barrierefreiheit").click()
    visit.page.wait_for_selector("h1")


def factcheck(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Faktencheck").click()
    draft = (
        "Schon 48 von insgesamt 54 Kreisen haben diese Chance genutzt. Am Mittwoch, dem 17.03.2014, tagt der Kreistag."
    )
    visit.page.get_by_label("Entwurf – Rede").fill(draft)
    visit.page.get_by_role("button", name="Prüfen", exact=True).click()
    visit.page.locator("#geprueft [role=button]").first.click(timeout=PATIENCE_MS)


VIEWS: dict[str, Callable[[Visit], None]] = {
    "start": start,
    "answer": answer,
    "refusal": refusal,
    "complaint": complaint,
    "sheet": sheet,
    "documents": documents,
    "appearance": appearance,
    "choice": choice,
    "further": further,
    "search": search,
    "as_text": as_text,
    "statement": statement,
    "factcheck": factcheck,
}


@pytest.mark.parametrize(("size", "first", "then"), [(WIDE, "light", "dark"), (NARROW, "dark", "light")])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_barrier(
    browser: Browser, web_address: str, view: str, size: ViewportSize, first: Colours, then: Colours
) -> None:
    visit = Visit(browser, web_address, size, colours=first)
    try:
        VIEWS[view](visit)
        assert not report(visit), first
        visit.page.emulate_media(color_scheme=then)
        assert not report(visit), then
    finally:
        visit.context.close()


def test_axe_finds_no_barrier_on_a_tablet_in_very_large_type(browser: Browser, web_address: str) -> None:
    visit = Visit(browser, web_address, TABLET)
    try:
        appearance(visit)
        visit.page.get_by_label("sehr groß").check()
        visit.page.keyboard.press("Escape")
        answer(visit)
        assert not report(visit)
    finally:
        visit.context.close()


def report(visit: Visit) -> list[str]:
    violations = Axe().run(visit.page, options=_RULES).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]} – {node['failureSummary'][:200]}"
        for violation in violations
        for node in violation["nodes"]
    ]
