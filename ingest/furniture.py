"""Takes page numbers and running heads off the pages and works out the page labels."""

from __future__ import annotations

import re
from collections import Counter

from ingest.layout import Line, RawPage

_BAND = 3
"""How many lines at the head and at the foot of a page may be furniture."""
_RUNNING_ON = 3
"""A line must stand at the same place of at least this many pages, and on half of all, to be a running head."""
_SAME_PLACE = 6.0
"""Points by which a running head may move from page to page."""
_NUMBER = re.compile(
    r"(?:Seite|S\.|Blatt)?\s*[-–—]?\s*(?P<number>\d{1,4})\s*(?:(?:von|/)\s*\d{1,4})?\s*[-–—]?", re.IGNORECASE
)
_ROMAN = re.compile(r"[-–—]?\s*(?P<number>[ivxl]{1,7})\s*[-–—]?")


def strip_furniture(pages: list[RawPage]) -> list[str]:
    """Remove page numbers and running heads from ``pages`` in place; return the printed label of each page.

    A page without a printed number gets the label that the file declares, else the one that its neighbours imply
    (printed number minus position is the same on all pages), else its position counted from 1.
    """
    labels = _take_numbers(pages)
    _take_running_heads(pages)
    offsets = Counter(
        int(label) - page.index
        for page, label in zip(pages, labels, strict=True)
        if label is not None and label.isdecimal()
    )
    offset = offsets.most_common(1)[0][0] if offsets else None
    return [label or page.label or _implied(page.index, offset) for page, label in zip(pages, labels, strict=True)]


def _implied(index: int, offset: int | None) -> str:
    return str(index + offset) if offset is not None and index + offset > 0 else str(index + 1)


def _edges(page: RawPage) -> list[Line]:
    """The lines nearest to the upper and the lower edge, outermost first."""
    return [*page.lines[:_BAND], *page.lines[: -_BAND - 1 : -1]]


def _number_candidates(page: RawPage) -> list[tuple[Line, str]]:
    found: list[tuple[Line, str]] = []
    for line in (*page.lines[:1], *page.lines[-1:]):
        match = _NUMBER.fullmatch(line.text) or _ROMAN.fullmatch(line.text)
        if match and not any(line is known for known, _ in found):
            found.append((line, match.group("number")))
    return found


def _take_numbers(pages: list[RawPage]) -> list[str | None]:
    """Remove the lone numbers that run along with the pages.

    One number is believed only if another page supports its distance to the page's position or, in short documents,
    if it is the position itself: a lone figure in a table is no page number.
    """
    candidates = {page.index: _number_candidates(page) for page in pages}
    support = Counter(
        int(number) - index for index, found in candidates.items() for _, number in found if number.isdecimal()
    )
    roman = sum(1 for found in candidates.values() for _, number in found if not number.isdecimal())
    labels: list[str | None] = []
    for page in pages:
        label = None
        for line, number in candidates[page.index]:
            if number.isdecimal():
                distance = int(number) - page.index
                believed = support[distance] > 1 or distance == 1
            else:
                believed = roman > 1
            if believed:
                page.lines = [kept for kept in page.lines if kept is not line]
                label = number
                break
        labels.append(label)
    return labels


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _take_running_heads(pages: list[RawPage]) -> None:
    """Remove lines that, figures aside, stand at the same place of at least half of the pages."""
    needed = max(_RUNNING_ON, (len(pages) + 1) // 2)
    places: dict[str, list[float]] = {}
    for page in pages:
        for pattern, line in {_pattern(line): line for line in _edges(page)}.items():
            # Formats without a geometry have no places to compare.
            places.setdefault(pattern, []).append(line.top if line.has_glyphs else 0.0)
    running = {
        pattern
        for pattern, tops in places.items()
        if len(tops) >= needed and sum(abs(top - sorted(tops)[len(tops) // 2]) <= _SAME_PLACE for top in tops) >= needed
    }
    for page in pages:
        edges = [line for line in _edges(page) if _pattern(line) in running]
        page.lines = [line for line in page.lines if not any(line is edge for edge in edges)]
