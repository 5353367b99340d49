"""Typesets the example Anhang 5, whose landscape page is a portrait page turned by ``/Rotate 90``.

``python -m corpus.typesetting.anhang_5``
"""

from __future__ import annotations

import sys
from pathlib import Path

from corpus.typesetting.concept_sheet import typeset_sheet
from corpus.typesetting.example import EXAMPLES, SOURCES, Sheet, run

SOURCE = SOURCES / "anhang-5.md"
TARGET = EXAMPLES / "anhang-5.pdf"
PAGES = 3


def typeset(target: Path = TARGET, source: Path = SOURCE) -> None:
    """Set the text file ``source`` as the PDF file ``target``."""
    typeset_sheet(source, target, [Sheet("text", number=str), Sheet("plan", turned=True, number=str)])


if __name__ == "__main__":
    sys.exit(run(typeset))
