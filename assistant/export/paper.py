"""What an exported file says, before it is written in one of the formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from assistant.answer import MARKER, Answer, Citation
from assistant.composing import EXAMPLE, row_in_words, unescaped
from assistant.sheet import SessionSheet, more_sentence
from corpus.dates import german_date

_MADE_BY: Final = (
    "Von einem Programm (Künstliche Intelligenz) aus wörtlichen Zitaten zusammengestellt. Maßgeblich ist das Original."
)
_MAY_MISS: Final = "Das Blatt kann Stellen übersehen."
_INVENTED_SHEET: Final = "Dieses Blatt beruht auf einem Beispieldokument (frei erfunden, nicht amtlich)."
_STRONG: Final = re.compile(r"(?<!\\)\*+")

BlockKind = Literal["title", "heading", "subheading", "text", "strong", "note", "quote"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph; ``source`` is the Fundstelle of a quote, ``lead`` what stands in bold before it."""

    kind: BlockKind
    text: str
    lead: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file's title and its paragraphs."""

    title: str
    blocks: Sequence[Block]


def conversation_paper(answers: Sequence[Answer], day: str) -> Paper:
    """The questions and answers of a conversation with all quotes and Fundstellen; ``day`` is ISO 8601."""
    title = "Fragen und Antworten"
    blocks = [Block("title", title), Block("note", f"Stand {german_date(day)}. {_MADE_BY}")]
    for answer in answers:
        blocks += _answer(answer)
    return Paper(title, blocks)


def sheet_paper(sheet: SessionSheet) -> Paper:
    """A session sheet, every line with its proof."""
    title = f"Sitzungsblatt: {sheet.title}"
    blocks = [Block("title", title), Block("text", sheet.about)]
    if sheet.origin == "example":
        blocks.append(Block("strong", _INVENTED_SHEET))
    by_number = {citation.number: citation for citation in sheet.citations}
    for part in sheet.parts:
        blocks.append(Block("heading", part.title))
        if not part.lines:
            blocks.append(Block("note", part.empty))
        blocks += [_quote(by_number[line.citation], line.text) for line in part.lines]
        if part.more:
            blocks.append(Block("note", more_sentence(part)))
    return Paper(title, [*blocks, Block("note", f"{_MADE_BY} {_MAY_MISS}")])


def _answer(answer: Answer) -> Iterator[Block]:
    yield Block("heading", answer.question.strip())
    if answer.standalone_question.strip() != answer.question.strip():
        yield Block("note", f"Verstanden als: „{answer.standalone_question.strip()}“")
    invented = any(citation.origin == "example" for citation in answer.citations)
    if invented:
        yield Block("strong", f"Diese Antwort stützt sich auf ein {EXAMPLE}.")
    opening = _plain(answer.text.partition("\n")[0])
    if answer.engine == "generated":
        opening = answer.short_answer or ""
        yield from _worded(answer)
    else:
        yield Block("strong", opening)
    yield from (_quote(citation, f"[{citation.number}]") for citation in answer.citations)
    for statement in answer.statements:
        words = _plain(statement.text)
        if statement.kind == "notice" and words not in opening and not (invented and "frei erfunden" in words):
            yield Block("note", words)
    if answer.not_found is not None:
        if answer.not_found.announced_but_missing:
            missing = "; ".join(answer.not_found.announced_but_missing)
            yield Block("note", f"Angekündigt, liegt aber nicht vor: {missing}")
        if answer.not_found.nearest:
            yield Block("subheading", "Am nächsten kommt – beantwortet die Frage aber nicht")
            yield from (_quote(citation, "") for citation in answer.not_found.nearest)


def _worded(answer: Answer) -> Iterator[Block]:
    """What a language model worded, with the numbers of the quotes below that prove it."""
    if answer.short_answer:
        yield Block("strong", answer.short_answer)
    for statement in answer.statements:
        if statement.kind == "generated":
            yield Block("text", " ".join(unescaped(statement.text).split()))
        elif statement.kind == "quote":
            yield Block("text", f"„{' '.join(statement.text.split())}“ [{statement.citations[0]}]")


def _quote(citation: Citation, lead: str) -> Block:
    """A quote; a table's row with what heads its columns."""
    told = row_in_words(citation) if citation.cells else f"„{citation.quote}“"
    source = f"{citation.label}; {EXAMPLE}" if citation.origin == "example" else citation.label
    return Block("quote", " ".join(told.split()), lead, source)


def _plain(markdown: str) -> str:
    """A line of an answer without the marks of Markdown and of citations."""
    return " ".join(unescaped(MARKER.sub("", _STRONG.sub("", markdown))).split())
