"""The Beratungsfolge of a paper: which Gremium dealt with it when, and with what result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.oparl.references import References
from ingest.oparl.values import Json, day, flag, identity, is_address, is_deleted, items, line, text

_TAG: Final = re.compile(r"</?(?:p|br|div|span|ul|ol|li|b|i|u|strong|em|table|tr|td|font)\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """One consultation, with all that is known of it; ``day`` is ISO 8601.

    ``resolution`` are the paragraphs of the decision's wording, ``resolution_files`` the files that hold it.
    """

    committee: str | None
    day: str | None
    session: str | None
    number: str | None
    role: str | None
    result: str | None
    resolution: tuple[str, ...]
    resolution_files: tuple[object, ...]
    is_cancelled: bool


def steps_of(paper: Json, references: References) -> list[Step]:
    """The consultations of a paper by date; those in closed session are left out as if there were none."""
    steps = [step for entry in items(paper.get("consultation")) if (step := _step(entry, references)) is not None]
    return sorted(steps, key=lambda step: step.day or "9999")


def committee_of(owner: Json, references: References) -> str | None:
    """The names of the Gremien that an object names, in its order."""
    names = []
    for entry in items(owner.get("organization")):
        organization = references.get(entry, "organization")
        name = None if organization is None else line(organization.get("name")) or line(organization.get("shortName"))
        if name is not None and name not in names:
            names.append(name)
    return ", ".join(names) or None


def paragraphs(value: object) -> tuple[str, ...]:
    """The paragraphs of a text that may be HTML."""
    stated = text(value)
    if stated is None:
        return ()
    if _TAG.search(stated):
        from lxml.html import fromstring

        stated = re.sub(r"(?i)<br\b[^>]*>|</(?:p|div|li|tr)>", "\n", stated)
        stated = str(fromstring(f"<div>{stated}</div>").text_content())
    return tuple(" ".join(part.split()) for part in stated.splitlines() if part.strip())


def _step(entry: object, references: References) -> Step | None:
    consultation = references.get(entry, "consultation")
    if consultation is None:
        return None
    item = references.look(consultation.get("agendaItem"), "agendaItem")
    meeting = references.look(consultation.get("meeting"), "meeting")
    if meeting is None and item is not None:
        meeting = references.look(item.get("meeting"), "meeting") or references.whole_of(item)
    if item is None and meeting is not None:
        item = _item_of(consultation, meeting)
    if any(found is not None and is_deleted(found) for found in (item, meeting)):
        return None
    item, meeting = item or {}, meeting or {}
    step = Step(
        committee=committee_of(consultation, references) or committee_of(meeting, references),
        day=day(meeting.get("start")),
        session=line(meeting.get("name")),
        number=(line(item.get("number")) or "").rstrip(".") or None,
        role=line(consultation.get("role")),
        result=line(item.get("result")),
        resolution=paragraphs(item.get("resolutionText") or item.get("resolution")),
        resolution_files=tuple(items(item.get("resolutionFile"))),
        is_cancelled=flag(meeting.get("cancelled")) is True,
    )
    return step if step.committee or step.day or step.session else None


def _item_of(consultation: Json, meeting: Json) -> Json | None:
    """The agenda item that names the consultation, where the consultation does not name the item."""
    address = consultation.get("id")
    if not is_address(address):
        return None
    for item in items(meeting.get("agendaItem")):
        if isinstance(item, dict):
            named = [entry.get("id") if isinstance(entry, dict) else entry for entry in items(item.get("consultation"))]
            if any(is_address(other) and identity(str(other)) == identity(str(address)) for other in named):
                return item
    return None


def only_step(steps: Sequence[Step]) -> Step | None:
    """The one consultation, where there is exactly one: of several none is *the* session of a paper."""
    return steps[0] if len(steps) == 1 else None
