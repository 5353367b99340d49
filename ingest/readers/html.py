"""Reads HTML pages: the text that a browser shows, without navigation, controls and what is marked as furniture.

Styles that stand at an element are heeded, style sheets are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ingest.layout import OnPage, RawDocument, ignore_page
from ingest.readers.archives import refuse
from ingest.readers.html_events import Events, decode_html, parse_html
from ingest.readers.html_structure import (
    HEADINGS,
    Notes,
    find_notes,
    is_hidden,
    layout_tables,
    main_ranges,
    own_style,
)
from ingest.readers.paragraphs import Flow, NumberStyle, Paragraph, clean, enumerator, note_text, raised, superscript
from ingest.readers.symbols import BOX, BULLET, TICKED_BOX, in_unicode

MEDIA_TYPE: Final = "text/html"

_KIND = "eine HTML-Datei"
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
_BLOCKS = HEADINGS | frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul "
    "listing xmp option optgroup html".split()
)
"""Elements before and after which a new line begins (HTML standard 15.3)."""
_SECTIONS = "article aside blockquote details dialog fieldset figure main section td".split()
"""Elements whose footer is theirs and not the page's (HTML standard 4.3.8)."""
_LOOKS: dict[str, dict[str, bool | int]] = {
    **{tag: {"bold": True} for tag in ("b", "strong", "th")},
    **{tag: {"preserved": True} for tag in ("pre", "listing", "xmp")},
    **{tag: {"section": True} for tag in _SECTIONS},
    **{tag: {"heading": int(tag[1])} for tag in HEADINGS},
    "sup": {"raised": True},
    "sub": {"raised": False},
    "thead": {"columns_head": True},
    "table": {"columns_head": False},
}
"""What elements change for the text in them."""
_NOTE_ROLES = ("doc-footnote", "doc-endnote")
_FORMULA_PARTS = ("mn", "mi", "mo", "mtext")
_LISTS = frozenset("ul ol menu dir".split())
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(bold|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
_FONT_STYLE = re.compile(r"font-family\s*:\s*[\"']?([\w ]+)", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]{0,80}?\b(none|decimal|(?:lower|upper)-(?:alpha|latin|roman))\b")
_NUMBER_STYLES: dict[str, NumberStyle] = {
    "a": "lower letter",
    "A": "upper letter",
    "i": "lower roman",
    "I": "upper roman",
    "lower-alpha": "lower letter",
    "lower-latin": "lower letter",
    "upper-alpha": "upper letter",
    "upper-latin": "upper letter",
    "lower-roman": "lower roman",
    "upper-roman": "upper roman",
}
_INTEGER = re.compile(r"\s*([+-]?\d{1,9})")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_METADATA = {
    "author": "author",
    "dc.creator": "author",
    "dcterms.creator": "author",
    "dc.title": "title",
    "dcterms.title": "title",
    "description": "subject",
    "keywords": "keywords",
    "date": "created",
    "dc.date": "created",
    "dcterms.created": "created",
    "article:published_time": "created",
    "dcterms.modified": "modified",
    "last-modified": "modified",
    "article:modified_time": "modified",
}


class HtmlReader:
    """HTML files of any age and correctness."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """The page's paragraphs, notes and tables on one page without measures."""
        data = path.read_bytes()
        if not data.strip() or data.startswith(_BINARY) or b"\0\0" in data[:1024]:
            refuse(path, data, _KIND)
        page = parse_html(path, decode_html(data))
        return read_page(page).document(path, MEDIA_TYPE, _metadata(page), on_page)


def read_page(page: Events) -> Flow:
    """The lines of a page."""
    story = _Story(page, layout_tables(page), find_notes(page), _NotesState())
    for start, end in main_ranges(page):
        story.read(start, end)
    story.tell_left_over()
    return story.flow


def _metadata(page: Events) -> dict[str, str]:
    found: dict[str, str] = {}
    for position in page.starts("html", "meta", "title"):
        tag, attributes = page.events[position].tag, page.attributes(position)
        if tag == "title":
            key, text = "title", page.text(position, page.ends[position])
        elif tag == "html":
            key, text = "language", attributes.get("lang", "")
        else:
            name = attributes.get("name") or attributes.get("property") or attributes.get("http-equiv") or ""
            key, text = _METADATA.get(name.casefold(), ""), attributes.get("content", "")
        if key and clean(text):
            found.setdefault(key, text)
    return found


def _integer(text: str | None, default: int) -> int:
    """A number as HTML reads it: what leads the attribute."""
    match = _INTEGER.match(text or "")
    return int(match.group(1)) if match else default


@dataclass(frozen=True, slots=True)
class _Look:
    """What holds for all text inside an element.

    ``heading`` is the level, 0 outside of headings; ``note`` is set in a footnote, ``columns_head`` in a table's head,
    ``section`` in elements that may have a footer of their own.
    """

    bold: bool = False
    raised: bool = False
    preserved: bool = False
    font: str = ""
    heading: int = 0
    note: bool = False
    columns_head: bool = False
    section: bool = False


@dataclass(slots=True)
class _List:
    """An open list; ``style`` is ``None`` for bullets, ``marked`` false if its items show no mark."""

    style: NumberStyle | None
    marked: bool
    number: int

    def next_label(self, value: str | None) -> str:
        """Count an item, from ``value`` if it says so, and return its mark."""
        self.number = _integer(value, self.number)
        label = BULLET if self.style is None else f"{enumerator(self.number, self.style)}."
        self.number += 1
        return label if self.marked else ""


@dataclass(slots=True)
class _NotesState:
    """The blocks of notes that have been told, those that were passed by, and those that wait with their marks."""

    told: set[int] = field(default_factory=set)
    passed: list[int] = field(default_factory=list)
    waiting: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Story:
    """Walks through a page's events."""

    page: Events
    layouts: set[int]
    notes: Notes
    state: _NotesState
    in_note: bool = False
    flow: Flow = field(default_factory=Flow)
    _looks: list[_Look] = field(default_factory=lambda: [_Look()])
    _lists: list[_List] = field(default_factory=list)
    _label: str | None = None
    _broken: bool = False
    _tables: int = 0

    def read(self, start: int, end: int) -> None:
        """Add the lines of the events from ``start`` to before ``end``."""
        position = start
        while position < end:
            event = self.page.events[position]
            if event.attributes is not None:
                if self._leaves_out(position, event.tag, event.attributes):
                    position = self.page.ends[position]
                else:
                    self._start(position, event.tag, event.attributes)
            elif event.tag:
                self._end(event.tag)
            else:
                self._text(event.text)
            position += 1
        self._flush()

    def _leaves_out(self, position: int, tag: str, attributes: dict[str, str]) -> bool:
        """Whether to step over an element; a note's reference is replaced by its mark."""
        if position in self.notes.references:
            self._refer(*self.notes.references[position])
            return True
        if position in self.notes.blocks and not self.in_note:
            self.state.passed.append(position)
            return True
        if position in self.notes.backlinks:
            return self.in_note
        if tag == "aside":
            return attributes.get("role") not in _NOTE_ROLES
        if tag == "button":
            # A heading that unfolds is a button inside.
            return not self._looks[-1].heading
        return is_hidden(tag, attributes) or (tag == "footer" and not self._looks[-1].section)

    def _start(self, position: int, tag: str, attributes: dict[str, str]) -> None:
        outer = self._looks[-1]
        look = _look(outer, tag, attributes)
        self._looks.append(look)
        if tag == "br":
            self._break()
        elif tag == "input" and attributes.get("type", "").casefold() in ("checkbox", "radio"):
            self._write(TICKED_BOX if "checked" in attributes else BOX)
        elif tag in _BLOCKS or look.heading != outer.heading:
            self._flush()
            self._start_block(position, tag, attributes)

    def _start_block(self, position: int, tag: str, attributes: dict[str, str]) -> None:
        if tag in _LISTS:
            self._lists.append(_read_list(tag, attributes))
        elif tag == "li":
            self._label = self._lists[-1].next_label(attributes.get("value")) if self._lists else BULLET
        elif tag == "table":
            self._tables += 1
            self.flow.open_table(layout=position in self.layouts)
        elif self._tables and tag == "tr":
            self.flow.open_row(header=True)
        elif self._tables and tag in ("td", "th"):
            self.flow.open_cell(
                _integer(attributes.get("colspan"), 1),
                _integer(attributes.get("rowspan"), 1),
                header=tag == "th" or self._looks[-1].columns_head,
            )

    def _end(self, tag: str) -> None:
        look = self._looks.pop()
        if tag in _FORMULA_PARTS:
            # Numbers of a fraction that stand above each other must not become one number.
            self._write(" ")
        if tag not in _BLOCKS and look.heading == self._looks[-1].heading:
            return
        self._flush()
        if tag in _LISTS:
            self._lists.pop()
        elif tag == "li":
            self._label = None
        elif tag == "table":
            self._tables -= 1
            self.flow.close_table()
        elif self._tables and tag in ("td", "th"):
            self.flow.close_cell()

    def _text(self, text: str) -> None:
        if not self._looks[-1].preserved or "\n" not in text:
            self._write(text)
            return
        for number, part in enumerate(_BLANK_LINE.split(text)):
            if number:
                self._flush()
            self._write(part)

    def _write(self, text: str) -> None:
        paragraph = self.flow.paragraph
        blank = not text or text.isspace()
        if paragraph is None:
            if blank:
                return
            paragraph = self._open_paragraph()
        self._broken = self._broken and blank
        look = self._looks[-1]
        text = in_unicode(text, look.font)
        paragraph.write(raised(text) if look.raised else text, bold=look.bold)

    def _open_paragraph(self) -> Paragraph:
        look, label = self._looks[-1], self._label
        self._label = None
        if look.heading:
            return self.flow.open_paragraph("heading", look.heading, "" if label in (None, BULLET) else str(label))
        if label is not None:
            return self.flow.open_paragraph("item", 1, label)
        return self.flow.open_paragraph("note" if look.note else "paragraph")

    def _break(self) -> None:
        """One line break is a blank, two are how old pages separate paragraphs."""
        if self._broken and not self._looks[-1].heading:
            self._flush()
        elif self.flow.paragraph is not None:
            self._write(" ")
            self._broken = True

    def _flush(self) -> None:
        self._broken = False
        if self.flow.paragraph is not None:
            self.flow.close_paragraph()

    def _refer(self, mark: str, block: int) -> None:
        """Write a note's mark and put the note behind the paragraph, unless an earlier reference has done so."""
        self._write(superscript(mark))
        if block in self.state.told:
            return
        self.state.told.add(block)
        self.state.waiting.append((mark, block))
        if not self.in_note and self.flow.paragraph is not None:
            self.flow.paragraph.notes.extend(self._waiting_notes())

    def tell_left_over(self) -> None:
        """Add the notes whose references stand in parts that are left out."""
        marks = {block: mark for mark, block in self.notes.references.values()}
        left_over = [(marks[block], block) for block in self.state.passed if block not in self.state.told]
        self.state.waiting.extend(left_over)
        self.state.told.update(block for _, block in left_over)
        if left_over:
            self.flow.add_notes(self._waiting_notes())

    def _waiting_notes(self) -> list[str]:
        """The texts of the notes that wait, and of those that they refer to in turn."""
        found: list[str] = []
        while self.state.waiting:
            mark, block = self.state.waiting.pop(0)
            story = _Story(self.page, self.layouts, self.notes, self.state, in_note=True)
            story.read(block + 1, self.page.ends[block])
            found.append(note_text(superscript(mark), story.flow.lines))
        return found


def _look(outer: _Look, tag: str, attributes: dict[str, str]) -> _Look:
    """What holds inside an element, given what holds around it."""
    changes: dict[str, Any] = dict(_LOOKS.get(tag, {}))
    if tag == "font" and "face" in attributes:
        changes["font"] = attributes["face"]
    if style := own_style(attributes):
        if weight := _BOLD_STYLE.search(style):
            changes["bold"] = weight.group(1)[0] in "bB6789"
        if family := _FONT_STYLE.search(style):
            changes["font"] = family.group(1)
    if "role" in attributes:
        if attributes["role"] == "heading":
            changes["heading"] = max(1, _integer(attributes.get("aria-level"), 2))
        elif attributes["role"] in _NOTE_ROLES:
            changes["note"] = True
    return replace(outer, **changes) if changes else outer


def _read_list(tag: str, attributes: dict[str, str]) -> _List:
    declared = _LIST_STYLE.search(own_style(attributes))
    kind = declared.group(1) if declared else attributes.get("type", "")
    counted = (tag == "ol" or kind in _NUMBER_STYLES or kind == "decimal") and "reversed" not in attributes
    style = _NUMBER_STYLES.get(kind, "decimal") if counted else None
    return _List(style, marked=kind != "none", number=_integer(attributes.get("start"), 1))
