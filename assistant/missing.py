"""Announced but missing documents: which of them might have answered, and where they are announced."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from assistant.question import UnderstoodQuestion
from corpus.analysis import analyse, stem
from corpus.store import Scope, Store
from corpus.types import MissingDocument, Sentence

_RELEVANT = 0.3
"""Share of the question's weight that a title must take up."""
_BESIDE_BEST = 0.6
_SHORTEST_PART = 4
_MONEY = frozenset(stem(word) for word in ("Kosten", "Finanzierung", "Haushalt", "Ausgaben", "Gebühren"))


def relevant_missing(
    question: UnderstoodQuestion, missing: Sequence[MissingDocument], is_common: Callable[[str], bool]
) -> list[MissingDocument]:
    """The missing documents whose titles speak of what the question asks, best first.

    A word counts more the fewer titles have it, and not at all if it stands in many passages (``is_common``).
    """
    titles = [frozenset(analyse(f"{entry.kind} {entry.title}")) for entry in missing]
    asked_for = [term for term in question.terms if not is_common(term)]
    terms = asked_for + (sorted(_MONEY) if question.kind == "amount" else [])
    having = {term: sum(_has(title, term) for title in titles) for term in terms}
    weights = {term: math.log((len(titles) + 1) / (count + 0.5)) for term, count in having.items() if count}
    asked = max(1.0, float(len(asked_for)))
    scored = [
        (sum(weight for term, weight in weights.items() if _has(title, term)) / asked, entry)
        for title, entry in zip(titles, missing, strict=True)
    ]
    ranked = sorted(scored, key=lambda item: (-item[0], item[1].document))
    return [entry for score, entry in ranked if score >= max(_RELEVANT, _BESIDE_BEST * ranked[0][0])]


def _has(title: frozenset[str], term: str) -> bool:
    """Whether a title has the term, alone or in a compound: "Kosten" is in "Kostenaufstellung"."""
    return any(term == word or (len(term) >= _SHORTEST_PART and term in word) for word in title)


def find_announcement(store: Store, missing: MissingDocument, scope: Scope) -> tuple[str, Sentence] | None:
    """The document and the sentence that announce a missing one.

    It stands in the same Akte and has all words of the title; the shortest such sentence is its line in the list of
    attachments.
    """
    best: tuple[str, Sentence] | None = None
    for info in store.documents(scope):
        if info.akte != missing.akte:
            continue
        sentence = naming_sentence(store.text(info.document), store.sentences(info.document), missing.title)
        if sentence is not None and (best is None or len(sentence.span) < len(best[1].span)):
            best = info.document, sentence
    return best


def naming_sentence(text: str, sentences: Sequence[Sentence], title: str) -> Sentence | None:
    """The shortest sentence of a document with all words of a title; no heading, which would be the document's own."""
    wanted = frozenset(analyse(title))
    naming = [
        sentence
        for sentence in sentences
        if sentence.kind != "heading" and wanted <= frozenset(analyse(text[sentence.span.start : sentence.span.end]))
    ]
    return min(naming, key=lambda sentence: len(sentence.span), default=None)
