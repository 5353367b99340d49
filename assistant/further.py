"""Questions that may be asked next: formed from what stands around an answer's quotes, not yet known to be answered.

The templates know what any council paper has (short forms, attachments, words of agreeing and refusing, sentences that
can be turned into questions), never a certain paper. Whether the documents answer a candidate, and from the place that
it was formed from, is for the asker to find out, see :meth:`Candidate.is_met_by`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Final

from assistant.answer import Answer, Citation
from assistant.sheet import signs
from assistant.stance import speaks_against, speaks_for
from assistant.turned import questions_in
from corpus.analysis import analyse
from corpus.store import Scope, Store
from corpus.types import DocumentInfo, Sentence, Span

MOST_TRIED: Final = 24
"""Candidates that are worth trying."""
_AROUND: Final = 30
"""Sentences before and behind a quote that candidates are formed from."""
_SHORT_FORMS: Final = 2
"""Three questions for abbreviations would be no help."""
_ATTACHMENT: Final = re.compile(r"^(?:Anhang|Anlage) \d+$")
_WORDED: Final[tuple[tuple[Callable[[str], bool], str], ...]] = (
    (speaks_against, "Wer lehnt das Vorhaben ab?"),
    (speaks_for, "Wer befürwortet das Vorhaben?"),
    (signs.tells_who_asked, "Wer hat den Antrag gestellt?"),
    (signs.leaves_open, "Was ist noch nicht geklärt?"),
)
"""What a sentence tells by its words, and the question that it may answer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and the place that it was formed from: ``document`` and ``span`` are ``None`` where there is none."""

    question: str
    document: str | None = None
    span: Span | None = None

    def is_met_by(self, answer: Answer) -> bool:
        """Whether the answer quotes the place that the question was formed from."""
        return self.document is None or any(
            citation.document == self.document
            and (self.span is None or (citation.char_start < self.span.end and self.span.start < citation.char_end))
            for citation in answer.citations
        )

    def same_as(self, question: str) -> bool:
        """Whether another question has the same words that count."""
        return frozenset(analyse(self.question)) == frozenset(analyse(question))


def candidates(store: Store, scope: Scope, answer: Answer) -> Iterator[Candidate]:
    """What may be asked after an answer, of each kind in turn, nearest first; one kind are the registers' questions."""
    quotes = answer.citations or (answer.not_found.nearest if answer.not_found is not None else [])
    around = [
        _Around(store, scope, document, [citation for citation in quotes if citation.document == document])
        for document in dict.fromkeys(citation.document for citation in quotes)
    ]
    kinds: tuple[Iterable[Candidate], ...] = (
        chain.from_iterable(one.turned() for one in around),
        map(Candidate, store.questions(scope)),
        chain.from_iterable(one.worded() for one in around),
        islice(chain.from_iterable(one.short_forms() for one in around), _SHORT_FORMS),
        chain.from_iterable(one.attachments() for one in around),
    )
    formed: set[str] = set()
    # Each kind without what it repeats, so that in turn really every kind has its turn.
    for candidate in filter(None, chain.from_iterable(zip_longest(*map(_once, kinds)))):
        if candidate.question not in formed:
            formed.add(candidate.question)
            yield candidate


class _Around:
    """What stands around the quotes of one document."""

    def __init__(self, store: Store, scope: Scope, document: str, quotes: Sequence[Citation]) -> None:
        self._store = store
        self._scope = scope
        self._document = document
        self._text = store.text(document)
        sentences = store.sentences(document)
        cited = [
            sentence.index
            for sentence in sentences
            if any(sentence.span.start < quote.char_end and quote.char_start < sentence.span.end for quote in quotes)
        ]
        self._cited = frozenset(cited)
        distances = {s.index: min((abs(s.index - index) for index in cited), default=_AROUND + 1) for s in sentences}
        near = [sentence for sentence in sentences if distances[sentence.index] <= _AROUND]
        self._near: list[Sentence] = sorted(near, key=lambda sentence: distances[sentence.index])

    def short_forms(self) -> Iterator[Candidate]:
        """Abbreviations that are introduced near the quotes."""
        introduced = [a for document, a in self._store.abbreviations(self._scope) if document == self._document]
        for sentence in self._near:
            for abbreviation in introduced:
                if sentence.span.contains(abbreviation.span):
                    yield Candidate(f"Wofür steht {abbreviation.short}?", self._document, abbreviation.span)

    def worded(self) -> Iterator[Candidate]:
        """What sentences tell by their words."""
        for sentence in self._near:
            words = self._text[sentence.span.start : sentence.span.end]
            if sentence.kind in ("sentence", "item"):
                yield from (Candidate(asks, self._document) for tells, asks in _WORDED if tells(words))

    def turned(self) -> Iterator[Candidate]:
        """Questions made of the sentences themselves; those that were quoted have been answered."""
        for sentence in self._near:
            if sentence.kind == "sentence" and sentence.index not in self._cited:
                for question in questions_in(self._text[sentence.span.start : sentence.span.end]):
                    yield Candidate(question, self._document, sentence.span)

    def attachments(self) -> Iterator[Candidate]:
        """Attachments that are there and that the sentences near the quotes name."""
        for sentence in self._near:
            for _, other in self._store.mentions(self._document, sentence.span, self._scope):
                if isinstance(other, DocumentInfo) and _ATTACHMENT.match(other.kind):
                    yield Candidate(f"Worum geht es in {other.kind}?", other.document)


def _once(formed: Iterable[Candidate]) -> Iterator[Candidate]:
    yield from dict.fromkeys(formed)


def already_known(candidate: Candidate, questions: Iterable[str]) -> bool:
    """Whether one of these questions is the same."""
    return any(candidate.same_as(question) for question in questions)
