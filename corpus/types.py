"""The data model of documents: every offset refers to one stored canonical text.

Two coordinate systems occur, and only these two:

* **Characters.** ``start``/``end`` are 0-based, half-open offsets into the document's canonical text, so that
  ``text[start:end]`` is the thing itself.
* **Points.** A :class:`Box` is in PDF points (1/72 inch) on the page *as displayed*, that is with crop box and
  rotation applied; the origin is the top left corner, ``y`` grows downwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["original", "example"]
"""``example``: one of our invented stand-ins; every answer that rests on it says so."""

Visibility = Literal["public", "non_public", "internal"]
"""``internal`` is for the administration only; a non-public document may be for the members of some Gremien, too."""

Reading = Literal["text", "ocr", "blank", "unread"]
"""How a page's text was got: from its text layer, by character recognition, not at all because nothing stands on it, or
not at all although something does."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, ``0 <= start < end``."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}, {self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the displayed page ``page`` (0-based), in points from its top left corner."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """One physical page.

    ``index`` is its place in the file, which may hold other documents before and after this one. ``printed`` is the
    label that the page shows or, where it shows none, the one its neighbours imply; ``width`` and ``height`` are in
    points as displayed, 0 for formats without pages of a fixed size. ``start``/``end`` is the page's part of the
    canonical text and may be empty.
    """

    index: int
    printed: str
    width: float
    height: float
    start: int
    end: int
    reading: Reading = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; ``title`` is empty for text before the first heading."""

    index: int
    title: str
    level: int
    span: Span


SentenceKind = Literal["sentence", "item", "heading", "note", "row", "header", "contents"]
"""``note`` is a footnote's sentence, ``row`` a table's row, ``header`` a row that heads the columns below it, and
``contents`` a line of a table of contents."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, heading, list item or row of a table.

    ``index`` counts through the document, ``paragraph`` tells which sentences stand in one paragraph, ``section`` is
    the section's index. ``reading`` is how it reads by itself where its own words are not enough: a row with the heads
    of its columns, after a line that names its group if it has one; it is searched and embedded, never quoted.
    ``confidence`` is how sure character recognition is of
    it, 0 to 1, ``None`` where the text was there already.
    """

    index: int
    span: Span
    kind: SentenceKind
    paragraph: int
    section: int
    reading: str | None = None
    confidence: float | None = None


RowRole = Literal["header", "body", "subtotal", "total"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty; ``columns`` is how many columns it covers from ``column`` on."""

    row: int
    column: int
    columns: int
    span: Span


@dataclass(frozen=True, slots=True)
class HeadedCell:
    """A cell and what the header rows say above it, from the top; empty where nothing does."""

    header: str
    column: int
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """A table; in the text its rows are lines and its cells are separated by tabs.

    ``paragraph`` is the one of its rows' sentences; ``rows`` holds the role of each row, ``cells`` all cells that are
    not empty, by row and column.
    """

    index: int
    paragraph: int
    section: int
    span: Span
    columns: int
    rows: tuple[RowRole, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one section, about as long as the embedding model reads best.

    ``key`` identifies it in both indexes, ``document`` and ``index`` in the document. ``reading`` is that of its only
    sentence where that is a table's row.
    """

    key: str
    document: str
    index: int
    section: int
    section_title: str
    span: Span
    text: str
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form that a document introduces itself, such as "KI" for "Kommunales Integrationszentrum"."""

    short: str
    long: str
    span: Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a document points to another one of its Akte: ``kind`` is that one's Art, such as "Anhang 4"."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What the register and the file say about a document; everything that is not given stays ``None``.

    ``document`` is the stable id (slug) that citations carry; ``kind`` is the Art in German ("Vorlage", "Anhang 1");
    ``date`` is ISO 8601; ``file`` is the path that the document was read from; ``sha256`` the hash of its bytes.
    ``committee`` is the Gremium that deals with it, ``gremien`` are those whose members may see it where it is
    non-public.
    """

    document: str
    title: str
    kind: str
    akte: str
    date: str | None
    committee: str | None
    session: str | None
    authority: str | None
    number: str | None
    origin: Origin
    visibility: Visibility
    file: str
    sha256: str
    media_type: str
    pages: int = 0
    # Left out of its text so that fingerprints made of it stay what they were before there was this field.
    gremien: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """A document that the register announces but whose file is not there; that, too, not everybody may know."""

    document: str
    title: str
    kind: str
    akte: str
    visibility: Visibility = "public"
    gremien: tuple[str, ...] = ()
