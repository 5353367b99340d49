"""An Akte with a scripted language model beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from assistant.assistant import Assistant
from corpus.settings import Settings
from tests.scripted_model import ScriptedModel

LINE = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)

Writes = Callable[[dict[int, str]], Iterable[str | float | int]]
"""From the numbered sentences of a prompt to what the model writes."""


def prompts(server: ScriptedModel) -> list[str]:
    """What the model was asked, the last message of each request."""
    return [request.body["messages"][-1]["content"] for request in server.questions]


def given(messages: list[dict[str, str]]) -> dict[int, str]:
    """The numbered sentences of a request."""
    return {int(number): text for number, text in LINE.findall(messages[-1]["content"])}


@contextmanager
def writing(settings: Settings, writes: Writes, **changes: object) -> Iterator[tuple[Assistant, ScriptedModel]]:
    """An assistant whose language model writes what ``writes`` says."""
    with ScriptedModel(lambda messages: writes(given(messages)), name="Testmodell") as server:
        with_model = settings.model_copy(
            update={
                "language_model": "openai",
                "language_model_url": server.url,
                "language_model_name": server.name,
                "language_model_first_seconds": 3.0,
                "language_model_seconds": 6.0,
                **changes,
            }
        )
        assistant = Assistant.open(with_model, clearance="public")
        try:
            yield assistant, server
        finally:
            assistant.close()


@pytest.fixture(scope="session")
def settings(whole_akte_settings: Settings) -> Settings:
    return whole_akte_settings
