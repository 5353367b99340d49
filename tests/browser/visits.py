"""One visitor of the web chat, and what all tests in the browser ask and look at."""

from __future__ import annotations

import shutil
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE = ViewportSize(width=1366, height=768)
TABLET = ViewportSize(width=820, height=1180)
NARROW = ViewportSize(width=390, height=844)
PATIENCE_MS = 60_000
"""A first answer may have to load models on a machine shared with others."""


class Visit:
    """One visitor: a context of its own, and a record of all that the page asked for or complained about."""

    def __init__(
        self, browser: Browser, address: str, size: ViewportSize, *, colours: Literal["light", "dark"] = "light"
    ) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport=size, locale="en-US", reduced_motion="reduce", color_scheme=colours, has_touch=size != WIDE
        )
        self.page: Page = self.context.new_page()
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self._note(request.url))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)
        self.page.wait_for_selector("#frage textarea", state="attached", timeout=PATIENCE_MS)

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob"):
            self.hosts.add(parts.hostname or "")

    def show_sheet(self) -> None:
        self.page.get_by_role("button", name="Sitzungsblatt").click()
        self.page.wait_for_selector("#blatt-inhalt h3", timeout=PATIENCE_MS)

    def pictures_are_there(self) -> None:
        self.page.wait_for_selector(".page img[src]")
        self.page.wait_for_function("[...document.querySelectorAll('.page img[src]')].every(i => i.complete)")

    def ask(self, question: str) -> None:
        turn = self.page.locator("#gespraech .exchange").count() + 1
        self.page.get_by_label("Ihre Frage").fill(question)
        self.page.keyboard.press("Enter")
        arrived = f'.exchange[data-turn="{turn}"]:is([data-state="done"], [data-state="error"])'
        self.page.wait_for_selector(arrived, timeout=PATIENCE_MS)


def boxes_in_points(page: Page, kind: str, index: int) -> list[list[float]]:
    """Boxes of a kind on a page, in points, as the browser laid them out."""
    found: list[list[float]] = page.evaluate(
        """([kind, index]) => {
            const sheet = document.querySelector(`.page[data-index="${index}"]`);
            const frame = sheet.querySelector("img").getBoundingClientRect();
            const [across, down] = [sheet.dataset.width / frame.width, sheet.dataset.height / frame.height];
            return [...sheet.querySelectorAll(`.${kind}`)].map((box) => {
                const r = box.getBoundingClientRect();
                return [(r.left - frame.left) * across, (r.top - frame.top) * down,
                        (r.right - frame.left) * across, (r.bottom - frame.top) * down];
            });
        }""",
        [kind, index],
    )
    return found
