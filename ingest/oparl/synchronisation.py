"""Reads a council information system into the store: its bodies, one after the other, their Akten in batches.

What the server has is laid down as folders with registers under ``oparl`` in the data directory, and these are read by
the ingestion like any other; so removing is its business too. A batch at a time is laid down, read and settled, so that
an interrupted run has to repeat no more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from corpus.data_directory import OPARL_DIRECTORY
from corpus.database import prepare_directory
from corpus.errors import StoreError
from corpus.register import REGISTER_FILE
from ingest.oparl.akten import PlannedAkte, plan_meeting, plan_paper
from ingest.oparl.body import BodyUpdate, Rhythm, mark_lost_folders
from ingest.oparl.client import Client, Manners, Stop
from ingest.oparl.errors import DownError, OParlError, StoppedError
from ingest.oparl.folders import FolderMaker, LaidDown
from ingest.oparl.lists import ObjectList
from ingest.oparl.references import References
from ingest.oparl.report import BodyReport, SyncReport
from ingest.oparl.state import AkteState, Due, State, folder_name
from ingest.oparl.values import Json, absolute, identity, is_address, items, line, now, stamp
from ingest.report import Report

_AKTEN: Final = "akten"
_CLEARED: Final = "cleared"
_AT_ONCE: Final = 40
"""Akten that are laid down and then read together."""

Reading = Callable[[Sequence[Path]], Report]
"""Reads folders into the store; what lay in them before and does not any more goes."""


@dataclass(slots=True)
class _Batch:
    """Akten that are laid down and not yet read: each with what it was made of, and whether to try it again.

    ``folders`` are those that have to be read: where something lies, or may have lain before.
    """

    akten: list[tuple[AkteState, set[str], bool]] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)


class Synchronisation:
    """Keeps the documents of one council information system as the server has them."""

    def __init__(
        self,
        data: Path,
        read: Reading,
        *,
        manners: Manners | None = None,
        rhythm: Rhythm | None = None,
        stop: Stop | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``data`` is the data directory, ``read`` reads folders of it into the store; ``tell`` hears how it goes."""
        self._data = data
        self._read = read
        self._manners = manners or Manners()
        self._rhythm = rhythm or Rhythm()
        self._stop = stop or Stop()
        self._tell = tell

    def run(self, url: str, *, full: bool = False) -> SyncReport:
        """Take over what has changed since the last run at this address of a System or Body; at first, everything.

        ``full`` compares everything, as is done from time to time anyway. Raises :class:`OParlError` if the address
        leads to no such thing, and :class:`StoreError`; what goes wrong later is in the report.
        """
        report = SyncReport()
        with Client(url, self._manners, self._stop) as client:
            try:
                for body in self._bodies(client, url):
                    self._synchronise(client, body, report, full=full)
            except StoppedError:
                report.is_stopped = True
        return report

    def _bodies(self, client: Client, url: str) -> list[Json]:
        """The bodies at an address: that of a Body itself, of a System, or of a list of bodies."""
        answer = client.json(url)
        found = answer.value
        if isinstance(found, dict) and _is_body(found):
            return [{"id": url, **absolute(found, answer.url)}]
        listed = found if isinstance(found, list) else None
        if isinstance(found, dict):
            listed = found.get("body", found.get("data"))
        bodies: list[Json] = []
        for entry in items(listed):
            bodies += self._bodies_of(client, entry, answer.url)
        if not bodies:
            raise OParlError(
                f"Unter {url} antwortet keine OParl-Schnittstelle; anzugeben ist die Adresse eines Systems oder einer "
                "Körperschaft (Body)."
            )
        return bodies

    def _bodies_of(self, client: Client, entry: object, base: str) -> Iterator[Json]:
        """The body, or the bodies of the list, that an entry of a System means."""
        if isinstance(entry, dict):
            found = absolute(entry, base)
            if _is_body(found):
                yield found
                return
            entry = found.get("id")
        address = absolute({"id": entry}, base)["id"]
        if not is_address(address):
            return
        value = client.json(str(address)).value
        if isinstance(value, dict) and _is_body(value):
            yield {"id": address, **absolute(value, str(address))}
            return
        for listed in ObjectList(client, str(address)).elements():
            element = listed.value
            if isinstance(element, dict) and _is_body(element):
                yield absolute(element, listed.base)

    def _synchronise(self, client: Client, body: Json, report: SyncReport, *, full: bool) -> None:
        folder = self._data / OPARL_DIRECTORY / folder_name(identity(str(body["id"])))
        with self._alone(folder), State(folder) as state:
            update = BodyUpdate(client, state, body, self._rhythm, self._tell, full=full)
            report.bodies.append(update.report)
            work = _Work(client, state, folder / _AKTEN, line(body.get("name")) or "", self._rhythm, update.report)
            try:
                update.run()
                nothing_failed = self._work_off(work, report, is_full=update.is_full)
            except DownError as error:
                # What has been laid down is read; the rest stays due.
                update.report.problems.append(str(error))
                self._settle(work, report)
                return
            update.finish(nothing_failed=nothing_failed)
            if update.report.is_complete and state.remembered(_CLEARED) is None:
                self._clear(work, report)

    def _work_off(self, work: _Work, report: SyncReport, *, is_full: bool) -> bool:
        """Lay down and read all that is due; whether nothing has to be tried again."""
        if is_full:
            mark_lost_folders(work.state, work.folders_with_register())
        nothing_failed = True
        due = work.state.due()
        if due:
            self._tell(f"{len(due)} Vorgänge und Sitzungen sind neu oder werden überprüft …")
        for akte in due:
            self._stop.check()
            again = work.lay_down(akte)
            nothing_failed = nothing_failed and not again
            if len(work.batch.akten) >= _AT_ONCE:
                self._settle(work, report)
        self._settle(work, report)
        return nothing_failed

    def _clear(self, work: _Work, report: SyncReport) -> None:
        """Have the store forget what an earlier state laid down here and this one knows nothing of.

        A state is lost when a backup is restored or somebody deletes it; what the server has taken offline since would
        otherwise stay for ever.
        """
        if work.folder.is_dir():
            lines = self._read([work.folder]).lines
            report.documents.lines += [line for line in lines if line.outcome != "unchanged"]
        work.state.remember(_CLEARED, stamp())

    def _settle(self, work: _Work, report: SyncReport) -> None:
        """Read the batch, then note that it was."""
        batch, work.batch = work.batch, _Batch()
        if batch.folders:
            report.documents.lines += self._read(batch.folders).lines
        for akte, used, again in batch.akten:
            work.state.settle(akte, used, again=again)
            work.folders.drop(akte)

    @contextmanager
    def _alone(self, folder: Path) -> Iterator[None]:
        """One run at a time for a body."""
        prepare_directory(self._data)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(folder / "abgleich.lock").acquire(timeout=0):
                yield
        except Timeout as error:
            raise StoreError(
                "Dieses Ratsinformationssystem wird gerade schon eingelesen; bitte warten, bis das fertig ist."
            ) from error


class _Work:
    """Lays the Akten of one body down."""

    def __init__(
        self, client: Client, state: State, folder: Path, authority: str, rhythm: Rhythm, report: BodyReport
    ) -> None:
        self.state = state
        self.folders = FolderMaker(state, client, folder)
        self.batch = _Batch()
        self.folder = folder
        self._authority = authority or "Körperschaft ohne Namen"
        self._references = References(state, client)
        self._rhythm = rhythm
        self._report = report

    def folders_with_register(self) -> set[str]:
        """The names of the folders in which an Akte lies."""
        if not self.folder.is_dir():
            return set()
        return {path.parent.name for path in self.folder.glob(f"*/{REGISTER_FILE}")}

    def lay_down(self, akte: AkteState) -> bool:
        """Make an Akte's folder what it should be and add it to the batch; whether it has to be tried again."""
        folder = self.folders.path(akte)
        was_there, may_be_read = (folder / REGISTER_FILE).is_file(), folder.is_dir()
        known = self.state.object(akte.key)
        if akte.due == Due.GONE or known is None:
            self.folders.empty(akte)
            self.batch.akten.append((akte, set(), False))
            if may_be_read:
                self.batch.folders.append(folder)
            self._report.removed += was_there
            return False
        stale = stamp(now() - self._rhythm.recheck)
        self._references.begin(stale)
        plan = self._plan(akte, known[0])
        laid = self.folders.lay_down(akte, plan, akte.since if akte.due == Due.ITSELF else stale)
        used = {akte.key, *self._references.used}
        again = laid.again or bool(self._references.troubles)
        self._report.missing += laid.missing
        self._report.problems += self._references.troubles
        self._report.dead_references = self._references.dead
        if laid.present or was_there:
            self._count(laid, was_there=was_there)
        self.batch.akten.append((akte, used, again))
        if may_be_read or (folder / REGISTER_FILE).is_file():
            self.batch.folders.append(folder)
        return again

    def _plan(self, akte: AkteState, value: Json) -> PlannedAkte:
        plan = plan_paper if akte.kind == "paper" else plan_meeting
        return plan(value, self._authority, self._references)

    def _count(self, laid: LaidDown, *, was_there: bool) -> None:
        if not was_there:
            self._report.new += 1
        elif not laid.present:
            self._report.removed += 1
        elif laid.is_changed:
            self._report.changed += 1


def _is_body(value: Json) -> bool:
    """Whether an object is a Body; some servers do not say its type."""
    return "paper" in value and ("meeting" in value or "organization" in value) and "mainFile" not in value
