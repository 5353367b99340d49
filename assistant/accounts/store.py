"""Local accounts with their roles, sessions and tokens.

Roles are read anew with each request, so what is withdrawn is gone at once; sessions end with it all the same, because
a page that is open still shows what it showed.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assistant.accounts.database import AccountDatabase
from assistant.accounts.passwords import Passwords, check_password
from corpus.access import ROLES, Clearance, Role, packed_gremien, unpacked_gremien
from corpus.errors import NotThereError, SettingsError
from corpus.settings import Settings

TOKEN_START: Final = "ak_"  # noqa: S105 - how tokens begin, no token
_NAME: Final = re.compile(r"[\w][\w.@-]{1,63}")
_SEEN_EVERY: Final = 60.0
"""Seconds between two notes of a session's last use: not every request has to write."""
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Account:
    """An account; ``gremien`` are those of a council member, as they were written."""

    name: str
    roles: frozenset[Role]
    gremien: tuple[str, ...]
    disabled: bool = False

    @property
    def clearance(self) -> Clearance:
        """What it may see."""
        return Clearance.of(self.roles, self.gremien)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a login provider has let in.

    ``subject`` is who they are for good at ``issuer``, ``name`` what they are called now. ``roles`` and ``gremien`` are
    ``None`` where it does not say them.
    """

    issuer: str
    subject: str
    name: str
    roles: frozenset[Role] | None = None
    gremien: tuple[str, ...] | None = None

    def applied_to(self, account: Account) -> Account:
        """The account with what the provider says; Gremien that it tells make a council member."""
        roles = account.roles if self.roles is None else self.roles
        gremien = account.gremien if self.gremien is None else self.gremien
        if self.gremien:
            roles |= {"council_member"}
        return replace(account, roles=roles, gremien=gremien if "council_member" in roles else ())


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A token of a program, without its secret; times are seconds since 1970."""

    label: str
    made: float
    expires: float


class AccountStore:
    """The accounts of a data directory. Safe to use from several threads and processes."""

    def __init__(
        self,
        directory: Path,
        *,
        idle_minutes: int = 60,
        hours: int = 12,
        passwords: Passwords | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """A session ends after ``idle_minutes`` without use, and after ``hours`` in any case."""
        self.database = AccountDatabase(directory)
        self._idle = idle_minutes * 60.0
        self._longest = hours * 3600.0
        self._passwords = passwords if passwords is not None else Passwords()
        self._clock = clock

    # -- accounts --------------------------------------------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """All accounts by name."""
        return [_account(*row) for row in self.database.query(f"{_SELECT} ORDER BY key")]

    def active(self, name: str) -> Account | None:
        """The account of this name, ``None`` if there is none or it is disabled."""
        rows = self.database.query(f"{_SELECT} WHERE key = ? AND NOT disabled", account_key(name))
        return _account(*rows[0]) if rows else None

    def add(self, name: str, password: str | None, roles: Iterable[Role], gremien: Sequence[str]) -> None:
        """Make an account; without a password only a trusted proxy or the login provider lets it in.

        Raises :class:`SettingsError` for an impossible or taken name, a weak password, or roles that do not fit.
        """
        check_name(name)
        held = _fitting(roles, gremien)
        if password is not None:
            check_password(name, password)
        kept = None if password is None else self._passwords.hash(password)
        with self.database.transaction() as connection:
            made = connection.execute(
                "INSERT OR IGNORE INTO accounts (key, name, password, roles, gremien) VALUES (?, ?, ?, ?, ?)",
                (account_key(name), name, kept, _packed(held), packed_gremien(gremien)),
            )
            if made.rowcount == 0:
                raise SettingsError(f"Den Zugang „{name}“ gibt es schon.")

    def set_roles(self, name: str, roles: Iterable[Role], gremien: Sequence[str]) -> None:
        """Replace an account's roles and end its sessions; raises as :meth:`add` and :meth:`remove` do."""
        held = _fitting(roles, gremien)
        self._change(name, "roles = ?, gremien = ?", _packed(held), packed_gremien(gremien))

    def set_password(self, name: str, password: str) -> None:
        """Replace an account's password and end its sessions; raises as :meth:`add` and :meth:`remove` do."""
        check_password(name, password)
        self._change(name, "password = ?", self._passwords.hash(password))

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Lock an account or open it again; its sessions end. Raises as :meth:`remove` does."""
        self._change(name, "disabled = ?", int(disabled))

    def admit(self, person: Person, *, create: bool) -> Account | None:
        """The account of whom the login provider has let in, ``None`` if there is none for them or it is disabled.

        At first an account of the same name becomes theirs, if it has no password and is nobody else's there, or with
        ``create`` a new one is made. From then on it is theirs under whatever name the provider knows them. Roles and
        Gremien that the provider tells replace those of the account; where they change, its sessions end. Raises
        :class:`SettingsError` for a name that no account can have.
        """
        subject, key = _hash(f"{person.issuer}\n{person.subject}"), account_key(person.name)
        with self.database.transaction() as connection:
            row = connection.execute(f"{_SELECT} WHERE subject = ?", (subject,)).fetchone()
            if row is None:
                row = connection.execute(f"{_SELECT} WHERE key = ?", (key,)).fetchone()
                if row is None and create:
                    check_name(person.name)
                    connection.execute(
                        "INSERT INTO accounts (key, name, roles, gremien, subject) VALUES (?, ?, ?, ?, ?)",
                        (key, person.name, _packed(()), packed_gremien(()), subject),
                    )
                    row = (person.name, _packed(()), packed_gremien(()), 0)
                elif row is not None:
                    bound = connection.execute(
                        "UPDATE accounts SET subject = ? WHERE key = ? AND subject IS NULL AND password IS NULL",
                        (subject, key),
                    )
                    row = row if bound.rowcount else None
            account = _account(*row) if row is not None else None
            if account is None or account.disabled:
                return None
            told = person.applied_to(account)
            if told != account:
                connection.execute(
                    "UPDATE accounts SET roles = ?, gremien = ? WHERE subject = ?",
                    (_packed(told.roles), packed_gremien(told.gremien), subject),
                )
                connection.execute("DELETE FROM sessions WHERE account = ?", (account_key(told.name),))
            return told

    def unlink(self, name: str) -> None:
        """Forget who somebody is at the login provider and end their sessions; raises as :meth:`remove` does."""
        self._change(name, "subject = ?", None)

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens; raises :class:`NotThereError` for an unknown one."""
        with self.database.transaction() as connection:
            if connection.execute("DELETE FROM accounts WHERE key = ?", (account_key(name),)).rowcount == 0:
                raise _unknown(name)

    def _change(self, name: str, assignment: str, *values: object) -> None:
        with self.database.transaction() as connection:
            changed = connection.execute(
                f"UPDATE accounts SET {assignment} WHERE key = ?",  # noqa: S608 - constants of this class
                (*values, account_key(name)),
            )
            if changed.rowcount == 0:
                raise _unknown(name)
            connection.execute("DELETE FROM sessions WHERE account = ?", (account_key(name),))

    # -- sessions --------------------------------------------------------------------------------------------------

    def check(self, name: str, password: str) -> Account | None:
        """The account if the password is its own and it is not disabled; whatever is wrong takes as long to find."""
        rows = self.database.query("SELECT password FROM accounts WHERE key = ? AND NOT disabled", account_key(name))
        kept = str(rows[0][0]) if rows and rows[0][0] is not None else None
        if not self._passwords.match(kept, password):
            return None
        if kept is not None and self._passwords.is_outdated(kept):
            with self.database.transaction() as connection:
                connection.execute(
                    "UPDATE accounts SET password = ? WHERE key = ? AND password = ?",
                    (self._passwords.hash(password), account_key(name), kept),
                )
        return self.active(name)

    def open_session(self, account: Account, *, provider: bool = False) -> str:
        """The secret of a new session, ``provider`` where the login provider let somebody in.

        Those that have ended are cleared away.
        """
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        with self.database.transaction() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE opened <= ? OR seen <= ?", (now - self._longest, now - self._idle)
            )
            connection.execute(
                "INSERT INTO sessions (hash, account, opened, seen, provider) VALUES (?, ?, ?, ?, ?)",
                (_hash(secret), account_key(account.name), now, now, int(provider)),
            )
        return secret

    def of_session(self, secret: str) -> Account | None:
        """The account of a session that has not ended."""
        now = self._clock()
        rows = self.database.query(
            "SELECT a.name, a.roles, a.gremien, a.disabled, s.seen "
            "FROM sessions s JOIN accounts a ON a.key = s.account "
            "WHERE s.hash = ? AND s.opened > ? AND s.seen > ? AND NOT a.disabled",
            _hash(secret),
            now - self._longest,
            now - self._idle,
        )
        if not rows:
            return None
        *row, seen = rows[0]
        if now - float(str(seen)) > _SEEN_EVERY:
            with self.database.transaction() as connection:
                connection.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (now, _hash(secret)))
        return _account(*row)

    def is_from_provider(self, secret: str) -> bool:
        """Whether the login provider let somebody in to this session."""
        return self.database.query("SELECT provider FROM sessions WHERE hash = ?", _hash(secret)) == [(1,)]

    def close_session(self, secret: str) -> None:
        """End a session; nothing happens where it has ended."""
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hash(secret),))

    def close_sessions(self, name: str) -> int:
        """End all sessions of an account; return how many there were."""
        with self.database.transaction() as connection:
            return connection.execute("DELETE FROM sessions WHERE account = ?", (account_key(name),)).rowcount

    # -- tokens ----------------------------------------------------------------------------------------------------

    def make_token(self, name: str, label: str, days: int) -> str:
        """The secret of a new token, which is told this once; raises as :meth:`remove` does."""
        if self.active(name) is None:
            raise _unknown(name)
        secret = TOKEN_START + secrets.token_urlsafe(32)
        now = self._clock()
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?)",
                (_hash(secret), account_key(name), label, now, now + days * _DAY),
            )
        return secret

    def tokens(self, name: str) -> list[TokenEntry]:
        """The tokens of an account, oldest first."""
        rows = self.database.query(
            "SELECT label, made, expires FROM tokens WHERE account = ? ORDER BY made", account_key(name)
        )
        return [TokenEntry(str(label), float(str(made)), float(str(expires))) for label, made, expires in rows]

    def revoke_tokens(self, name: str, label: str | None = None) -> int:
        """Take back an account's tokens, all or those of a label; return how many."""
        with self.database.transaction() as connection:
            return connection.execute(
                "DELETE FROM tokens WHERE account = ?1 AND (?2 IS NULL OR label = ?2)", (account_key(name), label)
            ).rowcount

    def of_token(self, secret: str) -> Account | None:
        """The account of a token that holds."""
        rows = self.database.query(
            "SELECT a.name, a.roles, a.gremien, a.disabled FROM tokens t JOIN accounts a ON a.key = t.account "
            "WHERE t.hash = ? AND t.expires > ? AND NOT a.disabled",
            _hash(secret),
            self._clock(),
        )
        return _account(*rows[0]) if rows else None


def open_accounts(settings: Settings) -> AccountStore:
    """The accounts of the data directory, with sessions as long as it is set; raises :class:`StoreError`."""
    return AccountStore(settings.data, idle_minutes=settings.session_idle_minutes, hours=settings.session_hours)


_SELECT: Final = "SELECT name, roles, gremien, disabled FROM accounts"


def check_name(name: str) -> None:
    """Raise :class:`SettingsError` for a name that no account can have."""
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"Der Name „{name}“ geht nicht; möglich sind 2 bis 64 Buchstaben, Ziffern und die Zeichen . @ - _."
        )


def account_key(name: str) -> str:
    """The name as names are compared: two accounts must not look alike."""
    return unicodedata.normalize("NFKC", name).casefold()


def _account(name: object, roles: object, gremien: object, disabled: object) -> Account:
    held = frozenset(role for role in ROLES if role in json.loads(str(roles)))
    return Account(str(name), held, unpacked_gremien(str(gremien)), bool(disabled))


def _packed(roles: Iterable[Role]) -> str:
    return json.dumps(sorted(roles))


def _fitting(roles: Iterable[Role], gremien: Sequence[str]) -> frozenset[Role]:
    held = frozenset(roles)
    if gremien and "council_member" not in held:
        raise SettingsError("Gremien gehören zur Rolle „mandat“; bitte diese Rolle mit angeben.")
    return held


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _unknown(name: str) -> NotThereError:
    return NotThereError(f"Einen Zugang „{name}“ gibt es nicht; „aktenkundig users list“ zeigt alle.")
