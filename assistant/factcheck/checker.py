"""Checks a draft against the documents: every claim gets its proof, its contradiction, or neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Final

import numpy as np

from assistant.answer import Citation
from assistant.citations import CitationMaker
from assistant.factcheck.claims import Claim, find_claims
from assistant.factcheck.comparing import Comparison, ToldClaim, compare
from assistant.factcheck.deciding import Decider, Read, Reading
from assistant.factcheck.figures import Miscount, miscounts, sentence_part
from assistant.factcheck.finding import Finder, Found, collapsed
from assistant.factcheck.network import CONTRADICTS, PARTLY, SILENT, ClaimNetwork, ToRelate
from assistant.factcheck.quotations import changes, is_verbatim, quotations
from assistant.factcheck.shapes import CheckedClaim, Difference, DraftPart, FactCheck, Verdict
from assistant.scope_words import find_scope
from corpus.errors import DraftError
from corpus.store import Store
from corpus.types import DocumentInfo, Span

_READ: Final = 5
"""Passages that the network reads for a claim: those that fit best word by word."""
_AT_A_TIME: Final = 8
"""Claims that are embedded together; between two such groups the progress is told, and the check can be called off."""
_SURE: Final = 0.95
_CLOSE: Final = 0.6
"""Share of a claim's words that a passage must have to be cited beside a miscalculation."""
_SAME_MATTER: Final = 0.85
"""From which share of the words on passages of two documents surely speak of the same."""
_CLEAR: Final = 0.2
_MOST_DIFFERENCES: Final = 3
_PLACE: Final = re.compile(
    r"(?:[Aa]uf |[Ll]aut |[Ii]n |[Vv]on )?(?:Seiten?|S\.)\s?\d{1,4}(?: (?:der|des|von) \w+(?: \d+)?)?"
    r"|(?:Anhang|Anlage) \d{1,2}"
    r"|(?<=[Ll]aut )(?:der |dem )?\w+|(?:[Ii]n|[Aa]us|[Nn]ach|[Gg]emäß) (?:der |dem )?(?:Vorlage|Konzeption"
    r"|Niederschrift|Satzung|Begründung)"
)
"""Where the draft says that something stands."""

CheckWatch = Callable[[int, int], None]
"""Told how many claims are checked, and how many there are; may raise to end the check."""


def unobserved(done: int, claims: int) -> None:
    """A watch for those who want to hear nothing."""


def check_draft(draft: str, longest: int) -> None:
    """Raise :class:`DraftError` with a German sentence if there is nothing to check, or too much."""
    if not any(character.isalnum() for character in draft):
        raise DraftError("Der Entwurf ist leer; bitte einen Text eingeben.")
    if len(draft) > longest:
        told, most = (f"{number:,}".replace(",", ".") for number in (len(draft), longest))
        raise DraftError(f"Der Entwurf ist mit {told} Zeichen zu lang; höchstens {most} werden auf einmal geprüft.")


@dataclass(frozen=True)
class _Draft:
    """Where a claim's text stands in the draft: blanks that were joined are counted again."""

    draft: str
    claim: Claim

    def place(self, span: Span) -> Span:
        """The place in the draft of a part of the claim's text."""
        own = self.claim.span
        _, positions = collapsed(self.draft[own.start : own.end], own.start)
        return Span(positions[span.start], positions[span.end - 1] + 1)

    def part(self, span: Span) -> DraftPart:
        """A part of the claim's text as the draft has it."""
        place = self.place(span)
        return DraftPart(text=self.draft[place.start : place.end], start=place.start, end=place.end)


class FactChecker:
    """Checks drafts with one search; nothing of a draft is kept, in memory or elsewhere."""

    def __init__(
        self,
        store: Store,
        finder: Finder,
        network: ClaimNetwork,
        decider: Decider,
        citations: CitationMaker,
        documents: Sequence[DocumentInfo],
        *,
        settings_hash: str,
    ) -> None:
        self._store = store
        self._finder = finder
        self._network = network
        self._decider = decider
        self._citations = citations
        self._documents = documents
        self._settings_hash = settings_hash

    def check(self, draft: str, watch: CheckWatch) -> FactCheck:
        """Check a whole draft."""
        started = perf_counter()
        claims = find_claims(draft)
        found = perf_counter()
        checked: list[CheckedClaim] = []
        for first in range(0, len(claims), _AT_A_TIME):
            watch(first, len(claims))
            group = claims[first : first + _AT_A_TIME]
            # One state from search to citation, but not for as long as a hundred pages take.
            with self._store.snapshot():
                self._finder.refresh()
                readings = dict(self.readings(group))
                checked += [self._checked(draft, claim, readings.get(place)) for place, claim in enumerate(group)]
        watch(len(claims), len(claims))
        return FactCheck(
            claims=checked,
            checked_on=datetime.now().astimezone().date().isoformat(),
            searched=len(self._documents),
            documents=[info.title for info in self._documents],
            settings=self._settings_hash,
            timings_ms={
                "claims": round((found - started) * 1000, 1),
                "total": round((perf_counter() - started) * 1000, 1),
            },
        )

    def readings(self, claims: Sequence[Claim]) -> Iterator[tuple[int, Reading]]:
        """What the documents say of those claims that can be checked, by their places in ``claims``."""
        places = [place for place, claim in enumerate(claims) if claim.checkable]
        if not places or not self._documents:
            return
        fitting = {
            place: self._fitting(claims[place], found)
            for place, found in zip(places, self._finder.find([claims[place] for place in places]), strict=True)
        }
        pairs = [
            ToRelate(claims[place].text, _context(one.evidence.section, one.evidence.kind), one.evidence.text)
            for place, compared in fitting.items()
            for one, _ in compared
        ]
        relations = iter(self._network.relate(pairs))
        for place, compared in fitting.items():
            if compared:
                yield place, Reading([Read(one, comparison, next(relations)) for one, comparison in compared])

    def _fitting(self, claim: Claim, found: Sequence[Found]) -> list[tuple[Found, Comparison]]:
        """The passages that fit a claim best word by word."""
        told = ToldClaim(claim.text, claim.context)
        compared = [(one, compare(told, one.evidence, one.similarity)) for one in found]
        return sorted(compared, key=lambda one: -one[1].score)[:_READ]

    # -- verdicts --------------------------------------------------------------------------------------------------

    def _checked(self, draft: str, claim: Claim, reading: Reading | None) -> CheckedClaim:
        place = _Draft(draft, claim)
        certain = self._certain(place, reading)
        if certain is not None or reading is None:
            return certain if certain is not None else self._made(place, "nicht gefunden", _SURE)
        probabilities = self._decider.probabilities(reading)
        relation = self._decider.relation(probabilities)
        sure = float(probabilities[relation])
        if relation == CONTRADICTS:
            return self._deviating(place, reading, sure)
        if relation == SILENT:
            return self._made(place, "nicht gefunden", sure)
        elsewhere = self._elsewhere(place, reading, sure)
        if elsewhere is not None:
            return elsewhere
        if relation == PARTLY:
            return self._partly(place, reading, sure)
        return self._proven(place, reading, sure)

    def _proven(self, place: _Draft, reading: Reading, sure: float) -> CheckedClaim:
        """Proven, with the passage of another document beside it that says otherwise, where there is one."""
        best = reading.best
        for one in reading.near:
            if one.found.evidence.document == best.found.evidence.document or one.comparison.coverage < _SAME_MATTER:
                continue
            for mismatch in one.comparison.mismatches:
                if mismatch.kind == "fact" and mismatch.context >= _SAME_MATTER:
                    mine = place.part(mismatch.mine).text
                    theirs = one.found.evidence.text[mismatch.theirs.start : mismatch.theirs.end]
                    note = f"Ein anderes Dokument sagt dazu „{theirs}“ statt „{mine}“; die Unterlagen sind uneins."
                    return self._made(place, "belegt", sure, [self._cite(1, best), self._cite(2, one)], note=note)
        return self._made(place, "belegt", sure, [self._cite(1, best)])

    def _certain(self, place: _Draft, reading: Reading | None) -> CheckedClaim | None:
        """What needs no weighing: that nothing is claimed, a miscalculation, a quotation."""
        claim = place.claim
        if not claim.checkable:
            return self._made(place, "keine prüfbare Aussage", _SURE)
        own = Span(claim.offset, claim.offset + len(claim.text))
        wrong = sentence_part(miscounts(claim.sentence), own)
        if wrong:
            return self._miscounted(place, wrong, reading)
        return self._quoted(place, reading) if reading is not None else None

    def _partly(self, place: _Draft, reading: Reading, sure: float) -> CheckedClaim:
        best = reading.best
        clear = [m for one, m, clearness in reading.denials if one is best and clearness >= _CLEAR]
        told = best.comparison.claim.told
        unmet = [word.span for number, word in enumerate(told.content) if number not in best.comparison.met]
        span = Span(unmet[0].start, unmet[-1].end) if unmet else None
        if clear:
            span = clear[0].mine
        elif best.relation.mine is not None:
            span = best.relation.mine
        return self._made(
            place,
            "teilweise belegt",
            sure,
            [self._cite(1, best)],
            unproven=[place.part(span)] if span is not None else [],
        )

    def _deviating(self, place: _Draft, reading: Reading, sure: float) -> CheckedClaim:
        denying = reading.denying
        clear = [
            mismatch
            for one, mismatch, clearness in reading.denials
            if one is denying and mismatch.kind != "name" and clearness >= _CLEAR
        ][:_MOST_DIFFERENCES]
        places = [(mismatch.mine, mismatch.theirs) for mismatch in clear]
        if not places:
            mine, theirs = denying.relation.mine, denying.relation.theirs
            claim, passage = Span(0, len(place.claim.text)), Span(0, len(denying.found.evidence.text))
            named = [mismatch for one, mismatch, _ in reading.denials if one is denying]
            if named and (mine is None or theirs is None):
                mine, theirs = named[0].mine, named[0].theirs
            places = [(mine or claim, theirs or passage)]
        differences = [self._difference(place, denying, mine, theirs) for mine, theirs in places]
        return self._made(place, "weicht ab", sure, [self._cite(1, denying)], differences)

    def _miscounted(self, place: _Draft, wrong: Sequence[Miscount], reading: Reading | None) -> CheckedClaim:
        differences = []
        for one in wrong:
            part = place.part(one.span)
            differences.append(
                Difference(draft=part.text, document=one.right, draft_start=part.start, draft_end=part.end)
            )
        cited = (
            [self._cite(1, reading.best)] if reading is not None and reading.best.comparison.coverage >= _CLOSE else []
        )
        return self._made(
            place, "weicht ab", _SURE, cited, differences, note="Das hat aktenkundig selbst nachgerechnet."
        )

    def _quoted(self, place: _Draft, reading: Reading) -> CheckedClaim | None:
        """What a quotation comes to: verbatim, or changed; ``None`` where the claim quotes nothing that was found."""
        text = place.claim.text
        for span in quotations(text):
            words = text[span.start : span.end]
            for one in reading.read:
                if is_verbatim(words, one.found.evidence.text):
                    return self._elsewhere(place, reading, _SURE, one) or self._made(
                        place, "belegt", _SURE, [self._cite(1, one)], note="Wörtlich zitiert."
                    )
            for one in reading.read:
                changed = list(changes(text, span, one.found.evidence.text))
                if changed:
                    return self._made(
                        place,
                        "weicht ab",
                        _SURE,
                        [self._cite(1, one)],
                        [self._difference(place, one, change.mine, change.theirs) for change in changed],
                        note="Das Zitat ist nicht wörtlich.",
                    )
        return None

    def _elsewhere(
        self, place: _Draft, reading: Reading, sure: float, proof: Read | None = None
    ) -> CheckedClaim | None:
        """A claim that is proven, but not where the draft says that it stands."""
        named = find_scope(place.claim.text, self._documents)
        if named is None:
            return None
        proof = proof if proof is not None else reading.best
        near = (
            [one for one in reading.read if one.supports >= proof.supports - 0.25] if proof is reading.best else [proof]
        )
        if any(self._stands(one, named.documents, named.pages) for one in near):
            return None
        citation = self._cite(1, proof)
        match = _PLACE.search(place.claim.text)
        if match is None:
            return None
        part = place.part(Span(*match.span()))
        pages = " und ".join(f"S. {page.printed}" for page in citation.pages if page.printed)
        right = f"{citation.kind}, {pages}" if pages else citation.kind
        difference = Difference(draft=part.text, document=right, draft_start=part.start, draft_end=part.end, citation=1)
        return self._made(
            place,
            "weicht ab",
            sure,
            [citation],
            [difference],
            note="Die Aussage steht in den Unterlagen, aber an anderer Stelle.",
        )

    def _stands(self, one: Read, documents: frozenset[str] | None, pages: frozenset[str] | None) -> bool:
        evidence = one.found.evidence
        if documents is not None and evidence.document not in documents:
            return False
        return pages is None or any(
            page.printed in pages for page in self._store.pages_of(evidence.document, evidence.span)
        )

    # -- making ----------------------------------------------------------------------------------------------------

    def _cite(self, number: int, one: Read) -> Citation:
        evidence = one.found.evidence
        return self._citations.make(number, evidence.document, evidence.span, evidence.section)

    def _difference(self, place: _Draft, one: Read, mine: Span, theirs: Span) -> Difference:
        part = place.part(mine)
        there = one.found.place_of(theirs)
        return Difference(
            draft=part.text,
            document=one.found.evidence.text[theirs.start : theirs.end],
            draft_start=part.start,
            draft_end=part.end,
            citation=1,
            document_start=there.start if there is not None else None,
            document_end=there.end if there is not None else None,
        )

    def _made(
        self,
        place: _Draft,
        verdict: Verdict,
        confidence: float,
        citations: Sequence[Citation] = (),
        differences: Sequence[Difference] = (),
        unproven: Sequence[DraftPart] = (),
        note: str | None = None,
    ) -> CheckedClaim:
        span = place.claim.span
        return CheckedClaim(
            text=place.draft[span.start : span.end],
            start=span.start,
            end=span.end,
            verdict=verdict,
            citations=list(citations),
            differences=list(differences),
            confidence=round(float(np.clip(confidence, 0, 1)), 3),
            unproven=list(unproven),
            note=note,
        )


def _context(section: str, kind: str) -> str:
    return ", ".join(filter(None, (kind, section)))
