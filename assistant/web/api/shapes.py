"""What the API takes and gives beside answers, citations and session sheets, whose shapes the whole program shares.

Descriptions are German: they are read by whoever connects another program of an administration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Turn
from corpus.types import DocumentInfo, MissingDocument, Origin, Page, Section

MOST_TURNS = 40
LONGEST_TURN = 20_000

if TYPE_CHECKING:
    from assistant.holdings import Holdings


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuestionTurn(Turn):
    """Ein früherer Beitrag des Gesprächs."""

    role: Literal["user", "assistant"] = Field(description="„user“ für die Frage, „assistant“ für die Antwort")
    text: str = Field(max_length=LONGEST_TURN, description="Wortlaut des Beitrags")


Chosen = Annotated[
    list[str] | None, Field(description="Kennungen der Dokumente, in denen gesucht wird; ohne Angabe in allen")
]


class QuestionRequest(_Shape):
    """Eine Frage an die Unterlagen."""

    question: str = Field(description="die Frage in deutscher Sprache")
    history: list[QuestionTurn] = Field(
        default_factory=list,
        max_length=MOST_TURNS,
        description="frühere Beiträge, ältester zuerst; damit werden Anschlussfragen verstanden",
    )
    documents: Chosen = None
    engine: Literal["auto", "quotes"] = Field(
        default="auto", description="„quotes“: nur mit Zitaten antworten, auch wenn ein Sprachmodell eingerichtet ist"
    )


class KeptQuestion(_Shape):
    """Eine Frage einer Unterhaltung mit der Auswahl, mit der sie gestellt wurde."""

    question: str = Field(description="die Frage")
    documents: Chosen = None


class Conversation(_Shape):
    """Die Fragen einer Unterhaltung."""

    questions: list[str | KeptQuestion] = Field(
        min_length=1, max_length=MOST_TURNS, description="die Fragen, älteste zuerst"
    )


class DocumentEntry(_Shape):
    """Ein Dokument, oder eines, das angekündigt ist und fehlt."""

    document: str = Field(description="Kennung, wie Zitate sie tragen")
    title: str = Field(description="Titel")
    kind: str = Field(description="Art, zum Beispiel „Vorlage“ oder „Anhang 1“")
    akte: str = Field(description="Akte, zu der es gehört")
    date: str | None = Field(description="Datum nach ISO 8601, meist das der Sitzung")
    committee: str | None = Field(description="Gremium")
    number: str | None = Field(description="Nummer der Vorlage")
    origin: Origin | None = Field(description="„example“: frei erfundenes Beispieldokument, nicht amtlich")
    pages: int | None = Field(description="Zahl der Seiten")
    status: Literal["indexed", "missing"] = Field(description="„missing“: angekündigt, liegt nicht vor")

    @classmethod
    def of(cls, info: DocumentInfo) -> DocumentEntry:
        """A document that is there."""
        return cls(
            document=info.document,
            title=info.title,
            kind=info.kind,
            akte=info.akte,
            date=info.date,
            committee=info.committee,
            number=info.number,
            origin=info.origin,
            pages=info.pages,
            status="indexed",
        )

    @classmethod
    def of_missing(cls, info: MissingDocument) -> DocumentEntry:
        """One that is announced."""
        return cls(
            document=info.document,
            title=info.title,
            kind=info.kind,
            akte=info.akte,
            date=None,
            committee=None,
            number=None,
            origin=None,
            pages=None,
            status="missing",
        )


def document_entries(holdings: Holdings) -> list[DocumentEntry]:
    """All documents that are shown, and all that are announced."""
    return [*map(DocumentEntry.of, holdings.documents()), *map(DocumentEntry.of_missing, holdings.missing())]


class PageEntry(_Shape):
    """Eine Seite; Maße in Punkten (1/72 Zoll), wie die Seite angezeigt wird."""

    index: int = Field(description="Seite der Datei, ab 0")
    printed: str = Field(description="Seitenzahl, wie sie auf der Seite steht")
    width: float = Field(description="Breite in Punkten, 0 bei Formaten ohne feste Seiten")
    height: float = Field(description="Höhe in Punkten")
    char_start: int = Field(description="Anfang der Seite im Text des Dokuments")
    char_end: int = Field(description="Ende der Seite im Text des Dokuments")
    reading: str = Field(description="woher der Text stammt: „text“, „ocr“, „blank“ oder „unread“")

    @classmethod
    def of(cls, page: Page) -> PageEntry:
        """The page as it is stored."""
        return cls(
            index=page.index,
            printed=page.printed,
            width=page.width,
            height=page.height,
            char_start=page.start,
            char_end=page.end,
            reading=page.reading,
        )


class HeadingEntry(_Shape):
    """Eine Überschrift des Dokuments."""

    title: str = Field(description="Wortlaut")
    level: int = Field(description="Ebene, ab 1")
    page: int = Field(description="Seite der Datei, ab 0")
    char_start: int = Field(description="Anfang des Abschnitts im Text des Dokuments")

    @classmethod
    def of(cls, section: Section, page: Page) -> HeadingEntry:
        """The heading of a section that begins on a page."""
        return cls(title=section.title, level=section.level, page=page.index, char_start=section.span.start)


class DocumentDetails(DocumentEntry):
    """Ein Dokument mit seinen Seiten und Überschriften."""

    page_list: list[PageEntry] = Field(description="alle Seiten")
    outline: list[HeadingEntry] = Field(description="Überschriften in der Reihenfolge des Dokuments")


class DocumentText(_Shape):
    """Der Text, auf den sich alle Fundstellen beziehen."""

    document: str = Field(description="Kennung")
    text: str = Field(description="der ganze Text; Zeichen zählen ab 0")


class ProblemDocument(_Shape):
    """Ein Fehler nach RFC 9457."""

    type: str = Field(description="immer „about:blank“")
    title: str = Field(description="kurze Bezeichnung")
    status: int = Field(description="HTTP-Status")
    detail: str = Field(description="ein deutscher Satz, der sagt, was zu tun ist")
