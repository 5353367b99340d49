"""Reads Markdown (CommonMark with tables, struck-out text, task lists and footnotes, as GitHub reads it).

Markdown is defined by the HTML that it stands for, HTML may stand in it, and so it is read as HTML.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import UnreadableFileError
from ingest.layout import OnPage, RawDocument, ignore_page
from ingest.readers.html import read_page
from ingest.readers.html_events import parse_html
from ingest.readers.symbols import BOX, TICKED_BOX
from ingest.readers.text import decode

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline

MEDIA_TYPE: Final = "text/markdown"

_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(?P<lines>.*?\n)(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"(?P<key>\w++)[^\S\n]*+:[^\S\n]*+(?P<value>.*)")
_QUOTED = re.compile(r"\"(?P<double>.*)\"|'(?P<single>.*)'")
_METADATA = {
    "title": "title",
    "titel": "title",
    "author": "author",
    "autor": "author",
    "date": "created",
    "datum": "created",
}
_DEFINITION = re.compile(r"\[\^(?P<name>[^\]\s]{1,100})\]:[^\S\n]*")
_REFERENCE = re.compile(r"\[\^(?P<name>[^\]\s]{1,100})\]")
_TASK = re.compile(r"\[(?P<tick>[ xX])\](?=\s)")
_DEEPEST = 100
"""Levels of quotes and lists. The parser drops what is deeper (its preset: deeper than 20) and is recursive."""
_DEFINITIONS, _REFERRED = "note definitions", "note numbers"
"""Where the parser's environment keeps the text of each note by its name, and the numbers of those referred to."""


class MarkdownReader:
    """Markdown files in UTF-8, UTF-16 with a byte order mark, or Windows-1252."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """The file's paragraphs, notes and tables on one page without measures."""
        text = decode(path, path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
        text, metadata = _split_front_matter(text)
        if not text.strip():
            raise UnreadableFileError(f"„{path.name}“ ist leer; bitte die Datei neu beschaffen.")
        page = parse_html(path, _to_html(text))
        return read_page(page).document(path, MEDIA_TYPE, metadata, on_page)


def _split_front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text without its YAML head, and the head's title, author and date; a rule at the top is no head."""
    match = _FRONT_MATTER.match(text)
    if match is None or ":" not in match["lines"]:
        return text, {}
    metadata: dict[str, str] = {}
    for line in match["lines"].splitlines():
        entry = _ENTRY.fullmatch(line.rstrip())
        key = _METADATA.get(entry["key"].casefold()) if entry else None
        if entry and key and entry["value"]:
            quoted = _QUOTED.fullmatch(entry["value"])
            metadata.setdefault(key, (quoted["double"] or quoted["single"] or "") if quoted else entry["value"])
    return text[match.end() :], metadata


def _to_html(text: str) -> str:
    """The HTML of the text, its notes at the end, linked there and back."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    _add_notes(parser)
    parser.core.ruler.push("tasks", _mark_tasks)
    environment: dict[str, dict[str, str]] = {_DEFINITIONS: {}, _REFERRED: {}}
    html = [parser.render(text, environment)]
    told: set[str] = set()
    # A note may refer to further notes.
    while open_notes := [name for name in environment[_REFERRED] if name not in told]:
        for name in open_notes:
            told.add(name)
            number = environment[_REFERRED][name]
            note = parser.render(environment[_DEFINITIONS][name], environment)
            html.append(f'<section id="note-{number}"><a href="#reference-{number}">↩</a>{note}</section>')
    return "".join(html)


def _add_notes(parser: MarkdownIt) -> None:
    """Teach the parser footnotes: "[^1]" in the text, "[^1]: …" at the beginning of a line."""
    parser.block.ruler.before("reference", "note definition", _define_note, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.before("link", "note reference", _refer_to_note)


def _define_note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a note's lines out of the text: its first one, and those that follow without a blank line or indented."""
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    match = _DEFINITION.match(state.src, begin, state.eMarks[start])
    if match is None:
        return False
    if silent:
        return True
    lines, line = [state.src[match.end() : state.eMarks[start]]], start + 1
    while line < end:
        source = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        after_blank = not lines[-1].strip()
        if source and (_DEFINITION.match(source) or (after_blank and state.sCount[line] - state.blkIndent < 2)):
            break
        lines.append(source)
        line += 1
    state.env[_DEFINITIONS].setdefault(match["name"], "\n".join(lines))
    state.line = line
    return True


def _refer_to_note(state: StateInline, silent: bool) -> bool:
    """Replace a reference to a defined note by a link to it."""
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None or match["name"] not in state.env[_DEFINITIONS]:
        return False
    if not silent:
        referred = state.env[_REFERRED]
        number = escape(referred.setdefault(match["name"], str(len(referred) + 1)))
        token = state.push("html_inline", "", 0)
        token.content = f'<sup><a id="reference-{number}" href="#note-{number}">{number}</a></sup>'
    state.pos = match.end()
    return True


def _mark_tasks(state: StateCore) -> None:
    """Replace "[ ]" and "[x]" at the beginning of list items by boxes."""
    for item, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if (item.type, paragraph.type, inline.type) != ("list_item_open", "paragraph_open", "inline"):
            continue
        first = inline.children[0] if inline.children else None
        if first is not None and first.type == "text" and (task := _TASK.match(first.content)):
            box = BOX if task["tick"] == " " else TICKED_BOX
            first.content = box + first.content[task.end() :]
