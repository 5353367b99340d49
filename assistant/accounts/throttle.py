"""Waits after logins that failed, growing with their number, by account and by address."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Final

from assistant.accounts.database import AccountDatabase

_FREE: Final = {"account": 3, "address": 20}
"""Attempts without a wait: one person errs, an office behind one address errs more often."""
_LONGEST: Final = {"account": 900.0, "address": 3600.0}
"""Seconds; whoever guesses must not lock out an account's owner for good."""
_FORGOTTEN: Final = 86_400.0


class Throttle:
    """Counts in the accounts' file, so that a restart forgets nothing."""

    def __init__(self, database: AccountDatabase, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, account: str, address: str) -> float:
        """Count an attempt as failed until :meth:`succeeded` says otherwise; return 0, or the seconds to wait.

        It counts before the password is compared: of many that come at once, only as many are taken as one by one.
        While somebody has to wait nothing is counted.
        """
        now = self._clock()
        subjects = _subjects(account, address)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE until < ?", (now - _FORGOTTEN,))
            wait = max(_until(connection, subject) - now for _, subject in subjects)
            if wait > 0:
                return wait
            for kind, subject in subjects:
                connection.execute(
                    "INSERT INTO attempts VALUES (?, 1, ?) ON CONFLICT (subject) DO UPDATE SET failures = failures + 1",
                    (subject, now),
                )
                (failures,) = connection.execute(
                    "SELECT failures FROM attempts WHERE subject = ?", (subject,)
                ).fetchone()
                over = failures - _FREE[kind]
                pause = min(_LONGEST[kind], 2.0 ** min(over, 30)) if over >= 0 else 0.0
                connection.execute("UPDATE attempts SET until = ? WHERE subject = ?", (now + pause, subject))
        return 0.0

    def succeeded(self, account: str, address: str) -> None:
        """Forget the account's failures; of the address's only the one that was none."""
        (_, of_account), (_, of_address) = _subjects(account, address)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE subject = ?", (of_account,))
            connection.execute(
                "UPDATE attempts SET failures = failures - 1, until = ? WHERE subject = ?", (self._clock(), of_address)
            )


def _subjects(account: str, address: str) -> Sequence[tuple[str, str]]:
    """Hashed: what somebody typed into the field for the name may have been a password."""
    return [(kind, hashlib.sha256(f"{kind}\n{of}".encode()).hexdigest()) for kind, of in
            (("account", account), ("address", address))]  # fmt: skip


def _until(connection: sqlite3.Connection, subject: str) -> float:
    row = connection.execute("SELECT until FROM attempts WHERE subject = ?", (subject,)).fetchone()
    return float(row[0]) if row is not None else 0.0
