"""Groups the lines of the pages into headings, paragraphs and list items, across page breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from ingest.layout import Line, RawPage

BlockKind = Literal["heading", "paragraph", "item"]

_PARAGRAPH_GAP = 1.45
"""Line pitches from which on a distance separates paragraphs; a blank line is 2."""
_LONGEST_HEADING = 90
_ENUMERATOR = re.compile(r"(?P<mark>\(?\d{1,3}\.?\)|\d{1,2}\.(?=\s)|\(?[a-z]\)|[-–—•·▪●○■□☐☒✓](?=\s))\s*")
_STRONG_ENUMERATOR = re.compile(r"\d{1,3}\.?\)\s|[a-z]\)\s")
"""Marks that begin an item wherever a line begins with them."""
_NUMBERED_HEADING = re.compile(r"(?P<number>(?:\d{1,2}\.){0,4}\d{1,2}\.?|[IVX]{1,5}\.|[A-H]\.)\s+\S")
_SENTENCE_END = re.compile(r"[.!?:;][)\"“”'’»]*$")
_KNOWN_HEADINGS = frozenset(
    {
        "anhang", "anhänge", "anlage", "anlagen", "anlass", "antrag", "aufgabe", "ausgangslage", "begründung",
        "beratungsfolge", "beschluss", "beschlussempfehlung", "beschlussvorschlag", "betreff", "einleitung",
        "ergebnis", "erläuterung", "erläuterungen", "fazit", "finanzielle auswirkungen", "finanzierung", "inhalt",
        "kosten", "problem", "rechtsgrundlage", "sachdarstellung", "sachverhalt", "stellungnahme", "vorbemerkung",
        "vorbemerkungen", "vorbemerkungen/erläuterungen", "zeitplan", "ziel", "ziele", "zusammenfassung",
    }
)  # fmt: skip
"""Words that German Vorlagen use as headings on a line of their own, with or without a colon."""


@dataclass(slots=True)
class Block:
    """Lines that belong together; ``pages`` holds the page index of each line, ``level`` is that of a heading."""

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    level: int = 1

    @property
    def text(self) -> str:
        """The lines as one string, for recognising things; the canonical text is made elsewhere."""
        return " ".join(line.text for line in self.lines)


def group_blocks(pages: list[RawPage]) -> list[Block]:
    """All blocks in reading order. A paragraph that a page break cuts inside a sentence is one block."""
    blocks: list[Block] = []
    usual_size = _usual_size(pages)
    for page in pages:
        for number, line in enumerate(page.lines):
            previous = blocks[-1] if blocks else None
            if previous is not None and _continues(previous, line, first_on_page=number == 0):
                previous.lines.append(line)
                previous.pages.append(page.index)
            else:
                kind: BlockKind = "item" if _ENUMERATOR.match(line.text) else "paragraph"
                blocks.append(Block(kind=kind, lines=[line], pages=[page.index]))
    for block in blocks:
        _recognise_heading(block, usual_size)
    return _rejoin_items(blocks)


def _usual_size(pages: list[RawPage]) -> float:
    """The type size that most characters have, in points; 0 if unknown."""
    weights: dict[float, int] = {}
    for page in pages:
        for line in page.lines:
            weights[line.size] = weights.get(line.size, 0) + len(line.text)
    return max(weights, key=lambda size: weights[size]) if weights else 0.0


def _continues(block: Block, line: Line, *, first_on_page: bool) -> bool:
    """Whether ``line`` goes on with the block before it."""
    last = block.lines[-1]
    ended = bool(_SENTENCE_END.search(last.text))
    if first_on_page:
        # A page break hides the distance to the line above, so only an unfinished sentence goes on.
        return not ended and not _stands_alone(block) and line.text[:1].islower()
    if line.gap >= _PARAGRAPH_GAP:
        return False
    if _STRONG_ENUMERATOR.match(line.text):
        return False
    if _ENUMERATOR.match(line.text) and (ended or block.kind == "item" or _stands_alone(block)):
        # "30. Juni" may begin a line inside a sentence; after a full stop or in a list it is the next item.
        return False
    if line.bold != last.bold and not (last.text.endswith("-") or line.text[:1].islower()):
        return False
    return not _stands_alone(block)


def _stands_alone(block: Block) -> bool:
    """Whether the block is a heading word or a short line with a colon, after which something new begins."""
    return len(block.lines) == 1 and (_is_known_heading(block.text) or _is_colon_line(block.text))


def _is_known_heading(text: str) -> bool:
    return text.rstrip(": ").casefold() in _KNOWN_HEADINGS


def _is_colon_line(text: str) -> bool:
    """A short capitalised line of few words that ends with a colon and has no verb-like comma inside."""
    return text.endswith(":") and len(text) <= _LONGEST_HEADING // 2 and text[:1].isupper() and len(text.split()) <= 4


def _recognise_heading(block: Block, usual_size: float) -> None:
    """Turn a block into a heading if its type or its wording says so."""
    text = block.text
    if len(text) > _LONGEST_HEADING or not text[:1].isalnum():
        return
    numbered = _NUMBERED_HEADING.match(text)
    bold = all(line.bold for line in block.lines)
    large = usual_size > 0 and all(line.size >= 1.15 * usual_size for line in block.lines)
    titled = not _SENTENCE_END.search(text) or text.endswith(":")
    if _is_known_heading(text) or (len(block.lines) == 1 and _is_colon_line(text)):
        block.kind, block.level = "heading", 1
    elif (bold or large) and titled:
        block.kind = "heading"
        block.level = numbered.group("number").strip(".").count(".") + 1 if numbered else 1


def _enumerated(block: Block) -> int | None:
    """The number of a numbered list item, such as 2 for "2.) Verteilung …"."""
    match = _ENUMERATOR.match(block.text) if block.kind == "item" else None
    digits = "".join(filter(str.isdigit, match.group("mark"))) if match else ""
    return int(digits) if digits else None


def _rejoin_items(blocks: list[Block]) -> list[Block]:
    """Join pieces of a numbered item that blank lines cut.

    What stands between item n and item n + 1 without a sentence having ended belongs to item n.
    """
    joined: list[Block] = []
    for position, block in enumerate(blocks):
        previous = joined[-1] if joined else None
        if previous is not None and block.kind == "paragraph":
            number = _enumerated(previous)
            following = next(
                (found for later in blocks[position + 1 :] if (found := _enumerated(later)) is not None), None
            )
            unfinished = not _SENTENCE_END.search(previous.text)
            if number is not None and following == number + 1 and unfinished and len(block.text) <= _LONGEST_HEADING:
                previous.lines.extend(block.lines)
                previous.pages.extend(block.pages)
                continue
        joined.append(block)
    return joined
