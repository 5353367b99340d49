"""Makes the canonical text: one string per document with the glyph box of each of its characters.

Every offset in the system refers to this string, so it is made once, here, and never changed afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Page, Section, Sentence, SentenceKind, Span
from ingest.blocks import Block, group_blocks
from ingest.furniture import strip_furniture
from ingest.layout import Boxes, Line, RawDocument
from ingest.sentences import split_sentences

_SUSPENDED = re.compile(r"(?:und|oder|bzw\.|beziehungsweise|sowie|als|wie|noch|statt|bis|zu|u\.|o\.)(?=\s|$)")
"""After "Sprach-" at the end of a line these words show that the hyphen stands for an omitted part."""
_HYPHENATED = re.compile(r"[^\W\d_]{2,}-$")
_LOOSE_DASH = re.compile(r"(?:^|\s)[-–—]\w+-$")
"""An abbreviation between dashes ("–KI-"): its hyphen is a closing mark, not a hyphenation."""


@dataclass(frozen=True, slots=True)
class CanonicalDocument:
    """A document's canonical text and what lies on it.

    ``boxes`` has shape (characters, 4) in displayed points, NaN where a character has no glyph; ``glyph_pages`` has
    shape (characters,) and names the page of each character.
    """

    text: str
    boxes: Boxes
    glyph_pages: NDArray[np.int32]
    pages: list[Page]
    sections: list[Section]
    sentences: list[Sentence]


class _Builder:
    """Collects characters with their boxes and pages."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.boxes: list[Boxes] = []
        self.pages: list[NDArray[np.int32]] = []
        self.length = 0

    def add(self, text: str, boxes: Boxes, page: int) -> None:
        self.characters.append(text)
        self.boxes.append(boxes)
        self.pages.append(np.full(len(text), page, dtype=np.int32))
        self.length += len(text)

    def add_blank(self, blank: str, page: int) -> None:
        self.add(blank, np.full((len(blank), 4), np.nan, dtype=np.float32), page)

    def since(self, start: int) -> str:
        """The text from ``start`` on; only the last pieces are looked at."""
        length, first = self.length, len(self.characters)
        while length > start:
            first -= 1
            length -= len(self.characters[first])
        return "".join(self.characters[first:])

    def add_block(self, block: Block) -> Span:
        """Add a block's lines as running text, with hyphenation undone; return its span."""
        start = self.length
        for number, (line, page) in enumerate(zip(block.lines, block.pages, strict=True)):
            text, boxes = line.text, line.boxes
            following = block.lines[number + 1] if number + 1 < len(block.lines) else None
            joint = _joint(line, following)
            if joint == "drop hyphen":
                text, boxes = text[:-1], boxes[:-1]
            self.add(text, boxes, page)
            if joint == "blank":
                self.add_blank(" ", page)
        return Span(start, self.length)


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


def make_canonical(raw: RawDocument) -> CanonicalDocument:
    """Clean the pages, fix the text and lay sections, paragraphs and sentences on it. Changes ``raw``'s pages."""
    labels = strip_furniture(raw.pages)
    blocks = group_blocks(raw.pages)
    builder = _Builder()
    sections: list[tuple[str, int, int]] = []
    sentences: list[Sentence] = []
    for number, block in enumerate(blocks):
        if number:
            tight = block.kind == "item" and blocks[number - 1].kind == "item"
            builder.add_blank("\n" if tight else "\n\n", blocks[number - 1].pages[-1])
        span = builder.add_block(block)
        if block.kind == "heading":
            sections.append((block.text.rstrip(": "), block.level, span.start))
        elif not sections:
            sections.append(("", 1, span.start))
        for part in _split(block, builder.since(span.start)):
            sentences.append(
                Sentence(
                    index=len(sentences),
                    span=Span(span.start + part.start, span.start + part.end),
                    kind=_kind(block),
                    paragraph=number,
                    section=len(sections) - 1,
                )
            )
    text = "".join(builder.characters)
    glyph_pages = np.concatenate(builder.pages) if builder.pages else np.zeros(0, dtype=np.int32)
    return CanonicalDocument(
        text=text,
        boxes=np.concatenate(builder.boxes) if builder.boxes else np.zeros((0, 4), dtype=np.float32),
        glyph_pages=glyph_pages,
        pages=_pages(raw, labels, glyph_pages),
        sections=_close_sections(sections, len(text)),
        sentences=sentences,
    )


def _split(block: Block, text: str) -> list[Span]:
    """The sentences of a block; a heading is one piece."""
    return [Span(0, len(text))] if block.kind == "heading" else split_sentences(text)


def _kind(block: Block) -> SentenceKind:
    return "sentence" if block.kind == "paragraph" else block.kind


def _pages(raw: RawDocument, labels: list[str], glyph_pages: NDArray[np.int32]) -> list[Page]:
    """Each page's part of the text; pages follow one another, so their first characters are sorted."""
    pages: list[Page] = []
    for page, label in zip(raw.pages, labels, strict=True):
        start, end = (int(np.searchsorted(glyph_pages, page.index, side=side)) for side in ("left", "right"))
        pages.append(Page(page.index, label, page.width, page.height, start, end))
    return pages


def _close_sections(starts: list[tuple[str, int, int]], length: int) -> list[Section]:
    """Sections end where the next one begins."""
    ends = [*(start for _, _, start in starts[1:]), length]
    return [
        Section(index, title, level, Span(start, end))
        for index, ((title, level, start), end) in enumerate(zip(starts, ends, strict=False))
    ]
