"""Whom the login provider has let in: what its claims say, in our names, roles and Gremien."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.accounts.provider import Claims, LoginProvider, ProviderError, claim_of
from assistant.accounts.store import Person
from corpus.access import ROLES_BY_NAME, packed_gremien, unpacked_gremien

if TYPE_CHECKING:
    from assistant.accounts.provider import Attempt
    from assistant.accounts.store import Account, AccountStore
    from corpus.settings import Settings


class ProviderDesk:
    """Lets in whom the provider has let in."""

    def __init__(self, provider: LoginProvider, accounts: AccountStore, settings: Settings) -> None:
        self.provider = provider
        self._accounts = accounts
        self._settings = settings
        named = (settings.oidc_name_claim, settings.oidc_roles_claim, settings.oidc_gremien_claim)
        self._needed = tuple(filter(None, named))

    def let_in(self, attempt: Attempt, answer: Mapping[str, str], redirect: str) -> Account:
        """The account of whoever came back with the parameters ``answer``.

        Raises :class:`ProviderError`, and :class:`corpus.errors.SettingsError` for a name that no account can have.
        """
        claims = self.provider.redeem(attempt, answer, redirect, self._needed)
        person = person_of(claims, self.provider.issuer, self._settings)
        account = self._accounts.admit(person, create=self._settings.oidc_new_accounts)
        if account is None:
            raise ProviderError("unknown", "account")
        return account


def person_of(claims: Claims, issuer: str, settings: Settings) -> Person:
    """What the claims say; raises :class:`ProviderError` where they have no name."""
    name = claim_of(claims, settings.oidc_name_claim)
    if not isinstance(name, str) or not name:
        raise ProviderError("unknown", "name")
    roles: frozenset[str] | None = None
    if settings.oidc_roles_claim:
        told = _values(claims, settings.oidc_roles_claim)
        names: Mapping[str, str] = settings.oidc_role_names or {known: known for known in ROLES_BY_NAME}
        roles = frozenset(names[value] for value in told if value in names)
    gremien: tuple[str, ...] | None = None
    if settings.oidc_gremien_claim:
        told = _values(claims, settings.oidc_gremien_claim)
        known = settings.oidc_gremium_names
        called = sorted({known[value] for value in told if value in known} if known else told)
        gremien = unpacked_gremien(packed_gremien(called))
    held = None if roles is None else frozenset(ROLES_BY_NAME[role] for role in roles)
    return Person(issuer, str(claims["sub"]), name, held, gremien)


def open_provider(settings: Settings) -> LoginProvider:
    """The provider of the settings, which must name one; raises :class:`corpus.errors.SettingsError`."""
    return LoginProvider(
        settings.oidc_issuer, settings.oidc_client_id, settings.read_oidc_client_secret(), scopes=settings.oidc_scopes
    )


def _values(claims: Claims, name: str) -> set[str]:
    """The values of a claim, which some providers give as a list and some, where there is one, by itself."""
    found = claim_of(claims, name)
    listed = found if isinstance(found, list) else [found]
    return {value for value in listed if isinstance(value, str) and value.strip()}
