"""What an OpenDocument text's styles and lists say: type, headings, list labels.

Sections in brackets are those of OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from ingest.readers.paragraphs import NumberStyle, bullet, enumerator
from ingest.readers.symbols import in_unicode

Element = Any
"""An ``lxml.etree._Element``; lxml has no types."""

OUTLINE = "\0outline"
"""The name under which the outline's numbering is kept beside the list styles, which cannot be called so."""
_NAMESPACE = re.compile(r"urn:oasis:names:tc:opendocument:xmlns:(?:xsl-)?([a-z]+)(?:-compatible)?:1\.0")
_NAMESPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
    "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0": "field",
}
_LEVELS = 10
_BOLD_FROM = 600
_RAISED = re.compile(r"super\b|[1-9]\d*%")
_INTEGER = re.compile(r"[+-]?\d{1,9}")
_SIZE = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)pt")
_NUMBER_STYLES: dict[str, NumberStyle] = {
    "a": "lower letter",
    "A": "upper letter",
    "i": "lower roman",
    "I": "upper roman",
}


@lru_cache(maxsize=4096)
def short(name: str) -> str:
    """A tag or attribute name with the usual prefix ("text:p"), without one if its name space says nothing to us."""
    namespace, _, local = name.rpartition("}")
    official = _NAMESPACE.fullmatch(namespace[1:])
    prefix = official.group(1) if official else _NAMESPACES.get(namespace[1:])
    return f"{prefix}:{local}" if prefix else local


def value(element: Element | None, name: str) -> str | None:
    """An attribute by its short name; ``None`` also of ``None``."""
    if element is not None:
        for key, found in element.items():
            if short(key) == name:
                return str(found)
    return None


def integer(element: Element | None, name: str, default: int) -> int:
    """An attribute as a whole number; ``default`` if it is not there or none."""
    found = value(element, name)
    return int(found) if found is not None and _INTEGER.fullmatch(found) else default


@dataclass(frozen=True, slots=True)
class Style:
    """A style of a paragraph or of characters with what it inherits; ``None`` where nothing is said.

    ``size`` is in points; ``names`` holds the style's name and those of the styles that it is based on.
    """

    bold: bool | None = None
    hidden: bool | None = None
    size: float | None = None
    raised: bool | None = None
    font: str | None = None
    list_style: str | None = None
    names: tuple[str, ...] = ()

    def over(self, below: Style) -> Style:
        """This style where it says something, else the one below."""
        return Style(
            bold=below.bold if self.bold is None else self.bold,
            hidden=below.hidden if self.hidden is None else self.hidden,
            size=below.size if self.size is None else self.size,
            raised=below.raised if self.raised is None else self.raised,
            font=below.font if self.font is None else self.font,
            list_style=below.list_style if self.list_style is None else self.list_style,
            names=(*self.names, *below.names),
        )


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list style (19.880, 19.500 and following); ``bullet`` is "" on numbered levels."""

    format: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1
    bullet: str = ""


@dataclass(slots=True)
class ListCount:
    """The counters of one list and its style; ``None`` on levels that have not been counted yet."""

    style: str
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


class Styles:
    """The styles of a document from the roots of ``styles.xml`` and ``content.xml``; the latter's go first."""

    def __init__(self, *roots: Element | None) -> None:
        self._own: dict[tuple[str, str], tuple[Style, str | None]] = {}
        self._resolved: dict[tuple[str, str], Style] = {}
        self._defaults: dict[str, Style] = {}
        self._lists: dict[str, dict[int, _Level]] = {}
        for root in roots:
            for element in root.iter() if root is not None else ():
                self._read(element)

    def style(self, family: str, name: str | None) -> Style:
        """A style of a family ("paragraph", "text") with what it inherits."""
        key = (family, name or "")
        if key not in self._resolved:
            # Damaged files have styles that are based on themselves.
            chain: list[str] = []
            following = name
            while following is not None and (family, following) in self._own and following not in chain:
                chain.append(following)
                following = self._own[family, following][1]
            found = self._defaults.get(family, Style())
            for each in reversed(chain):
                found = self._own[family, each][0].over(found)
            self._resolved[key] = found
        return self._resolved[key]

    def label(self, count: ListCount, number: int, start: int | None) -> str | None:
        """Count one paragraph on level ``number`` (from 0), from ``start`` if given, and return its label.

        ``None`` if the list's style says nothing about that level.
        """
        levels = self._lists.get(count.style, {})
        level = levels.get(number)
        if level is None or not 0 <= number < _LEVELS:
            return None
        before = count.counts[number]
        count.counts[number] = start if start is not None else level.start if before is None else before + 1
        count.counts[number + 1 :] = [None] * (_LEVELS - number - 1)
        if level.bullet:
            return level.bullet
        if not level.format:
            return (level.prefix + level.suffix).strip()
        shown = [
            _figure(levels.get(upper, _Level()), count.counts[upper])
            for upper in range(max(0, number - level.shown + 1), number + 1)
        ]
        return f"{level.prefix}{'.'.join(filter(None, shown))}{level.suffix}".strip()

    def _read(self, element: Element) -> None:
        tag = short(element.tag)
        family, name = value(element, "style:family") or "", value(element, "style:name") or ""
        if tag == "style:style":
            self._own[family, name] = (_read_style(element, name), value(element, "style:parent-style-name"))
        elif tag == "style:default-style":
            self._defaults[family] = _read_style(element, "")
        elif tag == "text:list-style":
            self._lists[name] = _read_levels(element)
        elif tag == "text:outline-style":
            self._lists[OUTLINE] = _read_levels(element)


def _read_style(element: Element, name: str) -> Style:
    found = Style(list_style=value(element, "style:list-style-name"), names=(name,) if name else ())
    for properties in element:
        if short(properties.tag) != "style:text-properties":
            continue
        weight = value(properties, "fo:font-weight")
        display = value(properties, "text:display")
        size = _SIZE.fullmatch(value(properties, "fo:font-size") or "")
        position = value(properties, "style:text-position")
        found = replace(
            found,
            bold=None if weight is None else weight == "bold" or (weight.isdecimal() and int(weight) >= _BOLD_FROM),
            hidden=None if display is None else display == "none",
            size=float(size.group(1)) if size else None,
            raised=None if position is None else bool(_RAISED.match(position)),
            font=value(properties, "style:font-name") or value(properties, "fo:font-family"),
        )
    return found


def _read_levels(element: Element) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for level in element:
        number = integer(level, "text:level", 0) - 1
        if short(level.tag) == "text:list-level-style-bullet":
            properties = next((inner for inner in level if short(inner.tag) == "style:text-properties"), None)
            font = value(properties, "style:font-name") or value(properties, "fo:font-family") or ""
            sign = in_unicode(value(level, "text:bullet-char") or "", font.strip("'\""))
            levels[number] = _Level(bullet=bullet(sign))
        elif short(level.tag) == "text:list-level-style-image":
            levels[number] = _Level(bullet=bullet(""))
        else:
            levels[number] = _Level(
                format=value(level, "style:num-format") or "",
                prefix=value(level, "style:num-prefix") or "",
                suffix=value(level, "style:num-suffix") or "",
                start=integer(level, "text:start-value", 1),
                shown=integer(level, "text:display-levels", 1),
            )
    return levels


def _figure(level: _Level, count: int | None) -> str:
    """The number that a level has at present; one that has not been counted yet shows its start."""
    if not level.format:
        return ""
    return enumerator(level.start if count is None else count, _NUMBER_STYLES.get(level.format, "decimal"))
