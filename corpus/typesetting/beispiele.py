"""Typesets all example documents: ``python -m corpus.typesetting.beispiele``.

Each module of :data:`SCRIPTS` has a ``typeset(target: Path = TARGET) -> None`` that writes the same bytes on each run.
"""

from __future__ import annotations

import sys
from types import ModuleType

from corpus.typesetting import anhang_1, anhang_2, anhang_3, anhang_4, anhang_5, anhang_6, konzeption
from corpus.typesetting.example import run

SCRIPTS: tuple[ModuleType, ...] = (konzeption, anhang_1, anhang_2, anhang_3, anhang_4, anhang_5, anhang_6)


def typeset_all() -> None:
    """Write the PDF of each example document and say which."""
    for script in SCRIPTS:
        script.typeset()
        print(script.TARGET)


if __name__ == "__main__":
    sys.exit(run(typeset_all))
