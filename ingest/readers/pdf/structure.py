"""What a PDF file says of its own structure: the documents of a meeting package, and files embedded in it.

PDFium reads both, in the parse that the text comes from: page numbers cannot differ, and it bounds what pypdf follows
without end (an outline that points to itself, 5,000 levels of it, an attachment of gigabytes behind a short stream).
Callers hold ``PDFIUM_LOCK``.
"""

from __future__ import annotations

import ctypes
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ingest.layout import Attachment, Part

_LEVELS = 2
"""Packages list items of the agenda and, below them, the papers; what lies deeper are chapters."""
_MOST_ENTRIES = 3000
_SHARE = 0.6
"""Share of the outline's entries that must name papers; otherwise it is the table of contents of one document."""
_MOST_ATTACHMENTS = 200
_LARGEST_ATTACHMENT = 200_000_000
_COVER = "Deckblatt"
_PAPER = re.compile(
    r"(?:TOP|Tagesordnungspunkt|Punkt|Zu Punkt|[ÖN]\s?\d|[ÖN]\b|Vorlage|Drucksache|Beschlussvorlage|Mitteilungsvorlage"
    r"|Informationsvorlage|Sitzungsvorlage|Ergänzungsvorlage|Mitteilung|Anlage|Anhang|Antrag|Anfrage|Einladung"
    r"|Bekanntmachung|Tagesordnung|Niederschrift|Protokoll|Stellungnahme|Konzeption|Beschluss|DS|SV|V)\b"
    r"|.*\.(?:pdf|docx?|odt|rtf|xlsx?)$"
    r"|(?:[A-ZÄÖÜ]{1,4}[ -]?)?\d{1,5}[/-]\d{2,6}(?:\b|/)",
    re.IGNORECASE,
)
"""How papers are called in outlines: by their Art, by their number, or by the name of the file that was merged in."""


@dataclass(frozen=True, slots=True)
class _Entry:
    title: str
    page: int
    level: int


def read_parts(document: pdfium.PdfDocument) -> list[Part]:
    """The documents of a meeting package by its outline; empty if the file is one document.

    A package's outline names papers, in the order of their pages. Of several entries for one page the deepest names the
    paper, with the agenda's item before it. Pages before the first entry are a part of their own.
    """
    entries = list(_entries(document))
    papers = [entry for entry in entries if _PAPER.match(entry.title)]
    ascending = all(one.page <= other.page for one, other in pairwise(papers))
    tops = [entry for entry in entries if entry.level == 0]
    named = sum(bool(_PAPER.match(entry.title)) for entry in tops)
    if not ascending or named < 2 or named < _SHARE * len(tops):
        return []
    titles = _titles_by_page(papers)
    if len(titles) < 2:
        return []
    firsts = sorted(titles)
    lasts = [*(first - 1 for first in firsts[1:]), len(document) - 1]
    parts = [Part(titles[first], first, last) for first, last in zip(firsts, lasts, strict=True)]
    return parts if firsts[0] == 0 else [Part(_COVER, 0, firsts[0] - 1), *parts]


def _titles_by_page(papers: list[_Entry]) -> dict[int, str]:
    titles: dict[int, str] = {}
    item: _Entry | None = None
    for entry in papers:
        if entry.level == 0:
            item = entry
            titles.setdefault(entry.page, entry.title)
        elif item is not None and titles.get(entry.page) == item.title:
            titles[entry.page] = f"{item.title} – {entry.title}"
        else:
            titles.setdefault(entry.page, entry.title)
    return titles


def _entries(document: pdfium.PdfDocument) -> Iterator[_Entry]:
    """The outline's entries that lead to a page of this file; PDFium ends loops."""
    # pypdfium2 warns of every entry below the levels that are asked for.
    logging.getLogger("pypdfium2").setLevel(logging.ERROR)
    pages = len(document)
    seen: set[_Entry] = set()
    for count, bookmark in enumerate(document.get_toc(max_depth=_LEVELS)):
        if count >= _MOST_ENTRIES:
            return
        destination = bookmark.get_dest()
        page = destination.get_index() if destination is not None else None
        title = " ".join(bookmark.get_title().split())
        if page is None or not 0 <= page < pages or not title:
            continue
        entry = _Entry(title, page, bookmark.level)
        if entry not in seen:  # PDFium notices a loop only when it has come round once
            seen.add(entry)
            yield entry


def read_attachments(document: pdfium.PdfDocument) -> list[Attachment]:
    """The embedded files. One that is too large comes without its bytes, so that it is reported and not left out."""
    found: list[Attachment] = []
    for number in range(min(document.count_attachments(), _MOST_ATTACHMENTS)):
        attachment = document.get_attachment(number)
        size = ctypes.c_ulong()
        known = pdfium_c.FPDFAttachment_GetFile(attachment.raw, None, 0, ctypes.byref(size))
        data = bytes(attachment.get_data()) if known and 0 < size.value <= _LARGEST_ATTACHMENT else b""
        found.append(Attachment(attachment.get_name() or f"Anhang {number + 1}", data))
    return found
