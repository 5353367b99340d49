"""What the assistant would read for a question, with labels: what the reader's small models are fitted and judged on.

Texts are ingested and searched as files of users are; questions are also put to texts that cannot answer them.
A ``folder`` keeps what was ingested for the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Turn
from assistant.assistant import Assistant
from assistant.reader import Candidate, unfitted_weights
from assistant.reader.features import sentence_features
from corpus.embedding import open_embedding
from corpus.settings import Settings
from corpus.store import Scope, Store
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.metrics.answers import german_normalised, token_f1
from eval.packaged import AKTEN, QuestionSet
from eval.questions import Place, load_questions, locate_evidence
from eval.tasks.ingested_texts import AlignedText, IngestedTexts
from eval.tasks.nomiracl import load_nomiracl
from eval.tasks.omos import load_omos
from eval.tasks.squad import load_squad
from ingest.pipeline import Ingestor

_SAME: Final = 0.6
"""From this token F1 on, a short answer counts as the expected one."""
_EVERY: Final = 2
"""Of the OMoS-QA questions, each so many-th is also put to the other pages."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question over what would be read for it.

    ``features`` has shape (candidates, features). ``labels``, shape (candidates,), tells which candidates are evidence,
    ``None`` where nobody labelled them. ``short`` tells for each candidate whether its likeliest short answer is right,
    ``None`` where none is known. ``group`` is what examples of one source share: they are never parted between fitting
    and judging.
    """

    source: str
    group: str
    candidates: Sequence[Candidate]
    features: NDArray[np.float64]
    labels: NDArray[np.bool_] | None
    answerable: bool
    short: NDArray[np.bool_] | None = None


class ExampleReader:
    """Makes examples with one assistant."""

    def __init__(self, assistant: Assistant, source: str) -> None:
        self._assistant = assistant
        self._source = source

    def example(
        self,
        question: str,
        group: str,
        *,
        is_evidence: Callable[[Place], bool] | None,
        answerable: bool = True,
        history: Sequence[Turn] = (),
        without: Collection[str] = (),
        is_short: Callable[[str, Place], bool] | None = None,
    ) -> Example | None:
        """``None`` where nothing is found to read, or an answerable question's evidence is not among what is found."""
        understood, candidates, query = self._assistant.material(question, history=history, without=without)
        if not candidates:
            return None
        findings = self._assistant.reader.findings(understood, candidates)
        labels = None
        if is_evidence is not None:
            labels = np.array([is_evidence(Place(c.document, c.sentence.span)) for c in candidates])
            if answerable and not labels.any():
                return None
        short = None
        if is_short is not None:
            short = np.array(
                [
                    span is not None and is_short(c.text[span.start : span.end], Place(c.document, c.sentence.span))
                    for c, span in zip(candidates, findings.spans, strict=True)
                ]
            )
        features = sentence_features(understood, candidates, query, findings)
        return Example(self._source, group, candidates, features, labels, answerable, short)


@dataclass(frozen=True, slots=True)
class _OnLines:
    """Whether a place touches one of these lines of a text."""

    text: AlignedText
    lines: frozenset[int]

    def __call__(self, place: Place) -> bool:
        found = self.text.in_source(place.span)
        if found is None:
            return False
        first = self.text.source.count("\n", 0, found.start)
        last = first + self.text.source.count("\n", found.start, found.end)
        return not self.lines.isdisjoint(range(first, last + 1))


@dataclass(frozen=True, slots=True)
class _AtSpan:
    """Whether a place touches a span of a text."""

    text: AlignedText
    span: Span

    def __call__(self, place: Place) -> bool:
        found = self.text.in_source(place.span) if place.document == self.text.document else None
        return found is not None and found.overlaps(self.span)


def _is_short(is_evidence: Callable[[Place], bool], expected: Sequence[str], given: str, place: Place) -> bool:
    """Whether a short answer says, by German normalisation, mostly what one of the expected ones says."""
    return is_evidence(place) and token_f1(given, expected, german_normalised) >= _SAME


def _is_any(ways: Sequence[Place], place: Place) -> bool:
    return any(place.overlaps(way) for way in ways)


def omos_examples(path: Path, settings: Settings, folder: Path | None = None) -> Iterator[Example]:
    """Each question over its own page, and every other one also over the other pages, where it has no answer."""
    questions, pages = load_omos(path)
    with IngestedTexts(pages, settings, folder=folder, weights=unfitted_weights()) as ingested:
        everywhere = ExampleReader(ingested.assistant, "omos")
        for number, asked in enumerate(questions):
            document, group = ingested.document(asked.page), str(asked.page)
            answers = _OnLines(ingested.aligned[asked.page], asked.answers)
            own = ExampleReader(ingested.assistant.within([document]), "omos")
            example = own.example(asked.question, group, is_evidence=answers, answerable=bool(asked.answers))
            if example is not None:
                yield example
            if number % _EVERY == 0:
                example = everywhere.example(
                    asked.question, group, is_evidence=None, answerable=False, without=[document]
                )
                if example is not None:
                    yield example


def mlqa_examples(path: Path, settings: Settings, folder: Path | None = None) -> Iterator[Example]:
    """Each question over the best passages of all paragraphs, and over those without its own paragraph."""
    questions, paragraphs = load_squad(path)
    with IngestedTexts(paragraphs, settings, folder=folder, weights=unfitted_weights()) as ingested:
        reader = ExampleReader(ingested.assistant, "mlqa")
        for asked in questions:
            document, group = ingested.document(asked.paragraph), str(asked.paragraph)
            text, start = asked.answers[0]
            wanted = Span(start, start + len(text))
            answers = _AtSpan(ingested.aligned[asked.paragraph], wanted)
            short = partial(_is_short, answers, [text for text, _ in asked.answers])
            known = reader.example(asked.question, group, is_evidence=answers, is_short=short)
            unknown = reader.example(asked.question, group, is_evidence=None, answerable=False, without=[document])
            yield from (example for example in (known, unknown) if example is not None)


def nomiracl_examples(path: Path, settings: Settings, folder: Path | None = None) -> Iterator[Example]:
    """Each question over its ten passages, of which it is only known whether any answers."""
    questions, passages = load_nomiracl(path)
    with IngestedTexts(passages, settings, folder=folder, weights=unfitted_weights()) as ingested:
        for asked in questions:
            given = {ingested.document(number) for number in asked.passages}
            reader = ExampleReader(ingested.assistant.within(given), "nomiracl")
            example = reader.example(asked.question, asked.name, is_evidence=None, answerable=asked.answerable)
            if example is not None:
                yield example


def packaged_examples(chosen: QuestionSet, settings: Settings) -> Iterator[Example]:
    """The calibration questions of a packaged set; the test questions are never read here."""
    questions = [question for question in load_questions(chosen.file) if question.split == "calibration"]
    with TemporaryDirectory(prefix="aktenkundig-") as folder, ExitStack() as resources:
        there = settings.model_copy(
            update={"data": Path(folder), "models": settings.models_directory, "examples": chosen.examples}
        )
        embedding = open_embedding(there)
        Ingestor(there, embedding).ingest([AKTEN])
        store = Store(there.data)
        resources.callback(store.close)
        assistant = Assistant(there, embedding, weights=unfitted_weights())
        resources.callback(assistant.close)
        places = locate_evidence(questions, StoredDocuments(store, Scope(examples=chosen.examples)))
        reader = ExampleReader(assistant, chosen.name)
        for question in questions:
            ways = [way for piece in places[question.id] for way in piece]
            labelled = partial(_is_any, ways) if ways and question.answerable else None
            example = reader.example(
                question.question,
                question.id,
                is_evidence=labelled,
                answerable=question.answerable,
                history=question.turns(),
            )
            if example is not None:
                yield example
