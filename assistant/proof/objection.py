"""What is said against a sentence, and what the checks make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a sentence is not shown: the name of the check, and a German sentence for whoever wrote it."""

    check: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks make of a sentence; it is proven if nothing objects."""

    objections: Sequence[Objection]
    unknown: Sequence[str]
    support: float | None = None

    @property
    def proven(self) -> bool:
        """Whether the sentence may be shown as fact."""
        return not self.objections
