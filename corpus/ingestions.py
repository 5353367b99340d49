"""How often the ingestion ran and what came of it: counts for whoever watches over it, nothing of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from corpus.database import Database

_KEY: Final = "ingestions"


@dataclass(frozen=True, slots=True)
class Ingestions:
    """All runs that came to their end, of which some were ``incomplete``: something had to be left out.

    ``documents`` counts what became of documents, by outcome, over all runs. The ``last_`` figures are those of the
    newest run; ``last_ended`` is in seconds since 1970, 0 where there was no run.
    """

    runs: int = 0
    incomplete: int = 0
    documents: Mapping[str, int] = field(default_factory=dict)
    last_ended: float = 0.0
    last_seconds: float = 0.0
    last_complete: bool = True


_SHAPE: Final = TypeAdapter(Ingestions)


class IngestionLog:
    """The counts of a data directory; they stand in its database, so that backup and deletion have them, too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Ingestions:
        """The counts so far; zeros where nothing was counted yet. Raises :class:`corpus.errors.StoreError`."""
        rows = self._database.query("SELECT value FROM meta WHERE key = ?", (_KEY,))
        return _parsed(str(rows[0][0])) if rows else Ingestions()

    def add(self, outcomes: Mapping[str, int], *, complete: bool, seconds: float, ended: float) -> None:
        """Count a run that has ended. Raises :class:`corpus.errors.StoreError`."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
            known = _parsed(str(row[0])) if row else Ingestions()
            counted = Ingestions(
                runs=known.runs + 1,
                incomplete=known.incomplete + (not complete),
                documents={
                    outcome: known.documents.get(outcome, 0) + outcomes.get(outcome, 0)
                    for outcome in sorted({*known.documents, *outcomes})
                },
                last_ended=ended,
                last_seconds=seconds,
                last_complete=complete,
            )
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, _SHAPE.dump_json(counted).decode()))


def _parsed(value: str) -> Ingestions:
    """What another version wrote in another form counts as nothing: figures begin anew, as after an update."""
    try:
        return _SHAPE.validate_json(value)
    except ValidationError:
        return Ingestions()
