"""Documents that we word ourselves from what the server says: a paper's Beratungsfolge, a meeting's Tagesordnung.

They are files like all others, stored and quoted verbatim, and say in their first lines where they come from. Each
sentence can stand alone, because it is quoted alone. They are HTML so that what a server says stays what it says,
whatever characters it has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from corpus.dates import german_date
from ingest.oparl.consultations import Step, committee_of, paragraphs
from ingest.oparl.references import References
from ingest.oparl.values import Json, addresses, day, is_address, items, line

_MASCULINE: Final = re.compile(r"(?:ausschu(?:ss|ß)|rat|tag|beirat|vorstand|senat|kreis|ältestenrat)\b", re.IGNORECASE)
_FEMININE: Final = re.compile(
    r"(?:versammlung|vertretung|kommission|fraktion|gruppe|konferenz|bürgerschaft)\b", re.IGNORECASE
)


def beratungsfolge(paper: Json, steps: Sequence[Step], authority: str) -> str:
    """The Beratungsfolge of a paper as an HTML page."""
    name = name_of(paper)
    title = f"Beratungsfolge: {name}"
    blocks = [_heading(1, title), _source(authority, paper)]
    for step in steps:
        where = ", ".join(filter(None, (step.committee or step.session, step.day and german_date(step.day))))
        blocks += [_heading(2, where), _paragraph(_told(step, name))]
        if step.resolution:
            blocks.append(_heading(3, f"Beschluss {_in_committee(step)}{_on_day(step)}".rstrip()))
            blocks += map(_paragraph, step.resolution)
    return _page(title, blocks)


def tagesordnung(meeting: Json, references: References, authority: str) -> str | None:
    """The public part of a meeting's Tagesordnung as an HTML page, or ``None`` where it has none.

    What became of a paper stands in its Beratungsfolge; here is only what became of items without one.
    """
    blocks = []
    for entry in items(meeting.get("agendaItem")):
        item = references.get(entry, "agendaItem")
        name = None if item is None else line(item.get("name"))
        if item is None or name is None:
            continue
        number = line(item.get("number"))
        top = f"TOP {number.rstrip('.')}: {name}" if number else name
        has_paper = any(map(references.is_of_paper, addresses(item, "consultation", "id")))
        result, resolution = line(item.get("result")), paragraphs(item.get("resolutionText") or item.get("resolution"))
        blocks.append(_paragraph(top))
        if result and not has_paper:
            blocks.append(_paragraph(f"Ergebnis zu {_short(top)} am {_day_of(meeting)}: {_closed(result)}"))
        if resolution and not has_paper:
            blocks += [_heading(2, f"Beschluss zu {_short(top)}"), *map(_paragraph, resolution)]
    if not blocks:
        return None
    title = f"Tagesordnung: {meeting_name(meeting, references)}"
    return _page(title, [_heading(1, title), _source(authority, meeting), *blocks])


def name_of(paper: Json) -> str:
    """How a sentence names a paper: by its number and its title, as far as it has them."""
    name = line(paper.get("name"))
    return " ".join(filter(None, ("Drucksache", line(paper.get("reference")), f"„{name}“" if name else None)))


def meeting_name(meeting: Json, references: References) -> str:
    """A meeting by its name and day."""
    name = line(meeting.get("name")) or f"Sitzung {committee_of(meeting, references) or 'ohne Namen'}"
    when = _day_of(meeting)
    return name if not when or when in name else f"{name} am {when}"


def _told(step: Step, name: str) -> str:
    """What is known of a consultation, in one sentence that can stand alone."""
    top = f"TOP {step.number}" if step.number else None
    details = ", ".join(filter(None, (top, f"Zuständigkeit: {step.role}" if step.role else None)))
    more = f" ({details})" if details else ""
    if step.is_cancelled:
        return (
            f"Abgesagt ist die Sitzung{_on_day(step)} {_in_committee(step)}, in der die {name} beraten werden sollte."
        )
    if step.result:
        return f"{_committee(step)} hat{_on_day(step)} über die {name} beraten{more}; Ergebnis: {_closed(step.result)}"
    return f"{_committee(step)} berät{_on_day(step)} über die {name}{more}; ein Ergebnis ist nicht angegeben."


def _in_committee(step: Step) -> str:
    """Such as "im Kreisausschuss", "in der Bezirksvertretung Mitte"; without article where its gender is not known."""
    name = step.committee
    if name is None:
        return f"in der Sitzung „{step.session}“" if step.session else "in einem nicht genannten Gremium"
    if _FEMININE.search(name):
        return f"in der {name}"
    return f"im {name}" if _MASCULINE.search(name) else f"im Gremium „{name}“"


def _committee(step: Step) -> str:
    """The same as the subject of a sentence."""
    name = step.committee
    if name is None:
        return f"Die Sitzung „{step.session}“" if step.session else "Ein nicht genanntes Gremium"
    if _FEMININE.search(name):
        return f"Die {name}"
    return f"Der {name}" if _MASCULINE.search(name) else f"Das Gremium „{name}“"


def _on_day(step: Step) -> str:
    return f" am {german_date(step.day)}" if step.day else ""


def _day_of(meeting: Json) -> str:
    when = day(meeting.get("start"))
    return german_date(when) if when else ""


def _short(top: str) -> str:
    """An agenda item as one names it in passing."""
    return top.partition(":")[0] if top.startswith("TOP ") else f"„{top}“"


def _closed(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _source(authority: str, value: Json) -> str:
    """Where all of it comes from. The address is a link: a quote of it would look like an order to open it."""
    address = line(value.get("web")) or line(value.get("id")) or ""
    source = f"Ratsinformationssystem {authority} über die Schnittstelle OParl"
    linked = f'<a href="{escape(address)}">{escape(source)}</a>' if is_address(address) else escape(source)
    return f"<p>Quelle: {linked}; zusammengestellt von aktenkundig. Maßgeblich ist die Niederschrift.</p>"


def _heading(level: int, words: str) -> str:
    return f"<h{level}>{escape(words)}</h{level}>"


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _page(title: str, blocks: Sequence[str]) -> str:
    inner = "\n".join(blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="de">\n<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body>\n{inner}\n</body>\n</html>\n"
    )
