"""The fact check over HTTP, on a really running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import docx
import httpx
import pytest

from assistant.factcheck import FactCheck

DRAFT = "Schon 48 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW haben diese Chance genutzt."


@pytest.fixture(scope="module")
def api(web_address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{web_address}/api/v1", timeout=120) as client:
        yield client


def test_a_draft_is_checked_and_streamed_with_its_progress(api: httpx.Client) -> None:
    at_once = FactCheck.model_validate(api.post("/check", json={"text": DRAFT}).json())
    assert at_once.claims[0].verdict == "weicht ab"
    events = [block.split("\n") for block in api.post("/check/stream", json={"text": DRAFT}).text.strip().split("\n\n")]
    assert [name for name, _ in events] == ["event: fortschritt", "event: fortschritt", "event: ergebnis"]
    streamed = FactCheck.model_validate(json.loads(events[-1][1].removeprefix("data: ")))
    assert streamed.claims == at_once.claims


def test_a_word_file_is_read_and_the_result_comes_back_as_one(api: httpx.Client) -> None:
    draft = docx.Document()
    draft.add_paragraph(DRAFT)
    content = BytesIO()
    draft.save(content)
    headers = {"Content-Type": "application/octet-stream"}
    read = api.post("/check/text", params={"name": "rede.docx"}, content=content.getvalue(), headers=headers)
    assert DRAFT in read.json()["text"]
    file = api.post("/check.docx", json={"text": read.json()["text"]})
    assert file.headers["content-disposition"].endswith("faktencheck.docx")
    assert len(list(docx.Document(BytesIO(file.content)).comments)) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/check", {"text": " "}, 422),
        ("/check", {"entwurf": "x"}, 422),
        ("/check", {"text": DRAFT, "documents": []}, 422),
        ("/check", {"text": DRAFT, "documents": ["gibt-es-nicht"]}, 404),
        ("/check.exe", {"text": DRAFT}, 422),
    ],
)
def test_what_cannot_be_checked_is_a_problem_in_german(
    api: httpx.Client, path: str, body: dict[str, object], status: int
) -> None:
    response = api.post(path, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].endswith(".")


def test_a_file_that_is_no_text_is_refused(api: httpx.Client) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    response = api.post("/check/text", params={"name": "x.pdf"}, content=b"kein PDF", headers=headers)
    assert response.status_code == 422
