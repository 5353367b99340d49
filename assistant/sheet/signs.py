"""By which words a sentence of a council paper is told to belong into a part of the session sheet.

Nothing is concluded from them: the sheet shows the sentence itself. They are common words of German administration,
tried on the papers, minutes and notices written for training as well as on the Vorlage, and rather miss a sentence than
show one that does not belong.
"""

from __future__ import annotations

import re
from typing import Final

from assistant.stance import BETWEEN

_ACTOR: Final = (
    r"(?:\w*[Ff]raktion\w*|Gruppe|CDU|SPD|FDP|AfD|BSW|Grünen?|GRÜNEN?|Linken?|LINKEN?|Freien? Wähler\w*|UWG"
    r"|Rats(?:frau|herrn?)|\w*[Bb]eirat\w*|\w*[Aa]usschuss\w*|\w*[Vv]erein\w*|\w*[Ii]nitiative|Bürger\w*|Einwohner\w*|Anlieger\w*|Verwaltung"
    r"|\w*[Rr]at(?:s|es)?|Kreistag\w*|\w*[Vv]erband\w*|Personalrat\w*)"
)
_ASKED: Final = re.compile(
    rf"\b(?:Antrag|Antrags|Anträgen?|Anfragen?|Anregung|Petition)(?: \w+)?,? \(?"
    rf"(?:(?:der|des|von|vom|aus)\b[^.;]{{0,60}}?)?\b{_ACTOR}\b"
    rf"|\b{_ACTOR}\b[^.;]{{0,60}}?\b(?:beantrag(?:t|te|ten)|gebeten|hat angeregt|haben angeregt)\b"
    r"|\b[Aa]uf (?:Antrag|Initiative|Anregung|Wunsch|Bitte) (?:der|des|von|einer|eines)\b"
)

_OPEN: Final = re.compile(
    r"\bnoch (?:nicht|kein\w*|offen|ungeklärt)\b|\bungeklärt\b|\b(?:ist|sind|bleibt|bleiben) (?:\w+ ){0,3}offen\b"
    r"|\babzuwarten\b"
    rf"|\bsteh(?:t|en) {BETWEEN}aus\b|\bausstehend\w*|\bvorbehaltlich\b|\bunter dem Vorbehalt\b"
    rf"|\bnoch {BETWEEN}zu (?:klären|prüfen|entscheiden|beraten|erarbeiten|erstellen|verhandeln)\b|\bzu klären\b"
    r"|\bin Aussicht gestellt\b|\bwird (?:\w+ ){0,3}geprüft\b|\b(?:bislang|bisher) (?:nicht|kein\w*|eingegangen\w*)\b"
    r"|\banzustreben\b"
    rf"|\bsoll(?:en)? {BETWEEN}(?:festgeschrieben|nachgereicht|erarbeitet|geprüft|fortgeschrieben) werden\b"
)

CONSULTATION: Final = re.compile(r"\b(?:Beratungsfolge|Beratungsgang|Beratungen|Sitzungsfolge)\b", re.IGNORECASE)
"""Headings under which a Vorlage lists who deals with it and when."""

SESSION: Final = re.compile(r"\b(?:[Zz]ur|[Dd]er|[Dd]ie) Sitzung (?:des|der)\b")

LAW_DATE: Final = re.compile(
    r"(?:[Gg]esetz\w*|[Vv]erordnung\w*|[Bb]ekanntmachung|[Ff]assung|[Rr]underlass\w*|[Ee]rlass\w*|[Rr]ichtlinie\w*"
    r"|geändert durch\b[^.;]{0,200})"
    r"\s{1,3}(?:der Bekanntmachung\s{1,3})?vom\s{1,3}$"
)
"""Before the date of a law: that is no event of this matter."""

COUNTED: Final = re.compile(r"\s{1,3}[A-ZÄÖÜ][a-zäöüß]{2,}")
"""Behind a number that counts something."""
OUT_OF: Final = re.compile(r"\s{1,3}(?:von|der)\s+(?:den\s+|insgesamt\s+|rund\s+|etwa\s+){0,2}\d")
"""Behind the first number of a proportion."""


def tells_who_asked(sentence: str) -> bool:
    """Whether it names who moved, asked or suggested something."""
    return _ASKED.search(sentence) is not None


def leaves_open(sentence: str) -> bool:
    """Whether something has not been decided, answered or done in it."""
    return _OPEN.search(sentence) is not None
