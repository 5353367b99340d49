"""What a login provider says is believed only if it really said it, to us, now, and about this login."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from assistant.accounts.passwords import Passwords
from assistant.accounts.people import person_of
from assistant.accounts.provider import Attempt, LoginProvider, ProviderError
from assistant.accounts.store import AccountStore, Person
from assistant.checks import check_login_provider
from corpus.data_directory import ACCOUNTS_FILE
from corpus.errors import SettingsError
from corpus.settings import Settings, load_settings
from tests.access.provider import CLIENT, SECRET, Provider, provided

BACK = "http://127.0.0.1:7860/anmelden/zurueck"
HOME = "http://127.0.0.1:7860/"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
ATTEMPT = Attempt("ein Geheimnis dieses Browsers")
Json = dict[str, Any]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provided() as provider:
        provider.register(BACK, HOME)
        provider.people["m"] = {"preferred_username": "meier", "groups": ["Bauausschuss"]}
        provider.person = "m"
        yield provider


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    running.spoilt = None
    running.asked.clear()
    yield running
    running.spoilt = None


def client_of(provider: Provider, clock: Callable[[], float] = monotonic) -> LoginProvider:
    return LoginProvider(provider.issuer, CLIENT, SecretStr(SECRET), clock=clock)


def answer_to(client: LoginProvider, attempt: Attempt = ATTEMPT) -> dict[str, str]:
    """With what the browser comes back from the provider."""
    response = httpx.get(client.way(attempt, BACK))
    assert response.status_code == 303, response.text
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def logged_in(client: LoginProvider) -> Json:
    return dict(client.redeem(ATTEMPT, answer_to(client), BACK, ("preferred_username", "groups")))


def fault_of(client: LoginProvider) -> tuple[str, str]:
    with pytest.raises(ProviderError) as raised:
        logged_in(client)
    return raised.value.fault, raised.value.detail


def test_who_somebody_is_comes_from_the_id_token(provider: Provider) -> None:
    claims = logged_in(client_of(provider))
    assert (claims["preferred_username"], claims["groups"]) == ("meier", ["Bauausschuss"])
    assert "userinfo" not in provider.asked


def test_or_from_the_userinfo_endpoint_where_the_token_does_not_say_it() -> None:
    with provided(claims_in_token=False) as provider:
        provider.register(BACK, HOME)
        provider.people["m"] = {"preferred_username": "meier", "groups": ["Bauausschuss"]}
        provider.person = "m"
        client = client_of(provider)
        claims = logged_in(client)
        assert (claims["preferred_username"], claims["groups"]) == ("meier", ["Bauausschuss"])
        assert "userinfo" in provider.asked
        provider.spoilt = lambda name, told: {**told, "sub": "somebody else"} if name == "userinfo" else told
        assert fault_of(client) == ("invalid", "userinfo")


STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SPOILT: dict[str, tuple[Callable[[Provider, Json], str], str]] = {
    "another key": (lambda provider, claims: provider.sign(claims, key=STRANGER), "InvalidSignatureError"),
    "no signature": (lambda _, claims: jwt.encode(claims, "", "none"), "alg"),
    "the shared secret": (lambda provider, claims: provider.sign(claims, "HS256", SECRET), "alg"),
    "another algorithm": (lambda provider, claims: provider.sign(claims, "ES256", _curve()), "key"),
    "another issuer": (lambda provider, claims: provider.sign({**claims, "iss": "https://x"}), "InvalidIssuerError"),
    "another client": (lambda provider, claims: provider.sign({**claims, "aud": "x"}), "InvalidAudienceError"),
    "several clients": (lambda provider, claims: provider.sign({**claims, "aud": [CLIENT, "x"]}), "azp"),
    "made for another": (lambda provider, claims: provider.sign({**claims, "azp": "x"}), "azp"),
    "over": (lambda provider, claims: provider.sign({**claims, "exp": int(time()) - 90}), "ExpiredSignatureError"),
    "not yet": (lambda provider, claims: provider.sign({**claims, "iat": int(time()) + 90}), "ImmatureSignatureError"),
    "another login": (lambda provider, claims: provider.sign({**claims, "nonce": "x"}), "nonce"),
    "no login": (lambda provider, claims: provider.sign(without(claims, "nonce")), "nonce"),
    "nobody": (lambda provider, claims: provider.sign(without(claims, "sub")), "MissingRequiredClaimError"),
    "for ever": (lambda provider, claims: provider.sign(without(claims, "exp")), "MissingRequiredClaimError"),
    "no token": (lambda _provider, _claims: "kein.token.oder", "DecodeError"),
}


def _curve() -> object:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def without(claims: Json, name: str) -> Json:
    return {key: value for key, value in claims.items() if key != name}


def spoiling(made: Callable[[Json], str]) -> Callable[[str, Json], object]:
    """Answers of the token endpoint with another ID token, made of what the right one says."""

    def spoilt(name: str, told: Json) -> object:
        if name != "token":
            return told
        return {**told, "id_token": made(jwt.decode(told["id_token"], options={"verify_signature": False}))}

    return spoilt


@pytest.mark.parametrize("kind", SPOILT)
def test_a_token_that_is_not_the_providers_for_us_and_for_this_login_is_refused(provider: Provider, kind: str) -> None:
    made, detail = SPOILT[kind]
    provider.spoilt = spoiling(lambda claims: made(provider, claims))
    assert fault_of(client_of(provider)) == ("invalid", detail)


def test_clocks_may_be_a_little_apart(provider: Provider) -> None:
    now = int(time())
    for moved in ({"iat": now + 40, "exp": now + 300}, {"iat": now - 300, "exp": now - 40}):
        provider.spoilt = spoiling(lambda claims, moved=moved: provider.sign({**claims, **moved}))
        assert logged_in(client_of(provider))["preferred_username"] == "meier"


def test_new_keys_are_looked_for_when_a_signature_needs_them_and_old_ones_do_not_hold(provider: Provider) -> None:
    clock = Clock()
    client = client_of(provider, clock=clock)
    logged_in(client)
    old = provider.server.keyjar.get_signing_key("RSA", "")[0].private_key()
    clock.now += 11
    provider.rotate()
    logged_in(client)
    assert provider.asked.count("keys") == 2
    logged_in(client)
    assert provider.asked.count("keys") == 2
    provider.spoilt = spoiling(lambda claims: provider.sign(claims, key=old))
    assert fault_of(client) == ("invalid", "InvalidSignatureError")


def test_invented_key_names_do_not_make_us_burden_the_provider(provider: Provider) -> None:
    client = client_of(provider, clock=Clock())
    provider.spoilt = spoiling(lambda claims: jwt.encode(claims, STRANGER, "RS256", headers={"kid": "x"}))
    for _ in range(5):
        assert fault_of(client) == ("invalid", "key")
    assert provider.asked.count("keys") == 1


def test_a_code_is_worth_nothing_in_another_browser_and_only_once(provider: Provider) -> None:
    client = client_of(provider)
    answer = answer_to(client)
    for attempt, told, fault in (
        (Attempt("ein anderer Browser"), answer, "stale"),
        (ATTEMPT, {**answer, "state": "x"}, "stale"),
        (ATTEMPT, {**answer, "iss": "https://boese.example"}, "invalid"),
        (ATTEMPT, {"state": ATTEMPT.state, "error": "access_denied"}, "refused"),
        (ATTEMPT, {"state": ATTEMPT.state}, "unexpected"),
        (ATTEMPT, {**answer, "code": "erfunden"}, "refused"),
    ):
        with pytest.raises(ProviderError) as raised:
            client.redeem(attempt, told, BACK, ())
        assert raised.value.fault == fault, told
    # Somebody has stolen the code and brings it with the state of their own login: their verifier is another one.
    thief = Attempt("der Dieb")
    with pytest.raises(ProviderError):
        client.redeem(thief, {**answer, "state": thief.state}, BACK, ())
    fresh = answer_to(client)
    client.redeem(ATTEMPT, fresh, BACK, ())
    with pytest.raises(ProviderError):
        client.redeem(ATTEMPT, fresh, BACK, ())


def test_a_wrong_secret_and_a_provider_that_is_another_or_not_there_are_told_apart(provider: Provider) -> None:
    guessing = LoginProvider(provider.issuer, CLIENT, SecretStr("falsch-und-lang-genug"))
    assert fault_of(guessing) == ("unexpected", "token")
    other = LoginProvider(provider.issuer.replace("127.0.0.1", "localhost"), CLIENT, None)
    with pytest.raises(ProviderError, match="anders geantwortet"):
        other.way(ATTEMPT, BACK)
    provider.spoilt = lambda _, told: {**told, "token_endpoint": "http://boese.example/"}
    with pytest.raises(ProviderError) as raised:
        client_of(provider).way(ATTEMPT, BACK)
    assert raised.value.detail == "token_endpoint"
    with pytest.raises(ProviderError, match="antwortet gerade nicht"):
        LoginProvider("http://127.0.0.1:9", CLIENT, None).way(ATTEMPT, BACK)


def test_somebody_is_sent_to_the_providers_logout_without_a_token(provider: Provider) -> None:
    way = client_of(provider).way_out(HOME)
    assert way is not None
    assert way.startswith(f"{provider.issuer}/session?")
    assert dict(parse_qsl(urlsplit(way).query)) == {"client_id": CLIENT, "post_logout_redirect_uri": HOME}


def test_doctor_says_whether_the_provider_answers(provider: Provider) -> None:
    base = {"accounts": True, "oidc_client_id": CLIENT}
    (found,) = check_login_provider(load_settings(**base, oidc_issuer=provider.issuer))
    assert found == (True, f"der Anmeldedienst {provider.issuer} antwortet und nennt 2 Schlüssel")
    (found,) = check_login_provider(load_settings(**base, oidc_issuer="http://127.0.0.1:9"))
    assert not found[0]
    assert "antwortet gerade nicht" in found[1]
    assert check_login_provider(load_settings()) == []


def settings(**more: object) -> Settings:
    base = {"accounts": True, "oidc_issuer": "https://anmeldung.example", "oidc_client_id": CLIENT}
    return load_settings(**{**base, **more})


def test_claims_name_roles_and_gremien_by_themselves_by_a_map_and_inside_of_others() -> None:
    claims = {
        "sub": "1",
        "preferred_username": "meier",
        "groups": ["g-17", "Bauausschuss", " "],
        "realm_access": {"roles": ["verwaltung", "offline_access"]},
        "role": "mandat",
    }
    plain = person_of(claims, "i", settings(oidc_gremien_claim="groups", oidc_roles_claim="role"))
    assert plain == Person("i", "1", "meier", frozenset({"council_member"}), ("Bauausschuss", "g-17"))
    mapped = person_of(
        claims,
        "i",
        settings(
            oidc_gremien_claim="groups",
            oidc_gremium_names={"g-17": "Ältestenrat"},
            oidc_roles_claim="realm_access.roles",
        ),
    )
    assert mapped == Person("i", "1", "meier", frozenset({"staff"}), ("Ältestenrat",))
    named = person_of(claims, "i", settings(oidc_roles_claim="groups", oidc_role_names={"g-17": "administration"}))
    assert named == Person("i", "1", "meier", frozenset({"administrator"}), None)
    with pytest.raises(ProviderError):
        person_of({"sub": "1"}, "i", settings())


def test_an_account_belongs_to_one_person_at_the_provider_and_never_to_another_of_the_same_name(tmp_path: Path) -> None:
    accounts = AccountStore(tmp_path, passwords=QUICK)
    accounts.add("meier", None, ["council_member"], ["Bauausschuss"])
    accounts.add("chefin", "ein langes Passwort für Tests", ["administrator"], [])
    meier = Person("i", "1", "Meier")
    assert accounts.admit(Person("i", "9", "niemand"), create=False) is None
    assert accounts.admit(Person("i", "9", "chefin"), create=True) is None  # she logs in with her password
    admitted = accounts.admit(meier, create=False)
    assert admitted is not None
    assert admitted.gremien == ("Bauausschuss",)
    for other in (Person("i", "2", "meier"), Person("anderer", "1", "meier")):
        assert accounts.admit(other, create=True) is None
    renamed = accounts.admit(Person("i", "1", "Meier-Schulze"), create=True)
    assert renamed is not None
    assert renamed.name == "meier"
    accounts.set_disabled("meier", disabled=True)
    assert accounts.admit(meier, create=True) is None
    accounts.set_disabled("meier", disabled=False)
    accounts.unlink("meier")
    assert accounts.admit(Person("i", "2", "meier"), create=False) is not None
    with pytest.raises(SettingsError):
        accounts.admit(Person("i", "5", "../böse name"), create=True)


def test_roles_that_the_provider_takes_away_end_the_sessions_and_the_same_ones_do_not(tmp_path: Path) -> None:
    accounts = AccountStore(tmp_path, passwords=QUICK)
    council = Person("i", "1", "rat", frozenset(), ("Bauausschuss", "Ältestenrat"))
    account = accounts.admit(council, create=True)
    assert account is not None
    assert account.roles == {"council_member"}
    session = accounts.open_session(account, provider=True)
    assert accounts.is_from_provider(session)
    accounts.admit(council, create=True)
    assert accounts.of_session(session) == account
    fewer = accounts.admit(Person("i", "1", "rat", frozenset(), ()), create=True)
    assert fewer is not None
    assert (fewer.roles, fewer.gremien) == (frozenset(), ())
    assert accounts.of_session(session) is None


def test_a_file_of_the_first_version_is_brought_up_with_all_that_stands_in_it(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / ACCOUNTS_FILE)
    connection.executescript(
        """
        CREATE TABLE accounts (key TEXT PRIMARY KEY, name TEXT NOT NULL, password TEXT, roles TEXT NOT NULL,
            gremien TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE sessions (hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (key) ON DELETE CASCADE,
            opened REAL NOT NULL, seen REAL NOT NULL) WITHOUT ROWID;
        CREATE TABLE tokens (hash TEXT PRIMARY KEY, account TEXT NOT NULL, label TEXT NOT NULL, made REAL NOT NULL,
            expires REAL NOT NULL) WITHOUT ROWID;
        CREATE TABLE attempts (subject TEXT PRIMARY KEY, failures INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
        INSERT INTO accounts VALUES ('alt', 'alt', NULL, '["staff"]', '{}', 0);
        PRAGMA user_version = 1;
        """
    )
    connection.close()
    accounts = AccountStore(tmp_path, passwords=QUICK)
    assert AccountStore(tmp_path, passwords=QUICK).accounts() == accounts.accounts()
    old = accounts.admit(Person("i", "1", "alt"), create=False)
    assert old is not None
    assert old.roles == {"staff"}
    assert accounts.is_from_provider(accounts.open_session(old, provider=True))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"oidc_issuer": "http://anmeldung.example"}, "https://"),
        ({"oidc_issuer": "https://ich:geheim@anmeldung.example"}, "nur die Adresse"),
        ({"oidc_client_id": ""}, "oidc_client_id"),
        ({"accounts": False}, "accounts = true"),
        ({"oidc_scopes": "profile"}, "openid"),
        ({"oidc_client_secret": "a", "oidc_client_secret_file": "b"}, "nur eines"),
        ({"oidc_client_secret": "mit Leerzeichen"}, "kein Schlüssel"),
        ({"oidc_role_names": {"x": "König"}}, "oidc_role_names"),
        ({"oidc_issuer": ""}, "oidc_issuer"),
    ],
)
def test_settings_that_do_not_go_together_are_told_in_one_sentence(given: Json, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as raised:
        settings(**given)
    assert "geheim" not in str(raised.value)


def test_the_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "geheimnis").write_text("streng-geheim\n", encoding="utf-8")
    read = settings(oidc_client_secret_file=tmp_path / "geheimnis").read_oidc_client_secret()
    assert read is not None
    assert read.get_secret_value() == "streng-geheim"
