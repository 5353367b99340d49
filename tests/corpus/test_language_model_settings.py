"""Settings of the language model: what cannot go together is one sentence, and keys are told nowhere."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from corpus.errors import SettingsError
from corpus.settings import Settings, load_settings

KEY = "sk-streng-geheim-0815"
SERVER = {"LANGUAGE_MODEL_URL": "http://localhost:8000/v1", "LANGUAGE_MODEL_NAME": "qwen"}


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"AKTENKUNDIG_{name}", value)
    return load_settings()


def test_there_is_none_unless_one_is_set() -> None:
    assert Settings().language_model == "none"
    assert Settings().read_language_model_key() is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"LANGUAGE_MODEL": "openai"}, "fehlt die Einstellung „language_model_url“"),
        ({**SERVER, "LANGUAGE_MODEL": "openai", "LANGUAGE_MODEL_URL": ""}, "„language_model_url“"),
        ({**SERVER, "LANGUAGE_MODEL": "ollama", "LANGUAGE_MODEL_NAME": ""}, "„language_model_name“"),
        ({"LANGUAGE_MODEL": "gguf"}, "„language_model_file“"),
        ({"LANGUAGE_MODEL": "gguf", "LANGUAGE_MODEL_FILE": "/gibt/es/nicht.gguf"}, "gibt es nicht"),
        ({"LANGUAGE_MODEL_KEY": KEY, "LANGUAGE_MODEL_KEY_FILE": "/gibt/es/nicht"}, "nur eines"),
        ({"LANGUAGE_MODEL_KEY_FILE": "/gibt/es/nicht"}, "gibt es nicht"),
        ({**SERVER, "LANGUAGE_MODEL": "openai", "LANGUAGE_MODEL_URL": "localhost:8000"}, "http:// oder https://"),
        ({**SERVER, "LANGUAGE_MODEL": "openai", "LANGUAGE_MODEL_URL": "ftp://rechner/v1"}, "http:// oder https://"),
        ({**SERVER, "LANGUAGE_MODEL_URL": "http://rechner:viel/v1"}, "http:// oder https://"),
        ({**SERVER, "LANGUAGE_MODEL_URL": "http://[kaputt/v1"}, "http:// oder https://"),
        ({"LANGUAGE_MODEL_CONTEXT": "1000"}, "language_model_context"),
        ({"LANGUAGE_MODEL_SECONDS": "0"}, "language_model_seconds"),
        ({"LANGUAGE_MODEL_AT_ONCE": "0"}, "language_model_at_once"),
        ({"LANGUAGE_MODEL": "gpt"}, "language_model"),
    ],
)
def test_what_cannot_be_is_one_sentence(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, **values)
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "values",
    [
        {"LANGUAGE_MODEL_URL": f"http://wer:{KEY}@rechner/v1"},
        {"LANGUAGE_MODEL_URL": f"http://rechner/v1?key={KEY}"},
        {"LANGUAGE_MODEL_KEY": f"{KEY} mit Leerzeichen"},
        {"LANGUAGE_MODEL_KEY": KEY, "LANGUAGE_MODEL": "openai"},
        {"LANGUAGE_MODEL_KEY": KEY, "LANGUAGE_MODEL_SECONDS": "viele"},
    ],
)
def test_no_message_and_no_traceback_tells_a_key(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refused:
        load(monkeypatch, **values)
    assert KEY not in "".join(traceback.format_exception(refused.value))


def test_the_key_is_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, LANGUAGE_MODEL_KEY=KEY)
    assert KEY not in f"{settings!r} {settings.model_dump_json()}"


def test_the_key_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "schluessel").write_text(f"  {KEY}\n", encoding="utf-8")
    key = load(monkeypatch, LANGUAGE_MODEL_KEY_FILE=str(tmp_path / "schluessel")).read_language_model_key()
    assert key is not None
    assert key.get_secret_value() == KEY


@pytest.mark.parametrize("content", [b"", b"zwei Worte", b"\xff\xfe"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "schluessel").write_bytes(content)
    with pytest.raises(SettingsError, match="kein lesbarer Schlüssel"):
        Settings(language_model_key_file=tmp_path / "schluessel").read_language_model_key()


def test_the_fingerprint_of_answers_knows_the_language_model(tmp_path: Path) -> None:
    for name in ("eins.gguf", "zwei.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")
    address = "http://localhost:8000/v1"
    chosen = [
        Settings(),
        Settings(language_model="openai", language_model_url=address, language_model_name="qwen"),
        Settings(language_model="openai", language_model_url=address, language_model_name="mistral"),
        Settings(language_model="ollama", language_model_url=address, language_model_name="qwen"),
        Settings(language_model="gguf", language_model_file=tmp_path / "eins.gguf"),
        Settings(language_model="gguf", language_model_file=tmp_path / "zwei.gguf"),
    ]
    assert len({settings.fingerprint for settings in chosen}) == len(chosen)


def test_without_one_the_fingerprint_is_what_it_always_was() -> None:
    assert Settings(language_model_name="qwen").fingerprint == Settings().fingerprint == "5cab2ca02c72"


def test_where_the_model_is_does_not_change_answers() -> None:
    here, there = (
        Settings(language_model="openai", language_model_url=f"http://{host}/v1", language_model_name="qwen")
        for host in ("localhost", "rechner")
    )
    assert here.fingerprint == there.fingerprint
