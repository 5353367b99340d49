"""Rating an answer in a real browser: with the mouse, by keyboard, and what the server refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, expect

from tests.browser.visits import NARROW, WIDE, Visit
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow


@pytest.fixture
def visit(browser: Browser, web_address: str) -> Iterator[Visit]:
    visit = Visit(browser, web_address, WIDE)
    visit.ask(QUESTION)
    yield visit
    visit.context.close()


@pytest.fixture
def kept(akte_data: Path) -> Iterator[Path]:
    """The file of the feedback, gone after the test."""
    path = akte_data / "rueckmeldungen.jsonl"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def entries(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_helpful_answer_is_said_to_be_so_with_one_click(visit: Visit, kept: Path) -> None:
    visit.page.get_by_role("button", name="Hilfreich", exact=True).click()
    expect(visit.page.locator(".feedback .thanks")).to_have_text("Danke, das ist notiert.")
    assert [entry["opinion"] for entry in entries(kept)] == [{"verdict": "up", "reasons": [], "comment": ""}]
    assert visit.complaints == []


def test_a_complaint_has_reasons_and_a_comment_by_keyboard_alone(visit: Visit, kept: Path) -> None:
    page = visit.page
    page.get_by_role("button", name="Nicht hilfreich").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("falsch", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Anmerkung")).to_be_focused()
    page.keyboard.type("Steht auf Seite 3.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".feedback .thanks")).to_be_visible()
    (entry,) = entries(kept)
    assert entry["opinion"] == {"verdict": "down", "reasons": ["wrong_place"], "comment": "Steht auf Seite 3."}
    assert entry["question"] == QUESTION
    assert "Integrationszentrum" not in json.dumps(entry["cited"])
    visit.ask("Und wer ist dagegen?")
    expect(page.locator('.exchange[data-turn="1"] .thanks')).to_be_visible()
    expect(page.locator('.exchange[data-turn="2"] .feedback [data-verdict="up"]')).to_be_visible()


def test_a_complaint_can_be_called_off(visit: Visit, kept: Path) -> None:
    button = visit.page.get_by_role("button", name="Nicht hilfreich")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    visit.page.get_by_role("button", name="Abbrechen").click()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()
    expect(visit.page.locator(".feedback form")).to_be_hidden()
    assert not kept.exists()


def test_the_controls_are_not_cut_off_on_a_narrow_screen(browser: Browser, web_address: str) -> None:
    visitor = Visit(browser, web_address, NARROW)
    try:
        visitor.ask(QUESTION)
        visitor.page.get_by_role("button", name="Nicht hilfreich").click()
        expect(visitor.page.locator(".feedback form")).to_be_visible()
        pane = "document.getElementById('gespraech')"
        assert visitor.page.evaluate(f"{pane}.scrollWidth <= {pane}.clientWidth")
    finally:
        visitor.context.close()


def test_a_lost_server_is_told_and_the_complaint_can_be_sent_again(visit: Visit, kept: Path) -> None:
    visit.page.route("**/rueckmeldungen/*", lambda route: route.abort())
    visit.page.get_by_role("button", name="Hilfreich", exact=True).click()
    expect(visit.page.locator(".feedback .failure")).to_contain_text("nicht erreichbar")
    visit.page.unroute("**/rueckmeldungen/*")
    visit.page.get_by_role("button", name="Hilfreich", exact=True).click()
    expect(visit.page.locator(".feedback .thanks")).to_be_visible()
    assert len(entries(kept)) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"verdict": "up"}', "application/json", 404),
        ('{"verdict": "sideways"}', "application/json", 422),
        ("{", "application/json", 422),
        ('{"verdict": "up"}', "text/plain", 415),
        (json.dumps({"verdict": "down", "comment": "x" * 20_000}), "application/json", 413),
    ],
)
def test_what_is_no_opinion_on_a_shown_answer_is_a_german_problem_document(
    visit: Visit, web_address: str, kept: Path, body: str, kind: str, status: int
) -> None:
    response = visit.context.request.post(
        f"{web_address}/rueckmeldungen/unbekannt", data=body, headers={"Content-Type": kind}
    )
    assert response.status == status
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["detail"].endswith(".")
    assert not kept.exists()
