"""Answers in a language model's words, in the browser: sentence by sentence, each with its passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from assistant.answer import Answer
from tests.browser.visits import NARROW, PATIENCE_MS, WIDE, Visit
from tests.conftest import serving
from tests.scripted_model import ScriptedModel
from tests.test_mcp import called
from tests.writing.conftest import given

pytestmark = pytest.mark.slow
WHY = "Warum lehnen Kommunen die Einrichtung des Kommunalen Integrationszentrums ab?"
PICTURES = Path(__file__).parent.parent.parent / "docs" / "bilder"


def slowly(messages: list[dict[str, str]]) -> Iterable[str | float]:
    """Three true sentences and one that is none, with a pause behind each."""
    lines = given(messages)
    if len(lines) < 5:
        yield "KEINE ANGABE"
        return
    told = [(number, text) for number, text in lines.items() if " wir " not in text and " ich " not in text][:3]
    for number, text in told:
        yield f"{text.rstrip('.')} [{number}]. "
        yield 0.7
    yield f"Das kostet 2,4 Mio. Euro [{told[0][0]}]. "


@pytest.fixture(scope="module")
def worded_address(
    akte_data: Path, clean_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with ScriptedModel(slowly, name="Testmodell") as model:
        environment = {
            **clean_environment,
            "AKTENKUNDIG_LANGUAGE_MODEL": "openai",
            "AKTENKUNDIG_LANGUAGE_MODEL_URL": model.url,
            "AKTENKUNDIG_LANGUAGE_MODEL_NAME": model.name,
            "AKTENKUNDIG_DEFAULT_VISIBILITY": "public",
        }
        with serving(akte_data, environment, tmp_path_factory.mktemp("formuliert")) as address:
            yield address


def test_sentences_appear_while_the_model_writes_and_keep_their_passages(browser: Browser, worded_address: str) -> None:
    visit = Visit(browser, worded_address, WIDE)
    page = visit.page
    page.wait_for_selector("body[data-bereit]", timeout=PATIENCE_MS)
    page.get_by_label("Ihre Frage").fill(WHY)
    page.keyboard.press("Enter")
    page.wait_for_selector('.exchange[data-state="reading"] .worded', timeout=PATIENCE_MS)
    assert "prüfe jeden Satz" in page.locator(".exchange .reading").inner_text()
    page.wait_for_selector('.exchange[data-state="done"]', timeout=PATIENCE_MS)
    worded = page.locator(".exchange .worded")
    assert worded.count() == 3
    assert page.locator(".exchange .worded .chip").count() >= 3
    told = page.locator(".exchange").inner_text()
    assert "2,4 Mio" not in told
    assert "Formuliert vom Sprachmodell „Testmodell“" in told
    page.locator(".exchange .worded .chip").first.click()
    page.wait_for_selector(".page .highlight, .page mark, .mark", timeout=PATIENCE_MS)
    assert not Axe().run(page).response["violations"]
    visit.pictures_are_there()
    page.screenshot(path=PICTURES / "formuliert-breit-hell.png")
    assert "ein Sprachmodell formuliert" in page.locator("footer.hint").inner_text()
    assert "Nichts verlässt diesen Rechner." in page.locator("footer.hint").inner_text()
    assert visit.hosts == {"127.0.0.1"}
    visit.context.close()


def test_an_answer_in_a_models_words_can_be_read_on_a_telephone(browser: Browser, worded_address: str) -> None:
    visit = Visit(browser, worded_address, NARROW, colours="dark")
    visit.page.wait_for_selector("body[data-bereit]", timeout=PATIENCE_MS)
    visit.ask(WHY)
    assert not Axe().run(visit.page).response["violations"]
    visit.page.screenshot(path=PICTURES / "formuliert-schmal-dunkel.png")
    visit.context.close()


def test_other_assistants_get_the_same_words(worded_address: str) -> None:
    (asked,) = called(f"{worded_address}/mcp", ("frage", {"frage": WHY}))
    answer = Answer.model_validate(asked.structured_content)
    assert answer.engine == "generated"
    assert answer.wording is not None
    assert answer.wording.model == "Testmodell"
