"""Logging in at a provider (OpenID Connect), as a browser does it; the provider really runs, see ``provider.py``."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.accounts.store import AccountStore
from assistant.audit import AuditLog
from assistant.web.operations.logs import JsonFormatter
from corpus.embedding import SentenceEmbedding
from tests.access.conftest import ADDRESS, PASSWORD, opened
from tests.access.provider import CLIENT, SECRET, Provider, provided

pytestmark = pytest.mark.slow

OURS = {"Sec-Fetch-Site": "same-origin", "Origin": ADDRESS}
TEXT = "/api/v1/documents/nur-bau/text"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provided() as provider:
        provider.register(f"{ADDRESS}/anmelden/zurueck", f"{ADDRESS}/")
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.people.update(
        {
            "1": {"preferred_username": "neu", "groups": ["Bauausschuss"]},
            "2": {"preferred_username": "bau", "groups": ["Bauausschuss"]},
            "3": {"preferred_username": "fremd", "groups": []},
        }
    )
    running.person = "1"
    running.spoilt = None
    return running


@pytest.fixture(scope="module")
def served(
    running: Provider, akte_for: dict[str, Path], models_directory: Path, embedding: SentenceEmbedding
) -> Iterator[TestClient]:
    """A web chat that knows the provider."""
    given = {
        "oidc_issuer": running.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_gremien_claim": "groups",
        "oidc_new_accounts": True,
        "oidc_label": "dem Rathauskonto",
    }
    with opened(akte_for["administration"], models_directory, embedding, **given) as client:
        yield client


@pytest.fixture
def browser(served: TestClient) -> Iterator[TestClient]:
    served.cookies.clear()
    yield served
    served.cookies.clear()


def way_to_provider(browser: TestClient, back: str = "/") -> str:
    """The address that our page sends the browser to."""
    response = browser.get("/anmelden/dienst", params={"weiter": back})
    assert response.status_code == 303, response.text
    return str(response.headers["Location"])


def way_back(address: str) -> str:
    """Where the provider sends the browser: path and parameters of ours."""
    response = httpx.get(address)
    assert response.status_code == 303, response.text
    parts = urlsplit(response.headers["Location"])
    return f"{parts.path}?{parts.query}"


def log_in(browser: TestClient, back: str = "/") -> httpx.Response:
    """The last answer of logging in at the provider."""
    response: httpx.Response = browser.get(way_back(way_to_provider(browser, back)))
    return response


def told(browser: TestClient, response: httpx.Response) -> httpx.Response:
    """The login page after a login that failed."""
    assert response.status_code == 303
    location = response.headers["Location"]
    assert location.startswith("../anmelden?fehler=")
    page: httpx.Response = browser.get(location.removeprefix(".."))
    assert 'role="alert"' in page.text
    return page


def test_whom_the_provider_lets_in_sees_what_their_gremien_see_until_they_log_out(
    browser: TestClient, provider: Provider, akte_for: dict[str, Path]
) -> None:
    assert "Mit dem Rathauskonto anmelden" in browser.get("/anmelden").text
    assert browser.get(TEXT).status_code == 404
    done = log_in(browser, "/faktencheck")
    assert done.headers["Location"] == "../faktencheck"  # and no code in it
    (cookie,) = [line for line in done.headers.get_list("set-cookie") if line.startswith("aktenkundig=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get(TEXT).status_code == 200
    assert "aktenkundig-anmeldung" not in browser.cookies
    entries = AuditLog(akte_for["administration"], days=90).entries(account="neu")
    assert entries[0].action == "login"
    secret = browser.cookies["aktenkundig"]
    out = browser.post("/abmelden", headers=OURS)
    assert (out.status_code, out.headers["Location"]) == (303, "./abgemeldet")
    page = browser.get("/abgemeldet").text
    assert f'http-equiv="refresh" content="0; url={provider.issuer}/session?client_id={CLIENT}' in page
    browser.cookies.set("aktenkundig", secret)
    assert browser.get(TEXT).status_code == 404


def test_a_gremium_that_the_provider_takes_away_is_gone_with_the_next_login_everywhere(
    browser: TestClient, provider: Provider
) -> None:
    log_in(browser)
    elsewhere = browser.cookies["aktenkundig"]
    assert browser.get(TEXT).status_code == 200
    provider.people["1"]["groups"] = []
    browser.cookies.clear()
    log_in(browser)
    assert browser.get(TEXT).status_code == 404
    browser.cookies.set("aktenkundig", elsewhere)
    assert browser.get(TEXT).status_code == 404


def test_a_name_at_the_provider_does_not_open_an_account_with_a_password(
    browser: TestClient, provider: Provider
) -> None:
    provider.person = "2"  # called "bau" there, and an account "bau" with a password is here
    page = told(browser, log_in(browser))
    assert page.status_code == 403
    assert "gibt es hier keinen Zugang" in page.text
    assert browser.get(TEXT).status_code == 404


def test_whoever_is_disabled_here_is_not_let_in_by_the_provider(
    browser: TestClient, provider: Provider, akte_for: dict[str, Path]
) -> None:
    provider.person = "3"
    assert log_in(browser).headers["Location"] == "../"
    AccountStore(akte_for["administration"]).set_disabled("fremd", disabled=True)
    assert "gibt es hier keinen Zugang" in told(browser, log_in(browser)).text


@pytest.mark.usefixtures("provider")
def test_a_way_back_that_did_not_begin_in_this_browser_leads_nowhere(browser: TestClient) -> None:
    of_somebody_else = way_back(way_to_provider(browser))
    browser.cookies.clear()  # the victim's browser, to which somebody has sent their own link
    assert told(browser, browser.get(of_somebody_else)).status_code == 403
    way_to_provider(browser)
    assert told(browser, browser.get(of_somebody_else)).status_code == 403
    assert told(browser, browser.get("/anmelden/zurueck?code=x&state=y")).status_code == 403
    assert "aktenkundig" not in browser.cookies


@pytest.mark.usefixtures("provider")
def test_an_own_session_that_somebody_has_put_into_the_browser_ends_with_the_login(browser: TestClient) -> None:
    log_in(browser)
    before = browser.cookies["aktenkundig"]
    log_in(browser)
    assert browser.cookies["aktenkundig"] != before
    browser.cookies.clear()
    browser.cookies.set("aktenkundig", before)
    assert browser.get(TEXT).status_code == 404


def test_every_failure_is_told_in_one_sentence_and_nothing_of_it_is_logged(
    browser: TestClient, provider: Provider
) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    seen: list[str] = []
    try:
        told(browser, browser.get(f"/anmelden/zurueck?error=access_denied&state=x&error_description={PASSWORD}"))
        for spoilt, status in (("id_token", 502), ("access_token", 303)):
            provider.spoilt = lambda name, answer, spoilt=spoilt: _noted(
                seen, {**answer, spoilt: 7} if name == "token" else answer
            )
            back = way_back(way_to_provider(browser))
            seen.append(back.split("code=")[1].split("&")[0])
            response = browser.get(back)
            if status == 303:
                assert response.headers["Location"] == "../"
            else:
                assert told(browser, response).status_code == status
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    seen += [browser.cookies["aktenkundig"], SECRET, PASSWORD]
    assert "login_failed" in written.getvalue()
    assert len(seen) > 6
    for secret in seen:
        assert secret not in written.getvalue()


def _noted(seen: list[str], answer: dict[str, object]) -> dict[str, object]:
    seen += [value for name, value in answer.items() if name.endswith("_token") and isinstance(value, str)]
    return answer


def test_only_sentences_of_ours_come_out_of_an_address(browser: TestClient) -> None:
    assert browser.get("/anmelden?fehler=abgelehnt").status_code == 401
    page = browser.get("/anmelden?fehler=<b>boese</b>")
    assert page.status_code == 200
    assert "boese" not in page.text


def test_a_provider_that_is_down_leaves_the_password_and_says_so(
    akte_for: dict[str, Path], models_directory: Path, embedding: SentenceEmbedding
) -> None:
    given = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": CLIENT, "public_access": False}
    with opened(akte_for["niemand"], models_directory, embedding, **given) as closed:
        page = told(closed, closed.get("/anmelden/dienst"))
        assert page.status_code == 503
        assert "antwortet gerade nicht" in page.text
        assert 'name="passwort"' in page.text
        assert "Auch beim Anmeldedienst" not in closed.get("/abgemeldet").text
