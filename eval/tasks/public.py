"""What all public benchmarks have in common: a question becomes a prediction, and only the prediction is scored.

So a predictions file, ours or anybody else's, scores the same as the run that wrote it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel

from corpus.errors import AktenkundigError, UnreadableFileError
from eval.records import Pair, Record
from eval.systems.base import Response, System
from eval.tasks.base import Failure, Heard, Item, Rankings, Section, asked
from eval.tasks.ingested_texts import IngestedTexts


class PublicQuestion(Protocol):
    """A question of a public data set; ``name`` identifies it."""

    @property
    def name(self) -> str:
        """Its id as text."""
        ...

    @property
    def question(self) -> str:
        """What is asked."""
        ...


Q = TypeVar("Q", bound=PublicQuestion)
P = TypeVar("P", bound=BaseModel)


class PublicTask(ABC, Generic[Q, P]):
    """A public benchmark over its own texts."""

    name: ClassVar[str]
    all_sections: ClassVar[Sequence[Section]]
    """All figures that the task may have; :attr:`sections` are those that the questions allow."""
    headline: ClassVar[Sequence[str]]

    def __init__(self, questions: Sequence[Q], texts: Sequence[str]) -> None:
        """Raises :class:`UnreadableFileError` if two questions have the same id, or if there is none."""
        names = Counter(question.name for question in questions)
        if twice := [name for name, count in names.items() if count > 1]:
            raise UnreadableFileError(f"Die Kennung „{twice[0]}“ kommt im Datensatz mehr als einmal vor.")
        if not names:
            raise UnreadableFileError("Der Datensatz enthält keine Frage.")
        self.questions = questions
        self.texts = texts
        self.sections: Sequence[Section] = self.all_sections

    def run(self, ingested: IngestedTexts, system: System, heard: Heard | None = None) -> list[Item]:
        """Ask every question of a system over the ingested :attr:`texts`."""
        predicted: list[tuple[Q, P, float]] = []
        for number, question in enumerate(self.questions, start=1):
            response = self.ask(question, ingested, system)
            predicted.append((question, self.predict(question, ingested, response), response.seconds))
            if heard is not None:
                heard(number, len(self.questions))
        return self._items(predicted)

    def score(self, predictions: Mapping[str, P]) -> list[Item]:
        """Score predictions by question id; raises :class:`AktenkundigError` if one is missing or impossible."""
        for question in self.questions:
            if question.name not in predictions:
                raise AktenkundigError(f"Für die Frage „{question.name}“ fehlt die Vorhersage.")
        return self._items([(question, predictions[question.name], 0.0) for question in self.questions])

    def ask(self, question: Q, ingested: IngestedTexts, system: System) -> Response:  # noqa: ARG002 - some narrow the search
        """Ask one question of all texts; some benchmarks give the texts to search."""
        return asked(system, question.name, question.question)

    @abstractmethod
    def predict(self, question: Q, ingested: IngestedTexts, response: Response) -> P:
        """The line of the predictions file."""

    @abstractmethod
    def record(self, question: Q, prediction: P) -> Record:
        """What a prediction scores."""

    @staticmethod
    def judged(
        name: str,
        group: str,
        ratios: Mapping[str, Pair],
        *,
        answerable: bool,
        answered: bool,
        confidence: float | None,
        right: bool | None = None,
    ) -> Record:
        """A record; where confidence or right are not known, figures of them leave the question out."""
        raw = {"answerable": answerable, "answered": answered, "right": right, "confidence": confidence}
        kind = "answerable" if answerable else "unanswerable"
        known = {key: float(value) for key, value in raw.items() if value is not None}
        return Record(id=name, group=group, kind=kind, ratios=ratios, raw=known)

    @abstractmethod
    def failure(self, question: Q, prediction: P, record: Record) -> Failure | None:
        """What went wrong, if anything."""

    def ranking(self, question: Q, prediction: P) -> tuple[Sequence[str], Sequence[str]] | None:  # noqa: ARG002 - not all rank
        """What was found, best first, and what answers; ``None`` where nothing is ranked."""
        return None

    def _items(self, predicted: Sequence[tuple[Q, P, float]]) -> list[Item]:
        items: list[Item] = []
        rankings = Rankings()
        for question, prediction, seconds in predicted:
            record = self.record(question, prediction)
            failure = self.failure(question, prediction, record)
            items.append(Item(record, prediction.model_dump(mode="json"), failure, seconds))
            if (ranked := self.ranking(question, prediction)) is not None:
                rankings.found[question.name], rankings.relevant[question.name] = map(list, ranked)
        return rankings.scored(items) if rankings.found else items
