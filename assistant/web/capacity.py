"""How many questions the web chat and the API take."""

from __future__ import annotations

from typing import Final

WAITING: Final = 64
"""Questions that may wait; more are refused, so that a flood cannot fill the memory."""
CHECKS_WAITING: Final = 8
"""Drafts that may wait for the one that is checked."""
FILES_AT_ONCE: Final = 2
"""Files of drafts that are read at the same time, each in a process with memory of its own."""
FILES_WAITING: Final = 8
"""Files of drafts that may wait for that."""
FURTHER_AT_ONCE: Final = 1
"""Answers for which further questions are looked for at the same time: beside people's own questions."""
FURTHER_WAITING: Final = 4
"""Answers that may wait for that; more get none."""
FURTHER_SECONDS: Final = 8
"""Time for one answer's; whoever has read it by then has a question of their own."""
