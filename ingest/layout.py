"""What a reader hands on: the lines of each page as they stand there, each character with its glyph's box."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.types import Reading

Boxes = NDArray[np.float32]
"""Shape (characters, 4): x0, y0, x1, y1 in points from the top left of the displayed page; NaN without a glyph."""


Confidences = NDArray[np.float32]
"""Shape (characters,): how sure character recognition is, 0 to 1; 1 for blanks."""

Mark = Literal["heading", "paragraph", "item", "note"]
"""What a line begins where the format or the layout says so itself; ``note`` is a footnote."""


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a line stands in a table.

    ``table`` counts the tables of the page from 0; ``row`` and ``column`` are 0-based; ``columns`` is how many columns
    the cell covers; ``header`` tells that its row heads the columns below it.
    """

    table: int
    row: int
    column: int
    columns: int = 1
    header: bool = False


@dataclass(slots=True)
class Line:
    """One line of a page, or of one cell of a table.

    ``gap`` is its distance to the line above in line pitches: 1 is the next line, 2 leaves one blank; the first line of
    a page has gap 1. ``bold`` and ``size`` (points, 0 if unknown) describe its type. ``cell`` is set inside tables:
    a table's lines follow one another, by row, then by column, then downwards. ``mark`` (with ``level`` for headings,
    1 is the highest) is given where it is known; then a new block begins here, and unmarked lines after it go on with
    it. ``confidence`` is given for recognised text only.
    """

    text: str
    boxes: Boxes
    gap: float = 1.0
    bold: bool = False
    size: float = 0.0
    cell: CellPlace | None = None
    mark: Mark | None = None
    level: int = 1
    confidence: Confidences | None = None

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.text), 4):
            raise ValueError("a line needs one box for each character")
        if self.confidence is not None and self.confidence.shape != (len(self.text),):
            raise ValueError("a recognised line needs one confidence for each character")

    def part(self, start: int, end: int) -> Line:
        """The characters ``start:end`` as a line of their own, without blanks at its ends."""
        stripped = self.text[start:end].strip()
        start += self.text[start:end].find(stripped)
        end = start + len(stripped)
        confidence = None if self.confidence is None else self.confidence[start:end]
        return replace(self, text=stripped, boxes=self.boxes[start:end], confidence=confidence)

    @property
    def top(self) -> float:
        """The upper edge in points; NaN if the line has no glyphs."""
        # fmin and fmax pass over NaN like nanmin and nanmax, in a tenth of the time: this is asked for every line.
        return float(np.fmin.reduce(self.boxes[:, 1], initial=np.nan))

    @property
    def bottom(self) -> float:
        """The lower edge in points; NaN if the line has no glyphs."""
        return float(np.fmax.reduce(self.boxes[:, 3], initial=np.nan))

    @property
    def has_glyphs(self) -> bool:
        """Whether any character has a box."""
        return not math.isnan(self.top)


@dataclass(slots=True)
class RawPage:
    """A page before cleaning.

    ``index`` is the page's place in its file, also where the file is a package of several documents. ``label`` is the
    page label that the file itself declares, if it does.
    """

    index: int
    width: float
    height: float
    lines: list[Line]
    label: str | None = None
    reading: Reading = "text"


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file that holds several: pages ``first`` to ``last``, both 0-based and inclusive."""

    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is embedded in another; ``name`` is its file name."""

    name: str
    data: bytes


@dataclass(slots=True)
class RawDocument:
    """A file's pages and what the file says about itself (``title``, ``author``, …; only keys that are given).

    ``parts`` is empty unless the file is a package of several documents; then they cover all pages in order.
    """

    pages: list[RawPage]
    media_type: str
    metadata: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


class OnPage(Protocol):
    """Hears how far a reader is."""

    def __call__(self, done: int, of: int, /) -> None:
        """``done`` of ``of`` pages are read."""


def ignore_page(_done: int, _of: int, /) -> None:
    """For callers who do not want to know."""


class Reader(Protocol):
    """Reads one file format. Raises :class:`corpus.errors.UnreadableFileError` with one German sentence."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """All pages of the file at ``path``; ``on_page`` hears of each page that is done."""
        ...


def without_boxes(text: str) -> Boxes:
    """Boxes for characters that have no place on a page."""
    return np.full((len(text), 4), np.nan, dtype=np.float32)
