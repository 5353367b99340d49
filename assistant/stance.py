"""Who is for something and who against: by which words a sentence takes a side, and which side a question asks for."""

from __future__ import annotations

import re
from typing import Final, Literal

Side = Literal["for", "against"]

BETWEEN: Final = r"(?:[\w/-]+,? ){0,8}?"
"""A few words between the two halves of a German verb."""
_FOR: Final = re.compile(
    r"\bbefürwort\w+|\bbegrüß(?:t|en|te|ten)\b"
    rf"|\bspr(?:icht|echen|ach|achen) sich {BETWEEN}(?:für|dafür)\b"
    rf"|\bstimm(?:t|en|te|ten) {BETWEEN}zu\b|\bzugestimmt\b|\beinstimmig\b|\bmitgetragen\b|\b[Zz]ustimm(?:ung|end\w*)\b"
    r"|\bpositiv (?:bewertet|gesehen)\b"
    r"|\bfür (?:erfolgversprechend|sinnvoll|notwendig|richtig|geboten)\b|\bvon der Überzeugung\b|\bvon Vorteil\b"
    r"|\b[Dd]er Nutzen\b|\bDie Chancen?\b|\bVorteile?\b"
    rf"|\bunterstützt(?:e|en)? {BETWEEN}(?:Vorhaben|Antrag|Vorschlag|Planung)\b"
)
_AGAINST: Final = re.compile(
    rf"\babgelehnt\b|\blehn(?:t|en|te|ten) {BETWEEN}ab\b|\b[Aa]blehnung\b|\bablehnend\w*"
    rf"|\bspr(?:icht|echen|ach|achen) sich {BETWEEN}(?:gegen|dagegen)\b"
    rf"|\bstimm(?:t|en|te|ten) {BETWEEN}(?:gegen|dagegen|nicht zu)\b|\bGegenstimmen?\b"
    r"|\b(?:Bedenken|Einwände)\b"
    r"|\bnicht überzeugt\b|\bnicht einverstanden\b|\bkritisier\w+|\bkritisch\b|\bskeptisch\b"
    r"|\bwiderspr(?:icht|echen|ochen)\b"
    rf"|\brät {BETWEEN}ab\b|\babzuraten\b|\bNachteile?\b"
)

_NO_OBJECTIONS: Final = re.compile(r"\b[Kk]eine (?:\w+ )?(?:Bedenken|Einwände)\b")

_WHO: Final = r"^(?:Und |Aber )?(?:[Ww]er|[Ww]elche[rnms]?|[Ww]ie viele|[Vv]on wem|[Bb]ei wem)\b[^?]*"
_ASKS_AGAINST: Final = re.compile(
    rf"{_WHO}\b(?:dagegen|lehn(?:t|en|te|ten)|abgelehnt|gegen (?:das|die|den)\b[^?]*\b(?:gestimmt|ist|sind|war|waren))"
)
_ASKS_FOR: Final = re.compile(
    rf"{_WHO}\b(?:zugestimmt|befürwort\w+|stimm(?:t|en|te|ten) [^?]*\bzu|dafür gestimmt"
    r"|(?:ist|sind|war|waren) (?:\w+ )?dafür(?=\W*(?:$|und\b)))"
)


def speaks_for(sentence: str) -> bool:
    """Whether somebody agrees in it, or an advantage is named."""
    return (_FOR.search(sentence) or _NO_OBJECTIONS.search(sentence)) is not None


def speaks_against(sentence: str) -> bool:
    """Whether somebody refuses or doubts in it, or a disadvantage is named; having no objections is none."""
    return _AGAINST.search(_NO_OBJECTIONS.sub("", sentence)) is not None


def side_asked_for(question: str) -> Side | None:
    """Whether a question wants to know who takes a side; why somebody does may be answered by any words."""
    against, agrees = _ASKS_AGAINST.search(question), _ASKS_FOR.search(question)
    if (against is None) == (agrees is None):
        return None
    return "against" if against else "for"


def takes_side(sentence: str, side: Side) -> bool:
    """Whether a sentence can tell who takes this side."""
    return speaks_against(sentence) if side == "against" else speaks_for(sentence)
