"""The ruling lines of a page, by which its tables are recognised."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight horizontal or vertical stroke, or one edge of a filled rectangle, in displayed points."""

    x0: float
    y0: float
    x1: float
    y1: float
