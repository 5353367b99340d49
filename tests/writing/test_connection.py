from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.writing.connection import LanguageModel, LanguageModelError, Message, open_language_model
from corpus.errors import SettingsError
from corpus.settings import Settings, load_settings
from tests.scripted_model import Reply, ScriptedModel

ASKED = [Message("system", "Regeln"), Message("user", "Frage")]


def says(*pieces: str | float | int) -> Reply:
    return lambda _: pieces


def endless(_: list[dict[str, str]]) -> Iterator[str]:
    while True:
        yield "und so weiter "


def connected(server: ScriptedModel, **changes: Any) -> LanguageModel:
    kind = changes.pop("language_model", "openai")
    settings: dict[str, Any] = {
        "language_model": kind,
        "language_model_url": server.url if kind == "openai" else server.root,
        "language_model_name": "m",
        "language_model_first_seconds": 2.0,
        "language_model_seconds": 4.0,
        **changes,
    }
    model = open_language_model(Settings(**settings))
    assert model is not None
    return model


def read(model: LanguageModel, tokens: int = 100) -> str:
    return "".join(model.stream(ASKED, most_tokens=tokens, watch=lambda: None))


def test_the_pieces_come_as_they_are_written() -> None:
    with ScriptedModel(says("Der Rat ", 0.3, "tagt.")) as server:
        times = []
        began = time.monotonic()
        for _ in connected(server).stream(ASKED, most_tokens=100, watch=lambda: None):
            times.append(time.monotonic() - began)
        assert len(times) == 2
        assert times[1] - times[0] > 0.2
        assert server.requests[0]["messages"][0] == {"role": "system", "content": "Regeln"}
        assert server.requests[0]["temperature"] == 0
        assert server.requests[0]["max_tokens"] == 100


def test_ollama_speaks_its_own_protocol() -> None:
    with ScriptedModel(says("Der Rat ", "tagt.")) as server:
        assert read(connected(server, language_model="ollama")) == "Der Rat tagt."
        assert server.requests[0]["options"]["temperature"] == 0


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (says(500), "Fehler gemeldet"),
        (says(401), "Schlüssel"),
        (says(404), "gibt es auf dem Server nicht"),
        (says(429), "zu viel zu tun"),
        (says(422), "abgelehnt"),
        (says(30.0, "spät"), "nicht begonnen"),
        (says("früh", 30.0, "spät"), "nicht fertig"),
        (endless, "nicht aufgehört"),
    ],
)
@pytest.mark.parametrize("kind", ["openai", "ollama"])
def test_what_goes_wrong_is_one_german_sentence(reply: Reply, said: str, kind: str) -> None:
    with ScriptedModel(reply) as server, pytest.raises(LanguageModelError, match=said) as raised:
        read(connected(server, language_model=kind))
    assert "geheim" not in str(raised.value)
    assert str(server.root) not in str(raised.value)


def test_a_server_that_is_not_there_is_one_german_sentence() -> None:
    with ScriptedModel(says("x")) as server:
        model = connected(server)
    with pytest.raises(LanguageModelError, match="nicht erreichbar"):
        read(model)


def test_a_server_that_fails_once_is_asked_once_more() -> None:
    answers = iter([says(500), says("Nun ", "aber.")])
    with ScriptedModel(lambda messages: next(answers)(messages)) as server:
        assert read(connected(server)) == "Nun aber."
        assert len(server.requests) == 2


def test_nothing_is_asked_again_once_something_has_come() -> None:
    with ScriptedModel(says("Ein Anfang ", 500)) as server:
        with pytest.raises(LanguageModelError):
            read(connected(server))
        assert len(server.requests) == 1


def test_who_calls_off_hangs_up_at_once() -> None:
    class Enough(Exception):
        pass

    began = time.monotonic()

    def watch() -> None:
        if time.monotonic() - began > 0.6:
            raise Enough

    with ScriptedModel(endless_slowly) as server:
        with pytest.raises(Enough):
            list(connected(server).stream(ASKED, most_tokens=10_000, watch=watch))
        assert time.monotonic() - began < 2
        until = time.monotonic() + 5
        while not server.hung_up and time.monotonic() < until:
            time.sleep(0.05)
        assert server.hung_up == 1


def endless_slowly(_: list[dict[str, str]]) -> Iterator[str | float]:
    while True:
        yield "und "
        yield 0.05


def test_few_are_asked_at_once_and_few_wait() -> None:
    with ScriptedModel(says(0.2, "Ja.")) as server:
        model = connected(server, language_model_at_once=2, language_model_first_seconds=20.0, language_model_seconds=20.0)
        told: list[str] = []

        def ask() -> None:
            try:
                told.append(read(model))
            except LanguageModelError as error:
                told.append(str(error))

        people = [threading.Thread(target=ask) for _ in range(15)]
        for one in people:
            one.start()
        for one in people:
            one.join()
        assert server.most_at_once == 2
        assert told.count("Ja.") == 10
        assert sum("zu viel zu tun" in one for one in told) == 5


def test_the_key_comes_from_the_environment_or_a_file_and_stands_in_no_message(tmp_path: Path) -> None:
    file = tmp_path / "schluessel"
    file.write_text("sehr-geheim\n")
    with ScriptedModel(says("Ja."), key="sehr-geheim") as server:
        assert read(connected(server, language_model_key="sehr-geheim")) == "Ja."
        assert read(connected(server, language_model_key_file=file)) == "Ja."
        wrong = connected(server, language_model_key="auch-geheim")
        with pytest.raises(LanguageModelError, match="Schlüssel") as raised:
            read(wrong)
        assert "geheim" not in str(raised.value)
    assert "geheim" not in repr(Settings(language_model_key="sehr-geheim"))  # type: ignore[arg-type]


def test_proxies_of_the_environment_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ScriptedModel(says("Ja.")) as server:
        assert read(connected(server)) == "Ja."
        assert read(connected(server, language_model="ollama")) == "Ja."


def test_a_trial_tells_whether_the_model_speaks_german() -> None:
    with ScriptedModel(says("Die Hauptstadt von Deutschland ", "ist Berlin.")) as server:
        assert connected(server).check().german
    with ScriptedModel(says("I do ", "not know.")) as server:
        assert not connected(server).check().german


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AKTENKUNDIG_LANGUAGE_MODEL": "openai"}, "language_model_url"),
        ({"AKTENKUNDIG_LANGUAGE_MODEL": "ollama", "AKTENKUNDIG_LANGUAGE_MODEL_URL": "localhost:1"}, "language_model_url"),
        ({"AKTENKUNDIG_LANGUAGE_MODEL": "openai", "AKTENKUNDIG_LANGUAGE_MODEL_URL": "http://x/v1"}, "language_model_name"),
        ({"AKTENKUNDIG_LANGUAGE_MODEL": "gguf"}, "language_model_file"),
        ({"AKTENKUNDIG_LANGUAGE_MODEL": "gguf", "AKTENKUNDIG_LANGUAGE_MODEL_FILE": "/gibt/es/nicht"}, "language_model_file"),
        ({"AKTENKUNDIG_LANGUAGE_MODEL_KEY": "a", "AKTENKUNDIG_LANGUAGE_MODEL_KEY_FILE": "b"}, "nicht beide"),
    ],
)
def test_half_a_setting_is_one_german_sentence(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said) as raised:
        load_settings()
    assert "\n" not in str(raised.value)


def test_a_language_model_changes_the_hash_of_the_settings_and_none_leaves_it() -> None:
    plain = Settings()
    assert plain.fingerprint == Settings(language_model_name="egal").fingerprint
    other = Settings(language_model="openai", language_model_url="http://x/v1", language_model_name="a")
    assert len({plain.fingerprint, other.fingerprint}) == 2
