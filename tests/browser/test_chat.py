"""The web chat in a real browser over the real Vorlage: what is seen, where highlights lie, what leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, ViewportSize, expect

from tests.browser.visits import NARROW, PATIENCE_MS, WIDE, Visit
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow

ENGLISH = re.compile(
    r"\b(submit|built with|use via api|loading|settings|error|share|send|clear|stop|undo|retry|lost)\b", re.IGNORECASE
)


@pytest.fixture
def narrow_visit(browser: Browser, web_address: str) -> Iterator[Visit]:
    visit = Visit(browser, web_address, NARROW)
    yield visit
    visit.context.close()


def test_the_pane_names_the_page_and_the_source(visit: Visit) -> None:
    visit.ask(QUESTION)
    expect(visit.page.locator("#seitenzahl")).to_have_text("Seite 2 von 3")
    expect(visit.page.locator("#dokument-titel")).to_contain_text("Vorlage")
    label = visit.page.locator(".answer .chip").first.get_attribute("data-label") or ""
    expect(visit.page.locator("#fundstelle-text")).to_have_text(label)
    address = visit.page.locator("#original").evaluate("link => link.href")
    response = visit.context.request.get(address)
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"].startswith("inline")


def test_nothing_is_asked_of_another_host_and_nothing_goes_wrong(visit: Visit) -> None:
    visit.ask(QUESTION)
    visit.page.wait_for_selector(".highlight")
    visit.page.wait_for_load_state("load")
    assert visit.hosts <= {"127.0.0.1", "localhost"}
    assert visit.complaints == []


def test_everything_visible_is_german(visit: Visit) -> None:
    expect(visit.page).to_have_title("aktenkundig")
    assert visit.page.locator("html").get_attribute("lang") == "de"
    assert not ENGLISH.search(visit.page.locator("body").inner_text())
    visit.ask(QUESTION)
    assert not ENGLISH.search(visit.page.locator("body").inner_text())
    names = visit.page.locator("[aria-label], [title], [placeholder]").evaluate_all(
        "all => all.map(e => [e.ariaLabel, e.title, e.placeholder].join(' '))"
    )
    assert not ENGLISH.search(" ".join(names))


def test_the_notice_that_a_machine_answers_is_always_there(visit: Visit, narrow_visit: Visit) -> None:
    for visitor in (visit, narrow_visit):
        visitor.ask(QUESTION)
        expect(visitor.page.get_by_text("Künstliche Intelligenz").locator("visible=true")).to_be_in_viewport()


def test_gradios_own_views_and_routes_do_not_exist(visit: Visit, web_address: str) -> None:
    visit.page.goto(f"{web_address}/?view=settings")
    visit.page.wait_for_selector("#frage textarea", timeout=PATIENCE_MS)
    assert not ENGLISH.search(visit.page.locator("body").inner_text())
    for path in ("gradio_api/file=/etc/passwd", "gradio_api/runs", "docs", "monitoring", "../etc"):
        assert visit.context.request.get(f"{web_address}/{path}").status == 404, path
    for path in ("gradio_api/upload", "gradio_api/call/ask", "gradio_api/run/ask", "gradio_api/vibe-edit"):
        assert visit.context.request.post(f"{web_address}/{path}").status == 404, path


@pytest.mark.parametrize(
    "path",
    ["seiten/unbekannt/0.png", "seiten/..%2f..%2fetc/0.png", "original/unbekannt", "dokumente/unbekannt/seiten.json"],
)
def test_an_unknown_document_is_a_german_problem_document(visit: Visit, web_address: str, path: str) -> None:
    response = visit.context.request.get(f"{web_address}/{path}")
    assert response.status == 404
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["detail"].endswith(("nicht vorhanden.", "gibt es nicht."))


def test_page_pictures_have_bounds_and_are_revalidated(visit: Visit, web_address: str) -> None:
    visit.ask(QUESTION)
    document = visit.page.locator(".answer .chip").first.get_attribute("data-document")
    address = f"{web_address}/seiten/{document}/1.png?breite="
    for asked, given in (("1", 200), ("640", 640), ("99999", 2400)):
        picture = visit.context.request.get(address + asked)
        assert int.from_bytes(picture.body()[16:20], "big") == given, "the width in the PNG's header"
        assert "private" in picture.headers["cache-control"]
    again = visit.context.request.get(address + "640", headers={"If-None-Match": f'"x", {_tag(visit, address)}'})
    assert again.status == 304
    assert visit.context.request.get(f"{web_address}/seiten/{document}/99.png").status == 404


def _tag(visit: Visit, address: str) -> str:
    return visit.context.request.get(address + "640").headers["etag"]


def test_a_hostile_question_stays_text(visit: Visit) -> None:
    question = '<img src=x onerror="document.title=1"><b>fett</b>'
    visit.ask(question)
    expect(visit.page.locator(".question").last).to_contain_text(question)
    assert visit.page.locator("#gespraech img, #gespraech b").count() == 0
    expect(visit.page).to_have_title("aktenkundig")


def test_markup_that_slipped_through_could_not_run_scripts(visit: Visit) -> None:
    visit.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"x:\" onerror=\"document.title=1\">')"
    )
    visit.page.wait_for_timeout(300)
    expect(visit.page).to_have_title("aktenkundig")


def test_an_empty_question_gets_a_german_sentence(visit: Visit) -> None:
    visit.ask("   ")
    sentence = visit.page.locator("#gespraech .failure").inner_text()
    assert sentence.endswith(".")
    assert not ENGLISH.search(sentence)


def test_a_lost_server_is_reported_in_german(visit: Visit) -> None:
    visit.page.route("**/queue/join*", lambda route: route.abort())
    visit.page.get_by_label("Ihre Frage").fill(QUESTION)
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert").filter(has_text="nicht erreichbar")).to_be_visible(timeout=PATIENCE_MS)
    assert not ENGLISH.search(visit.page.locator("body").inner_text())


def test_two_visitors_do_not_see_each_others_conversation(visit: Visit, browser: Browser, web_address: str) -> None:
    visit.ask(QUESTION)
    other = Visit(browser, web_address, WIDE)
    try:
        assert other.page.locator(".exchange").count() == 0
        other.ask("Was soll der Kreisausschuss beschließen?")
        assert other.page.locator(".exchange").count() == 1
        assert QUESTION not in other.page.locator("#gespraech").inner_text()
    finally:
        other.context.close()
    visit.ask("Und wer ist dagegen?")
    assert visit.page.locator(".exchange").count() == 2
    assert "beschließen" not in " ".join(visit.page.locator(".question").all_inner_texts())


def test_an_example_question_is_asked_with_one_click(visit: Visit) -> None:
    example = visit.page.locator("#anfang [data-question]").first
    words = example.inner_text()
    example.click()
    visit.page.wait_for_selector('.exchange[data-state="done"]', timeout=PATIENCE_MS)
    expect(visit.page.locator(".question")).to_contain_text(words)
    expect(visit.page.locator("#anfang")).to_be_hidden()


def test_on_a_narrow_screen_the_document_slides_over_and_closes_by_keyboard(narrow_visit: Visit) -> None:
    page = narrow_visit.page
    narrow_visit.ask(QUESTION)
    expect(page.locator("#dokument")).to_be_hidden()
    chip = page.locator(".answer .chip").first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".highlight").first).to_be_in_viewport()
    expect(page.locator("#schliessen")).to_be_focused()
    assert page.locator("#dokument").bounding_box() == {"x": 0, "y": 0, **NARROW}
    page.keyboard.press("Enter")
    expect(page.locator("#dokument")).to_be_hidden()
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#dokument")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dokument")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 768, 901, 1366])
def test_nothing_is_cut_off_at_any_width(browser: Browser, web_address: str, width: int) -> None:
    visitor = Visit(browser, web_address, ViewportSize(width=width, height=800))
    try:
        visitor.ask(QUESTION)
        for pane in ("document.documentElement", "document.getElementById('gespraech')"):
            assert visitor.page.evaluate(f"{pane}.scrollWidth <= {pane}.clientWidth"), pane
        expect(visitor.page.locator("#fragen")).to_be_in_viewport(ratio=1)
    finally:
        visitor.context.close()


def test_an_answer_is_announced_once(visit: Visit) -> None:
    visit.page.evaluate(
        """() => {
            window.said = [];
            const line = document.getElementById("ansage");
            new MutationObserver(() => { if (line.textContent) window.said.push(line.textContent); })
                .observe(line, { childList: true, characterData: true, subtree: true });
        }"""
    )
    visit.ask(QUESTION)
    visit.page.wait_for_timeout(1000)
    spoken = visit.page.locator(".answer").first.get_attribute("data-announce")
    assert visit.page.evaluate("window.said").count(spoken) == 1
    assert visit.page.evaluate("window.said.at(-1)") == spoken
