"""Text for markup: what comes from documents, questions and file names passes through here exactly once."""

from __future__ import annotations

import html
import re

_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that would let a text be shown in another order than it is stored."""


def escaped(text: str) -> str:
    """``text`` for element content and quoted attributes."""
    return html.escape(_INVISIBLE.sub("", text), quote=True)
