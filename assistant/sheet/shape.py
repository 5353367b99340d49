"""The shape of a session sheet: parts with lines, each line with the citation that proves it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.answer import Citation
from corpus.dates import german_date
from corpus.types import Origin

PartName = Literal[
    "proposal", "session", "asked", "timeline", "amounts", "for", "against", "open", "attachments", "abbreviations"
]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SheetLine(_Shape):
    """``text`` is what the sheet itself says of the quote (dates, a name, a state), empty where the quote is all."""

    text: str
    citation: int = Field(ge=1)


class SheetPart(_Shape):
    """``title`` heads it; ``empty`` is the German sentence that stands where there are no lines.

    ``more`` is how many further places of this kind the document has: a sheet that is too long is not read.
    """

    name: PartName
    title: str
    lines: list[SheetLine]
    empty: str
    more: int = Field(default=0, ge=0)


class SessionSheet(_Shape):
    """Raises ``ValueError`` when a line has no citation or a citation is not used: such a sheet must not exist."""

    document: str
    title: str
    kind: str
    origin: Origin
    committee: str | None
    date: str | None
    parts: list[SheetPart]
    citations: list[Citation]

    @model_validator(mode="after")
    def _lines_and_citations_agree(self) -> Self:
        proven = {line.citation for part in self.parts for line in part.lines}
        cited = [citation.number for citation in self.citations]
        if proven != set(cited) or len(cited) != len(set(cited)):
            raise ValueError(f"lines cite {sorted(proven)}, there are {cited}")
        return self

    @property
    def about(self) -> str:
        """Art, Gremium and date in a line, as far as they are given."""
        meeting = " ".join(filter(None, (self.committee, german_date(self.date) if self.date else None)))
        return " · ".join(filter(None, (self.kind, meeting)))

    def part(self, name: PartName) -> SheetPart:
        """The part of this name; every sheet has them all."""
        return next(part for part in self.parts if part.name == name)


def more_sentence(part: SheetPart) -> str:
    """That a part is cut short, or nothing."""
    if not part.more:
        return ""
    if part.more == 1:
        return "Eine weitere Stelle steht in den Unterlagen."
    return f"{part.more} weitere Stellen stehen in den Unterlagen."
