"""The page of the fact check, as somebody with a draft uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, expect

from tests.browser.visits import NARROW, PATIENCE_MS, TABLET, WIDE

pytestmark = pytest.mark.slow

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "bilder"
SIZES = {"laptop": WIDE, "tablet": TABLET, "telephone": NARROW}
DRAFT = """Sehr geehrter Herr Landrat, meine Damen und Herren!

Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW diese Chance genutzt.

Schon 48 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW haben diese Chance genutzt.
Am Mittwoch, dem 17.03.2014, berät der Kreisausschuss darüber.
Die Straßenbahnlinie 67 fährt künftig alle zehn Minuten bis zum Flughafen. Warum zögern wir noch?
"""


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, web_address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES[request.param], reduced_motion="reduce", accept_downloads=True)
    opened = context.new_page()
    opened.goto(f"{web_address}/faktencheck")
    yield opened
    context.close()


def check(page: Page, draft: str = DRAFT) -> None:
    page.get_by_label("Entwurf – Rede").fill(draft)
    page.get_by_role("button", name="Prüfen", exact=True).click()
    expect(page.locator("#ergebnis")).to_be_visible(timeout=PATIENCE_MS)


def test_each_claim_shows_its_verdict_and_the_passage_with_the_deciding_words(
    page: Page, request: pytest.FixtureRequest
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    check(page)
    page.get_by_role("button", name="weicht ab: Schon 48").click()
    expect(page.locator("#stelle dd").first).to_have_text("48")
    expect(page.locator("#stelle mark")).to_have_text("47")
    expect(page.locator("#stelle")).to_contain_text("S. 2")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # What was checked is the draft, letter by letter.
    assert page.locator("#geprueft").inner_text().strip() == DRAFT.strip()
    assert not complaints
    size = request.node.callspec.params["page"]
    page.screenshot(path=PICTURES / f"faktencheck-{size}.png", full_page=size != "laptop")


def test_only_one_verdict_can_be_shown(page: Page) -> None:
    check(page)
    page.locator("#filter").get_by_role("button", name="weicht ab").click()
    expect(page.locator("#geprueft [role=button]:not([data-off])")).to_have_count(2)
    expect(page.locator("#geprueft [data-off]").first).to_be_visible()


def test_the_wording_of_the_document_can_be_taken_over(browser: Browser, web_address: str) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{web_address}/faktencheck")
    check(page)
    page.get_by_role("button", name="weicht ab: Schon 48").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Übernehmen").click()
    expect(page.get_by_role("button", name="belegt: Schon 47")).to_be_visible(timeout=PATIENCE_MS)
    context.close()


def test_a_passage_opens_in_its_document(browser: Browser, web_address: str) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{web_address}/faktencheck")
    check(page)
    page.get_by_role("button", name="weicht ab: Schon 48").click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="im Dokument zeigen").first.click()
    opened.value.wait_for_selector(".page .highlight", timeout=PATIENCE_MS)
    context.close()


def test_a_file_is_read_the_result_saved_and_the_draft_deleted(
    browser: Browser, web_address: str, tmp_path: Path
) -> None:
    file = docx.Document()
    file.add_paragraph(
        "Schon 48 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW haben diese Chance genutzt."
    )
    file.save(str(tmp_path / "rede.docx"))
    context = browser.new_context(viewport=WIDE, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{web_address}/faktencheck")
    page.locator("#datei").set_input_files(tmp_path / "rede.docx")
    expect(page.get_by_label("Entwurf – Rede")).to_have_value(re.compile("Schon 48"), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Prüfen", exact=True).click()
    expect(page.locator("#ergebnis")).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as saved:
        page.get_by_role("button", name="Word mit Kommentaren").click()
    assert list(docx.Document(str(saved.value.path())).comments)
    page.locator("#loeschen-ergebnis").click()
    assert page.get_by_label("Entwurf – Rede").input_value() == ""
    assert "Schon 48" not in page.content()
    context.close()


def test_a_check_can_be_called_off_and_an_empty_draft_is_refused(browser: Browser, web_address: str) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{web_address}/faktencheck")
    page.get_by_role("button", name="Prüfen", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("leer")
    page.get_by_label("Entwurf – Rede").fill(DRAFT * 30)
    page.get_by_role("button", name="Prüfen", exact=True).click()
    page.get_by_role("button", name="Abbrechen").click()
    expect(page.get_by_label("Entwurf – Rede")).to_be_visible()
    assert page.get_by_label("Entwurf – Rede").input_value().startswith("Sehr geehrter")
    context.close()
