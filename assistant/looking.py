"""Looks for what answers one question: retrieves passages, has them read, and chooses what is quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.schema import QueryBundle
from numpy.typing import NDArray

from assistant.central import central_sentences, named_documents
from assistant.choosing import Quote, QuoteChooser
from assistant.decisions import PROPOSALS, asks_for_decision
from assistant.question import QuestionReader, UnderstoodQuestion
from assistant.reader import Candidate, Reading, TrainedReader
from assistant.retrieval import HybridRetriever, RankedPassage
from assistant.searched import Searched
from assistant.tasks import task_of
from corpus.analysis import analyse
from corpus.store import Scope, Store
from corpus.types import DocumentInfo, Passage, Sentence, Span

_CENTRAL = 5
"""Sentences that are quoted of a document of which somebody wants to know what is in it."""
_CENTRAL_EACH = 3
_MOST_COMPARED = 4
_EVERY_PASSAGE = 2000
"""Passages that are looked through where a question names a page."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found for one question, and how: ``ranked`` are all passages, best first.

    ``quotes`` answer it; ``selected`` ones stand for a whole document; ``proposed`` are what there is instead of a
    decision. ``confidence`` is the probability that the quotes answer.
    """

    question: UnderstoodQuestion
    ranked: Sequence[RankedPassage]
    reading: Reading
    quotes: Sequence[Quote]
    proposed: Sequence[Quote]
    selected: bool
    confidence: float


class Looker:
    """Looks in the documents of one scope; ``answer_at`` is the probability from which on a question is answered."""

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        reader: TrainedReader,
        questions: QuestionReader,
        chooser: QuoteChooser,
        sections: Mapping[str, Sequence[str]],
        answer_at: float,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._reader = reader
        self._questions = questions
        self._chooser = chooser
        self._sections = sections
        self._answer_at = answer_at

    def rank(self, question: UnderstoodQuestion, searched: Searched) -> tuple[list[RankedPassage], NDArray[np.float32]]:
        """The passages where the question is looked for, best first, and the question's vector."""
        bundle = QueryBundle(query_str=question.search)
        scope, pages = searched.innermost(), searched.pages
        if pages is None:
            ranked = self._retriever.rank(bundle, scope)
        else:
            ranked = [
                found
                for found in self._retriever.rank(bundle, scope, _EVERY_PASSAGE)
                if not pages.isdisjoint(
                    page.printed for page in self._store.pages_of(found.passage.document, found.passage.span)
                )
            ]
        return ranked, np.asarray(bundle.embedding if bundle.embedding is not None else [], dtype=np.float32)

    def best(self, ranked: Sequence[RankedPassage]) -> list[RankedPassage]:
        """Those that are read."""
        return self._retriever.best(ranked)

    def read(
        self,
        question: UnderstoodQuestion,
        searched: Searched,
        ranked: Sequence[RankedPassage],
        query: NDArray[np.float32],
    ) -> Looked:
        """Read the best of ``ranked`` and choose."""
        reading = self._reader.read(question, self.candidates(self.best(ranked)), query)
        defined = self._defined(question, searched.scope)
        outlined = [] if defined else self._outlined(question, searched)
        quotes = defined or outlined or self._chooser.choose(question, reading)
        proposed = [] if quotes else self._proposed(question, reading)
        confidence = 1.0 if defined or outlined else reading.answerable
        return Looked(question, ranked, reading, quotes, proposed, bool(outlined), confidence)

    def summarised(self, question: UnderstoodQuestion, searched: Searched) -> list[DocumentInfo]:
        """The documents that the question wants summed up or compared, if there is no doubt which are meant."""
        task = task_of(question.standalone, question.kind)
        if task not in ("summary", "comparison", "plain") or searched.pages:
            return []
        named = named_documents(question.standalone, searched.documents)
        if task == "comparison":
            return named if 1 < len(named) <= _MOST_COMPARED else []
        if task == "summary" and len(searched.documents) == 1:
            return list(searched.documents)
        return named if len(named) == 1 else []

    def candidates(self, found: Sequence[RankedPassage]) -> list[Candidate]:
        """The sentences of the retrieved passages, in document order."""
        candidates: list[Candidate] = []
        for rank, ranked in enumerate(found):
            passage = ranked.passage
            around = f"{passage.section_title}\n{passage.reading or passage.text}"
            context = frozenset(analyse(around))
            for sentence, vector in self._store.sentences_of(passage):
                start = sentence.span.start - passage.span.start
                text = passage.text[start : start + len(sentence.span)]
                if sentence.reading:
                    # That a row belongs to a group is context: the group's words are no more its own than a heading's.
                    text = sentence.reading.rpartition("\n")[2]
                candidates.append(
                    Candidate(
                        document=passage.document,
                        passage=passage.key,
                        sentence=sentence,
                        text=text,
                        context=passage.section_title,
                        around=around,
                        rank=rank,
                        vector=vector,
                        dense=ranked.dense,
                        terms=frozenset(analyse(self._questions.with_long_forms(_with_list(sentence, text, passage)))),
                        context_terms=context,
                    )
                )
        return sorted(candidates, key=lambda candidate: (candidate.document, candidate.sentence.index))

    def _defined(self, question: UnderstoodQuestion, scope: Scope) -> list[Quote]:
        """The place where a document introduces the abbreviation that the question asks for."""
        if question.abbreviation is None:
            return []
        for document, abbreviation in self._store.abbreviations(scope):
            if abbreviation.short != question.abbreviation:
                continue
            sentence = next(s for s in self._store.sentences(document) if s.span.contains(abbreviation.span))
            start = abbreviation.span.start
            short = Span(start, start + len(abbreviation.long))
            return [self._quote(document, sentence, short)]
        return []

    def _outlined(self, question: UnderstoodQuestion, searched: Searched) -> list[Quote]:
        """The sentences that stand for the document, where somebody asks what is in it."""
        documents = self.summarised(question, searched)
        each = _CENTRAL if len(documents) == 1 else _CENTRAL_EACH
        return [
            self._quote(info.document, sentence)
            for info in documents
            for sentence in central_sentences(self._store, info.document, each)
        ]

    def _proposed(self, question: UnderstoodQuestion, reading: Reading) -> list[Quote]:
        """The proposal, where somebody asks whether something was decided and only a proposal is there."""
        asked = question.kind == "yes_no" and asks_for_decision(question.standalone)
        if not asked or reading.answerable < self._answer_at:
            return []
        found = find_proposal(self._store, self._sections, reading)
        return [] if found is None else [self._quote(*found)]

    def _quote(self, document: str, sentence: Sentence, short: Span | None = None) -> Quote:
        title = self._sections[document][sentence.section]
        return Quote(document, sentence.section, sentence.index, sentence.span, title, short, 0.0)


def find_proposal(store: Store, sections: Mapping[str, Sequence[str]], reading: Reading) -> tuple[str, Sentence] | None:
    """The sentence with which the nearest document that proposes something begins its proposal."""
    for document in dict.fromkeys(scored.candidate.document for scored in reading.scored):
        for sentence in store.sentences(document):
            if sentence.kind != "heading" and sections[document][sentence.section].startswith(PROPOSALS):
                return document, sentence
    return None


def merged_quotes(looked: Sequence[Looked], most: int) -> list[Quote]:
    """The quotes for all parts of a question, each part's best before anybody's second; none twice."""
    taken: dict[tuple[str, Span], Quote] = {}
    for place in range(max((len(one.quotes) for one in looked), default=0)):
        for one in looked:
            if place < len(one.quotes):
                quote = one.quotes[place]
                taken.setdefault((quote.document, quote.span), quote)
    return list(taken.values())[:most]


def merged_ranking(looked: Sequence[Looked]) -> list[RankedPassage]:
    """The passages that were found for all parts, each part's best before anybody's second; none twice."""
    found: dict[str, RankedPassage] = {}
    for place in range(max((len(one.ranked) for one in looked), default=0)):
        for one in looked:
            if place < len(one.ranked):
                found.setdefault(one.ranked[place].passage.key, one.ranked[place])
    return list(found.values())


def _with_list(sentence: Sentence, text: str, passage: Passage) -> str:
    """A list item together with the heading that it belongs to: under "Anhänge", "3.) …" is Anhang 3."""
    return f"{passage.section_title} {text}" if sentence.kind == "item" else text
