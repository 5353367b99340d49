"""Reads Word files (.docx): what a reader sees of the text, with tracked changes accepted.

The XML is read directly. python-docx, tried first, refuses files that Word opens (relationships to missing parts, the
strict form of the standard), unpacks all pictures, and its paragraphs leave out content controls, insertions, text
boxes and notes; of what it does, only styles would have been of use.

Left out: hidden text, deletions, comments, headers and footers. A note follows the paragraph that refers to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from ingest.layout import Mark, OnPage, RawDocument, ignore_page
from ingest.readers.archives import require_archive
from ingest.readers.docx_styles import (
    Numbering,
    Style,
    Styles,
    Type,
    outline_level,
    read_type,
)
from ingest.readers.paragraphs import Flow, NumberStyle, Paragraph, enumerator, note_text, raised, superscript
from ingest.readers.symbols import BOX, TICKED_BOX, in_unicode, symbol
from ingest.readers.wordml import Element, Package, child, descend, integer, short, switch, value

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_UNSEEN = frozenset(
    "w:del w:moveFrom w:instrText w:delText w:delInstrText w:rPr w:pPr w:sdtPr w:sdtEndPr w:tblPr w:tblGrid w:trPr "
    "w:tcPr w:sectPr w:rt w:rubyPr w:fldData".split()
)
"""Elements whose content is not shown as text."""
_BLANKS = frozenset("w:tab w:ptab w:br w:cr".split())
_NOTE_STYLES: dict[str, NumberStyle] = {"lowerLetter": "lower letter", "lowerRoman": "lower roman"}
_NoteKind = Literal["footnote", "endnote"]


class DocxReader:
    """Word files since 2007; older (.doc) and encrypted ones are refused with what to do."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """The document's paragraphs, notes and tables on one page without measures."""
        data = path.read_bytes()
        require_archive(path, data, "eine Word-Datei")
        package = Package(path, data)
        styles = Styles(package.part("styles"))
        story = _Story(styles, Numbering(package.part("numbering"), styles), _Notes.of(package))
        flow = story.read(package.document)
        return flow.document(path, MEDIA_TYPE, package.metadata(), on_page)


@dataclass(slots=True)
class _Notes:
    """The notes of a document by kind and id; ``counts`` holds how many of each kind have been referred to."""

    elements: dict[tuple[str, int], Element]
    formats: dict[str, str]
    counts: dict[str, int]

    @classmethod
    def of(cls, package: Package) -> _Notes:
        notes = cls({}, {}, {})
        settings = package.part("settings")
        kinds: tuple[_NoteKind, ...] = ("footnote", "endnote")
        for kind in kinds:
            properties = child(settings, f"w:{kind}Pr")
            usual = "decimal" if kind == "footnote" else "lowerRoman"
            notes.formats[kind] = value(child(properties, "w:numFmt")) or usual
            start = integer(child(properties, "w:numStart"))
            notes.counts[kind] = 0 if start is None else start - 1
            root = package.part(f"{kind}s")
            for element in root if root is not None else ():
                key = integer(element, "w:id")
                if key is not None and short(element.tag) == f"w:{kind}":
                    notes.elements[kind, key] = element
        return notes

    def next_mark(self, kind: _NoteKind) -> str:
        """The mark of the next note, raised."""
        self.counts[kind] += 1
        style = _NOTE_STYLES.get(self.formats[kind], "decimal")
        return superscript(enumerator(self.counts[kind], style, repeats=True))


@dataclass(slots=True)
class _Field:
    """A field (17.16.18): what stands before its separator is its instruction and not shown."""

    instruction: bool = True


@dataclass(slots=True)
class _Table:
    """Whether a table's style sets the present row and the next one bold."""

    next_row_bold: bool
    bold_row: bool = False

    def start_row(self) -> None:
        self.bold_row, self.next_row_bold = self.next_row_bold, False


class _Story:
    """Walks through one story (the body or a note) without recursion, because files can nest as deep as they like."""

    def __init__(self, styles: Styles, numbering: Numbering, notes: _Notes | None) -> None:
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._flow = Flow()
        self._fields: list[_Field] = []
        self._paragraph_types: list[Type] = []
        self._runs: list[Type] = []
        self._carried: Paragraph | None = None
        self._tables: list[_Table] = []
        self._starts: dict[str, Callable[[Element], bool]] = {
            "w:p": self._start_paragraph,
            "w:r": self._start_run,
            "w:t": self._text,
            "m:t": self._text,
            "w:sym": self._symbol,
            "w:noBreakHyphen": self._hyphen,
            "w:fldChar": self._field_mark,
            "w:footnoteReference": self._note,
            "w:endnoteReference": self._note,
            "w:sdt": self._content_control,
            "mc:Choice": self._alternative,
            "mc:Fallback": self._alternative,
            "w:tbl": self._start_table,
            "w:tr": self._start_row,
            "w:tc": self._start_cell,
            "m:den": self._denominator,
            "m:sup": self._exponent,
        }
        self._ends: dict[str, Callable[[Element], None]] = {
            "w:p": self._end_paragraph,
            "w:r": self._end_run,
            "w:tc": self._end_cell,
            "w:tbl": self._end_table,
            "m:sup": self._end_run,
        }
        self._skipped: set[Element] = set()

    def read(self, root: Element) -> Flow:
        """The lines of everything below ``root``."""
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            name = short(element.tag)
            if event == "start":
                start = self._starts.get(name)
                if name in _UNSEEN or (start is not None and not start(element)):
                    if name in self._ends:
                        self._skipped.add(element)
                    walk.skip_subtree()
                elif name in _BLANKS:
                    self._write(" ")
            elif name in self._ends:
                if element in self._skipped:
                    self._skipped.remove(element)
                else:
                    self._ends[name](element)
        self._flush_carried()
        return self._flow

    # Each start method says whether to go into the element.

    def _start_paragraph(self, element: Element) -> bool:
        properties = child(element, "w:pPr")
        key = value(child(properties, "w:pStyle"))
        style = self._styles.paragraph(key)
        mark, level, label = self._mark(properties, key, style)
        bold_row = bool(self._tables) and self._tables[-1].bold_row
        self._paragraph_types.append(replace(style.type, bold=True) if bold_row else style.type)
        paragraph = self._flow.open_paragraph(mark, level, label)
        if self._carried is not None:
            paragraph.take(self._carried)
            self._carried = None
        return True

    def _mark(self, properties: Element | None, key: str | None, style: Style) -> tuple[Mark, int, str]:
        """What the paragraph is: its mark, its heading level and its automatic label."""
        direct = outline_level(properties)
        heading = style.heading if direct is None else direct or None
        label = None
        numbering = child(properties, "w:numPr")
        list_id = integer(child(numbering, "w:numId"))
        list_id = style.list_id if list_id is None else list_id
        type_of_mark = child(properties, "w:rPr")
        uncounted = switch(child(type_of_mark, "w:vanish")) or child(type_of_mark, "w:del") is not None
        if list_id and not uncounted:
            number = integer(child(numbering, "w:ilvl"))
            number = style.list_level if number is None else number
            label = self._numbering.label(list_id, self._numbering.level_of(list_id, key) if number is None else number)
        if heading is not None:
            return "heading", heading, label or ""
        return ("paragraph", 1, "") if not label else ("item", 1, label)

    def _end_paragraph(self, element: Element) -> None:
        self._paragraph_types.pop()
        for field in self._fields:
            # An instruction that does not end with its paragraph is damaged; the text after it must not be lost.
            field.instruction = False
        if descend(element, "w:pPr", "w:rPr", "w:del") is not None:
            # The paragraph's end is deleted: what it says goes on in the next one.
            self._carried = self._flow.drop_paragraph()
        else:
            self._flow.close_paragraph()

    def _flush_carried(self) -> None:
        if self._carried is not None:
            self._flow.open_paragraph().take(self._carried)
            self._carried = None
            self._flow.close_paragraph()

    def _start_run(self, element: Element) -> bool:
        type_ = self._paragraph_types[-1] if self._paragraph_types else Type()
        properties = child(element, "w:rPr")
        if properties is not None:
            character = value(child(properties, "w:rStyle"))
            if character is not None:
                type_ = self._styles.style(character).type.toggled_over(type_)
            type_ = read_type(properties).over(type_)
        if type_.hidden:
            return False
        self._runs.append(type_)
        return True

    def _end_run(self, _element: Element) -> None:
        self._runs.pop()

    def _write(self, text: str) -> None:
        paragraph = self._flow.paragraph
        if paragraph is None or any(field.instruction for field in self._fields):
            return
        type_ = self._runs[-1] if self._runs else Type()
        text = in_unicode(text, type_.font or "")
        if type_.raised:
            text = raised(text)
        paragraph.write(text, bold=bool(type_.bold), size=type_.size or 0.0)

    def _text(self, element: Element) -> bool:
        self._write(element.text or "")
        return False

    def _denominator(self, _element: Element) -> bool:
        self._write("/")
        return True

    def _exponent(self, _element: Element) -> bool:
        self._runs.append(Type(raised=True))
        return True

    def _hyphen(self, _element: Element) -> bool:
        self._write("-")
        return False

    def _symbol(self, element: Element) -> bool:
        code = value(element, "w:char") or ""
        try:
            found = symbol(value(element, "w:font") or "", int(code, 16))
        except ValueError:
            return False
        # A symbol carries its own font, so the run's does not matter.
        paragraph = self._flow.paragraph
        if paragraph is not None and not any(field.instruction for field in self._fields):
            paragraph.write(found)
        return False

    def _field_mark(self, element: Element) -> bool:
        kind = value(element, "w:fldCharType")
        if kind == "begin":
            form = child(element, "w:ffData")
            box, choices = child(form, "w:checkBox"), child(form, "w:ddList")
            if box is not None:
                self._write(_legacy_box(box))
            elif choices is not None:
                self._write(_chosen(choices))
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].instruction = False
        elif kind == "end" and self._fields:
            self._fields.pop()
        return False

    def _note(self, element: Element) -> bool:
        paragraph = self._flow.paragraph
        kind: _NoteKind = "footnote" if short(element.tag) == "w:footnoteReference" else "endnote"
        if self._notes is None or paragraph is None:
            return False
        note = self._notes.elements.get((kind, -1 if (key := integer(element, "w:id")) is None else key))
        if note is None:
            return False
        own_mark = (value(element, "w:customMarkFollows") or "0") not in ("0", "false", "off")
        mark = "" if own_mark else self._notes.next_mark(kind)
        paragraph.write(mark)
        text = note_text(mark, _Story(self._styles, self._numbering, None).read(note).lines)
        if text:
            paragraph.notes.append(text)
        return False

    def _content_control(self, element: Element) -> bool:
        box = descend(element, "w:sdtPr", "w14:checkbox")
        content = child(element, "w:sdtContent")
        if box is None or content is None or any(short(inner.tag) == "w:p" for inner in content.iter()):
            return True
        ticked = value(child(box, "w14:checked"), "w14:val") in ("1", "true", "on")
        self._write(TICKED_BOX if ticked else BOX)
        return False

    def _alternative(self, element: Element) -> bool:
        """Of the alternatives for newer and older programs only the first is read, so that nothing comes twice."""
        return element.getprevious() is None

    def _start_table(self, element: Element) -> bool:
        self._flush_carried()
        self._flow.open_table(layout=_is_frame(element))
        properties = child(element, "w:tblPr")
        style = self._styles.style(value(child(properties, "w:tblStyle")))
        bold = bool(style.first_row_bold) and _first_row_matters(child(properties, "w:tblLook"))
        self._tables.append(_Table(next_row_bold=bold))
        return True

    def _start_row(self, element: Element) -> bool:
        properties = child(element, "w:trPr")
        if child(properties, "w:del") is not None or switch(child(properties, "w:hidden")):
            return False
        if not self._tables:
            return True
        self._tables[-1].start_row()
        self._flow.open_row(header=bool(switch(child(properties, "w:tblHeader"))))
        self._flow.skip_columns(max(0, integer(child(properties, "w:gridBefore")) or 0))
        return True

    def _start_cell(self, element: Element) -> bool:
        if not self._tables:
            return True
        properties = child(element, "w:tcPr")
        self._flow.open_cell(integer(child(properties, "w:gridSpan")) or 1)
        for direction in ("w:vMerge", "w:hMerge"):
            merge = child(properties, direction)
            if merge is not None and value(merge) != "restart":
                # The cell above or to the left reaches over this one; Word shows nothing of it.
                self._flow.close_cell()
                return False
        return child(properties, "w:cellDel") is None or self._leave_cell()

    def _leave_cell(self) -> bool:
        self._flow.close_cell()
        return False

    def _end_cell(self, _element: Element) -> None:
        self._flush_carried()
        self._flow.close_cell()

    def _end_table(self, _element: Element) -> None:
        self._tables.pop()
        self._flow.close_table()


def _is_frame(table: Element) -> bool:
    """Whether a table has only one cell and so is a frame around what may be tables again."""
    rows = [inner for inner in table if short(inner.tag) not in ("w:tblPr", "w:tblGrid")]
    cells = [inner for inner in rows[0] if short(inner.tag) not in ("w:trPr", "w:tblPrEx")] if len(rows) == 1 else []
    return len(cells) == 1 and short(cells[0].tag) == "w:tc"


def _legacy_box(box: Element) -> str:
    """The tick box of a form field of Word 97 (17.16.7): its state, or its default before anybody clicked it."""
    state = switch(child(box, "w:checked"))
    state = switch(child(box, "w:default")) if state is None else state
    return TICKED_BOX if state else BOX


def _chosen(choices: Element) -> str:
    """What a drop-down list of a form shows (17.16.9): the chosen entry, the default one or the first."""
    entries = [value(entry) or "" for entry in choices if short(entry.tag) == "w:listEntry"]
    number = integer(child(choices, "w:result"))
    number = integer(child(choices, "w:default")) if number is None else number
    return entries[number or 0] if 0 <= (number or 0) < len(entries) else ""


def _first_row_matters(look: Element | None) -> bool:
    """Whether the table shows its style's first row (17.4.55); older files say so in one bit of ``w:val``."""
    switched = value(look, "w:firstRow")
    if switched is not None:
        return switched in ("1", "true", "on")
    try:
        return bool(int(value(look) or "0", 16) & 0x20)
    except ValueError:
        return False
