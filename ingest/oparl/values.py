"""Reads JSON as it really comes: what the specification allows, and what the manufacturers' servers make of it.

Everything here takes any JSON value and gives the plain one that was meant, or ``None``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from ingest.oparl.errors import UnavailableError

Json = dict[str, Any]
"""An object of OParl."""

_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_NOTHING: Final = frozenset({"", "n/a", "n.a.", "null", "none", "-", "–", "k.a.", "k. a."})
_TRUE: Final = frozenset({"true", "1", "ja", "yes"})
_FALSE: Final = frozenset({"false", "0", "nein", "no"})
_ADDRESSES: Final = frozenset(
    "id body system paper meeting organization consultation agendaItem file mainFile auxiliaryFile derivativeFile"
    " resolutionFile invitation resultsProtocol verbatimProtocol accessUrl downloadUrl".split()
)
"""Properties that hold addresses; in all others a text that begins with a stroke is a text."""
_FIRST_YEAR: Final = 1900
_DEEPEST: Final = 100
"""Lists and objects in each other; OParl needs six."""
_GERMAN_TIME: Final = ZoneInfo("Europe/Berlin")


def parse_json(content: bytes, url: str) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON text; control characters in it, which no JSON may hold, are passed over.

    Raises :class:`UnavailableError` for what is no JSON: servers in trouble answer with a page for people. So it does
    for what is nested too deeply to be an object of OParl.
    """
    plain = _UNPRINTABLE.sub(b"", content)
    try:
        text = plain.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = plain.decode("cp1252", errors="replace")
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise UnavailableError(f"{url} antwortet nicht mit lesbarem JSON.") from error
    if _is_deep(value):
        raise UnavailableError(f"{url} antwortet mit JSON, das zu tief verschachtelt ist.")
    return value


def text(value: object) -> str | None:
    """A text without blanks around it; what only says that there is none ("N/A") is ``None``. Line breaks stay."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    plain = _CONTROLS.sub("", _sendable(str(value)))
    lines = [_BLANKS.sub(" ", line).strip() for line in plain.splitlines()]
    plain = "\n".join(lines).strip()
    return None if plain.casefold() in _NOTHING else plain


def line(value: object) -> str | None:
    """A text on one line."""
    plain = text(value)
    return None if plain is None else " ".join(plain.split())


def items(value: object) -> list[Any]:
    """The elements of what ought to be a list: a single one stands for itself, numbered keys are PHP's lists."""
    if isinstance(value, list):
        return [inner for element in value for inner in items(element)]
    if isinstance(value, dict):
        if value and all(key.isdigit() for key in value):
            return [inner for element in value.values() for inner in items(element)]
        return [value] if value else []
    return [] if text(value) is None else [value]


def flag(value: object) -> bool | None:
    """A truth value, also as a word or a number; ``None`` where nothing is said."""
    if isinstance(value, bool):
        return value
    word = (text(value) or "").casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def day(value: object) -> str | None:
    """The day of a date or time, ISO 8601, as it is in Germany at that moment.

    Days in the years before 1900 are what programs write where there is none.
    """
    stated = text(value)
    if stated is None:
        return None
    try:
        moment = datetime.fromisoformat(stated)
        found = (moment if moment.tzinfo is None else moment.astimezone(_GERMAN_TIME)).date()
    except (ValueError, OverflowError):
        return None
    return found.isoformat() if found.year >= _FIRST_YEAR else None


def is_deleted(value: Json) -> bool:
    """Whether an object is marked as deleted, or as none for the public, for which some servers have a mark too."""
    return flag(value.get("deleted")) is True or flag(value.get("public")) is False


def absolute(value: Json, base: str) -> Json:
    """The object with all addresses in it absolute; ``base`` is where it came from."""
    return {key: _absolute(key, inner, base) for key, inner in value.items()}


def is_address(value: object) -> bool:
    """Whether a value is an absolute http address, one that can be taken apart."""
    if not isinstance(value, str) or not value.lower().startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a host or port that is none
        return False


def joined(base: str, address: str) -> str:
    """An address as it is meant on the page ``base``; what is none stays as it is, and nothing is found there."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def identity(url: str) -> str:
    """What makes an object's address its own: servers write the same one with http and https, with and without "/".

    What is no address is its own.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in {None, 80, 443} else "")
    except ValueError:
        return url.strip()
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def canonical(value: Json) -> str:
    """The same text for the same object, in whatever order its properties come."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime | None = None) -> str:
    """A moment (default: this one) in ISO 8601, so that later ones sort behind earlier ones as texts, too."""
    return (moment or now()).astimezone(UTC).isoformat(timespec="microseconds")


def embedded(value: Json, *keys: str) -> Iterator[Json]:
    """The objects, not the mere addresses, that stand in an object under these keys."""
    for key in keys:
        yield from (element for element in items(value.get(key)) if isinstance(element, dict))


def addresses(value: Json, *keys: str) -> Iterator[str]:
    """The addresses of what stands in an object under these keys, embedded or only referred to."""
    for key in keys:
        for element in items(value.get(key)):
            address = element.get("id") if isinstance(element, Mapping) else element
            if is_address(address):
                yield str(address)


def _absolute(key: str, value: object, base: str) -> object:
    if isinstance(value, dict):
        return {inner: _absolute(inner, element, base) for inner, element in value.items()}
    if isinstance(value, list):
        return [_absolute(key, element, base) for element in value]
    if isinstance(value, str):
        clean = _sendable(value)
        if key in _ADDRESSES and clean.strip().startswith(("/", "./", "../")):
            return joined(base, clean.strip())
        return clean
    return value


def _is_deep(value: object) -> bool:
    """Whether more than ``_DEEPEST`` lists and objects stand in each other."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _sendable(value: str) -> str:
    """Without halves of characters, which no file can hold."""
    return value.encode("utf-8", errors="replace").decode() if not value.isascii() else value
