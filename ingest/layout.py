"""What a reader hands on: the lines of each page as they stand there, each character with its glyph's box."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""Shape (characters, 4): x0, y0, x1, y1 in points from the top left of the displayed page; NaN without a glyph."""


@dataclass(slots=True)
class Line:
    """One line of a page.

    ``gap`` is its distance to the line above in line pitches: 1 is the next line, 2 leaves one blank; the first line of
    a page has gap 1. ``bold`` and ``size`` (points, 0 if unknown) describe its type.
    """

    text: str
    boxes: Boxes
    gap: float = 1.0
    bold: bool = False
    size: float = 0.0

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.text), 4):
            raise ValueError("a line needs one box for each character")

    @property
    def top(self) -> float:
        """The upper edge in points; NaN if the line has no glyphs."""
        return float(np.nanmin(self.boxes[:, 1])) if self.has_glyphs else float("nan")

    @property
    def bottom(self) -> float:
        """The lower edge in points; NaN if the line has no glyphs."""
        return float(np.nanmax(self.boxes[:, 3])) if self.has_glyphs else float("nan")

    @property
    def has_glyphs(self) -> bool:
        """Whether any character has a box."""
        return bool(len(self.text)) and not bool(np.isnan(self.boxes[:, 0]).all())


@dataclass(slots=True)
class RawPage:
    """A page before cleaning; ``label`` is the page label that the file itself declares, if it does."""

    index: int
    width: float
    height: float
    lines: list[Line]
    label: str | None = None


@dataclass(slots=True)
class RawDocument:
    """A file's pages and what the file says about itself (``title``, ``author``, …; only keys that are given)."""

    pages: list[RawPage]
    media_type: str
    metadata: dict[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """Reads one file format. Raises :class:`corpus.errors.UnreadableFileError` with one German sentence."""

    def read(self, path: Path) -> RawDocument:
        """All pages of the file at ``path``."""
        ...


def without_boxes(text: str) -> Boxes:
    """Boxes for characters that have no place on a page."""
    return np.full((len(text), 4), np.nan, dtype=np.float32)
