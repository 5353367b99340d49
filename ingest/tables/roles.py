"""What the rows of a table are, and how each reads by itself.

A row is

* a **header** if the table says so;
* a **subtotal** or **total** if its label says so ("Zwischensumme", "Summe", "Gesamtkosten", "Personal insgesamt",
  "Saldo", "Übertrag") and it has an amount – whether its numbers add up or not, for a wrong sum is still a sum;
* a **subtotal** or **total** without such a word if its amounts are derived from rows above it:

  - the sum of the body rows since the last (sub)total (or since the row that opens their group), or of all body rows,
  - the sum of the last two or more subtotals, or of all of them,
  - the last (sub)total together with the body rows after it ("Eigenanteil" after "abzüglich Landesförderung");

* **body** otherwise.

"Zwischensumme", "Teilsumme" and "Übertrag" are subtotals. A mere "Summe …" is a total unless a later row sums up again;
a row that is known by its numbers only is a total if no row follows that is not one too. Any other such row is a total.

Numbers prove a sum only where chance is unlikely: at least two columns must agree, or a sum of three and more addends,
or a value of three and more significant digits. Values with decimals may be off by the rounding of their addends, as
percentages are, if another column is exact or more than one column agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from corpus.amounts import Amount, whole_amount
from corpus.types import RowRole

_SUBTOTAL_WORD = re.compile(r"\b(?:zwischen|teil|unter)(?:summen?|ergebnis)\b|\bübertrag\b|\bsubtotal\b", re.IGNORECASE)
_PLAIN_SUM_WORD = re.compile(r"(?:^|[\s(–-])summe\b", re.IGNORECASE)
_TOTAL_WORD = re.compile(
    r"\b(?:end|gesamt|schluss|bilanz)summe\b|\binsgesamt\b|^\W*(?:total|saldo|zusammen|gesamt)\b|\bsaldo\b"
    r"|\bgesamt(?:betrag|kosten|auf(?:wand|wendungen)|ausgaben|einnahmen|ertr[aä]ge?|ergebnis|volumen|bedarf|zahl|saldo"
    r"|umlage|belastung|investition(?:en)?|finanzierung|förderung|stellen|einzahlungen|auszahlungen|haushalt)\b",
    re.IGNORECASE,
)
_SIGNIFICANT = 3
"""Significant digits from which on two numbers are not the same by chance."""
_MANY = 3

_Numbers = dict[int, Amount]


@dataclass(slots=True)
class _Sums:
    """The rows so far that later ones may add up."""

    group: list[_Numbers] = field(default_factory=list)
    """Body rows since the last (sub)total or the last row that opens a group."""
    since: list[_Numbers] = field(default_factory=list)
    """Body rows since the last (sub)total."""
    body: list[_Numbers] = field(default_factory=list)
    subtotals: list[_Numbers] = field(default_factory=list)

    def prove(self, row: _Numbers) -> bool:
        """Whether ``row`` is the sum of rows above it."""
        last = self.subtotals[-1:]
        addends = [self.group, self.since, self.body, self.subtotals, self.subtotals[-2:]]
        if self.since and last:
            addends.append([*last, *self.since])
        return any(_adds_up(row, rows) for rows in addends)

    def add_body(self, row: _Numbers) -> None:
        """Take in a row that is no sum; one without numbers opens a group."""
        if not row:
            self.group = []
            return
        for rows in (self.group, self.since, self.body):
            rows.append(row)

    def add_sum(self, row: _Numbers) -> None:
        """Take in a (sub)total."""
        self.group, self.since = [], []
        self.subtotals.append(row)


def row_roles(rows: Sequence[Sequence[str]], headers: Sequence[bool]) -> list[RowRole]:
    """The role of each row by the definition above; ``rows`` has the text of every cell, ``headers`` tells header rows.

    The first column holds labels: its numbers (running numbers, years) are not added up.
    """
    roles: list[RowRole] = []
    finals: list[bool] = []
    sums = _Sums()
    for cells, is_header in zip(rows, headers, strict=True):
        if is_header:
            roles.append("header")
            finals.append(False)
            continue
        numbers = _numbers(cells)
        word = _role_by_word(cells) if numbers else None
        role: RowRole = word or ("total" if sums.prove(numbers) else "body")
        if role == "body":
            sums.add_body(numbers)
        else:
            sums.add_sum(numbers)
        roles.append(role)
        finals.append(word == "total" and _TOTAL_WORD.search(_label(cells)) is not None)
    last_sum = max((position for position, role in enumerate(roles) if role in ("subtotal", "total")), default=-1)
    for position, role in enumerate(roles):
        if role != "total" or finals[position]:
            continue
        named = _role_by_word(rows[position]) is not None
        followed = "body" in roles[position + 1 :]
        if position < last_sum or (followed and not named):
            roles[position] = "subtotal"
    return roles


def row_reading(headers: Sequence[str], cells: Sequence[str]) -> str:
    """How a row reads by itself: its label, then the head of each column with its value.

    ``headers`` has one text for each column (levels joined by blanks or line ends), or none at all: "Kommune 07:
    Kreisumlage 2014 in Euro 4.753.086,03; Anteil in % 1,99", without heads "Kommune 07: 4.753.086,03; 1,99". Empty
    cells are left out. A label that is a mere number takes the next cell with it: "1. Personalkosten: …".
    """
    filled = [(column, text) for column, cell in enumerate(cells) if (text := _one_line(cell))]
    heads = [_one_line(head) for head in headers] + [""] * (len(cells) - len(headers))
    label: list[str] = []
    while filled and filled[0][0] == len(label) and not re.search(r"[^\W\d_]{2}", " ".join(label)):
        if label and whole_amount(filled[0][1]):
            break
        label.append(filled.pop(0)[1])
    values = "; ".join(f"{heads[column]} {text}".strip() for column, text in filled)
    return ": ".join(part for part in (" ".join(label), values) if part)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _numbers(cells: Sequence[str]) -> _Numbers:
    """The amounts of a row by column, its label's column left out."""
    found = ((column, whole_amount(cell)) for column, cell in enumerate(cells) if column)
    return {column: amount for column, amount in found if amount is not None}


def _label(cells: Sequence[str]) -> str:
    """What the row says before its first number; a running number in the first column is none of them."""
    label: list[str] = []
    for column, cell in enumerate(cells):
        if whole_amount(cell) is None:
            label.append(cell)
        elif column:
            break
    return " ".join(filter(None, label))


def _role_by_word(cells: Sequence[str]) -> RowRole | None:
    label = _label(cells)
    if _SUBTOTAL_WORD.search(label):
        return "subtotal"
    return "total" if _PLAIN_SUM_WORD.search(label) or _TOTAL_WORD.search(label) else None


def _adds_up(row: _Numbers, addends: Sequence[_Numbers]) -> bool:
    """Whether ``row`` is the sum of ``addends`` in every column where they have at least two values that are not 0."""
    proven = 0
    certain = False
    for column, amount in row.items():
        values = [addend[column].value for addend in addends if column in addend and addend[column].value]
        if len(values) < 2:
            if values and amount.value == values[0]:
                continue
            if not values and not amount.value:
                continue
            return False
        rounding = _rounding(amount.value) * len(values)
        difference = abs(sum(values, Decimal(0)) - amount.value)
        if difference > rounding:
            return False
        proven += 1
        exact = difference == 0
        certain = certain or (exact and (len(values) >= _MANY or _significant(amount.value) >= _SIGNIFICANT))
    return certain or proven >= 2


def _rounding(value: Decimal) -> Decimal:
    """By how much a value with decimals may differ from the exact one: half a unit in its last place."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) / 2 if isinstance(exponent, int) and exponent < 0 else Decimal(0)


def _significant(value: Decimal) -> int:
    digits = "".join(map(str, value.as_tuple().digits)).strip("0")
    return len(digits)
