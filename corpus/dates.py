"""Dates as people read them."""

from __future__ import annotations

from datetime import date


def german_date(iso: str) -> str:
    """An ISO 8601 date such as 2014-03-17 in German form, 17.03.2014; raises ``ValueError`` for anything else."""
    return date.fromisoformat(iso).strftime("%d.%m.%Y")
