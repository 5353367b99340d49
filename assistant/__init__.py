"""The way from a question to a proven answer.

``Assistant`` is loaded on first use, so that ``import assistant`` stays cheap for the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answer import Answer, Citation, Turn

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = ["Answer", "Assistant", "Citation", "Turn"]


def __getattr__(name: str) -> object:
    if name == "Assistant":
        from assistant.assistant import Assistant

        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
