"""Examples to learn from: public German questions over the sentences of the passages that would be retrieved.

Texts are cut into passages and ranked by the embedding model as in the assistant; questions are also put to texts that
cannot answer them, so that the reader learns to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.question import QuestionReader, UnderstoodQuestion
from assistant.reader.candidates import Candidate
from assistant.reader.features import sentence_features
from corpus.analysis import analyse
from corpus.embedding import SentenceEmbedding
from corpus.types import Sentence, Span
from eval.tasks.nomiracl import load_nomiracl
from eval.tasks.omos import load_omos
from eval.tasks.squad import load_squad
from ingest.passages import LONGEST_TOKENS, TARGET_TOKENS
from ingest.sentences import split_sentences

_PASSAGES = 6
"""As many passages as the assistant reads."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A page or paragraph: its sentences grouped into passages."""

    name: str
    passages: list[list[str]]


@dataclass(frozen=True)
class Example:
    """A question over candidates; ``labels`` has shape (candidates,) or is ``None`` where sentences are unlabelled."""

    question: UnderstoodQuestion
    candidates: list[Candidate]
    query: NDArray[np.float32]
    labels: NDArray[np.int64] | None
    answerable: bool

    @cached_property
    def features(self) -> NDArray[np.float64]:
        """The sentence features, shape (candidates, features)."""
        return sentence_features(self.question, self.candidates, self.query)


class _Library:
    """Texts with their vectors, from which passages are retrieved as the assistant would."""

    def __init__(self, texts: Sequence[_Text], embedding: SentenceEmbedding) -> None:
        self._places = [(text, number) for text in texts for number in range(len(text.passages))]
        passages = [" ".join(text.passages[number]) for text, number in self._places]
        sentences = [sentence for text, number in self._places for sentence in text.passages[number]]
        self._passage_vectors = _embedded(embedding, passages)
        vectors = iter(_embedded(embedding, sentences))
        self._sentence_vectors = [[next(vectors) for _ in text.passages[number]] for text, number in self._places]
        self._by_text: dict[str, list[int]] = {}
        for position, (text, _) in enumerate(self._places):
            self._by_text.setdefault(text.name, []).append(position)

    def candidates(
        self, query: NDArray[np.float32], *, only: Iterable[str] | None = None, without: str | None = None
    ) -> list[Candidate]:
        """The sentences of the best passages, of these texts only or of all but one."""
        scores = self._passage_vectors @ query
        if only is not None:
            allowed = [position for name in only for position in self._by_text[name]]
        else:
            left_out = set(self._by_text[without]) if without is not None else set()
            allowed = [position for position in range(len(self._places)) if position not in left_out]
        best = sorted(allowed, key=lambda position: -scores[position])[:_PASSAGES]
        return [
            candidate for position in sorted(best) for candidate in self._of_passage(position, float(scores[position]))
        ]

    def _of_passage(self, position: int, dense: float) -> Iterator[Candidate]:
        text, number = self._places[position]
        sentences = text.passages[number]
        before = sum(len(passage) for passage in text.passages[:number])
        context = frozenset(analyse(" ".join(sentences)))
        for offset, sentence in enumerate(sentences):
            yield Candidate(
                document=text.name,
                passage=f"{text.name}:{number}",
                sentence=Sentence(before + offset, Span(0, len(sentence)), "sentence", 0, 0),
                text=sentence,
                vector=self._sentence_vectors[position][offset],
                dense=dense,
                terms=frozenset(analyse(sentence)),
                context_terms=context,
            )


def _grouped(sentences: Sequence[str], embedding: SentenceEmbedding) -> list[list[str]]:
    """Sentences in passages of the length that ingestion makes."""
    groups: list[list[str]] = []
    size = 0
    for sentence, length in zip(sentences, embedding.count_tokens(list(sentences)), strict=True):
        if not groups or size >= TARGET_TOKENS or size + length > LONGEST_TOKENS:
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += length
    return groups


def _embedded(embedding: SentenceEmbedding, texts: Sequence[str]) -> NDArray[np.float32]:
    return np.asarray(embedding.get_text_embedding_batch(list(texts)), dtype=np.float32)


def _asked(embedding: SentenceEmbedding, text: str) -> NDArray[np.float32]:
    return np.asarray(embedding.get_query_embedding(text), dtype=np.float32)


def omos_examples(path: Path, embedding: SentenceEmbedding, reader: QuestionReader) -> Iterator[Example]:
    """Each question over its own page, and every other one also over the other pages, where it has no answer."""
    questions, pages = load_omos(path)
    library = _Library(
        [
            _Text(f"page-{number}", _grouped([line for line in page.split("\n") if line.strip()], embedding))
            for number, page in enumerate(pages)
        ],
        embedding,
    )
    for number, asked in enumerate(questions):
        question, name = reader.understand(asked.question), f"page-{asked.page}"
        query = _asked(embedding, question.search)
        kept = [index for index, line in enumerate(pages[asked.page].split("\n")) if line.strip()]
        wanted = {kept.index(index) for index in asked.answers if index in kept}
        candidates = library.candidates(query, only=[name])
        labels = np.array([int(candidate.sentence.index in wanted) for candidate in candidates], dtype=np.int64)
        yield Example(question, candidates, query, labels, answerable=bool(labels.any()))
        if number % 2 == 0:
            others = library.candidates(query, without=name)
            yield Example(question, others, query, None, answerable=False)


def mlqa_examples(path: Path, embedding: SentenceEmbedding, reader: QuestionReader) -> Iterator[Example]:
    """Each question over the best passages of all paragraphs, and over those without its own paragraph."""
    questions, paragraphs = load_squad(path)
    spans = [split_sentences(paragraph) for paragraph in paragraphs]
    library = _Library(
        [
            _Text(f"paragraph-{number}", _grouped([text[span.start : span.end] for span in spans[number]], embedding))
            for number, text in enumerate(paragraphs)
        ],
        embedding,
    )
    for asked in questions:
        question, name = reader.understand(asked.question), f"paragraph-{asked.paragraph}"
        query = _asked(embedding, question.search)
        start = asked.answers[0][1]
        wanted = next(index for index, span in enumerate(spans[asked.paragraph]) if start < span.end)
        candidates = library.candidates(query)
        labels = np.array([int(c.document == name and c.sentence.index == wanted) for c in candidates], dtype=np.int64)
        if labels.any():
            yield Example(question, candidates, query, labels, answerable=True)
        yield Example(question, library.candidates(query, without=name), query, None, answerable=False)


def nomiracl_examples(path: Path, embedding: SentenceEmbedding, reader: QuestionReader) -> Iterator[Example]:
    """Each question over its ten passages, of which it is only known whether any answers."""
    questions, passages = load_nomiracl(path)
    library = _Library(
        [
            _Text(
                f"passage-{number}",
                _grouped([text[span.start : span.end] for span in split_sentences(text)], embedding),
            )
            for number, text in enumerate(passages)
        ],
        embedding,
    )
    for asked in questions:
        question = reader.understand(asked.question)
        query = _asked(embedding, question.search)
        names = dict.fromkeys(f"passage-{number}" for number in asked.passages)
        yield Example(question, library.candidates(query, only=names), query, None, asked.answerable)
