"""Who asks for reasons, goals or steps gets the whole list, and never half of the next one."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.enumerations import list_around
from corpus.embedding import open_embedding
from corpus.settings import Settings
from corpus.store import Store
from ingest.pipeline import Ingestor

TEXT = """# Konzept

Der Verein verfolgt drei Ziele:

1. Er berät Familien. Dafür gibt es zwei Räume.
2. Er vermittelt Paten.
3. Er veranstaltet Feste.

Davon getrennt sind die Aufgaben des Beirats.

1. Der Beirat prüft die Kasse.
2. Der Beirat wählt den Vorstand.

## Angebote

- Nachhilfe
- Hausbesuche
- Ausflüge

Alle Angebote sind kostenlos.
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, models_directory: Path) -> Store:
    folder = tmp_path_factory.mktemp("listen")
    (folder / "konzept.md").write_text(TEXT, encoding="utf-8")
    settings = Settings(data=folder / "daten", models=models_directory)
    Ingestor(settings, open_embedding(settings)).ingest([folder / "konzept.md"])
    return Store(settings.data)


def points(store: Store, words: str) -> list[str]:
    """The points of the list around the sentence with these words."""
    (document,) = store.documents()
    name = document.document
    at = next(s.index for s in store.sentences(name) if words in store.excerpt(name, s.span))
    return [" ".join(store.excerpt(name, s.span).split()) for s in list_around(store, name, at)]


@pytest.mark.parametrize("words", ["drei Ziele:", "berät Familien", "zwei Räume", "veranstaltet Feste"])
def test_a_list_is_found_from_its_introduction_and_from_any_of_its_points(store: Store, words: str) -> None:
    found = points(store, words)
    assert [any(told in point for point in found) for told in ("Familien", "Paten", "Feste")] == [True] * 3
    assert len(found) == 3


def test_the_next_list_begins_where_counting_begins_anew(store: Store) -> None:
    assert len(points(store, "wählt den Vorstand")) == 2


def test_points_need_no_numbers(store: Store) -> None:
    assert len(points(store, "Hausbesuche")) == 3


def test_a_sentence_outside_of_a_list_has_none(store: Store) -> None:
    assert points(store, "kostenlos") == []
