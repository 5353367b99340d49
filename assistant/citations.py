"""Makes citations out of stored data and checks their invariants where they are made."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Citation, CitedCell, CitedReference, HighlightBox, PageReference
from corpus.dates import german_date
from corpus.store import Scope, Store
from corpus.types import DocumentInfo, Page, Sentence, Span


class CitationError(Exception):
    """A citation would not be true to its document; this is a fault of ours, never shown as an answer."""


class CitationMaker:
    """Turns spans of documents into citations."""

    def __init__(self, store: Store, scope: Scope) -> None:
        """``scope`` limits what a citation tells of other documents."""
        self._store = store
        self._scope = scope

    def make(
        self, number: int, document: str, span: Span, section: str | None = None, short: Span | None = None
    ) -> Citation:
        """The citation of ``span``; ``short`` is the short answer inside it, in the document's offsets.

        ``section`` is the title of the section, for whoever knows it already; otherwise it is looked up.

        Raises :class:`CitationError` if the span leaves the text, the short answer leaves the span, or a box lies on a
        page that the quote does not stand on.
        """
        info = self._store.document(document)
        quote = self._store.excerpt(document, span)
        pages = self._store.pages_of(document, span)
        sentences = self._store.sentences_in(document, span)
        if section is None:
            section = self._store.sections(document)[sentences[0].section].title if sentences else ""
        paragraph = sentences[0].paragraph + 1 if info.pages == 1 and not pages[0].width and sentences else None
        boxes = self._store.boxes(document, span)
        if len(quote) != len(span) or not quote.strip() or quote != quote.strip():
            raise CitationError(f"{document}[{span.start}:{span.end}] is no clean quote")
        if not pages or not {box.page for box in boxes} <= {page.index for page in pages}:
            raise CitationError(f"{document}[{span.start}:{span.end}] has boxes off its pages")
        if short is not None and not span.contains(short):
            raise CitationError(f"{document}[{span.start}:{span.end}] does not hold its short answer")
        return Citation(
            number=number,
            document=document,
            title=info.title,
            kind=info.kind,
            label=label(info, pages, section, paragraph),
            origin=info.origin,
            section=section,
            pages=[PageReference(index=page.index, printed=page.printed) for page in pages] if not paragraph else [],
            char_start=span.start,
            char_end=span.end,
            quote=quote,
            boxes=[HighlightBox(page=box.page, x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1) for box in boxes],
            short_start=short.start if short else None,
            short_end=short.end if short else None,
            stand=german_date(info.date) if info.date else None,
            paragraph=paragraph,
            cells=self._cells(document, sentences),
            confidence=min((s.confidence for s in sentences if s.confidence is not None), default=None),
            references=[
                CitedReference(
                    kind=target.kind,
                    title=target.title,
                    document=target.document if isinstance(target, DocumentInfo) else None,
                )
                for _, target in self._store.mentions(document, span, self._scope)
            ],
        )

    def _cells(self, document: str, sentences: Sequence[Sentence]) -> list[CitedCell]:
        """The cells of a quoted row; none where something else, or more than a row, is quoted."""
        if len(sentences) != 1 or sentences[0].kind != "row":
            return []
        return [
            CitedCell(
                header=cell.header,
                text=self._store.excerpt(document, cell.span),
                char_start=cell.span.start,
                char_end=cell.span.end,
            )
            for cell in self._store.row_cells(document, sentences[0].span)
        ]


def label(info: DocumentInfo, pages: list[Page], section: str, paragraph: int | None = None) -> str:
    """The Fundstelle as one pastes it into a Vorlage.

    With a number "Vorlage 123/2014, S. 2, Abschnitt Sachverhalt"; without one "Rhein-Sieg-Kreis, Vorlage „Titel“,
    Kreisausschuss 17.03.2014, S. 1, Abschnitt …". A format without pages counts its paragraphs: "Absatz 12". Nothing
    that is not given is guessed.
    """
    if info.number:
        parts = [f"{info.kind} {info.number}"]
    else:
        parts = [info.authority] if info.authority else []
        parts.append(f"{info.kind} „{info.title}“")
        meeting = " ".join(filter(None, (info.committee, german_date(info.date) if info.date else None)))
        if meeting:
            parts.append(meeting)
    if info.origin == "example":
        parts[-1] += " (Beispieldokument, frei erfunden)"
    printed = [page.printed for page in pages]
    if paragraph is not None:
        parts.append(f"Absatz {paragraph}")
    else:
        parts.append(f"S. {printed[0]}" if len(printed) == 1 else f"S. {printed[0]}–{printed[-1]}")
    # The title over the text is the document's own, which is named already.
    if section and info.title not in section:
        parts.append(f"Abschnitt {section}")
    return ", ".join(parts)
