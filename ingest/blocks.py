"""Groups the lines of the pages into headings, paragraphs, list items, footnotes and tables, across page breaks."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ingest.layout import Line, RawPage

BlockKind = Literal["heading", "paragraph", "item", "note", "table", "contents"]

_PARAGRAPH_GAP = 1.3
"""Line pitches from which on a distance separates paragraphs; a blank line is 2, 6 points after 12 are 1.43."""
_FULL_LINE = 0.85
"""Share of the page's longest line from which on a line counts as full: the next word did not fit."""
_LONGEST_HEADING = 90
_LONGEST_TITLE = 250
"""Titles of papers run over several lines; in larger type they cannot be mistaken for text."""
_CONTENTS = re.compile(r"(?<![.…·])(?<![.…·]\s)(?:\s?[.…·]){4,}+\s*(?:[ivxl]{1,6}|\d{1,4})$")
"""A line of a table of contents: dots lead to a page number."""
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
    """Lines that belong together; ``pages`` holds the page index of each line, ``level`` is that of a heading.

    ``marked`` tells that the format itself says what this is, so that nothing is guessed.
    """

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    level: int = 1
    marked: bool = False

    @property
    def text(self) -> str:
        """The lines as one string, for recognising things; the canonical text is made elsewhere."""
        return " ".join(line.text for line in self.lines)


def group_blocks(pages: list[RawPage]) -> list[Block]:
    """All blocks in reading order. A paragraph that a page break cuts inside a sentence is one block.

    The footnotes between its two halves then come before it, so that the text still follows the pages.
    """
    blocks: list[Block] = []
    usual_size = _usual_size(pages)
    full = 0.0
    for page in pages:
        for number, line in enumerate(page.lines):
            # A footnote at the foot of the page before does not end the paragraph above it.
            interrupted = _before_notes(blocks) if number == 0 else len(blocks) - 1
            previous = blocks[interrupted] if interrupted >= 0 else None
            if previous is None:
                goes_on = False
            elif number == 0:
                goes_on = _continues_over_page(previous, line, full)
            else:
                goes_on = _continues(previous, line)
            if goes_on and previous is not None:
                blocks.append(blocks.pop(interrupted))
                previous.lines.append(line)
                previous.pages.append(page.index)
            else:
                blocks.append(_begin(line, page.index))
        if page.lines:
            full = _FULL_LINE * max(_extent(line) for line in page.lines)
    for block in blocks:
        if not block.marked and block.kind != "contents":
            _recognise_heading(block, usual_size)
    return _rejoin_items(blocks)


def _begin(line: Line, page: int) -> Block:
    """A new block that ``line`` is the first line of."""
    kind: BlockKind
    if line.cell or line.mark:
        kind = "table" if line.cell else line.mark or "paragraph"
    elif _CONTENTS.search(line.text):
        kind = "contents"
    else:
        kind = "item" if _ENUMERATOR.match(line.text) else "paragraph"
    # That a paragraph begins is no verdict: few writers use the style for headings.
    marked = line.cell is not None or line.mark not in (None, "paragraph")
    return Block(kind=kind, lines=[line], pages=[page], level=line.level, marked=marked)


def _before_notes(blocks: list[Block]) -> int:
    """The position of the last block that is no footnote, or -1."""
    return next((position for position in range(len(blocks) - 1, -1, -1) if blocks[position].kind != "note"), -1)


def _usual_size(pages: list[RawPage]) -> float:
    """The type size that most characters have, in points; 0 if unknown."""
    weights: dict[float, int] = {}
    for page in pages:
        for line in page.lines:
            weights[line.size] = weights.get(line.size, 0) + len(line.text)
    return max(weights, key=lambda size: weights[size]) if weights else 0.0


def _extent(line: Line) -> float:
    """How far to the right a line reaches: in points, or in characters where there are no boxes."""
    right = float(np.fmax.reduce(line.boxes[:, 2], initial=np.nan))
    return float(len(line.text)) if math.isnan(right) else right


def _same_table(one: Line, other: Line) -> bool:
    return one.cell is not None and other.cell is not None and one.cell.table == other.cell.table


def _continues_over_page(block: Block, line: Line, full: float) -> bool:
    """Whether the first line of a page goes on with the block before it.

    A page break hides the distance to the line above, so only an unfinished sentence goes on: one that a small letter
    follows, or whose last line reaches as far as ``full``, as the line before a heading seldom does.
    """
    last = block.lines[-1]
    if line.cell or last.cell:
        return _same_table(line, last)
    if (
        line.mark
        or block.kind in ("heading", "note", "contents")
        or _CONTENTS.search(line.text)
        or _SENTENCE_END.search(last.text)
        or _stands_alone(block)
    ):
        return False
    if line.text[:1].islower():
        return True
    alike = (line.bold, line.size) == (last.bold, last.size)
    begins = _ENUMERATOR.match(line.text) or _is_known_heading(line.text)
    return alike and not begins and line.text[:1].isalnum() and _extent(last) >= full


def _continues(block: Block, line: Line) -> bool:
    """Whether ``line`` goes on with the block that it stands below."""
    last = block.lines[-1]
    if line.cell or last.cell:
        return _same_table(line, last)
    if line.mark or block.kind == "contents" or _CONTENTS.search(line.text):
        return False
    if block.kind == "note":
        return True
    ended = bool(_SENTENCE_END.search(last.text))
    # "30. Juni" may begin a line inside a sentence; after a full stop or in a list it is the next item.
    enumerated = _ENUMERATOR.match(line.text) and (ended or block.kind == "item")
    begins = line.gap >= _PARAGRAPH_GAP or _STRONG_ENUMERATOR.match(line.text) or enumerated
    changes = line.bold != last.bold and not (last.text.endswith("-") or line.text[:1].islower())
    return not (begins or changes or _stands_alone(block))


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
    large = usual_size > 0 and all(line.size >= 1.15 * usual_size for line in block.lines)
    if len(text) > (_LONGEST_TITLE if large else _LONGEST_HEADING) or not text[:1].isalnum():
        return
    numbered = _NUMBERED_HEADING.match(text)
    bold = all(line.bold for line in block.lines)
    titled = not _SENTENCE_END.search(text) or text.endswith((":", "?"))
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
