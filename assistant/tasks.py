"""Which kind of answer a question wants beyond a fact: a summary, reasons, positions, an order of events."""

from __future__ import annotations

import re
from typing import Final, Literal

from assistant.question import AnswerKind

Task = Literal["answer", "summary", "reasons", "positions", "comparison", "order", "plain"]

_WORDINGS: Final[dict[Task, tuple[str, ...]]] = {
    "plain": (r"(?:einfache[rn]?|leichte[rn]?) Sprache", r"(?:einfach|leicht) (?:verständlich|erklär\w*)",
              r"verständlich erklär\w*"),
    "summary": (r"fass\w*\b.*\bzusammen", r"zusammenfass\w+", r"zusammenzufassen",
                r"worum geht(?:'s|s| es)(?= (?:in|im|bei)\b)", r"überblick", r"inhalt (?:de[rs]|von)", r"kurzfassung",
                (r"was (?:steht|enthält|ist der inhalt|beinhaltet|sagt) (?:\w+ ){0,2}?\w*(?:anhang|anlage|vorlage"
                 r"|konzeption|dokument|niederschrift|antrag|bericht|satzung|abschnitt|kapitel)\w*(?: \d+)?\W*$")),
    "positions": (r"pro (?:und|&|/) ?[ck]ontra", r"(?:dafür|für) und (?:was )?(?:dagegen|wider|gegen)",
                  r"für und wider", r"vor-? ?und nachteile?", r"argumente?", r"positionen?", r"standpunkte?",
                  r"was spricht (?:dafür|dagegen|für|gegen)"),
    "comparison": (r"vergleich\w*", r"unterschied\w*", r"unterscheide[nt]", r"gegenüberstell\w*",
                   r"stell\w* .* gegenüber"),
    "order": (r"chronologi\w*", r"zeitlich\w* (?:ablauf|reihenfolge)", r"ablauf", r"der reihe nach", r"wie kam es",
              r"was (?:geschah|passierte)", r"werdegang", r"vorgeschichte", r"zeitplan"),
}  # fmt: skip
"""The words with which people ask for these, tried in this order."""
_TASKS: Final[tuple[tuple[Task, re.Pattern[str]], ...]] = tuple(
    (task, re.compile(rf"\b(?:{'|'.join(patterns)})(?:\b|$)", re.IGNORECASE)) for task, patterns in _WORDINGS.items()
)


def task_of(question: str, kind: AnswerKind) -> Task:
    """The kind of answer that a question asks for; ``answer`` for all that is none of the others."""
    found = next((task for task, pattern in _TASKS if pattern.search(question)), None)
    if found is not None:
        return found
    return "reasons" if kind == "reason" else "answer"
