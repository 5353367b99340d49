"""Takes a question apart that asks for several things: "Was kostet es, und bis wann soll es fertig sein?"."""

from __future__ import annotations

import re
from typing import Final

from corpus.analysis import analyse

_PREPOSITIONS: Final = r"(?:bis|seit|ab|von|für|mit|durch|bei|in|an|auf|aus|nach|zu|gegen|unter|über|um|wegen|aufgrund)"
_ASKING: Final = (
    r"(?:wer|wem|wen|wessen|was|wann|wo|wohin|woher|wie|warum|weshalb|wieso|weswegen|welche[rsmn]?"
    r"|wo(?:für|zu|mit|durch|von|ran|rauf|rum|gegen|nach|bei|rin|rüber))"
)
_BETWEEN: Final = re.compile(
    rf"(?:\?\s*|,?\s)(?:und|sowie|oder)\s+(?:zwar\s+)?(?=(?:{_PREPOSITIONS}\s+)?{_ASKING}\s)|\?\s+(?=\S)",
    re.IGNORECASE,
)
_BEGINS: Final = re.compile(rf"^\W*(?:und\s+|aber\s+|oder\s+)?(?:{_PREPOSITIONS}\s+)?{_ASKING}\b", re.IGNORECASE)
_QUESTION_WORD: Final = 1
_MOST: Final = 3
"""A message that asks for more is read as a whole: nobody wants to wait for a questionnaire."""


def parts_of(question: str) -> list[str]:
    """What ``question`` asks for, one question each; the whole as it is where it cannot be taken apart safely.

    "Wann und wo tagt der Ausschuss?" asks for two things of one sentence: each part must ask with words of its own.
    """
    text = " ".join(question.split())
    parts = [part.strip(" ,?") for part in _BETWEEN.split(text)]
    parts = [part for part in parts if part]
    whole = 1 < len(parts) <= _MOST and all(map(_BEGINS.match, parts)) and all(map(_says_something, parts))
    return [f"{part[0].upper()}{part[1:]}?" for part in parts] if whole else [text]


def _says_something(part: str) -> bool:
    """Whether there is more in it than the question word: "welche sind das" points back to what does."""
    return len(part.split()) > _QUESTION_WORD + 1 or (len(part.split()) > _QUESTION_WORD and bool(analyse(part)))
