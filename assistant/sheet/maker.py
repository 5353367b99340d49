"""Makes session sheets out of what is stored about a document: sections, sentences, tables, references, short forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Citation
from assistant.citations import CitationMaker
from assistant.composing import named
from assistant.decisions import PROPOSALS
from assistant.missing import naming_sentence
from assistant.sheet import signs
from assistant.sheet.shape import PartName, SessionSheet, SheetLine, SheetPart
from assistant.stance import speaks_against, speaks_for
from corpus.amounts import find_amounts
from corpus.analysis import dates
from corpus.dates import german_date, german_day
from corpus.store import Scope, Store
from corpus.types import DocumentInfo, MissingDocument, Section, Sentence, Span, Table

MOST_LINES = 12
"""Of a part."""
_SMALL_TABLE = 8
"""Rows up to which all of a table is shown, not only its sums."""
_LONGEST_PROPOSAL = 2000
"""Characters of one quote; a longer Beschlussvorschlag is quoted by its paragraphs."""
_LONGEST_SESSION = 120
"""Characters of the line that names the session."""
_EVENTS_OF_ONE = 6
"""Dates of one sentence; more make a calendar, not an event."""
_YEARS = range(1800, 2200)
_SPOKEN = ("sentence", "item")

_PARTS: tuple[tuple[PartName, str, str], ...] = (
    ("proposal", "Was zu beschließen ist", "Einen Beschlussvorschlag enthält das Dokument nicht."),
    ("session", "Wer berät und wann", "Gremium und Termin sind im Dokument nicht angegeben."),
    ("asked", "Wer es angestoßen hat", "Wer den Antrag gestellt hat, ist nicht angegeben."),
    ("timeline", "Ablauf", "Termine sind nicht angegeben."),
    ("amounts", "Beträge und Zahlen", "Beträge und Zahlen sind nicht angegeben."),
    ("for", "Dafür", "Zustimmung ist im Dokument nicht ausgedrückt."),
    ("against", "Dagegen", "Ablehnung oder Bedenken sind im Dokument nicht ausgedrückt."),
    ("open", "Noch offen", "Als offen ist nichts bezeichnet."),
    ("attachments", "Anlagen", "Anlagen sind nicht genannt."),
    ("abbreviations", "Abkürzungen", "Abkürzungen führt das Dokument nicht ein."),
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A place that belongs into a part: what the sheet says of it, and the short answer in it."""

    document: str
    span: Span
    text: str = ""
    short: Span | None = None


def has_sheet(info: DocumentInfo, sections: Sequence[Section]) -> bool:
    """Whether a document is a paper for a session: a Vorlage by its Art, or one that proposes a decision."""
    return info.kind.lower().endswith("vorlage") or any(section.title.startswith(PROPOSALS) for section in sections)


class SheetMaker:
    """Makes session sheets of the documents that a scope shows."""

    def __init__(self, store: Store, scope: Scope) -> None:
        self._store = store
        self._scope = scope
        self._citations = CitationMaker(store, scope)

    def make(self, info: DocumentInfo) -> SessionSheet:
        """The sheet of one document; every line is proven by a verbatim quote of the stored text."""
        paper = _Paper(self._store, info)
        found: dict[PartName, list[_Found]] = {
            "proposal": list(paper.proposal()),
            "session": list(paper.session()),
            "asked": list(paper.telling(signs.tells_who_asked)),
            "timeline": list(paper.timeline()),
            "amounts": [*paper.amounts(sums_only=False), *self._annex_sums(info)],
            "for": list(paper.telling(lambda words: speaks_for(words) and not speaks_against(words))),
            "against": list(paper.against()),
            "open": list(paper.telling(signs.leaves_open)),
            "attachments": self._attachments(paper),
            "abbreviations": list(paper.abbreviations()),
        }
        numbers: dict[_Found, int] = {}
        citations: list[Citation] = []
        parts = []
        for name, title, empty in _PARTS:
            lines = []
            for place in found[name][:MOST_LINES]:
                if place not in numbers:
                    numbers[place] = len(numbers) + 1
                    citations.append(
                        self._citations.make(numbers[place], place.document, place.span, short=place.short)
                    )
                lines.append(SheetLine(text=place.text, citation=numbers[place]))
            parts.append(
                SheetPart(name=name, title=title, lines=lines, empty=empty, more=len(found[name]) - len(lines))
            )
        return SessionSheet(
            document=info.document,
            title=info.title,
            kind=info.kind,
            origin=info.origin,
            committee=info.committee,
            date=info.date,
            parts=parts,
            citations=citations,
        )

    def _annex_sums(self, info: DocumentInfo) -> list[_Found]:
        """The sums in the tables of the other documents of the Akte."""
        return [
            found
            for other in self._store.documents(self._scope)
            if other.akte == info.akte and other.document != info.document
            for found in _Paper(self._store, other).amounts(sums_only=True)
        ]

    def _attachments(self, paper: _Paper) -> list[_Found]:
        """Every other document that this one names, with its state: where its title stands, else where it is meant."""
        targets: list[DocumentInfo | MissingDocument] = [
            *self._store.documents(self._scope),
            *self._store.missing(self._scope),
        ]
        whole = Span(0, max(1, len(paper.text)))
        meant = {
            target.document: span for span, target in self._store.mentions(paper.info.document, whole, self._scope)
        }
        found = []
        for target in targets:
            if target.akte != paper.info.akte or target.document == paper.info.document:
                continue
            sentence = paper.naming(target.title)
            if sentence is None and target.document in meant:
                sentence = paper.sentence_at(meant[target.document])
            if sentence is not None:
                found.append(_Found(paper.info.document, sentence.span, _state(target)))
        return sorted(found, key=lambda place: place.span.start)


class _Paper:
    """One document's text and sentences, and what of them belongs into which part."""

    def __init__(self, store: Store, info: DocumentInfo) -> None:
        self._store = store
        self.info = info
        self.text = store.text(info.document)
        self._sections = store.sections(info.document)
        self._sentences = store.sentences(info.document)

    def sentence_at(self, span: Span) -> Sentence:
        """The sentence in which a span stands."""
        return next(sentence for sentence in self._sentences if sentence.span.overlaps(span))

    def naming(self, title: str) -> Sentence | None:
        """The sentence that names a document by its title."""
        return naming_sentence(self.text, self._sentences, title)

    def proposal(self) -> Iterable[_Found]:
        """The Beschlussvorschlag, whole, or by its paragraphs."""
        for section in self._sections:
            if not section.title.startswith(PROPOSALS):
                continue
            inside = [s for s in self._sentences if s.section == section.index and s.kind != "heading"]
            if not inside:
                continue
            whole = Span(inside[0].span.start, inside[-1].span.end)
            if len(whole) <= _LONGEST_PROPOSAL:
                yield self._place(whole)
                continue
            for paragraph in dict.fromkeys(sentence.paragraph for sentence in inside):
                of = [sentence for sentence in inside if sentence.paragraph == paragraph]
                yield self._place(Span(of[0].span.start, of[-1].span.end))

    def session(self) -> Iterable[_Found]:
        """The list of consultations, and the sentence that names the session."""
        listed = {s.index for s in self._sections if signs.CONSULTATION.search(s.title)}
        for sentence in self._sentences:
            in_list = sentence.section in listed and sentence.kind in ("row", *_SPOKEN)
            if in_list or (sentence.kind in ("heading", *_SPOKEN) and self._names_session(self._words(sentence))):
                yield self._place(sentence.span)

    def telling(self, sign: Callable[[str], bool]) -> Iterable[_Found]:
        """The sentences with this sign, outside of the proposal, which asks and does not tell."""
        proposed = {s.index for s in self._sections if s.title.startswith(PROPOSALS)}
        for sentence in self._sentences:
            if sentence.kind in _SPOKEN and sentence.section not in proposed and sign(self._words(sentence)):
                yield self._place(sentence.span)

    def against(self) -> Iterable[_Found]:
        """What speaks against it; a sentence with both sides says so."""
        for found in self.telling(speaks_against):
            both = speaks_for(self.text[found.span.start : found.span.end])
            yield self._place(found.span, "teils dafür, teils dagegen" if both else "")

    def timeline(self) -> Iterable[_Found]:
        """The sentences that name days or months, by the earliest that each names."""
        events: list[tuple[str, int, _Found]] = []
        for sentence in self._sentences:
            if sentence.kind in ("header", "contents"):
                continue
            words = self._words(sentence)
            named = [(iso, span) for iso, span in dates(words) if not signs.LAW_DATE.search(words[: span.start])]
            days = sorted({iso for iso, _ in named})
            if days and len(days) <= _EVENTS_OF_ONE:
                told = ", ".join(map(german_day, days))
                events.append((days[0], sentence.index, self._place(sentence.span, told)))
        return [found for *_, found in sorted(events, key=lambda event: event[:2])]

    def amounts(self, *, sums_only: bool) -> Iterable[_Found]:
        """Sentences with amounts, shares and counts, and the rows of tables; only their sums where that is asked."""
        table: Table | None = None
        for sentence in self._sentences:
            if sentence.kind == "row":
                if table is None or not table.span.contains(sentence.span):
                    table = self._store.table_of(self.info.document, sentence.span)
                if table is not None and _is_shown(table, sentence, sums_only=sums_only):
                    yield self._place(sentence.span)
            elif not sums_only and sentence.kind in _SPOKEN and (spans := _counting(self._words(sentence))):
                start = sentence.span.start
                told = " · ".join(dict.fromkeys(" ".join(self._at(start, span).split()) for span in spans))
                yield self._place(sentence.span, told, Span(start + spans[0].start, start + spans[0].end))

    def abbreviations(self) -> Iterable[_Found]:
        """The short forms that the document introduces, where it does."""
        seen = set()
        for document, abbreviation in self._store.abbreviations(Scope(documents=frozenset({self.info.document}))):
            if document == self.info.document and abbreviation.short not in seen:
                seen.add(abbreviation.short)
                start = abbreviation.span.start
                long = Span(start, start + len(abbreviation.long))
                yield self._place(self.sentence_at(abbreviation.span).span, abbreviation.short, long)

    def _names_session(self, words: str) -> bool:
        """Whether a line says no more than for which session the paper is."""
        day = german_date(self.info.date) if self.info.date else None
        short = len(words) <= _LONGEST_SESSION
        return short and day is not None and day in words and signs.SESSION.search(words) is not None

    def _words(self, sentence: Sentence) -> str:
        return self.text[sentence.span.start : sentence.span.end]

    def _at(self, start: int, span: Span) -> str:
        return self.text[start + span.start : start + span.end]

    def _place(self, span: Span, text: str = "", short: Span | None = None) -> _Found:
        return _Found(self.info.document, span, text, short)


def _is_shown(table: Table, row: Sentence, *, sums_only: bool) -> bool:
    """Whether a row is worth a line: in a small table each, otherwise the sums."""
    small = len(table.rows) <= _SMALL_TABLE and not sums_only
    return small or _role(table, row) == "total"


def _role(table: Table, row: Sentence) -> str:
    """What a row is in its table."""
    return next((table.rows[cell.row] for cell in table.cells if row.span.contains(cell.span)), "body")


def _counting(words: str) -> list[Span]:
    """The amounts of a sentence that say how much or how many; a year or a number that only names is none."""
    found = []
    until = 0
    for amount in find_amounts(words):
        if amount.span.start < until:
            continue
        proportion = signs.OUT_OF.match(words, amount.span.end)
        if amount.unit is None and not proportion:
            is_year = amount.value in _YEARS and amount.value == int(amount.value)
            if is_year or not signs.COUNTED.match(words, amount.span.end):
                continue
        end = amount.span.end
        if proportion is not None:
            # "47 von insgesamt 54" is one thing that is said.
            end = next((other.span.end for other in find_amounts(words) if other.span.end >= proportion.end()), end)
        found.append(Span(amount.span.start, end))
        until = end
    return found


def _state(target: DocumentInfo | MissingDocument) -> str:
    """An attachment's name, and whether it is there."""
    name = named(target)
    if isinstance(target, MissingDocument):
        return f"{name} – angekündigt, liegt nicht vor"
    if target.origin == "example":
        return f"{name} – Original liegt nicht vor, nur ein frei erfundenes Beispiel"
    return f"{name} – liegt vor"
