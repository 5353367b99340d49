"""The honest no: what was searched, what is only proposed, what is announced but missing, what comes nearest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant import composing
from assistant.answer import Answer, Citation, NotFound, Statement
from assistant.citations import CitationMaker
from assistant.decisions import DECISION, asks_for_decision
from assistant.looking import find_proposal
from assistant.missing import find_announcement, relevant_missing
from assistant.question import UnderstoodQuestion
from assistant.reader import Reading
from assistant.reader.entities import HARD_KINDS
from assistant.searched import Searched
from corpus.analysis import analyse
from corpus.store import Scope, Store
from corpus.types import MissingDocument, Sentence

_DECIDING = re.compile(
    rf"{DECISION.pattern}|\b(?:einstimmig|mehrheitlich|gibt|gab|wann|wie|wer|schon|bereits|heute|endgültig)\b",
    re.IGNORECASE,
)
"""What a question about a decision says beside what was decided."""
_NEAREST = 2
_UNSURE = 0.5
"""From this share of the threshold on, a refusal does not claim that there is nothing, only that nothing was found."""
_COMMON = 0.25
"""A word in more than this share of the passages is no topic."""


class RefusalMaker:
    """Composes refusals. ``sections`` holds the section titles of each document in the scope."""

    def __init__(
        self,
        store: Store,
        citations: CitationMaker,
        sections: Mapping[str, Sequence[str]],
        *,
        scope: Scope,
        answer_at: float,
        settings_hash: str,
    ) -> None:
        self._store = store
        self._citations = citations
        self._sections = sections
        self._scope = scope
        self._answer_at = answer_at
        self._settings_hash = settings_hash
        self._passages = store.count_passages(scope)

    def make(self, question: UnderstoodQuestion, searched: Searched, reading: Reading) -> Answer:
        """The refusal of a question that the reader found no answer to, where it was to look."""
        sure = question.kind in HARD_KINDS or reading.answerable < _UNSURE * self._answer_at
        # Of some pages only it would be wrong to say that a document has nothing.
        sentence = composing.searched_sentence(searched.count, sure=sure and not searched.pages)
        statements = [composing.notice(sentence)]
        citations: list[Citation] = []
        if asks_for_decision(question.standalone):
            self._add_proposal(question, reading, statements, citations)
        relevant = relevant_missing(question, self._store.missing(searched.scope), self._is_common)
        if relevant:
            self._add_announcement(relevant[0], searched.scope, statements, citations)
        chosen = searched.notice() if searched.narrowed else None
        if chosen is not None:
            statements.append(chosen)
        shown = {(citation.document, citation.char_start) for citation in citations}
        near = [
            s.candidate for s in reading.scored if (s.candidate.document, s.candidate.sentence.span.start) not in shown
        ]
        nearest = [
            self._citations.make(
                len(citations) + number,
                candidate.document,
                candidate.sentence.span,
                self._sections[candidate.document][candidate.sentence.section],
            )
            for number, candidate in enumerate(near[:_NEAREST], start=1)
        ]
        return Answer(
            question=question.text,
            standalone_question=question.standalone,
            status="not_found",
            text="\n\n".join(statement.text for statement in statements),
            short_answer=None,
            statements=statements,
            citations=citations,
            not_found=NotFound(
                searched=searched.count,
                announced_but_missing=[composing.named(missing) for missing in relevant],
                nearest=nearest,
            ),
            engine="quotes",
            confidence=reading.answerable,
            timings_ms={},
            settings=self._settings_hash,
        )

    def _add_proposal(
        self, question: UnderstoodQuestion, reading: Reading, statements: list[Statement], citations: list[Citation]
    ) -> None:
        """Say that there is a proposal only, and cite it, unless the question is about something else."""
        found = find_proposal(self._store, self._sections, reading)
        if found is None:
            return
        document, sentence = found
        if not self._is_about(question, document, sentence):
            return
        title = self._sections[document][sentence.section]
        citations.append(self._citations.make(len(citations) + 1, document, sentence.span, title))
        text = composing.proposed_sentence(title, citations[-1].number)
        statements.append(composing.notice(text, [citations[-1].number]))

    def _is_about(self, question: UnderstoodQuestion, document: str, sentence: Sentence) -> bool:
        """Whether a proposal speaks of what a question names beside the deciding itself; it may name nothing."""
        asked = set(analyse(_DECIDING.sub(" ", question.standalone)))
        said = self._store.excerpt(document, sentence.span)
        return not asked or not asked.isdisjoint(analyse(f"{said} {self._store.document(document).title}"))

    def _add_announcement(
        self, missing: MissingDocument, scope: Scope, statements: list[Statement], citations: list[Citation]
    ) -> None:
        """Name the missing document that might have answered, and cite where it is announced."""
        announced = find_announcement(self._store, missing, scope)
        if announced is None:
            statements.append(composing.notice(composing.missing_sentence(missing, None)))
            return
        document, sentence = announced
        section = self._sections[document][sentence.section]
        citations.append(self._citations.make(len(citations) + 1, document, sentence.span, section))
        marker = citations[-1].number
        statements.append(composing.notice(composing.missing_sentence(missing, marker), [marker]))

    def _is_common(self, term: str) -> bool:
        """Whether a term stands in so many passages that it says nothing about what is asked."""
        return self._store.passage_frequency(term, self._scope) > _COMMON * self._passages
