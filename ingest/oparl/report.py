"""What a reading of a council information system did, in numbers and in German."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from ingest.report import Report

_MOST_LINES = 50


@dataclass(slots=True)
class BodyReport:
    """What was done with one body.

    ``new``, ``changed`` and ``removed`` count Akten, that is papers and meetings with at least one document;
    ``missing`` are sentences on files that are named but not to be had, ``problems`` on what else went wrong;
    ``dead_references`` counts objects that are referred to and do not exist. ``is_complete``: everything that the
    server offers was seen.
    """

    name: str
    is_full: bool
    new: int = 0
    changed: int = 0
    removed: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    dead_references: int = 0
    is_complete: bool = False

    def sentences(self) -> list[str]:
        """The report for people, first the numbers."""
        way = "vollständiger Abgleich" if self.is_full else "Abgleich der Änderungen"
        numbers = f"{self.new} neu, {self.changed} geändert, {self.removed} entfernt, {len(self.missing)} fehlen"
        told = [f"{self.name} ({way}): Vorgänge und Sitzungen: {numbers}."]
        told += [f"FEHLT: {sentence}" for sentence in self.missing[:_MOST_LINES]]
        if len(self.missing) > _MOST_LINES:
            told.append(f"Es fehlen noch {len(self.missing) - _MOST_LINES} weitere.")
        told += [f"HINWEIS: {sentence}" for sentence in self.problems]
        if self.dead_references:
            told.append(f"HINWEIS: {self.dead_references} Verweise führen auf dem Server ins Leere.")
        if not self.is_complete:
            told.append("Der Abgleich ist nicht vollständig; der nächste Aufruf macht dort weiter.")
        return told

    def as_json(self) -> dict[str, object]:
        """The report for programs."""
        return asdict(self)


@dataclass(slots=True)
class SyncReport:
    """What a run did: with each body, and with the documents in the store."""

    bodies: list[BodyReport] = field(default_factory=list)
    documents: Report = field(default_factory=Report)
    is_stopped: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        bodies = all(body.is_complete and not body.missing and not body.problems for body in self.bodies)
        return bodies and self.documents.complete and not self.is_stopped
