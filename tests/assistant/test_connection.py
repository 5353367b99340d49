"""The language model answers in pieces; whatever goes wrong is one sentence; nobody else is ever contacted."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assistant.checks import check_language_model
from assistant.writing.connection import LanguageModel, LanguageModelError, Message, open_language_model
from assistant.writing.waiting_line import WaitingLine
from corpus.settings import Settings
from tests.conftest import ROOT
from tests.scripted_model import Reply, ScriptedModel, ScriptedOllama

KEY = "sk-streng-geheim-0815"
QUESTION = [Message("system", "Antworte auf Deutsch."), Message("user", "Was soll beschlossen werden?")]


def connected(server: ScriptedModel, **settings: object) -> LanguageModel:
    """A connection to the server, with settings of its own."""
    kind = "ollama" if isinstance(server, ScriptedOllama) else "openai"
    chosen: dict[str, Any] = {"language_model_url": server.url, "language_model_name": server.name, **settings}
    model = open_language_model(Settings(language_model=kind, **chosen))
    assert model is not None
    return model


def asked(model: LanguageModel, *, most_tokens: int = 100, watch: Callable[[], None] = lambda: None) -> list[str]:
    return list(model.stream(QUESTION, most_tokens=most_tokens, watch=watch))


def saying(*items: str | float) -> Reply:
    """A reply that is always the same."""
    return lambda _: items


@pytest.fixture(params=[ScriptedModel, ScriptedOllama])
def kind(request: pytest.FixtureRequest) -> type[ScriptedModel]:
    """Both protocols."""
    chosen: type[ScriptedModel] = request.param
    return chosen


def test_an_answer_comes_in_pieces(kind: type[ScriptedModel]) -> None:
    with kind(saying("Es soll ", "ein Zentrum ", "entstehen.")) as server:
        assert asked(connected(server)) == ["Es soll ", "ein Zentrum ", "entstehen."]
        (question,) = server.questions
        assert question.body["messages"] == [
            {"role": "system", "content": "Antworte auf Deutsch."},
            {"role": "user", "content": "Was soll beschlossen werden?"},
        ]
        options = question.body.get("options", question.body)
        assert options["temperature"] == 0
        assert options.get("max_tokens", options.get("num_predict")) == 100


def test_a_piece_is_there_before_the_next_is_written(kind: type[ScriptedModel]) -> None:
    written = threading.Event()

    def reply(_: object) -> Iterator[str | float]:
        yield "Erst "
        yield 0.5
        written.set()
        yield "dann."

    with kind(reply) as server, closing(connected(server).stream(QUESTION, most_tokens=9, watch=lambda: None)) as got:
        assert next(got) == "Erst "
        assert not written.is_set()


def test_no_language_model_is_no_connection() -> None:
    assert open_language_model(Settings()) is None


def test_opening_does_not_connect() -> None:
    with ScriptedModel(saying("Ja.")) as server:
        connected(server)
        assert not server.requests


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([401], "Schlüssel"),
        ([403], "Schlüssel"),
        ([404], "kennt der Server nicht"),
        ([429], "ausgelastet"),
        ([400], "lehnt die Anfrage ab (400)"),
        ([302], "lehnt die Anfrage ab (302)"),
        ([503], "meldet einen Fehler (503)"),
        (["Es soll ", 500], "brach mittendrin ab"),
        ([], "nichts geantwortet"),
    ],
)
def test_what_goes_wrong_is_one_sentence(kind: type[ScriptedModel], items: list[str | int], sentence: str) -> None:
    with kind(saying(*items)) as server, pytest.raises(LanguageModelError) as failed:
        asked(connected(server))
    assert sentence in str(failed.value)
    assert str(failed.value).endswith(".")


def test_a_server_that_is_not_there_is_said_to_be_unreachable(kind: type[ScriptedModel]) -> None:
    with kind(saying("Ja.")) as server:
        model = connected(server)
    with pytest.raises(LanguageModelError, match="nicht erreichbar"):
        asked(model)


def test_a_name_that_does_not_exist_is_unreachable_too() -> None:
    with ScriptedModel(saying("Ja.")) as server, pytest.raises(LanguageModelError, match="nicht erreichbar"):
        asked(connected(server, language_model_url="http://sprachmodell.invalid/v1"))


def test_an_unknown_model_is_told_from_an_unknown_server(kind: type[ScriptedModel]) -> None:
    with kind(saying("Ja.")) as server, pytest.raises(LanguageModelError, match="„anderes“ kennt der Server nicht"):
        asked(connected(server, language_model_name="anderes"))


def test_another_protocol_is_told_from_an_unreachable_server() -> None:
    with ScriptedOllama(saying("Ja.")) as server:
        settings = Settings(language_model="openai", language_model_url=server.url, language_model_name=server.name)
        model = open_language_model(settings)
        assert model is not None
        with pytest.raises(LanguageModelError, match="kennt der Server nicht"):
            asked(model)


def test_a_page_instead_of_an_answer_is_told_too(kind: type[ScriptedModel]) -> None:
    class Page(kind):  # type: ignore[valid-type,misc]  # chosen by the fixture
        def frame(self, piece: str | None) -> bytes:  # noqa: ARG002 - whatever is to be said
            return b"data: <html>\n\n"

    with Page(saying("Ja.")) as server, pytest.raises(LanguageModelError, match="in der erwarteten Form"):
        asked(connected(server))


def test_an_answer_without_its_end_is_not_taken_for_a_whole_one(kind: type[ScriptedModel]) -> None:
    class Endless(kind):  # type: ignore[valid-type,misc]  # chosen by the fixture
        def frame(self, piece: str | None) -> bytes:
            return b"\n" if piece is None and kind is ScriptedModel else super().frame(piece or "")

    with Endless(saying("Es soll ")) as server, pytest.raises(LanguageModelError, match="mittendrin"):
        asked(connected(server))


def test_a_server_in_trouble_is_asked_once_more(kind: type[ScriptedModel]) -> None:
    replies: list[Iterable[str | float | int]] = [[502], ["Ja", "."]]
    with kind(lambda _: replies.pop(0)) as server:
        assert asked(connected(server)) == ["Ja", "."]
        assert len(server.questions) == 2


def test_both_times_together_take_no_longer_than_allowed(kind: type[ScriptedModel]) -> None:
    replies: list[Iterable[str | float | int]] = [["Ja."], [0.8, 502], [60.0]]
    with kind(lambda _: replies.pop(0)) as server:
        # The first question also loads the client's library, which no server is to blame for.
        asked(connected(server))
        model = connected(server, language_model_first_seconds=1.2)
        start = time.monotonic()
        with pytest.raises(LanguageModelError, match="nicht rechtzeitig"):
            asked(model)
        assert time.monotonic() - start < 1.9
        assert len(server.questions) == 3


def test_and_not_more_often(kind: type[ScriptedModel]) -> None:
    with kind(saying(500)) as server:
        with pytest.raises(LanguageModelError):
            asked(connected(server))
        assert len(server.questions) == 2


@pytest.mark.parametrize("items", [["Ja", 500], [401], [404]])
def test_nobody_is_asked_again_where_that_cannot_help(kind: type[ScriptedModel], items: list[str | int]) -> None:
    with kind(saying(*items)) as server:
        with pytest.raises(LanguageModelError):
            asked(connected(server))
        assert len(server.questions) == 1


def test_a_first_word_that_does_not_come_is_not_waited_for(kind: type[ScriptedModel]) -> None:
    with kind(saying(60.0, "zu spät")) as server:
        start = time.monotonic()
        with pytest.raises(LanguageModelError, match=r"nicht rechtzeitig zu antworten begonnen \(0,5 Sekunden\)"):
            asked(connected(server, language_model_first_seconds=0.5))
        assert time.monotonic() - start < 3
        assert hung_up(server)


def test_an_answer_that_takes_too_long_is_ended(kind: type[ScriptedModel]) -> None:
    with kind(saying("Ja", 60.0, "zu spät")) as server:
        with pytest.raises(LanguageModelError, match="nicht rechtzeitig fertig"):
            asked(connected(server, language_model_seconds=0.6))
        assert hung_up(server)


def endless(_: object) -> Iterator[str | float]:
    while True:
        yield "immer "
        yield 0.001


def test_an_answer_without_end_is_cut_off(kind: type[ScriptedModel]) -> None:
    got: list[str] = []
    with kind(endless) as server:
        with pytest.raises(LanguageModelError, match="zu lang"):
            got.extend(connected(server).stream(QUESTION, most_tokens=20, watch=lambda: None))
        assert hung_up(server)


def test_few_long_pieces_count_as_many_tokens(kind: type[ScriptedModel]) -> None:
    with kind(saying("Wort " * 400, "Wort")) as server, pytest.raises(LanguageModelError, match="zu lang"):
        asked(connected(server), most_tokens=20)


def test_as_many_tokens_as_allowed_are_not_too_many(kind: type[ScriptedModel]) -> None:
    with kind(saying(*["Wort "] * 20)) as server:
        assert len(asked(connected(server), most_tokens=20)) == 20


class LeavingError(Exception):
    """What a reader who leaves raises."""


@pytest.mark.parametrize("items", [[60.0], ["Ja", 60.0]])
@pytest.mark.parametrize("error", [LeavingError, ValueError, ConnectionError])
def test_who_leaves_is_not_written_for_any_more(
    kind: type[ScriptedModel], items: list[str | float], error: type[Exception]
) -> None:
    begun = time.monotonic()

    def watch() -> None:
        if time.monotonic() - begun > 0.5:
            raise error

    with kind(saying(*items)) as server:
        with pytest.raises(error):
            asked(connected(server), watch=watch)
        assert time.monotonic() - begun < 3
        assert hung_up(server)


def test_leaving_the_iterator_closes_the_connection(kind: type[ScriptedModel]) -> None:
    with kind(saying("Ja", 60.0)) as server:
        with closing(connected(server).stream(QUESTION, most_tokens=9, watch=lambda: None)) as pieces:
            assert next(pieces) == "Ja"
        assert hung_up(server)


@pytest.mark.parametrize("items", [[1.2, "Ja."], [503]])
def test_who_waits_is_asked_five_times_a_second(kind: type[ScriptedModel], items: list[str | float | int]) -> None:
    times: list[float] = []
    with kind(saying(*items)) as server:
        model = connected(server)
        try:
            asked(model, watch=lambda: times.append(time.monotonic()))
        except LanguageModelError:
            assert items == [503]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sorted(gaps)[len(gaps) // 2] < 0.2


def test_no_more_than_allowed_are_asked_at_once() -> None:
    with ScriptedModel(saying("Ja", 0.3, ".")) as server, ThreadPoolExecutor(5) as threads:
        model = connected(server, language_model_at_once=2)
        answers = [threads.submit(asked, model) for _ in range(5)]
        assert [answer.result() for answer in answers] == [["Ja", "."]] * 5
        assert server.most_at_once == 2


def test_who_finds_no_place_in_the_line_is_told_at_once() -> None:
    line, inside, go = WaitingLine(1, 1), threading.Event(), threading.Event()

    def stay() -> None:
        with line.passed(lambda: None):
            inside.set()
            go.wait(10)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(stay)
        assert inside.wait(10)
        waiting = threading.Event()
        second = threads.submit(lambda: line.passed(waiting.set).__enter__())
        assert waiting.wait(10)
        with pytest.raises(LanguageModelError, match="ausgelastet"), line.passed(lambda: None):
            pytest.fail("passed although all places were taken")
        go.set()
        first.result()
        second.result()


def test_who_leaves_the_line_makes_room() -> None:
    def leave() -> None:
        raise LeavingError

    line = WaitingLine(1, 1)
    with line.passed(lambda: None):
        for _ in range(3):
            with pytest.raises(LeavingError), line.passed(leave):
                pytest.fail("passed although it was taken")
    with line.passed(leave):
        pass


@pytest.mark.parametrize("items", [["Ja."], [401], [400], [500], ["Ja", 500]])
def test_the_key_is_sent_and_never_told(
    kind: type[ScriptedModel], items: list[str | int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = ""
    with kind(saying(*items), key=KEY) as server:
        model = connected(server, language_model_key=KEY)
        try:
            asked(model)
        except LanguageModelError as error:
            said = f"{error!r} {error.__cause__!r} {vars(error)}"
        assert server.questions[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{said} {model!r} {vars(model)} {caplog.text}"


def test_a_key_that_is_refused_is_not_told_either(kind: type[ScriptedModel]) -> None:
    with kind(saying("Ja."), key="ein-anderer") as server, pytest.raises(LanguageModelError) as failed:
        asked(connected(server, language_model_key=KEY))
    assert "Schlüssel" in str(failed.value)
    assert KEY not in str(failed.value)


def test_the_key_may_stand_in_a_file(kind: type[ScriptedModel], tmp_path: Path) -> None:
    (tmp_path / "schluessel").write_text(f"{KEY}\n", encoding="utf-8")
    with kind(saying("Ja."), key=KEY) as server:
        assert asked(connected(server, language_model_key_file=tmp_path / "schluessel")) == ["Ja."]


OBSERVED = """
import json, sys
contacted = set()
def hear(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        contacted.add(":".join(map(str, arguments[1][:2])))
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and arguments[0] not in {None, "127.0.0.1"}:
        contacted.add(f"lookup {arguments[0]!r}")
sys.addaudithook(hear)
from assistant.writing.connection import Message, open_language_model
from corpus.settings import Settings
model = open_language_model(Settings())
report = model.check()
print(json.dumps({"contacted": sorted(contacted), "answer": report.answer}))
"""


def test_nobody_but_the_server_is_contacted_whatever_the_environment_says(kind: type[ScriptedModel]) -> None:
    with ScriptedModel(saying("falsch")) as proxy, kind(saying("Berlin.")) as server:
        elsewhere = proxy.url.removesuffix("/v1")
        foreign = {
            **dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"), elsewhere),
            **dict.fromkeys(("OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_HOST"), f"{elsewhere}/v1"),
            **dict.fromkeys(("OPENAI_API_KEY", "OLLAMA_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"), KEY),
        }
        own = {
            "AKTENKUNDIG_LANGUAGE_MODEL": "ollama" if kind is ScriptedOllama else "openai",
            "AKTENKUNDIG_LANGUAGE_MODEL_URL": server.url,
            "AKTENKUNDIG_LANGUAGE_MODEL_NAME": server.name,
        }
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        done = subprocess.run(
            [sys.executable, "-c", OBSERVED],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env={**kept, **foreign, **own, "PYTHONPATH": str(ROOT)},
        )
        told = json.loads(done.stdout)
        assert told == {"contacted": [server.url.removeprefix("http://").removesuffix("/v1")], "answer": "Berlin."}
        assert not proxy.requests
        assert all(KEY not in str(request.headers) for request in server.requests)


def test_a_redirect_is_not_followed() -> None:
    with ScriptedModel(saying("falsch")) as other, socket.create_server(("127.0.0.1", 0)) as lure:

        def redirect() -> None:
            connection, _ = lure.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(
                    b"HTTP/1.1 307 There\r\nLocation: " + f"{other.url}/chat/completions".encode() + b"\r\n"
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )

        with ThreadPoolExecutor(1) as threads:
            redirecting = threads.submit(redirect)
            with pytest.raises(LanguageModelError, match="307"):
                asked(connected(other, language_model_url=f"http://127.0.0.1:{lure.getsockname()[1]}/v1"))
            redirecting.result()
        assert not other.requests


def test_a_closed_connection_answers_no_more(kind: type[ScriptedModel]) -> None:
    with kind(saying("Ja.")) as server:
        model = connected(server)
        model.close()
        with pytest.raises(LanguageModelError, match="beendet"):
            asked(model)


def test_a_trial_tells_what_the_model_can(kind: type[ScriptedModel]) -> None:
    with kind(saying("Das ", 0.2, "ist ", "Berlin.")) as server:
        report = connected(server).check()
    assert report.german
    assert (report.answer, report.context) == ("Das ist Berlin.", 16_384)
    assert report.models is not None
    assert server.name in report.models
    assert 0 < report.tokens_per_second < 10.5


def test_doctor_says_that_there_is_none() -> None:
    assert check_language_model(Settings()) == [
        (True, "Hinweis: kein Sprachmodell eingerichtet; geantwortet wird mit Zitaten")
    ]


@pytest.mark.parametrize(
    ("reply", "context", "bad"),
    [
        (saying("Berlin."), 16_384, []),
        (saying("Bonn."), 16_384, ["Berlin"]),
        (saying("Berlin."), 4096, ["language_model_context"]),
        (saying(401), 16_384, ["Schlüssel"]),
    ],
)
def test_doctor_finds_what_is_wrong_with_it(reply: Reply, context: int, bad: list[str]) -> None:
    with ScriptedModel(reply, context=context) as server:
        settings = Settings(language_model="openai", language_model_url=server.url, language_model_name=server.name)
        wrong = [sentence for good, sentence in check_language_model(settings) if not good]
    assert len(wrong) == len(bad)
    assert all(word in sentence for word, sentence in zip(bad, wrong, strict=True))


def hung_up(server: ScriptedModel) -> bool:
    """Whether the client of the last question went before its answer was complete."""
    return server.questions[-1].done.wait(5) and server.questions[-1].hung_up
