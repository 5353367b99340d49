"""A line with its place, while the page is being put in order."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.layout import Line


@dataclass(slots=True)
class Row:
    """A line from ``u0`` to ``u1`` on the baseline ``v``, in points along and across its direction of reading.

    ``size`` is its largest type size; ``column`` numbers the columns of the page; ``table`` tells that it belongs to a
    table, ``beside`` that it begins a column that stands right of the one before.
    """

    line: Line
    u0: float
    u1: float
    v: float
    size: float
    column: int
    table: bool = False
    beside: bool = False
