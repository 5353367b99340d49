"""Somebody chooses which documents are searched: by mouse, by keyboard, for their own conversation only."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from tests.browser.visits import PATIENCE_MS, WIDE, Visit
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow


def opener(visit: Visit) -> Locator:
    return visit.page.get_by_role("button", name="Gesucht wird in")


def choose_only(visit: Visit, *documents: str) -> None:
    opener(visit).click()
    visit.page.get_by_role("button", name=re.compile("^keine aus")).click()
    for document in documents:
        visit.page.locator(f'#auswahl input[value="{document}"]').check()
    visit.page.get_by_role("button", name="Fertig").click()


def test_only_the_chosen_documents_are_searched_and_the_answer_says_so(visit: Visit) -> None:
    page = visit.page
    expect(opener(visit)).to_have_text("Gesucht wird in: allen Dokumenten")
    choose_only(visit, "ki-anhang-4", "ki-anhang-5")
    expect(page.locator("#auswahl")).to_be_hidden()
    expect(opener(visit)).to_have_text("Gesucht wird in: 2 von 8 Dokumenten")
    visit.ask(QUESTION)
    shown = page.locator("#gespraech .chip").evaluate_all("chips => chips.map((chip) => chip.dataset.document)")
    assert shown
    assert set(shown) <= {"ki-anhang-4", "ki-anhang-5"}
    expect(page.locator(".exchange")).to_contain_text("nur in 2 von 8 Dokumenten: Anhang 4 und Anhang 5.")
    opener(visit).click()
    page.get_by_role("button", name=re.compile("^alle aus")).click()
    expect(page.locator("#auswahl-stand")).to_have_text("Alle 8 Dokumente sind ausgewählt.")
    page.keyboard.press("Escape")
    visit.ask(QUESTION)
    expect(page.locator(".exchange").last.locator(".short")).to_contain_text("47 von insgesamt 54")
    expect(page.locator(".exchange").last).not_to_contain_text("wie gewählt")
    assert not visit.complaints


def test_the_choice_is_made_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    opener(visit).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Wo soll gesucht werden?")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=re.compile("^keine aus"))).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text="1 von 8 Dokumenten ist ausgewählt.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener(visit)).to_be_focused()


def test_without_any_document_nothing_is_searched(visit: Visit) -> None:
    choose_only(visit)
    visit.ask(QUESTION)
    expect(visit.page.locator(".exchange .failure")).to_have_text(
        "Es ist kein Dokument ausgewählt; bitte mindestens eines auswählen."
    )
    expect(visit.page.get_by_label("Ihre Frage")).to_have_value(QUESTION)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ('["ki-vorlage", "geheim<b>"]', "Ein Dokument „geheim<b>“ gibt es nicht."),
        ('{"kein": "Verzeichnis"}', "Es ist kein Dokument ausgewählt; bitte mindestens eines auswählen."),
        ("[", "Es ist kein Dokument ausgewählt; bitte mindestens eines auswählen."),
    ],
)
def test_a_choice_that_no_panel_makes_ends_in_a_german_sentence(visit: Visit, choice: str, sentence: str) -> None:
    visit.page.evaluate("(choice) => { document.body.dataset.auswahl = choice; }", choice)
    visit.ask(QUESTION)
    expect(visit.page.locator(".exchange .failure")).to_have_text(sentence)


def test_two_visitors_do_not_share_a_choice(visit: Visit, browser: Browser, web_address: str) -> None:
    choose_only(visit, "ki-anhang-4")
    other = Visit(browser, web_address, WIDE)
    try:
        expect(opener(other)).to_have_text("Gesucht wird in: allen Dokumenten")
        other.ask(QUESTION)
        expect(other.page.locator(".exchange .short")).to_contain_text("47 von insgesamt 54")
    finally:
        other.context.close()


def test_a_kept_conversation_a_link_and_a_file_keep_the_choice(visit: Visit, browser: Browser) -> None:
    page = visit.page
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask(QUESTION)
    choose_only(visit, "ki-anhang-4")
    visit.ask("Was steht dazu im Protokoll?")
    page.locator(".exchange").last.get_by_role("button", name="Link kopieren").click()
    link = str(page.evaluate("navigator.clipboard.readText()"))
    page.get_by_role("button", name="Verlauf").click()
    with page.expect_download() as download:
        page.locator("#speichern").get_by_role("button", name="Markdown").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert saved.count("nur in 1 von 8 Dokumenten: Anhang 4.") == 1
    (kept,) = json.loads(str(page.evaluate('localStorage.getItem("unterhaltungen")')))
    page.locator("#unterhaltungen .open").click()
    page.wait_for_selector('.exchange[data-turn="2"][data-state="done"]', timeout=PATIENCE_MS)
    assert kept["questions"] == [QUESTION, {"question": "Was steht dazu im Protokoll?", "documents": ["ki-anhang-4"]}]
    expect(page.locator(".exchange").first.locator(".short")).to_contain_text("47 von insgesamt 54")
    expect(page.locator(".exchange").last).to_contain_text("nur in 1 von 8 Dokumenten: Anhang 4.")
    other = Visit(browser, link, WIDE)
    try:
        other.page.wait_for_selector('.exchange[data-state="done"]', timeout=PATIENCE_MS)
        expect(opener(other)).to_have_text("Gesucht wird in: 1 von 8 Dokumenten")
        expect(other.page.locator(".exchange")).to_contain_text("nur in 1 von 8 Dokumenten: Anhang 4.")
    finally:
        other.context.close()


@pytest.mark.parametrize("width", [320, 390, 820, 1366])
def test_the_panel_fits_any_width(browser: Browser, web_address: str, width: int) -> None:
    visit = Visit(browser, web_address, ViewportSize(width=width, height=700))
    try:
        opener(visit).click()
        panel = visit.page.locator("#auswahl")
        expect(panel).to_be_in_viewport(ratio=1)
        assert visit.page.evaluate("document.body.scrollWidth <= document.body.clientWidth")
        assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    finally:
        visit.context.close()
