"""Gradio's own client asks like everybody else, and finds nothing but the question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from assistant.answer import Answer
from tests.conftest import QUESTION

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(web_address: str) -> Iterator[Client]:
    client = Client(web_address, verbose=False, download_files=False, analytics_enabled=False)
    yield client
    client.close()


def test_it_gets_the_same_answer_as_everybody(client: Client) -> None:
    answer = Answer.model_validate(client.predict(QUESTION, api_name="/frage"))
    assert answer.short_answer == "47 von insgesamt 54"
    history = [{"role": "user", "text": QUESTION}, {"role": "assistant", "text": answer.text}]
    following = Answer.model_validate(client.predict("Und wer ist dagegen?", history, api_name="/frage"))
    assert following.standalone_question != following.question


def test_it_searches_only_where_it_is_told_to(client: Client) -> None:
    answer = Answer.model_validate(client.predict(QUESTION, None, ["ki-anhang-6"], api_name="/frage"))
    assert {citation.document for citation in answer.citations} <= {"ki-anhang-6"}


def test_what_cannot_be_asked_is_told_in_german(client: Client) -> None:
    with pytest.raises(AppError, match="Die Frage ist leer"):
        client.predict("  ", api_name="/frage")
    with pytest.raises(AppError, match="Eine Angabe ist ungültig"):
        client.predict(QUESTION, [{"role": "kaiser", "text": "Hallo"}], api_name="/frage")


def test_nothing_else_is_offered(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {"/frage"}
    assert described["unnamed_endpoints"] == {}
