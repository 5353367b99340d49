"""Typesets the example of Anhang 2: how the Kreis's share falls on its 19 Kommunen, in a table without ruling lines.

``python -m corpus.typesetting.anhang_2`` writes the same bytes on each run. The text is ``quellen/anhang-2.md``; the
Umlagegrundlagen are here, and everything else in the table is computed from them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from reportlab.lib.colors import black
from reportlab.platypus import Flowable, LongTable, Paragraph, TableStyle

from corpus.typesetting.amounts import CENT, apportion, german
from corpus.typesetting.anhang_1 import FULL, own_share
from corpus.typesetting.annex import COLUMN, annex
from corpus.typesetting.example import EXAMPLES, SOURCES, Styles, run, write

SOURCE = SOURCES / "anhang-2.md"
TARGET = EXAMPLES / "anhang-2.pdf"

RATE = Decimal("0.385")
"""The Hebesatz of the general Kreisumlage 2014: 38,50 v. H."""
BASES = (
    31_482_615,
    18_907_340,
    17_326_880,
    52_338_190,
    27_640_425,
    12_456_905,
    38_174_260,
    21_863_570,
    94_612_335,
    61_750_480,
    16_328_715,
    57_094_830,
    44_517_965,
    9_874_120,
    14_590_255,
    23_406_690,
    11_235_445,
    29_781_310,
    37_035_060,
)
"""Umlagegrundlagen 2014 of Kommune 01 to 19 in euros, invented so that no order of the real ones shows in them."""
WIDTHS = (0.2, 0.23, 0.22, 0.13, 0.22)
"""Of the columns, as parts of the text's width."""
SIZE = 9.5


@dataclass(frozen=True, slots=True)
class Burden:
    """A line of the table: amounts in euros, the share in per cent."""

    name: str
    base: Decimal
    levy: Decimal
    share: Decimal
    burden: Decimal

    @property
    def cells(self) -> list[str]:
        """The line as it is printed."""
        return [self.name, *(german(value) for value in (self.base, self.levy, self.share, self.burden))]


def distribution() -> list[Burden]:
    """The 19 Kommunen in the order of their numbers."""
    shares = apportion(100_00, BASES)
    burdens = apportion(int(own_share(FULL) * 100), BASES)
    return [
        Burden(
            f"Kommune {number:02}",
            Decimal(base),
            (base * RATE).quantize(CENT, ROUND_HALF_UP),
            Decimal(share) / 100,
            Decimal(burden) / 100,
        )
        for number, (base, share, burden) in enumerate(zip(BASES, shares, burdens, strict=True), start=1)
    ]


def total(lines: Sequence[Burden]) -> Burden:
    """The last line: what the lines above it add up to."""
    columns = zip(*((line.base, line.levy, line.share, line.burden) for line in lines), strict=True)
    return Burden("Summe", *(sum(column, Decimal(0)) for column in columns))


def _table(styles: Styles) -> Sequence[Flowable]:
    """Columns held apart by white space only; rules lie under the head and above the sum."""
    head = [
        "Kommune",
        "Umlagegrundlagen<br/>2014 in Euro",
        "Kreisumlage<br/>2014 in Euro",
        "Anteil<br/>in %",
        "Belastung durch<br/>das KI in Euro",
    ]
    lines = distribution()
    rows = [head, *(line.cells for line in lines), total(lines).cells]
    cells = [
        [
            Paragraph(text, styles.cell(SIZE, right=column > 0, bold=row in {0, len(rows) - 1}))
            for column, text in enumerate(texts)
        ]
        for row, texts in enumerate(rows)
    ]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LINEBELOW", (0, 0), (-1, 0), 0.75, black),
        ("LINEABOVE", (0, -1), (-1, -1), 0.75, black),
    ]
    return [LongTable(cells, colWidths=[COLUMN * width for width in WIDTHS], repeatRows=1, style=TableStyle(style))]


def typeset(target: Path = TARGET) -> None:
    """Write the PDF."""
    write(annex(SOURCE, Styles(size=10.5), {"Verteilung": _table}), target)


if __name__ == "__main__":
    sys.exit(run(typeset))
