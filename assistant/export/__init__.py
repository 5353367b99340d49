"""Answers and session sheets as files to keep, print and send: Markdown, Word, PDF."""

from __future__ import annotations

from assistant.export.files import FORMATS, Format, exported
from assistant.export.paper import Paper, conversation_paper, sheet_paper

__all__ = ["FORMATS", "Format", "Paper", "conversation_paper", "exported", "sheet_paper"]
