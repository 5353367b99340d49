"""The quotes engine: a LlamaIndex query engine that answers with verbatim sentences, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle

from assistant import composing
from assistant.answer import Answer, Citation, Statement, Status, Turn
from assistant.citations import CitationMaker
from assistant.decisions import DECIDED, DECISION, PROPOSALS
from assistant.question import QuestionReader, UnderstoodQuestion
from assistant.reader import Candidate, LinearReader, Reading, Scored
from assistant.reader.entities import HARD_KINDS, fits
from assistant.refusal import RefusalMaker
from assistant.retrieval import HybridRetriever, RankedPassage
from assistant.scope_words import NamedScope, find_scope
from assistant.short_answer import RowCell, short_answer, short_answer_in_row
from corpus.analysis import analyse
from corpus.store import Scope, Store
from corpus.types import Passage, Sentence, Span

_ORIGINAL = 0.5
"""Log-odds by which an example must be better than an original."""
_MOST_QUOTES = 3
_MOST_LISTED = 4
"""Lists take more sentences than a fact does."""
_MOST_FACTS = 2
"""Of what can be told in one word, a second sentence may add the occasion; more is noise."""
_TELLING = 10
"""A number that counts what the question asks for, or a paragraph, is sought further down: few sentences have one."""
_EVERY_PASSAGE = 2000
"""Passages that are looked through where a question names a page."""
_SURE = 0.5
"""Below this probability the answer says that its quotes fit best, not that they are the answer."""
_POINTS_BACK = re.compile(
    r"^\W{0,2}(?:Dies\w*|Er|Sie|Es|Hierzu|Hierfür|Hierbei|Damit|Dazu|Dafür|Dabei|Daher|Deshalb|Auch hier|Auch dies\w*"
    r"|Solche\w*)\b"
    r"|\b(?:von|mit|bei|zu|an|für|durch) (?:diesen|dieser|diesem|ihnen|denen)\b(?! \w*[A-ZÄÖÜ])"
)
"""A sentence that begins so is not understood without the one before it."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer came about, for whoever measures it.

    ``passages`` are all that were found, best first, of which the first ``read`` were read; ``sentences`` are those of
    the passages read, best first.
    """

    passages: Sequence[RankedPassage]
    read: int
    sentences: Sequence[Scored]


@dataclass(frozen=True, slots=True)
class _Quote:
    """Neighbouring sentences that are quoted together; ``short`` is in document offsets."""

    document: str
    paragraph: int
    span: Span
    section: str
    short: Span | None
    score: float
    row: bool = False


class QuotesQueryEngine(BaseQueryEngine):
    """Retrieves, reads, and quotes.

    :meth:`answer` gives our own shape; ``query`` gives LlamaIndex's response with the same answer in its metadata.
    """

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        reader: LinearReader,
        questions: QuestionReader,
        *,
        scope: Scope,
        settings_hash: str,
    ) -> None:
        super().__init__(callback_manager=None)
        self._store = store
        self._retriever = retriever
        self._reader = reader
        self._questions = questions
        self._scope = scope
        self._settings_hash = settings_hash
        # What a quote points to may be shown although it is not searched.
        self._citations = CitationMaker(store, replace(scope, documents=None))
        self._documents = store.documents(scope)
        self._examples = {info.document for info in self._documents if info.origin == "example"}
        self._sections = {
            info.document: [section.title for section in store.sections(info.document)] for info in self._documents
        }
        self._refusals = RefusalMaker(
            store,
            self._citations,
            self._sections,
            scope=scope,
            answer_at=reader.weights.answer_at,
            settings_hash=settings_hash,
        )

    def answer(self, text: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question, or refuse."""
        return self.answer_with_trace(text, history)[0]

    def answer_with_trace(self, text: str, history: Sequence[Turn] = ()) -> tuple[Answer, Trace]:
        """The answer, and how it came about."""
        started = perf_counter()
        question = self._questions.understand(text, history)
        understood = perf_counter()
        bundle = QueryBundle(query_str=question.search)
        named = find_scope(question.standalone, self._documents)
        ranked = self._ranked(bundle, named)
        best = self._retriever.best(ranked)
        retrieved = perf_counter()
        query = np.asarray(bundle.embedding if bundle.embedding is not None else [], dtype=np.float32)
        reading = self._reader.read(question, self._candidates(best), query)
        defined = self._defined(question)
        quotes = defined or self._chosen(question, reading)
        proposed = [] if quotes else self._proposed(question, reading)
        read = perf_counter()
        if quotes or proposed:
            confidence = 1.0 if defined else reading.answerable
            status: Status = "answered" if quotes else "partial"
            composed = self._answered(question, named, quotes or proposed, status, confidence)
        else:
            composed = self._refusals.make(question, named, reading)
        ended = perf_counter()
        timings = {
            "understanding": understood - started,
            "retrieval": retrieved - understood,
            "reading": read - retrieved,
            "composing": ended - read,
            "total": ended - started,
        }
        rounded = {name: round(seconds * 1000, 1) for name, seconds in timings.items()}
        return composed.model_copy(update={"timings_ms": rounded}), Trace(ranked, len(best), reading.scored)

    # -- LlamaIndex ------------------------------------------------------------------------------------------------

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        with self._store.snapshot():
            answer = self.answer(query_bundle.query_str)
        return Response(response=answer.text, metadata={"answer": answer.model_dump(mode="json")})

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _ranked(self, bundle: QueryBundle, named: NamedScope | None) -> list[RankedPassage]:
        """The passages that are found where the question says to look, or everywhere."""
        if named is None:
            return self._retriever.rank(bundle)
        scope = self._scope if named.documents is None else self._scope.within(named.documents)
        if named.pages is None:
            return self._retriever.rank(bundle, scope)
        return [
            found
            for found in self._retriever.rank(bundle, scope, _EVERY_PASSAGE)
            if not named.pages.isdisjoint(
                page.printed for page in self._store.pages_of(found.passage.document, found.passage.span)
            )
        ]

    # -- reading ---------------------------------------------------------------------------------------------------

    def _candidates(self, found: Sequence[RankedPassage]) -> list[Candidate]:
        """The sentences of the retrieved passages, in document order."""
        candidates: list[Candidate] = []
        for ranked in found:
            passage = ranked.passage
            context = frozenset(analyse(f"{passage.section_title}\n{passage.reading or passage.text}"))
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
                        vector=vector,
                        dense=ranked.dense,
                        terms=frozenset(analyse(self._questions.with_long_forms(_with_list(sentence, text, passage)))),
                        context_terms=context,
                    )
                )
        return sorted(candidates, key=lambda candidate: (candidate.document, candidate.sentence.index))

    def _defined(self, question: UnderstoodQuestion) -> list[_Quote]:
        """The place where a document introduces the abbreviation that the question asks for."""
        if question.abbreviation is None:
            return []
        for document, abbreviation in self._store.abbreviations(self._scope):
            if abbreviation.short != question.abbreviation:
                continue
            sentence = next(s for s in self._store.sentences(document) if s.span.contains(abbreviation.span))
            start = abbreviation.span.start
            return [
                _Quote(
                    document=document,
                    paragraph=sentence.paragraph,
                    span=sentence.span,
                    section=self._sections[document][sentence.section],
                    short=Span(start, start + len(abbreviation.long)),
                    score=0.0,
                )
            ]
        return []

    def _chosen(self, question: UnderstoodQuestion, reading: Reading) -> list[_Quote]:
        """The sentences that answer, joined with what they need to be understood; none if nothing answers."""
        weights = self._reader.weights
        if reading.answerable < weights.answer_at:
            return []
        near = _TELLING if question.kind in ("number", "law") else _MOST_QUOTES
        ranked = sorted(reading.scored, key=self._rank)
        best = [scored for scored in ranked[:near] if self._suits(question, scored.candidate)]
        if not best:
            # What fits the question word does not fit the question: a date somewhere is not the date asked for.
            return []
        fitting = [
            best[0],
            *(s for s in ranked if s is not best[0] and self._suits(question, s.candidate)),
        ]
        most = _MOST_LISTED if question.kind == "list" else _MOST_FACTS if question.kind in HARD_KINDS else _MOST_QUOTES
        worst = fitting[0].score - weights.quote_within
        enough = [scored for scored in fitting[:most] if scored.score >= worst]
        if question.kind == "yes_no" and DECISION.search(question.standalone):
            # Whether something was decided is only answered by a sentence that speaks of a decision.
            enough = [scored for scored in enough if DECIDED.search(scored.candidate.text)]
        return self._joined(question, enough)

    def _rank(self, scored: Scored) -> float:
        """Originals first where an example says about the same: nobody should be shown what is invented instead."""
        original = scored.candidate.document not in self._examples
        return -(scored.score + (_ORIGINAL if original else 0.0))

    def _proposed(self, question: UnderstoodQuestion, reading: Reading) -> list[_Quote]:
        """The proposal, where somebody asks whether something was decided and only a proposal is there."""
        asked = question.kind == "yes_no" and DECISION.search(question.standalone)
        if not asked or reading.answerable < self._reader.weights.answer_at:
            return []
        found = self._refusals.find_proposal(reading)
        if found is None:
            return []
        document, sentence = found
        title = self._sections[document][sentence.section]
        return [_Quote(document, sentence.paragraph, sentence.span, title, None, 0.0)]

    @staticmethod
    def _suits(question: UnderstoodQuestion, candidate: Candidate) -> bool:
        """Whether a sentence can answer this kind of question; a number must count what the question asks for."""
        if question.kind == "number" and candidate.sentence.kind != "row":
            return short_answer(question, candidate.text) is not None
        return question.kind not in HARD_KINDS or fits(question.kind, candidate.text)

    def _joined(self, question: UnderstoodQuestion, chosen: Sequence[Scored]) -> list[_Quote]:
        """Quotes, best first; neighbours of one paragraph become one quote."""
        by_place: dict[tuple[str, int], _Quote] = {}
        for scored in chosen:
            candidate = scored.candidate
            span = candidate.sentence.span
            if candidate.sentence.kind == "row":
                short = short_answer_in_row(
                    question,
                    [
                        RowCell(cell.header, self._store.excerpt(candidate.document, cell.span), cell.span)
                        for cell in self._store.row_cells(candidate.document, span)
                    ],
                )
            else:
                found = short_answer(question, candidate.text)
                short = Span(span.start + found.start, span.start + found.end) if found else None
            if _POINTS_BACK.search(candidate.text):
                span = self._with_previous(candidate, span)
            by_place[candidate.document, candidate.sentence.index] = _Quote(
                document=candidate.document,
                paragraph=candidate.sentence.paragraph,
                span=span,
                section=self._sections[candidate.document][candidate.sentence.section],
                short=short,
                score=scored.score,
                row=candidate.sentence.kind == "row",
            )
        merged: list[_Quote] = []
        for key in sorted(by_place):
            quote = by_place[key]
            last = merged[-1] if merged else None
            # Rows stay apart: each is read with the heads of its columns.
            same = (
                last is not None
                and (last.document, last.paragraph) == (quote.document, quote.paragraph)
                and not quote.row
            )
            if same and last is not None and quote.span.start <= last.span.end + 1:
                better = last if last.score >= quote.score else quote
                merged[-1] = replace(
                    better,
                    span=Span(min(last.span.start, quote.span.start), max(last.span.end, quote.span.end)),
                    short=better.short or last.short or quote.short,
                )
            else:
                merged.append(quote)
        return sorted(merged, key=lambda quote: -quote.score)

    def _with_previous(self, candidate: Candidate, span: Span) -> Span:
        """The span from the sentence before on, if it stands in the same paragraph."""
        sentences = self._store.sentences(candidate.document)
        if candidate.sentence.index == 0:
            return span
        previous = sentences[candidate.sentence.index - 1]
        return Span(previous.span.start, span.end) if previous.paragraph == candidate.sentence.paragraph else span

    # -- composing -------------------------------------------------------------------------------------------------

    def _answered(
        self,
        question: UnderstoodQuestion,
        named: NamedScope | None,
        quotes: Sequence[_Quote],
        status: Status,
        confidence: float,
    ) -> Answer:
        citations = [
            self._citations.make(number, quote.document, quote.span, quote.section, quote.short)
            for number, quote in enumerate(quotes, start=1)
        ]
        first = citations[0]
        short = (
            first.quote[first.short_start - first.char_start : first.short_end - first.char_start]
            if first.short_start is not None and first.short_end is not None
            else None
        )
        notices = self._notices(question, named, citations)
        # That a source is invented stands above the answer, everything else below it.
        above = [statement for statement in notices if statement.text == composing.EXAMPLE_NOTICE]
        below = [statement for statement in notices if statement.text != composing.EXAMPLE_NOTICE]
        statements = [*above, *map(composing.quote_statement, citations), *below]
        text = [
            composing.lead(question, citations, short, sure=confidence >= _SURE),
            *map(composing.quote_block, citations),
        ]
        text += [f"*{statement.text}*" for statement in notices]
        return Answer(
            question=question.text,
            standalone_question=question.standalone,
            status=status,
            text="\n\n".join(text),
            short_answer=short,
            statements=statements,
            citations=citations,
            not_found=None,
            engine="quotes",
            confidence=confidence,
            timings_ms={},
            settings=self._settings_hash,
        )

    def _notices(
        self, question: UnderstoodQuestion, named: NamedScope | None, citations: Sequence[Citation]
    ) -> list[Statement]:
        """What qualifies the answer: invented sources, and proposals that must not pass for decisions."""
        notices: list[Statement] = []
        if any(citation.origin == "example" for citation in citations):
            notices.append(composing.notice(composing.EXAMPLE_NOTICE))
        proposes = any(
            title.startswith(PROPOSALS) for citation in citations for title in self._sections[citation.document]
        )
        quoted_proposal = any(citation.section.startswith(PROPOSALS) for citation in citations)
        if quoted_proposal or (proposes and DECISION.search(question.standalone)):
            notices.append(composing.notice(composing.PROPOSAL_NOTICE))
        qualifying = composing.recognition_notice(citations), composing.references_notice(citations)
        notices += [statement for statement in qualifying if statement is not None]
        if named is not None:
            notices.append(composing.scope_notice(*self._told(named)))
        return notices

    def _told(self, named: NamedScope) -> tuple[list[str], list[str]]:
        """The Arten and the pages that a question names, in the order of the register."""
        kinds = [info.kind for info in self._documents if named.documents and info.document in named.documents]
        return list(dict.fromkeys(kinds)), sorted(named.pages or (), key=lambda label: (len(label), label))


def _with_list(sentence: Sentence, text: str, passage: Passage) -> str:
    """A list item together with the heading that it belongs to: under "Anhänge", "3.) …" is Anhang 3."""
    return f"{passage.section_title} {text}" if sentence.kind == "item" else text
