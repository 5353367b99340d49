"""Logging in and out, as a browser does it; and what the chat gives to whoever has not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.accounts.store import AccountStore
from corpus.embedding import SentenceEmbedding
from tests.access.conftest import ADDRESS, PASSWORD, opened, question_of_chat
from tests.conftest import STAFF_KEY

pytestmark = pytest.mark.slow

OURS = {"Sec-Fetch-Site": "same-origin", "Origin": ADDRESS}
TEXT = "/api/v1/documents/nur-bau/text"


@pytest.fixture
def browser(chat: TestClient) -> Iterator[TestClient]:
    """A browser with no cookies; those it got are gone afterwards."""
    chat.cookies.clear()
    yield chat
    chat.cookies.clear()


def log_in(browser: TestClient, name: str, password: str = PASSWORD, back: str = "/") -> int:
    """The status of sending the form as it stands on the page."""
    page = browser.get("/anmelden", params={"weiter": back})
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    fields = {name: html.unescape(value) for name, value in fields.items()}
    return browser.post("/anmelden", data={**fields, "name": name, "passwort": password}, headers=OURS).status_code


def test_whoever_logs_in_sees_what_is_for_them_until_they_log_out(browser: TestClient) -> None:
    assert browser.get(TEXT).status_code == 404
    assert log_in(browser, "bau") == 303
    assert browser.get(TEXT).status_code == 200
    page = browser.get("/").text
    assert "Abmelden" in page
    assert "Vorlage Zirkonhalle" in page
    assert "Vorlage Xenonstelle" not in page
    secret = browser.cookies["aktenkundig"]
    assert browser.post("/abmelden", headers=OURS).status_code == 303
    browser.cookies.set("aktenkundig", secret)  # a copy of the cookie is worth nothing
    assert browser.get(TEXT).status_code == 404


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(browser: TestClient) -> None:
    page = browser.get("/anmelden")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    done = browser.post("/anmelden", data={**fields, "name": "bau", "passwort": PASSWORD}, headers=OURS)
    (cookie,) = [line for line in done.headers.get_list("set-cookie") if line.startswith("aktenkundig=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_get_the_same_page(
    browser: TestClient, akte_for: dict[str, Path]
) -> None:
    accounts = AccountStore(akte_for["administration"])
    accounts.set_disabled("personal", disabled=True)
    try:
        pages = []
        for name, password in (("bau", "falsch und lang genug"), ("gibtesnicht", PASSWORD), ("personal", PASSWORD)):
            assert log_in(browser, name, password) == 401
            page = browser.post("/anmelden", data={"name": name, "passwort": password}, headers=OURS).text
            pages.append(re.sub(r'value="[^"]*"', "", page))
        assert len(set(pages)) == 1
    finally:
        accounts.set_disabled("personal", disabled=False)


def test_a_session_ends_at_once_when_a_role_is_withdrawn(browser: TestClient, akte_for: dict[str, Path]) -> None:
    accounts = AccountStore(akte_for["administration"])
    assert log_in(browser, "verwaltung") == 303
    assert browser.get(TEXT).status_code == 200
    accounts.set_roles("verwaltung", [], [])
    try:
        assert browser.get(TEXT).status_code == 404
        assert "Abmelden" not in browser.get("/").text
    finally:
        accounts.set_roles("verwaltung", ["staff"], [])


def test_pages_of_others_can_neither_log_anybody_in_nor_act_in_their_name(browser: TestClient) -> None:
    stranger = {"Sec-Fetch-Site": "cross-site", "Origin": "https://boese.example"}
    assert browser.post("/anmelden", data={"name": "bau", "passwort": PASSWORD}).status_code == 403  # no form of ours
    assert log_in(browser, "verwaltung") == 303
    upload = "/api/v1/staff/uploads?name=a.txt"
    ask = {"question": "Was kostet die Anlage?"}
    for headers in (stranger, {}, {"Origin": "null"}, {"Origin": "https://boese.example"}):
        assert browser.post(upload, content=b"x", headers=headers).status_code == 403
        assert browser.post("/api/v1/ask", json=ask, headers=headers).status_code == 403
        assert browser.delete("/api/v1/staff/documents/nur-bau", headers=headers).status_code == 403
        assert browser.post("/abmelden", headers=headers).status_code == 403
    assert browser.get("/api/v1/staff/documents").status_code == 200


def test_documents_are_changed_by_the_administration_only(browser: TestClient) -> None:
    for name, status in (("bau", 401), ("ohne", 401), ("verwaltung", 200), ("administration", 200)):
        browser.cookies.clear()
        assert log_in(browser, name) == 303
        assert browser.get("/api/v1/staff/documents", headers=OURS).status_code == status
    browser.cookies.clear()
    # No key is set: one that somebody invents is none.
    assert browser.get("/api/v1/staff/documents", headers={"Authorization": f"Bearer {STAFF_KEY}"}).status_code == 401


def test_what_somebody_sees_who_has_logged_in_is_kept_nowhere(browser: TestClient) -> None:
    assert log_in(browser, "bau") == 303
    for address in ("/", TEXT, "/seiten/nur-bau/0.txt", "/original/nur-bau", "/blatt/nur-bau"):
        response = browser.get(address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert "Cookie" in response.headers["Vary"]


def test_an_invented_or_withdrawn_token_is_refused_and_not_taken_for_the_public(browser: TestClient) -> None:
    response = browser.get("/api/v1/documents", headers={"Authorization": "Bearer ak_erfunden"})
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_conversation_belongs_to_whoever_began_it(browser: TestClient) -> None:
    asking = question_of_chat(browser, "Was kostet die Anlage?", "gespraech-eins")
    assert browser.post("/gradio_api/queue/join", json=asking).status_code == 200
    assert "process_completed" in browser.get("/gradio_api/queue/data?session_hash=gespraech-eins").text
    assert log_in(browser, "bau") == 303
    assert browser.get("/gradio_api/queue/data?session_hash=gespraech-eins").status_code == 404
    assert browser.post("/gradio_api/queue/join", json=asking, headers=OURS).status_code == 404


def test_the_way_back_leads_to_our_pages_only(browser: TestClient) -> None:
    page = browser.get("/anmelden", params={"weiter": "//boese.example/"}).text
    assert "boese" not in page
    assert 'lang="de"' in page
    assert "<script src=" in page  # the colours that somebody has chosen; the form itself needs none
    assert browser.get("/anmelden").headers["Content-Security-Policy"].count("form-action 'self'") == 1


def test_where_the_public_is_not_let_in_everything_but_the_login_is_closed(
    akte_for: dict[str, Path], models_directory: Path, embedding: SentenceEmbedding
) -> None:
    with opened(akte_for["niemand"], models_directory, embedding, public_access=False) as closed:
        assert closed.get("/").headers["Location"] == "./anmelden"
        assert closed.get("/faktencheck").headers["Location"] == "./anmelden?weiter=/faktencheck"
        for address in (
            "/config",
            "/api/v1/documents",
            "/dokumente/offen-eins/seiten.json",
            "/mcp",
            "/api/v1/openapi.json",
        ):
            assert closed.get(address).status_code == 401, address
        assert closed.post("/api/v1/ask", json={"question": "Was kostet die Anlage?"}).status_code == 401
        assert closed.get("/anmelden").status_code == 200
        assert closed.get("/barrierefreiheit").status_code == 200
        assert log_in(closed, "ohne") == 303
        assert closed.get("/api/v1/documents").status_code == 200
