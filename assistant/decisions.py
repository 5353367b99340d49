"""Words of proposing and deciding: a Beschlussvorschlag is no Beschluss, and no answer may make one of it."""

from __future__ import annotations

import re

DECISION = re.compile(
    r"\b\w*(?:beschl[uo]ss|beschlüss|beschließ|beschlossen|entschieden|entscheidung|abgestimmt|abstimm|zugestimmt|genehmigt)\w*",
    re.IGNORECASE,
)
"""A question about what was or is to be decided."""
DECIDED = re.compile(
    r"\b(?:einstimmig|mehrheitlich|beschlossen|zugestimmt|beauftragt|abgelehnt|gefolgt|angenommen|verabschiedet|genehmigt"
    r"|entschieden|vertagt|verwiesen)\b"
)
"""A sentence that tells of a decision."""
PROPOSALS = ("Beschlussvorschlag", "Beschlussempfehlung")
"""How the headings begin under which a Vorlage proposes."""
