"""What every task has: questions to ask of a system, figures to compute, and what went wrong with each question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from assistant.answer import Answer, Turn
from corpus.errors import AktenkundigError, QuestionError
from eval.figures import Figure
from eval.metrics.ranking import ranking_scores
from eval.questions import Place
from eval.records import Record
from eval.systems.base import Response, System

NOT_FOUND: Final = "nicht gefunden"
NOT_CHOSEN: Final = "gefunden, nicht gewählt"
WRONG_SPAN: Final = "gewählt, falsche Angabe"
WRONGLY_REFUSED: Final = "fälschlich abgelehnt"
WRONGLY_ANSWERED: Final = "fälschlich beantwortet"
NOT_VERBATIM: Final = "Zitat nicht wörtlich"
REASONS: Final = {
    NOT_FOUND: "Die Suche hat keine Textstelle mit dem Beleg zum Lesen vorgelegt.",
    NOT_CHOSEN: "Der Beleg wurde gelesen, aber etwas anderes zitiert.",
    WRONG_SPAN: "Der Beleg ist zitiert, die erwartete Angabe steht nicht in der Antwort.",
    WRONGLY_REFUSED: "Die Frage lässt sich beantworten, wurde aber abgelehnt.",
    WRONGLY_ANSWERED: "Die Frage lässt sich nicht beantworten, wurde aber beantwortet.",
    NOT_VERBATIM: "Ein Zitat steht so nicht im Dokument.",
}
"""Why a question failed, and what that means."""

Heard = Callable[[int, int], None]
"""Hears how many of how many questions are done."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that failed, as people read it."""

    reason: str
    question: str
    expected: Sequence[str]
    given: Sequence[str]
    cited: Sequence[str] = ()
    history: Sequence[Turn] = ()
    read: bool | None = None
    """Whether the evidence was among what was read; ``None`` where there is none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question that was asked: its numbers, the line of the predictions file, what went wrong."""

    record: Record
    prediction: Mapping[str, object]
    failure: Failure | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that are shown together."""

    title: str
    figures: Sequence[Figure]


class Task(Protocol):
    """What a set of questions is called, and by which figures it is judged."""

    @property
    def name(self) -> str:
        """How files call it."""
        ...

    @property
    def sections(self) -> Sequence[Section]:
        """All figures."""
        ...

    @property
    def headline(self) -> Sequence[str]:
        """The names of the figures by which systems are compared at a glance."""
        ...


def asked(system: System, name: str, question: str, history: Sequence[Turn] = ()) -> Response:
    """Ask; a question that cannot be asked is named."""
    try:
        return system.ask(question, history)
    except QuestionError as error:
        raise AktenkundigError(f"Die Frage „{name}“ lässt sich nicht stellen: {error}") from error


def key_of(place: Place) -> str:
    """A place as ir-measures wants it."""
    return f"{place.document}:{place.span.start}-{place.span.end}"


def units_on(system: System, places: Sequence[Place]) -> list[Place]:
    """The system's passages or chunks that share a character with one of the places."""
    units = [
        Place(document, unit)
        for document in dict.fromkeys(place.document for place in places)
        for unit in system.units(document)
    ]
    return [unit for unit in units if any(map(unit.overlaps, places))]


def is_read(response: Response, places: Sequence[Place]) -> bool:
    """Whether one of the places was among what was read."""
    return any(place.overlaps(found) for found in response.ranking[: response.read] for place in places)


@dataclass(slots=True)
class Rankings:
    """Collects what was found for each question and what answers it, for figures of ranking over all of them."""

    found: dict[str, list[str]] = field(default_factory=dict)
    relevant: dict[str, list[str]] = field(default_factory=dict)

    def scored(self, items: Sequence[Item]) -> list[Item]:
        """The items with the figures of ranking in their records."""
        scores = ranking_scores(self.found, self.relevant)
        return [
            replace(item, record=replace(item.record, ratios={**item.record.ratios, **scores.get(item.record.id, {})}))
            for item in items
        ]


def given_by(answer: Answer) -> list[str]:
    """What an answer says, for people: the short answer, then the quotes; of a refusal also what came nearest."""
    if answer.not_found is not None:
        nearest = [f"am nächsten kam: „{citation.quote}“" for citation in answer.not_found.nearest[:1]]
        return [f"abgelehnt: {answer.text.partition(chr(10))[0]}", *nearest]
    return [*([answer.short_answer] if answer.short_answer else []), *(f"„{c.quote}“" for c in answer.citations)]


def cited_by(answer: Answer) -> list[str]:
    """Where an answer says that it stands."""
    return [citation.label for citation in answer.citations]
