"""What belongs into the Akte of a paper or of a meeting, as far as the server tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ingest.oparl.consultations import Step, committee_of, only_step, steps_of
from ingest.oparl.references import References
from ingest.oparl.values import Json, day, identity, is_address, items, line
from ingest.oparl.wording import beratungsfolge, meeting_name, tagesordnung

_NUMBERED: Final = re.compile(r"\s*(?P<kind>Anlage|Anhang)\s+(?P<number>\d{1,3})\b", re.IGNORECASE)
_LONGEST_TITLE: Final = 300
_LONGEST_KIND: Final = 60
_LAID_DOWN: Final = "Beratungsfolge laut Ratsinformationssystem"
_AGENDA: Final = "Tagesordnung laut Ratsinformationssystem"
_ENDING: Final = re.compile(r"\.[A-Za-z]{2,5}$")
_MEETING_FILES: Final = (
    ("invitation", "Einladung"),
    ("resultsProtocol", "Niederschrift"),
    ("verbatimProtocol", "Wortprotokoll"),
    ("auxiliaryFile", "Anlage"),
)


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """One document to be: ``content`` is given for what we word ourselves, ``file`` is the server's File otherwise."""

    key: str
    title: str
    kind: str
    date: str | None = None
    committee: str | None = None
    session: str | None = None
    number: str | None = None
    content: str | None = None
    file: Json | None = None


@dataclass(frozen=True, slots=True)
class PlannedAkte:
    """An Akte to be; ``name`` is how reports name it, ``address`` where it stands on the server."""

    title: str
    name: str
    authority: str
    address: str
    documents: tuple[PlannedDocument, ...]


def plan_paper(paper: Json, authority: str, references: References) -> PlannedAkte:
    """The Akte of a paper: the Vorlage, its Anlagen, the files of decisions, and its Beratungsfolge."""
    steps = steps_of(paper, references)
    reference = line(paper.get("reference"))
    name = line(paper.get("name")) or reference or "ohne Titel"
    kind = (line(paper.get("paperType")) or "Drucksache")[:_LONGEST_KIND]
    about = _about(only_step(steps), day(paper.get("date")))
    documents = [
        replace(about, key=_key(file), title=name, kind=kind, number=reference, file=file)
        for file in _files(paper, "mainFile", references)
    ]
    for file in _files(paper, "auxiliaryFile", references):
        title = _title(file, "Anlage")
        documents.append(replace(about, key=_key(file), title=title, kind=_annex(title), file=file))
    for step in steps:
        for entry in step.resolution_files:
            if (resolution := references.get(entry, "file")) is not None:
                title = _title(resolution, "Beschluss")
                own = _about(step, step.day)
                documents.append(replace(own, key=_key(resolution), title=title, kind="Beschluss", file=resolution))
    full_name = f"{reference}: {name}" if reference else name
    if steps:
        page = beratungsfolge(paper, steps, authority)
        # Of several sessions none is the document's; the paper's own date is none of a session at all.
        own = _about(only_step(steps), None)
        documents.append(replace(own, key="beratungsfolge", title=full_name, kind=_LAID_DOWN, content=page))
    return PlannedAkte(
        title=f"{full_name} – {authority}"[:_LONGEST_TITLE],
        name=f"{kind} {full_name}",
        authority=authority,
        address=line(paper.get("web")) or str(paper["id"]),
        documents=_once(documents),
    )


def plan_meeting(meeting: Json, authority: str, references: References) -> PlannedAkte:
    """The Akte of a meeting: Einladung, Niederschrift, what else is filed with it, and its public Tagesordnung."""
    name = meeting_name(meeting, references)
    about = PlannedDocument(
        key="",
        title=name,
        kind="",
        date=day(meeting.get("start")),
        committee=committee_of(meeting, references),
        session=name,
    )
    documents = [
        replace(about, key=_key(file), title=_title(file, kind) if kind == "Anlage" else name, kind=kind, file=file)
        for property_name, kind in _MEETING_FILES
        for file in _files(meeting, property_name, references)
    ]
    page = tagesordnung(meeting, references, authority)
    if page is not None:
        documents.append(replace(about, key="tagesordnung", kind=_AGENDA, content=page))
    return PlannedAkte(
        title=f"{name} – {authority}"[:_LONGEST_TITLE],
        name=name,
        authority=authority,
        address=line(meeting.get("web")) or str(meeting["id"]),
        documents=_once(documents),
    )


def _about(step: Step | None, date: str | None) -> PlannedDocument:
    """What a consultation says of the documents that it is about."""
    if step is None:
        return PlannedDocument(key="", title="", kind="", date=date)
    return PlannedDocument(
        key="", title="", kind="", date=step.day or date, committee=step.committee, session=step.session
    )


def _files(owner: Json, name: str, references: References) -> Iterator[Json]:
    for entry in items(owner.get(name)):
        file = references.get(entry, "file")
        if file is not None:
            yield file


def _key(file: Json) -> str:
    """What makes a file its own: its address, or where it has none that of its contents; "" without either."""
    named = (file.get(name) for name in ("id", "downloadUrl", "accessUrl"))
    return next((identity(str(address)) for address in named if is_address(address)), "")


def _title(file: Json, otherwise: str) -> str:
    name = line(file.get("name")) or line(file.get("fileName"))
    return _ENDING.sub("", name)[:_LONGEST_TITLE] if name else otherwise


def _annex(title: str) -> str:
    """The Art of an Anlage: its number only where its name says it, because other documents refer to it by that."""
    numbered = _NUMBERED.match(title)
    return f"{numbered['kind'].capitalize()} {int(numbered['number'])}" if numbered else "Anlage"


def _once(documents: list[PlannedDocument]) -> tuple[PlannedDocument, ...]:
    """Each document once: servers name files twice, as main and as auxiliary one."""
    first: dict[str, PlannedDocument] = {}
    for document in documents:
        if document.key:
            first.setdefault(document.key, document)
    return tuple(first.values())
