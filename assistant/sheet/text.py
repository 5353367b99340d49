"""A session sheet as Markdown: to keep, to print, to send."""

from __future__ import annotations

from assistant.composing import escaped
from assistant.sheet.shape import SessionSheet, SheetPart
from corpus.dates import german_date

_INVENTED = "Dieses Blatt beruht auf einem Beispieldokument (frei erfunden, nicht amtlich)."
_MADE_BY = (
    "Von einem Programm (Künstliche Intelligenz) aus wörtlichen Zitaten zusammengestellt; es kann Stellen übersehen. "
    "Maßgeblich ist das Original."
)


def sheet_markdown(sheet: SessionSheet) -> str:
    """German Markdown; document text in it is escaped."""
    meeting = " ".join(filter(None, (sheet.committee, german_date(sheet.date) if sheet.date else None)))
    head = [f"# Sitzungsblatt: {escaped(sheet.title)}", escaped(" · ".join(filter(None, (sheet.kind, meeting))))]
    if sheet.origin == "example":
        head.append(f"**{_INVENTED}**")
    return "\n\n".join([*head, *(_part(sheet, part) for part in sheet.parts), f"*{_MADE_BY}*"]) + "\n"


def more_sentence(part: SheetPart) -> str:
    """That a part is cut short, or nothing."""
    if not part.more:
        return ""
    return (
        "Eine weitere Stelle steht im Dokument."
        if part.more == 1
        else f"{part.more} weitere Stellen stehen im Dokument."
    )


def _part(sheet: SessionSheet, part: SheetPart) -> str:
    blocks = [f"## {part.title}"]
    if not part.lines:
        blocks.append(f"*{part.empty}*")
    by_number = {citation.number: citation for citation in sheet.citations}
    for line in part.lines:
        citation = by_number[line.citation]
        quote = escaped(" ".join(citation.quote.split()))
        if citation.cells:
            cells = (f"{cell.header}: {cell.text}" if cell.header else cell.text for cell in citation.cells)
            quote = escaped(" · ".join(" ".join(cell.split()) for cell in cells))
        told = f"**{escaped(line.text)}** – " if line.text else ""
        blocks.append(f"- {told}„{quote}“ ({escaped(citation.label)})")
    if part.more:
        blocks.append(f"*{more_sentence(part)}*")
    return "\n\n".join(blocks)
