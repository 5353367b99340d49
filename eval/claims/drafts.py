"""Drafts whose claims were labelled by hand: one draft a line, each claim with its verdict and the deciding passage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.factcheck.shapes import Verdict
from corpus.errors import UnreadableFileError
from eval.questions import Evidence, Split

DRAFTS = Path(__file__).parents[1] / "entwuerfe" / "akte.jsonl"
"""The labelled drafts on the packaged Akte; written by authors who had seen the documents and not the program."""
MORE_DRAFTS = DRAFTS.with_name("eichung.jsonl")
"""Further ones by four other authors, all for calibration."""
Change = Literal["number", "date", "office", "vote", "other"]


class Placed(Protocol):
    """Anything that stands at a place in a draft."""

    @property
    def start(self) -> int:
        """Its first character."""
        ...

    @property
    def end(self) -> int:
        """Behind its last character."""
        ...


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelledDifference(_Line):
    """What the draft says, and what the document says."""

    draft: str
    document: str


class LabelledClaim(_Line):
    """``change`` is what a deviating claim has wrong; ``arithmetic`` that it contradicts itself or the calendar."""

    start: int
    end: int
    text: str
    verdict: Verdict
    evidence: list[Evidence] = Field(default_factory=list)
    differences: list[LabelledDifference] = Field(default_factory=list)
    change: Change | None = None
    unproven: str | None = None
    arithmetic: bool = False


class LabelledDraft(_Line):
    """One draft."""

    id: str
    kind: str
    split: Split
    text: str
    claims: list[LabelledClaim]

    @model_validator(mode="after")
    def _places_are_right(self) -> Self:
        for claim in self.claims:
            if self.text[claim.start : claim.end] != claim.text:
                raise ValueError(f"„{claim.text[:40]}“ steht nicht an seiner Stelle")
        return self


def load_drafts(path: Path, split: Split | None = None) -> list[LabelledDraft]:
    """All drafts of a file, or those of one split; raises :class:`UnreadableFileError`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        drafts = [LabelledDraft.model_validate_json(line) for line in lines if line.strip()]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise UnreadableFileError(f"„{path}“ sind keine bewerteten Entwürfe: {error}") from error
    return [draft for draft in drafts if split in (None, draft.split)]


def claim_for(label: LabelledClaim, places: Sequence[Placed]) -> int | None:
    """The number of the claim found that shares most characters with a labelled one."""
    shared = [(min(one.end, label.end) - max(one.start, label.start), -place) for place, one in enumerate(places)]
    most, place = max(shared, default=(0, 0))
    return -place if most > 0 else None


def calibration_drafts() -> list[LabelledDraft]:
    """All drafts that verdicts may be fitted on."""
    return [*load_drafts(DRAFTS, "calibration"), *load_drafts(MORE_DRAFTS, "calibration")]
