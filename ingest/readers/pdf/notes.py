"""Recognises footnotes: small type at the foot of a column, below a short rule or with a raised number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.readers.pdf.rows import Row
from ingest.readers.pdf.rules import Rule

_SMALLER = 0.92
"""Footnotes are set at most this large, measured by the type above them (8 to 10 points below 11, usually)."""
_FOOT = 0.9
"""Share of the page's height below which page numbers and running feet stand."""
_FOOT_GAP = 1.5
"""Type sizes of white, at least, between the text and the page's foot."""
_MOST_FOOT_ROWS = 3
_SHORT_RULE = (20.0, 0.5)
"""The rule above footnotes: at least so many points, at most this share of the page's width."""
_RAISED = re.compile(r"(?P<number>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\)?\s*\S")
_PLAIN = re.compile(r"\[?(?P<number>\d{1,3})[\].)]?(?:\s+\S|[A-ZÄÖÜ„])|\*{1,3}\)?\s*\w")
_PAGE_NUMBER = re.compile(
    r"(?:.*\b(?:Seite|Blatt|S\.)\s*)?[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:von|/)\s*\d{1,4})?", re.IGNORECASE
)
_FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_FIGURES = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_NOTE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of a page by what they are, each in reading order."""

    body: list[Row]
    notes: list[Row]
    foot: list[Row]


def set_notes_apart(rows: Sequence[Row], rules: Sequence[Rule], width: float, height: float) -> Parts:
    """Take the footnotes and the page's foot out of the rows; the first line of each note is marked as such."""
    foot = _foot(rows, rules, width, height)
    columns = [list(column) for _, column in groupby(rows[: len(rows) - len(foot)], key=lambda row: row.column)]
    body: list[Row] = []
    notes: list[Row] = []
    for number, column in enumerate(columns):
        others = [row for other in columns[:number] + columns[number + 1 :] for row in other]
        first = _first_note(column, others, rules, width)
        body += column[:first]
        notes += column[first:]
        _mark_notes(column[first:])
    if notes and foot:
        foot[0].line.mark = "paragraph"
    return Parts(body, notes, list(foot))


def _foot(rows: Sequence[Row], rules: Sequence[Rule], width: float, height: float) -> Sequence[Row]:
    """The last rows of the page, if they stand apart from the text at its lower edge, or the last one counts pages."""
    foot: Sequence[Row] = []
    for count in range(1, min(_MOST_FOOT_ROWS, len(rows) - 1) + 1):
        first, above = rows[-count], rows[-count - 1]
        if first.v < _FOOT * height or first.table:
            break
        if count == 1 and _PAGE_NUMBER.fullmatch(first.line.text):
            foot = rows[-1:]
        elif _begins_note(first, rows[:-count]) or _below_rule(first, above, rules, width):
            break
        lowest = max(row.v for row in rows[:-count])
        if first.v - first.size - lowest >= _FOOT_GAP * min(first.size, above.size):
            return rows[-count:]
    return foot


def _first_note(column: Sequence[Row], others: Sequence[Row], rules: Sequence[Rule], width: float) -> int:
    """Where the footnotes of a column begin; its length if it has none."""
    first = len(column)
    for start in range(len(column) - 1, max(len(column) - _MOST_NOTE_ROWS, 0) - 1, -1):
        row, above = column[start], [*column[:start], *others]
        if row.table or row.size > _SMALLER * _usual_size(above, column):
            break
        if _below_rule(row, column[start - 1] if start else None, rules, width) or _begins_note(row, above):
            first = start
    return first


def _usual_size(rows: Sequence[Row], fallback: Sequence[Row]) -> float:
    """The type size of most characters."""
    weights: dict[float, int] = {}
    for row in rows or fallback:
        weights[row.size] = weights.get(row.size, 0) + len(row.line.text)
    return max(weights, key=lambda size: weights[size])


def _below_rule(row: Row, above: Row | None, rules: Sequence[Rule], width: float) -> bool:
    """Whether a short rule stands between a row and the one above it."""
    ceiling = above.v + 0.4 * above.size if above else 0.0
    shortest, longest = _SHORT_RULE[0], _SHORT_RULE[1] * width
    return any(
        abs(rule.y1 - rule.y0) < 1.5
        and shortest <= rule.x1 - rule.x0 <= longest
        and abs(rule.x0 - row.u0) <= 3 * row.size
        and ceiling <= rule.y0 <= row.v - 0.5 * row.size
        for rule in rules
    )


def _begins_note(row: Row, above: Sequence[Row]) -> bool:
    """Whether a row begins with a raised number, or with a plain one that is raised in the text above."""
    if _RAISED.match(row.line.text):
        return True
    plain = _PLAIN.match(row.line.text)
    if plain is None or not plain["number"]:
        return False
    wanted = plain["number"].translate(_RAISED_FIGURES)
    return any(wanted in other.line.text for other in above)


def _mark_notes(notes: Sequence[Row]) -> None:
    """Mark the first line of each note: each begins as the first one does, with the next number."""
    last: int | None = None
    for number, row in enumerate(notes):
        raised, plain = _RAISED.match(row.line.text), _PLAIN.match(row.line.text)
        match = raised or plain
        value = int(match["number"].translate(_FIGURES)) if match and match["number"] else None
        if number == 0 or raised or (plain and (value is None or last is None or value == last + 1)):
            row.line.mark = "note"
            last = value if value is not None else last
