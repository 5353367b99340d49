"""Whoever asks from within an event loop, as notebooks and other servers do, gets an answer, too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from corpus.settings import Settings
from tests.writing.conftest import writing
from tests.writing.test_writing import WHY


def test_a_model_can_be_asked_from_within_a_running_event_loop(settings: Settings) -> None:
    def copies(lines: dict[int, str]) -> Iterable[str]:
        number, text = next(iter(lines.items()))
        yield f"{text.rstrip('.')} [{number}]."

    with writing(settings, copies) as (assistant, _):

        async def ask() -> str:
            return assistant.answer(WHY).engine

        assert asyncio.run(ask()) == "generated"
