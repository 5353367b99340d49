"""The assistant: opens a data directory and answers questions about what it holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal, Self

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.schema import QueryBundle
from numpy.typing import NDArray

from assistant.answer import Answer, Citation, Statement, Turn
from assistant.engine import Draft, Progress, QuotesQueryEngine, Trace, Watch, unwatched
from assistant.factcheck import (
    CheckWatch,
    Decider,
    FactCheck,
    FactChecker,
    Finder,
    check_draft,
    load_decider,
    open_claim_network,
    unobserved,
)
from assistant.further import MOST_TRIED, already_known, candidates
from assistant.holdings import Holdings
from assistant.observing import Observer
from assistant.proof.prover import Prover
from assistant.proof.support import NetworkSupport
from assistant.question import QuestionReader, UnderstoodQuestion, check_question
from assistant.reader import Candidate, TrainedReader, Weights, load_weights, open_network
from assistant.reader.network import PassageToRead
from assistant.retrieval import HybridRetriever
from assistant.tasks import Task, task_of
from assistant.turnstile import AT_ONCE, Turnstile
from assistant.writing.answering import Numbering, checked, fallen_back, is_to_be_worded, worded
from assistant.writing.connection import open_language_model
from assistant.writing.material import Material, MaterialMaker
from assistant.writing.writer import Piece, Writer
from corpus.access import FULL, PUBLIC, Clearance
from corpus.chroma_server import ChromaServer
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.ingestions import Ingestions
from corpus.settings import Settings, load_settings
from corpus.spelling import Vocabulary
from corpus.store import Scope, Store
from corpus.types import Visibility
from corpus.vectors import VectorIndex

_MOST_VIEWS = 64
"""Clearances whose view is kept: each holds the words of all documents that it shows."""


@dataclass(frozen=True, slots=True)
class HoldingsFigures:
    """How many documents may be shown, and how they came in."""

    documents: int
    ingestions: Ingestions


class Assistant:
    """Answers questions with proof. Safe to use from several threads.

    ``clearance`` is what whoever asks may see: the operator's own commands see everything, the web chat only what is
    public, and what :meth:`seen_by` shows somebody who has logged in. ``holdings`` shows the documents that its answers
    come from.
    """

    def __init__(
        self,
        settings: Settings,
        embedding: SentenceEmbedding,
        *,
        clearance: Visibility | Clearance = "non_public",
        weights: Weights | None = None,
        observer: Observer | None = None,
    ) -> None:
        """``clearance`` may be given as a visibility: that of the public, or that of the administration.

        ``weights`` replace the reader's stored ones, for calibrating; ``observer`` hears of answers and checks.

        Raises :class:`corpus.errors.StoreError` if the data directory is empty, damaged, or made by another model.
        """
        self.settings = settings
        self._store = Store(settings.data)
        self._store.require_model(embedding.identity)
        self._vectors = VectorIndex(settings.data, ChromaServer.of(settings))
        self._embedding = embedding
        self._turnstile = Turnstile(AT_ONCE)
        self._checking = Turnstile(1)
        if not isinstance(clearance, Clearance):
            clearance = PUBLIC if clearance == "public" else FULL
        self._scope = Scope(examples=settings.examples, clearance=clearance)
        self._views: OrderedDict[Clearance, Self] = OrderedDict()
        self._views_lock = Lock()
        self._reader = TrainedReader(
            open_network(settings, embedding), weights if weights is not None else load_weights()
        )
        self._claims = open_claim_network(settings, embedding)
        self.holdings = Holdings(self._store, self._scope, settings.data)
        model = open_language_model(settings)
        self._writer = Writer(model, Prover(NetworkSupport(self._reader.network))) if model is not None else None
        self._observer = observer if observer is not None else Observer()
        self._warm = False
        self._engine = self._build()
        self._state = self._store.state()

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        clearance: Visibility | Clearance = "non_public",
        observer: Observer | None = None,
    ) -> Self:
        """Open with these settings, or with those of the environment and ``aktenkundig.toml``."""
        settings = settings if settings is not None else load_settings()
        return cls(settings, open_embedding(settings), clearance=clearance, observer=observer)

    @property
    def clearance(self) -> Clearance:
        """What whoever asks may see."""
        return self._scope.clearance

    def access_state(self) -> int:
        """Grows whenever it changes who may see a document that is there."""
        return self._store.access_state()

    def seen_by(self, clearance: Clearance) -> Self:
        """The same assistant as somebody with this clearance sees it, whatever its own is.

        Views share store, models and turnstile, but no knowledge: each has words, abbreviations and documents of its
        own. The last ones are kept, so close but one.
        """
        view = clearance.view
        if view == self._scope.clearance.view:
            return self
        with self._views_lock:
            if view not in self._views:
                self._views[view] = self._viewed_by(view)
                if len(self._views) > _MOST_VIEWS:
                    self._views.popitem(last=False)
            self._views.move_to_end(view)
            return self._views[view]

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        user: str | None = None,  # noqa: ARG002
        documents: Collection[str] | None = None,
        watch: Watch = unwatched,
        engine: Literal["auto", "quotes"] = "auto",
    ) -> Answer:
        """Answer or refuse. ``user`` is part of the interface for access rules; ``watch`` hears of the progress.

        With ``engine="quotes"`` no language model is asked, also where there is one.

        Where ``documents`` are given, only these are searched, see :meth:`Holdings.chosen`. Raises
        :class:`QuestionError` with a German sentence for an empty or far too long question or an empty choice, and
        :class:`NotThereError` for a document that is unknown or may not be shown.
        """
        answer = self._answer(question, history, documents, watch, engine)
        self._observer.answered(answer)
        return answer

    def _answer(
        self,
        question: str,
        history: Sequence[Turn],
        documents: Collection[str] | None,
        watch: Watch,
        engine: Literal["auto", "quotes"],
    ) -> Answer:
        """The answer, which nobody hears of: also that to a question which is only tried."""
        check_question(question, self.settings.max_question_length)
        # One state from search to citation: a quote must never be cut out of a newer text with older offsets.
        with self._turnstile.passed(watch), self._store.snapshot():
            chosen = None if documents is None else self.holdings.chosen(documents)
            quoting = self._current_engine()
            draft = quoting.draft(question, history, watch, chosen=chosen)
            if self._writer is None or engine == "quotes" or not is_to_be_worded(draft):
                return draft.answer
            task = task_of(draft.question.standalone, draft.question.kind)
            summarised = quoting.summarised(draft.question, draft.searched)
            material = self._material_maker().gather(draft, task, [info.document for info in summarised])
        # The model takes its time: meanwhile others may pass, and the store may be written.
        return self._worded(self._writer, quoting, draft, material, task, watch)

    def _worded(
        self, writer: Writer, quoting: QuotesQueryEngine, draft: Draft, material: Material, task: Task, watch: Watch
    ) -> Answer:
        """The answer in the language model's words, as far as they are proven."""
        shown = Numbering(draft.answer, material)

        def show(piece: Piece) -> None:
            statement = shown.statement_of(piece)
            watch(Progress("writing", len(shown.citations), statement))

        written = writer.write(
            draft.question.standalone,
            material.evidence,
            task,
            watch=lambda: watch(Progress("writing", 0)),
            show=show,
        )
        timings = {**draft.answer.timings_ms, "writing": round(written.seconds * 1000, 1)}
        timings["total"] = round(draft.answer.timings_ms["total"] + written.seconds * 1000, 1)
        if written.first_seconds is not None:
            timings["first_word"] = round(written.first_seconds * 1000, 1)
        base = draft.answer.model_copy(update={"timings_ms": timings})
        if written.failure is not None:
            return fallen_back(base, written, writer.model.name)

        def notices(citations: Sequence[Citation]) -> Sequence[Statement]:
            return quoting.notices(draft.question, draft.searched, citations)

        selection = bool(quoting.summarised(draft.question, draft.searched))
        return checked(worded(base, written, material, writer.model.name, notices, selection=selection))

    def fact_checker(self, documents: Collection[str] | None = None, decider: Decider | None = None) -> FactChecker:
        """Checks drafts against what may be searched, or against some ``documents`` of it only.

        ``decider`` replaces the stored one, for calibrating.
        """
        scope = self._scope if documents is None else self._scope.within(self.holdings.chosen(documents))
        searched = self._store.documents(scope)
        retriever = HybridRetriever(self._store, self._vectors, self._embedding, scope=scope)
        return FactChecker(
            self._store,
            Finder(self._store, retriever, self._embedding, searched, scope),
            self._claims,
            decider if decider is not None else load_decider(),
            self.holdings.citations,
            searched,
            settings_hash=self.settings.fingerprint,
        )

    def check(
        self, draft: str, *, documents: Collection[str] | None = None, watch: CheckWatch = unobserved
    ) -> FactCheck:
        """Check every claim of a draft against the documents; nothing of the draft is kept.

        Raises :class:`DraftError` with a German sentence for an empty or far too long draft, and what
        :meth:`Holdings.chosen` does for ``documents``. ``watch`` is told of the progress and may raise to end it.
        """
        check_draft(draft, self.settings.max_draft_length)
        # A long draft must not keep those waiting who only ask: checks have a line of their own.
        with self._checking.passed(lambda _: watch(0, 0)):
            check = self.fact_checker(documents).check(draft, watch)
        self._observer.checked(check)
        return check

    def is_sure(self, answer: Answer) -> bool:
        """Whether the reader is sure that an answer answers, and not only that nothing fits better."""
        return answer.status == "answered" and answer.confidence >= self._reader.weights.answer_at["vorsichtig"]

    def further_questions(
        self,
        answer: Answer,
        *,
        history: Sequence[Turn],
        shown: Sequence[Citation],
        documents: Collection[str] | None = None,
        watch: Watch = unwatched,
    ) -> Iterator[str]:
        """Questions that can be asked after an answer, each tried: it is surely answered, by a quote that is new.

        ``history`` is the conversation with this answer as its last message, ``shown`` are the quotes of all of it.
        Trying a candidate takes as long as answering it; ``watch`` may raise to end that.
        """
        asked = [turn.text for turn in history if turn.role == "user"]
        seen = {(citation.document, citation.char_start) for citation in shown}
        scope = self._scope if documents is None else self._scope.within(documents)
        with self._store.snapshot():
            formed = list(candidates(self._store, scope, answer))
        for candidate in formed[:MOST_TRIED]:
            if already_known(candidate, asked):
                continue
            tried = self._answer(candidate.question, history, documents, watch, "quotes")
            first = next(((citation.document, citation.char_start) for citation in tried.citations), None)
            if self.is_sure(tried) and first is not None and first not in seen and candidate.is_met_by(tried):
                seen.add(first)
                asked.append(candidate.question)
                yield candidate.question

    @property
    def has_language_model(self) -> bool:
        """Whether a language model words answers."""
        return self._writer is not None

    def answer_with_trace(self, question: str, *, history: Sequence[Turn] = ()) -> tuple[Answer, Trace]:
        """The answer in quotes, and how it came about; for the evaluation."""
        check_question(question, self.settings.max_question_length)
        with self._store.snapshot():
            return self._current_engine().answer_with_trace(question, history)

    def material(
        self, question: str, *, history: Sequence[Turn] = (), without: Collection[str] = ()
    ) -> tuple[UnderstoodQuestion, list[Candidate], NDArray[np.float32]]:
        """What would be read for a question, see :meth:`QuotesQueryEngine.material`."""
        with self._store.snapshot():
            return self._current_engine().material(question, history, without)

    @property
    def at_once(self) -> int:
        """How many questions may be under way at the same time: those who wait for a language model cost nothing."""
        return AT_ONCE + (self._writer.model.places if self._writer is not None else 0)

    @property
    def reader(self) -> TrainedReader:
        """Judges what was found."""
        return self._reader

    def within(self, documents: Collection[str]) -> Self:
        """The same assistant, searching only these of its documents.

        It shares store, models and turnstile, so close but one.
        """
        narrowed = copy(self)
        narrowed._narrow(documents)  # noqa: SLF001 - one of this class
        return narrowed

    def query_engine(self) -> BaseQueryEngine:
        """The same engine for whoever builds with LlamaIndex."""
        return self._current_engine()

    def search(self, query: str, limit: int) -> list[Citation]:
        """The passages that fit a query best, as they would be cited.

        Raises :class:`QuestionError` with a German sentence for an empty or far too long query.
        """
        check_question(query, self.settings.max_question_length)
        with self._store.snapshot():
            found = self._retriever().rank(QueryBundle(query))[:limit]
            return [
                self.holdings.citations.make(number, hit.passage.document, hit.passage.span, hit.passage.section_title)
                for number, hit in enumerate(found, start=1)
            ]

    def warm_up(self) -> None:
        """Load the models now, so that the first question does not wait for them."""
        self._embedding.get_query_embedding("Aufwärmen")
        self._reader.network.read("Aufwärmen", [PassageToRead("", ["Aufwärmen"])])
        self._warm = True

    def unfit(self) -> list[Literal["store", "vectors", "models"]]:
        """What an answer needs and is not there now; cheap, and without waiting for questions under way."""
        fit: dict[Literal["store", "vectors", "models"], bool] = {
            "store": self._store.is_readable(),
            "vectors": self._vectors.is_readable(),
            "models": self._warm,
        }
        return [part for part, good in fit.items() if not good]

    def figures(self) -> HoldingsFigures:
        """Counts of the store, for a thread that ends after them. Raises :class:`corpus.errors.StoreError`."""
        try:
            return HoldingsFigures(len(self.holdings.documents()), self._store.ingestions.read())
        finally:
            self._store.close()

    def close(self) -> None:
        """Release the store and whatever serves the language model."""
        if self._writer is not None:
            self._writer.model.close()
        self._store.close()

    def _narrow(self, documents: Collection[str]) -> None:
        self._see(self._scope.within(documents))

    def _viewed_by(self, clearance: Clearance) -> Self:
        view = copy(self)
        view._see(replace(self._scope, clearance=clearance))  # noqa: SLF001 - one of this class
        return view

    def _see(self, scope: Scope) -> None:
        self._scope = scope
        # Before what is built: a change meanwhile makes it be built again.
        self._state = self._store.state()
        self._views, self._views_lock = OrderedDict(), Lock()
        self.holdings = Holdings(self._store, self._scope, self.settings.data)
        self._engine = self._build()

    def _current_engine(self) -> QuotesQueryEngine:
        """The engine for what the store holds now; another process may have read documents since."""
        state = self._store.state()
        if state != self._state:
            self._engine, self._state = self._build(), state
        return self._engine

    def _build(self) -> QuotesQueryEngine:
        abbreviations = [abbreviation for _, abbreviation in self._store.abbreviations(self._scope)]
        vocabulary = Vocabulary(self._store.vocabulary(self._scope), is_german=self._is_common_word)
        questions = QuestionReader(abbreviations, vocabulary)
        return QuotesQueryEngine(
            self._store,
            self._retriever(),
            self._reader,
            questions,
            scope=self._scope,
            operating_point=self.settings.operating_point,
            settings_hash=self.settings.fingerprint,
        )

    def _material_maker(self) -> MaterialMaker:
        model = self._writer.model if self._writer is not None else None
        return MaterialMaker(
            self._store,
            self.holdings.citations,
            self._store.documents(self._scope),
            context=model.context if model is not None else 0,
        )

    def _retriever(self) -> HybridRetriever:
        return HybridRetriever(self._store, self._vectors, self._embedding, scope=self._scope)

    def _is_common_word(self, word: str) -> bool:
        """Whether the model's tokenizer knows the word as a whole, as it does common ones: no typing error."""
        return self._embedding.count_tokens([word]) == [1]
