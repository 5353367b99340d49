"""``--oparl``: reads a council information system, once or every so many hours."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import AktenkundigError
from ingest.commands.progress import Shown, Told, print_summary
from ingest.commands.repeating import stopped_by_signal
from ingest.oparl import Manners, Stop, StoppedError, Synchronisation
from ingest.report import Progress, ReportLine

if TYPE_CHECKING:
    from corpus.embedding import SentenceEmbedding
    from corpus.settings import Settings
    from ingest.oparl import SyncReport
    from ingest.report import Report

_PATIENCE: Final = 600.0
"""Seconds to wait while another one writes into the store."""


def ingest_oparl(settings: Settings, url: str, *, full: bool, every: float | None, as_json: bool) -> int:
    """Read what stands at a System's or Body's address; with ``every`` again after so many hours, until told to end.

    0 if everything was read, 1 if something was left out or the run was stopped before its end. A process that repeats
    itself ends with 0 when it is told to; of its runs only the first may fail, later ones are tried again.
    """
    stop = Stop()
    with stopped_by_signal(stop.ask):
        run = _Run(settings, url, stop, as_json=as_json)
        code = run.once(full=full)
        if every is None:
            return code
        try:
            while True:
                stop.wait(every * 3600)
                try:
                    run.once(full=False)
                except StoppedError:
                    raise
                except AktenkundigError as error:
                    print(error, file=sys.stderr, flush=True)
        except StoppedError:
            return 0


class _Run:
    """Runs against one address."""

    def __init__(self, settings: Settings, url: str, stop: Stop, *, as_json: bool) -> None:
        self._settings = settings
        self._url = url
        self._stop = stop
        self._as_json = as_json
        self._embedding: SentenceEmbedding | None = None

    def once(self, *, full: bool) -> int:
        """One run, told as it goes on and in the end; the exit code."""
        told = Told() if self._as_json else None
        shown = Shown(bar=False)
        started = time.monotonic()
        report = self._synchronise(told or shown, full=full)
        if told is not None:
            for body in report.bodies:
                told.tell(oparl=body.as_json())
        else:
            _print(report, shown, time.monotonic() - started)
        return 0 if report.complete else 1

    def _synchronise(self, heard: Progress, *, full: bool) -> SyncReport:
        def read(folders: Sequence[Path]) -> Report:
            from corpus.embedding import open_embedding
            from ingest.pipeline import Ingestor

            # Most runs find nothing to read, and need no model for that.
            self._embedding = self._embedding or open_embedding(self._settings)
            progress = _Stopping(heard, self._stop)
            ingestor = Ingestor(self._settings, self._embedding, progress=progress, patience=_PATIENCE)
            return ingestor.ingest(folders, may_be_empty=True)

        manners = Manners(
            pause=self._settings.oparl_pause_seconds,
            most_file_bytes=self._settings.oparl_file_limit_mb * 1_000_000,
        )
        synchronisation = Synchronisation(
            self._settings.data, read, manners=manners, stop=self._stop, tell=_ignored if self._as_json else _told
        )
        return synchronisation.run(self._url, full=full)


class _Stopping(Progress):
    """Passes on how documents are read, and ends the run between two of them when it was asked to."""

    def __init__(self, heard: Progress, stop: Stop) -> None:
        self._heard = heard
        self._stop = stop

    def advanced(self, path: Path, share: float, pages: int) -> None:
        """Only the pages: how much is still to come is not known beforehand."""
        if isinstance(self._heard, Shown):
            self._heard.advanced(path, share, pages)

    def finished(self, line: ReportLine) -> None:
        """Here the store is whole."""
        if line.outcome != "unchanged":
            self._heard.finished(line)
        self._stop.check()


def _told(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _ignored(_: str) -> None:
    pass


def _print(report: SyncReport, shown: Shown, seconds: float) -> None:
    if report.documents.lines:
        print_summary(report.documents, shown, seconds)
    for body in report.bodies:
        for sentence in body.sentences():
            print(sentence)
    if report.is_stopped:
        print("Angehalten; der nächste Aufruf macht dort weiter.")
