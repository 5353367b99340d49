"""Makes the canonical text: one string per document with the glyph box of each of its characters.

Every offset in the system refers to this string, so it is made once, here, and never changed afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.sentences import split_sentences
from corpus.types import Page, Section, Sentence, SentenceKind, Span, Table
from ingest.blocks import Block, group_blocks
from ingest.building import TextBuilder
from ingest.furniture import strip_furniture
from ingest.layout import Boxes, Confidences, RawDocument
from ingest.tables.joining import number_tables
from ingest.tables.laying import lay_table


@dataclass(frozen=True, slots=True)
class CanonicalDocument:
    """A document's canonical text and what lies on it.

    ``boxes`` has shape (characters, 4) in displayed points, NaN where a character has no glyph; ``glyph_pages`` has
    shape (characters,) and names the page of each character.
    """

    text: str
    boxes: Boxes
    glyph_pages: NDArray[np.int32]
    pages: list[Page]
    sections: list[Section]
    sentences: list[Sentence]
    tables: list[Table]


def make_canonical(raw: RawDocument) -> CanonicalDocument:
    """Clean the pages, fix the text and lay sections, tables and sentences on it. Changes ``raw``'s pages."""
    labels = strip_furniture(raw.pages)
    number_tables(raw.pages)
    blocks = group_blocks(raw.pages)
    builder = TextBuilder()
    sections: list[tuple[str, int, int]] = []
    sentences: list[Sentence] = []
    tables: list[Table] = []
    for number, block in enumerate(blocks):
        if number:
            tight = block.kind == "item" and blocks[number - 1].kind == "item"
            builder.add_blank("\n" if tight else "\n\n", blocks[number - 1].pages[-1])
        if block.kind == "heading":
            sections.append((block.text.rstrip(": "), block.level, builder.length))
        elif not sections:
            sections.append(("", 1, builder.length))
        section = len(sections) - 1
        if block.kind == "table":
            table, rows = lay_table(
                builder,
                block.lines,
                block.pages,
                index=len(tables),
                paragraph=number,
                section=section,
                first_sentence=len(sentences),
            )
            tables.append(table)
            sentences.extend(rows)
            continue
        span = builder.add_lines(block.lines, block.pages)
        for part in _split(block, builder.since(span.start)):
            inside = Span(span.start + part.start, span.start + part.end)
            sentences.append(Sentence(len(sentences), inside, _kind(block), number, section))
    glyph_pages = builder.pages()
    confidences = builder.confidences()
    return CanonicalDocument(
        text=builder.text(),
        boxes=builder.boxes(),
        glyph_pages=glyph_pages,
        pages=_pages(raw, labels, glyph_pages),
        sections=_close_sections(sections, builder.length),
        sentences=[_with_confidence(sentence, confidences) for sentence in sentences],
        tables=tables,
    )


def _with_confidence(sentence: Sentence, confidences: Confidences) -> Sentence:
    """The sentence with the mean confidence of its recognised characters."""
    recognised = confidences[sentence.span.start : sentence.span.end]
    recognised = recognised[~np.isnan(recognised)]
    return replace(sentence, confidence=round(float(recognised.mean()), 3)) if recognised.size else sentence


def _split(block: Block, text: str) -> list[Span]:
    """The sentences of a block; a heading and a line of a table of contents are one piece."""
    return [Span(0, len(text))] if block.kind in ("heading", "contents") else split_sentences(text)


def _kind(block: Block) -> SentenceKind:
    if block.kind == "table":
        raise ValueError("a table's sentences are its rows")
    return "sentence" if block.kind == "paragraph" else block.kind


def _pages(raw: RawDocument, labels: list[str], glyph_pages: NDArray[np.int32]) -> list[Page]:
    """Each page's part of the text; pages follow one another, so their first characters are sorted."""
    pages: list[Page] = []
    for page, label in zip(raw.pages, labels, strict=True):
        start, end = (int(np.searchsorted(glyph_pages, page.index, side=side)) for side in ("left", "right"))
        pages.append(Page(page.index, label, page.width, page.height, start, end, page.reading))
    return pages


def _close_sections(starts: list[tuple[str, int, int]], length: int) -> list[Section]:
    """Sections end where the next one begins."""
    ends = [*(start for _, _, start in starts[1:]), length]
    return [
        Section(index, title, level, Span(start, end))
        for index, ((title, level, start), end) in enumerate(zip(starts, ends, strict=False))
    ]
