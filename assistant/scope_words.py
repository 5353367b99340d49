"""Words of a question that say where to look: "laut Konzeption", "in Anhang 2", "auf Seite 3", "in der Sitzung am …".

Only what is there narrows the search: a document that nobody has, or a date on which none was dealt with, is no place
but a part of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.types import DocumentInfo

_BEFORE: Final = r"(?:laut|gemäß|entsprechend|in|im|aus|nach|von|zu)"
_ARTICLE: Final = r"(?:(?:der|dem|den|die|des|das|ihrer|seiner|dieser|diesem)\s+)?(?:beigefügte[nrm]?\s+)?"
_NUMBERED: Final = re.compile(r"^(Anhang|Anlage)\s+(\d+)$")
_PAGE: Final = re.compile(
    r"\b(?:auf|von|laut|ab)\s+(?:de[rn]\s+)?(?:Seiten?|S\.)\s*(\d{1,4})(?:\s*(?:und|bis|–|-)\s*(\d{1,4}))?\b",
    re.IGNORECASE,
)
_SESSION: Final = re.compile(
    r"\b(?:Sitzung|Beratung|Tagesordnung|Niederschrift)\w*\s+(?:(?:des|der|im)\s+[\w-]+\s+)?(?:am|vom|zum)\s+"
    r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})",
    re.IGNORECASE,
)
_MOST_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class NamedScope:
    """``documents`` are ids, ``pages`` printed labels; either is ``None`` where the question names none."""

    documents: frozenset[str] | None
    pages: frozenset[str] | None


def find_scope(question: str, documents: Sequence[DocumentInfo]) -> NamedScope | None:
    """What a question names as the place to look, or ``None``."""
    chosen = [info.document for info in documents if _is_named(question, info.kind)]
    session = _SESSION.search(question)
    if session is not None:
        day, month, year = session.groups()
        held = f"{year}-{int(month):02}-{int(day):02}"
        of_session = [info.document for info in documents if info.date == held]
        # Annexes often carry their Vorlage's date: a document that is named, too, is meant alone.
        chosen = [document for document in chosen if document in of_session] or chosen or of_session
    pages = frozenset(_pages(question))
    if not chosen and not pages:
        return None
    return NamedScope(frozenset(chosen) or None, pages or None)


def _is_named(question: str, kind: str) -> bool:
    numbered = _NUMBERED.match(kind)
    if numbered is None:
        return bool(re.search(rf"\b{_BEFORE}\s+{_ARTICLE}{re.escape(kind)}\b", question, re.IGNORECASE))
    word, number = numbered.groups()
    stem = {"Anhang": "Anh[aä]ng(?:en|e|s)?", "Anlage": "Anlagen?"}[word]
    listed = rf"{stem}\s+(?:\d+\s*(?:,|und|sowie)\s*)*{number}\b"
    return bool(re.search(rf"\b{_BEFORE}\s+{_ARTICLE}{listed}", question, re.IGNORECASE))


def _pages(question: str) -> Iterable[str]:
    for match in _PAGE.finditer(question):
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        yield from (str(number) for number in range(first, min(last, first + _MOST_PAGES) + 1))
