"""Sentences that speak to a machine instead of telling something: they are no evidence, and no answer may hold them.

They are not needed for safety of facts – every sentence of an answer is proven anyway –, but a model that follows one
writes nothing useful any more.
"""

from __future__ import annotations

import re
from typing import Final

_SPEAKING: Final = re.compile(
    r"\b(?:ignorier|vergiss|vergesst|missachte|ignore\b|disregard|forget\b|override|überschreibe)\w*\b.{0,60}"
    r"\b(?:anweisung|instruktion|vorgabe|regel|prompt|instruction|rule|previous|above|obig|vorherig|bisherig|bisher)\w*"
    r"|\b(?:system|developer)[\s_-]*(?:prompt|message|nachricht|anweisung)\w*|\bjailbreak\b|\bDAN\b"
    r"|\bdu bist (?:jetzt|nun|ab sofort|ein|eine|kein)\b|\byou are (?:now|a|an|no longer)\b|\bact as\b|\bpretend\b|\broleplay\b"
    r"|\b(?:antworte|antwortet|respond|reply|answer)\b.{0,40}\b(?:nur|ausschließlich|immer|stets|only|always|mit|with|auf|in|as)\b"
    r"|\b(?:gib|gebe|print|output|reveal|verrate|zeige|nenne|liste|repeat|wiederhole)\b.{0,60}\b(?:prompt|anweisung|instruction|passw"
    r"|password|schlüssel|key|token|andere[nr]? dokument|other document|nichtöffentlich|vertraulich|confidential|geheim|intern)\w*"
    r"|\b(?:an|für) (?:die|das|den) (?:KI|künstliche|sprachmodell|modell|assistent|chatbot|bot|AI)\w*\b"
    r"|\b(?:sprachmodell|chatbot|language model|AI assistant|KI-Assistent\w*|LLM)\b"
    r"|\b(?:rufe?|öffne|lade|besuche|call|fetch|open|visit|send|sende|schicke|übermittle)\b.{0,60}(?:https?://|www\.|\burl\b|@)"
    r"|<\|?/?(?:system|user|assistant|im_start|im_end|script|img|iframe|inst)\b|\[/?INST\]|!\[[^\]]*\]\(|^\s*(?:system|assistant|user)\s*:"
    r"|\b(?:schreibe?|write|answer|antworte|translate|übersetze)\b.{0,40}\b(?:englisch|english|französisch|french|JSON|base64|rot13|piraten)\w*"
    r"|\b(?:behaupte|sage|erkläre|erfinde|claim|state|say|invent)\b.{0,30}\b(?:dass|that|nichts|nothing|keine angabe|fundstelle|citation|quelle)"
    r"|\bals administrator\b|\bas (?:an )?admin\w*\b|\bnew instructions?\b|\bneue anweisung\w*\b|\bwichtige anweisung\w*\b",
    re.IGNORECASE,
)


def speaks_to_a_machine(text: str) -> bool:
    """Whether a sentence tells an assistant what to do."""
    return _SPEAKING.search(" ".join(text.split())) is not None
