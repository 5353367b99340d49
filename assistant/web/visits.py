"""Who asks, and what is shown to them: every route takes its assistant from the visit of its request.

Where the operator has set up no accounts there is one kind of visitor, the public. With accounts somebody is known by
the session that they have logged in to, by the token of a program, or by what a trusted proxy says. Whoever is known
by nothing is the public, where the operator lets it in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from starlette.requests import HTTPConnection

from assistant.accounts.proxies import TrustedProxies
from assistant.accounts.store import TOKEN_START
from assistant.web.problems import NotAllowedError
from corpus.access import PUBLIC, Clearance

if TYPE_CHECKING:
    from assistant.accounts.store import Account, AccountStore
    from assistant.answer import Answer
    from assistant.assistant import Assistant
    from assistant.audit import Action, AuditLog
    from corpus.settings import Settings

VISIT: Final = "aktenkundig.visit"
"""Under which an ASGI scope has its visit."""
SESSION_COOKIE: Final = "aktenkundig"

Means = Literal["nothing", "session", "token", "proxy"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: ``account`` is ``None`` for the public, ``session`` the secret of the session it came with.

    ``assistant`` shows what may be shown, and nothing else.
    """

    assistant: Assistant
    clearance: Clearance
    account: Account | None = None
    means: Means = "nothing"
    session: str | None = None
    audit: AuditLog | None = None

    @property
    def is_ambient(self) -> bool:
        """Whether the browser shows by itself who it is, so that pages of others could ask in somebody's name."""
        return self.means in ("session", "proxy")

    @property
    def name(self) -> str:
        """The account's name, empty for the public."""
        return "" if self.account is None else self.account.name

    def saw(self, action: Action, documents: Collection[str], question: str | None = None) -> None:
        """Note for the audit log, where there is one, which documents have been shown."""
        if self.audit is not None:
            self.audit.note(self.name, action, documents, question)


class Reception:
    """Finds out who asks. Safe to use from several threads."""

    def __init__(
        self, assistant: Assistant, settings: Settings, accounts: AccountStore | None, audit: AuditLog | None
    ) -> None:
        """``assistant`` is that of the public."""
        self._assistant = assistant
        self._settings = settings
        self.accounts = accounts
        self._audit = audit
        self.proxies = TrustedProxies(settings.trusted_proxies)

    def visit(self, connection: HTTPConnection) -> Visit | None:
        """The visit of a request, ``None`` where somebody has to log in first.

        Raises :class:`NotAllowedError` for a token or a proxy's name that is not known (any more).
        """
        if self.accounts is None:
            return Visit(self._assistant, self._assistant.clearance, audit=self._audit)
        account, means, session = self._known(connection, self.accounts)
        if account is None:
            if not self._settings.public_access:
                return None
            return Visit(self._assistant.seen_by(PUBLIC), PUBLIC, audit=self._audit)
        clearance = account.clearance
        return Visit(self._assistant.seen_by(clearance), clearance, account, means, session, self._audit)

    def address(self, connection: HTTPConnection) -> str:
        """From where somebody asks, as far as that is known."""
        return self.proxies.client(connection)

    def _known(self, connection: HTTPConnection, accounts: AccountStore) -> tuple[Account | None, Means, str | None]:
        given = connection.headers.get("Authorization", "")
        if given.startswith(f"Bearer {TOKEN_START}"):
            account = accounts.of_token(given.removeprefix("Bearer "))
            if account is None:
                raise NotAllowedError("Das Zugriffstoken ist ungültig, abgelaufen oder zurückgezogen.")
            return account, "token", None
        header = self._settings.proxy_user_header
        if header and self.proxies.speaks(connection):
            names = connection.headers.getlist(header)
            if names and names != [""]:
                account = accounts.active(names[0]) if len(names) == 1 else None
                if account is None:
                    raise NotAllowedError(
                        "Für diese Anmeldung gibt es hier keinen Zugang; bitte die Administration fragen."
                    )
                return account, "proxy", None
        secret = connection.cookies.get(cookie_name(SESSION_COOKIE, self._settings))
        account = accounts.of_session(secret) if secret else None
        return (account, "session", secret) if account is not None else (None, "nothing", None)


def visit_of(connection: HTTPConnection) -> Visit:
    """The visit that the request's gate has found."""
    visit: Visit = connection.scope[VISIT]
    return visit


def shown_documents(answer: Answer) -> list[str]:
    """The documents of which an answer, or a refusal with what comes nearest, shows something."""
    nearest = answer.not_found.nearest if answer.not_found is not None else []
    return [citation.document for citation in (*answer.citations, *nearest)]


def cookie_name(name: str, settings: Settings) -> str:
    """``__Host-`` binds a cookie to this host and to encryption; without the latter browsers refuse such a name."""
    return f"__Host-{name}" if settings.https else name
