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
from assistant.choosing import Quote, QuoteChooser
from assistant.citations import CitationMaker
from assistant.decisions import PROPOSALS, asks_for_decision
from assistant.differing import short_words
from assistant.injection import speaks_to_a_machine
from assistant.looking import Looked, Looker, merged_quotes, merged_ranking
from assistant.question import QuestionReader, UnderstoodQuestion
from assistant.reader import Candidate, OperatingPoint, Scored, TrainedReader
from assistant.refusal import RefusalMaker
from assistant.retrieval import HybridRetriever, RankedPassage
from assistant.searched import Searched
from corpus.store import Scope, Store
from corpus.types import DocumentInfo

_LISTED_SECTIONS = 10
_MOST_QUOTES = 6
"""Of a question that asks for several things."""


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
        chooser = QuoteChooser(store, self._sections, self._examples, reader.weights, self._answer_at)
        self._looker = Looker(store, retriever, reader, questions, chooser, self._sections, self._answer_at)
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
        question, *others = asked = self._questions.understand_parts(text, history)
        if others:
            question = self._questions.understand(text, history)
        understood = perf_counter()
        searched = Searched.of(question.standalone, self._scope, self._documents, chosen)
        watch(Progress("searching", len(searched.documents)))
        ranked = [self._looker.rank(part, searched) for part in asked]
        retrieved = perf_counter()
        watch(Progress("reading", sum(len(self._looker.best(found)) for found, _ in ranked)))
        looked = [
            self._looker.read(part, searched, found, query) for part, (found, query) in zip(asked, ranked, strict=True)
        ]
        read = perf_counter()
        watch(Progress("composing", sum(len(one.quotes) for one in looked)))
        composed = self._composed(question, searched, looked)
        ended = perf_counter()
        timings = {
            "understanding": understood - started,
            "retrieval": retrieved - understood,
            "reading": read - retrieved,
            "composing": ended - read,
            "total": ended - started,
        }
        rounded = {name: round(seconds * 1000, 1) for name, seconds in timings.items()}
        return Draft(question, searched, composed.model_copy(update={"timings_ms": rounded}), _trace(looked))

    def material(
        self, text: str, history: Sequence[Turn] = (), without: Collection[str] = ()
    ) -> tuple[UnderstoodQuestion, list[Candidate], NDArray[np.float32]]:
        """The understood question, the candidates that would be read for it, and its vector; for calibrating.

        ``without`` are documents whose passages are passed over.
        """
        question = self._questions.understand(text, history)
        searched = Searched.of(question.standalone, self._scope, self._documents, None)
        ranked, query = self._looker.rank(question, searched)
        ranked = [found for found in ranked if found.passage.document not in without]
        return question, self._looker.candidates(self._looker.best(ranked)), query

    def summarised(self, question: UnderstoodQuestion, searched: Searched) -> list[DocumentInfo]:
        """The documents that the question wants summed up or compared, if there is no doubt which are meant."""
        return self._looker.summarised(question, searched)

    # -- LlamaIndex ------------------------------------------------------------------------------------------------

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        with self._store.snapshot():
            answer = self.answer(query_bundle.query_str)
        return Response(response=answer.text, metadata={"answer": answer.model_dump(mode="json")})

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._query(query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    # -- composing -------------------------------------------------------------------------------------------------

    def _composed(self, question: UnderstoodQuestion, searched: Searched, looked: Sequence[Looked]) -> Answer:
        """The answer to all parts of a question, or its refusal."""
        answered = [one for one in looked if one.quotes]
        if not answered:
            best = max(looked, key=lambda one: one.reading.answerable)
            if len(looked) == 1 and best.proposed:
                return self._answered(question, searched, best.proposed, "partial", best.confidence)
            return self._refusals.make(question, searched, best.reading)
        if len(looked) == 1:
            (only,) = looked
            composed = self._answered(only.question, searched, only.quotes, "answered", only.confidence)
            return self._as_selection(composed) if only.selected else composed
        open_ones = [one.question for one in looked if not one.quotes]
        status: Status = "partial" if open_ones else "answered"
        confidence = min(one.confidence for one in answered)
        quotes = merged_quotes(answered, _MOST_QUOTES)
        composed = self._answered(question, searched, quotes, status, confidence, several=True)
        return (
            _with_notice(composed, composing.open_notice([part.text for part in open_ones])) if open_ones else composed
        )

    def _answered(
        self,
        question: UnderstoodQuestion,
        searched: Searched,
        quotes: Sequence[Quote],
        status: Status,
        confidence: float,
        *,
        several: bool = False,
    ) -> Answer:
        """An answer in ``quotes``; to ``several`` questions at once no short answer stands above them."""
        citations = [
            _without_short_orders(self._citations.make(number, quote.document, quote.span, quote.title, quote.short))
            for number, quote in enumerate(quotes, start=1)
        ]
        short = None if several else short_words(citations[0])
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
        _, _, quotes = answer.text.partition("\n\n")
        text = f"{composing.selection_lead(documents)}\n\n{quotes}"
        selected = answer.model_copy(update={"text": text, "short_answer": None})
        return _with_notice(selected, composing.selection_notice(titles))

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
        if quoted_proposal or (proposes and asks_for_decision(question.standalone)):
            notices.append(composing.notice(composing.PROPOSAL_NOTICE))
        qualifying = (
            composing.orders_notice([c for c in citations if speaks_to_a_machine(c.quote)]),
            composing.recognition_notice(citations),
            composing.references_notice(citations),
            searched.notice(),
        )
        return notices + [statement for statement in qualifying if statement is not None]


def _trace(looked: Sequence[Looked]) -> Trace:
    sentences = [scored for one in looked for scored in one.reading.scored]
    if len(looked) > 1:
        best: dict[tuple[str, int], Scored] = {}
        for scored in sorted(sentences, key=lambda scored: -scored.score):
            best.setdefault((scored.candidate.document, scored.candidate.sentence.index), scored)
        sentences = list(best.values())
    return Trace(merged_ranking(looked), sum(one.reading.passages for one in looked), sentences)


def _with_notice(answer: Answer, about: Statement) -> Answer:
    return answer.model_copy(
        update={"text": f"{answer.text}\n\n*{about.text}*", "statements": [*answer.statements, about]}
    )


def _without_short_orders(citation: Citation) -> Citation:
    """A citation whose short answer is not what a document orders an assistant to say."""
    if citation.short_start is None or not speaks_to_a_machine(citation.quote):
        return citation
    return citation.model_copy(update={"short_start": None, "short_end": None})
