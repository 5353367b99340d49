"""What the server writes while it runs: events with fields, as German lines or as lines of JSON.

Nothing of a question, a draft, a document or a person may stand in it. So only events and the program's own messages
are written out; of what libraries log, only who spoke and where, because they quote what they work on. Of an error,
its types and the places in the code are written, not its messages.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final, Literal

LogFormat = Literal["text", "json"]
EVENTS: Final = logging.getLogger("aktenkundig")
_OURS: Final = ("aktenkundig", "assistant", "corpus", "ingest")
_LEVELS: Final = {"DEBUG": "Einzelheit", "INFO": "", "WARNING": "Warnung", "ERROR": "Fehler", "CRITICAL": "Fehler"}
_FRAMES: Final = 40
"""Of a traceback, innermost; a recursion without end has a thousand."""


def tell(
    name: str, sentence: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: object
) -> None:
    """Log an event: a ``name`` and ``fields`` for programs, a German ``sentence`` for people."""
    EVENTS.log(level, "%s", sentence, extra={"event": name, "fields": fields}, exc_info=error)


def set_up_logging(form: LogFormat, stream: IO[str] | None = None) -> None:
    """Let the whole process log in this form, to standard error unless told otherwise; for ``aktenkundig serve``."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    EVENTS.setLevel(logging.INFO)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time`` (ISO 8601), ``level``, ``event``, ``message``, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, object] = {
            "time": _time(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", "message"),
            "message": _sentence(record),
            **getattr(record, "fields", {}),
        }
        if error := _error(record):
            line["error"] = _type_name(error)
            line["trace"] = list(described(error))
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A German line with the local time; below an error, where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        level = _LEVELS.get(record.levelname, record.levelname)
        lines = [f"{_time(record):%Y-%m-%d %H:%M:%S} {f'{level}: ' if level else ''}{_sentence(record)}"]
        if error := _error(record):
            lines += [f"    {line}" for line in described(error)]
        return "\n".join(lines)


def described(error: BaseException) -> Iterator[str]:
    """Where an error came from, cause first, without anything that it says: that may quote what somebody asked."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        yield from described(cause)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from described(inner)
    for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]:
        yield f"{frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{_type_name(error)}{_harmless(error)}"


def _harmless(error: BaseException) -> str:
    """What an error says of the machine: never a name of a file, which may be a document's."""
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    if isinstance(error, sqlite3.Error):
        return f": {getattr(error, 'sqlite_errorname', '')}"
    return ""


def _type_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created).astimezone()


def _sentence(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    return f"Meldung einer Bibliothek: {record.name} ({record.filename}, Zeile {record.lineno})"
