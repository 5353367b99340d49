"""Footnotes for reportlab's platypus, which has none: raised numbers in the text, the notes at the foot of the page.

A paragraph that refers to notes carries them (:class:`NotedParagraph`). The column that takes it in
(:class:`NotedFrame`) gives up as much of its lower end as the notes need, and draws them there when its page ends. A
paragraph that breaks over two pages takes each note to the page on which its number stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Frame, Paragraph

RULE_WIDTH = 144.0
"""Points: the short rule above the notes, as a word processor draws it."""
RULE_GAP = 12.0
"""Points between the end of the text and the first note; the rule stands in its middle."""
NOTE_GAP = 1.5

REFERENCE = re.compile(r"\[\^(\d+)\]")
"""How a source refers to a note: ``[^3]``."""


@dataclass(frozen=True)
class Footnote:
    """The number and the text of a note; the text may hold markup."""

    number: str
    text: str

    def paragraph(self, style: ParagraphStyle) -> Paragraph:
        """The note as it stands at the foot of the page."""
        return Paragraph(f"{raised(self.number, style.fontSize)} {self.text}", style)


def raised(number: str, size: float) -> str:
    """The markup of a raised number in type of ``size`` points."""
    return f'<super rise="{size * 0.34:.2f}" size="{size * 0.64:.1f}">{number}</super>'


class NotedParagraph(Paragraph):  # type: ignore[misc]  # reportlab ships no types
    """A paragraph with the notes that it refers to."""

    notes: tuple[Footnote, ...] = ()

    def own_notes(self) -> tuple[Footnote, ...]:
        """Those of the notes whose raised number stands in this (part of the) paragraph."""
        shown = {text.strip() for text, rise in self._pieces() if rise > 0}
        return tuple(note for note in self.notes if note.number in shown)

    def _pieces(self) -> Iterator[tuple[str, float]]:
        """The runs of equal type with their rise in points."""
        for fragment in self.frags:
            if isinstance(fragment, list):  # a word of a part: its width, then its pieces as (type, text)
                yield from ((text, type_.rise) for type_, text in fragment[1:])
            elif hasattr(fragment, "text"):  # else all of it is of one type, without a raised number
                yield fragment.text, fragment.rise

    def split(self, width: float, height: float) -> list[Flowable]:
        """The part that fits and the rest, each with its notes."""
        parts: list[Flowable] = super().split(width, height)
        for part in parts:
            part.notes = self.notes
            part.notes = part.own_notes()
        return parts


class NotedFrame(Frame):  # type: ignore[misc]  # reportlab ships no types
    """A column without padding whose lower end the notes of its text may take."""

    def __init__(
        self, left: float, bottom: float, width: float, height: float, note: ParagraphStyle, name: str
    ) -> None:
        self.note_style = note
        self.notes: list[Footnote] = []
        super().__init__(left, bottom, width, height, 0, 0, 0, 0, id=name)

    def _reset(self) -> None:
        self.notes = []
        super()._reset()

    def _height_of(self, notes: Sequence[Footnote]) -> float:
        heights = (note.paragraph(self.note_style).wrap(self._aW, self._aH)[1] + NOTE_GAP for note in notes)
        return RULE_GAP + sum(heights) if notes else 0.0

    @contextmanager
    def _room_for(self, notes: Sequence[Footnote]) -> Iterator[None]:
        """Let the column end above its notes and these further ones."""
        end: float = self._y1p
        self._y1p: float = end + self._height_of([*self.notes, *notes])
        try:
            yield
        finally:
            self._y1p = end

    def _add(self, flowable: Flowable, canv: Canvas, trySplit: int = 0) -> int:  # noqa: N803  reportlab's interface
        notes = getattr(flowable, "notes", ())
        with self._room_for(notes):
            added: int = super()._add(flowable, canv, trySplit)
        if added:
            self.notes.extend(notes)
        return added

    add = _add

    def split(self, flowable: Flowable, canv: Canvas) -> list[Flowable]:
        """The part of a paragraph that fits above its own notes, and the rest."""
        with self._room_for(()):
            parts: list[Flowable] = super().split(flowable, canv)
        notes: Sequence[Footnote] = getattr(parts[0], "notes", ()) if parts else ()
        if not notes:
            return parts
        with self._room_for(notes):
            return list(super().split(flowable, canv))

    def draw_notes(self, canvas: Canvas) -> None:
        """Draw the rule and the notes of the page that ends."""
        if not self.notes:
            return
        top = self._y1p + self._height_of(self.notes)
        canvas.setLineWidth(0.5)
        canvas.line(self._x1, top - RULE_GAP / 2, self._x1 + RULE_WIDTH, top - RULE_GAP / 2)
        top -= RULE_GAP
        for note in self.notes:
            paragraph = note.paragraph(self.note_style)
            _, height = paragraph.wrapOn(canvas, self._aW, self._aH)
            top -= height
            paragraph.drawOn(canvas, self._x1, top)
            top -= NOTE_GAP
        self.notes = []
