"""What a Word document's styles and lists say about a paragraph: heading level, type, automatic number.

Sections in brackets are those of ISO/IEC 29500-1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ingest.readers.paragraphs import NumberStyle, bullet, enumerator
from ingest.readers.symbols import in_unicode
from ingest.readers.wordml import Element, child, descend, integer, short, switch, value

_LEVELS = 9
_HEADING_NAME = re.compile(r"(?:heading|überschrift) ([1-9])", re.IGNORECASE)
_TITLE_NAMES = ("title", "titel")
_NUMBER_STYLES: dict[str, NumberStyle] = {
    "lowerLetter": "lower letter",
    "upperLetter": "upper letter",
    "lowerRoman": "lower roman",
    "upperRoman": "upper roman",
}
_RAISED = "superscript"


@dataclass(frozen=True, slots=True)
class Type:
    """How characters look; ``None`` where nothing is said. ``size`` is in points."""

    bold: bool | None = None
    hidden: bool | None = None
    size: float | None = None
    raised: bool | None = None
    font: str | None = None

    def over(self, below: Type) -> Type:
        """This type where it says something, else the one below."""
        return Type(
            bold=below.bold if self.bold is None else self.bold,
            hidden=below.hidden if self.hidden is None else self.hidden,
            size=below.size if self.size is None else self.size,
            raised=below.raised if self.raised is None else self.raised,
            font=below.font if self.font is None else self.font,
        )

    def toggled_over(self, below: Type) -> Type:
        """A character style's type over a paragraph style's: where both are bold or hidden it is neither (17.7.3)."""
        bold, hidden = bool(self.bold) != bool(below.bold), bool(self.hidden) != bool(below.hidden)
        return replace(self.over(below), bold=bold, hidden=hidden)


def read_type(properties: Element | None) -> Type:
    """The type that a ``w:rPr`` sets."""
    if properties is None:
        return Type()
    size = integer(child(properties, "w:sz"))
    position = value(child(properties, "w:vertAlign"))
    fonts = child(properties, "w:rFonts")
    return Type(
        bold=switch(child(properties, "w:b")),
        hidden=switch(child(properties, "w:vanish")),
        size=None if size is None else size / 2,
        raised=None if position is None else position == _RAISED,
        font=value(fonts, "w:ascii") or value(fonts, "w:hAnsi"),
    )


@dataclass(frozen=True, slots=True)
class Style:
    """A style with what it inherits; ``outline`` is the heading level from 1, 0 for body text, ``None`` if unsaid."""

    name: str = ""
    outline: int | None = None
    list_id: int | None = None
    list_level: int | None = None
    type: Type = field(default_factory=Type)
    first_row_bold: bool | None = None

    @property
    def heading(self) -> int | None:
        """The level of the headings that are set in this style; ``None`` for body text."""
        if self.outline is not None:
            return self.outline or None
        named = _HEADING_NAME.fullmatch(self.name)
        if named:
            return int(named.group(1))
        return 1 if self.name.casefold() in _TITLE_NAMES else None

    def over(self, below: Style) -> Style:
        """This style based on the one below it; its name is its own."""
        return Style(
            name=self.name,
            outline=below.heading if self.outline is None else self.outline,
            list_id=below.list_id if self.list_id is None else self.list_id,
            list_level=below.list_level if self.list_level is None else self.list_level,
            type=self.type.over(below.type),
            first_row_bold=below.first_row_bold if self.first_row_bold is None else self.first_row_bold,
        )


def outline_level(properties: Element | None) -> int | None:
    """The heading level from 1 that a ``w:pPr`` sets, 0 for body text (17.3.1.20)."""
    level = integer(child(properties, "w:outlineLvl"))
    if level is None:
        return None
    return level + 1 if 0 <= level < _LEVELS else 0


class Styles:
    """The styles part; ``root`` is ``None`` for a document without one."""

    def __init__(self, root: Element | None) -> None:
        self._own: dict[str, tuple[Style, str | None]] = {}
        self._resolved: dict[str, Style] = {}
        self._paragraphs: dict[str, Style] = {}
        self._default = ""
        for element in root if root is not None else ():
            if short(element.tag) != "w:style":
                continue
            key = value(element, "w:styleId") or ""
            self._own[key] = (_read_style(element), value(child(element, "w:basedOn")))
            if value(element, "w:type") == "paragraph" and (value(element, "w:default") or "0") in ("1", "true", "on"):
                self._default = key
        defaults = read_type(descend(root, "w:docDefaults", "w:rPrDefault", "w:rPr"))
        self._base = Style(type=defaults)

    def paragraph(self, key: str | None) -> Style:
        """A paragraph style with everything it inherits; the default one for ``None``."""
        key = self._default if key is None else key
        if key not in self._paragraphs:
            self._paragraphs[key] = self.style(key).over(self._base)
        return self._paragraphs[key]

    def style(self, key: str | None) -> Style:
        """A style with what the styles say that it is based on; nothing for an unknown one."""
        if key is None:
            return Style()
        if key not in self._resolved:
            # Damaged files have styles that are based on themselves.
            chain: list[str] = []
            following: str | None = key
            while following is not None and following in self._own and following not in chain:
                chain.append(following)
                following = self._own[following][1]
            found = Style()
            for name in reversed(chain):
                found = self._own[name][0].over(found)
            self._resolved[key] = found
        return self._resolved[key]


def _read_style(element: Element) -> Style:
    properties = child(element, "w:pPr")
    numbering = child(properties, "w:numPr")
    first_row_bold = None
    for conditional in element:
        if short(conditional.tag) == "w:tblStylePr" and value(conditional, "w:type") == "firstRow":
            first_row_bold = switch(descend(conditional, "w:rPr", "w:b"))
    return Style(
        name=value(child(element, "w:name")) or "",
        outline=outline_level(properties),
        list_id=integer(child(numbering, "w:numId")),
        list_level=integer(child(numbering, "w:ilvl")),
        type=read_type(child(element, "w:rPr")),
        first_row_bold=first_row_bold,
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list (17.9.6). ``restart`` 0 counts on through the whole document."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    font: str = ""
    style: str | None = None
    restart: int | None = None
    legal: bool = False


def _read_level(element: Element) -> _Level:
    start = integer(child(element, "w:start"))
    # A level may have its format in a newer form beside the old one, wrapped for old readers.
    form = child(element, "w:numFmt")
    if form is None:
        form = descend(element, "mc:AlternateContent", "mc:Fallback", "w:numFmt")
    return _Level(
        start=1 if start is None else start,
        format=value(form) or "decimal",
        text=value(child(element, "w:lvlText")) or "",
        font=read_type(child(element, "w:rPr")).font or "",
        style=value(child(element, "w:pStyle")),
        restart=integer(child(element, "w:lvlRestart")),
        legal=bool(switch(child(element, "w:isLgl"))),
    )


def _read_levels(element: Element) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for level in element:
        number = integer(level, "w:ilvl")
        if short(level.tag) == "w:lvl" and number is not None:
            found[number] = _read_level(level)
    return found


class Numbering:
    """The numbering part: counts the paragraphs of each list and writes their labels (17.9)."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._levels: dict[int, dict[int, _Level]] = {}
        self._links: dict[int, str] = {}
        self._lists: dict[int, int] = {}
        self._overrides: dict[int, dict[int, _Level]] = {}
        self._restarts: dict[int, dict[int, int]] = {}
        self._counts: dict[int, list[int | None]] = {}
        self._resolved: dict[int, tuple[int, dict[int, _Level]]] = {}
        for element in root if root is not None else ():
            if short(element.tag) == "w:abstractNum":
                self._read_abstract(element)
            elif short(element.tag) == "w:num":
                self._read_list(element)

    def level_of(self, list_id: int, style: str | None) -> int:
        """The level that a list gives to the paragraphs of a style (17.9.23); 0 if it gives none."""
        for number, level in self._levels.get(self._definition(list_id), {}).items():
            if style is not None and level.style == style:
                return number
        return 0

    def label(self, list_id: int, number: int) -> str | None:
        """Count one paragraph on level ``number`` (from 0) and return its label; ``None`` if there is no such list."""
        definition, levels = self._levels_of(list_id)
        level = levels.get(number)
        if level is None or not 0 <= number < _LEVELS:
            return None
        counts = self._counts.setdefault(definition, [None] * _LEVELS)
        for restarted, start in self._restarts.pop(list_id, {}).items():
            if restarted < _LEVELS:
                counts[restarted] = start - 1
        before = counts[number]
        counts[number] = level.start if before is None else before + 1
        for deeper in range(number + 1, _LEVELS):
            restart = levels.get(deeper, _Level()).restart
            if restart is None or restart > number:
                counts[deeper] = None
        if level.format == "bullet":
            return bullet(in_unicode(level.text, level.font).strip())
        return re.sub(r"%([1-9])", lambda match: _figure(levels, counts, int(match[1]) - 1, level), level.text).strip()

    def _levels_of(self, list_id: int) -> tuple[int, dict[int, _Level]]:
        """The definition of a list and its levels, with what the list itself says otherwise."""
        if list_id not in self._resolved:
            definition = self._definition(list_id)
            levels = {**self._levels.get(definition, {}), **self._overrides.get(list_id, {})}
            self._resolved[list_id] = definition, levels
        return self._resolved[list_id]

    def _definition(self, list_id: int) -> int:
        """The ``w:abstractNum`` of a list; one that only links to a list style has the levels of that style's list."""
        definition = self._lists.get(list_id, -1)
        link = self._links.get(definition)
        if link is not None:
            linked = self._styles.style(link).list_id
            definition = self._lists.get(-1 if linked is None else linked, definition)
        return definition

    def _read_abstract(self, element: Element) -> None:
        key = integer(element, "w:abstractNumId")
        if key is not None:
            self._levels[key] = _read_levels(element)
            link = value(child(element, "w:numStyleLink"))
            if link is not None:
                self._links[key] = link

    def _read_list(self, element: Element) -> None:
        key, definition = integer(element, "w:numId"), integer(child(element, "w:abstractNumId"))
        if key is None or definition is None:
            return
        self._lists[key] = definition
        overrides: dict[int, _Level] = {}
        restarts: dict[int, int] = {}
        for override in element:
            number = integer(override, "w:ilvl")
            if short(override.tag) != "w:lvlOverride" or number is None:
                continue
            level, start = child(override, "w:lvl"), integer(child(override, "w:startOverride"))
            if level is not None:
                overrides[number] = _read_level(level)
            if start is not None:
                restarts[number] = start
        self._overrides[key] = overrides
        if restarts:
            self._restarts[key] = restarts


def _figure(levels: dict[int, _Level], counts: list[int | None], number: int, shown_by: _Level) -> str:
    """The number that level ``number`` has at present; one that has not been counted yet shows its start."""
    level = levels.get(number, _Level())
    count = counts[number]
    shown = level.start if count is None else count
    if level.format == "none":
        return ""
    if shown_by.legal:
        return str(shown)
    if level.format == "decimalZero":
        return f"{shown:02d}"
    return enumerator(shown, _NUMBER_STYLES.get(level.format, "decimal"), repeats=True)
