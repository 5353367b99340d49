"""A login provider that speaks OpenID Connect: the way to it, and what it says of whoever comes back.

Authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636). Nothing but the issuer and the addresses that it
names is contacted; signatures are checked by PyJWT. No token leaves this module: it gives back what they say.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt

from assistant.certificates import certificates
from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from pydantic import SecretStr

Claims = Mapping[str, Any]
Fault = Literal["unreachable", "unexpected", "invalid", "refused", "stale", "unknown", "busy"]
SENTENCES: Final[Mapping[Fault, str]] = {
    "unreachable": "Der Anmeldedienst antwortet gerade nicht; bitte in ein paar Minuten noch einmal versuchen.",
    "unexpected": "Der Anmeldedienst hat anders geantwortet als vereinbart; bitte die Administration fragen.",
    "invalid": "Was der Anmeldedienst gesagt hat, ließ sich nicht prüfen; bitte noch einmal versuchen.",
    "refused": "Der Anmeldedienst hat die Anmeldung abgelehnt, oder sie wurde dort abgebrochen.",
    "stale": "Diese Anmeldung ist zu alt oder begann in einem anderen Browser; bitte noch einmal versuchen. "
    "Dafür müssen Cookies erlaubt sein.",
    "unknown": "Für diese Anmeldung gibt es hier keinen Zugang; bitte die Administration fragen.",
    "busy": "Gerade melden sich sehr viele an; bitte in einer Minute noch einmal versuchen.",
}
"""What is said to whoever could not log in."""

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are taken: only those that the provider alone can make, so neither none nor with a shared secret."""
_SKEW_SECONDS: Final = 60
"""How far the clocks of both machines may be apart."""
_KEPT_SECONDS: Final = 3600.0
"""After which addresses and keys are asked for anew, so that a key that was withdrawn does not hold for good."""
_KEYS_PAUSE_SECONDS: Final = 10.0
"""Between two questions for keys because of one that is unknown: whoever invents some must not burden the provider."""
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_LARGEST: Final = 1_000_000
_THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")


class ProviderError(AktenkundigError):
    """Somebody could not be let in; ``fault`` is one of :data:`SENTENCES`, ``detail`` names the check that failed.

    ``detail`` is a word of ours that may be logged.
    """

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(SENTENCES[fault])
        self.fault: Fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back; all that must come back with it follows from the browser's ``secret``."""

    secret: str

    @property
    def state(self) -> str:
        """What the browser brings back."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token must hold."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What shows that whoever redeems the code has asked for it (RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier before."""
        return _unpadded(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, purpose: str) -> str:
        return _unpadded(hmac.digest(self.secret.encode(), purpose.encode(), "sha256"))


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    algorithms: tuple[str, ...]
    secret_in_body: bool
    names_itself: bool


class LoginProvider:
    """One provider. Safe to use from several threads."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        secret: SecretStr | None,
        *,
        scopes: str = "openid profile",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._scopes = scopes
        self._clock = clock
        self._lock = Lock()
        self._metadata: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None

    # -- there and back --------------------------------------------------------------------------------------------

    def way(self, attempt: Attempt, redirect: str) -> str:
        """The address that the browser is sent to; it comes back to ``redirect``. Raises :class:`ProviderError`."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect,
            "scope": self._scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _with(self._described().authorization, asked)

    def redeem(self, attempt: Attempt, answer: Mapping[str, str], redirect: str, needed: tuple[str, ...]) -> Claims:
        """What the provider says of whoever came back with the parameters ``answer``.

        Where its ID token lacks one of the claims ``needed``, it is asked for them. Raises :class:`ProviderError`.
        """
        if not hmac.compare_digest(attempt.state.encode(), answer.get("state", "").encode()):
            raise ProviderError("stale", "state")
        described = self._described()
        if answer.get("iss", "" if described.names_itself else self.issuer) != self.issuer:
            raise ProviderError("invalid", "iss")  # RFC 9207: the answer of another provider
        if "error" in answer:
            raise ProviderError("refused", "error")
        if not answer.get("code"):
            raise ProviderError("unexpected", "code")
        tokens = self._exchanged(described, attempt, answer["code"], redirect)
        claims = self._checked(described, tokens.get("id_token"), attempt.nonce)
        if described.userinfo is None or all(claim_of(claims, name) is not None for name in needed):
            return claims
        return {**self._asked(described.userinfo, tokens.get("access_token"), claims["sub"]), **claims}

    def way_out(self, back: str) -> str | None:
        """The address at which the provider logs somebody out, too, if it can; it may send them to ``back``.

        It is told who we are and not, by an old token, who they are: so none has to be kept. Raises
        :class:`ProviderError`.
        """
        end = self._described().end_session
        return _with(end, {"client_id": self._client_id, "post_logout_redirect_uri": back}) if end else None

    def check(self) -> int:
        """Ask the provider for its addresses and keys; return how many keys it has. Raises :class:`ProviderError`."""
        return len(self._known_keys(self._described(), anew=True))

    # -- tokens ----------------------------------------------------------------------------------------------------

    def _exchanged(self, described: _Metadata, attempt: Attempt, code: str, redirect: str) -> Claims:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": attempt.verifier,
        }
        auth: tuple[str, str] | None = None
        if self._secret is None:
            fields["client_id"] = self._client_id
        elif described.secret_in_body:
            fields |= {"client_id": self._client_id, "client_secret": self._secret.get_secret_value()}
        else:  # RFC 6749, 2.3.1: both are encoded as in a form before
            auth = quote(self._client_id, safe=""), quote(self._secret.get_secret_value(), safe="")
        status, content = _fetched("POST", described.token, data=fields, auth=auth)
        if status != 200:
            raise ProviderError("refused" if status == 400 else "unexpected", "token")
        return content

    def _checked(self, described: _Metadata, token: object, nonce: str) -> dict[str, Any]:
        """What an ID token says (OpenID Connect Core 1.0, 3.1.3.7)."""
        if not isinstance(token, str):
            raise ProviderError("unexpected", "id_token")
        try:
            header = jwt.get_unverified_header(token)
            algorithm = str(header.get("alg"))
            if algorithm not in described.algorithms:
                raise ProviderError("invalid", "alg")
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(described, algorithm, header.get("kid")),
                algorithms=[algorithm],
                audience=self._client_id,
                issuer=self.issuer,
                leeway=_SKEW_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise ProviderError("invalid", type(error).__name__) from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise ProviderError("invalid", "azp")
        if not hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
            raise ProviderError("invalid", "nonce")
        return claims

    def _key(self, described: _Metadata, algorithm: str, name: object) -> jwt.PyJWK:
        """The key that made a signature; one that is not known yet is looked for once."""
        for anew in (False, True):
            fitting = [key for key in self._known_keys(described, anew=anew) if _fits(key, algorithm, name)]
            if len(fitting) == 1:
                return jwt.PyJWK(fitting[0], algorithm=algorithm)
        raise ProviderError("invalid", "key")

    def _asked(self, address: str, token: object, subject: object) -> Claims:
        """What the provider says of somebody when asked; it must be the one of the ID token."""
        if not isinstance(token, str) or not token.isascii():
            raise ProviderError("unexpected", "access_token")
        status, content = _fetched("GET", address, headers={"Authorization": f"Bearer {token}"})
        if status != 200:
            raise ProviderError("unexpected", "userinfo")
        if content.get("sub") != subject:
            raise ProviderError("invalid", "userinfo")
        return content

    # -- the provider itself ---------------------------------------------------------------------------------------

    def _described(self) -> _Metadata:
        with self._lock:
            now = self._clock()
            if self._metadata is None or now - self._metadata[0] > _KEPT_SECONDS:
                address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                status, content = _fetched("GET", address)
                if status != 200:
                    raise ProviderError("unreachable" if status >= 500 else "unexpected", "configuration")
                self._metadata = now, self._read(content)
            return self._metadata[1]

    def _read(self, content: Claims) -> _Metadata:
        if content.get("issuer") != self.issuer:
            raise ProviderError("unexpected", "issuer")
        methods = content.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        algorithms = content.get("id_token_signing_alg_values_supported") or ["RS256"]
        return _Metadata(
            authorization=self._address(content, "authorization_endpoint"),
            token=self._address(content, "token_endpoint"),
            keys=self._address(content, "jwks_uri"),
            userinfo=self._address(content, "userinfo_endpoint") if "userinfo_endpoint" in content else None,
            end_session=self._address(content, "end_session_endpoint") if "end_session_endpoint" in content else None,
            algorithms=tuple(name for name in ALGORITHMS if name in algorithms),
            secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
            names_itself=content.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, content: Claims, name: str) -> str:
        """An address that a provider names: encrypted, unless everything is on this machine."""
        address = str(content.get(name, ""))
        try:
            parts = urlsplit(address)
        except ValueError:
            raise ProviderError("unexpected", name) from None
        local = urlsplit(self.issuer).scheme == "http" and parts.hostname in _THIS_MACHINE
        if parts.hostname is None or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            raise ProviderError("unexpected", name)
        return address

    def _known_keys(self, described: _Metadata, *, anew: bool) -> list[dict[str, Any]]:
        """The provider's keys (JWK); ``anew`` asks for them again unless that was done just now."""
        with self._lock:
            now = self._clock()
            most = _KEYS_PAUSE_SECONDS if anew else _KEPT_SECONDS
            if self._keys is None or now - self._keys[0] > most:
                status, content = _fetched("GET", described.keys)
                keys = content.get("keys")
                if status != 200 or not isinstance(keys, list):
                    raise ProviderError("unreachable" if status >= 500 else "unexpected", "keys")
                self._keys = now, [key for key in keys if isinstance(key, dict)]
            return self._keys[1]


def claim_of(claims: Claims, name: str) -> Any:  # noqa: ANN401 - whatever a provider says
    """A claim by its name, or inside others by a path such as ``realm_access.roles``; ``None`` where there is none."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _fits(key: Claims, algorithm: str, name: object) -> bool:
    """Whether a key may have made a signature; without a name only the one key of its kind can be meant."""
    kind = {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]] if algorithm != "EdDSA" else "OKP"
    return (
        key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (name is None or key.get("kid") == name)
    )


def _fetched(method: str, address: str, **more: Any) -> tuple[int, Claims]:  # noqa: ANN401 - httpx's options
    """Status and JSON object of an answer; empty where a failure is none. Raises :class:`ProviderError`."""
    client = httpx.Client(
        trust_env=False,
        follow_redirects=False,
        verify=certificates() if address.startswith("https:") else True,
        timeout=_TIMEOUT,
        headers={"Accept": "application/json"},
    )
    body = bytearray()
    try:
        with client, client.stream(method, address, **more) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    raise ProviderError("unexpected", "size")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderError("unreachable", type(error).__name__) from error
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if isinstance(content, dict):
        return response.status_code, content
    if response.status_code == 200:
        raise ProviderError("unexpected", "json")
    return response.status_code, {}


def _with(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(parameters)}"


def _unpadded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
