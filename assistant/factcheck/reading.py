"""Reads the file that a draft comes in: plain text as it is, everything else through the ingestion's readers."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, cast

from corpus.errors import DraftError

READERS_GROUP: Final = "aktenkundig.drafts"
"""Entry points that turn a file into text; the ingestion provides one, which this package must not import."""
PLAIN: Final = frozenset({".txt", ".md", ".markdown"})
LARGEST_BYTES: Final = 50_000_000


def read_draft(path: Path) -> str:
    """The text of the draft in a file; nothing of it is kept.

    The places of claims count in this text, which for plain text is the file's own. Raises :class:`DraftError` with a
    German sentence.
    """
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError as error:
        raise DraftError(f"„{path.name}“ lässt sich nicht öffnen: {error.strerror}.") from error
    if size < 0:
        raise DraftError(f"Die Datei „{path}“ gibt es nicht; bitte den Namen prüfen.")
    if size > LARGEST_BYTES:
        raise DraftError(f"„{path.name}“ ist zu groß; höchstens {LARGEST_BYTES // 1_000_000} MB werden geprüft.")
    if path.suffix.lower() in PLAIN:
        return _plain(path)
    for entry in entry_points(group=READERS_GROUP):
        read = cast("Callable[[Path], str]", entry.load())
        return read(path)
    raise DraftError("Nur Text und Markdown lassen sich prüfen: Das Einlesen ist nicht installiert.")


def _plain(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DraftError(f"„{path.name}“ lässt sich nicht lesen: {error.strerror}.") from error
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1252"):
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise DraftError(f"„{path.name}“ ist kein lesbarer Text; bitte als UTF-8 speichern.")
