"""Walks through the pages of an object list, and knows afterwards whether it saw all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ingest.oparl.client import Answer, Client
from ingest.oparl.errors import DownError, GoneError, OParlError, RefusedError, StoppedError, UnavailableError
from ingest.oparl.values import identity, items, joined, text

_MOST_PAGES: Final = 20_000
_LONGEST_COUNT: Final = 9
"""Digits of a count of elements; what has more is none."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An element of a list, an object or only its address, and the address of the page that it stood on."""

    value: Any
    base: str


class ObjectList:
    """An external object list. Iterate once over :meth:`elements`; then the other properties hold.

    ``is_complete`` tells that the list was seen to its end, so that what it does not name is not there any more;
    ``problem`` says in a German sentence why not. ``date`` is the server's time at the first page.
    """

    def __init__(self, client: Client, url: str, filters: Mapping[str, str] | None = None) -> None:
        """``filters`` go into the URL as they are: some servers do not understand encoded ones."""
        self._client = client
        self._url = url
        self._filters = dict(filters or {})
        self._seen: set[str] = set()
        self._total = 0
        self.is_complete = False
        self.problem = ""
        self.date: datetime | None = None

    @property
    def count(self) -> int:
        """How many different elements there were."""
        return len(self._seen)

    def elements(self) -> Iterator[Listed]:
        """All elements, each once, page after page. A page that fails ends the list, with a ``problem``."""
        url: str | None = _with_filters(self._url, self._filters)
        pages: set[str] = set()
        ended = False
        while url is not None and url not in pages:
            if len(pages) >= _MOST_PAGES:
                self.problem = f"Die Liste {self._url} hat kein Ende."
                return
            try:
                found, following = self._page(url, first=not pages)
            except GoneError:
                ended = not pages  # so some servers say that a list is empty; others link behind the end
                break
            except (StoppedError, DownError):
                raise
            except OParlError as error:
                self.problem = str(error)
                return
            pages.add(url)
            new = [element for element in found if self._is_new(element)]
            yield from new
            ended = following is None
            # A page that brings nothing new is one from before: so do servers that always link on.
            url = following if new else None
        # Where the server itself did not end the list, its own count is asked.
        self.is_complete = ended or len(self._seen) >= self._total
        if not self.is_complete:
            self.problem = f"Die Liste {self._url} zeigt nur {len(self._seen)} von {self._total} Einträgen."

    def _page(self, url: str, *, first: bool) -> tuple[list[Listed], str | None]:
        """The elements of a page, and the address of the next."""
        answer = self._first(url) if first else self._client.json(url)
        value = answer.value
        if isinstance(value, dict) and "data" not in value and "id" not in value and items(value) == [value]:
            raise UnavailableError(f"{url} antwortet nicht mit einer Liste.")
        if not isinstance(value, dict) or "data" not in value:
            return [Listed(element, answer.url) for element in items(value)], None
        self._total = max(self._total, _number(value.get("pagination"), "totalElements"))
        links = value.get("links")
        following = text(links.get("next")) if isinstance(links, dict) else None
        elements = [Listed(element, answer.url) for element in items(value["data"])]
        return elements, None if following is None else joined(answer.url, following)

    def _first(self, url: str) -> Answer:
        """The first page; where it is refused for the filters, without them: slower, but nothing is missed."""
        try:
            answer = self._client.json(url)
        except RefusedError:
            if not self._filters:
                raise
            answer = self._client.json(self._url)
        self.date = answer.date
        return answer

    def _is_new(self, listed: Listed) -> bool:
        value = listed.value
        address = text(value.get("id")) if isinstance(value, dict) else text(value)
        if address is None:
            return False
        key = identity(joined(listed.base, address))
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def _with_filters(url: str, filters: Mapping[str, str]) -> str:
    if not filters:
        return url
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _number(value: object, key: str) -> int:
    """A count, where one is given in one form or the other."""
    found = text(value.get(key)) if isinstance(value, dict) else None
    return int(found) if found is not None and found.isdecimal() and len(found) <= _LONGEST_COUNT else 0
