"""What a run tells: while it goes on, and at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Outcome = Literal["read", "replaced", "unchanged", "duplicate", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one document.

    ``visibility_assumed`` tells that it was read and, because nothing says who may see it, got the default visibility.
    ``unread`` are the printed labels of pages on which something stands that could not be read, ``skipped`` sentences
    on what else was left out of it. ``reason`` is a German sentence when it failed, and names the other place of a
    duplicate.
    """

    document: str
    outcome: Outcome
    pages: int = 0
    passages: int = 0
    visibility_assumed: bool = False
    unread: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    reason: str = ""


@dataclass(slots=True)
class Report:
    """What a run did, in order. ``erased`` tells that nothing is left of documents that were removed or replaced."""

    lines: list[ReportLine] = field(default_factory=list)
    erased: bool = True

    @property
    def failed(self) -> list[ReportLine]:
        """The documents that could not be read."""
        return [line for line in self.lines if line.outcome == "failed"]

    @property
    def complete(self) -> bool:
        """Whether nothing was left out: no document, no page, no embedded file."""
        return not any(line.outcome == "failed" or line.unread or line.skipped for line in self.lines)


class Progress:
    """Hears how a run goes on; this one does not care. Called by one thread only."""

    def planned(self, sizes: Mapping[Path, int]) -> None:
        """These files, with their sizes in bytes, have to be read; called once, before the first of them."""

    def advanced(self, path: Path, share: float, pages: int) -> None:
        """``share`` (0 to 1) of the work on a file is done, ``pages`` more than before have been read."""

    def finished(self, line: ReportLine) -> None:
        """The outcome of a document is known."""
