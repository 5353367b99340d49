"""Who hears what the assistant has done, whichever way it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.factcheck import FactCheck


class Observer:
    """Hears of answers and fact checks; this one does not care. Called from several threads, after the work."""

    def answered(self, answer: Answer) -> None:
        """Somebody got an answer, or a refusal."""

    def checked(self, check: FactCheck) -> None:
        """Somebody's draft has been checked."""
