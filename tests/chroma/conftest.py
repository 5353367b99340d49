"""A Chroma server, and a place that is read into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.embedding import open_embedding
from corpus.settings import Settings
from tests.chroma.running import RunningChroma
from tests.places import Place


@pytest.fixture(scope="session")
def shared_chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    running = RunningChroma(tmp_path_factory.mktemp("chroma"))
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def chroma(shared_chroma: RunningChroma) -> RunningChroma:
    """The server, running; a test may kill it."""
    shared_chroma.start()
    return shared_chroma


@pytest.fixture(scope="session")
def embedded_place(tmp_path_factory: pytest.TempPathFactory, models_directory: Path) -> Place:
    """A place whose index lies in its data directory; tests only read it."""
    embedding = open_embedding(Settings(models=models_directory))
    return Place.make(tmp_path_factory.mktemp("bestand"), models_directory, embedding)


@pytest.fixture
def place(embedded_place: Place, chroma: RunningChroma, tmp_path: Path) -> Place:
    """The same elsewhere, its index moved to the server by the next run of the ingestion."""
    place = replace(embedded_place.copy(tmp_path), chroma_url=chroma.url)
    place.ingest()
    return place
