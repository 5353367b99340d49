"""The shape of an answer: what ``ask --json``, the API, the web chat and the harness share."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpus.types import Origin

Status = Literal["answered", "partial", "not_found"]
MARKER = re.compile(r"\[(\d+)\]")
"""A citation marker in ``Answer.text``. Square brackets in quoted document text are escaped as ``\\[``."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PageReference(_Shape):
    """``index`` is 0-based and physical, ``printed`` the label that the page shows."""

    index: int = Field(ge=0)
    printed: str


class HighlightBox(_Shape):
    """PDF points on the displayed page ``page`` (0-based), origin top left."""

    page: int = Field(ge=0)
    x0: float
    y0: float
    x1: float
    y1: float


class CitedCell(_Shape):
    """A cell of a quoted table row, its place in the document's text, and what heads its column."""

    header: str
    text: str
    char_start: int = Field(ge=0)
    char_end: int


class CitedReference(_Shape):
    """Another document that a quote points to; ``document`` is ``None`` where it is announced but missing."""

    kind: str
    title: str
    document: str | None


class Citation(_Shape):
    """A verbatim quote and where it stands: ``text(document)[char_start:char_end] == quote``, always.

    ``short_start``/``short_end`` mark the short answer inside the document's text where there is one. ``stand`` is
    what the source's date makes of the statement, such as "17.03.2014". A format without pages has no ``pages`` but the
    number of the ``paragraph`` (from 1). ``cells`` tells how a table's row is to be read. ``confidence`` (0 to 1) is
    how sure character recognition is of the quote, ``None`` where the text was there already. ``references`` are the
    documents that the quote points to.
    """

    number: int = Field(ge=1)
    document: str
    title: str
    kind: str
    label: str
    origin: Origin
    section: str
    pages: list[PageReference]
    char_start: int = Field(ge=0)
    char_end: int
    quote: str
    boxes: list[HighlightBox]
    short_start: int | None = None
    short_end: int | None = None
    stand: str | None = None
    paragraph: int | None = None
    cells: list[CitedCell] = []
    confidence: float | None = None
    references: list[CitedReference] = []

    @model_validator(mode="after")
    def _lengths_agree(self) -> Self:
        if self.char_end - self.char_start != len(self.quote):
            raise ValueError("a citation's offsets must be as long as its quote")
        return self


class Statement(_Shape):
    """One thing the answer says. A ``notice`` is about the search or the source, never a fact from a document."""

    text: str
    kind: Literal["quote", "generated", "notice"]
    citations: list[int]
    verification: Literal["verbatim", "supported", "unsupported"] | None


class NotFound(_Shape):
    """What a refusal owes the reader: what was searched, what is announced but missing, what comes nearest."""

    searched: int = Field(ge=0)
    announced_but_missing: list[str]
    nearest: list[Citation]


class Wording(_Shape):
    """Which language model worded an answer, and what became of the sentences that it wrote.

    Of ``sentences``, ``unproven`` did not pass at first; of these, some were ``repaired`` by the model when it was
    asked again, some ``replaced`` by the verbatim passage, the others ``left_out``. ``tokens`` counts the pieces that
    came from the model, of which servers send one for each token.
    """

    model: str
    sentences: int = Field(ge=0)
    unproven: int = Field(ge=0)
    repaired: int = Field(ge=0)
    replaced: int = Field(ge=0)
    left_out: int = Field(ge=0)
    tokens: int = Field(default=0, ge=0)


class Answer(_Shape):
    """A proven answer or an honest refusal. ``text`` is German Markdown with markers such as ``[1]``.

    ``confidence`` is the reader's probability that the documents answer the question, also where it refused.
    ``wording`` is there where a language model was asked, also where nothing that it wrote was shown.

    Raises ``ValueError`` when a marker has no citation or a citation is not used: such an answer must not exist.
    """

    question: str
    standalone_question: str
    status: Status
    text: str
    short_answer: str | None
    statements: list[Statement]
    citations: list[Citation]
    not_found: NotFound | None
    engine: Literal["quotes", "generated"]
    confidence: float = Field(ge=0, le=1)
    timings_ms: dict[str, float]
    settings: str
    wording: Wording | None = None

    @model_validator(mode="after")
    def _markers_and_citations_agree(self) -> Self:
        unescaped = self.text.replace(r"\[", "").replace(r"\]", "")
        marked = {int(number) for number in MARKER.findall(unescaped)}
        cited = {citation.number for citation in self.citations}
        if marked != cited:
            raise ValueError(f"markers {sorted(marked)} and citations {sorted(cited)} differ")
        stated = {number for statement in self.statements for number in statement.citations}
        if stated - cited:
            raise ValueError(f"statements cite {sorted(stated - cited)}, which are no citations")
        if (self.status == "not_found") != (self.not_found is not None):
            raise ValueError("a refusal, and only a refusal, says what was not found")
        return self


class Turn(_Shape):
    """One earlier message of the conversation, oldest first in a history."""

    role: Literal["user", "assistant"]
    text: str
