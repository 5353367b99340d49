"""Real damage is found, named with what to do, and mended without reading a file again; a full disk does no harm."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from corpus.access import Access
from corpus.data_directory import LOCK_FILE
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.index_files import index_directory
from corpus.records import PreparedDocument, PreparedPassage, ReadFile
from corpus.settings import Settings
from corpus.store import Store
from corpus.types import Page, Section, Sentence, Span
from corpus.vectors import VectorIndex
from ingest.backup import write_backup
from ingest.examination import examine_data
from ingest.repair import repair_data
from ingest.upkeep import rebuild_vectors
from tests.conftest import Finished, Run, command
from tests.corpus.indexes import prepared
from tests.places import Place, assert_whole, content

pytestmark = pytest.mark.slow

DOCUMENTS = {"bruecke", "halle", "freibad"}
NOISE = bytes(range(256)) * 8


@pytest.fixture(scope="module")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, models_directory: Path, embedding: SentenceEmbedding) -> Place:
    """A place that tests only read, with enough passages that Chroma keeps its graph in files."""
    place = Place.make(tmp_path_factory.mktemp("bestand"), models_directory, embedding)
    with closing(Store(place.data)) as store:
        file = ReadFile(str(place.root / "umlage.txt"), "0" * 64, "", ("umlage",))
        store.finish(store.begin(large("umlage", 1100), embedding.identity), file)
        rebuild_vectors(store)
        (place.data / "originale" / f"{'0' * 64}.pdf").touch()
    return place


def large(document: str, size: int) -> PreparedDocument:
    """A document of so many passages with vectors by chance, which nobody has to embed."""
    sentence = "Die Kommune zahlt.\n"
    base = prepared(document)
    vectors = np.random.default_rng(1).normal(size=(size, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    spans = [Span(n * len(sentence), (n + 1) * len(sentence) - 1) for n in range(size)]
    text = sentence * size
    return replace(
        base,
        text=text,
        boxes=np.full((len(text), 4), np.nan, dtype=np.float32),
        pages=[Page(0, "1", 595.0, 842.0, 0, len(text))],
        sections=[Section(0, "Umlage", 1, Span(0, len(text)))],
        sentences=[Sentence(n, span, "sentence", n, 0) for n, span in enumerate(spans)],
        passages=[
            PreparedPassage(f"{document}:1:{n}", 0, span, (n,), ["kommune"], [], vectors[n])
            for n, span in enumerate(spans)
        ],
        sentence_vectors=dict(enumerate(vectors)),
        abbreviations=[],
        words={"kommune": size},
    )


@pytest.fixture
def place(shared: Place, tmp_path: Path) -> Place:
    """A copy of it that a test may change."""
    return shared.copy(tmp_path)


def problems(place: Place) -> list[str]:
    return [sentence for good, sentence in examine_data(place.settings) if not good]


def graph_file(data: Path, name: str) -> Path:
    (found,) = index_directory(data).glob(f"*/{name}")
    return found


def overwritten(name: str, start: float, length: int = 2048) -> Callable[[Path], None]:
    """Overwrite bytes of one of the index's files from that part of it on."""

    def damage(data: Path) -> None:
        file = index_directory(data) / name if name == "chroma.sqlite3" else graph_file(data, name)
        whole = bytearray(file.read_bytes())
        at = int(len(whole) * start)
        whole[at : at + length] = (NOISE * (length // len(NOISE) + 1))[: len(whole[at : at + length])]
        file.write_bytes(whole)

    return damage


def removed(name: str) -> Callable[[Path], None]:
    return lambda data: graph_file(data, name).unlink()


def halved(name: str) -> Callable[[Path], None]:
    def damage(data: Path) -> None:
        file = index_directory(data) / name if name == "chroma.sqlite3" else graph_file(data, name)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return damage


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the whole index is gone": lambda data: shutil.rmtree(index_directory(data)),
    "its SQLite file is gone": lambda data: (index_directory(data) / "chroma.sqlite3").unlink(),
    "its SQLite file is overwritten": overwritten("chroma.sqlite3", 0.0, 100_000),
    "its SQLite file is cut off": halved("chroma.sqlite3"),
    "vectors are overwritten": overwritten("data_level0.bin", 0.4, 40_000),
    "the header of the graph is overwritten": overwritten("header.bin", 0.0, 100),
    "links and vectors are overwritten": overwritten("data_level0.bin", 0.0, 200_000),
    "the graph is cut off": halved("data_level0.bin"),
    "a file of the graph is gone": removed("data_level0.bin"),
    "the keys of the graph are gone": removed("index_metadata.pickle"),
    "the stamp is overwritten": lambda data: (data / "vektoren.stand").write_bytes(b"\xff\x00" * 40),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_vector_index_is_found_and_rebuilt_from_the_store(
    shared: Place, place: Place, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    DAMAGE[what](place.data)
    before = content(place.data)
    if what != "the stamp is overwritten":  # which is as good as none: it names the first index
        assert any("Vektorindex" in sentence and "--repair" in sentence for sentence in problems(place))
    assert content(place.data).keys() == before.keys(), "looking changed something"
    # Neither a file nor the model is needed.
    shutil.rmtree(place.folder)
    monkeypatch.setattr(type(place.embedding), "_get_text_embeddings", lambda *_: pytest.fail("embedded anew"))
    told = list(repair_data(place.settings))
    if what != "the stamp is overwritten":
        assert any("neu aufgebaut" in sentence for sentence in told)
    monkeypatch.undo()
    assert problems(place) == []
    assert_whole(place.data, {*DOCUMENTS, "umlage"})
    assert place.answers() == shared.answers()


def test_the_command_says_what_it_found_and_mended(place: Place, run: Run) -> None:
    shutil.rmtree(index_directory(place.data))
    found = run("doctor", data=place.data)
    assert found.code == 1
    assert "FEHLER: Vektorindex: fehlt; „aktenkundig doctor --repair“" in found.out
    mended = run("doctor", "--repair", data=place.data)
    assert mended.code == 0, mended.out + mended.err
    assert "repariert: der Vektorindex ist neu aufgebaut" in mended.out
    again = run("doctor", "--repair", data=place.data)
    assert (again.code, "repariert" in again.out) == (0, False)


def test_vectors_that_are_missing_and_vectors_that_are_left_over_are_found_and_mended(place: Place) -> None:
    index = VectorIndex(place.data)
    gone = sorted(key for key in index.keys() if key.startswith("bruecke:"))  # noqa: SIM118 - a method of ours
    index.delete(gone)
    with closing(sqlite3.connect(place.data / "aktenkundig.sqlite")) as store:
        store.execute("PRAGMA foreign_keys = ON")
        store.execute("DELETE FROM documents WHERE document = 'freibad'")
        store.execute("DELETE FROM passage_terms WHERE rowid NOT IN (SELECT id FROM passages)")
        store.commit()
    assert any("1 Passagen fehlen, 1 sind zu viel" in sentence for sentence in problems(place))
    list(repair_data(place.settings))
    assert problems(place) == []
    assert_whole(place.data, {"bruecke", "halle", "umlage"})


def test_what_interrupted_runs_left_is_found_and_removed(place: Place) -> None:
    (place.data / "originale" / f"{'ab' * 32}.teil").write_bytes(b"halb")
    (place.data / "originale" / f"{'cd' * 32}.pdf").write_bytes(b"ohne Dokument")
    (place.data / f"chroma-{'0' * 32}").mkdir()
    (place.data / "aktenkundig.4711.neu").write_bytes(b"")
    (place.data / ".wiederherstellung").mkdir()
    with closing(sqlite3.connect(place.data / "aktenkundig.sqlite")) as store:
        store.execute("UPDATE documents SET state = 'indexing' WHERE document = 'halle'")
        store.commit()
    found = " ".join(problems(place))
    assert "unterbrochen" in found
    assert "Überbleibsel" in found
    with FileLock(place.data / LOCK_FILE):
        # They may belong to a run that is going on.
        assert "Überbleibsel" not in " ".join(problems(place))
    list(repair_data(place.settings))
    assert problems(place) == []
    assert_whole(place.data, DOCUMENTS - {"halle"} | {"umlage"})
    assert len(list((place.data / "originale").iterdir())) == 3
    assert not list(place.data.glob("*.neu"))
    assert not (place.data / ".wiederherstellung").exists()


def test_a_lost_original_comes_back_from_the_file_that_was_read(place: Place) -> None:
    for original in (place.data / "originale").iterdir():
        original.unlink()
    (place.folder / "halle.md").write_text("Inzwischen steht etwas anderes darin.", encoding="utf-8")
    told = list(repair_data(place.settings))
    assert told == [f"das Original von „{document}“ ist wieder da" for document in ("bruecke", "freibad")]
    assert problems(place) == ["Original fehlt: halle, umlage; bitte neu einlesen"]


def test_a_damaged_full_text_index_is_rebuilt(place: Place) -> None:
    with closing(sqlite3.connect(place.data / "aktenkundig.sqlite")) as store:
        store.execute("UPDATE passage_terms_data SET block = zeroblob(length(block)) WHERE id > 10")
        store.commit()
    assert any("Volltextindex" in sentence for sentence in problems(place))
    list(repair_data(place.settings))
    assert problems(place) == []


def test_traces_that_could_not_be_erased_are_found_and_erased(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.folder / "halle.md").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.erase_traces", lambda *_: False)
        assert not place.ingest().erased
    assert any("Spuren" in sentence for sentence in problems(place))
    assert "Spuren entfernter Dokumente sind gelöscht" in list(repair_data(place.settings))
    assert problems(place) == []


@pytest.mark.parametrize(
    ("first", "last"), [(0, 1), (1, 2), (5, 60)], ids=["the header", "the page of the tables", "pages in the middle"]
)
def test_a_damaged_store_says_what_to_do_and_a_backup_brings_it_back(
    place: Place, run: Run, tmp_path: Path, first: int, last: int
) -> None:
    saved = write_backup(place.settings, tmp_path / "s.zip").path
    file = place.data / "aktenkundig.sqlite"
    assert not file.with_name("aktenkundig.sqlite-wal").exists()
    whole = bytearray(file.read_bytes())
    for page in range(first, last):
        whole[page * 4096 : page * 4096 + 1000] = b"\xa5" * 1000
    file.write_bytes(whole)
    before = content(place.data)
    for words in (("doctor",), ("doctor", "--repair")):
        done = run(*words, data=place.data)
        assert done.code == 1, done.err
        assert "aktenkundig restore" in done.out
        assert "neu einlesen" in done.out
        assert done.err == ""
    assert content(place.data) == before
    assert run("restore", str(saved), "--force", data=place.data).code == 0
    assert problems(place) == []


def limited(place: Place, environment: dict[str, str], kilobytes: int, *words: str) -> Finished:
    """Run a command that may make no file larger than this, as on a disk that is nearly full."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f "$0"; exec "$@"', str(kilobytes * 2), *command(words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        cwd=place.root,
        env={**environment, "AKTENKUNDIG_DATA": str(place.data)},
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def big_file(place: Place) -> None:
    paragraphs = "\n\n".join(f"Im Jahr {n} wurde für {n * 17} Euro die Straße {n} gebaut." for n in range(1000, 1400))
    (place.folder / "gross.txt").write_text(paragraphs, encoding="utf-8")


@pytest.mark.parametrize("room", [300, 1500, 3000, 6000])
def test_on_a_full_disk_a_run_ends_with_one_sentence_and_the_next_one_finishes_it(
    place: Place, clean_environment: dict[str, str], room: int
) -> None:
    big_file(place)
    (place.folder / "halle.md").unlink()
    done = limited(place, clean_environment, room, "ingest", str(place.folder))
    assert done.code == 2, done.out + done.err
    sentence = done.err.strip().splitlines()[-1]
    assert "Platz" in sentence
    assert sentence.endswith("noch einmal versuchen.")
    assert "Traceback" not in done.err
    before = place.answers()
    assert before[0]["short_answer"] == "4. Juni 2015"
    place.ingest()
    assert problems(place) == []
    assert_whole(place.data, {"bruecke", "freibad", "umlage", "gross"})


@pytest.mark.parametrize("room", [50, 500, 2000])
def test_on_a_full_disk_nothing_is_half_saved_half_restored_or_half_mended(
    place: Place, clean_environment: dict[str, str], tmp_path: Path, room: int
) -> None:
    saved = write_backup(place.settings, tmp_path / "s.zip").path
    before = content(place.data)
    for words in (("backup", str(tmp_path / "t.zip")), ("restore", str(saved), "--force")):
        done = limited(place, clean_environment, room, *words)
        assert done.code == 2, done.out + done.err
        assert "Platz" in done.err, done.err
        assert done.err.strip().endswith("noch einmal versuchen.")
        assert content(place.data) == before
    assert [path.name for path in tmp_path.iterdir() if "zip" in path.name] == ["s.zip"]
    shutil.rmtree(index_directory(place.data))
    done = limited(place, clean_environment, room, "doctor", "--repair")
    assert done.code == 2
    assert "Platz" in done.err
    list(repair_data(place.settings))
    assert problems(place) == []
    assert place.answers()[0]["short_answer"] == "4. Juni 2015"


def test_a_directory_without_a_store_is_not_filled_by_looking_or_mending(tmp_path: Path, run: Run) -> None:
    for data in (tmp_path / "fehlt", tmp_path):
        for words in (("doctor",), ("doctor", "--repair")):
            done = run(*words, data=data)
            assert done.code in (1, 2)
            assert "aktenkundig ingest" in done.out + done.err
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


def test_while_somebody_writes_nothing_is_mended(place: Place, run: Run) -> None:
    with FileLock(place.data / LOCK_FILE):
        done = run("doctor", "--repair", data=place.data)
    assert done.code == 2
    assert "bitte warten" in done.err


def test_a_store_without_the_later_tables_can_be_examined(place: Place) -> None:
    with closing(sqlite3.connect(place.data / "aktenkundig.sqlite")) as old:
        old.executescript("DROP TABLE passage_vectors; DROP TABLE removed_words;")
    assert any("--repair" in sentence for sentence in problems(place))
    list(repair_data(place.settings))
    assert problems(place) == []
    with closing(Store(place.data)) as store:
        assert store.vectors.missing() == []


def test_marks_that_the_index_lost_of_who_may_see_what_are_set_again(place: Place) -> None:
    with closing(Store(place.data)) as store:
        _, keys = store.set_access_rule("halle", Access("non_public", ("Bauausschuss",)))
    assert VectorIndex(place.data).access_marks()[min(keys)]["visibility"] == "public"
    assert any("wer was sehen darf" in sentence for sentence in repair_data(place.settings))
    assert {VectorIndex(place.data).access_marks()[key]["visibility"] for key in keys} == {"non_public"}
    assert list(repair_data(place.settings)) == []
