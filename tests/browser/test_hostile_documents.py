"""Documents that would like to be program: their names, titles and words are shown, and nothing of them runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, expect
from pypdf import PdfReader, PdfWriter
from pypdf.actions import JavaScript
from reportlab.pdfgen.canvas import Canvas

from tests.browser.visits import WIDE, Visit
from tests.conftest import Run, serving

pytestmark = pytest.mark.slow

ATTACK = "<img src=x onerror=\"document.title='weg'\">"
SCRIPT = "<script>document.title='weg'</script>"
QUESTION = "Wie viel kostet der Neubau der Turnhalle?"


@pytest.fixture(scope="module")
def address(run: Run, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("feindlich")
    files = folder / "dateien"
    files.mkdir()
    (files / f"{ATTACK}.txt".replace("/", "")).write_text(
        f"Vorlage {ATTACK}\n\n{SCRIPT} Der Neubau der Turnhalle kostet 2,4 Mio. €.\n", encoding="utf-8"
    )
    with_script(files / "mit-skript.pdf")
    ingested = run("ingest", str(files), data=folder / "daten", AKTENKUNDIG_DEFAULT_VISIBILITY="public")
    assert ingested.code == 0, ingested.err
    with serving(folder / "daten", clean_environment, folder) as served:
        yield served


def with_script(path: Path) -> None:
    """A PDF with a script that runs on opening, a link to one, and markup as its title and in its text."""
    canvas = Canvas(str(path))
    canvas.setTitle(SCRIPT)
    canvas.drawString(70, 760, f"Bericht {SCRIPT}")
    canvas.drawString(70, 730, "Der Neubau der Sporthalle kostet die Gemeinde 3,1 Mio. Euro.")
    canvas.linkURL("javascript:document.title='weg'", (60, 700, 400, 780))
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(path))
    writer.add_open_action(JavaScript("this.getURL('https://example.org')"))
    writer.write(path)


def test_names_titles_and_words_stay_text_in_every_view(browser: Browser, address: str) -> None:
    visit = Visit(browser, address, WIDE)
    dialogs: list[str] = []
    visit.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    try:
        page = visit.page
        page.get_by_role("button", name="Dokumente", exact=True).click()
        listed = page.locator("#liste [data-open]")
        expect(listed).to_have_count(2)
        for number in range(2):
            page.get_by_role("button", name="Dokumente", exact=True).click()
            listed.nth(number).click()
            page.wait_for_selector("#seiten > *")
        visit.ask(QUESTION)
        expect(page.locator(".answer")).to_contain_text("2,4 Mio. €")
        expect(page.locator(".answer")).to_contain_text(SCRIPT)
        page.locator(".answer .chip").first.click()
        page.wait_for_selector("#seiten > *")
        visit.ask("Wie viel kostet der Neubau der Sporthalle?")
        page.locator('.answer .chip[data-document="mit-skript"]').first.click()
        page.wait_for_selector(".highlight")
        page.get_by_role("button", name="Als Text").click()
        page.get_by_role("button", name="Verlauf").click()
        page.wait_for_timeout(500)
        expect(page).to_have_title("aktenkundig")
        assert page.locator("img[onerror], #gespraech img, #liste img, #seiten script").count() == 0
        assert not dialogs
        assert visit.hosts <= {"127.0.0.1", "localhost"}
        assert visit.complaints == []
    finally:
        visit.context.close()


def test_a_file_is_sent_under_a_harmless_name(address: str) -> None:
    for entry in httpx.get(f"{address}/api/v1/documents").json():
        response = httpx.get(f"{address}/original/{entry['document']}")
        assert response.status_code == 200
        assert "<" not in response.headers["content-disposition"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "script-src" not in response.headers["content-security-policy"]
