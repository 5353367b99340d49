"""Typesets the example of Anhang 1: what the Kreis's integration work costs, in a table that runs over a page break.

``python -m corpus.typesetting.anhang_1`` writes the same bytes on each run. The text is ``quellen/anhang-1.md``; the
amounts are here, and all sums are computed from them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from reportlab.platypus import Flowable

from corpus.typesetting.amounts import german
from corpus.typesetting.annex import COLUMN, annex
from corpus.typesetting.example import EXAMPLES, SOURCES, Styles, run, table, write

SOURCE = SOURCES / "anhang-1.md"
TARGET = EXAMPLES / "anhang-1.pdf"

START_UP, FULL, NEXT = YEARS = (2014, 2015, 2016)
START_UP_SHARE = Decimal("0.5")
"""The part of 2014 in which the centre works: from 1 July."""
RISE = Decimal("1.02")
"""Of the cost of personnel from 2015 to 2016."""
WIDTHS = (195.0, 42.0, 72.0, 72.0, 72.0)


@dataclass(frozen=True, slots=True)
class Position:
    """A line of the costs: ``amount`` in euros in the full year 2015, ``posts`` where it pays for people."""

    name: str
    amount: Decimal
    remark: str = ""
    posts: Decimal | None = None

    def cost(self, year: int, *, starts: bool) -> Decimal:
        """The cost in a year; what ``starts`` in July costs half in 2014, and personnel rises in 2016."""
        if year == START_UP and starts:
            return self.amount * START_UP_SHARE
        if year == NEXT and self.posts is not None:
            return (self.amount * RISE / 10).quantize(Decimal(1), ROUND_HALF_UP) * 10
        return self.amount


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the costs with its subtotal; ``starts`` in July 2014 or has been there before."""

    letter: str
    title: str
    positions: tuple[Position, ...]
    starts: bool = True

    def total(self, year: int) -> Decimal:
        """The subtotal of a year."""
        return sum((position.cost(year, starts=self.starts) for position in self.positions), Decimal(0))

    @property
    def posts(self) -> Decimal:
        """All posts of the section."""
        return sum((position.posts for position in self.positions if position.posts), Decimal(0))


def _position(name: str, amount: str, posts: str = "", remark: str = "") -> Position:
    return Position(name, Decimal(amount), remark, Decimal(posts) if posts else None)


EXISTING = Section(
    "A",
    "Bisherige Integrationsarbeit",
    (
        _position("Koordinierungsstelle Integration", "61200", "1.0", "Personalkosten (Anmerkung 1)"),
        _position("Zuschüsse an Träger der Migrationsarbeit", "84500", remark="werden weitergezahlt (Anmerkung 4)"),
        _position("Sprachkurse und Sprachmittlung", "22300", remark="Honorare und Lehrmaterial"),
        _position("Sachkosten und Veranstaltungen", "9400", remark="unter anderem Integrationskonferenz"),
    ),
    starts=False,
)
PERSONNEL = Section(
    "B",
    "Kommunales Integrationszentrum, Personal",
    (
        _position("Sozialpädagogische Fachkräfte", "124800", "2.0", "davon eine mit der Leitung (Anmerkung 1)"),
        _position("Verwaltungsfachkraft", "58200", "1.0", "Mittel, Nachweise, Förderberatung (Anmerkung 1)"),
        _position("Verwaltungsassistenz", "24600", "0.5", "Sprachmittlerpool, Verzeichnisse (Anmerkung 1)"),
        _position("Lehrkräfte, Abordnung", "0", "2.0", "bezahlt das Land (Anmerkung 2)"),
    ),
)
WORKPLACE = Decimal(9700)
MATERIAL = Section(
    "C",
    "Kommunales Integrationszentrum, Sachkosten",
    (
        Position("Arbeitsplätze", PERSONNEL.posts * WORKPLACE, "5,5 × 9.700,00 Euro (Anmerkung 3)"),
        _position("Sprachmittlerpool", "15000", remark="Schulung, Einsätze, Fahrtkosten"),
        _position("Öffentlichkeitsarbeit", "12000", remark="Wegweiser, Internetauftritt, Veranstaltungen"),
        _position("Fortbildung und Netzwerktreffen", "8000", remark="Referenten, Räume, Reisekosten"),
    ),
)
GRANTS: tuple[tuple[str, str, int, Decimal], ...] = (
    ("Sozialpädagogische Fachkräfte", "2,0", 2, Decimal(50000)),
    ("Verwaltungsfachkraft", "1,0", 1, Decimal(50000)),
    ("Verwaltungsassistenz (halbe Stelle)", "0,5", 1, Decimal(20000)),
)
"""What the Land grants at most: the post, how many there are, how many times which amount."""
GRANTED_POSTS = Decimal("3.5")


def grant(year: int) -> Decimal:
    """The grant of the Land in euros."""
    full = sum((count * amount for _, _, count, amount in GRANTS), Decimal(0))
    return full * START_UP_SHARE if year == START_UP else full


def centre(year: int) -> Decimal:
    """What the centre costs before the grant."""
    return PERSONNEL.total(year) + MATERIAL.total(year)


def own_share(year: int) -> Decimal:
    """What of it the Kreis bears itself."""
    return centre(year) - grant(year)


def everything(year: int) -> Decimal:
    """All integration work before the grant."""
    return EXISTING.total(year) + centre(year)


def cost_rows() -> tuple[list[list[str]], list[int], list[int]]:
    """The rows of the table of costs with markup, the rows of sums and those that open a section."""
    rows = [["Position", "Stellen", "2014<br/>(Anlauf,<br/>ab 1. Juli)", "2015", "2016"]]
    sums: list[int] = []
    openings: list[int] = []

    def add_sum(name: str, amount: Callable[[int], Decimal], posts: Decimal | None = None) -> None:
        sums.append(len(rows))
        rows.append([name, german(posts, 1) if posts else "", *(german(amount(year)) for year in YEARS)])

    for section in (EXISTING, PERSONNEL, MATERIAL):
        openings.append(len(rows))
        rows.append([f"<b>{section.letter}. {section.title}</b>", "", "", "", ""])
        for position in section.positions:
            remark = f'<br/><font size="8">{position.remark}</font>' if position.remark else ""
            posts = german(position.posts, 1) if position.posts else ""
            costs = [german(position.cost(year, starts=section.starts)) for year in YEARS]
            rows.append([position.name + remark, posts, *costs])
        add_sum(f"Zwischensumme {section.letter}", section.total, section.posts)
    add_sum("Summe Kommunales Integrationszentrum<br/>(B + C)", centre, PERSONNEL.posts)
    rows.append(["abzüglich Landesförderung (Anmerkung 5)", "", *(german(-grant(year)) for year in YEARS)])
    add_sum("Eigenanteil des Kreises", own_share)
    add_sum("Gesamtaufwand Integrationsarbeit<br/>(A + B + C)", everything, EXISTING.posts + PERSONNEL.posts)
    add_sum("Gesamtaufwand nach Abzug der Landesförderung", lambda year: everything(year) - grant(year))
    return rows, sums, openings


def _costs(styles: Styles) -> Sequence[Flowable]:
    rows, sums, openings = cost_rows()
    return [
        table(
            rows,
            WIDTHS,
            styles,
            right=range(1, 5),
            bold_rows=sums,
            spans=[((0, row), (4, row)) for row in openings],
            # A section's opening stays with its first position, a sum with what it sums up.
            extra=[("NOSPLIT", (0, row), (0, row + 1)) for row in openings]
            + [("NOSPLIT", (0, row - 1), (0, row)) for row in sums],
        )
    ]


def _grants(styles: Styles) -> Sequence[Flowable]:
    rows = [["Funktion", "Stellen", "Berechnung", "Förderung höchstens"]]
    rows += [
        [name, posts, f"{count} × {german(amount)}", german(count * amount)] for name, posts, count, amount in GRANTS
    ]
    rows.append(["Summe", german(GRANTED_POSTS, 1), "", german(grant(FULL))])
    return [table(rows, (COLUMN - 250, 50, 100, 100), styles, right=(1, 2, 3), bold_rows=[-1])]


def typeset(target: Path = TARGET) -> None:
    """Write the PDF."""
    write(annex(SOURCE, Styles(size=10.5), {"Kosten": _costs, "Landesförderung": _grants}), target)


if __name__ == "__main__":
    sys.exit(run(typeset))
