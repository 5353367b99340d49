"""Words of proposing and deciding: a Beschlussvorschlag is no Beschluss, and no answer may make one of it."""

from __future__ import annotations

import re

DECISION = re.compile(
    r"\b\w*(?:beschl[uo]ss|beschlüss|beschließ|beschlossen|entschieden|entscheidung|abgestimmt|abstimm|zugestimmt|genehmigt)\w*",
    re.IGNORECASE,
)
"""A question about what was or is to be decided."""
_AGREED_WITH = re.compile(r"\bmit (?:[\w-]+ ){1,5}?abgestimmt\b|\babgestimmt mit\b", re.IGNORECASE)
"""What is "mit dem Gesundheitsamt abgestimmt" was not voted on."""
DECIDED = re.compile(
    r"\b(?:einstimmig|mehrheitlich|beschlossen|zugestimmt|beauftragt|abgelehnt|gefolgt|angenommen|verabschiedet|genehmigt"
    r"|entschieden|vertagt|verwiesen)\b"
)
"""A sentence that tells of a decision."""
PENDING = re.compile(
    r"\b(?:steht|stehen|stand) (?:noch )?aus\b|\bnoch (?:nicht|kein\w*)\b|\bausstehend\w*"
    r"|\bnimmt [^.]{0,60}nicht vorweg\b"
)
"""A sentence that tells that nothing is decided yet."""
PROPOSALS = ("Beschlussvorschlag", "Beschlussempfehlung")
"""How the headings begin under which a Vorlage proposes."""


def asks_for_decision(question: str) -> bool:
    """Whether a question is about what was or is to be decided."""
    return DECISION.search(_AGREED_WITH.sub(" ", question)) is not None
