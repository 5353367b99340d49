"""Reads the sources of the example documents, a small dialect of Markdown, and makes flowables of them.

* the head: ``Schlüssel: Wert`` lines up to a line ``---``;
* ``#``, ``##``, ``###``: headings; their numbers are written out;
* paragraphs, of which the lines are joined; ``> ``: a paragraph in a box;
* ``- `` and ``1. ``: items of lists, ``- [x] `` and ``- [ ] ``: tick boxes; an item may go on in indented lines;
* ``| a | b |``: tables; the second row (``|---|--:|``) gives by its dashes how the widths of the columns relate and by
  a colon at the right which are flush right; a row whose first cell is bold is a subtotal, and there
  the first cell covers the empty ones that follow it;
* a paragraph that is italic as a whole: a caption or a remark, in small type;
* ``[^1]`` and ``[^1]: …``: footnotes; ``**bold**``, ``*italic*``;
* ``<!-- … -->`` alone on a line: an instruction to the script, which knows what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, Paragraph

from corpus.errors import UnreadableFileError
from corpus.typesetting.example import SOURCES, Styles, boxed, heading, item, read_source, table, tick_box
from corpus.typesetting.footnotes import REFERENCE, Footnote, NotedParagraph, raised

SYLLABLES = SOURCES / "trennungen.txt"
"""The words that may be divided at the end of a line, with a hyphen at each place where they may be."""
SMALL_TABLE = 10
"""Rows up to which a table is not parted from its caption."""
ROOM_FOR_ROWS = 120.0
"""Points that the caption of a longer table and its first rows need."""
SOFT_HYPHEN = "\N{SOFT HYPHEN}"

Kind = Literal["heading", "paragraph", "box", "item", "tick", "table", "caption", "instruction"]

_HEADING = re.compile(r"(#{1,3}) (.+)")
_TICK = re.compile(r"- \[([x ])\] (.+)")
_ITEM = re.compile(r"(-|\d+\.|[a-z]\)) (.+)")
_INSTRUCTION = re.compile(r"<!-- (.+) -->")
_NOTE = re.compile(r"\[\^(\d+)\]: (.+)")
_WORD = re.compile(r"(?<![\w&-])[^\W\d_]{8,}(?![\w-])")
_TOKEN = re.compile(r"\S+")
_CAPTION = re.compile(r"\*([^*]+)\*")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"\*(.+?)\*")


@dataclass(slots=True)
class Block:
    """One heading, paragraph, item, table or instruction of a source.

    ``mark`` is what stands before the text (a number, a dot, ☐); ``rows`` and ``columns`` are those of a table.
    """

    kind: Kind
    text: str = ""
    level: int = 1
    mark: str = ""
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A source that has been read: the values of its head, its blocks and its footnotes by number."""

    head: Mapping[str, str]
    blocks: Sequence[Block]
    notes: Mapping[str, str]


def read(path: Path) -> Source:
    """Read a source; blanks and line breaks inside a block do not count."""
    text = read_source(path)
    head_text, separator, body = text.partition("\n---\n")
    if not separator:
        raise UnreadableFileError(f"Dem Text {path} fehlt der Kopf bis zur Zeile „---“; bitte ergänzen.")
    head = {key: value.strip() for key, _, value in (line.partition(": ") for line in head_text.splitlines())}
    notes: dict[str, str] = {}
    blocks: list[Block] = []
    for lines in _groups(body):
        if match := _NOTE.fullmatch(" ".join(lines)):
            notes[match.group(1)] = match.group(2)
        else:
            blocks.append(_block(lines))
    return Source(head, blocks, notes)


def _starts(line: str) -> bool:
    return bool(_HEADING.match(line) or _ITEM.match(line) or _INSTRUCTION.match(line) or _NOTE.match(line))


def _groups(body: str) -> Iterator[list[str]]:
    """The lines of each block; a block ends at an empty line and where a line opens a new one."""
    group: list[str] = []
    for line in body.splitlines():
        if group and (not line.strip() or _starts(line)):
            yield group
            group = []
        if line.strip():
            group.append(line.strip())
    if group:
        yield group


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _block(lines: list[str]) -> Block:
    text = " ".join(lines)
    if lines[0].startswith("|"):
        return Block("table", rows=[_cells(line) for line in lines])
    if lines[0].startswith("> "):
        return Block("box", text=" ".join(line.removeprefix(">").strip() for line in lines))
    if match := _INSTRUCTION.fullmatch(text):
        return Block("instruction", text=match.group(1))
    if match := _HEADING.fullmatch(text):
        return Block("heading", text=match.group(2), level=len(match.group(1)))
    return _item_or_paragraph(text)


def _item_or_paragraph(text: str) -> Block:
    if match := _TICK.fullmatch(text):
        return Block("tick", text=match.group(2), mark=match.group(1))
    if match := _ITEM.fullmatch(text):
        return Block("item", text=match.group(2), mark="•" if match.group(1) == "-" else match.group(1))
    return Block("caption" if _CAPTION.fullmatch(text) else "paragraph", text=text)


@cache
def _divisions() -> Mapping[str, str]:
    lines = read_source(SYLLABLES).split()
    return {line.replace("-", ""): line.replace("-", SOFT_HYPHEN) for line in lines}


def divisible(text: str) -> str:
    """``text`` with soft hyphens in the words that may be divided.

    What touches a raised number or a change of type stays whole: reportlab would set a blank between the two.
    """
    known = _divisions()

    def divide(token: re.Match[str]) -> str:
        if "*" in token.group() or "[^" in token.group():
            return token.group()
        return _WORD.sub(lambda word: known.get(word.group(), word.group()), token.group())

    return _TOKEN.sub(divide, text)


def inline(text: str, size: float) -> str:
    """The markup that reportlab understands for a text of ``size`` points."""
    marked = divisible(escape(text))
    marked = _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", marked))
    return REFERENCE.sub(lambda match: raised(match.group(1), size), marked)


def flowables(
    source: Source, styles: Styles, width: float, instructions: Mapping[str, Callable[[], Sequence[Flowable]]]
) -> list[Flowable]:
    """The story of a source.

    Args:
        source: what was read.
        styles: the document's styles.
        width: of the tables in points.
        instructions: what the script does for each instruction that the source gives.
    """
    story: list[Flowable] = []
    for index, block in enumerate(source.blocks):
        previous, following = source.blocks[index - 1], next(iter(source.blocks[index + 1 :]), None)
        text = inline(block.text, styles.size)
        match block.kind:
            case "heading":
                story.extend(_heading(source.blocks[index:], styles, first=index == 0 or previous.kind != "heading"))
            case "instruction":
                story.extend(instructions[block.text]())
            case "table":
                story.append(source_table(block, styles, width))
            case "item" | "tick":
                story.append(_list_item(block, text, styles, last=following is None or following.kind != block.kind))
            case "box":
                story.append(boxed([Paragraph(text, styles.body)], width))
            case "caption":
                story.extend(_caption(text, styles, following))
            case "paragraph":
                story.append(_paragraph(block.text, text, source.notes, styles.body))
    return story


def _heading(blocks: Sequence[Block], styles: Styles, *, first: bool) -> list[Flowable]:
    """The heading that ``blocks`` begin with: not divided, and never alone at the end of a column.

    reportlab would keep it with the whole of the next paragraph. It stays with two lines of it; only tables, which are
    not divided, it keeps to the next.
    """
    headings = list(takewhile(lambda block: block.kind == "heading", blocks))
    made = heading(escape(blocks[0].text), styles, blocks[0].level)
    after = blocks[len(headings)].kind if len(blocks) > len(headings) else "table"
    if after in {"caption", "table"}:
        return [made]
    made.keepWithNext = 0
    if after == "instruction":  # the script has given the heading a place of its own
        return [made]
    set_in = [styles.headings[block.level - 1] for block in headings]
    room = sum(style.spaceBefore + style.leading + style.spaceAfter for style in set_in) + 3 * styles.body.leading
    return [CondPageBreak(room), made] if first else [made]


def _list_item(block: Block, text: str, styles: Styles, *, last: bool) -> Paragraph:
    paragraph = (
        tick_box(text, styles, ticked=block.mark == "x") if block.kind == "tick" else item(text, styles, block.mark)
    )
    if last:
        paragraph.spaceAfter = styles.body.spaceAfter
    return paragraph


def _caption(text: str, styles: Styles, following: Block | None) -> list[Flowable]:
    """A caption stays with a small table; above a long one, which breaks anyway, some rows must still fit."""
    if following is None or following.kind != "table":
        return [Paragraph(text, styles.small)]
    small = len(following.rows) <= SMALL_TABLE
    style = ParagraphStyle("caption", parent=styles.small, spaceBefore=4, spaceAfter=2, keepWithNext=int(small))
    return [Paragraph(text, style)] if small else [CondPageBreak(ROOM_FOR_ROWS), Paragraph(text, style)]


def _paragraph(text: str, marked: str, notes: Mapping[str, str], style: ParagraphStyle) -> NotedParagraph:
    paragraph = NotedParagraph(marked, style)
    paragraph.notes = tuple(
        Footnote(number, inline(notes[number], style.fontSize)) for number in REFERENCE.findall(text)
    )
    return paragraph


def _label_spans(rows: Sequence[Sequence[str]]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for index, row in enumerate(rows):
        empty = next((column for column, cell in enumerate(row[1:]) if cell), len(row) - 1)
        if row[0].startswith("**") and empty:
            yield (0, index), (empty, index)


def source_table(block: Block, styles: Styles, width: float, size: float = 9.0) -> Flowable:
    """The table of a block, ``width`` points wide."""
    dashes, rows = block.rows[1], [block.rows[0], *block.rows[2:]]
    weights = [len(cell) for cell in dashes]
    return table(
        [[inline(cell, size) for cell in row] for row in rows],
        [width * weight / sum(weights) for weight in weights],
        styles,
        right=[column for column, cell in enumerate(dashes) if cell.endswith(":")],
        bold_rows=[index for index, row in enumerate(rows) if row[0].startswith("**")],
        size=size,
        spans=_label_spans(rows),
    )
