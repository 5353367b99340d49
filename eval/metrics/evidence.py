"""Does the answer cite the place that proves it: by offsets, by characters, by pages."""

from __future__ import annotations

from collections.abc import Iterable

from corpus.types import Span
from eval.metrics.judged import Judged, place_of
from eval.questions import EvidencePlaces, Place
from eval.records import Pair


def evidence_hit(judged: Judged) -> Pair:
    """Share of answerable questions with evidence whose answer cites at least one piece of it; a refusal cites none.

    The attribution to a place of AIS (Rashkin et al. 2023), decided by offsets instead of by people.
    """
    return judged.covered > 0, bool(judged.expected)


def evidence_recall(judged: Judged) -> Pair:
    """Mean share of a question's pieces of evidence that the answer cites; a refusal cites none.

    Evidence recall of FEVER (Thorne et al. 2018), where a piece counts as cited when a cited place overlaps it.
    """
    return (judged.covered / len(judged.expected), 1) if judged.expected else (0, 0)


def evidence_precision(judged: Judged) -> Pair:
    """Share of cited places that overlap a piece of evidence: evidence precision of FEVER (Thorne et al. 2018)."""
    return sum(any(row) for row in judged.hits), len(judged.cited)


def character_iou(judged: Judged) -> Pair:
    """Mean overlap of what is cited with the evidence, in characters: intersection over union (Jaccard 1912).

    The character-level view of retrieved evidence (Smith and Troynikov 2024): a whole page that holds the sentence
    scores near 0, the sentence itself 1. Of a piece that stands in several places the one that is cited most counts.
    """
    if not judged.expected:
        return 0, 0
    cited = [place for citation in judged.cited if (place := place_of(citation)) is not None]
    ours, wanted = _characters(cited), _characters(_chosen_ways(judged.expected, cited))
    return len(ours & wanted) / len(ours | wanted), 1


def page_accuracy(judged: Judged) -> Pair:
    """Share of the answers that name a page which name one on which evidence stands, by number and printed label.

    Reported beside :func:`page_coverage`: right pages say little if few answers name one.
    """
    if not _has_pages(judged):
        return 0, 0
    named = {(c.document, page.index, page.printed) for c in judged.cited for page in c.pages}
    right = {
        (way.document, index, printed)
        for way in judged.ways
        for index, printed in judged.documents.pages_of(way.document, way.span)
    }
    return bool(named & right), bool(named)


def page_coverage(judged: Judged) -> Pair:
    """Share of the answerable questions with evidence on pages whose answer names a page at all."""
    return any(citation.pages for citation in judged.cited), _has_pages(judged)


def verbatim_rate(judged: Judged) -> Pair:
    """Share of shown quotes with ``text[char_start:char_end] == quote``; our invariant, anything below 1 is a bug."""
    shown = list(judged.shown())
    verbatim = [
        bool(c.quote) and judged.documents.get(c.document, "")[c.char_start : c.char_end] == c.quote for c in shown
    ]
    return sum(verbatim), len(shown)


def true_page_rate(judged: Judged) -> Pair:
    """Share of the pages named for shown quotes on which the quote really stands; likewise an invariant."""
    named = right = 0
    for citation in judged.shown():
        place = place_of(citation)
        stands_on = judged.documents.pages_of(place.document, place.span) if place is not None else set()
        named += len(citation.pages)
        right += sum((page.index, page.printed) in stands_on for page in citation.pages)
    return right, named


def _has_pages(judged: Judged) -> bool:
    """Whether any evidence stands on a page, as in a PDF, and not in a text without pages."""
    return any(judged.documents.pages_of(way.document, way.span) for way in judged.ways)


def _chosen_ways(expected: EvidencePlaces, cited: Iterable[Place]) -> list[Place]:
    """Of each piece of evidence the place that shares most with what is cited, the first one if none does."""
    taken = list(cited)
    return [max(ways, key=lambda way: sum(_shared(way, place) for place in taken)) for ways in expected]


def _shared(one: Place, other: Place) -> int:
    if not one.overlaps(other):
        return 0
    return len(Span(max(one.span.start, other.span.start), min(one.span.end, other.span.end)))


def _characters(places: Iterable[Place]) -> set[tuple[str, int]]:
    return {(place.document, position) for place in places for position in range(place.span.start, place.span.end)}
