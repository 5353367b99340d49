"""Tables as council papers have them, invented at random, with questions about a cell: there or not there.

Rows read as ingestion makes them read, each cell after the head of its column. Nothing is taken from a real file or
from the example documents; words and figures are drawn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from corpus.types import Span
from eval.training.sources import Labelled, joined_text
from ingest.tables import row_reading

_NAMES: Final = tuple(
    """
    Ortsteil Nord; Ortsteil Süd; Altstadt; Neustadt; Gemeinde A; Gemeinde B; Gemeinde C;
    Bezirk 1; Bezirk 2; Bezirk 3; Bezirk 7; Bezirk 11; Grundschule West; Grundschule Ost;
    Gesamtschule; Realschule; Hallenbad; Freibad; Stadtbücherei; Musikschule; Volkshochschule;
    Feuerwache 1; Feuerwache 2; Bauhof; Jugendamt; Sozialamt; Ordnungsamt; Straßenbau;
    Grünpflege; Winterdienst; Kita Sonnenhang; Kita Bachstraße
    """.replace("\n    ", " ")
    .strip()
    .split("; ")
)
_COLUMNS: Final = (
    ("Einwohner", "Wie viele Einwohner hat {name}?", "count"),
    ("Beschäftigte", "Wie viele Beschäftigte hat {name}?", "count"),
    ("Plätze", "Wie viele Plätze gibt es bei {name}?", "count"),
    ("Stellen", "Wie viele Stellen sind für {name} vorgesehen?", "posts"),
    ("Aufwand in Euro", "Wie hoch ist der Aufwand für {name}?", "euro"),
    ("Ertrag in Euro", "Welcher Ertrag steht bei {name}?", "euro"),
    ("Zuschuss", "Wie hoch ist der Zuschuss für {name}?", "euro"),
    ("Anteil", "Welchen Anteil hat {name}?", "percent"),
    ("Beginn", "Wann beginnt {name}?", "date"),
    ("Fertigstellung", "Bis wann wird {name} fertig?", "date"),
    ("Zuständig", "Wer ist für {name} zuständig?", "office"),
    ("Ergebnis", "Wie hat {name} Stellung genommen?", "vote"),
)
_OFFICES: Final = (
    "Bauamt", "Kämmerei", "Hauptamt", "Schulverwaltung", "Fachbereich 3", "Amt 50", "Bürgerbüro", "Planungsamt",
)  # fmt: skip
_VOTES: Final = ("stimmt zu", "lehnt ab", "keine Rückmeldung", "stimmt unter Vorbehalt zu")
_ROWS: Final = (3, 8)
_ABSENT: Final = 0.4


@dataclass(frozen=True, slots=True)
class _Asked:
    head: str
    question: str
    kind: str


def invented_tables(count: int, seed: int) -> Iterator[Labelled]:
    """``count`` questions, each about a table of its own; the same seed gives the same ones."""
    chance = random.Random(f"tables {seed}")
    for number in range(count):
        yield _question(number, chance)


def _question(number: int, chance: random.Random) -> Labelled:
    names = chance.sample(_NAMES, chance.randint(*_ROWS))
    columns = _columns(chance)
    cells = {(name, column.head): _value(column.kind, chance) for name in names for column in columns}
    heads = ["", *(column.head for column in columns)]
    rows = [row_reading(heads, [name, *(cells[name, column.head] for column in columns)]) for name in names]
    text = joined_text(f"table {number}", "", rows, "\n")
    name, column = chance.choice(names), chance.choice(columns)
    if chance.random() < _ABSENT:
        return Labelled("tables", _absent(names, columns, chance), text, frozenset(), frozenset(), None)
    row = names.index(name)
    value = cells[name, column.head]
    start = text.spans[row].start + rows[row].index(f"{column.head} {value}") + len(column.head) + 1
    asked = column.question.format(name=name)
    return Labelled("tables", asked, text, frozenset({row}), None, Span(start, start + len(value)))


def _columns(chance: random.Random) -> list[_Asked]:
    """A few different columns, or one quantity over several years."""
    if chance.random() < 0.4:
        head, question, kind = chance.choice(_COLUMNS[:8])
        first = chance.randint(2009, 2028)
        years = range(first, first + chance.randint(2, 4))
        return [_Asked(f"{head} {year}", f"{question.rstrip('?')} im Jahr {year}?", kind) for year in years]
    return [_Asked(*column) for column in chance.sample(_COLUMNS, chance.randint(2, 4))]


def _absent(names: Sequence[str], columns: Sequence[_Asked], chance: random.Random) -> str:
    """A question about a row, a column or a year that the table does not have."""
    column = chance.choice(columns)
    year = column.head.rpartition(" ")[2]
    if year.isdigit() and chance.random() < 0.6:
        heads = {other.head for other in columns}
        others = [str(int(year) + step) for step in (-4, -3, -2, -1, 1, 2, 3, 4)]
        missing = [other for other in others if column.head.replace(year, other) not in heads]
        return column.question.replace(year, chance.choice(missing)).format(name=chance.choice(names))
    if chance.random() < 0.5:
        return column.question.format(name=chance.choice([name for name in _NAMES if name not in names]))
    told = " ".join(other.head for other in columns)
    unknown = [question for head, question, _ in _COLUMNS if head not in told]
    return chance.choice(unknown).format(name=chance.choice(names))


def _value(kind: str, chance: random.Random) -> str:
    return _VALUES[kind](chance)


def _euro(chance: random.Random) -> str:
    whole = f"{chance.randint(1, 900) * chance.choice((50, 500, 1250, 10_000)):,}".replace(",", ".")
    return whole + chance.choice((",00", ",00 €", " Euro"))


def _date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2009, 2028)
    return chance.choice((f"{day:02}.{month:02}.{year}", f"{chance.choice(('I', 'II', 'III', 'IV'))}/{year}"))


def _percent(chance: random.Random) -> str:
    return f"{chance.randint(1, 9999) / 100:.2f}".replace(".", ",") + chance.choice((" %", ""))


_VALUES: Final[dict[str, Callable[[random.Random], str]]] = {
    "count": lambda chance: f"{chance.randint(3, 90_000):,}".replace(",", "."),
    "posts": lambda chance: f"{chance.randint(1, 80) / 2:.1f}".replace(".", ","),
    "euro": _euro,
    "percent": _percent,
    "date": _date,
    "office": lambda chance: chance.choice(_OFFICES),
    "vote": lambda chance: chance.choice(_VOTES),
}
