"""How many questions the web chat and the API take."""

from __future__ import annotations

from typing import Final

WAITING: Final = 64
"""Questions that may wait; more are refused, so that a flood cannot fill the memory."""
