"""How many questions the web chat and the API take."""

from __future__ import annotations

from typing import Final

AT_ONCE: Final = 2
"""Questions answered at the same time: the default engine keeps about one core busy each."""
WAITING: Final = 64
"""Questions that may wait; more are refused, so that a flood cannot fill the memory."""
