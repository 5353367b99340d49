"""Which sentences are quoted: the best that suits the question and what else belongs to the answer, joined."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.decisions import DECIDED, PENDING, asks_for_decision
from assistant.enumerations import list_around
from assistant.question import UnderstoodQuestion
from assistant.reader import Candidate, Reading, Scored, Weights
from assistant.reader.entities import HARD_KINDS, fits
from assistant.short_answer import RowCell, may_be_who, short_answer, short_answer_in_row
from assistant.stance import Side, side_asked_for, takes_side
from corpus.store import Store
from corpus.types import Span

_ORIGINAL: Final = 0.5
"""Log-odds by which an example must be better than an original."""
_MOST_SENTENCES: Final = 12
_MOST_FACTS: Final = 3
"""Of what can be told in one word, further sentences may add the occasion; more is noise."""
_MOST_QUOTES: Final = 4
_LONGEST_QUOTE: Final = 900
"""Characters of neighbouring sentences that are quoted as one: more is not read, but looked up on the page."""
_POINTS_CHOSEN: Final = 2
"""Points of a list that must have been chosen for the others to belong to the answer as well."""
_NEAR: Final = 3
_TELLING: Final = 10
"""A number that counts what the question asks for, or a paragraph, is sought further down: few sentences have one."""
_LONG_KINDS: Final = frozenset({"yes_no", "reason", "list"})
"""What no word or two answers."""
_POINTS_BACK: Final = re.compile(
    r"^\W{0,2}(?:Dies\w*|Er|Sie|Es|Hierzu|Hierfür|Hierbei|Damit|Dazu|Dafür|Dabei|Daher|Deshalb|Auch hier|Auch dies\w*"
    r"|Solche\w*)\b"
    r"|\b(?:von|mit|bei|zu|an|für|durch) (?:diesen|dieser|diesem|ihnen|denen)\b(?! \w*[A-ZÄÖÜ])"
)
"""A sentence that begins so is not understood without the one before it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Neighbouring sentences that are quoted together, ``sentence`` the last; ``short`` is in document offsets."""

    document: str
    section: int
    sentence: int
    span: Span
    title: str
    short: Span | None
    score: float
    row: bool = False


class QuoteChooser:
    """Chooses among what the reader read. ``sections`` holds the section titles of each document in the scope.

    ``examples`` are the documents that are invented; ``answer_at`` is the probability from which on is answered.
    """

    def __init__(
        self,
        store: Store,
        sections: Mapping[str, Sequence[str]],
        examples: Collection[str],
        weights: Weights,
        answer_at: float,
    ) -> None:
        self._store = store
        self._sections = sections
        self._examples = examples
        self._weights = weights
        self._answer_at = answer_at

    def choose(self, question: UnderstoodQuestion, reading: Reading) -> list[Quote]:
        """The sentences that answer, joined with what they need to be understood; none if nothing answers."""
        if reading.answerable < self._answer_at:
            return []
        near = _TELLING if question.kind in ("number", "frequency", "law") else _NEAR
        side = side_asked_for(question.standalone)
        ranked = sorted(reading.scored, key=self._rank)
        best = next((scored for scored in ranked[:near] if self._suits(question, side, scored)), None)
        if best is None or (best is not ranked[0] and best.belongs < self._weights.quote_at):
            # What fits the question word does not fit the question: a date somewhere is not the date asked for.
            return []
        most = _MOST_FACTS if question.kind in HARD_KINDS else _MOST_SENTENCES
        further = [
            scored
            for scored in ranked
            if scored is not best and scored.belongs >= self._weights.quote_at and self._suits(question, side, scored)
        ]
        enough = [best, *sorted(further, key=lambda scored: -scored.belongs)[: most - 1]]
        if question.kind == "yes_no" and asks_for_decision(question.standalone):
            # Whether something was decided is only answered by a sentence that speaks of a decision.
            enough = [s for s in enough if DECIDED.search(s.candidate.text) or PENDING.search(s.candidate.text)]
        quotes = self._joined(question, enough)
        listed = self._listed(best, enough) if question.kind == "list" else []
        if not listed:
            return quotes[:_MOST_QUOTES]
        others = [quote for quote in quotes if not any(quote.span.overlaps(point.span) for point in listed)]
        return [*listed, *others[: max(1, _MOST_QUOTES - len(listed))]]

    def _listed(self, best: Scored, chosen: Sequence[Scored]) -> list[Quote]:
        """All points of the list that the best sentence introduces, or of which another point was chosen, too."""
        document, sentence = best.candidate.document, best.candidate.sentence
        points = list_around(self._store, document, sentence.index)
        if not points:
            return []
        introduces = sentence.index < points[0].index
        inside = range(points[0].index, points[-1].index + 1)
        also = sum(one.candidate.document == document and one.candidate.sentence.index in inside for one in chosen)
        if not introduces and also < _POINTS_CHOSEN:
            return []
        title = self._sections[document][sentence.section]
        quotes: list[Quote] = []
        for point in [sentence, *points] if introduces else points:
            quote = Quote(document, point.section, point.index, point.span, title, None, best.score)
            if quotes and _are_neighbours(quotes[-1], quote):
                quote = replace(quote, span=Span(quotes.pop().span.start, quote.span.end))
            quotes.append(quote)
        return quotes

    def _rank(self, scored: Scored) -> float:
        """Originals first where an example says about the same: nobody should be shown what is invented instead."""
        original = scored.candidate.document not in self._examples
        return -(scored.score + (_ORIGINAL if original else 0.0))

    def _suits(self, question: UnderstoodQuestion, side: Side | None, scored: Scored) -> bool:
        """Whether a sentence can answer this kind of question.

        A number must count what the question asks for, and who is against something is only told by words against it.
        """
        candidate = scored.candidate
        if side is not None and not takes_side(candidate.text, side):
            return False
        if question.kind == "number" and candidate.sentence.kind != "row":
            return short_answer(question, candidate.text) is not None or self._read_short(question, scored) is not None
        return question.kind not in HARD_KINDS or fits(question.kind, candidate.text)

    def _read_short(self, question: UnderstoodQuestion, scored: Scored) -> Span | None:
        """The short answer that the network read in a candidate's text, if it is sure and fits the question."""
        if scored.short is None or scored.short_score < self._weights.short_at or question.kind in _LONG_KINDS:
            return None
        text = scored.candidate.text[scored.short.start : scored.short.end]
        if not may_be_who(question, scored.candidate.text, scored.short):
            return None
        return scored.short if question.kind not in HARD_KINDS or fits(question.kind, text) else None

    def _joined(self, question: UnderstoodQuestion, chosen: Sequence[Scored]) -> list[Quote]:
        """Quotes, best first; neighbours of one paragraph become one quote."""
        by_place: dict[tuple[str, int], Quote] = {}
        for scored in chosen:
            candidate = scored.candidate
            span = candidate.sentence.span
            if _POINTS_BACK.search(candidate.text):
                span = self._with_previous(candidate, span)
            by_place[candidate.document, candidate.sentence.index] = Quote(
                document=candidate.document,
                section=candidate.sentence.section,
                sentence=candidate.sentence.index,
                span=span,
                title=self._sections[candidate.document][candidate.sentence.section],
                short=self._short(question, scored),
                score=scored.score,
                row=candidate.sentence.kind == "row",
            )
        merged: list[Quote] = []
        for key in sorted(by_place):
            quote = by_place[key]
            last = merged[-1] if merged else None
            if last is not None and _are_neighbours(last, quote):
                better = last if last.score >= quote.score else quote
                merged[-1] = replace(
                    better,
                    sentence=quote.sentence,
                    span=Span(min(last.span.start, quote.span.start), max(last.span.end, quote.span.end)),
                    short=better.short or last.short or quote.short,
                )
            else:
                merged.append(quote)
        return sorted(merged, key=lambda quote: -quote.score)

    def _short(self, question: UnderstoodQuestion, scored: Scored) -> Span | None:
        """The short answer in a candidate, in the document's offsets."""
        candidate, place = scored.candidate, scored.candidate.sentence.span
        read = self._read_short(question, scored)
        if candidate.sentence.kind == "row":
            cells = [
                RowCell(cell.header, self._store.excerpt(candidate.document, cell.span), cell.span)
                for cell in self._store.row_cells(candidate.document, place)
            ]
            found = short_answer_in_row(question, cells)
            if found is None and read is not None:
                told = candidate.text[read.start : read.end]
                holding = [cell.span for cell in cells if told in cell.text]
                found = holding[0] if len(holding) == 1 else None
            return found
        found = short_answer(question, candidate.text) or read
        return Span(place.start + found.start, place.start + found.end) if found is not None else None

    def _with_previous(self, candidate: Candidate, span: Span) -> Span:
        """The span from the sentence before on, if it stands in the same paragraph."""
        sentences = self._store.sentences(candidate.document)
        if candidate.sentence.index == 0:
            return span
        previous = sentences[candidate.sentence.index - 1]
        return Span(previous.span.start, span.end) if previous.paragraph == candidate.sentence.paragraph else span


def _are_neighbours(first: Quote, second: Quote) -> bool:
    """Whether two quotes read as one. Rows stay apart: each is read with the heads of its columns."""
    if first.row or second.row or (first.document, first.section) != (second.document, second.section):
        return False
    adjacent = second.sentence == first.sentence + 1 or second.span.start <= first.span.end + 1
    return adjacent and max(first.span.end, second.span.end) - first.span.start <= _LONGEST_QUOTE
