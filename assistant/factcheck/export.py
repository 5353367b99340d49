"""A fact check as a file: the draft with comments for Word, a protocol as PDF or Markdown."""

from __future__ import annotations

from typing import Final

from assistant.export import Format, exported
from assistant.factcheck.commented import commented_draft
from assistant.factcheck.paper import check_paper
from assistant.factcheck.shapes import FactCheck

EXPORTS: Final[dict[str, Format]] = {"docx": "docx", "pdf": "pdf", "md": "md"}
"""The formats by the endings of their files."""


def export(draft: str, check: FactCheck, form: Format) -> bytes:
    """The file's content."""
    return commented_draft(draft, check) if form == "docx" else exported(check_paper(check), form)
