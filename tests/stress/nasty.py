"""What a nasty file is, and how the text that was read of one is compared with what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError

if TYPE_CHECKING:
    from ingest.reading import ReadDocument

Build = Callable[[Path], object]
"""Makes the file at the path that it is given."""


@dataclass(frozen=True, slots=True)
class Nasty:
    """A file that readers stumble over, and what has to come of it.

    ``reads`` are pieces of text that must be found in this order, white space aside; ``absent`` must not be found.
    ``reports`` is a pattern that the German reason must contain. If both ``reads`` and ``reports`` are given, either is
    right: the file is read completely, or it is refused and the reason says why. ``labels`` are the page labels of the
    first document, ``documents`` the names of all that the file holds, ``skips`` patterns of what must be said to have
    been left out.
    """

    name: str
    build: Build
    reads: tuple[str, ...] = ()
    reports: str = ""
    absent: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()


def complaints(nasty: Nasty, outcome: list[ReadDocument] | UnreadableFileError) -> list[str]:
    """In what the outcome of reading differs from what it has to be; empty if all is well."""
    if isinstance(outcome, UnreadableFileError):
        return _complaints_about_reason(nasty, str(outcome))
    return [*_complaints_about_text(nasty, outcome), *_complaints_about_form(nasty, outcome)]


def _complaints_about_reason(nasty: Nasty, reason: str) -> list[str]:
    found = []
    if not nasty.reports:
        found.append(f"not read: {reason!r}")
    elif not re.search(nasty.reports, reason):
        found.append(f"the reason says nothing of {nasty.reports!r}: {reason!r}")
    if "\n" in reason or not reason.endswith(".") or not reason.isprintable():
        found.append(f"the reason is no sentence on one line: {reason!r}")
    if "internen Fehlers" in reason:
        found.append(f"a bug: {reason!r}")
    return found


def _complaints_about_text(nasty: Nasty, documents: Sequence[ReadDocument]) -> list[str]:
    if not nasty.reads:
        return [f"read, although it should be refused ({nasty.reports!r}): {_shown(_text(documents))}"]
    text = _text(documents)
    found, position = [], 0
    for piece in nasty.reads:
        place = text.find(piece, position)
        if place >= 0:
            position = place + len(piece)
        elif piece in text:
            found.append(f"{piece!r} stands too early in {_shown(text)}")
        else:
            found.append(f"{piece!r} is missing in {_shown(text)}")
    return found + [f"{piece!r} should not be in {_shown(text)}" for piece in nasty.absent if piece in text]


def _complaints_about_form(nasty: Nasty, documents: Sequence[ReadDocument]) -> list[str]:
    found = []
    labels = tuple(page.printed for page in documents[0].canonical.pages)
    if nasty.labels and labels != nasty.labels:
        found.append(f"page labels {labels} instead of {nasty.labels}")
    names = tuple(document.name for document in documents)
    if nasty.documents and names != nasty.documents:
        found.append(f"documents {names} instead of {nasty.documents}")
    skipped = "\n".join(sentence for document in documents for sentence in document.skipped)
    found += [
        f"{pattern!r} is not among what was left out: {skipped!r}"
        for pattern in nasty.skips
        if not re.search(pattern, skipped)
    ]
    for document in documents:
        canonical = document.canonical
        if canonical.boxes.shape != (len(canonical.text), 4) or canonical.glyph_pages.shape != (len(canonical.text),):
            found.append("the boxes do not fit the text")
        if unusable := re.search(r"[\x00-\x08\x0b-\x1f\x7f\u00ad\ud800-\udfff\ufffe\uffff]", canonical.text):
            found.append(f"the text has the character {unusable.group()!r}")
    return found


def _text(documents: Sequence[ReadDocument]) -> str:
    return " ".join(" ".join(document.canonical.text for document in documents).split())


def _shown(text: str) -> str:
    return repr(text if len(text) <= 600 else f"{text[:300]} […] {text[-300:]}")
