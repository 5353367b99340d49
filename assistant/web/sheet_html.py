"""The session sheet as semantic HTML, with the same chips as answers have."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from assistant.answer import Citation
from assistant.composing import EXAMPLE
from assistant.sheet import SessionSheet, SheetPart, more_sentence
from assistant.web.answer_html import chip, quoted
from assistant.web.escaping import escaped
from corpus.types import DocumentInfo

_FILES = (("pdf", "PDF"), ("docx", "Word"), ("md", "Markdown"))


def sheet_html(sheet: SessionSheet, others: Sequence[DocumentInfo]) -> str:
    """The sheet, and a choice where ``others`` has more documents with one."""
    by_number = {citation.number: citation for citation in sheet.citations}
    invented = f'<p class="example">{EXAMPLE}</p>' if sheet.origin == "example" else ""
    address = f"./api/v1/documents/{quote(sheet.document, safe='')}/sheet"
    files = "".join(
        f'<a class="plain" href="{escaped(address)}.{form}" download>'
        f'<span class="sr-only">Speichern als </span>{name}</a>'
        for form, name in _FILES
    )
    return (
        f"{_choice(sheet, others)}<h2>{escaped(sheet.title)}</h2>"
        f'<p class="about">{escaped(sheet.about)}</p>{invented}'
        '<div class="row"><button type="button" class="plain" data-print>Drucken</button>'
        f'{files}<button type="button" class="plain" data-link="blatt={escaped(sheet.document)}">Link kopieren</button>'
        "</div>" + "".join(_part(part, by_number) for part in sheet.parts)
    )


def _choice(sheet: SessionSheet, others: Sequence[DocumentInfo]) -> str:
    if len(others) < 2:
        return ""
    options = "".join(
        f'<option value="{escaped(info.document)}"{" selected" if info.document == sheet.document else ""}>'
        f"{escaped(f'{info.kind}: {info.title}')}</option>"
        for info in others
    )
    return f'<label class="choice">Vorlage<select id="blatt-wahl">{options}</select></label>'


def _part(part: SheetPart, citations: dict[int, Citation]) -> str:
    title = f'<h3 id="blatt-{part.name}">{escaped(part.title)}</h3>'
    if not part.lines:
        return (
            f'<section aria-labelledby="blatt-{part.name}">{title}<p class="empty">{escaped(part.empty)}</p></section>'
        )
    lines = "".join(_line(part, number, line.text, citations[line.citation]) for number, line in enumerate(part.lines))
    more = f'<p class="more">{escaped(more_sentence(part))}</p>' if part.more else ""
    return f'<section aria-labelledby="blatt-{part.name}" class="{part.name}">{title}<ul>{lines}</ul>{more}</section>'


def _line(part: SheetPart, number: int, text: str, citation: Citation) -> str:
    told = f'<span class="told">{escaped(text)}</span>' if text else ""
    # Annexes have their own pages and may be invented: then the line says whose words these are.
    foreign = part.name == "amounts" and (citation.cells or citation.origin == "example")
    source = f'<span class="source">{escaped(citation.label)}</span>' if foreign else ""
    key = f"blatt-{part.name}-{number}"
    return f'<li class="line">{told}{quoted(citation)}{source}{chip(citation, key)}</li>'
