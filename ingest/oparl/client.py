"""Speaks to a server as a guest should: one request at a time, with pauses, limits, and patience with its troubles."""

from __future__ import annotations

import email.utils
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import certifi
import httpx

from ingest.oparl.addresses import AddressGuard, GuardedTransport, require_start
from ingest.oparl.errors import (
    DownError,
    GoneError,
    OParlError,
    RefusedError,
    StoppedError,
    TooLargeError,
    UnavailableError,
)
from ingest.oparl.values import parse_json

_GONE: Final = frozenset({404, 410})
_BUSY: Final = frozenset({408, 425, 429, 502, 503, 504})
"""Answers of a server, or of one before it, that cannot work at the moment; 500 is mostly about one object."""
_MOST_REDIRECTS: Final = 5
_MOST_FAILURES: Final = 5
"""Requests in a row, each tried several times, after which a server counts as down."""
_Fetched = TypeVar("_Fetched")


class Stop:
    """Lets somebody end a run from outside; whoever has to wait waits here."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """End as soon as it can be done cleanly; may be called from a signal's handler."""
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return self._asked.is_set()

    def check(self) -> None:
        """Raise :class:`StoppedError` if somebody asked."""
        if self.asked:
            raise StoppedError("Das Einlesen wurde angehalten; der nächste Aufruf macht dort weiter.")

    def wait(self, seconds: float) -> None:
        """Wait; raises :class:`StoppedError` as soon as somebody asks."""
        if seconds > 0:
            self._asked.wait(seconds)
        self.check()


@dataclass(frozen=True, slots=True)
class Manners:
    """How to behave towards a server: seconds, bytes and numbers of tries."""

    pause: float = 0.5
    """Between the end of a request and the next."""
    tries: int = 4
    first_wait: float = 2.0
    """After a first failure; it doubles with every further one."""
    longest_wait: float = 300.0
    """A server that asks for more (``Retry-After``) is asked another time."""
    timeout: float = 60.0
    """For a connection and for each piece of an answer."""
    longest_answer: float = 600.0
    """For a whole answer."""
    most_json_bytes: int = 50_000_000
    most_file_bytes: int = 100_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer: where it came from in the end, and when the server says it sent it."""

    value: Any
    url: str
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells later whether a file has changed; ``None`` what the server does not give."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched, or was not because it ``is_unchanged``; ``media_type`` is what the server says."""

    is_unchanged: bool
    validators: Validators
    media_type: str = ""


class Client:
    """A client for one interface; a context manager. Not for several threads."""

    def __init__(self, start: str, manners: Manners, stop: Stop) -> None:
        """``start`` is the address that the user gave; raises :class:`OParlError` if it cannot be one."""
        self._manners = manners
        self._stop = stop
        self._rested_at = 0.0
        self._failures = 0
        self._client = httpx.Client(
            transport=GuardedTransport(AddressGuard(require_start(start)), _certificates()),
            headers={"User-Agent": user_agent(), "Accept-Language": "de"},
            timeout=manners.timeout,
            follow_redirects=True,
            max_redirects=_MOST_REDIRECTS,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def json(self, url: str) -> Answer:
        """What stands at an address.

        Raises :class:`GoneError`, :class:`RefusedError`, :class:`UnavailableError`, :class:`TooLargeError`,
        ``ForbiddenAddressError``, :class:`StoppedError`, and :class:`OParlError` for what is no address.
        """

        def fetch() -> Answer:
            with self._response(url, {"Accept": "application/json"}) as response:
                content = b"".join(self._pieces(response, self._manners.most_json_bytes))
                return Answer(parse_json(content, url), str(response.url), _date(response.headers.get("Date")))

        return self._patiently(url, fetch)

    def download(self, url: str, target: Path, known: Validators) -> Download:
        """Fetch a file into ``target``, unless it is as it was when the server gave ``known``.

        Raises what :meth:`json` raises; then there is no ``target``.
        """
        headers = {"Accept": "*/*"}
        if known.etag is not None:
            headers["If-None-Match"] = known.etag
        if known.modified is not None:
            headers["If-Modified-Since"] = known.modified

        def fetch() -> Download:
            with self._response(url, headers) as response:
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    return Download(is_unchanged=True, validators=known)
                with target.open("wb") as stream:
                    for piece in self._pieces(response, self._manners.most_file_bytes):
                        stream.write(piece)
                validators = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
                media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                return Download(is_unchanged=False, validators=validators, media_type=media_type)

        try:
            return self._patiently(url, fetch)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _patiently(self, url: str, fetch: Callable[[], _Fetched]) -> _Fetched:
        """Try again where that may help, after a while that grows or that the server names."""
        failure: UnavailableError | None = None
        for number in range(self._manners.tries):
            if failure is not None:
                wait = self._manners.first_wait * 2 ** (number - 1)
                if isinstance(failure, _BusyError) and failure.wait is not None:
                    wait = failure.wait
                if wait > self._manners.longest_wait:
                    raise UnavailableError(f"{url}: Der Server bittet um eine lange Pause; bitte später noch einmal.")
                self._stop.wait(wait)
            try:
                fetched = fetch()
                self._failures = 0
                return fetched
            except UnavailableError as error:
                failure = error
            except httpx.TooManyRedirects as error:
                raise UnavailableError(f"{url} leitet im Kreis weiter.") from error
            except httpx.InvalidURL as error:
                raise OParlError(f"„{url}“ ist keine Adresse.") from error
            except httpx.HTTPError as error:
                failure = _BusyError(f"{url} ist nicht erreichbar ({_in_german(error)}).", None)
        if isinstance(failure, _BusyError):
            self._failures += 1
            if self._failures >= _MOST_FAILURES:
                raise DownError(f"Der Server ist zurzeit nicht zu erreichen; zuletzt: {failure}")
        raise failure or UnavailableError(f"{url} ist nicht erreichbar.")

    @contextmanager
    def _response(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer of a server that has what is asked for, its body still to be read."""
        self._stop.wait(self._rested_at + self._manners.pause - time.monotonic())
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                status = response.status_code
                if status in _GONE:
                    raise GoneError(f"{url} gibt es nicht (mehr) (Antwort {status}).")
                if status in _BUSY:
                    raise _BusyError(
                        f"{url} antwortet mit einem Fehler ({status}).", _seconds(response.headers.get("Retry-After"))
                    )
                if status >= 500:
                    raise UnavailableError(f"{url} antwortet mit einem Fehler ({status}).")
                if status != httpx.codes.NOT_MODIFIED and not response.is_success:
                    raise RefusedError(f"{url} wird verweigert (Antwort {status}).")
                yield response
        finally:
            self._rested_at = time.monotonic()

    def _pieces(self, response: httpx.Response, most: int) -> Iterator[bytes]:
        """The body, unpacked, within the limits of size and time."""
        url, size, started = response.url, 0, time.monotonic()
        for piece in response.iter_bytes():
            self._stop.check()
            size += len(piece)
            if size > most:
                raise TooLargeError(f"{url} ist größer als {most // 1_000_000} MB.")
            if time.monotonic() - started > self._manners.longest_answer:
                raise TooLargeError(f"{url} braucht länger als {self._manners.longest_answer / 60:.0f} Minuten.")
            yield piece


class _BusyError(UnavailableError):
    """A server in trouble, and the seconds that it asks to wait, if it does."""

    def __init__(self, sentence: str, wait: float | None) -> None:
        super().__init__(sentence)
        self.wait = wait


def user_agent() -> str:
    """Who asks, and in which version."""
    try:
        return f"aktenkundig/{version('aktenkundig')}"
    except PackageNotFoundError:  # started from the source tree
        return "aktenkundig"


def _seconds(retry_after: str | None) -> float | None:
    """The header ``Retry-After``: seconds or a point in time."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    moment = _date(retry_after)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _date(header: str | None) -> datetime | None:
    """A point in time as HTTP writes it."""
    try:
        return None if header is None else email.utils.parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None


def _in_german(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "keine Antwort in der vorgesehenen Zeit"
    if isinstance(error, httpx.ConnectError):
        return "keine Verbindung"
    return "die Verbindung brach ab"


def _certificates() -> ssl.SSLContext:
    """The system's certificates, which know an authority of the house, and those that Python's libraries carry."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
