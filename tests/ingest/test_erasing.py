"""What is removed or replaced is erased to the last byte, also after an interruption, and in stores of any size."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import ingest.pipeline
from corpus.database import DATABASE_FILE
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings
from corpus.store import Store
from corpus.vectors import VectorIndex
from ingest.pipeline import Ingestor
from ingest.report import Report
from tests.traces import traces_of_vectors, traces_of_words

pytestmark = pytest.mark.slow

OLD, NEW = "Xelmurdank", "Jurpholast"
BRIDGE = "Die Brücke über die Sieg wird am 4. Juni 2015 gesperrt."


@pytest.fixture(scope="module")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


@pytest.fixture
def settings(tmp_path: Path, models_directory: Path) -> Settings:
    return Settings(data=tmp_path / "daten", models=models_directory)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "eingang"
    folder.mkdir()
    (folder / "bruecke.txt").write_text(BRIDGE, encoding="utf-8")
    return folder


def written(folder: Path, word: str, name: str = "halle.md") -> Path:
    path = folder / name
    path.write_text(
        f"# Halle {word}\n\nDie Halle {word} kostet 2,4 Mio. €.\n\n| Teil | Preis |\n|---|---|\n| {word} | 5 € |\n"
    )
    return path


def vectors(data: Path) -> list[NDArray[np.float32]]:
    with closing(Store(data)) as store:
        return list(store.vectors.of(sorted(k for k in store.passage_keys() if not k.startswith("bruecke:"))).values())


class Place:
    """Somebody who reads a folder into a data directory."""

    def __init__(self, settings: Settings, embedding: SentenceEmbedding, folder: Path) -> None:
        self.settings, self.embedding, self.folder = settings, embedding, folder
        self.data = settings.data

    def ingest(self) -> Report:
        return Ingestor(self.settings, self.embedding).ingest([self.folder])


@pytest.fixture
def place(settings: Settings, embedding: SentenceEmbedding, folder: Path) -> Place:
    return Place(settings, embedding, folder)


def test_the_old_version_of_a_replaced_document_leaves_no_byte(place: Place) -> None:
    written(place.folder, OLD)
    place.ingest()
    old = vectors(place.data)
    assert old
    assert traces_of_words(place.data, [OLD])
    assert len(traces_of_vectors(place.data, old)) >= 2
    written(place.folder, NEW)
    assert place.ingest().erased
    assert traces_of_words(place.data, [OLD]) == {}
    assert traces_of_vectors(place.data, old) == set()
    assert traces_of_words(place.data, [NEW])


@pytest.mark.parametrize("step", ["forget", "tidy", "rebuild_vectors"])
def test_an_interrupted_erasure_is_finished_by_the_next_run(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = written(place.folder, OLD)
    place.ingest()
    path.unlink()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "forget":
            patch.setattr("ingest.upkeep._forgetters", lambda: [interrupted])
        else:
            patch.setattr(f"ingest.upkeep.{step}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            place.ingest()
    assert traces_of_words(place.data, [OLD])
    assert place.ingest().erased
    assert traces_of_words(place.data, [OLD]) == {}


def test_while_somebody_reads_the_erasure_is_put_off_and_said_to_be(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.database._BUSY_SECONDS", 0.2)
    path = written(place.folder, OLD)
    place.ingest()
    path.unlink()
    with closing(sqlite3.connect(place.data / DATABASE_FILE)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM documents").fetchall()
        assert not place.ingest().erased
    assert place.ingest().erased
    assert traces_of_words(place.data, [OLD]) == {}


def test_what_a_register_announced_goes_with_the_last_document_of_its_akte(place: Place) -> None:
    register = place.folder / "akte.toml"
    register.write_text(
        f'[akte]\nid = "bau"\ntitle = "Bauen"\nquestions = ["Was kostet {NEW}?"]\n'
        '[[documents]]\nid = "halle"\ntitle = "Halle"\nkind = "Vorlage"\nfile = "halle.md"\norigin = "original"\n'
        f'[[documents]]\nid = "anhang"\ntitle = "Anhang {NEW}"\nkind = "Anhang"\norigin = "original"\n'
    )
    path = written(place.folder, OLD)
    place.ingest()
    assert traces_of_words(place.data, [NEW])
    path.unlink()
    register.unlink()
    place.ingest()
    assert traces_of_words(place.data, [OLD, NEW]) == {}


def test_a_search_that_is_under_way_when_the_index_is_rebuilt_finds_the_new_one(place: Place) -> None:
    path = written(place.folder, OLD)
    place.ingest()
    elsewhere = VectorIndex(place.data)
    before = elsewhere.keys()
    path.unlink()
    place.ingest()
    assert elsewhere.keys() == {key for key in before if key.startswith("bruecke:")}
    assert [path.name for path in place.data.glob("chroma*")] != ["chroma"]
    assert len(list(place.data.glob("chroma*"))) == 1


def test_a_store_from_before_gets_the_vectors_of_its_index(place: Place) -> None:
    written(place.folder, OLD)
    place.ingest()
    with closing(Store(place.data)) as store:
        keys = sorted(store.passage_keys())
        before = store.vectors.of(keys)
    with closing(sqlite3.connect(place.data / DATABASE_FILE)) as old:
        old.executescript("DROP TABLE passage_vectors; DROP TABLE removed_words;")
    place.ingest()
    with closing(Store(place.data)) as store:
        after = store.vectors.of(keys)
    assert sorted(after) == keys
    assert all(np.allclose(after[key], before[key], atol=1e-6) for key in keys)


def test_a_run_that_was_killed_leaves_nothing_of_what_it_had_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with ingest.pipeline._ReadAhead() as ahead:
        ahead.put(Path("a"), [])
        ahead.put(Path("b"), [])
        assert list(tmp_path.iterdir()) == []
        assert ahead.take(Path("b")) == ahead.take(Path("a")) == []
