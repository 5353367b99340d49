"""What a page must be looked through for before it is read: main content, hidden parts, layout tables, notes."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from ingest.readers.html_events import Events
from ingest.readers.paragraphs import clean

HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)
_LONGEST_STYLE = 2000
_UNSEEN = frozenset(
    "head script style template noscript iframe object embed applet audio video canvas svg select textarea datalist "
    "progress meter frameset noframes rp rt del nav".split()
)
"""Elements that show no text, or controls, deleted text and navigation."""
_FURNITURE_ROLES = frozenset("navigation search contentinfo complementary menubar toolbar tablist".split())
_NOTE_BLOCKS = frozenset("li p div dd dt td aside section".split())
_NOTE_MARK = re.compile(r"[\[(]?\s*(\d{1,4}|[a-z]{1,2}|[*†‡§]{1,3})\s*[\])]?", re.IGNORECASE)
_LEVELS_OF_NAMES = 3
"""How far above a reference the element may be that has its name: <sup id="ref-1"><span><a href="#note-1">."""


def own_style(attributes: dict[str, str]) -> str:
    """The style that stands at an element itself; what is longer than any person writes is cut."""
    return attributes.get("style", "")[:_LONGEST_STYLE]


def is_hidden(tag: str, attributes: dict[str, str]) -> bool:
    """Whether an element shows nothing, or something that is no part of the text."""
    if tag in _UNSEEN or attributes.get("role", "").strip().casefold() in _FURNITURE_ROLES:
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(own_style(attributes)))


def main_ranges(page: Events) -> list[tuple[int, int]]:
    """The parts of the page that it marks as its main content, else all of it."""
    ranges: list[tuple[int, int]] = []
    for position, event in enumerate(page.events):
        attributes = event.attributes
        if attributes is None or not (event.tag == "main" or attributes.get("role") == "main"):
            continue
        end = page.ends[position] + 1
        nested = bool(ranges) and position < ranges[-1][1]
        if not nested and not is_hidden(event.tag, attributes) and page.text(position, end).strip():
            ranges.append((position, end))
    return ranges or [(0, len(page.events))]


@dataclass(slots=True)
class _Signs:
    """What speaks for and against a table's being one."""

    cells: int = 0
    layout: bool = False
    data: bool = False
    contents: bool = False

    @property
    def arranges(self) -> bool:
        return self.layout or self.cells <= 1 or (self.contents and not self.data)


def layout_tables(page: Events) -> set[int]:
    """The positions of the tables that only arrange what stands in them (HTML standard 4.9.1).

    They say so, have one cell, or hold tables or headings and have nothing that only a real table has.
    """
    found: set[int] = set()
    tables: list[tuple[int, _Signs]] = []
    for position, event in enumerate(page.events):
        tag, attributes = event.tag, event.attributes
        if attributes is None:
            if tag == "table" and tables:
                start, signs = tables.pop()
                if signs.arranges:
                    found.add(start)
            continue
        if tables:
            signs = tables[-1][1]
            signs.cells += tag in ("td", "th")
            signs.contents |= tag == "table" or tag in HEADINGS
            signs.data |= tag in ("th", "caption", "thead") or "scope" in attributes or "headers" in attributes
        if tag == "table":
            role = attributes.get("role", "").strip().casefold()
            drawn = attributes.get("border", "0").strip() not in ("0", "") or bool(attributes.get("summary"))
            tables.append((position, _Signs(layout=role in ("presentation", "none"), data=drawn or role == "table")))
    return found


@dataclass(slots=True)
class Notes:
    """The notes of a page: each reference's mark and note, the notes, and the links back that stand in them."""

    references: dict[int, tuple[str, int]] = field(default_factory=dict)
    blocks: set[int] = field(default_factory=set)
    backlinks: set[int] = field(default_factory=set)


def find_notes(page: Events) -> Notes:
    """The notes: blocks that a short link points to and that link back to it.

    So Word, LibreOffice, pandoc and wikis write them, whatever their classes are called.
    """
    names, parents, links = _names(page)
    notes = Notes()
    candidates: list[tuple[int, str, int]] = []
    backlinks: dict[tuple[int, str], list[int]] = {}
    for target, found in links.items():
        block = _block(page, parents, names.get(target))
        if block is None:
            continue
        for position in found:
            mark = _NOTE_MARK.fullmatch(clean(page.text(position, page.ends[position])))
            if mark and position < block:
                candidates.append((block, mark.group(1), position))
                for name in _own_names(page, parents, position):
                    if (block, name) not in backlinks:
                        backlinks[block, name] = _between(links.get(name, []), block, page.ends[block])
    reach = -1
    for block in sorted({block for (block, _), found in backlinks.items() if found}):
        # A note inside a note is a part of it.
        if block > reach:
            notes.blocks.add(block)
            reach = page.ends[block]
    notes.references = {position: (mark, block) for block, mark, position in candidates if block in notes.blocks}
    for (block, _), found in backlinks.items():
        if block in notes.blocks:
            notes.backlinks.update(found)
    return notes


def _names(page: Events) -> tuple[dict[str, int], dict[int, int], dict[str, list[int]]]:
    """Where each name stands, each start tag's parent, and the links to each name on the page itself."""
    names: dict[str, int] = {}
    parents: dict[int, int] = {}
    links: dict[str, list[int]] = {}
    above: list[int] = []
    for position, event in enumerate(page.events):
        if event.attributes is None:
            if event.tag:
                above.pop()
            continue
        if above:
            parents[position] = above[-1]
        above.append(position)
        for key in ("id", "name"):
            if name := event.attributes.get(key):
                names.setdefault(name, position)
        target = event.attributes.get("href", "")
        if event.tag == "a" and target.startswith("#"):
            links.setdefault(target[1:], []).append(position)
    return names, parents, links


def _block(page: Events, parents: dict[int, int], position: int | None) -> int | None:
    """The block that stands at a name or around it; ``None`` for headings."""
    for _ in range(_LEVELS_OF_NAMES + 1):
        if position is None or page.events[position].tag in HEADINGS:
            return None
        if page.events[position].tag in _NOTE_BLOCKS:
            return position
        position = parents.get(position)
    return None


def _own_names(page: Events, parents: dict[int, int], position: int | None) -> set[str]:
    """The names of a reference and of what stands closely around it."""
    found: set[str] = set()
    for _ in range(_LEVELS_OF_NAMES):
        if position is None or page.events[position].tag in _NOTE_BLOCKS:
            break
        attributes = page.attributes(position)
        found.update(name for key in ("id", "name") if (name := attributes.get(key)))
        position = parents.get(position)
    return found


def _between(positions: list[int], start: int, end: int) -> list[int]:
    """Of positions in order those from ``start`` to before ``end``."""
    return positions[bisect_left(positions, start) : bisect_left(positions, end)]
