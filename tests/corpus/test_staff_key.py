"""The key of staff: usable in a browser, and told nowhere."""

from __future__ import annotations

import pytest

from corpus.errors import SettingsError
from corpus.settings import load_settings


@pytest.mark.parametrize("key", ["zukurz", "ein-Schlüssel-mit-Umlaut", "mit Leerzeichen darin"])
def test_a_key_that_cannot_be_used_is_refused_without_being_told(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("AKTENKUNDIG_STAFF_KEY", key)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "staff_key" in str(refused.value)
    assert key not in str(refused.value)


def test_the_key_is_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENKUNDIG_STAFF_KEY", "lang-genug-und-geheim")
    settings = load_settings()
    assert "geheim" not in f"{settings!r} {settings.model_dump_json()}"
