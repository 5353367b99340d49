"""Question sets: one question a line, and the places in the documents where its evidence stands."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import Turn
from corpus.errors import UnreadableFileError
from corpus.types import Span

Split = Literal["calibration", "test"]

TODO_KEY = "todo"
"""A key of questions that somebody still has to complete (:mod:`eval.feedback`)."""
_SHOWN = 60
"""Characters of a quote that an error message shows."""


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Evidence(_Line):
    """A verbatim quote that proves the answer; ``document`` is ``None`` where any document may hold it."""

    document: str | None
    quote: str = Field(min_length=1)


class EvaluationQuestion(_Line):
    """One line of a question set.

    ``answers`` are alternatives, of which one must occur in the answer; all of ``must_contain`` must. ``split`` says
    whether thresholds may be fitted on the question.
    """

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    answers: list[str] = Field(default_factory=list)
    must_contain: list[str] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    kind: str = Field(min_length=1)
    answerable: bool
    history: list[Turn] = Field(default_factory=list)
    split: Split | None = None

    @model_validator(mode="after")
    def _can_be_failed(self) -> Self:
        if any(not expected.strip() for expected in (*self.answers, *self.must_contain)):
            raise ValueError("eine erwartete Antwort ist leer")
        if any(not _reduced(evidence.quote)[0] for evidence in self.evidence):
            raise ValueError("ein Beleg ist leer")
        if self.answerable and not (self.answers or self.must_contain or self.evidence):
            raise ValueError("eine beantwortbare Frage braucht eine erwartete Antwort oder einen Beleg")
        return self

    def turns(self) -> Sequence[Turn]:
        """The conversation before the question, as the assistant takes it."""
        return self.history


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: ``span`` is in the canonical text of ``document``."""

    document: str
    span: Span

    def overlaps(self, other: Place) -> bool:
        """Whether both share a character."""
        return self.document == other.document and self.span.overlaps(other.span)


EvidencePlaces = Sequence[Sequence[Place]]
"""For each piece of a question's evidence, every place where it stands; one of them is enough."""


def load_questions(path: Path, *, drafts: bool = False) -> list[EvaluationQuestion]:
    """Read a question set; raise :class:`UnreadableFileError` that names the file and the line.

    A question that is still to be completed is an error, unless ``drafts`` are wanted as they are.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"Die Fragensammlung „{path}“ ist kein Text in UTF-8.") from error
    except OSError as error:
        raise UnreadableFileError(f"Die Fragensammlung „{path}“ fehlt oder ist nicht lesbar.") from error
    questions: dict[str, EvaluationQuestion] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"Die Fragensammlung „{path}“ ist in Zeile {number} fehlerhaft"
        try:
            question = _draft(line) if drafts else EvaluationQuestion.model_validate_json(line)
        except ValidationError as error:
            raise UnreadableFileError(f"{place}: {_problem(error)}.") from error
        if question.id in questions:
            raise UnreadableFileError(f"{place}: Die Kennung „{question.id}“ kommt schon vorher vor.")
        questions[question.id] = question
    if not questions:
        raise UnreadableFileError(f"Die Fragensammlung „{path}“ enthält keine Frage.")
    return list(questions.values())


def locate_evidence(questions: Sequence[EvaluationQuestion], texts: Mapping[str, str]) -> dict[str, EvidencePlaces]:
    """Find every evidence quote in the canonical ``texts`` and return the places by question id.

    Blanks, line breaks and hyphens do not count, because cleaning moves them. Raises :class:`UnreadableFileError` for
    a document that is not there and for a quote that is not in it: a question whose proof cannot be found measures
    nothing.
    """
    reduced: dict[str, tuple[str, list[int]]] = {}

    def places(question: EvaluationQuestion, evidence: Evidence) -> list[Place]:
        if evidence.document is not None and evidence.document not in texts:
            raise UnreadableFileError(
                f"Die Frage „{question.id}“ wird mit dem Dokument „{evidence.document}“ belegt, das nicht eingelesen "
                "ist; bitte zuerst „aktenkundig ingest PFAD“ aufrufen."
            )
        wanted = _reduced(evidence.quote)[0]
        found: list[Place] = []
        for document in [evidence.document] if evidence.document is not None else list(texts):
            if document not in reduced:
                reduced[document] = _reduced(texts[document])
            found += [Place(document, span) for span in _spans(wanted, *reduced[document])]
        if not found:
            where = "in keinem Dokument" if evidence.document is None else f"nicht im Dokument „{evidence.document}“"
            quote = evidence.quote if len(evidence.quote) <= _SHOWN else f"{evidence.quote[:_SHOWN]}…"
            raise UnreadableFileError(f"Der Beleg „{quote}“ der Frage „{question.id}“ steht {where}.")
        return found

    return {question.id: [places(question, evidence) for evidence in question.evidence] for question in questions}


def _draft(line: str) -> EvaluationQuestion:
    """A line that may still be a draft: what is not filled in does not matter."""
    draft = EvaluationQuestion.model_validate_json
    try:
        content = json.loads(line)
    except json.JSONDecodeError:
        return draft(line)
    if isinstance(content, dict) and content.pop(TODO_KEY, None) is not None:
        content["answerable"] = False
    return draft(json.dumps(content))


def _spans(wanted: str, text: str, offsets: Sequence[int]) -> list[Span]:
    """All occurrences of the reduced quote, in offsets of the full text."""
    spans: list[Span] = []
    at = text.find(wanted)
    while at >= 0:
        spans.append(Span(offsets[at], offsets[at + len(wanted) - 1] + 1))
        at = text.find(wanted, at + 1)
    return spans


def _reduced(text: str) -> tuple[str, list[int]]:
    """The text without blanks, dashes and invisible characters, and the offset of each character that is left."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if not character.isspace() and unicodedata.category(character) not in {"Pd", "Cf"}:
            characters.append(character)
            offsets.append(offset)
    return "".join(characters), offsets


def _problem(error: ValidationError) -> str:
    """The first problem in German, without its full stop."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "json_invalid":
            return "Die Zeile ist kein gültiges JSON"
        case "missing":
            return f"Die Angabe „{name}“ fehlt"
        case "extra_forbidden" if name == TODO_KEY:
            return "Die Frage ist noch nicht vervollständigt; bitte „todo“ abarbeiten und entfernen"
        case "extra_forbidden":
            return f"Die Angabe „{name}“ ist unbekannt"
        case "value_error":
            return str(first["ctx"]["error"])
        case _:
            return f"Die Angabe „{name}“ hat keinen zulässigen Wert" if name else "Die Zeile ist kein JSON-Objekt"
