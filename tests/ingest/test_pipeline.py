"""Reading into a data directory: what stands in both indexes afterwards, also when a run is killed on the way."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.analysis import analyse
from corpus.data_directory import LOCK_FILE
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.errors import StoreError, UnreadableFileError
from corpus.records import EVERYTHING
from corpus.settings import Settings
from corpus.store import Scope, Store
from corpus.vectors import VectorIndex
from ingest.pipeline import Ingestor
from ingest.report import Progress, Report, ReportLine
from tests.conftest import VORLAGE, Run

pytestmark = pytest.mark.slow

BRIDGE = "Die Brücke über die Sieg wird am 4. Juni 2015 gesperrt."
GYM = "Der Rat beschließt den Neubau der Turnhalle für 2,4 Mio. €."


@pytest.fixture(scope="module")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


class Heard(Progress):
    """Keeps what a run told."""

    def __init__(self) -> None:
        self.lines: list[ReportLine] = []
        self.shares: dict[Path, list[float]] = {}
        self.pages = 0

    def advanced(self, path: Path, share: float, pages: int) -> None:
        self.shares.setdefault(path, []).append(share)
        self.pages += pages

    def finished(self, line: ReportLine) -> None:
        self.lines.append(line)


@dataclass
class Place:
    """A data directory and the one who reads into it."""

    settings: Settings
    embedding: SentenceEmbedding
    heard: Heard = field(default_factory=Heard)

    @property
    def data(self) -> Path:
        return self.settings.data

    def ingest(self, *paths: Path) -> Report:
        return Ingestor(self.settings, self.embedding, progress=self.heard).ingest(paths)

    def outcomes(self, *paths: Path) -> dict[str, str]:
        return {line.document: line.outcome for line in self.ingest(*paths).lines}

    @contextmanager
    def store(self) -> Iterator[Store]:
        with closing(Store(self.data)) as store:
            yield store

    def found_by_terms(self, words: str, scope: Scope = EVERYTHING) -> set[str]:
        with self.store() as store:
            keys = [key for key, _ in store.search_terms(analyse(words), 20, scope)]
            return {passage.document for passage in store.passages(keys, scope).values()}

    def found_by_vector(self, words: str, scope: Scope = EVERYTHING) -> set[str]:
        found = VectorIndex(self.data).search(self.embedding.get_query_embedding(words), 20, scope)
        with self.store() as store:
            return {passage.document for passage in store.passages([key for key, _ in found], scope).values()}

    def assert_clean(self, *documents: str) -> None:
        """What ``aktenkundig doctor`` compares, and that exactly these documents are there."""
        with self.store() as store:
            assert {info.document for info in store.documents()} == set(documents)
            assert store.passage_keys("indexing") == set()
            assert VectorIndex(self.data).keys() == store.passage_keys()
            assert store.integrity() == "ok"
            for document in documents:
                assert any(key.startswith(f"{document}:") for key in store.passage_keys())


@pytest.fixture
def place(tmp_path: Path, models_directory: Path, embedding: SentenceEmbedding) -> Place:
    return Place(Settings(data=tmp_path / "daten", models=models_directory), embedding)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return written(tmp_path / "notiz.txt", BRIDGE)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def akte(folder: Path, *entries: tuple[str, str]) -> Path:
    """A folder with a register of text documents; each entry is an id and further lines of TOML."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ['[akte]\nid = "bau"\ntitle = "Bauen"\n']
    for document, more in entries:
        if 'file = "' in more:
            written(folder / f"{document}.txt", f"{GYM} Das steht in {document}.")
        lines.append(
            f'[[documents]]\nid = "{document}"\ntitle = "Titel {document}"\nkind = "Vorlage"\n'
            + ('origin = "original"\n' if "origin" not in more else "")
            + more
        )
    (folder / "akte.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_read_document_is_found_by_words_and_by_vector(place: Place, note: Path) -> None:
    [line] = place.ingest(note).lines
    assert (line.document, line.outcome, line.pages, line.passages) == ("notiz", "read", 1, 1)
    assert place.heard.lines == [line]
    assert place.found_by_terms("Brücke") == place.found_by_vector("Wann ist die Brücke zu?") == {"notiz"}
    place.assert_clean("notiz")


@pytest.mark.parametrize("way", ["named", "in a folder"])
def test_an_unchanged_document_is_reported_with_its_pages_and_not_written_again(
    place: Place, tmp_path: Path, way: str
) -> None:
    folder = tmp_path / "eingang"
    folder.mkdir()
    shutil.copyfile(VORLAGE, folder / "vorlage.pdf")
    path = folder / "vorlage.pdf" if way == "named" else folder
    [first] = place.ingest(path).lines
    with place.store() as store:
        before = store.state()
    [second] = place.ingest(path).lines
    assert (second.document, second.outcome, second.pages) == (first.document, "unchanged", 3)
    with place.store() as store:
        assert store.state() == before


def test_a_replaced_document_leaves_no_passage_of_its_old_version(place: Place, note: Path) -> None:
    place.ingest(note)
    with place.store() as store:
        old = store.passage_keys()
    written(note, GYM)
    assert place.outcomes(note) == {"notiz": "replaced"}
    assert place.found_by_terms("Brücke") == set()
    assert place.found_by_terms("Turnhalle") == {"notiz"}
    with place.store() as store:
        assert not old & store.passage_keys()
    place.assert_clean("notiz")


def test_another_file_of_the_same_name_gets_a_number(place: Place, note: Path) -> None:
    other = written(note.parent / "zweite" / "notiz.txt", GYM)
    assert place.outcomes(note, other) == {"notiz": "read", "notiz-2": "read"}
    assert place.outcomes(note.parent / "zweite") == {"notiz-2": "unchanged"}
    place.assert_clean("notiz", "notiz-2")


@pytest.mark.parametrize("at_once", [True, False], ids=["in one run", "in two runs"])
def test_the_same_content_in_two_places_is_stored_once_with_both(place: Place, note: Path, at_once: bool) -> None:
    copy = written(note.parent / "zweite" / "kopie.txt", BRIDGE)
    lines = place.ingest(note, copy).lines if at_once else [*place.ingest(note).lines, *place.ingest(copy).lines]
    assert [(line.document, line.outcome) for line in lines] == [("notiz", "read"), ("notiz", "duplicate")]
    assert "notiz.txt" in lines[1].reason
    with place.store() as store:
        assert store.files.places("notiz") == sorted([str(note), str(copy)])
    assert place.outcomes(copy) == {"notiz": "unchanged"}
    place.assert_clean("notiz")


def test_a_renamed_file_keeps_its_document_and_is_not_embedded_again(place: Place, tmp_path: Path) -> None:
    old = written(tmp_path / "eingang" / "notiz.txt", BRIDGE)
    place.ingest(old.parent)
    with place.store() as store:
        before = store.state()
    old.rename(old.with_name("vermerk.txt"))
    assert place.outcomes(old.parent) == {"notiz": "duplicate"}
    with place.store() as store:
        assert store.state() == before
        assert store.document("notiz").file == str(old.with_name("vermerk.txt"))


def test_what_lies_in_a_folder_no_more_is_purged_with_its_words_vectors_and_original(
    place: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "eingang"
    note, other = written(folder / "notiz.txt", BRIDGE), written(folder / "tief" / "anderes.txt", GYM)
    outside = written(tmp_path / "anderswo" / "drittes.txt", "Die Sitzung endet um 18 Uhr.")
    place.ingest(folder, outside)
    other.unlink()
    assert place.outcomes(folder) == {"notiz": "unchanged", "anderes": "removed"}
    place.assert_clean("notiz", "drittes")
    assert place.found_by_terms("Turnhalle") == set()
    assert len(list((place.data / "originale").iterdir())) == 2
    assert note.is_file()


def test_a_copy_stays_when_the_first_place_is_gone(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "eingang"
    note, copy = written(folder / "notiz.txt", BRIDGE), written(folder / "weiteres.txt", BRIDGE)
    place.ingest(folder)
    note.unlink()
    assert set(place.outcomes(folder).values()) <= {"unchanged", "duplicate"}
    with place.store() as store:
        assert (store.document("notiz").file, store.files.places("notiz")) == (str(copy), [str(copy)])
    place.assert_clean("notiz")


def test_a_registered_document_takes_in_the_same_file_that_was_read_before(place: Place, tmp_path: Path) -> None:
    loose = written(tmp_path / "lose.txt", f"{GYM} Das steht in turnhalle.")
    place.ingest(loose)
    folder = akte(tmp_path / "bau", ("turnhalle", 'file = "turnhalle.txt"\n'))
    place.ingest(folder)
    with place.store() as store:
        assert [info.document for info in store.documents()] == ["turnhalle"]
        assert str(loose) in store.files.places("turnhalle")
    assert place.outcomes(loose) == {"turnhalle": "unchanged"}
    place.assert_clean("turnhalle")


def test_a_real_file_in_the_slot_of_an_example_replaces_it(place: Place, tmp_path: Path) -> None:
    entry = 'file = "bericht.txt"\nslot = "echt"\norigin = "example"\n'
    folder = akte(tmp_path / "bau", ("bericht", entry))
    place.ingest(folder)
    written(folder / "echt.txt", BRIDGE)
    assert place.outcomes(folder) == {"bericht": "replaced"}
    with place.store() as store:
        info = store.document("bericht")
        assert (info.origin, store.files.places("bericht")) == ("original", [str(folder / "echt.txt")])
    assert place.found_by_terms("Turnhalle") == set()
    (folder / "echt.txt").unlink()
    assert place.outcomes(folder) == {"bericht": "replaced"}
    with place.store() as store:
        assert store.document("bericht").origin == "example"


def test_files_that_cannot_be_read_are_reported_and_the_others_are_read(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "eingang"
    written(folder / "notiz.txt", BRIDGE)
    written(folder / "tabelle.xyz", "1;2;3")
    (folder / "leer.txt").touch()
    (folder / "verweis.txt").symlink_to(folder / "gibt-es-nicht.txt")
    report = place.ingest(folder)
    assert {line.document: line.outcome for line in report.lines} == {
        "notiz": "read",
        "tabelle.xyz": "failed",
        "leer.txt": "failed",
        "verweis.txt": "failed",
    }
    assert not report.complete
    assert "kein lesbares Format" in next(line.reason for line in report.failed if line.document == "tabelle.xyz")
    place.assert_clean("notiz")


def test_progress_counts_pages_and_ends_at_the_whole_of_each_file(place: Place) -> None:
    place.ingest(VORLAGE)
    assert place.heard.pages == 3
    shares = place.heard.shares[VORLAGE]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_a_document_without_a_declared_visibility_is_non_public_and_the_report_says_so(
    place: Place, note: Path, tmp_path: Path
) -> None:
    [line] = place.ingest(note).lines
    assert line.visibility_assumed
    assert place.found_by_terms("Brücke", Scope(public_only=True)) == set()
    assert place.found_by_vector("Brücke", Scope(public_only=True)) == set()
    folder = akte(tmp_path / "bau", ("offen", 'file = "offen.txt"\nvisibility = "public"\n'))
    [declared] = place.ingest(folder).lines
    assert not declared.visibility_assumed
    assert place.found_by_terms("Turnhalle", Scope(public_only=True)) == {"offen"}
    assert place.found_by_vector("Turnhalle", Scope(public_only=True)) == {"offen"}
    [unchanged] = place.ingest(note).lines
    assert not unchanged.visibility_assumed


def test_the_hint_about_the_default_is_printed_only_where_it_applied(run: Run, note: Path, tmp_path: Path) -> None:
    data = tmp_path / "daten"
    folder = akte(tmp_path / "bau", ("offen", 'file = "offen.txt"\nvisibility = "public"\n'))
    assert "Hinweis" not in run("ingest", str(folder), data=data).out
    assert "Hinweis" in run("ingest", str(folder), str(note), data=data).out
    assert "Hinweis" not in run("ingest", str(folder), str(note), data=data).out


def test_an_example_is_left_out_of_searches_that_leave_out_examples(place: Place, tmp_path: Path) -> None:
    place.ingest(
        akte(
            tmp_path / "bau",
            ("echt", 'file = "echt.txt"\nvisibility = "public"\n'),
            ("erfunden", 'file = "erfunden.txt"\norigin = "example"\nvisibility = "public"\n'),
        )
    )
    originals = Scope(examples=False)
    assert place.found_by_terms("Turnhalle", originals) == place.found_by_vector("Turnhalle", originals) == {"echt"}
    assert place.found_by_terms("Turnhalle") == place.found_by_vector("Turnhalle") == {"echt", "erfunden"}


def test_a_document_that_the_register_no_longer_has_is_removed(place: Place, note: Path, tmp_path: Path) -> None:
    kept, gone = ('file = "bleibt.txt"\n', 'file = "geht.txt"\n')
    folder = akte(tmp_path / "bau", ("bleibt", kept), ("geht", gone), ("anhang", 'note = "fehlt"\n'))
    place.ingest(folder, note)
    with place.store() as store:
        assert [entry.document for entry in store.missing(Scope())] == ["anhang"]
    akte(folder, ("bleibt", kept))
    assert place.outcomes(folder) == {"bleibt": "unchanged", "geht": "removed"}
    with place.store() as store:
        assert store.missing(Scope()) == []
    assert place.found_by_terms("Turnhalle") == place.found_by_vector("Turnhalle") - {"notiz"} == {"bleibt"}
    place.assert_clean("bleibt", "notiz")


def test_what_a_register_announced_is_forgotten_when_the_register_is_gone(place: Place, tmp_path: Path) -> None:
    folder = akte(tmp_path / "bau", ("geht", 'file = "geht.txt"\n'), ("anhang", 'note = "fehlt"\n'))
    place.ingest(folder)
    for path in folder.iterdir():
        path.unlink()
    Ingestor(place.settings, place.embedding).ingest([folder], may_be_empty=True)
    with place.store() as store:
        assert store._database.query("SELECT title FROM missing") == []
    place.assert_clean()


def test_two_akten_of_the_same_title_do_not_take_each_others_documents_away(place: Place, tmp_path: Path) -> None:
    here = akte(tmp_path / "hier", ("eins", 'file = "eins.txt"\n'))
    there = akte(tmp_path / "dort", ("zwei", 'file = "zwei.txt"\n'))
    assert place.outcomes(here) == {"eins": "read"}
    assert place.outcomes(there) == {"zwei": "read"}
    place.assert_clean("eins", "zwei")


def test_a_patient_writer_waits_for_another_one_to_be_done(place: Place, note: Path) -> None:
    place.ingest(note)
    lock = FileLock(place.data / LOCK_FILE, thread_local=False)
    lock.acquire()
    threading.Timer(0.5, lock.release).start()
    report = Ingestor(place.settings, place.embedding, patience=60).ingest([note])
    assert [line.outcome for line in report.lines] == ["unchanged"]


def test_a_second_writer_gets_one_german_sentence_and_changes_nothing(place: Place, note: Path) -> None:
    place.ingest(note)
    written(note, GYM)
    with (
        FileLock(place.data / LOCK_FILE, timeout=0),
        pytest.raises(StoreError, match=r"^Gerade liest schon ein anderer Vorgang ein; [^\n]*\.$"),
    ):
        place.ingest(note)
    assert place.found_by_terms("Brücke") == {"notiz"}
    assert place.outcomes(note) == {"notiz": "replaced"}


def test_of_two_processes_that_start_at_once_in_an_empty_place_one_reads_and_one_says_why_not(
    place: Place, note: Path, clean_environment: dict[str, str]
) -> None:
    waiting = "import time, ingest.pipeline as p; p.recover = lambda *_: time.sleep(5)\n"
    first = child(place, [note], waiting, clean_environment)
    while not (place.data / "aktenkundig.sqlite").is_file():
        assert first.poll() is None
    with pytest.raises(StoreError, match="Gerade liest schon ein anderer Vorgang ein"):
        place.ingest(note)
    assert first.wait(timeout=120) == 0
    place.assert_clean("notiz")


CHILD = """
import sys
from pathlib import Path
import ingest.pipeline
from corpus.embedding import open_embedding
from corpus.records import EVERYTHING
from corpus.settings import Settings
from corpus.store import Store
{hook}
settings = Settings(data=Path(sys.argv[1]), models=Path(sys.argv[2]))
ingest.pipeline.Ingestor(settings, open_embedding(settings)).ingest([Path(path) for path in sys.argv[3:]])
"""

DIES_BEFORE_FINISH = """
import os, signal
class DiesBeforeFinish(Store):
    def finish(self, key, file=None):
        os.kill(os.getpid(), signal.SIGKILL)
ingest.pipeline.Store = DiesBeforeFinish
"""

DIES_AFTER_FINISH = """
import os, signal
class DiesAfterFinish(Store):
    def finish(self, key, file=None):
        super().finish(key, file)
        os.kill(os.getpid(), signal.SIGKILL)
ingest.pipeline.Store = DiesAfterFinish
"""

DIES_BEFORE_VECTORS = """
import os, signal
from corpus.vectors import VectorIndex
class DiesBeforeVectors(VectorIndex):
    def add(self, nodes):
        os.kill(os.getpid(), signal.SIGKILL)
ingest.pipeline.VectorIndex = DiesBeforeVectors
"""


def child(place: Place, paths: Sequence[Path], hook: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A real process that reads these files with ``hook`` run first."""
    words = [str(place.data), str(place.settings.models), *map(str, paths)]
    return subprocess.Popen([sys.executable, "-c", CHILD.format(hook=hook), *words], env=environment)


def kill_while_ingesting(place: Place, path: Path, hook: str, environment: dict[str, str]) -> None:
    assert child(place, [path], hook, environment).wait(timeout=120) == -signal.SIGKILL


def test_a_run_killed_between_both_indexes_is_undone_and_done_again(
    place: Place, note: Path, clean_environment: dict[str, str]
) -> None:
    kill_while_ingesting(place, note, DIES_BEFORE_FINISH, clean_environment)
    with place.store() as store:
        left = store.passage_keys("indexing")
        assert left
        assert store.documents() == []
    assert VectorIndex(place.data).keys() == left
    assert place.found_by_terms("Brücke") == place.found_by_vector("Brücke") == set()
    assert place.outcomes(note) == {"notiz": "read"}
    assert place.found_by_terms("Brücke") == place.found_by_vector("Brücke") == {"notiz"}
    place.assert_clean("notiz")


@pytest.mark.parametrize("hook", [DIES_BEFORE_VECTORS, DIES_BEFORE_FINISH], ids=["before vectors", "before finish"])
def test_a_killed_replacement_leaves_the_old_version_until_the_next_run(
    place: Place, note: Path, clean_environment: dict[str, str], hook: str
) -> None:
    place.ingest(note)
    written(note, GYM)
    kill_while_ingesting(place, note, hook, clean_environment)
    assert place.found_by_terms("Brücke") == {"notiz"}
    assert place.found_by_terms("Turnhalle") == set()
    other = written(note.parent / "anderes.txt", "Die Sitzung endet um 18 Uhr.")
    assert place.outcomes(other) == {"anderes": "read"}  # cleans up although it does not read the killed document
    place.assert_clean("notiz", "anderes")
    assert place.outcomes(note) == {"notiz": "replaced"}
    place.assert_clean("notiz", "anderes")


def test_vectors_left_by_a_run_that_was_killed_after_replacing_are_removed(
    place: Place, note: Path, clean_environment: dict[str, str]
) -> None:
    place.ingest(note)
    written(note, GYM)
    kill_while_ingesting(place, note, DIES_AFTER_FINISH, clean_environment)
    with place.store() as store:
        assert VectorIndex(place.data).keys() > store.passage_keys()
    assert place.found_by_vector("Brücke") == {"notiz"}  # what only Chroma has is not shown
    assert place.outcomes(note) == {"notiz": "unchanged"}
    place.assert_clean("notiz")


def test_the_doctor_sees_an_interrupted_run_and_is_content_after_the_next_one(
    run: Run, place: Place, note: Path, clean_environment: dict[str, str]
) -> None:
    kill_while_ingesting(place, note, DIES_BEFORE_FINISH, clean_environment)
    seen = run("doctor", data=place.data)
    assert seen.code == 1
    assert "unterbrochen" in seen.out
    assert run("ingest", str(note), data=place.data).code == 0
    done = run("doctor", data=place.data)
    assert (done.code, "FEHLER" in done.out) == (0, False)


def test_a_named_file_that_cannot_be_read_ends_the_run_before_the_data_directory_is_made(
    place: Place, note: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFileError, match="leer"):
        place.ingest(note, written(tmp_path / "leer.txt", " \n"))
    assert not place.data.exists()


def test_a_file_that_becomes_unreadable_keeps_its_last_version(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "eingang"
    folder.mkdir()
    shutil.copyfile(VORLAGE, folder / "vorlage.pdf")
    place.ingest(folder)
    (folder / "vorlage.pdf").write_bytes(VORLAGE.read_bytes()[:10_000])
    report = place.ingest(folder)
    assert [line.outcome for line in report.failed] == ["failed"]
    assert "unvollständig" in report.failed[0].reason
    place.assert_clean("vorlage")


def test_a_lost_vector_index_is_made_anew_without_reading_files(place: Place, note: Path) -> None:
    place.ingest(note)
    with place.store() as store:
        before = VectorIndex(place.data).vectors(sorted(store.passage_keys()))
    shutil.rmtree(place.data / "chroma")
    note.unlink()
    other = written(note.with_name("anderes.txt"), GYM)
    place.ingest(other)
    with place.store() as store:
        after = VectorIndex(place.data).vectors(sorted(store.passage_keys()))
    assert before.keys() < after.keys()
    assert all(float(before[key] @ after[key]) > 0.999 for key in before)


def test_a_lost_original_is_kept_again_and_one_of_an_old_version_is_deleted(place: Place, note: Path) -> None:
    place.ingest(note)
    (first,) = (place.data / "originale").iterdir()
    first.unlink()
    assert place.outcomes(note) == {"notiz": "unchanged"}
    assert first.is_file()
    written(note, GYM)
    place.ingest(note)
    (second,) = (place.data / "originale").iterdir()
    assert second.read_text("utf-8") == GYM
