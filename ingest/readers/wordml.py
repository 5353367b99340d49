"""Names and package of WordprocessingML (ISO/IEC 29500-1): short tags, attributes, related parts.

Both name spaces of the standard are understood, "transitional", which Word writes, and "strict", which it can write.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.readers.archives import Archive, refuse

Element = Any
"""An ``lxml.etree._Element``; lxml has no types."""

_NAMESPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
}
_ROOT = "_rels/.rels"
_OFF = ("0", "false", "off", "none")
_INTEGER = re.compile(r"[+-]?\d{1,9}")
_METADATA = {
    "dc:title": "title",
    "dc:creator": "author",
    "dc:subject": "subject",
    "cp:keywords": "keywords",
    "dc:language": "language",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
}


@lru_cache(maxsize=4096)
def short(name: str) -> str:
    """A tag or attribute name with the usual prefix ("w:p"), without one if its name space says nothing to us."""
    namespace, _, local = name.rpartition("}")
    prefix = _NAMESPACES.get(namespace[1:])
    return f"{prefix}:{local}" if prefix else local


def child(element: Element | None, name: str) -> Element | None:
    """The first child of that short name; ``None`` also below ``None``."""
    if element is not None:
        for found in element:
            if short(found.tag) == name:
                return found
    return None


def descend(element: Element | None, *names: str) -> Element | None:
    """The element at a path of short names below ``element``."""
    for name in names:
        element = child(element, name)
    return element


def value(element: Element | None, name: str = "w:val") -> str | None:
    """An attribute by its short name."""
    if element is not None:
        for key, found in element.items():
            if short(key) == name:
                return str(found)
    return None


def integer(element: Element | None, name: str = "w:val") -> int | None:
    """An attribute as a whole number; ``None`` if it is not there or none."""
    found = value(element, name)
    return int(found) if found is not None and _INTEGER.fullmatch(found) else None


def switch(element: Element | None) -> bool | None:
    """A switch such as ``<w:b/>``: on without a value (17.3.2.22); ``None`` if it is not there."""
    if element is None:
        return None
    return (value(element) or "true") not in _OFF


class Package:
    """The parts of a Word file, found by their relationships (ISO/IEC 29500-2) and not by their names.

    Raises :class:`corpus.errors.UnreadableFileError` if the file holds no Word document.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self._archive = Archive(path, data)
        if _ROOT not in self._archive:
            refuse(path, data, "eine Word-Datei")
        self._root = self._relations("")
        main = self._root.get("officeDocument")
        if main is None or main not in self._archive:
            refuse(path, data, "eine Word-Datei")
        self._parts = self._relations(str(main))
        self.document = self._archive.xml(str(main))
        if short(self.document.tag) != "w:document":
            refuse(path, b"PK", "eine Word-Datei")

    def part(self, kind: str) -> Element | None:
        """The root of the document's part of that kind ("styles"); ``None`` without one.

        Word leaves relationships to parts that are not there (pictures it could not copy), and opens such files.
        """
        name = self._parts.get(kind)
        return self._archive.xml(name) if name is not None and name in self._archive else None

    def metadata(self) -> dict[str, str]:
        """What the core properties say: title, author, subject, keywords, language, created, modified."""
        name = self._root.get("core-properties")
        if name is None or name not in self._archive:
            return {}
        found = {_METADATA.get(short(element.tag), ""): element.text or "" for element in self._archive.xml(name)}
        return {key: text for key, text in found.items() if key and text.strip()}

    def _relations(self, part: str) -> dict[str, str]:
        """Part names by the last word of the relationship's type, for the whole package if ``part`` is empty."""
        folder, file = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if name not in self._archive:
            return {}
        relations: dict[str, str] = {}
        for element in self._archive.xml(name):
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
                relations.setdefault(element.get("Type", "").rpartition("/")[2], target.lstrip("/"))
        return relations
