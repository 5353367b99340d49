"""What a fact check tells: each claim of a draft with its verdict, and what it rests on."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.answer import Citation

Verdict = Literal["belegt", "teilweise belegt", "weicht ab", "nicht gefunden", "keine prüfbare Aussage"]
VERDICTS: tuple[Verdict, ...] = (
    "belegt",
    "teilweise belegt",
    "weicht ab",
    "nicht gefunden",
    "keine prüfbare Aussage",
)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Difference(_Shape):
    """What the draft says, and what the document says instead, or what a calculation gives.

    ``draft_start``/``draft_end`` are places in the draft, ``document_start``/``document_end`` places in the text of the
    document that ``citation`` (its number) cites; ``None`` where the words stand in no document, or not as one piece.
    """

    draft: str
    document: str
    draft_start: int
    draft_end: int
    citation: int | None = None
    document_start: int | None = None
    document_end: int | None = None


class DraftPart(_Shape):
    """Words of the draft, with their place."""

    text: str
    start: int
    end: int


class CheckedClaim(_Shape):
    """One claim of the draft: ``draft[start:end] == text``, always.

    ``citations`` are numbered from 1 for each claim; ``confidence`` (0 to 1) is how sure the verdict is; ``unproven``
    are the words that no document proves where the rest is proven.
    """

    text: str
    start: int = Field(ge=0)
    end: int
    verdict: Verdict
    citations: list[Citation]
    differences: list[Difference]
    confidence: float = Field(ge=0, le=1)
    unproven: list[DraftPart] = []
    note: str | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError("a claim's places must be as long as its text")
        if (self.verdict == "weicht ab") != bool(self.differences):
            raise ValueError("a claim deviates if, and only if, its differences are told")
        if self.verdict in ("belegt", "teilweise belegt") and not self.citations:
            raise ValueError("a proven claim needs a citation")
        if self.verdict in ("nicht gefunden", "keine prüfbare Aussage") and self.citations:
            raise ValueError("what is not found cites nothing")
        return self


class FactCheck(_Shape):
    """The check of one draft. ``checked_on`` is an ISO date, ``searched`` how many documents were searched."""

    claims: list[CheckedClaim]
    checked_on: str
    searched: int
    documents: list[str]
    settings: str
    timings_ms: dict[str, float]

    def counts(self) -> dict[Verdict, int]:
        """How many claims have each verdict."""
        return {verdict: sum(claim.verdict == verdict for claim in self.claims) for verdict in VERDICTS}
