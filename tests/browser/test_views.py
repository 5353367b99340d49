"""The session sheet, the document's tools, links, history, files and appearance, as somebody uses them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.visits import NARROW, PATIENCE_MS, TABLET, WIDE, Visit, boxes_in_points
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "bilder"
SIZES = {"laptop": WIDE, "tablet": TABLET, "telephone": NARROW}


@pytest.fixture(params=SIZES)
def any_visit(request: pytest.FixtureRequest, browser: Browser, web_address: str) -> Iterator[Visit]:
    visit = Visit(browser, web_address, SIZES[request.param])
    yield visit
    visit.context.close()


def asked_for(web_address: str, path: str, **values: object) -> object:
    return httpx.get(f"{web_address}/api/v1{path}", params={k: str(v) for k, v in values.items()}, timeout=60).json()


def same_boxes(shown: list[list[float]], stored: list[dict[str, float]]) -> bool:
    wanted = [[box["x0"], box["y0"], box["x1"], box["y1"]] for box in stored]
    return len(shown) == len(wanted) and all(
        abs(a - b) < 2.5 for left, right in zip(shown, wanted, strict=True) for a, b in zip(left, right, strict=True)
    )


def test_the_sheet_stands_beside_the_document_and_each_chip_opens_its_words(any_visit: Visit, web_address: str) -> None:
    page = any_visit.page
    any_visit.show_sheet()
    expect(page.get_by_role("heading", name="Was zu beschließen ist")).to_be_visible()
    expect(page.locator("#blatt-inhalt .attachments .line")).to_have_count(7)
    page.locator("#blatt-inhalt .against .chip").first.click()
    page.wait_for_selector('.page[data-index="1"] .highlight')
    any_visit.pictures_are_there()
    sheet = asked_for(web_address, "/documents/ki-vorlage/sheet")
    assert isinstance(sheet, dict)
    number = next(part for part in sheet["parts"] if part["name"] == "against")["lines"][0]["citation"]
    citation = next(entry for entry in sheet["citations"] if entry["number"] == number)
    assert same_boxes(boxes_in_points(page, "highlight", 1), citation["boxes"])
    assert not any_visit.complaints
    assert len(any_visit.hosts) == 1


def test_from_the_sheet_one_comes_back_to_the_conversation(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.show_sheet()
    expect(visit.page.locator("#gespraech")).to_be_hidden()
    visit.page.get_by_role("button", name="Fragen").first.click()
    expect(visit.page.locator(".exchange .short")).to_be_visible()
    expect(visit.page.locator("#blatt")).to_be_hidden()


@pytest.mark.parametrize("form", ["PDF", "Word", "Markdown"])
def test_the_sheet_is_saved_as_a_file(visit: Visit, form: str) -> None:
    visit.show_sheet()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name=f"Speichern als {form}").click()
    assert download.value.suggested_filename.startswith("sitzungsblatt-ki-vorlage.")


def test_words_are_found_in_the_document_and_marked_exactly(any_visit: Visit, web_address: str) -> None:
    page = any_visit.page
    page.get_by_role("button", name="Dokumente", exact=True).click()
    page.locator('[data-open="ki-vorlage"]').click()
    any_visit.pictures_are_there()
    page.get_by_role("button", name="Suchen").click()
    page.get_by_label("Im Dokument suchen").fill("kreisfreien Städten")
    expect(page.locator("#treffer")).to_have_text("1 von 2")
    page.get_by_role("button", name="Nächster Treffer").click()
    expect(page.locator("#treffer")).to_have_text("2 von 2")
    found = asked_for(web_address, "/documents/ki-vorlage/find", q="kreisfreien Städten")
    assert isinstance(found, list)
    stored = [box for citation in found for box in citation["boxes"]]
    shown = [box for index in (0, 1, 2) for box in boxes_in_points(page, "match", index)]
    assert same_boxes(shown, stored)
    page.get_by_label("Im Dokument suchen").fill("Quastenflosser")
    expect(page.locator("#treffer")).to_have_text("Nichts gefunden")
    page.keyboard.press("Escape")
    expect(page.locator("#suche")).to_be_hidden()
    expect(page.locator(".match")).to_have_count(0)


def test_the_contents_lead_to_a_heading(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Dokumente", exact=True).click()
    page.locator('[data-open="ki-konzeption"]').click()
    page.get_by_role("button", name="Inhalt").click()
    page.locator("#inhalt button").last.click()
    expect(page.locator(".place")).to_be_in_viewport()


def test_a_link_opens_a_passage_an_answer_or_a_sheet_again(browser: Browser, web_address: str, visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask(QUESTION)
    visit.page.wait_for_selector(".highlight")
    visit.page.locator("#fundstelle-link").click()
    link = str(visit.page.evaluate("navigator.clipboard.readText()"))
    assert link.startswith(f"{web_address}/#stelle=ki-vorlage:")
    shown = boxes_in_points(visit.page, "highlight", 1)
    other = Visit(browser, link, WIDE)
    try:
        other.page.wait_for_selector(".highlight")
        other.pictures_are_there()
        assert [[round(x) for x in box] for box in boxes_in_points(other.page, "highlight", 1)] == [
            [round(x) for x in box] for box in shown
        ]
        other.page.goto(f"{web_address}/#blatt=ki-vorlage")
        other.page.wait_for_selector("#blatt-inhalt h3")
    finally:
        other.context.close()
    again = Visit(browser, f"{web_address}/#frage={quote(QUESTION)}", WIDE)
    try:
        again.page.wait_for_selector('.exchange[data-state="done"]', timeout=PATIENCE_MS)
        expect(again.page.locator(".exchange .short")).to_contain_text("47 von insgesamt 54")
    finally:
        again.context.close()


@pytest.mark.parametrize("place", ["stelle=gibtesnicht:1-5", "stelle=ki-vorlage:5-99999999", "blatt=gibtesnicht"])
def test_a_link_to_what_is_not_there_ends_in_a_german_sentence(browser: Browser, web_address: str, place: str) -> None:
    visit = Visit(browser, f"{web_address}/#{place}", WIDE)
    try:
        expect(visit.page.locator("body")).to_contain_text(re.compile("gibt es nicht|Einrichtung eines"))
    finally:
        visit.context.close()


def test_a_question_can_be_called_off_and_comes_back_to_be_changed(visit: Visit) -> None:
    page = visit.page
    page.get_by_label("Ihre Frage").fill(QUESTION)
    page.evaluate(
        """() => new MutationObserver(() => {
            if (document.querySelector('.exchange[data-state="reading"]')) document.getElementById("abbrechen").click();
        }).observe(document.getElementById("gespraech"), { childList: true, subtree: true })"""
    )
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ihre Frage")).to_have_value(QUESTION)
    page.wait_for_timeout(1500)
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_conversation_is_kept_by_the_browser_renamed_reopened_saved_and_deleted(
    visit: Visit, browser: Browser, web_address: str
) -> None:
    page = visit.page
    visit.ask(QUESTION)
    visit.ask("Und wer ist dagegen?")
    page.get_by_role("button", name="Verlauf").click()
    with page.expect_download() as download:
        page.locator("#speichern").get_by_role("button", name="Markdown").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert QUESTION in saved
    assert "Verstanden als" in saved
    page.get_by_role("button", name=re.compile("^Umbenennen")).click()
    page.get_by_label("Name der Unterhaltung").fill("Vorbereitung <b>März</b>")
    page.keyboard.press("Enter")
    page.goto(web_address)
    page.wait_for_selector("#frage textarea")
    expect(page.locator(".exchange")).to_have_count(0)
    page.get_by_role("button", name="Verlauf").click()
    page.get_by_role("button", name="Vorbereitung <b>März</b>", exact=True).click()
    page.wait_for_selector('.exchange[data-turn="2"][data-state="done"]', timeout=PATIENCE_MS)
    expect(page.locator(".exchange .short").first).to_contain_text("47 von insgesamt 54")
    expect(page.locator(".understood")).to_be_visible()
    stranger = Visit(browser, web_address, WIDE)
    try:
        stranger.page.get_by_role("button", name="Verlauf").click()
        expect(stranger.page.locator("#verlauf-leer")).to_be_visible()
    finally:
        stranger.context.close()
    page.get_by_role("button", name="Verlauf").click()
    page.get_by_role("button", name="Alle löschen").click()
    assert json.loads(str(page.evaluate('localStorage.getItem("unterhaltungen")'))) == []


def test_colours_and_type_are_chosen_and_stay_chosen(visit: Visit, web_address: str) -> None:
    page = visit.page
    page.get_by_role("button", name="Darstellung und Tasten").click()
    page.get_by_label("dunkel").check()
    page.get_by_label("sehr groß").check()
    page.goto(web_address)
    page.wait_for_selector("#frage textarea")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 30)"
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "21px"


def test_keys_lead_to_everything(visit: Visit) -> None:
    page = visit.page
    page.locator("body").press("b")
    expect(page.get_by_role("heading", name="Was zu beschließen ist")).to_be_visible()
    page.keyboard.press("n")
    page.wait_for_selector('.page[data-index="0"] .highlight')
    page.keyboard.press("n")
    expect(page.locator("#blatt-inhalt .chip[aria-current]")).to_have_text("2")
    page.keyboard.press("v")
    expect(page.locator("#blatt-inhalt .chip[aria-current]")).to_have_text("1")
    page.keyboard.press("s")
    page.keyboard.type("dns")
    expect(page.get_by_label("Im Dokument suchen")).to_have_value("dns")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.type("bdf")
    expect(page.get_by_label("Ihre Frage")).to_have_value("bdf")


@pytest.mark.parametrize("width", [320, 390, 480, 820, 1024, 1366, 1920])
def test_nothing_of_the_sheet_is_cut_off_at_any_width(browser: Browser, web_address: str, width: int) -> None:
    visit = Visit(browser, web_address, ViewportSize(width=width, height=800))
    try:
        visit.show_sheet()
        wide = visit.page.evaluate(
            "() => [document.body, document.getElementById('kopf'), document.getElementById('blatt-inhalt')]"
            ".map((box) => box.scrollWidth - box.clientWidth)"
        )
        assert max(wide) <= 0
    finally:
        visit.context.close()


@pytest.mark.parametrize("colours", ["hell", "dunkel"])
@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_every_view_for_the_documentation(
    browser: Browser, web_address: str, size: str, colours: str
) -> None:
    visit = Visit(browser, web_address, SIZES[size], colours="dark" if colours == "dunkel" else "light")
    names = {"laptop": "breit", "tablet": "mittel", "telephone": "schmal"}
    try:
        page = visit.page

        def picture(view: str) -> None:
            page.wait_for_timeout(300)
            page.screenshot(path=PICTURES / f"{view}-{names[size]}-{colours}.png")

        PICTURES.mkdir(parents=True, exist_ok=True)
        picture("anfang")
        visit.ask(QUESTION)
        if size == "laptop":
            visit.pictures_are_there()
        picture("antwort")
        page.locator(".exchange .chip").first.click()
        page.wait_for_selector(".highlight")
        visit.pictures_are_there()
        if size != "laptop":
            picture("dokument")
            page.get_by_role("button", name="Schließen", exact=True).first.click()
        visit.show_sheet()
        picture("sitzungsblatt")
        page.get_by_role("button", name="Verlauf").click()
        picture("verlauf")
    finally:
        visit.context.close()
