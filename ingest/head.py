"""Reads what the head of a council document says of itself: Art, number, Gremium, date, who may see it.

Vorlagen write this as labels with values ("Vorlagennummer: V 315/2012"), as lines of their own ("Nichtöffentlich"), as
tick boxes or as a table (Beratungsfolge). Nothing is guessed: what is not written there in one of these forms, or is
written twice and differently, stays ``None``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.types import Table, Visibility
from ingest.canonical import CanonicalDocument

_HEAD_LINES = 40
"""Blocks from the beginning of a document that may belong to its head."""
_KINDS = (
    "Beschlussvorlage", "Mitteilungsvorlage", "Informationsvorlage", "Ergänzungsvorlage", "Sitzungsvorlage", "Vorlage",
    "Drucksache", "Antrag", "Anfrage", "Niederschrift", "Einladung", "Tagesordnung", "Bekanntmachung", "Konzeption",
)  # fmt: skip
_NUMBER = r"(?:[A-ZÄÖÜ]{1,4}[ -]?)?\d{1,5}(?:[/-][\dA-Z]{1,8}){1,4}(?: \d{1,2}\. Ergänzung)?"
"""Numbers of papers: 2025/0526, V 315/2012, FB 50/0256/WP16, SV-9-0667, 40/1834/XV/2012, DS 11/2024 1. Ergänzung."""
_LABELLED_NUMBER = re.compile(
    r"\b(?:Vorlagen?|Drucksachen?|Antrags?|Anfragen?|Sitzungsvorlagen?|Beschlussvorlagen?|Mitteilungsvorlagen?)"
    rf"(?:-?\s?(?:Nr\.?|Nummer)|nummer)?(?:\s*+:)?\s++(?P<number>(?:FB |SV-)?{_NUMBER})(?=$|[\s,;)])"
)
_KIND_LINE = re.compile(rf"(?P<kind>{'|'.join(_KINDS)})\b(?:\s*+(?:(?:Nr\.|Nummer|:)\s*+)?{_NUMBER})?(?:\s*\([^)]*\))?")
_SESSION = re.compile(
    r"[Ss]itzung (?:des|der) (?P<committee>[A-ZÄÖÜ][\wäöüß-]*(?: (?:für|und|des|der|[A-ZÄÖÜ][\wäöüß-]*),?){0,8})"
    r" (?:am|vom) (?P<date>\d{1,2}\.\s?\d{1,2}\.\s?\d{4})"
)
_LABELLED_DATE = re.compile(r"(?:Datum|Erstellt am|Stand)\s*:\s*(?P<date>\d{1,2}\.\s?\d{1,2}\.\s?\d{4})")
_DATE = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})")
_HIDDEN = re.compile(r"nicht[ -]?öffentlich(?:e[rn]?)?", re.IGNORECASE)
_SHOWN = re.compile(r"öffentlich(?:e[rn]?)?", re.IGNORECASE)
_AROUND_MARK = re.compile(
    r"(?:status|öffentlichkeitsstatus|sitzung|vorlage|beschlussvorlage|mitteilungsvorlage|teil|behandlung|beratung)?"
    r"[\s:–-]*(?:MARK)[\s–-]*(?:sitzung|vorlage|teil|behandlung|beratung|zu behandeln)?[.!]?",
    re.IGNORECASE,
)
_TICK = re.compile(r"(?P<box>[☐☒☑■□])\s*(?P<label>nicht[ -]?öffentlich|öffentlich)", re.IGNORECASE)
_GENITIVE = re.compile(r"(?:(?<=ausschuss)es|(?<=tag)(?:e?s)|(?<=rat)(?:e?s))$")


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """What the document says; ``date`` is ISO 8601 and that of the session where one is named."""

    kind: str | None = None
    number: str | None = None
    committee: str | None = None
    session: str | None = None
    date: str | None = None
    visibility: Visibility | None = None


def read_head(canonical: CanonicalDocument) -> DocumentHead:
    """The head of a document, which stands on its first page, and the session for which its foot says that it is."""
    lines = _first_lines(canonical)
    head = "\n".join(lines)
    committee, when, session = _session(canonical)
    consulted = _only_consultation(canonical)
    if committee is None and consulted is not None:
        committee, when = consulted
    labelled = _only(_iso(match.group("date")) for match in _LABELLED_DATE.finditer(head))
    return DocumentHead(
        kind=_kind(lines),
        number=_only(match.group("number").strip() for match in _LABELLED_NUMBER.finditer(head)),
        committee=committee,
        session=session,
        date=when or labelled,
        visibility=_visibility(lines),
    )


def _first_lines(canonical: CanonicalDocument) -> list[str]:
    """The first sentences, headings and rows of the first page that has text."""
    end = next((page.end for page in canonical.pages if page.end > page.start), 0)
    texts = [canonical.text[s.span.start : s.span.end] for s in canonical.sentences if s.span.start < end]
    return [line for text in texts[:_HEAD_LINES] for line in text.split("\n")]


def _only(values: Iterable[str | None]) -> str | None:
    """The value that all agree on, or ``None``."""
    different = {value for value in values if value}
    return different.pop() if len(different) == 1 else None


def _kind(lines: Sequence[str]) -> str | None:
    """The first line that is nothing but an Art, with or without its number."""
    return next((match.group("kind") for line in lines if (match := _KIND_LINE.fullmatch(line.strip(" :")))), None)


def _session(canonical: CanonicalDocument) -> tuple[str | None, str | None, str | None]:
    """Gremium, date and wording of the one session that a line of its own names ("Zur Sitzung des … am …")."""
    found: set[tuple[str, str, str]] = set()
    for sentence in canonical.sentences:
        text = canonical.text[sentence.span.start : sentence.span.end]
        match = _SESSION.search(text)
        # A line of its own, not a sentence that tells of a session.
        if match and len(text) <= match.end() - match.start() + 20 and text[-1:] != ".":
            when = _iso(match.group("date"))
            if when:
                committee = _GENITIVE.sub("", match.group("committee"))
                found.add((committee, when, f"Sitzung {text[match.start() + 8 : match.end()]}"))
    return found.pop() if len(found) == 1 else (None, None, None)


def _only_consultation(canonical: CanonicalDocument) -> tuple[str, str] | None:
    """Gremium and date where the Beratungsfolge has exactly one row; of several none is *the* session."""
    for table in canonical.tables:
        heads = _row(canonical, table, 0)
        gremium = next(
            (column for column, head in heads.items() if head.startswith(("Gremium", "Beratungsfolge"))), None
        )
        when = next((column for column, head in heads.items() if head.startswith(("Termin", "Datum", "Sitzung"))), None)
        if table.rows[:1] == ("header",) and gremium is not None and when is not None and len(table.rows) == 2:
            row = _row(canonical, table, 1)
            iso = _iso(row.get(when, ""))
            if iso and row.get(gremium):
                return row[gremium], iso
    return None


def _row(canonical: CanonicalDocument, table: Table, number: int) -> dict[int, str]:
    return {cell.column: canonical.text[cell.span.start : cell.span.end] for cell in table.cells if cell.row == number}


def _iso(text: str) -> str | None:
    match = _DATE.search(text)
    if match is None:
        return None
    try:
        return date(int(match.group("year")), int(match.group("month")), int(match.group("day"))).isoformat()
    except ValueError:
        return None


def _visibility(lines: Sequence[str]) -> Visibility | None:
    """What a line that is nothing but the mark says, or the one box that is ticked; the stricter one of two."""
    marks: set[Visibility] = set()
    for line in lines:
        ticks = list(_TICK.finditer(line))
        if ticks:
            ticked = [tick.group("label") for tick in ticks if tick.group("box") in "☒☑■"]
            marks.update(_meaning(label) for label in ticked)
            continue
        # Cells of a row are lines of their own here: "Status" / "öffentlich".
        for part in line.split("\t"):
            mark = _HIDDEN.search(part) or _SHOWN.search(part)
            if mark and _AROUND_MARK.fullmatch(f"{part[: mark.start()]}MARK{part[mark.end() :]}".strip()):
                marks.add(_meaning(mark.group()))
    if "non_public" in marks:
        return "non_public"
    return "public" if marks else None


def _meaning(label: str) -> Visibility:
    return "non_public" if label.casefold().startswith("nicht") else "public"
