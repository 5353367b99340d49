"""Which kind of answer a question wants beyond a fact: a summary, reasons, positions, a comparison, an order of events."""

from __future__ import annotations

import re
from typing import Final, Literal

from assistant.question import AnswerKind

Task = Literal["answer", "summary", "reasons", "positions", "comparison", "order", "plain"]

_TASKS: Final[tuple[tuple[Task, re.Pattern[str]], ...]] = tuple(
    (task, re.compile(pattern, re.IGNORECASE))
    for task, pattern in (
        ("plain", r"\b(?:einfache[rn]?|leichte[rn]?) Sprache\b|\b(?:einfach|leicht) (?:verständlich|erklär\w*)|\bverständlich erklär"),
        (
            "summary",
            r"\bfass\w*\b.*\bzusammen\b|\bzusammenfass\w+|\bzusammenzufassen\b|\bworum geht(?:'s|s| es)\b(?= (?:in|im|bei)\b)|\büberblick\b"
            r"|\bwas (?:steht|enthält|ist der inhalt|beinhaltet|sagt) (?:\w+ ){0,2}?(?:\w*(?:anhang|anlage|vorlage|konzeption|dokument|"
            r"niederschrift|antrag|bericht|satzung|abschnitt|kapitel)\w*)(?: \d+)?\W*$|\binhalt (?:de[rs]|von)\b|\bkurzfassung\b",
        ),
        (
            "positions",
            r"\bpro (?:und|&|/) ?[ck]ontra\b|\b(?:dafür|für) und (?:was )?(?:dagegen|wider|gegen)\b|\bfür und wider\b"
            r"|\bvor-? ?und nachteile?\b|\bargumente?\b|\bpositionen?\b|\bstandpunkte?\b|\bwas spricht (?:dafür|dagegen|für|gegen)\b",
        ),
        ("comparison", r"\bvergleich\w*|\bunterschied\w*|\bunterscheide[nt]\b|\bgegenüberstell\w*|\bstell\w* .* gegenüber\b"),
        (
            "order",
            r"\bchronologi\w*|\bzeitlich\w* (?:ablauf|reihenfolge)|\bablauf\b|\bder reihe nach\b|\bwie kam es\b|\bwas (?:geschah|passierte)"
            r"\b|\bwerdegang\b|\bvorgeschichte\b|\bzeitplan\b",
        ),
    )
)


def task_of(question: str, kind: AnswerKind) -> Task:
    """The kind of answer that a question asks for; ``answer`` for all that is none of the others."""
    found = next((task for task, pattern in _TASKS if pattern.search(question)), None)
    if found is not None:
        return found
    return "reasons" if kind == "reason" else "answer"
