"""How right a fact check is: macro F1 over the verdicts, deviations above all, and the passages that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.factcheck.shapes import VERDICTS, CheckedClaim, FactCheck, Verdict
from eval.claims.drafts import LabelledClaim, LabelledDraft, claim_for
from eval.documents import StoredDocuments

_EXACT = ("number", "date", "office", "vote")
PAGE_CHARACTERS = 1800
"""A page of a draft (Normseite)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled claim with the verdict it got; ``evidence`` tells whether a deciding passage is cited.

    ``evidence`` is ``None`` where none is expected or none is cited.
    """

    draft: str
    label: LabelledClaim
    given: Verdict
    evidence: bool | None


@dataclass
class Score:
    """All that was scored; ``pages`` counts the drafts' pages, ``false_alarms`` deviations told where there is none."""

    scored: list[Scored] = field(default_factory=list)
    pages: float = 0.0
    false_alarms: int = 0
    quotes: int = 0
    verbatim: int = 0
    seconds: float = 0.0

    def add(self, draft: LabelledDraft, check: FactCheck, documents: StoredDocuments) -> None:
        """Score one draft."""
        self.pages += len(draft.text) / PAGE_CHARACTERS
        self.seconds += check.timings_ms["total"] / 1000
        for label in draft.claims:
            place = claim_for(label, check.claims)
            claim = check.claims[place] if place is not None else None
            given: Verdict = claim.verdict if claim is not None else "keine prüfbare Aussage"
            self.scored.append(Scored(draft.id, label, given, _cites(label, claim, documents)))
        wrong = [label for label in draft.claims if label.verdict == "weicht ab"]
        for claim in check.claims:
            for citation in claim.citations:
                self.quotes += 1
                text = documents[citation.document]
                self.verbatim += text[citation.char_start : citation.char_end] == citation.quote
            if claim.verdict == "weicht ab":
                self.false_alarms += not any(one.start < claim.end and claim.start < one.end for one in wrong)

    def precision(self, verdict: Verdict) -> float | None:
        """Share of the claims with this verdict that have it rightly."""
        given = [one for one in self.scored if one.given == verdict]
        return sum(one.label.verdict == verdict for one in given) / len(given) if given else None

    def recall(self, verdict: Verdict, changes: Sequence[str] | None = None) -> float | None:
        """Share of the claims that should have this verdict and have it; of some kinds of change only."""
        due = [
            one
            for one in self.scored
            if one.label.verdict == verdict and (changes is None or one.label.change in changes)
        ]
        return sum(one.given == verdict for one in due) / len(due) if due else None

    def f1(self, verdict: Verdict) -> float:
        """Harmonic mean of both; 0 where either is missing."""
        precision, recall = self.precision(verdict), self.recall(verdict)
        return 2 * precision * recall / (precision + recall) if precision and recall else 0.0

    def macro_f1(self) -> float:
        """The mean over the five verdicts."""
        return sum(map(self.f1, VERDICTS)) / len(VERDICTS)

    def figures(self) -> dict[str, float | None]:
        """All figures by their names."""
        shown = [one.evidence for one in self.scored if one.evidence is not None]
        return {
            "claims": float(len(self.scored)),
            "macro_f1": self.macro_f1(),
            "accuracy": sum(one.given == one.label.verdict for one in self.scored) / max(1, len(self.scored)),
            "deviation_precision": self.precision("weicht ab"),
            "deviation_recall": self.recall("weicht ab"),
            "deviation_recall_numbers_dates_offices_votes": self.recall("weicht ab", _EXACT),
            "false_alarms_per_page": self.false_alarms / self.pages if self.pages else None,
            "evidence_hit": sum(shown) / len(shown) if shown else None,
            "verbatim_rate": self.verbatim / self.quotes if self.quotes else None,
            "seconds_per_page": self.seconds / self.pages if self.pages else None,
            **{f"f1_{verdict.replace(' ', '_')}": self.f1(verdict) for verdict in VERDICTS},
        }


def _cites(label: LabelledClaim, claim: CheckedClaim | None, documents: StoredDocuments) -> bool | None:
    """Whether one of the deciding passages is cited."""
    if not label.evidence or claim is None or not claim.citations:
        return None
    for evidence in label.evidence:
        for citation in claim.citations:
            start = documents[citation.document].find(evidence.quote)
            if start >= 0 and start < citation.char_end and citation.char_start < start + len(evidence.quote):
                return True
    return False
