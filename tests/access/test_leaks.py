"""Nobody learns of a document that is not for them: not its words, its title, its id, nor that there is one more.

Every document has a marked word. Every way to ask is tried as everybody; what comes back is searched for the marks of
what they must not see, and compared with what a chat gives that has never known the hidden documents.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from time import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.accounts.store import AccountStore
from benchmarks.leaks import Timeline, measure
from benchmarks.marked import DOCUMENTS, MISSING, QUESTIONS, ROLES, WITHOUT_ID, leaked, places, words_of
from corpus.access import Access
from corpus.embedding import SentenceEmbedding
from corpus.store import Store
from corpus.vectors import VectorIndex
from ingest.upkeep import set_access
from tests.access.conftest import PASSWORD, opened, question_of_chat

pytestmark = pytest.mark.slow

EVERYTHING = (*DOCUMENTS, *MISSING)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def accounts(akte_for: dict[str, Path], chat: TestClient) -> AccountStore:  # noqa: ARG001 - the chat makes them
    return AccountStore(akte_for["administration"])


@pytest.fixture(scope="module")
def headers(accounts: AccountStore) -> dict[str, dict[str, str]]:
    """What everybody sends, nobody nothing."""
    tokens = {name: accounts.make_token(name, "Test", 1) for name in ROLES}
    return {"niemand": {}, **{name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}}


def hidden_from(who: str) -> frozenset[str]:
    return words_of([marked for marked in EVERYTHING if who not in marked.seen_by])


def test_no_address_tells_anybody_of_what_is_hidden_from_them(
    chat: TestClient, headers: dict[str, dict[str, str]]
) -> None:
    asked = 0
    for who, sent in headers.items():
        hidden = hidden_from(who)
        for address in (*WITHOUT_ID, *(place for marked in EVERYTHING for place in places(marked.document))):
            response = chat.get(address, headers=sent)
            assert leaked(response.content, hidden, address) == set(), (who, address)
            assert leaked(json.dumps(dict(response.headers)).encode(), hidden, address) == set(), (who, address)
            asked += 1
        for marked in DOCUMENTS:
            seen = chat.get(f"/api/v1/documents/{marked.document}/text", headers=sent)
            assert (seen.status_code == 200 and marked.mark in seen.text) == (who in marked.seen_by), (who, marked)
    assert asked > 900


def test_an_id_that_is_hidden_answers_as_one_that_does_not_exist(
    chat: TestClient, headers: dict[str, dict[str, str]]
) -> None:
    for who, sent in headers.items():
        for marked in EVERYTHING:
            if who in marked.seen_by and marked in DOCUMENTS:
                continue
            invented = "q" * len(marked.document)
            for real, none in zip(places(marked.document), places(invented), strict=True):
                told, expected = chat.get(real, headers=sent), chat.get(none, headers=sent)
                assert told.status_code == expected.status_code >= 400
                assert told.text == expected.text.replace(invented, marked.document), (who, real)
                assert told.headers == expected.headers, (who, real)
            question = {"question": QUESTIONS[0], "documents": [marked.document]}
            told = chat.post("/api/v1/ask", json=question, headers=sent)
            expected = chat.post("/api/v1/ask", json={**question, "documents": [invented]}, headers=sent)
            assert (told.status_code, told.text) == (404, expected.text.replace(invented, marked.document))


def plain(answer: Json) -> Json:
    """What does not depend on the clock."""
    return {name: value for name, value in answer.items() if name not in ("timings_ms", "checked_on")}


def test_the_public_gets_what_a_chat_gives_that_never_knew_the_hidden_documents(
    chat: TestClient, akte_for: dict[str, Path], models_directory: Path, embedding: SentenceEmbedding
) -> None:
    hidden_words = [f"Was kostet der {marked.mark}?" for marked in EVERYTHING]
    misspelt = ["Was kostet die Zirkonhale?", "Wofür steht ZRKN?", "Wann ist der Birkenhian fertig?"]
    with opened(akte_for["niemand"], models_directory, embedding) as other:
        for question in (*QUESTIONS, *hidden_words, *misspelt):
            both = [one.post("/api/v1/ask", json={"question": question}).json() for one in (chat, other)]
            assert plain(both[0]) == plain(both[1]), question
            both = [one.get("/api/v1/search", params={"q": question, "limit": 50}).json() for one in (chat, other)]
            assert both[0] == both[1], question
        draft = {"text": "Der Birkenhain kostet 999 Euro. Die Zirkonhalle ist am 5. Mai 2015 fertig."}
        checks = [one.post("/api/v1/check", json=draft).json() for one in (chat, other)]
        assert plain(checks[0]) == plain(checks[1])
        for address in ("/api/v1/documents", "/faktencheck"):
            assert chat.get(address).text == other.get(address).text
        shown = [re.search(r"<body.*", one.get("/").text, re.DOTALL) for one in (chat, other)]
        assert shown[0] is not None
        assert shown[1] is not None
        assert shown[0].group() == shown[1].group()


def test_answers_exports_checks_and_tools_tell_nobody_of_what_is_hidden_from_them(
    chat: TestClient, headers: dict[str, dict[str, str]]
) -> None:
    draft = "Die Anlage kostet 999 Euro im Jahr. Der Kreistag beschließt den Bau."
    for who, sent in headers.items():
        hidden = hidden_from(who)
        responses = [chat.post("/api/v1/ask", json={"question": question}, headers=sent) for question in QUESTIONS]
        responses += [
            chat.post("/api/v1/ask/stream", json={"question": QUESTIONS[0]}, headers=sent),
            chat.post("/api/v1/check", json={"text": draft}, headers=sent),
            chat.post("/api/v1/check.md", json={"text": draft}, headers=sent),
        ]
        for form in ("md", "docx", "pdf"):
            responses.append(chat.post(f"/api/v1/export.{form}", json={"questions": [QUESTIONS[0]]}, headers=sent))
        responses += [
            tool(chat, "frage", {"frage": QUESTIONS[0], "verlauf": []}, sent),
            tool(chat, "suche", {"woerter": "Kreistag"}, sent),
            *(tool(chat, "zitat", {"dokument": one.document, "anfang": 0, "ende": 9}, sent) for one in DOCUMENTS),
            tool(chat, "dokumente", {}, sent),
        ]
        for response in responses:
            sent_words = (response.request.read() or b"").decode()
            assert response.status_code == 200, (who, response.text)
            assert leaked(response.content, hidden, sent_words) == set(), (who, response.request.url, sent_words)
        listed = responses[-1].text
        for marked in EVERYTHING:
            assert (marked.document in listed) == (who in marked.seen_by), (who, marked)


def tool(chat: TestClient, name: str, arguments: Json, sent: dict[str, str]) -> Any:  # noqa: ANN401 - httpx's response
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    return chat.post("/mcp", json=call, headers={"Accept": "application/json, text/event-stream", **sent})


def asked_in_chat(chat: TestClient, question: str, session: str, sent: dict[str, str]) -> bytes:
    """All that comes back of a question in the chat itself."""
    asking = question_of_chat(chat, question, session, **sent)
    assert chat.post("/gradio_api/queue/join", json=asking, headers=sent).status_code == 200
    return chat.get(f"/gradio_api/queue/data?session_hash={session}", headers=sent).content


def test_the_chat_tells_nobody_of_what_is_hidden_from_them(
    chat: TestClient, headers: dict[str, dict[str, str]]
) -> None:
    for who, sent in headers.items():
        told = asked_in_chat(chat, QUESTIONS[0], f"gespraech-{who}", sent)
        assert b"process_completed" in told
        assert leaked(told, hidden_from(who)) == set(), who
        for key in re.findall(rb'data-further=.{0,2}"([\w-]+)', told):
            other = chat.get(f"/vorschlaege/{key.decode()}")  # the public, with a key that it cannot know
            assert leaked(other.content, hidden_from("niemand")) == set()


def test_a_conversation_loses_what_somebody_may_not_see_any_more(
    chat: TestClient, headers: dict[str, dict[str, str]], accounts: AccountStore, akte_for: dict[str, Path]
) -> None:
    question = "Was kostet der Zirkonhalle?"
    assert b"Vorlage Zirkonhalle" in asked_in_chat(chat, question, "rolle", headers["bau"])
    assert b"Vorlage Zirkonhalle" in asked_in_chat(chat, QUESTIONS[1], "rolle", headers["bau"])
    accounts.set_roles("bau", [], [])
    try:
        told = asked_in_chat(chat, QUESTIONS[1], "rolle", headers["bau"])
        assert leaked(told, hidden_from("niemand")) == set()
    finally:
        accounts.set_roles("bau", *ROLES["bau"])
    asked_in_chat(chat, question, "zugang", headers["bau"])
    data = akte_for["administration"]
    store, vectors = Store(data), VectorIndex(data)
    set_access(store, vectors, "nur-bau", Access("internal"))
    try:
        told = asked_in_chat(chat, QUESTIONS[1], "zugang", headers["bau"])
        assert leaked(told, {"Zirkonhalle", "nur-bau"}) == set()
    finally:
        set_access(store, vectors, "nur-bau", None)
        store.close()


def test_nothing_leaks_while_documents_change_and_people_lose_roles(
    tmp_path: Path, models_directory: Path, embedding: SentenceEmbedding
) -> None:
    """The short form of ``python -m benchmarks.leaks``: a real server, every way to ask, logs searched afterwards."""
    found = measure(tmp_path, models_directory, embedding, requests=250, people=3)
    assert found.leaks == []
    assert found.failures == []
    assert sum(found.requests.values()) >= 250
    assert found.statuses[200] > 80
    assert len(found.requests) > 8
    assert found.changes["access"] + found.changes["roles"] > 3
    assert found.changes["replaced"] + found.changes["removed"] + found.changes["uploaded"] > 0
    assert found.lines > 100
    assert found.entries > 10


def test_a_planted_leak_is_found() -> None:
    """What the search for marked words cannot find it cannot vouch for."""
    hidden = hidden_from("niemand")
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>die Firma ELLAHNOKRIZ</w:t>")
    assert leaked(document.getvalue(), hidden) == {"Ellahnokriz"}
    assert leaked(b"Vorlage zirkonhalle", hidden, "/api/v1/documents/nur-bau") == {"Zirkonhalle"}
    assert leaked(b"Vorlage Zirkonhalle", hidden, "Was kostet die Zirkonhalle?") == set()
    assert leaked(b"Vorlage Birkenhain", hidden) == set()
    before, after = {DOCUMENTS[2]: Access("public")}, {DOCUMENTS[2]: Access("internal")}
    timeline = Timeline(before, {})
    with timeline.changing(after, {}):
        assert "Zirkonhalle" not in timeline.hidden_from("niemand", time(), time())
    begun = time() + 0.01
    assert "Zirkonhalle" in timeline.hidden_from("niemand", begun, begun)
    assert "Zirkonhalle" not in timeline.hidden_from("niemand", begun - 60, begun)


def test_the_audit_log_knows_who_saw_what_and_tells_it_on_the_command_line_only(
    chat: TestClient, headers: dict[str, dict[str, str]], akte_for: dict[str, Path]
) -> None:
    from assistant.audit import AuditLog

    log = AuditLog(akte_for["administration"], days=90)
    before = len(log.entries())
    chat.get("/api/v1/documents/nur-bau/text", headers=headers["bau"])
    chat.get("/api/v1/documents/nur-bau/text", headers=headers["personal"])
    new = [(entry.account, entry.action, entry.document) for entry in log.entries()[before:]]
    assert new == [("bau", "text", "nur-bau")]
    assert all(entry.question is None for entry in log.entries())
    assert PASSWORD.encode() not in log.path.read_bytes()
