"""The quotes engine: a LlamaIndex query engine that answers with verbatim sentences, without a language model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle
from numpy.typing import NDArray

from assistant import composing
from assistant.answer import Answer, Citation, Statement, Status, Turn
from assistant.central import central_sentences, named_documents
from assistant.choosing import Quote, QuoteChooser
from assistant.citations import CitationMaker
from assistant.decisions import DECISION, PROPOSALS
from assistant.differing import short_words
from assistant.injection import speaks_to_a_machine
from assistant.question import QuestionReader, UnderstoodQuestion
from assistant.reader import Candidate, OperatingPoint, Reading, Scored, TrainedReader
from assistant.refusal import RefusalMaker
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
_LISTED_SECTIONS = 10
_EVERY_PASSAGE = 2000
"""Passages that are looked through where a question names a page."""


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
class Progress:
    """How far an answer is: which ``stage`` begins now, with how many documents, passages or quotes.

    While it is ``waiting`` for others to be answered, or a language model is ``writing``, that is told again and again;
    of what is written, ``statement`` is a sentence that has just been proven.
    """

    stage: Literal["waiting", "searching", "reading", "composing", "writing"]
    count: int
    statement: Statement | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer in quotes with all that it was made of, for whoever words it."""

    question: UnderstoodQuestion
    searched: Searched
    answer: Answer
    trace: Trace


Watch = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Let an answer come about without anybody watching."""


class QuotesQueryEngine(BaseQueryEngine):
    """Retrieves, reads, and quotes.

    :meth:`answer` gives our own shape; ``query`` gives LlamaIndex's response with the same answer in its metadata.
    """

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        reader: TrainedReader,
        questions: QuestionReader,
        *,
        scope: Scope,
        operating_point: OperatingPoint,
        settings_hash: str,
    ) -> None:
        super().__init__(callback_manager=None)
        self._store = store
        self._retriever = retriever
        self._reader = reader
        self._questions = questions
        self._scope = scope
        self._settings_hash = settings_hash
        self._answer_at = reader.weights.answer_at[operating_point]
        # What the careful operating point would refuse is said to fit best, not to be the answer.
        self._sure_at = reader.weights.answer_at["vorsichtig"]
        # What a quote points to may be shown although it is not searched.
        self._citations = CitationMaker(store, replace(scope, documents=None))
        self._documents = store.documents(scope)
        self._examples = {info.document for info in self._documents if info.origin == "example"}
        self._sections = {
            info.document: [section.title for section in store.sections(info.document)] for info in self._documents
        }
        self._chooser = QuoteChooser(store, self._sections, self._examples, reader.weights, self._answer_at)
        self._refusals = RefusalMaker(
            store,
            self._citations,
            self._sections,
            scope=scope,
            answer_at=self._answer_at,
            settings_hash=settings_hash,
        )

    def answer(
        self,
        text: str,
        history: Sequence[Turn] = (),
        watch: Watch = unwatched,
        *,
        chosen: Collection[str] | None = None,
    ) -> Answer:
        """Answer one question, or refuse; ``watch`` is told how far it is and may raise to end it.

        ``chosen`` are the documents to search, of those that the engine has; unlike an engine of their own, which would
        have to be built first, they only narrow the search: spelling and abbreviations are known from all.
        """
        return self.answer_with_trace(text, history, watch, chosen=chosen)[0]

    def answer_with_trace(
        self,
        text: str,
        history: Sequence[Turn] = (),
        watch: Watch = unwatched,
        *,
        chosen: Collection[str] | None = None,
    ) -> tuple[Answer, Trace]:
        """The answer, and how it came about."""
        draft = self.draft(text, history, watch, chosen=chosen)
        return draft.answer, draft.trace

    def draft(
        self,
        text: str,
        history: Sequence[Turn] = (),
        watch: Watch = unwatched,
        *,
        chosen: Collection[str] | None = None,
    ) -> Draft:
        """The answer with all that it was made of."""
        started = perf_counter()
        question = self._questions.understand(text, history)
        understood = perf_counter()
        searched = Searched.of(question.standalone, self._scope, self._documents, chosen)
        watch(Progress("searching", len(searched.documents)))
        bundle = QueryBundle(query_str=question.search)
        ranked = self._ranked(bundle, searched)
        best = self._retriever.best(ranked)
        retrieved = perf_counter()
        watch(Progress("reading", len(best)))
        reading = self._reader.read(question, self._candidates(best), _vector(bundle))
        defined = self._defined(question, searched.scope)
        outlined = self._outlined(question, searched)
        quotes = defined or outlined or self._chooser.choose(question, reading)
        proposed = [] if quotes else self._proposed(question, reading)
        read = perf_counter()
        watch(Progress("composing", len(quotes)))
        if quotes or proposed:
            confidence = 1.0 if defined or outlined else reading.answerable
            status: Status = "answered" if quotes else "partial"
            composed = self._answered(question, searched, quotes or proposed, status, confidence)
            if outlined and not defined:
                composed = self._as_selection(composed)
        else:
            composed = self._refusals.make(question, searched, reading)
        ended = perf_counter()
        timings = {
            "understanding": understood - started,
            "retrieval": retrieved - understood,
            "reading": read - retrieved,
            "composing": ended - read,
            "total": ended - started,
        }
        rounded = {name: round(seconds * 1000, 1) for name, seconds in timings.items()}
        return Draft(
            question,
            searched,
            composed.model_copy(update={"timings_ms": rounded}),
            Trace(ranked, reading.passages, reading.scored),
        )

    def material(
        self, text: str, history: Sequence[Turn] = (), without: Collection[str] = ()
    ) -> tuple[UnderstoodQuestion, list[Candidate], NDArray[np.float32]]:
        """The understood question, the candidates that would be read for it, and its vector; for calibrating.

        ``without`` are documents whose passages are passed over.
        """
        question = self._questions.understand(text, history)
        bundle = QueryBundle(query_str=question.search)
        searched = Searched.of(question.standalone, self._scope, self._documents, None)
        ranked = [found for found in self._ranked(bundle, searched) if found.passage.document not in without]
        return question, self._candidates(self._retriever.best(ranked)), _vector(bundle)

    # -- LlamaIndex ------------------------------------------------------------------------------------------------

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        with self._store.snapshot():
            answer = self.answer(query_bundle.query_str)
        return Response(response=answer.text, metadata={"answer": answer.model_dump(mode="json")})

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _ranked(self, bundle: QueryBundle, searched: Searched) -> list[RankedPassage]:
        """The passages that are found where the question is looked for."""
        scope, pages = searched.innermost(), searched.pages
        if pages is None:
            return self._retriever.rank(bundle, scope)
        return [
            found
            for found in self._retriever.rank(bundle, scope, _EVERY_PASSAGE)
            if not pages.isdisjoint(
                page.printed for page in self._store.pages_of(found.passage.document, found.passage.span)
            )
        ]

    # -- reading ---------------------------------------------------------------------------------------------------

    def _candidates(self, found: Sequence[RankedPassage]) -> list[Candidate]:
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
            return [
                Quote(
                    document=document,
                    section=sentence.section,
                    sentence=sentence.index,
                    span=sentence.span,
                    title=self._sections[document][sentence.section],
                    short=Span(start, start + len(abbreviation.long)),
                    score=0.0,
                )
            ]
        return []

    def _outlined(self, question: UnderstoodQuestion, searched: Searched) -> list[Quote]:
        """The sentences that stand for the document, where somebody asks what is in it."""
        documents = self.summarised(question, searched)
        each = _CENTRAL if len(documents) == 1 else _CENTRAL_EACH
        return [
            Quote(info.document, s.section, s.index, s.span, self._sections[info.document][s.section], None, 0.0)
            for info in documents
            for s in central_sentences(self._store, info.document, each)
        ]

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

    def _proposed(self, question: UnderstoodQuestion, reading: Reading) -> list[Quote]:
        """The proposal, where somebody asks whether something was decided and only a proposal is there."""
        asked = question.kind == "yes_no" and DECISION.search(question.standalone)
        if not asked or reading.answerable < self._answer_at:
            return []
        found = self._refusals.find_proposal(reading)
        if found is None:
            return []
        document, sentence = found
        title = self._sections[document][sentence.section]
        return [Quote(document, sentence.section, sentence.index, sentence.span, title, None, 0.0)]

    # -- composing -------------------------------------------------------------------------------------------------

    def _answered(
        self,
        question: UnderstoodQuestion,
        searched: Searched,
        quotes: Sequence[Quote],
        status: Status,
        confidence: float,
    ) -> Answer:
        citations = [
            _without_short_orders(self._citations.make(number, quote.document, quote.span, quote.title, quote.short))
            for number, quote in enumerate(quotes, start=1)
        ]
        first = citations[0]
        short = short_words(first)
        notices = self.notices(question, searched, citations)
        # That a source is invented stands above the answer, everything else below it.
        above = [statement for statement in notices if statement.text == composing.EXAMPLE_NOTICE]
        below = [statement for statement in notices if statement.text != composing.EXAMPLE_NOTICE]
        # A short answer that another document contradicts must not stand alone for a moment.
        beside = [found] if short is not None and (found := composing.differing_notice(citations)) is not None else []
        statements = [*above, *beside, *map(composing.quote_statement, citations), *below]
        text = [
            composing.lead(question, citations, short, sure=confidence >= self._sure_at),
            *(f"*{statement.text}*" for statement in beside),
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

    def _as_selection(self, answer: Answer) -> Answer:
        """An answer that says that its quotes stand for a whole document."""
        shown = {citation.document for citation in answer.citations}
        documents = [info for info in self._documents if info.document in shown]
        titles = [title for info in documents for title in self._headings(info)] if len(documents) == 1 else []
        about = composing.selection_notice(titles)
        _, _, quotes = answer.text.partition("\n\n")
        text = f"{composing.selection_lead(documents)}\n\n{quotes}\n\n*{about.text}*"
        return answer.model_copy(update={"text": text, "short_answer": None, "statements": [*answer.statements, about]})

    def _headings(self, info: DocumentInfo) -> list[str]:
        """The uppermost headings of a document below its title, as many as one reads."""
        sections = [s for s in self._store.sections(info.document) if s.title and s.title not in info.title]
        highest = min((section.level for section in sections), default=0)
        titles = [section.title for section in sections if section.level == highest and info.title not in section.title]
        return titles if len(titles) <= _LISTED_SECTIONS else []

    def notices(
        self, question: UnderstoodQuestion, searched: Searched, citations: Sequence[Citation]
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
        qualifying = (
            composing.orders_notice([c for c in citations if speaks_to_a_machine(c.quote)]),
            composing.recognition_notice(citations),
            composing.references_notice(citations),
            searched.notice(),
        )
        return notices + [statement for statement in qualifying if statement is not None]


def _without_short_orders(citation: Citation) -> Citation:
    """A citation whose short answer is not what a document orders an assistant to say."""
    if citation.short_start is None or not speaks_to_a_machine(citation.quote):
        return citation
    return citation.model_copy(update={"short_start": None, "short_end": None})


def _vector(bundle: QueryBundle) -> NDArray[np.float32]:
    return np.asarray(bundle.embedding if bundle.embedding is not None else [], dtype=np.float32)


def _with_list(sentence: Sentence, text: str, passage: Passage) -> str:
    """A list item together with the heading that it belongs to: under "Anhänge", "3.) …" is Anhang 3."""
    return f"{passage.section_title} {text}" if sentence.kind == "item" else text
