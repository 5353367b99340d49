"""Typesets the example Anhang 4, whose landscape page has a landscape MediaBox.

``python -m corpus.typesetting.anhang_4``
"""

from __future__ import annotations

import sys
from pathlib import Path

from corpus.typesetting.concept_sheet import typeset_sheet
from corpus.typesetting.example import EXAMPLES, SOURCES, ExampleDocument, Sheet, run

SOURCE = SOURCES / "anhang-4.md"
TARGET = EXAMPLES / "anhang-4.pdf"
PAGES = 3


def printed_number(position: int) -> str:
    """``Seite 2 von 3`` at the foot of each page."""
    return f"Seite {position} von {PAGES}"


def _head(_: ExampleDocument) -> tuple[str, str]:
    return "Anhang 4 zur Konzeption", "Zugang zum Gesundheitssystem"


def typeset(target: Path = TARGET, source: Path = SOURCE) -> None:
    """Set the text file ``source`` as the PDF file ``target``."""
    sheets = [
        Sheet("text", number=printed_number, head=_head),
        Sheet("plan", landscape=True, number=printed_number, head=_head),
    ]
    typeset_sheet(source, target, sheets)


if __name__ == "__main__":
    sys.exit(run(typeset))
