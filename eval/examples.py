"""What the assistant would read for a question, with labels: what the reader's small models are fitted and judged on.

Texts are ingested and searched as files of users are; questions are also put to texts that cannot answer them.
A ``folder`` keeps what was ingested for the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Turn
from assistant.assistant import Assistant
from assistant.question import UnderstoodQuestion
from assistant.reader import Candidate, NetworkFindings, unfitted_weights
from assistant.reader.features import sentence_features
from assistant.reader.packing import stages
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


@dataclass(frozen=True)
class Example:
    """A question over what would be read for it.

    ``labels``, shape (candidates,), tells which candidates are evidence, ``None`` where nobody labelled them. ``short``
    tells for each candidate whether its likeliest short answer is right, ``None`` where none is known. ``first`` are
    the candidates that are read first. ``group`` is what examples of one source share: they are never parted between
    fitting and judging.
    """

    source: str
    group: str
    question: UnderstoodQuestion
    query: NDArray[np.float32]
    candidates: Sequence[Candidate]
    findings: NetworkFindings
    first: Sequence[int]
    labels: NDArray[np.bool_] | None
    answerable: bool
    short: NDArray[np.bool_] | None = None

    @cached_property
    def features(self) -> NDArray[np.float64]:
        """Shape (candidates, features)."""
        return sentence_features(self.question, self.candidates, self.query, self.findings)

    def as_read(self, enough_at: float) -> Example:
        """What is left if the reader stops after the first passages where one answers with these log-odds."""
        found, kept = self.findings, list(self.first)
        if len(kept) == len(self.candidates) or float(found.answers[kept].max()) < enough_at:
            return self
        return replace(
            self,
            candidates=[self.candidates[position] for position in kept],
            findings=NetworkFindings(
                found.holding[kept],
                found.belonging[kept],
                found.answers[kept],
                found.span_scores[kept],
                [found.spans[position] for position in kept],
            ),
            first=range(len(kept)),
            labels=self.labels[kept] if self.labels is not None else None,
            short=self.short[kept] if self.short is not None else None,
        )


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
        candidates, findings = self._assistant.reader.findings(understood, candidates)
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
        first = stages(candidates, self._assistant.reader.network.lengths([c.text for c in candidates]))[0]
        return Example(self._source, group, understood, query, candidates, findings, first, labels, answerable, short)


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
    """Each question over its own page. Other pages often answer it as well, so it isn't put to them."""
    questions, pages = load_omos(path)
    with IngestedTexts(pages, settings, folder=folder, weights=unfitted_weights()) as ingested:
        for asked in questions:
            answers = _OnLines(ingested.aligned[asked.page], asked.answers)
            reader = ExampleReader(ingested.assistant.within([ingested.document(asked.page)]), "omos")
            example = reader.example(
                asked.question, str(asked.page), is_evidence=answers, answerable=bool(asked.answers)
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
            update={
                "data": Path(folder),
                "models": settings.models_directory,
                "examples": chosen.examples,
                "chroma_url": "",
            }
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
