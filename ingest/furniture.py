"""Takes page numbers and running heads off the pages and works out the page labels."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.layout import Line, RawPage

_BAND = 3
"""How many rows at the head and at the foot of a page may be furniture."""
_MARGIN = 0.2
"""Share of the page's height, at either end, outside of which nothing is furniture."""
_SAME_ROW = 3.0
"""Points by which the upper edges of lines in one row may differ."""
_SAME_PLACE = 6.0
"""Points by which a running head may move from page to page."""
_SHARE = 0.4
"""A running head stands on this share of the pages at least: left and right pages may have different ones."""
_APART = 1.5
"""Line pitches that lie between a running head and the text below it at least."""
_LONGEST = 120
"""Characters that a running head has at most."""
_NUMBER = re.compile(
    r"(?:Seite|S\.|Blatt)?\s*+(?:[-–—]\s*+)?(?P<number>\d{1,4})\s*+(?:(?:von|/)\s*+\d{1,4}\s*+)?[-–—]?", re.IGNORECASE
)
_WORDED_NUMBER = re.compile(
    r"(?:^|[\s|·•])(?:Seite|S\.|Blatt)\s*(?P<number>\d{1,4})(?:\s*(?:von|/)\s*\d{1,4})?(?=$|[\s|·•])", re.IGNORECASE
)
"""A page number inside a running head: "Rhein-Sieg-Kreis, Konzeption – Seite 3 von 12"."""
_ROMAN = re.compile(r"[-–—]?\s*(?P<number>[ivxl]{1,7}|[IVXL]{1,7})\s*[-–—]?")
_DASHED = re.compile(r"[-–—]\s*\w+\s*[-–—]")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}
_VALID_ROMAN = re.compile(r"(?:x[lx]|l?x{0,3})(?:i[xv]|v?i{0,3})")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that may be a page's.

    ``alone`` tells that its line says nothing else, ``certain`` that nothing but a page number is written so.
    """

    line: Line
    label: str
    value: int
    alone: bool
    certain: bool = False


def strip_furniture(pages: list[RawPage]) -> list[str]:
    """Remove page numbers and running heads from ``pages`` in place; return the printed label of each page.

    A page without a printed number gets the label that the file declares, else the one that its neighbours imply
    (printed number minus position is the same on all pages), else its position counted from 1.
    """
    labels = _take_numbers(pages)
    _take_running_heads(pages)
    offsets = Counter(
        int(label) - position
        for position, (page, label) in enumerate(zip(pages, labels, strict=True))
        if label is not None and label.isdecimal()
    )
    offset = offsets.most_common(1)[0][0] if offsets else None
    return [
        label or page.label or _implied(position, offset)
        for position, (page, label) in enumerate(zip(pages, labels, strict=True))
    ]


def _implied(position: int, offset: int | None) -> str:
    return str(position + offset) if offset is not None and position + offset > 0 else str(position + 1)


# -- rows at the edges ------------------------------------------------------------------------------------------------


def _edge_rows(page: RawPage) -> Iterator[list[Line]]:
    """The rows nearest to the upper and the lower edge, outermost first; footnotes and tables are no furniture."""
    lines = [line for line in page.lines if line.cell is None and line.mark != "note"]
    placed = [(line.top, line) for line in lines] if page.height else []
    if any(not math.isnan(top) for top, _ in placed):
        high, low = _MARGIN * page.height, (1 - _MARGIN) * page.height
        above = _rows([(top, line) for top, line in placed if top <= high])
        below = _rows([(top, line) for top, line in placed if top >= low])
        yield from [row for row in above if row[0].bottom <= high][:_BAND]
        yield from below[: -_BAND - 1 : -1]
        return
    ends = [*lines[:_BAND], *lines[: -_BAND - 1 : -1]]
    yield from ([line] for number, line in enumerate(ends) if not any(line is other for other in ends[:number]))


def _rows(placed: Sequence[tuple[float, Line]]) -> list[list[Line]]:
    """Lines side by side are one row, whatever stands between them in reading order; from the top down.

    Each line comes with its upper edge, which costs too much to be asked for again at every comparison.
    """
    rows: list[list[Line]] = []
    first = math.nan
    for top, line in sorted(placed, key=lambda entry: entry[0]):
        if rows and top - first <= _SAME_ROW:
            rows[-1].append(line)
        else:
            rows.append([line])
            first = top
    return rows


def _without(page: RawPage, taken: Sequence[Line]) -> None:
    gone = {id(line) for line in taken}
    page.lines = [line for line in page.lines if id(line) not in gone]


# -- page numbers ------------------------------------------------------------------------------------------------------


def _take_numbers(pages: list[RawPage]) -> list[str | None]:
    """Remove the lone numbers that run along with the pages; a number inside a running head only names its page.

    One number is believed only if another page supports its distance to the page's position or, in short documents,
    if it is the position itself, stands between dashes or is what the file declares: a lone figure in a table is no
    page number. Roman numbers count along: after "ii" may come 3.
    """
    candidates = [_numbers(page) for page in pages]
    support = Counter(
        distance
        for position, found in enumerate(candidates)
        for distance in {number.value - position for number in found}
    )
    labels: list[str | None] = []
    for position, (page, found) in enumerate(zip(pages, candidates, strict=True)):
        believed = [
            number
            for number in found
            if support[number.value - position] > 1
            or (number.value - position == 1 and number.label.isdecimal())
            or number.certain
            or number.label == page.label
        ]
        best = max(believed, key=lambda number: support[number.value - position], default=None)
        labels.append(best.label if best else None)
        _without(page, [number.line for number in believed if number.alone and best and number.value == best.value])
    return labels


def _numbers(page: RawPage) -> list[_Number]:
    found: list[_Number] = []
    for line in (line for row in _outermost(page) for line in row):
        text = line.text.strip()
        if match := _NUMBER.fullmatch(text):
            certain = bool(_DASHED.fullmatch(text))
            found.append(_Number(line, match.group("number"), int(match.group("number")), alone=True, certain=certain))
        elif (match := _ROMAN.fullmatch(text)) and (value := _roman(match.group("number"))):
            found.append(_Number(line, match.group("number"), value, alone=True, certain=bool(_DASHED.fullmatch(text))))
        elif len(text) <= _LONGEST and (match := _WORDED_NUMBER.search(text)):
            found.append(_Number(line, match.group("number"), int(match.group("number")), alone=False))
    return found


def _outermost(page: RawPage) -> Iterator[list[Line]]:
    """Where page numbers stand: in the rows at the edges, or in the first and the last line of a text."""
    if page.height:
        yield from _edge_rows(page)
        return
    if page.lines:
        yield page.lines[:1]
    if len(page.lines) > 1:
        yield page.lines[-1:]


def _roman(text: str) -> int:
    """The value of a Roman number below 90, 0 if it is none."""
    letters = text.casefold()
    if not _VALID_ROMAN.fullmatch(letters):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in letters]
    return sum(-one if one < other else one for one, other in zip(values, [*values[1:], 0], strict=True))


# -- running heads -----------------------------------------------------------------------------------------------------


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _take_running_heads(pages: list[RawPage]) -> None:
    """Remove lines that stand at the same place of many pages: with the same words, or as chapter titles do."""
    for page, taken in zip(pages, _repeated(pages), strict=True):
        _without(page, taken)
    for page, taken in zip(pages, _changing(pages), strict=True):
        _without(page, taken)


def _repeated(pages: Sequence[RawPage]) -> list[list[Line]]:
    """Of each page the lines that, figures aside, stand at the same place of many pages.

    Where there are two pages only, it must be the very same words on both. Pages that are alike from top to bottom
    count once: what they share is their text.
    """
    needed = max(3, -(-len(pages) * 2 // 5)) if len(pages) != 2 else 2
    edges = [[line for row in _edge_rows(page) for line in row] for page in pages]
    different = {tuple(map(_pattern, page.lines)): lines for page, lines in zip(pages, edges, strict=True)}
    places: dict[str, list[float]] = {}
    for lines in different.values():
        known = {_pattern(line) if len(pages) != 2 else line.text: line for line in lines}
        for pattern, line in known.items():
            # Formats without a geometry have no places to compare.
            places.setdefault(pattern, []).append(line.top if line.has_glyphs else 0.0)
    running = {
        pattern
        for pattern, tops in places.items()
        if len(tops) >= needed and sum(abs(top - sorted(tops)[len(tops) // 2]) <= _SAME_PLACE for top in tops) >= needed
    }
    return [
        [line for line in lines if (_pattern(line) if len(pages) != 2 else line.text) in running] for lines in edges
    ]


def _changing(pages: Sequence[RawPage]) -> list[list[Line]]:
    """Of each page the line of a running head whose words change with the chapter.

    Such heads stand in the outermost row, at the same height of most pages, clearly apart from the text. As the first
    line of a text does that too where paragraphs are far apart, the heads must also be smaller than the text or come
    back on other pages.
    """
    nothing: list[list[Line]] = [[] for _ in pages]
    if len(pages) < 3:
        return nothing
    usual = _usual_size(pages)
    taken = nothing
    rows = [_rows([(top, line) for line in page.lines if not math.isnan(top := line.top)]) for page in pages]
    for end in ("head", "foot"):
        outer = [_outer_row(page, of_page, end) for page, of_page in zip(pages, rows, strict=True)]
        tops = sorted(row[0].top for row in outer if row)
        if len(tops) < max(3, _SHARE * len(pages)):
            continue
        middle = tops[len(tops) // 2]
        here = [row if row and abs(row[0].top - middle) <= _SAME_ROW else None for row in outer]
        texts = Counter(" ".join(map(_pattern, row)) for row in here if row)
        count = sum(texts.values())
        returning = sum(number for number in texts.values() if number > 1)
        smaller = sum(all(0 < line.size < 0.95 * usual for line in row) for row in here if row)
        if count >= max(3, 0.6 * len(pages)) and max(returning, smaller) >= 0.6 * count:
            taken = [[*before, *(row or [])] for before, row in zip(taken, here, strict=True)]
    return taken


def _outer_row(page: RawPage, rows: Sequence[list[Line]], end: str) -> list[Line] | None:
    """The first or last of a page's rows if it stands apart from the rest and is short."""
    if not page.height or len(rows) < 2:
        return None
    row, neighbour = (rows[0], rows[1]) if end == "head" else (rows[-1], rows[-2])
    inside = row[0].bottom <= _MARGIN * page.height if end == "head" else row[0].top >= (1 - _MARGIN) * page.height
    plain = all(line.cell is None and line.mark != "note" for line in row)
    distance = abs(neighbour[0].top - row[0].top)
    apart = distance >= _APART * _pitch(rows)
    short = sum(len(line.text) for line in row) <= _LONGEST
    return row if inside and plain and apart and short else None


def _pitch(rows: Sequence[Sequence[Line]]) -> float:
    """The usual distance of rows in points."""
    return float(np.median(np.diff([row[0].top for row in rows])))


def _usual_size(pages: Sequence[RawPage]) -> float:
    """The type size that most characters have, in points; 0 if unknown."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[line.size] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 0.0
