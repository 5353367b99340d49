"""Errors that nobody foresaw: whoever meets one is given a number, and under it the log says where it came from."""

from __future__ import annotations

import logging
import secrets
from typing import Final

from assistant.web.operations.logs import tell

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""None that is taken for another one when it is read out."""


def report_incident(error: BaseException) -> str:
    """Log an error; the random number under which it stands in the log, such as ``K7QF-3M2X``."""
    number = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2))
    tell("error", f"Unerwarteter Fehler {number}", level=logging.ERROR, error=error, incident=number)
    return number


def apology(number: str) -> str:
    """What is said to whoever met the error."""
    return f"Dabei ist ein Fehler aufgetreten; bitte noch einmal versuchen. Fehlernummer für die Verwaltung: {number}."
