"""The session sheet of a Vorlage: what one needs to know of it before a session, each line with its proof."""

from __future__ import annotations

from assistant.sheet.maker import SheetMaker, has_sheet
from assistant.sheet.shape import SessionSheet, SheetLine, SheetPart, more_sentence

__all__ = ["SessionSheet", "SheetLine", "SheetMaker", "SheetPart", "has_sheet", "more_sentence"]
