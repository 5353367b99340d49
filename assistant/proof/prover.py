"""Whether a sentence says what the passages say that it cites: every check has a name and an objection in words.

A sentence passes if none objects. The checks are strict on purpose: what they cannot follow is shown as a verbatim
quote instead, which costs style, while a false sentence would cost trust.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.proof.clauses import differing_clauses
from assistant.proof.copying import changed_words
from assistant.proof.evidence import Evidence, roots_of
from assistant.proof.numbers import wrong_facts, wrong_pairs
from assistant.proof.objection import Objection, Verdict
from assistant.proof.order import exchanged_places, exchanged_roles, turned_cause
from assistant.proof.told import Told
from assistant.proof.turning import (
    decided_already,
    no_statement,
    other_modality,
    other_quantity,
    other_source,
    turned_negations,
    whose_voice,
)
from assistant.proof.wordings import opposite_sides, opposite_words, unknown_words, wrong_words

Supports = Callable[[str, Sequence[Evidence]], float]
"""The probability that cited sentences support a statement, by a trained model."""


class Prover:
    """Proves sentences. ``supports`` is asked about those that the rules have nothing against."""

    def __init__(self, supports: Supports | None = None, *, support_at: float = 0.5) -> None:
        self._supports = supports
        self._support_at = support_at

    def judge(self, sentence: str, cited: Sequence[Evidence]) -> Verdict:
        """Judge a sentence (without its markers) by the evidence that it cites."""
        if not cited:
            return Verdict([Objection("marker", "Der Satz nennt keine Fundstelle.")], [])
        told = Told.of(sentence)
        said = roots_of(cited)
        unknown = list(unknown_words(told, cited, said))
        objections = [
            *wrong_facts(told, cited),
            *wrong_words(told, unknown),
            *wrong_pairs(told, cited),
            *turned_negations(told, cited),
            *other_modality(told, cited),
            *other_quantity(told, cited),
            *opposite_words(told, cited, said),
            *opposite_sides(told, cited),
            *other_source(told, cited),
            *whose_voice(sentence),
            *no_statement(sentence),
            *decided_already(told, cited),
            *(Objection("roles", text) for text in exchanged_roles(told, [one.told for one in cited])),
            *(Objection("places", text) for text in exchanged_places(told, [one.told for one in cited])),
            *(Objection("clause", text) for text in differing_clauses(told, cited)),
            *(Objection("copy", text) for text in changed_words(sentence, cited)),
            *(Objection("cause", text) for text in turned_cause(told, [one.told for one in cited])),
        ]
        if objections or self._supports is None:
            return Verdict(objections, unknown)
        support = self._supports(sentence, cited)
        if support < self._support_at:
            objections = [Objection("support", "Die genannte Stelle sagt das so nicht.")]
        return Verdict(objections, unknown, support)
