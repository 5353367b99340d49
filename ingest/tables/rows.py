"""Which lines of a table without horizontal lines make up one row.

A row has one line that carries its values (the *anchor*). Other lines are wrapped cells of the row above or below, or
rows of their own that open a group ("A. Personalkosten").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.tables.cells import Piece, Row
from ingest.tables.columns import Column, Placed

_CLEARLY = 1.25
"""How much wider a distance must be than others to separate rows."""
_JITTER = 0.4
"""Likewise in heights of a line: recognised text is not placed exactly."""
_UNFINISHED = re.compile(
    r"(?:[-–,/(&]|\b(?:und|oder|sowie|für|der|des|die|das|den|dem|von|vom|zum|zur|zu|im|in|an|am|mit|bei|aus|auf|durch"
    r"|nach|über|ein|eine|einer|eines|bzw\.|inkl\.|einschl\.|gem\.|ohne|je|pro|an))$"
)
_OPENS = re.compile(r"(?:[A-Z]|[IVX]{1,5}|\d{1,3}(?:\.\d{1,2})*)[.)]\s|\d{1,3}(?:\.\d{1,2})+\s|[-–•]\s")
_PADDED = 1.25
"""In heights of a line: a wider step is none between the lines of one cell if rows are as far apart."""
_OVERLAP = 0.7
"""In heights of a line: lines nearer to each other stand side by side, in cells of one row."""
_NEAR, _FAR = 1.6, 2.0
_BLANK_WIDTH = 0.28
"""A blank's usual width in heights of a line."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line's pieces in their columns; ``anchor`` tells that it carries the values of a row."""

    placed: tuple[Placed, ...]
    anchor: bool

    @property
    def middle(self) -> float:
        """The mean height of the pieces' middles."""
        return sum(entry.piece.middle for entry in self.placed) / len(self.placed)

    @property
    def height(self) -> float:
        """That of its highest piece."""
        return max(entry.piece.height for entry in self.placed)

    def first_in(self, column: int) -> Piece | None:
        """Its leftmost piece in a column."""
        return next((entry.piece for entry in self.placed if entry.column == column), None)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(entry.piece.bold for entry in self.placed)


def assemble_rows(lines: Sequence[PlacedLine], columns: Sequence[Column], borders: Sequence[float] = ()) -> list[Row]:
    """The rows that ``lines``, from top to bottom, make up; ``borders`` are the heights of lines drawn between rows."""
    groups = _by_borders(lines, borders) or _by_distance(lines, columns)
    rows: list[Row] = []
    for group in groups:
        row = Row()
        for line in group:
            for entry in line.placed:
                row.add(entry.column, entry.piece, entry.columns)
        rows.append(row)
    return rows


def _by_borders(lines: Sequence[PlacedLine], borders: Sequence[float]) -> list[list[PlacedLine]] | None:
    """The lines between each two borders, if the borders separate all anchors."""
    bands: dict[int, list[PlacedLine]] = {}
    for line in lines:
        bands.setdefault(sum(border < line.middle for border in borders), []).append(line)
    if len(bands) < 2 or any(sum(line.anchor for line in band) > 1 for band in bands.values()):
        return None
    return [bands[number] for number in sorted(bands)]


def _by_distance(lines: Sequence[PlacedLine], columns: Sequence[Column]) -> list[list[PlacedLine]]:
    pitch = _row_pitch(lines)
    rows: list[list[PlacedLine]] = []
    waiting: list[PlacedLine] = []
    for line in lines:
        if not line.anchor:
            waiting.append(line)
            continue
        above = rows[-1] if rows else None
        own, leading = _share_out(above, waiting, line, columns, pitch)
        rows.extend(own)
        rows.append([*leading, line])
        waiting = []
    if rows:
        # Below the last values only what clearly goes on belongs to the table.
        for line in waiting:
            if not _goes_on(rows[-1], line, columns, pitch):
                break
            rows[-1].append(line)
    return rows


def _row_pitch(lines: Sequence[PlacedLine]) -> float:
    """The usual distance of two rows of one line each; infinite if there are none."""
    steps = [below.middle - above.middle for above, below in pairwise(lines) if above.anchor and below.anchor]
    return median(steps) if steps else float("inf")


def _share_out(
    above: list[PlacedLine] | None,
    waiting: list[PlacedLine],
    anchor: PlacedLine,
    columns: Sequence[Column],
    pitch: float,
) -> tuple[list[list[PlacedLine]], list[PlacedLine]]:
    """Give the lines between two anchors to the row above (in place), to rows of their own, or to the row below."""
    rest = list(waiting)
    if above is not None and rest:
        cut = _widest(above[-1], rest, anchor)
        if cut is None:
            while rest:
                room = (rest[1] if len(rest) > 1 else anchor).middle - rest[0].middle
                # What is unfinished right before the values goes on beside them.
                unfinished = len(rest) == 1 and is_unfinished(rest[0].placed[0].piece.text)
                if unfinished or not _goes_on(above, rest[0], columns, min(pitch, 1.2 * room)):
                    break
                above.append(rest.pop(0))
        else:
            above.extend(rest[:cut])
            rest = rest[cut:]
    leading: list[PlacedLine] = []
    while rest and leads_into(rest[-1], leading[0] if leading else anchor, columns, pitch):
        leading.insert(0, rest.pop())
    own: list[list[PlacedLine]] = []
    for line in rest:
        if own and _goes_on(own[-1], line, columns, pitch):
            own[-1].append(line)
        else:
            own.append([line])
    return own, leading


def _widest(above: PlacedLine, between: Sequence[PlacedLine], below: PlacedLine) -> int | None:
    """After how many of the lines between two anchors the one clearly widest distance lies, if there is one."""
    heights = [above.middle, *(line.middle for line in between), below.middle]
    steps = [low - high for high, low in pairwise(heights)]
    widest = max(range(len(steps)), key=steps.__getitem__)
    others = [step for number, step in enumerate(steps) if number != widest]
    clear = max(_CLEARLY * max(others), max(others) + _JITTER * above.height)
    return widest if steps[widest] > clear else None


def _goes_on(row: Sequence[PlacedLine], line: PlacedLine, columns: Sequence[Column], pitch: float) -> bool:
    """Whether ``line`` goes on with cells of the row above it; ``pitch`` is how far off it would be if it did not."""
    step = line.middle - row[-1].middle
    if step < _OVERLAP * line.height or step > _FAR * line.height:
        return step < _FAR * line.height
    first = line.placed[0]
    above = next((piece for other in reversed(row) if (piece := other.first_in(first.column))), None)
    closer = pitch != float("inf") and step < 0.9 * pitch
    if above is None:
        return first.column > 0 and (closer or pitch == float("inf"))
    if _is_padded(step, line, pitch):
        return above.text.endswith("-") and first.piece.text[:1].islower()
    if first.piece.text[:1].islower() or is_unfinished(above.text):
        return True
    if line.bold != above.bold or _opens(first.piece.text):
        return False
    return closer or _is_full(above, first.piece, columns[first.column])


def leads_into(line: PlacedLine, below: PlacedLine, columns: Sequence[Column], pitch: float = float("inf")) -> bool:
    """Whether ``line`` holds the beginning of cells that go on in the line below it; ``pitch`` is that of the rows."""
    step = below.middle - line.middle
    if step < _OVERLAP * line.height or step > _NEAR * line.height or _is_padded(step, line, pitch):
        return step < _OVERLAP * line.height
    first = line.placed[0]
    under = below.first_in(first.column)
    if under is None:
        return first.column == 0 and not first.piece.text.endswith(":") and step < _PADDED * line.height
    if line.bold != under.bold or (_opens(first.piece.text) and step > 0.8 * pitch):
        return False
    if under.text[:1].islower() or is_unfinished(first.piece.text):
        return True
    return not (_opens(first.piece.text) or _opens(under.text)) and _is_full(first.piece, under, columns[first.column])


def is_unfinished(text: str) -> bool:
    """Whether a cell's line ends so that it must go on: with a hyphen, a comma, an "und" or a "der"."""
    return _UNFINISHED.search(text) is not None


def _opens(text: str) -> bool:
    """Whether a line begins something new: it is enumerated, or announces what follows with a colon."""
    return text.endswith(":") or _OPENS.match(text) is not None


def _is_padded(step: float, line: PlacedLine, pitch: float) -> bool:
    """Whether rows have white between them, and this line stands as far off as a row of its own."""
    return step >= 0.95 * pitch and step > _PADDED * line.height


def _is_full(above: Piece, below: Piece, column: Column) -> bool:
    """Whether the first word of ``below`` would not have fitted behind ``above``: then the line had to break there."""
    word = below.text.split()[0]
    width = (below.x1 - below.x0) * len(word) / len(below.text)
    return above.x1 + _BLANK_WIDTH * above.height + width > column.x1 + 1.0
