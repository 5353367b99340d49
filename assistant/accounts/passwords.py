"""Passwords: what is accepted as one, how it is kept (Argon2id), and how it is compared."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from corpus.errors import SettingsError

SHORTEST: Final = 12
LONGEST: Final = 256
"""Characters; a longer one would only make the server work."""
_AT_ONCE: Final = 2
"""Comparisons at the same time: each takes 64 MiB, and whoever tries passwords must not fill the memory."""


class Passwords:
    """Makes and compares hashes. Safe to use from several threads."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """``hasher`` replaces the recommended parameters (RFC 9106)."""
        self._hasher = hasher if hasher is not None else PasswordHasher()
        self._nobody = self._hasher.hash("niemandes Passwort")
        self._places = BoundedSemaphore(_AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash to keep, with its parameters and a salt of its own."""
        return self._hasher.hash(password)

    def match(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of the hash; without a hash as much work is done for nothing."""
        if len(password) > LONGEST:
            return False
        with self._places:
            try:
                self._hasher.verify(kept if kept is not None else self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def check_password(name: str, password: str) -> None:
    """Raise :class:`SettingsError` with a German sentence for a password that is too easily guessed."""
    if len(password) < SHORTEST:
        raise SettingsError(f"Das Passwort braucht mindestens {SHORTEST} Zeichen.")
    if len(password) > LONGEST:
        raise SettingsError(f"Das Passwort darf höchstens {LONGEST} Zeichen haben.")
    if name.casefold() in password.casefold() or len(set(password)) < SHORTEST // 3:
        raise SettingsError("Das Passwort ist zu leicht zu erraten; bitte ein anderes wählen.")
