"""A council information system, and a place to read it into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from corpus.register import Akte, RegisterEntry, load_register
from ingest.oparl import Manners, Rhythm, Stop, Synchronisation, SyncReport
from ingest.report import Report
from tests.ingest.oparl.council import Council

HASTY = Manners(pause=0, first_wait=0.01, longest_wait=0.5, timeout=5, longest_answer=10)
"""Manners for a server of one's own."""


@dataclass
class Desk:
    """Where a system is laid down. What would be read into the store is only looked at: that takes no model."""

    data: Path
    council: Council
    rhythm: Rhythm = field(default_factory=Rhythm)
    manners: Manners = HASTY
    stop: Stop = field(default_factory=Stop)
    read: list[str] = field(default_factory=list)
    """The names of the folders that were handed over to be read, in order."""
    fail_after: int | None = None
    """After so many batches reading fails, as if the process had been killed."""

    def run(self, url: str | None = None, *, full: bool = False) -> SyncReport:
        """One run, at the address of the system unless another one is given."""
        synchronisation = Synchronisation(
            self.data, self._read, manners=self.manners, rhythm=self.rhythm, stop=self.stop
        )
        return synchronisation.run(url or self.council.system, full=full)

    def akten(self) -> list[Akte]:
        """What lies there."""
        return [load_register(path) for path in sorted((self.data / "oparl").rglob("akte.toml"))]

    def entries(self) -> dict[str, RegisterEntry]:
        """All documents by title and kind, as in "Titel (Vorlage)"."""
        return {f"{entry.title} ({entry.kind})": entry for akte in self.akten() for entry in akte.documents}

    def text(self, beginning: str) -> str:
        """What stands in the one file whose entry begins so."""
        [(akte, entry)] = [
            (akte, entry)
            for akte in self.akten()
            for entry in akte.documents
            if f"{entry.kind} {entry.title}".startswith(beginning)
        ]
        return akte.path(entry).read_text(encoding="utf-8")

    def files(self) -> set[str]:
        """The contents of all text files that lie there."""
        return {path.read_text(encoding="utf-8") for path in (self.data / "oparl").rglob("*.txt")}

    def _read(self, folders: Sequence[Path]) -> Report:
        if self.fail_after is not None:
            if self.fail_after == 0:
                raise KeyboardInterrupt
            self.fail_after -= 1
        akten = [folder for folder in folders if folder.name != "akten"]  # all of them, once in the life of a state
        self.read += [folder.name for folder in akten]
        for folder in akten:
            assert folder.is_dir()
            if any(folder.iterdir()):
                load_register(folder)
        return Report()


@pytest.fixture
def council() -> Iterator[Council]:
    with Council() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, council: Council) -> Desk:
    return Desk(tmp_path / "daten", council)


@pytest.fixture
def impatient(desk: Desk) -> Desk:
    """A desk at which every run compares everything and asks for every file again."""
    desk.rhythm = Rhythm(whole=timedelta(0), recheck=timedelta(0))
    return desk
