"""Reads OpenDocument texts (.odt): what a reader sees of the text, with tracked changes accepted.

The XML is read directly. odfpy, tried first, loads a file whose XML breaks off in the middle as if it were whole, and
prints to standard output when it does.

Left out: hidden text, deletions, comments, headers and footers. A note follows the paragraph that refers to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest.layout import OnPage, RawDocument, ignore_page
from ingest.readers.archives import Archive, encrypted, refuse, require_archive
from ingest.readers.odf_styles import OUTLINE, Element, ListCount, Style, Styles, integer, short, value
from ingest.readers.paragraphs import Flow, note_text, raised, superscript
from ingest.readers.symbols import BOX, BULLET, TICKED_BOX, in_unicode

MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.text"

_KIND = "eine OpenDocument-Textdatei"
_CONTENT, _STYLES, _META, _MANIFEST = "content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"
_UNSEEN = frozenset(
    "text:tracked-changes office:annotation office:forms office:scripts office:event-listeners text:hidden-text "
    "text:ruby-text text:note-citation svg:title svg:desc text:script presentation:notes draw:object draw:object-ole "
    "draw:image text:number draw:glue-point table:title table:desc".split()
)
"""Elements whose content is not shown as text."""
_CONTAINERS = frozenset(
    "office:document-content office:body office:text text:list text:list-item text:list-header text:section "
    "text:numbered-paragraph text:index-body text:index-title text:table-of-content text:note text:note-body "
    "table:table table:table-row table:table-rows table:table-row-group table:table-header-rows table:table-cell "
    "table:covered-table-cell table:table-columns table:table-column".split()
)
"""Elements in which blanks between the inner elements mean nothing, as in all drawings; elsewhere they part words."""
_ROW_HOLDERS = frozenset("table:table-row table:table-rows table:table-row-group table:table-header-rows".split())
_METADATA = {
    "dc:title": "title",
    "dc:subject": "subject",
    "dc:language": "language",
    "meta:initial-creator": "author",
    "meta:keyword": "keywords",
    "meta:creation-date": "created",
    "dc:date": "modified",
}
_FORM_BOX = "vnd.oasis.opendocument.field.FORMCHECKBOX"
_TITLE_STYLE = "Title"


class OdtReader:
    """OpenDocument texts of LibreOffice, OpenOffice and others; encrypted ones are refused."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """The document's paragraphs, notes and tables on one page without measures."""
        data = path.read_bytes()
        require_archive(path, data, _KIND)
        archive = Archive(path, data)
        if _MANIFEST in archive and any(
            short(element.tag) == "manifest:encryption-data" for element in archive.xml(_MANIFEST).iter()
        ):
            raise encrypted(path)
        if _CONTENT not in archive:
            refuse(path, data, _KIND)
        content = archive.xml(_CONTENT)
        text = next((element for element in content.iter() if short(element.tag) == "office:text"), None)
        if text is None:
            refuse(path, data, _KIND)
        styles = Styles(archive.xml(_STYLES) if _STYLES in archive else None, content)
        flow = _Story(styles, _boxes(content)).read(text)
        metadata = _metadata(archive.xml(_META)) if _META in archive else {}
        return flow.document(path, MEDIA_TYPE, metadata, on_page)


def _is_container(name: str) -> bool:
    return name in _CONTAINERS or name.startswith("draw:")


def _is_frame(table: Element) -> bool:
    """Whether a table has only one cell and so is a frame around what may be tables again."""
    cells, holders = 0, [table]
    while holders and cells < 2:
        for inner in holders.pop():
            name = short(inner.tag)
            if name in _ROW_HOLDERS:
                holders.append(inner)
            elif name in ("table:table-cell", "table:covered-table-cell"):
                cells += 1
    return cells == 1


def _metadata(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter():
        key = _METADATA.get(short(element.tag))
        if key and element.text:
            found[key] = f"{found[key]}, {element.text}" if key in found else element.text
    return found


def _boxes(content: Element) -> dict[str, str]:
    """The tick boxes among the form controls by their id: the box and its label."""
    found: dict[str, str] = {}
    for element in content.iter():
        if short(element.tag) in ("form:checkbox", "form:radio"):
            state = value(element, "form:current-state") or value(element, "form:state")
            chosen = value(element, "form:current-selected") or value(element, "form:selected")
            sign = TICKED_BOX if state == "checked" or chosen == "true" else BOX
            label = f"{sign} {value(element, 'form:label') or ''} "
            for key, identity in element.items():
                if key.rpartition("}")[2] == "id":
                    found[identity] = label
    return found


@dataclass(slots=True)
class _List:
    """An open list. ``level`` counts from 0; ``label`` says whether the next paragraph gets one, from ``start``."""

    count: ListCount
    level: int
    label: bool = False
    item: bool = False
    start: int | None = None
    text: str | None = None


@dataclass(slots=True)
class _Counters:
    """The lists so far, for those that go on with an earlier one: by id, and the last one of each style."""

    by_id: dict[str, ListCount] = field(default_factory=dict)
    by_style: dict[str, ListCount] = field(default_factory=dict)
    outline: ListCount = field(default_factory=lambda: ListCount(OUTLINE))


class _Story:
    """Walks through one story (the body or a note) without recursion, because files can nest as deep as they like."""

    def __init__(self, styles: Styles, boxes: dict[str, str], *, in_note: bool = False) -> None:
        self._styles = styles
        self._boxes = boxes
        self._in_note = in_note
        self._counters = _Counters()
        self._flow = Flow()
        self._lists: list[_List] = []
        self._list_floors: list[int] = [0]
        self._types: list[Style] = []
        self._hidden: list[bool] = []
        self._header_rows = 0
        self._skipped: set[Element] = set()
        self._starts: dict[str, Callable[[Element], bool]] = {
            "text:p": self._start_paragraph,
            "text:h": self._start_paragraph,
            "text:span": self._start_span,
            "text:s": self._blank,
            "text:tab": self._blank,
            "text:line-break": self._blank,
            "text:note": self._note,
            "text:section": self._start_section,
            "text:list": self._start_list,
            "text:list-item": self._start_item,
            "text:list-header": self._start_item,
            "text:hidden-paragraph": self._hidden_paragraph,
            "draw:control": self._control,
            "field:fieldmark": self._form_field,
            "field:fieldmark-start": self._form_field,
            "table:table": self._start_table,
            "table:table-header-rows": self._start_header_rows,
            "table:table-row": self._start_row,
            "table:table-cell": self._start_cell,
            "table:covered-table-cell": self._covered_cell,
            "draw:text-box": self._start_box,
        }
        self._ends: dict[str, Callable[[Element], None]] = {
            "text:p": self._end_paragraph,
            "text:h": self._end_paragraph,
            "text:span": self._end_span,
            "text:list": self._end_list,
            "table:table": self._end_table,
            "table:table-header-rows": self._end_header_rows,
            "table:table-cell": self._end_cell,
            "draw:text-box": self._end_box,
        }

    def read(self, root: Element) -> Flow:
        """The lines of everything below ``root``."""
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            name = short(element.tag)
            if event == "start":
                start = self._starts.get(name)
                if name in _UNSEEN or (start is not None and not start(element)):
                    self._skipped.add(element)
                    walk.skip_subtree()
                elif element.text and not _is_container(name):
                    self._write(element.text)
                continue
            if element in self._skipped:
                self._skipped.remove(element)
            elif name in self._ends:
                self._ends[name](element)
            if element is not root and element.tail and not _is_container(short(element.getparent().tag)):
                self._write(element.tail)
        return self._flow

    # Each start method says whether to go into the element.

    def _start_paragraph(self, element: Element) -> bool:
        style = self._styles.style("paragraph", value(element, "text:style-name"))
        heading = short(element.tag) == "text:h" or _TITLE_STYLE in style.names[:2]
        level = max(1, integer(element, "text:outline-level", 1))
        label = self._label(element, style, level - 1)
        self._types.append(style)
        self._hidden.append(bool(style.hidden))
        if heading:
            self._flow.open_paragraph("heading", level, "" if label in (None, BULLET) else str(label))
        elif label is not None:
            self._flow.open_paragraph("item", 1, label)
        else:
            self._flow.open_paragraph()
        return True

    def _label(self, element: Element, style: Style, outline: int) -> str | None:
        """The automatic label of a paragraph; ``None`` where it has none."""
        if len(self._lists) > self._list_floors[-1]:
            place = self._lists[-1]
            if not place.label:
                return None
            place.label = False
            counted = self._styles.label(place.count, place.level, place.start)
            label = place.text or counted
            # A list whose style is missing still is a list.
            return BULLET if label is None else label
        if short(element.tag) != "text:h" or style.list_style == "" or value(element, "text:is-list-header") == "true":
            return None
        return self._styles.label(self._counters.outline, outline, None)

    def _end_paragraph(self, _element: Element) -> None:
        self._types.pop()
        if self._hidden.pop():
            self._flow.drop_paragraph()
        else:
            self._flow.close_paragraph()

    def _hidden_paragraph(self, element: Element) -> bool:
        if self._hidden:
            self._hidden[-1] = self._hidden[-1] or value(element, "text:is-hidden") == "true"
        return False

    def _start_span(self, element: Element) -> bool:
        below = self._types[-1] if self._types else Style()
        own = self._styles.style("text", value(element, "text:style-name"))
        if own.hidden:
            return False
        self._types.append(own.over(below))
        return True

    def _end_span(self, _element: Element) -> None:
        self._types.pop()

    def _write(self, text: str) -> None:
        paragraph = self._flow.paragraph
        if paragraph is None:
            return
        type_ = self._types[-1] if self._types else Style()
        text = in_unicode(text, type_.font or "")
        if type_.raised:
            text = raised(text)
        paragraph.write(text, bold=bool(type_.bold), size=type_.size or 0.0)

    def _blank(self, _element: Element) -> bool:
        self._write(" ")
        return False

    def _note(self, element: Element) -> bool:
        paragraph = self._flow.paragraph
        if paragraph is None or self._in_note:
            return False
        parts = {short(inner.tag): inner for inner in element}
        citation, body = parts.get("text:note-citation"), parts.get("text:note-body")
        mark = superscript("".join(citation.itertext()).strip()) if citation is not None else ""
        paragraph.write(mark)
        if body is not None:
            text = note_text(mark, _Story(self._styles, self._boxes, in_note=True).read(body).lines)
            if text:
                paragraph.notes.append(text)
        return False

    def _start_section(self, element: Element) -> bool:
        hidden = value(element, "text:display")
        return not (hidden == "none" or (hidden == "condition" and value(element, "text:is-hidden") == "true"))

    def _start_list(self, element: Element) -> bool:
        style = value(element, "text:style-name")
        if len(self._lists) > self._list_floors[-1]:
            above = self._lists[-1]
            count = above.count if style in (None, above.count.style) else ListCount(str(style))
            self._lists.append(_List(count, above.level + 1))
            return True
        count = ListCount(style or "")
        continued = value(element, "text:continue-list")
        if continued is not None:
            count = self._counters.by_id.get(continued, count)
        elif value(element, "text:continue-numbering") == "true":
            count = self._counters.by_style.get(count.style, count)
        self._counters.by_style[count.style] = count
        identity = next((found for key, found in element.items() if key.rpartition("}")[2] == "id"), None)
        if identity is not None:
            self._counters.by_id[identity] = count
        self._lists.append(_List(count, 0))
        return True

    def _start_item(self, element: Element) -> bool:
        if self._lists:
            place = self._lists[-1]
            place.label = short(element.tag) == "text:list-item"
            start = value(element, "text:start-value")
            place.start = None if start is None else integer(element, "text:start-value", 1)
            number = next((inner for inner in element if short(inner.tag) == "text:number"), None)
            place.text = None if number is None else "".join(number.itertext()).strip()
        return True

    def _end_list(self, _element: Element) -> None:
        self._lists.pop()

    def _control(self, element: Element) -> bool:
        self._write(self._boxes.get(value(element, "draw:control") or "", ""))
        return False

    def _form_field(self, element: Element) -> bool:
        if value(element, "field:type") == _FORM_BOX:
            ticked = any(
                value(inner, "field:name") == "Checkbox_Checked" and value(inner, "field:value") == "true"
                for inner in element
            )
            self._write(TICKED_BOX if ticked else BOX)
        return False

    def _start_box(self, _element: Element) -> bool:
        # A text box in a list's paragraph is no part of that list.
        self._list_floors.append(len(self._lists))
        return True

    def _end_box(self, _element: Element) -> None:
        self._list_floors.pop()

    def _start_table(self, element: Element) -> bool:
        self._flow.open_table(layout=_is_frame(element))
        self._list_floors.append(len(self._lists))
        return True

    def _end_table(self, _element: Element) -> None:
        self._list_floors.pop()
        self._flow.close_table()

    def _start_header_rows(self, _element: Element) -> bool:
        self._header_rows += 1
        return True

    def _end_header_rows(self, _element: Element) -> None:
        self._header_rows -= 1

    def _start_row(self, element: Element) -> bool:
        if value(element, "table:visibility") in ("collapse", "filter"):
            return False
        self._flow.open_row(header=self._header_rows > 0)
        return True

    def _start_cell(self, element: Element) -> bool:
        columns = max(1, integer(element, "table:number-columns-spanned", 1))
        self._flow.open_cell(columns)
        if columns > 1:
            # The cells that it covers follow as elements of their own.
            self._flow.skip_columns(1 - columns)
        return True

    def _end_cell(self, element: Element) -> None:
        self._flow.close_cell()
        self._flow.skip_columns(max(1, integer(element, "table:number-columns-repeated", 1)) - 1)

    def _covered_cell(self, element: Element) -> bool:
        self._flow.skip_columns(max(1, integer(element, "table:number-columns-repeated", 1)))
        return False
