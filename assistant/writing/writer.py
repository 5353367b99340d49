"""Lets a language model write an answer and shows of it what is proven, sentence by sentence, while it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Final, Literal

from assistant.injection import speaks_to_a_machine
from assistant.proof import Prover, Verdict
from assistant.proof.evidence import Evidence
from assistant.proof.told import Told
from assistant.tasks import Task
from assistant.writing.connection import LanguageModelError
from assistant.writing.prompt import NO_ANSWER, messages, repair
from assistant.writing.stream import SentenceStream, WrittenSentence

if TYPE_CHECKING:
    from assistant.writing.connection import LanguageModel

_MOST_SENTENCES: Final = 14
_MOST_REPAIRS: Final = 3
_HOPELESS: Final = 5
"""So many sentences that cite nothing, and not one that is proven: the model does not understand the task."""
_NEAREST: Final = 4
_MOST_TOKENS: Final = 700
_MOST_TOKENS_OF_ONE: Final = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of the answer: worded and proven, or the verbatim evidence in place of one that was not."""

    text: str
    evidence: tuple[int, ...]
    verification: Literal["supported", "verbatim"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the sentences; ``failed`` of them were not proven at first.

    ``tokens`` are the pieces in which the model sent its text, repairs included: servers send each token as it is made.
    """

    sentences: int = 0
    failed: int = 0
    repaired: int = 0
    replaced: int = 0
    left_out: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote, as far as it is proven; no piece where ``failure`` says in German why there is none.

    ``cut`` tells that the model did not come to an end. Seconds count from the request.
    """

    pieces: Sequence[Piece]
    counts: Counts
    first_seconds: float | None
    seconds: float
    failure: str | None = None
    cut: bool = False


Show = Callable[[Piece], None]


@dataclass
class _Draft:
    """An answer that is being written: its sentences in order, ``None`` where one is still to be proven."""

    pieces: list[Piece | None] = field(default_factory=list)
    failed: list[tuple[int, WrittenSentence, Verdict]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    repaired: int = 0
    replaced: int = 0
    tokens: int = 0

    @property
    def proven(self) -> int:
        return sum(piece is not None for piece in self.pieces)

    @property
    def done(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece is not None]

    def counts(self) -> Counts:
        left_out = len(self.failed) - self.repaired - self.replaced
        return Counts(len(self.pieces), len(self.failed), self.repaired, self.replaced, left_out, self.tokens)


class Writer:
    """Writes with one language model; may be used from several threads."""

    def __init__(self, model: LanguageModel, prover: Prover) -> None:
        self.model = model
        self._prover = prover

    def write(
        self, question: str, evidence: Sequence[Evidence], task: Task, *, watch: Callable[[], None], show: Show
    ) -> Written:
        """An answer to ``question`` from ``evidence``.

        ``show`` hears of every sentence as soon as it is proven; ``watch`` is called often and may raise to end it all.
        Whatever the model does wrong is in the outcome, never raised.
        """
        given = [one for one in evidence if not speaks_to_a_machine(one.text)]
        started = perf_counter()
        draft, first, cut, failure = _Draft(), None, False, None
        stream = SentenceStream()
        if not given:
            return Written([], Counts(), None, 0.0, "An den gefundenen Stellen steht nichts, woraus zu schreiben wäre.")
        try:
            with closing(
                self.model.stream(messages(question, given, task), most_tokens=_MOST_TOKENS, watch=watch)
            ) as pieces:
                for piece in pieces:
                    draft.tokens += 1
                    first = perf_counter() - started if first is None and piece.strip() else first
                    for sentence in stream.feed(piece):
                        self._take(sentence, given, draft, show)
                    if self._is_hopeless(draft) or len(draft.pieces) >= _MOST_SENTENCES:
                        break
                else:
                    for sentence in stream.rest():
                        self._take(sentence, given, draft, show)
        except LanguageModelError as error:
            # What has been proven by then is true, whatever happened behind it.
            failure, cut = str(error), True
        if not draft.failed and not draft.proven:
            failure = failure or _NO_ANSWER
        elif not draft.proven and (cut or self._is_hopeless(draft)):
            failure = failure or _NOTHING_PROVEN
        else:
            failure = None
            self._mend(draft, given, watch)
            if not any(piece.verification == "supported" for piece in draft.done):
                failure = _NOTHING_PROVEN
        return Written([] if failure else draft.done, draft.counts(), first, perf_counter() - started, failure, cut)

    def _take(self, sentence: WrittenSentence, given: Sequence[Evidence], draft: _Draft, show: Show) -> None:
        """Prove a sentence and keep it, or keep its place."""
        if sentence.text.strip(" .").upper() == NO_ANSWER or sentence.text in draft.seen:
            return
        if len(draft.pieces) >= _MOST_SENTENCES:
            return
        draft.seen.add(sentence.text)
        verdict = self._judge(sentence, given)
        if verdict.proven:
            piece = Piece(sentence.text, sentence.markers, "supported")
            draft.pieces.append(piece)
            show(piece)
        else:
            draft.failed.append((len(draft.pieces), sentence, verdict))
            draft.pieces.append(None)

    def _judge(self, sentence: WrittenSentence, given: Sequence[Evidence]) -> Verdict:
        by_number = {one.number: one for one in given}
        cited = [by_number[number] for number in sentence.markers if number in by_number]
        # A marker that does not exist is no proof, and what stands beside it was not meant to be enough.
        if len(cited) < len(sentence.markers) or speaks_to_a_machine(sentence.text):
            cited = []
        return self._prover.judge(sentence.text, cited)

    def _is_hopeless(self, draft: _Draft) -> bool:
        return not draft.proven and sum(not s.markers for _, s, _ in draft.failed) >= _HOPELESS

    def _mend(self, draft: _Draft, given: Sequence[Evidence], watch: Callable[[], None]) -> None:
        """Ask anew for what was not proven, once each; what stays unproven gives way to its evidence or goes."""
        by_number = {one.number: one for one in given}
        used = {number for piece in draft.pieces if piece is not None for number in piece.evidence}
        for attempt, (place, sentence, verdict) in enumerate(draft.failed):
            cited = [by_number[number] for number in sentence.markers if number in by_number]
            anew = None
            if attempt < _MOST_REPAIRS and not speaks_to_a_machine(sentence.text):
                anew = self._again(sentence, verdict, cited or nearest(sentence.text, given), draft, watch)
            if anew is not None and anew.text not in draft.seen:
                draft.seen.add(anew.text)
                draft.pieces[place] = anew
                used.update(anew.evidence)
                draft.repaired += 1
                continue
            unquoted = next((one for one in cited if one.number not in used), None)
            if unquoted is not None:
                draft.pieces[place] = Piece(unquoted.text, (unquoted.number,), "verbatim")
                used.add(unquoted.number)
                draft.replaced += 1

    def _again(
        self,
        sentence: WrittenSentence,
        verdict: Verdict,
        cited: Sequence[Evidence],
        draft: _Draft,
        watch: Callable[[], None],
    ) -> Piece | None:
        """The sentence as the model writes it when told what is wrong, if that is proven."""
        asked = repair(sentence.text, [objection.text for objection in verdict.objections], cited)
        stream = SentenceStream()
        told: list[WrittenSentence] = []
        with suppress(LanguageModelError):  # a sentence that was complete by then counts
            with closing(self.model.stream(asked, most_tokens=_MOST_TOKENS_OF_ONE, watch=watch)) as pieces:
                for piece in pieces:
                    draft.tokens += 1
                    told += stream.feed(piece)
            told += stream.rest()
        first = told[0] if told else None
        if first is None or not self._judge(first, cited).proven:
            return None
        return Piece(first.text, first.markers, "supported")


def nearest(sentence: str, given: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that a sentence without markers may have been made of: what shares most of its words."""
    roots = {word.root for word in Told.of(sentence).content}
    ranked = sorted(given, key=lambda one: -len(roots & one.told.roots))
    return sorted(ranked[:_NEAREST], key=lambda one: one.number)


_NOTHING_PROVEN: Final = "Was das Sprachmodell geschrieben hat, ließ sich nicht belegen."
_NO_ANSWER: Final = "Das Sprachmodell hat in den gefundenen Stellen keine Antwort gesehen."
