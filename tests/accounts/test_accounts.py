"""Accounts, sessions, tokens, waits and the audit log: in real files, with a clock that the test turns."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.requests import HTTPConnection

from assistant.accounts.passwords import Passwords
from assistant.accounts.proxies import TrustedProxies
from assistant.accounts.store import AccountStore
from assistant.accounts.throttle import Throttle
from assistant.audit import AuditLog
from corpus.access import FULL, PUBLIC, Clearance
from corpus.data_directory import ACCOUNTS_FILE, AUDIT_FILE
from corpus.errors import NotThereError, SettingsError
from corpus.settings import load_settings
from tests.conftest import Run

PASSWORD = "ein langes Passwort für Tests"  # noqa: S105
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> AccountStore:
    store = AccountStore(tmp_path, idle_minutes=60, hours=12, passwords=QUICK, clock=clock)
    store.add("Rat.Meier", PASSWORD, ["council_member"], ["Bauausschuss"])
    return store


def test_an_account_is_let_in_with_its_password_only_and_sees_what_its_gremien_see(accounts: AccountStore) -> None:
    account = accounts.check("rat.meier", PASSWORD)
    assert account is not None
    assert account.clearance == Clearance.of(["council_member"], ["bauausschuss"])
    assert accounts.check("Rat.Meier", PASSWORD + "!") is None
    assert accounts.check("niemand", PASSWORD) is None
    assert accounts.check("Rat.Meier", "x" * 1_000_000) is None


def test_neither_passwords_nor_secrets_stand_in_the_file_and_only_its_owner_reads_it(
    accounts: AccountStore, tmp_path: Path
) -> None:
    account = accounts.check("Rat.Meier", PASSWORD)
    assert account is not None
    secrets = [accounts.open_session(account), accounts.make_token("Rat.Meier", "Fachverfahren", 30), PASSWORD]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob(f"{ACCOUNTS_FILE}*"))
    assert [secret for secret in secrets if secret.encode() in stored] == []
    assert b"$argon2id$" in stored
    assert stat.S_IMODE((tmp_path / ACCOUNTS_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "password", "roles", "gremien", "said"),
    [
        pytest.param("neu", "kurz", ["staff"], [], "mindestens 12 Zeichen", id="short"),
        pytest.param("neu", "a" * 300, ["staff"], [], "höchstens", id="long"),
        pytest.param("neu", "aaaaaaaaaaaaaaaa", ["staff"], [], "zu leicht", id="one letter"),
        pytest.param("verwaltung", "Verwaltung-2026", ["staff"], [], "zu leicht", id="the name"),
        pytest.param("rat.MEIER", PASSWORD, ["staff"], [], "gibt es schon", id="taken, in other letters"),
        pytest.param("a b", PASSWORD, ["staff"], [], "geht nicht", id="impossible"),
        pytest.param("neu", PASSWORD, ["staff"], ["Rat"], "mandat", id="a Gremium without a mandate"),
    ],
)
def test_what_cannot_be_an_account_is_refused_with_a_sentence(
    accounts: AccountStore, name: str, password: str, roles: list[str], gremien: list[str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        accounts.add(name, password, roles, gremien)  # type: ignore[arg-type]  # roles as text
    assert [account.name for account in accounts.accounts()] == ["Rat.Meier"]


def test_a_session_ends_unused_after_the_idle_time_and_used_after_the_longest(
    accounts: AccountStore, clock: Clock
) -> None:
    account = accounts.active("Rat.Meier")
    assert account is not None
    secret = accounts.open_session(account)
    clock.now += 59 * 60
    assert accounts.of_session(secret) == account
    clock.now += 61 * 60
    assert accounts.of_session(secret) is None
    secret = accounts.open_session(account)
    for _ in range(14):
        clock.now += 50 * 60
        assert accounts.of_session(secret) == account
    clock.now += 50 * 60
    assert accounts.of_session(secret) is None
    assert accounts.of_session("erfunden") is None


@pytest.mark.parametrize("change", ["role", "password", "disable", "remove", "logout"])
def test_sessions_end_when_an_account_changes(accounts: AccountStore, change: str) -> None:
    account = accounts.active("Rat.Meier")
    assert account is not None
    secrets = [accounts.open_session(account) for _ in range(2)]
    {
        "role": lambda: accounts.set_roles("Rat.Meier", [], []),
        "password": lambda: accounts.set_password("Rat.Meier", PASSWORD + "2"),
        "disable": lambda: accounts.set_disabled("Rat.Meier", disabled=True),
        "remove": lambda: accounts.remove("Rat.Meier"),
        "logout": lambda: accounts.close_sessions("Rat.Meier"),
    }[change]()
    assert [accounts.of_session(secret) for secret in secrets] == [None, None]


def test_a_token_holds_until_it_expires_is_taken_back_or_its_account_is_disabled(
    accounts: AccountStore, clock: Clock
) -> None:
    token = accounts.make_token("Rat.Meier", "Fachverfahren", 2)
    assert accounts.of_token(token) == accounts.active("Rat.Meier")
    accounts.set_disabled("Rat.Meier", disabled=True)
    assert accounts.of_token(token) is None
    accounts.set_disabled("Rat.Meier", disabled=False)
    assert accounts.revoke_tokens("Rat.Meier", "anderes") == 0
    clock.now += 2 * 86_400 + 1
    assert accounts.of_token(token) is None
    assert accounts.revoke_tokens("Rat.Meier") == 1
    with pytest.raises(NotThereError):
        accounts.make_token("niemand", "", 1)


def test_waits_after_failed_logins_grow_and_end_with_a_right_one(accounts: AccountStore, clock: Clock) -> None:
    throttle = Throttle(accounts.database, clock)
    waits = []
    for _ in range(20):
        while (wait := throttle.begin("rat.meier", "198.51.100.7")) > 0:
            waits.append(wait)
            assert throttle.begin("rat.meier", "203.0.113.9") == wait  # from elsewhere, too
            clock.now += wait
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert max(waits) == waits[-1] == 900.0
    assert throttle.begin("andere", "203.0.113.9") == 0
    clock.now += 900
    assert throttle.begin("rat.meier", "192.0.2.1") == 0
    throttle.succeeded("rat.meier", "192.0.2.1")
    assert [throttle.begin("rat.meier", "192.0.2.1") for _ in range(3)] == [0, 0, 0]


def test_an_address_that_tries_many_accounts_has_to_wait(accounts: AccountStore, clock: Clock) -> None:
    throttle = Throttle(accounts.database, clock)
    taken = [throttle.begin(f"konto-{number}", "198.51.100.7") for number in range(30)]
    assert taken[:20] == [0.0] * 20
    assert all(wait > 0 for wait in taken[20:])


def connection(peer: str, **headers: str) -> HTTPConnection:
    named = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "client": (peer, 1), "headers": named})


def test_only_a_named_proxy_says_from_where_somebody_asks() -> None:
    proxies = TrustedProxies(["127.0.0.1", "10.0.0.0/8"])
    assert proxies.client(connection("203.0.113.9", X_Forwarded_For="198.51.100.7")) == "203.0.113.9"
    assert (
        proxies.client(connection("127.0.0.1", X_Forwarded_For="192.0.2.1, 198.51.100.7, 10.1.2.3")) == "198.51.100.7"
    )
    assert proxies.client(connection("10.9.9.9")) == "10.9.9.9"
    assert not proxies.speaks(connection("203.0.113.9"))


def test_the_audit_log_keeps_who_saw_what_as_long_as_set_and_questions_only_where_wanted(
    tmp_path: Path, clock: Clock
) -> None:
    log = AuditLog(tmp_path, days=30, clock=clock)
    log.note("Rat.Meier", "answer", ["vorlage", "anhang", "vorlage"], "Was kostet der Grunderwerb?")
    clock.now += 20 * 86_400
    log.note("", "page", ["vorlage"])
    told = [(entry.account, entry.action, entry.document, entry.question) for entry in log.entries()]
    assert told == [
        ("Rat.Meier", "answer", "vorlage", None),
        ("Rat.Meier", "answer", "anhang", None),
        ("", "page", "vorlage", None),
    ]
    assert [entry.document for entry in log.entries(account="Rat.Meier", document="anhang")] == ["anhang"]
    clock.now += 11 * 86_400
    assert [entry.action for entry in log.entries()] == ["page"]
    log.note("", "page", ["vorlage"])
    stored = b"".join(path.read_bytes() for path in tmp_path.glob(f"{AUDIT_FILE}*"))
    assert b"Grunderwerb" not in stored
    with_questions = AuditLog(tmp_path, days=30, questions=True, clock=clock)
    with_questions.note("Rat.Meier", "answer", ["vorlage"], "Was kostet der Grunderwerb?")
    assert with_questions.entries()[-1].question == "Was kostet der Grunderwerb?"
    assert stat.S_IMODE((tmp_path / AUDIT_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"accounts": True, "host": "192.0.2.1"}, "unverschlüsselt", id="passwords in clear"),
        pytest.param({"proxy_user_header": "X-Remote-User"}, "trusted_proxies", id="a header from anybody"),
        pytest.param({"trusted_proxies": ["der-proxy"]}, "keine Adresse", id="no address"),
    ],
)
def test_settings_that_would_let_in_others_are_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(**settings)


def test_a_view_is_the_same_for_whoever_sees_the_same() -> None:
    assert Clearance.of(["administrator"]).view == Clearance.of(["staff", "council_member"], ["Rat"]).view == FULL
    assert Clearance.of(["council_member"]).view == Clearance.of([], ["Rat"]).view == PUBLIC
    assert Clearance.of(["council_member"], ["Rat"]).view != PUBLIC


def test_accounts_are_kept_by_command_and_passwords_come_from_the_input_only(run: Run, tmp_path: Path) -> None:
    refused = run("users", "add", "meier", "--role", "mandat", "--gremium", "Bauausschuss", data=tmp_path)
    assert (refused.code, refused.out) == (2, "")  # no input: no password, and none is made up
    assert "mindestens 12 Zeichen" in refused.err
    added = run("users", "add", "proxy", "--role", "verwaltung", "--no-password", data=tmp_path)
    assert (added.code, added.out) == (0, "proxy: angelegt.\n")
    assert "AKTENKUNDIG_ACCOUNTS" in added.err
    listed = json.loads(run("users", "list", "--json", data=tmp_path).out)
    assert listed == [{"name": "proxy", "roles": ["verwaltung"], "gremien": [], "disabled": False}]
    token = run("users", "token", "proxy", data=tmp_path).out
    assert token.startswith("ak_")
    assert run("users", "remove", "niemand", data=tmp_path).code == 2
    assert run("audit", "--since", "gestern", data=tmp_path).code == 2
