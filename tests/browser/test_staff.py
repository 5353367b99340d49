"""Staff in the browser: the panel opens with the key, tells what becomes of each file, and is free of barriers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.test_accessibility import report
from tests.browser.visits import NARROW, PATIENCE_MS, TABLET, WIDE, Visit
from tests.conftest import STAFF_KEY

pytestmark = pytest.mark.slow


def open_panel(visit: Visit, key: str = STAFF_KEY) -> None:
    visit.page.get_by_role("button", name="Verwaltung").click()
    visit.page.get_by_label("Schlüssel der Verwaltung").fill(key)
    visit.page.keyboard.press("Enter")


def test_a_file_is_uploaded_shown_to_all_asked_about_and_removed(
    browser: Browser, staff_address: str, tmp_path: Path
) -> None:
    file = tmp_path / "<b>schwimmbad.txt"
    file.write_text("Das Schwimmbad öffnet am 2. Mai 2017.", encoding="utf-8")
    visit = Visit(browser, staff_address, WIDE)
    try:
        page = visit.page
        open_panel(visit)
        page.get_by_label("Dateien auswählen").set_input_files(file)
        page.get_by_role("button", name="Hochladen", exact=True).click()
        expect(page.locator("#vorgaenge li").first).to_contain_text("fertig", timeout=PATIENCE_MS)
        expect(page.locator("#vorgaenge li").first).to_contain_text("gelesen")
        entry = page.locator("#bestand li").filter(has_text="schwimmbad")
        expect(entry).to_contain_text("nichtöffentlich")
        assert page.locator("#verwaltung b").count() == 0
        entry.get_by_role("button", name="öffentlich machen").click()
        expect(entry.get_by_role("button", name="nichtöffentlich machen")).to_be_visible(timeout=PATIENCE_MS)
        assert "schwimmbad" in page.locator("#vorgaenge").inner_text()
        page.keyboard.press("Escape")
        visit.ask("Wann öffnet das Schwimmbad?")
        expect(page.locator(".exchange .short")).to_contain_text("2. Mai 2017")
        page.get_by_role("button", name="Verwaltung").click()
        entry.get_by_role("button", name="Entfernen").click()
        entry.get_by_role("button", name="Wirklich entfernen").click()
        expect(entry).to_have_count(0, timeout=PATIENCE_MS)
        assert visit.complaints == []
    finally:
        visit.context.close()


def test_a_wrong_key_opens_nothing_and_is_kept_nowhere(browser: Browser, staff_address: str) -> None:
    visit = Visit(browser, staff_address, WIDE)
    try:
        open_panel(visit, "ein-anderer-Schlüssel")
        expect(visit.page.locator("#verwaltung-meldung")).to_have_text("Der Schlüssel fehlt oder ist falsch.")
        expect(visit.page.locator("#verwaltung-inhalt")).to_be_hidden()
        visit.page.get_by_label("Schlüssel der Verwaltung").fill(STAFF_KEY)
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("#bestand li").first).to_be_visible()
        kept = visit.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])")
        assert STAFF_KEY not in str(kept)
    finally:
        visit.context.close()


@pytest.mark.parametrize("size", [WIDE, TABLET, NARROW], ids=["wide", "tablet", "narrow"])
def test_axe_finds_no_barrier_in_the_panel(browser: Browser, staff_address: str, size: ViewportSize) -> None:
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for colours in schemes:
        visit = Visit(browser, staff_address, size, colours=colours)
        try:
            open_panel(visit)
            expect(visit.page.locator("#bestand li").first).to_be_visible()
            assert not report(visit)
            wide = visit.page.locator("#verwaltung").evaluate("box => box.scrollWidth - box.clientWidth")
            assert wide <= 0
        finally:
            visit.context.close()
