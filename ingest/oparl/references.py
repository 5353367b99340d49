"""Finds the objects that others refer to: embedded, known from a list, or looked up on the server."""

from __future__ import annotations

from ingest.oparl.client import Client
from ingest.oparl.errors import DownError, GoneError, OParlError, StoppedError, UnavailableError
from ingest.oparl.state import Kind, State
from ingest.oparl.values import Json, absolute, identity, is_address, is_deleted

_OUTLINE = frozenset({"id", "type", "created", "modified", "deleted", "web", "body"})
"""What an object says of itself even where nothing else is given."""


class References:
    """Looks objects up, and remembers for an Akte which ones it was made of."""

    def __init__(self, state: State, client: Client) -> None:
        self._state = state
        self._client = client
        self._answers: dict[str, Json | None] = {}
        self.dead = 0
        """References that lead nowhere."""
        self.used: set[str] = set()
        self.troubles: list[str] = []
        """What could not be looked up now, but perhaps another time."""
        self._stale = ""

    def begin(self, stale: str) -> None:
        """Begin with another Akte; what was last looked up before ``stale`` (ISO 8601) is looked up again."""
        self.used = set()
        self.troubles = []
        self._stale = stale

    def look(self, value: object, kind: Kind) -> Json | None:
        """The object that is meant, also one that is deleted or not public; ``None`` where there is none to be had."""
        address = value.get("id") if isinstance(value, dict) else value
        if not is_address(address):
            return value if isinstance(value, dict) and is_substantial(value) else None
        key = identity(str(address))
        self.used.add(key)
        known = self._state.object(key)
        if isinstance(value, dict) and is_substantial(value):
            # A file's deletion may be known from a list before the paper that it is embedded in says so.
            return known[0] if known is not None and is_deleted(known[0]) else value
        if known is not None and (not known[1] or known[1] >= self._stale):
            return known[0]
        if key not in self._answers:
            self._answers[key] = self._fetched(str(address), key, kind, known[0] if known else None)
        return self._answers[key]

    def get(self, value: object, kind: Kind) -> Json | None:
        """The object that is meant, if it may be shown."""
        found = self.look(value, kind)
        return None if found is None or is_deleted(found) else found

    def whole_of(self, part: Json) -> Json | None:
        """The meeting or paper that an object is embedded in, also one that is deleted."""
        address = part.get("id")
        key = self._state.whole_of(identity(str(address))) if is_address(address) else None
        if key is None:
            return None
        self.used.add(key)
        known = self._state.object(key)
        return None if known is None else known[0]

    def is_of_paper(self, address: str) -> bool:
        """Whether a consultation, or an agenda item, is one of a paper that is known."""
        key = identity(address)
        self.used.add(key)
        return self._state.is_of_paper(key)

    def _fetched(self, address: str, key: str, kind: Kind, before: Json | None) -> Json | None:
        try:
            answer = self._client.json(address)
        except (StoppedError, DownError):
            raise
        except GoneError:
            self.dead += 1
            self._state.remove(key)
            return None
        except UnavailableError as error:
            self.troubles.append(str(error))
            return before
        except OParlError:
            self.dead += 1
            return before
        if not isinstance(answer.value, dict):
            self.dead += 1
            return before
        found = absolute(answer.value, answer.url)
        # Some servers answer with another spelling of the address; it is known here by the one that others use.
        self._state.put(kind, {**found, "id": address}, None)
        return found


def is_substantial(value: Json) -> bool:
    """Whether an object says more than that it exists."""
    return not value.keys() <= _OUTLINE
