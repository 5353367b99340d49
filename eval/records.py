"""What one question came to in numbers, and many of them as columns: every figure is computed from these alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eval.questions import Split

Pair = tuple[float, float]
"""What one question adds to a ratio's numerator and denominator; a denominator of 0 means that nothing was tested."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Record:
    """One question's numbers.

    ``group`` names the text that the question is about: questions on one text are not independent of each other, so
    resampling takes or leaves them together. ``ratios`` hold what the question adds to each ratio, ``raw`` other
    numbers (``confidence``, ``answerable``).
    """

    id: str
    group: str
    kind: str
    split: Split | None = None
    ratios: Mapping[str, Pair] = field(default_factory=dict)
    raw: Mapping[str, float] = field(default_factory=dict)


class Table:
    """Records as columns, each of shape (records,)."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records

    def __len__(self) -> int:
        return len(self.records)

    def ratio(self, name: str) -> tuple[Floats, Floats]:
        """Numerators and denominators of a ratio; records without it add nothing."""
        pairs = np.array([record.ratios.get(name, (0.0, 0.0)) for record in self.records], dtype=np.float64)
        columns = pairs.reshape(len(self.records), 2)
        return columns[:, 0], columns[:, 1]

    def raw(self, name: str) -> Floats:
        """A column of raw numbers, NaN where a record has none."""
        return np.array([record.raw.get(name, np.nan) for record in self.records], dtype=np.float64)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """The group of each record as a number from 0 on."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(record.group, len(numbers)) for record in self.records], dtype=np.int64)

    def joined(self, other: Table) -> Table:
        """The records of both, this table's first."""
        return Table([*self.records, *other.records])
