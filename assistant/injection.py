"""Sentences that speak to a machine instead of telling something: they are no evidence, and no answer may hold them.

No language model is given one, no sentence of an answer may be one, and a quote that holds one says so. What is not
recognised here is still only text: every sentence of an answer is proven by what it cites.
"""

from __future__ import annotations

import re
from typing import Final

_ORDERS: Final = (
    "antworte|antwortet|schreibe?|sage?|gib|gebe|nenne?|zeige?|behaupte|erfinde|füge|hänge|lösche?|ersetze?|beende|rufe?|öffne|lade|besuche|"
    "schicke?|sende?|übermittle|verrate?|wiederhole?|übersetze?|ignoriere?|vergiss|vergesst|missachte|überschreibe|befolge|begrüße|stelle|"
    "ignore|disregard|forget|override|print|say|reply|respond|answer|output|write|list|reveal|state|replace|execute|call|fetch|open|visit|"
    "send|repeat|translate|pretend|act|tell|show|delete|follow"
)
_SPEAKING: Final = re.compile(
    rf"^\W*(?:bitte |please )?(?:{_ORDERS})\b(?!\s+(?:Sie|wir|ich|er|sie|es)\b)"
    rf"|[,;:.!]\s*(?:und |and |dann |then |bitte |please )?(?:{_ORDERS})\b(?!\s+(?:Sie|wir|ich|er|sie|es)\b)"
    rf"|\b(?:und|and)\s+(?:{_ORDERS})\b(?!\s+(?:Sie|wir|ich|er|sie|es)\b)"
    r"|\b(?:anweisung|instruktion|instruction|prompt)\w*\b.{0,60}\b(?:ignor|vergiss|missacht|disregard|neu|new|gilt|system)\w*"
    r"|\b(?:ignor|vergiss|missacht|disregard|neu|new|system)\w*\b.{0,60}\b(?:anweisung|instruktion|instruction|prompt)\w*"
    r"|\bjailbreak\b|\bDAN\b|\bdeveloper mode\b"
    r"|\bdu bist (?:jetzt|nun|ab sofort|ein|eine|kein)\b|\byou are (?:now|a|an|no longer)\b"
    r"|\b(?:an|für|für das|an die) (?:die |das |den )?(?:KI|künstliche|sprachmodell|modell|assistent|chatbot|bot"
    r"|AI)\w*\s*:"
    r"|\b(?:sprachmodell|chatbot|language model|AI assistant|KI-Assistent\w*|LLM)\b"
    r"|https?://|www\.\w|\S@\S+\.\w"
    r"|<\|?/?(?:system|user|assistant|im_start|im_end|script|img|iframe|inst)\b|\[/?INST\]|!\[[^\]]*\]\(|^\W*(?:system|assistant|user)\s*:"
    r"|\b(?:als|as an?|as the) (?:Administrator|admin|betreiber)\w*|\bbetreiber hat freigegeben\b"
    r"|\bfrage lautet (?:ab jetzt|nun)\b"
    r"|\bthe question is now\b|\bfrom now on\b|\bab sofort gilt\b|\b(?:deine|your) (?:antwort|answer|anweisung"
    r"|instruction)\w*\b"
    r"|\brichtige antwort ist\b|\bcorrect answer is\b|\bEnde der (?:Sätze|Anweisung|Dokumente)\b|^\W*Sätze:"
    r"|^\s*\[\d+\]|\bFrage:.*\bAntwort:"
    r"|\b(?:\w\s){6,}|\b\w*[a-zäöü]\d[a-zäöü]\w*\b|\bDROP TABLE\b|\brm -rf\b|&&|--\s*\w+-\d",
    re.IGNORECASE,
)


def speaks_to_a_machine(text: str) -> bool:
    """Whether a sentence tells an assistant what to do, or is made to look like a part of its instructions."""
    return _SPEAKING.search(" ".join(text.split())) is not None
