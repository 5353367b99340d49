"""Brings what is known of one body up to date with the server: lists, changes, deletions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ingest.oparl.client import Client
from ingest.oparl.errors import DownError, GoneError, OParlError, StoppedError
from ingest.oparl.lists import Listed, ObjectList
from ingest.oparl.references import is_substantial
from ingest.oparl.report import BodyReport
from ingest.oparl.state import Due, Kind, State
from ingest.oparl.values import Json, absolute, identity, is_address, is_deleted, items, now, stamp, text

_MAIN_LISTS: Final[tuple[Kind, ...]] = ("organization", "meeting", "paper")
_LISTS_OF_PARTS: Final[tuple[Kind, ...]] = ("agendaItem", "consultation", "file")
"""OParl 1.1 lists these, too. A whole list of papers and meetings has them embedded; their changes are asked for."""
_LIST_NAMES: Final[dict[Kind, str]] = {
    "organization": "Gremien",
    "meeting": "Sitzungen",
    "paper": "Drucksachen",
    "agendaItem": "Tagesordnungspunkte",
    "consultation": "Beratungen",
    "file": "Dateien",
}
_WITHOUT_PARTS: Final[frozenset[Kind]] = frozenset({"organization", "consultation", "file"})
"""Lists of which what is embedded in their objects is not needed (``omit_internal``)."""
_OVERLAP: Final = timedelta(minutes=1)
"""Changes are asked for from this long before the last run: what is being written has a time that is over already."""
_SUSPICIOUS_LOSS: Final = 20
"""Objects that are missing at once, if they are more than half, for which a fault is likelier than depublication."""
_CONFIRMED_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a whole comparison is made, and after what time a file or a looked up object is asked for again."""

    whole: timedelta = timedelta(hours=24)
    recheck: timedelta = timedelta(days=7)


class BodyUpdate:
    """One update of the state of a body. :meth:`run`, then read what is due into the store, then :meth:`finish`."""

    def __init__(
        self, client: Client, state: State, body: Json, rhythm: Rhythm, tell: Callable[[str], None], *, full: bool
    ) -> None:
        """``tell`` hears what is being done. ``full`` asks for a whole comparison now, and settles doubts about it."""
        self._client = client
        self._state = state
        self._body = body
        self._rhythm = rhythm
        self._tell = tell
        self._forced = full
        self._since = state.moment("since")
        last = state.moment("full")
        # A run that was interrupted in a whole comparison had none: the next one is whole again.
        self.is_full = full or self._since is None or last is None or now() - last >= rhythm.whole
        self._started: datetime | None = None
        self._lists_complete = False
        self.report = BodyReport(name=str(text(body.get("name")) or "Körperschaft"), is_full=self.is_full)

    def run(self) -> None:
        """Compare the lists with what is known; raises :class:`StoppedError` and :class:`DownError`."""
        run = int(self._state.remembered("run") or "0") + 1
        self._state.remember("run", str(run))
        complete = [self._update(kind, run) for kind in _MAIN_LISTS]
        if not self.is_full:
            complete += [self._update(kind, run) for kind in _LISTS_OF_PARTS if is_address(self._body.get(kind))]
        self._lists_complete = all(complete)
        if self._forced:
            self._state.make_old_due(stamp(), Due.ITSELF)
        elif self.is_full:
            self._state.make_old_due(stamp(now() - self._rhythm.recheck), Due.AROUND)

    def finish(self, *, nothing_failed: bool) -> None:
        """Keep the time of this run, after everything was stored."""
        self.report.is_complete = self._lists_complete and nothing_failed
        if not self._lists_complete:
            return
        started = self._started or now() - timedelta(minutes=5)
        self._state.remember("since", stamp(started))
        if self.is_full:
            self._state.remember("full", stamp())

    def _update(self, kind: Kind, run: int) -> bool:
        """Take over one list; whether all of it was seen."""
        given = self._body.get(kind)
        if is_address(given):
            self._tell(f"{self.report.name}: {_LIST_NAMES[kind]} werden verglichen …")
            found = ObjectList(self._client, str(given), self._filters(kind))
            elements = found.elements()
        elif items(given):
            found, elements = None, iter([Listed(element, str(self._body["id"])) for element in items(given)])
        else:
            if kind == "paper":
                self.report.problems.append("Die Körperschaft nennt keine Liste von Drucksachen.")
            return kind != "paper"
        for listed in elements:
            value = self._object(kind, listed)
            if value is None:
                continue
            if is_deleted(value) and kind != "file":
                self._state.remove(identity(value["id"]))
            else:
                self._state.put(kind, value, run)
        if found is not None:
            self._started = self._started or found.date
            if not found.is_complete:
                self.report.problems.append(found.problem)
                return False
        return not self.is_full or self._remove_unlisted(kind, run)

    def _remove_unlisted(self, kind: Kind, run: int) -> bool:
        """Remove what a whole list does not name any more, unless that is in doubt; whether it is not."""
        if self._is_doubtful(kind, run):
            return False
        for key in self._state.unlisted(kind, run):
            self._state.remove(key)
        return True

    def _filters(self, kind: Kind) -> dict[str, str]:
        filters = {"omit_internal": "true"} if kind in _WITHOUT_PARTS else {}
        if not self.is_full and self._since is not None:
            filters["modified_since"] = f"{self._since - _OVERLAP:%Y-%m-%dT%H:%M:%SZ}"
        return filters

    def _object(self, kind: Kind, listed: Listed) -> Json | None:
        """A listed object with all that it says; one that is only referred to is looked up."""
        value = listed.value if isinstance(listed.value, dict) else {"id": listed.value}
        found = absolute(value, listed.base)
        address = found.get("id")
        if not is_address(address):
            return None
        is_whole = isinstance(listed.value, dict) and (kind != "paper" or is_substantial(found))
        return found if is_whole or is_deleted(found) else self._looked_up(str(address))

    def _looked_up(self, address: str) -> Json | None:
        """An object at its own address; as it was before where the server does not answer."""
        try:
            answer = self._client.json(address)
        except (StoppedError, DownError):
            raise
        except GoneError:
            return {"id": address, "deleted": True}
        except OParlError as error:
            self.report.problems.append(str(error))
            known = self._state.object(identity(address))
            return known[0] if known is not None else None
        return {**absolute(answer.value, answer.url), "id": address} if isinstance(answer.value, dict) else None

    def _is_doubtful(self, kind: Kind, run: int) -> bool:
        """Whether a list has become so short that this is more likely a fault; a second time settles it."""
        lost, known = len(self._state.unlisted(kind, run)), self._state.count(kind)
        mark = f"doubt {kind}"
        if not lost or (lost < known and (lost <= _SUSPICIOUS_LOSS or lost * 2 <= known)):
            self._state.remember(mark, None)
            return False
        doubted = self._state.moment(mark)
        if self._forced or (doubted is not None and now() - doubted >= _CONFIRMED_AFTER):
            self._state.remember(mark, None)
            return False
        if doubted is None:
            self._state.remember(mark, stamp())
        self.report.problems.append(
            f"Die Liste „{_LIST_NAMES[kind]}“ nennt nur noch {known - lost} von {known} Einträgen; das sieht nach "
            "einer Störung aus. Entfernt wird erst, wenn ein späterer Abgleich das bestätigt oder mit --full."
        )
        return True


def mark_lost_folders(state: State, exists: set[str]) -> None:
    """Have those Akten laid down anew whose folder somebody has removed."""
    for key, name in state.names():
        if name not in exists:
            state.set_due(key, Due.AROUND)
