"""Lays a table into the canonical text: rows are lines, cells are separated by tabs, each row is a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.types import Cell, RowRole, Sentence, SentenceKind, Span, Table
from ingest.building import TextBuilder
from ingest.layout import CellPlace, Line
from ingest.tables.roles import row_reading, row_roles


@dataclass(frozen=True, slots=True)
class _LaidCell:
    place: CellPlace
    span: Span
    text: str


def lay_table(
    builder: TextBuilder,
    lines: Sequence[Line],
    pages: Sequence[int],
    *,
    index: int,
    paragraph: int,
    section: int,
    first_sentence: int,
) -> tuple[Table, list[Sentence]]:
    """Add the table that ``lines`` make up; all of them have a ``cell``.

    Between two cells stand as many tabs as columns lie between them, so that a quoted row pastes into a spreadsheet as
    it stood. A row that a page break cuts becomes two, because a text that follows the pages cannot finish its first
    cell before it begins its second.
    """
    rows: list[list[_LaidCell]] = []
    page = pages[0]
    for row_page, cells in _rows(lines, pages):
        if rows:
            builder.add_blank("\n", page)
        page = row_page
        rows.append(_lay_row(builder, cells, page))
    columns = max(cell.place.column + cell.place.columns for row in rows for cell in row)
    headers = [all(cell.place.header for cell in row) for row in rows]
    roles = row_roles([_texts(row, columns) for row in rows], headers)
    table = Table(
        index=index,
        paragraph=paragraph,
        section=section,
        span=Span(rows[0][0].span.start, rows[-1][-1].span.end),
        columns=columns,
        rows=tuple(roles),
        cells=tuple(
            Cell(number, cell.place.column, cell.place.columns, cell.span)
            for number, row in enumerate(rows)
            for cell in row
        ),
    )
    sentences = [
        Sentence(
            index=first_sentence + number,
            span=Span(row[0].span.start, row[-1].span.end),
            kind=_kind(role),
            paragraph=paragraph,
            section=section,
            reading=reading,
        )
        for number, (row, role, reading) in enumerate(zip(rows, roles, _readings(rows, roles, columns), strict=True))
    ]
    return table, sentences


def _kind(role: RowRole) -> SentenceKind:
    return "header" if role == "header" else "row"


def _rows(lines: Sequence[Line], pages: Sequence[int]) -> Iterator[tuple[int, list[tuple[CellPlace, list[Line]]]]]:
    """The page and the cells of each row; lines of one cell are together."""
    placed = [(line, line.cell, page) for line, page in zip(lines, pages, strict=True) if line.cell is not None]
    for (page, _), row in groupby(placed, key=lambda entry: (entry[2], entry[1].row)):
        cells: dict[int, tuple[CellPlace, list[Line]]] = {}
        for line, place, _ in row:
            cells.setdefault(place.column, (place, []))[1].append(line)
        yield page, [cells[column] for column in sorted(cells)]


def _lay_row(builder: TextBuilder, cells: Sequence[tuple[CellPlace, list[Line]]], page: int) -> list[_LaidCell]:
    laid: list[_LaidCell] = []
    for place, lines in cells:
        if laid:
            builder.add_blank("\t" * (place.column - laid[-1].place.column), page)
        span = builder.add_lines(lines, [page] * len(lines))
        laid.append(_LaidCell(place, span, builder.since(span.start)))
    return laid


def _texts(row: Sequence[_LaidCell], columns: int) -> list[str]:
    """The row with an empty text for each empty cell."""
    texts = [""] * columns
    for cell in row:
        texts[cell.place.column] = cell.text
    return texts


def _readings(rows: Sequence[Sequence[_LaidCell]], roles: Sequence[RowRole], columns: int) -> Iterator[str | None]:
    """How each row reads by itself: under the heads of its columns, after a line for the row that opens its group."""
    heads = _heads(rows, roles, columns)
    group = ""
    for row, role in zip(rows, roles, strict=True):
        if role == "header":
            yield None
            continue
        only_label = len(row) == 1 and row[0].place.column == 0
        if only_label and role == "body":
            group = row[0].text
            yield None
            continue
        reading = row_reading(heads, _texts(row, columns))
        # A grand total belongs to no group, and a subtotal is the last row of its own.
        yield f"{group}\n{reading}" if group and role != "total" else reading
        if role != "body":
            group = ""


def _heads(rows: Sequence[Sequence[_LaidCell]], roles: Sequence[RowRole], columns: int) -> list[str]:
    """The head of each column: what all header rows say above it, from the top."""
    heads = [""] * columns
    for row, role in zip(rows, roles, strict=True):
        if role != "header":
            continue
        for cell in row:
            for column in range(cell.place.column, min(columns, cell.place.column + cell.place.columns)):
                heads[column] = f"{heads[column]} {cell.text}".strip()
    return heads
