"""A draft as a Word file with a comment at every claim that is not simply proven."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

from assistant.export.files import clean, word_document
from assistant.factcheck.paper import remarks
from assistant.factcheck.shapes import CheckedClaim, FactCheck, Verdict
from corpus.dates import german_date

_AUTHOR: Final = "aktenkundig"
_COLOURS: Final[dict[Verdict, str | None]] = {
    "belegt": "BRIGHT_GREEN",
    "teilweise belegt": "YELLOW",
    "weicht ab": "PINK",
    "nicht gefunden": "GRAY_25",
    "keine prüfbare Aussage": None,
}


def commented_draft(draft: str, check: FactCheck) -> bytes:
    """The draft's own paragraphs, claims coloured by verdict, each with a comment that gives verdict and Fundstelle."""
    document = word_document("Faktencheck")
    ends = [0, *(match.end() for match in re.finditer(r"\n", draft)), len(draft)]
    for start, end in pairwise(ends):
        if draft[start:end].strip():
            _paragraph(document, draft, start, end, check)
    searched = "; ".join(check.documents) or "keine"
    note = document.add_paragraph().add_run(
        f"Faktencheck vom {german_date(check.checked_on)} durch ein Programm (Künstliche Intelligenz). "
        f"Durchsucht: {clean(searched)}. "
        f"Einstellungen {check.settings}."
    )
    note.italic = True
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _paragraph(document: Any, draft: str, start: int, end: int, check: FactCheck) -> None:  # noqa: ANN401 - untyped library
    from docx.enum.text import WD_COLOR_INDEX

    paragraph = document.add_paragraph()
    place = start
    for claim in check.claims:
        first, last = max(claim.start, start), min(claim.end, end)
        if first >= last:
            continue
        if place < first:
            paragraph.add_run(clean(draft[place:first]))
        run = paragraph.add_run(clean(draft[first:last].rstrip("\n")))
        colour = _COLOURS[claim.verdict]
        if colour is not None:
            run.font.highlight_color = WD_COLOR_INDEX[colour]
            if claim.start >= start:
                document.add_comment(runs=run, text=clean(_comment(claim)), author=_AUTHOR, initials="ak")
        place = last
    if place < end:
        paragraph.add_run(clean(draft[place:end].rstrip("\n")))


def _comment(claim: CheckedClaim) -> str:
    told = [claim.verdict.capitalize() + ".", *remarks(claim)]
    told += [f"„{' '.join(c.quote.split())}“ – {c.label}" for c in claim.citations]
    return " ".join(told)
