"""Which rows head the columns below them."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.layout import Line
from ingest.tables.cells import CellContent, Piece, Row, TextLine, is_value, is_year
from ingest.tables.columns import Column, nearest_column, place_piece, touched_columns

_MOST_HEADERS = 4
_MOST_HEADS = 6
_MOSTLY = 0.6
_CENTRED = 6.0
"""Points by which a head may miss the middle of the columns it spans."""
_SHORT_HEAD = 14
_KNOWN_HEADS = frozenset(
    {
        "abstimmungsergebnis", "art der beratung", "ausschuss", "behandlung", "beratungsfolge", "beratungsgremium",
        "beschluss", "beschlussorgan", "datum", "ergebnis", "gremien", "gremium", "sitzung", "sitzungsdatum",
        "sitzungsteil", "sitzungstermin", "status", "termin", "top", "top-nr.", "ö", "ö / n", "ö/n", "zuständigkeit",
    }
)  # fmt: skip
"""What stands above the columns of a Beratungsfolge."""


def is_known_head(texts: Sequence[str]) -> bool:
    """Whether these are the column heads of a Beratungsfolge, the table of bodies and dates on a Vorlage.

    Heads that stand close to each other may come as one text.
    """
    heads = {text.strip(" :").casefold() for text in texts}
    if len(texts) <= _MOST_HEADS and all(len(text.split()) <= _MOST_HEADS for text in texts):
        heads |= {word.strip(":").casefold() for text in texts for word in text.split()}
    return len(heads & _KNOWN_HEADS) >= 2


def mark_headers(rows: Sequence[Row]) -> None:
    """Set ``header`` on the first rows that head the columns.

    A row does if it is a Beratungsfolge's, if it is bold and the rows below are not, if it has no values (years aside)
    where those below have them, if it spans columns that the next row parts, or if it numbers the columns; never the
    last row, nor one with nothing but a single cell in the first column.
    """
    for number, row in enumerate(rows[: min(_MOST_HEADERS, len(rows) - 1)]):
        if row.header:
            continue
        if set(row.cells) == {0} or not _heads(row, rows[number + 1 :]):
            return
        row.header = True


def _heads(row: Row, below: Sequence[Row]) -> bool:
    texts = [row.cells[column].text for column in sorted(row.cells)]
    if is_known_head(texts) or texts == [str(number) for number in range(1, len(texts) + 1)]:
        return True
    if any(is_value(text) and not is_year(text) for text in texts):
        return False
    if row.bold and not all(other.bold for other in below):
        return True
    if any(cell.columns > 1 and _is_parted(column, cell, below[0]) for column, cell in row.cells.items()):
        return True
    return any(_heads_values(column, cell, below) for column, cell in row.cells.items() if column)


def _is_parted(column: int, cell: CellContent, below: Row) -> bool:
    """Whether the next row has several cells below this one and none of them is a value."""
    parts = [other.text for number, other in below.cells.items() if column <= number < column + cell.columns]
    return len(parts) > 1 and not any(is_value(text) and not is_year(text) for text in parts)


def _heads_values(column: int, cell: CellContent, below: Sequence[Row]) -> bool:
    """Whether the cells below hold values; below a year, values that are no years."""
    filled = [other.cells[column].text for other in below if column in other.cells]
    values = [text for text in filled if is_value(text)]
    if is_year(cell.text) and all(map(is_year, values)):
        return False
    return len(values) >= 2 and len(values) >= _MOSTLY * len(filled)


def head_rows(segments: Sequence[Line], lines: Sequence[TextLine], columns: Sequence[Column]) -> list[Row]:
    """The header rows that lines above a table without vertical lines make up.

    Heads may have several lines; each line with a head that spans columns closes a row, as the heads below it part it.
    """
    rows: list[Row] = []
    row = Row(header=True)
    for number, line in enumerate(lines):
        spanning = False
        for piece in line.pieces:
            span = _span(piece, line, lines[number + 1 :], columns)
            if span is not None:
                row.add(span[0], piece, span[1])
                spanning = True
                continue
            placed = place_piece(segments, piece, columns)
            for entry in placed:
                # A wide head of one column may reach over its neighbours.
                column = entry.column if entry.columns == 1 else nearest_column(entry.piece, columns)
                row.add(column, entry.piece)
        if spanning:
            rows.append(row)
            row = Row(header=True)
    return [*rows, row] if row.cells else rows


def _span(piece: Piece, line: TextLine, below: Sequence[TextLine], columns: Sequence[Column]) -> tuple[int, int] | None:
    """The first and the number of the columns that a head spans, ``None`` if it stands above a single one.

    It spans the columns it reaches over, or that it is centred above, if the heads below part them.
    """
    if not below:
        return None
    parts = {column: head for head in below[0].pieces for column in touched_columns(head, columns)[:1]}
    touched = touched_columns(piece, columns)
    if len(touched) > 1 and sum(column in parts for column in touched) > 1:
        return touched[0], touched[-1] - touched[0] + 1
    own = touched[0] if touched else nearest_column(piece, columns)
    others = {
        c for p in line.pieces if p is not piece for c in touched_columns(p, columns) or [nearest_column(p, columns)]
    }
    first = last = own
    while first - 1 in parts and first - 1 not in others:
        first -= 1
    while last + 1 in parts and last + 1 not in others:
        last += 1
    heads = [parts[column].text for column in range(first, last + 1) if column in parts]
    centre = (columns[first].x0 + columns[last].x1) / 2
    if len(heads) < 2 or own not in parts or abs((piece.x0 + piece.x1) / 2 - centre) > _CENTRED:
        return None
    alike = all(map(is_year, heads)) or (
        all(len(head) <= _SHORT_HEAD and " " not in head for head in heads) and len(piece.text) > len(parts[own].text)
    )
    return (first, last - first + 1) if alike and first > 0 else None
