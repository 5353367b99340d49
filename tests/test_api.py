"""The REST API of a really running server, asked as another program would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from assistant.answer import Answer, Citation
from assistant.sheet import SessionSheet
from tests.conftest import QUESTION


@pytest.fixture(scope="module")
def api(web_address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{web_address}/api/v1", timeout=60) as client:
        yield client


def events(response: httpx.Response) -> list[tuple[str, dict[str, object]]]:
    found = []
    for block in response.text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_answer_has_the_shape_that_all_parts_share_and_can_be_rated(api: httpx.Client) -> None:
    response = api.post("/ask", json={"question": QUESTION})
    assert response.status_code == 200
    answer = Answer.model_validate(response.json())
    assert answer.short_answer == "47 von insgesamt 54"
    key = response.headers["Aktenkundig-Antwort"]
    rated = api.post(f"/answers/{key}/feedback", json={"verdict": "up"})
    assert rated.status_code == 204
    assert api.post("/answers/unbekannt/feedback", json={"verdict": "up"}).status_code == 404


def test_a_stream_tells_how_far_it_is_and_ends_with_the_answer(api: httpx.Client) -> None:
    response = api.post("/ask/stream", json={"question": QUESTION})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response)
    assert [name for name, _ in told] == ["fortschritt"] * 3 + ["antwort"]
    assert told[0][1] == {"stage": "searching", "text": "Ich suche in 8 Dokumenten …"}
    assert Answer.model_validate(told[-1][1]["answer"]).status == "answered"


def test_a_follow_up_is_understood_from_the_history(api: httpx.Client) -> None:
    first = api.post("/ask", json={"question": QUESTION}).json()
    history = [{"role": "user", "text": QUESTION}, {"role": "assistant", "text": first["text"]}]
    answer = api.post("/ask", json={"question": "Und wer ist dagegen?", "history": history}).json()
    assert answer["standalone_question"] != "Und wer ist dagegen?"


def test_a_question_can_be_kept_to_some_documents(api: httpx.Client) -> None:
    body = {"question": "Was ist das Kommunale Integrationszentrum?", "documents": ["ki-anhang-4", "ki-anhang-5"]}
    answer = Answer.model_validate(api.post("/ask", json=body).json())
    shown = [*answer.citations, *(answer.not_found.nearest if answer.not_found else [])]
    assert {citation.document for citation in shown} <= {"ki-anhang-4", "ki-anhang-5"}
    assert "nur in 2 von 8 Dokumenten: Anhang 4 und Anhang 5." in answer.text


def test_an_abbreviation_is_not_explained_from_a_document_that_was_not_chosen(api: httpx.Client) -> None:
    body: dict[str, object] = {"question": "Wofür steht MAIS?"}
    assert api.post("/ask", json=body).json()["citations"][0]["document"] == "ki-vorlage"
    answer = Answer.model_validate(api.post("/ask", json={**body, "documents": ["ki-anhang-4"]}).json())
    assert all(citation.document == "ki-anhang-4" for citation in answer.citations)


@pytest.mark.parametrize(
    ("documents", "status", "sentence"),
    [
        ([], 422, "Es ist kein Dokument ausgewählt; bitte mindestens eines auswählen."),
        (["ki-vorlage", "gibtesnicht"], 404, "Ein Dokument „gibtesnicht“ gibt es nicht."),
    ],
)
def test_a_choice_of_what_is_not_there_is_a_german_problem_document(
    api: httpx.Client, documents: list[str], status: int, sentence: str
) -> None:
    response = api.post("/ask", json={"question": QUESTION, "documents": documents})
    assert (response.status_code, response.json()["detail"]) == (status, sentence)
    ((name, content),) = events(api.post("/ask/stream", json={"question": QUESTION, "documents": documents}))
    assert (name, content) == ("fehler", {"status": status, "detail": sentence})


def test_a_conversation_is_saved_with_what_was_chosen_for_each_question(api: httpx.Client) -> None:
    questions = [QUESTION, {"question": QUESTION, "documents": ["ki-anhang-4"]}]
    _, first, second = api.post("/export.md", json={"questions": questions}).text.split("\n## ")
    assert "47 von insgesamt 54" in first
    assert "nur in 1 von 8 Dokumenten" not in first
    assert "nur in 1 von 8 Dokumenten: Anhang 4." in second


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ask", {"question": "   "}, 422),
        ("/ask", {"question": "Was?", "unbekannt": 1}, 422),
        ("/ask", {}, 422),
        ("/ask", {"question": "x" * 50_000}, 422),
    ],
)
def test_what_cannot_be_asked_is_a_german_problem_document(
    api: httpx.Client, path: str, body: dict[str, object], status: int
) -> None:
    response = api.post(path, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Ungültige Angabe"
    assert response.json()["detail"].endswith(".")


def test_an_empty_question_in_a_stream_ends_with_the_same_sentence(api: httpx.Client) -> None:
    ((name, content),) = events(api.post("/ask/stream", json={"question": " "}))
    assert (name, content["status"]) == ("fehler", 422)
    assert content["detail"] == api.post("/ask", json={"question": " "}).json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["/documents/gibtesnicht", "/documents/gibtesnicht/sheet", "/documents/ki-vorlage/pages/99.png", "/nirgends"],
)
def test_what_is_not_there_is_a_german_problem_document(api: httpx.Client, path: str) -> None:
    response = api.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].endswith("gibt es nicht.")


def test_a_body_that_is_no_json_is_refused_so_that_no_form_of_another_site_can_ask(api: httpx.Client) -> None:
    response = api.post("/ask", content='{"question": "Was?"}', headers={"Content-Type": "text/plain"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_documents_are_listed_without_the_paths_of_the_server(api: httpx.Client) -> None:
    documents = api.get("/documents").json()
    assert {entry["document"] for entry in documents} >= {"ki-vorlage", "ki-anhang-1"}
    assert all("file" not in entry and entry["status"] in ("indexed", "missing") for entry in documents)


def test_a_document_has_pages_headings_and_a_picture_of_each_page(api: httpx.Client) -> None:
    details = api.get("/documents/ki-vorlage").json()
    assert len(details["page_list"]) == details["pages"] == 3
    assert "Beschlussvorschlag" in [heading["title"] for heading in details["outline"]]
    picture = api.get("/documents/ki-vorlage/pages/0.png", params={"width": 400})
    assert picture.content.startswith(b"\x89PNG")


def test_what_is_found_or_cited_are_the_words_of_the_text(api: httpx.Client) -> None:
    text = api.get("/documents/ki-vorlage/text").json()["text"]
    found = [Citation.model_validate(entry) for entry in api.get("/search", params={"q": "Mehrkosten"}).json()]
    assert found
    matches = api.get("/documents/ki-vorlage/find", params={"q": "KREISFREIEN  städten"}).json()
    assert len(matches) == text.lower().count("kreisfreien städten") == 2
    for citation in [Citation.model_validate(match) for match in matches] + found:
        if citation.document == "ki-vorlage":
            assert text[citation.char_start : citation.char_end] == citation.quote
            assert citation.boxes
    start = text.index("47 von")
    cited = api.get("/documents/ki-vorlage/citation", params={"start": start - 1, "end": start + 19}).json()
    assert cited["quote"] == "47 von insgesamt 54"
    assert cited["pages"] == [{"index": 1, "printed": "2"}]
    assert api.get("/documents/ki-vorlage/citation", params={"start": 5, "end": 10**7}).status_code == 404


def test_the_session_sheet_comes_as_data_and_as_files(api: httpx.Client) -> None:
    sheet = SessionSheet.model_validate(api.get("/documents/ki-vorlage/sheet").json())
    assert len(sheet.part("attachments").lines) == 7
    written = api.get("/documents/ki-vorlage/sheet.md")
    assert written.headers["content-type"] == "text/markdown; charset=utf-8"
    assert written.text.startswith("# Sitzungsblatt: Einrichtung eines Kommunalen Integrationszentrums")
    assert api.get("/documents/ki-vorlage/sheet.pdf").content.startswith(b"%PDF")
    assert api.get("/documents/ki-vorlage/sheet.docx").content.startswith(b"PK")
    assert api.get("/documents/ki-vorlage/sheet.exe").status_code == 422


def test_a_conversation_becomes_a_file_in_which_follow_ups_are_understood(api: httpx.Client) -> None:
    body = {"questions": [QUESTION, "Und wer ist dagegen?"]}
    response = api.post("/export.md", json=body)
    assert response.headers["content-disposition"].endswith("unterhaltung.md")
    assert f"## {QUESTION}" in response.text
    assert "47 von insgesamt 54" in response.text
    assert "Verstanden als: „" in response.text
    assert api.post("/export.pdf", json=body).content.startswith(b"%PDF")
    assert api.post("/export.md", json={"questions": []}).status_code == 422
    assert api.post("/export.md", json={"questions": [" "]}).json()["detail"].startswith("Die Frage ist leer")


def test_the_description_is_german_and_complete(api: httpx.Client) -> None:
    description = api.get("/openapi.json").json()
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert all(parameter["description"] for parameter in operation.get("parameters", [])), path
    schemas = {n: s for n, s in description["components"]["schemas"].items() if not n.endswith("ValidationError")}
    for name, schema in schemas.items():
        assert schema["description"], name
        assert all(field["description"] for field in schema["properties"].values()), name
    english = {"Successful Response", "Validation Error", "The ", "Raises"}
    own = json.dumps(description["paths"], ensure_ascii=False)
    own += json.dumps({name: schema["description"] for name, schema in schemas.items()}, ensure_ascii=False)
    assert not [word for word in english if word in own]


@pytest.mark.slow
def test_thirty_people_asking_at_once_all_get_their_own_answer(api: httpx.Client) -> None:
    questions = [f"Was steht in der Vorlage zu Punkt {number} der Beratung?" for number in range(30)]

    def ask(question: str) -> Answer:
        response = api.post("/ask", json={"question": question})
        assert response.status_code == 200
        return Answer.model_validate(response.json())

    with ThreadPoolExecutor(30) as people:
        answers = list(people.map(ask, questions))
    assert [answer.question for answer in answers] == questions
