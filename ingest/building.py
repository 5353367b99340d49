"""Builds the canonical text out of lines, and with it the box, page and confidence of each character."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.types import Span
from ingest.layout import Boxes, Confidences, Line

_SUSPENDED = re.compile(r"(?:und|oder|bzw\.|beziehungsweise|sowie|als|wie|noch|statt|bis|zu|u\.|o\.)(?=\s|$)")
"""After "Sprach-" at the end of a line these words show that the hyphen stands for an omitted part."""
_HYPHENATED = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}+-$")
_LOOSE_DASH = re.compile(r"(?:^|\s)[-–—]\w+-$")
"""An abbreviation between dashes ("–KI-"): its hyphen is a closing mark, not a hyphenation."""


class TextBuilder:
    """Collects characters; a blank has no box, and only recognised characters have a confidence."""

    def __init__(self) -> None:
        self.length = 0
        self._text: list[str] = []
        self._boxes: list[Boxes] = []
        self._confidences: list[Confidences] = []
        self._pages: list[int] = []
        self._counts: list[int] = []

    def add_blank(self, blank: str, page: int) -> None:
        """Add white space that stands between glyphs of ``page`` and those that follow."""
        count = len(blank)
        self._add(blank, np.full((count, 4), np.nan, dtype=np.float32), None, page)

    def add_lines(self, lines: Sequence[Line], pages: Sequence[int]) -> Span:
        """Add lines as running text, with hyphenation undone; return their span. ``pages`` has a page for each line."""
        start = self.length
        for number, (line, page) in enumerate(zip(lines, pages, strict=True)):
            joint = _joint(line, lines[number + 1] if number + 1 < len(lines) else None)
            end = len(line.text) - 1 if joint == "drop hyphen" else len(line.text)
            confidence = None if line.confidence is None else line.confidence[:end]
            self._add(line.text[:end], line.boxes[:end], confidence, page)
            if joint == "blank":
                self.add_blank(" ", page)
        return Span(start, self.length)

    def text(self) -> str:
        """All characters so far."""
        return "".join(self._text)

    def since(self, start: int) -> str:
        """The text from ``start`` on; only the last pieces are looked at."""
        length, first = self.length, len(self._text)
        while length > start:
            first -= 1
            length -= len(self._text[first])
        return "".join(self._text[first:])

    def boxes(self) -> Boxes:
        """Shape (characters, 4), NaN where a character has no glyph."""
        return np.concatenate(self._boxes) if self._boxes else np.zeros((0, 4), dtype=np.float32)

    def confidences(self) -> Confidences:
        """Shape (characters,), NaN where nothing had to be recognised."""
        return np.concatenate(self._confidences) if self._confidences else np.zeros(0, dtype=np.float32)

    def pages(self) -> NDArray[np.int32]:
        """Shape (characters,): the page of each character. Raises ``ValueError`` if it ever goes back."""
        pages = np.repeat(np.array(self._pages, dtype=np.int32), self._counts)
        if (np.diff(pages) < 0).any():
            raise ValueError("the text does not follow the order of the pages")
        return pages

    def _add(self, text: str, boxes: Boxes, confidence: Confidences | None, page: int) -> None:
        self._text.append(text)
        self._boxes.append(boxes)
        self._confidences.append(
            np.full(len(text), np.nan, dtype=np.float32) if confidence is None else confidence.astype(np.float32)
        )
        self._pages.append(page)
        self._counts.append(len(text))
        self.length += len(text)


def _joint(line: Line, following: Line | None) -> str:
    """How a line goes on into the next: ``blank``, ``none`` (the hyphen stays) or ``drop hyphen``."""
    if following is None:
        return "none"
    if not _HYPHENATED.search(line.text) or _LOOSE_DASH.search(line.text):
        return "blank"
    first = following.text[:1]
    if first.islower():
        return "blank" if _SUSPENDED.match(following.text) else "drop hyphen"
    # "Rhein-" / "Sieg-Kreis": a capital after the hyphen is a compound written with hyphens.
    return "none" if first.isupper() else "blank"
