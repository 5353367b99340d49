"""A backup holds one state whatever goes on, comes back elsewhere with the same answers, or is refused untouched."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from assistant.accounts.store import AccountStore
from assistant.audit import AuditLog
from corpus.data_directory import ACCOUNTS_FILE, AUDIT_FILE, LOCK_FILE
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.errors import AktenkundigError, StoreError
from corpus.settings import Settings
from corpus.store import Store
from ingest.backup import finish_restoring, restore_backup, write_backup
from ingest.pipeline import Ingestor
from tests.conftest import Run, command, serving
from tests.places import QUESTIONS, Place, assert_whole, content

pytestmark = pytest.mark.slow

DOCUMENTS = {"bruecke", "halle", "freibad"}


@pytest.fixture(scope="module")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, models_directory: Path, embedding: SentenceEmbedding) -> Place:
    """A place that tests only read."""
    return Place.make(tmp_path_factory.mktemp("bestand"), models_directory, embedding)


@pytest.fixture(scope="module")
def saved(shared: Place) -> Path:
    """A backup of it that tests only read."""
    return write_backup(shared.settings, shared.root / "sicherung.zip").path


@pytest.fixture
def place(shared: Place, tmp_path: Path) -> Place:
    """A copy of it that a test may change."""
    return shared.copy(tmp_path)


def test_a_backup_comes_back_elsewhere_with_the_same_answers_and_citations(
    shared: Place, saved: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "anderswo"
    manifest = restore_backup(shared.settings_at(elsewhere), saved)
    assert manifest.documents == 3
    assert_whole(elsewhere, DOCUMENTS)
    assert shared.answers(elsewhere) == shared.answers()
    assert content(elsewhere / "originale") == content(shared.data / "originale")


def test_accounts_and_the_audit_log_come_back_and_where_a_backup_has_none_those_that_are_there_stay(
    place: Place, saved: Path, tmp_path: Path
) -> None:
    AccountStore(place.data, idle_minutes=60, hours=12).add("meier", None, ["council_member"], ["Bauausschuss"])
    AuditLog(place.data, days=90).note("meier", "page", ["halle"])
    with_accounts = write_backup(place.settings, tmp_path / "mit-zugaengen.zip").path
    elsewhere = tmp_path / "anderswo"
    restore_backup(place.settings_at(elsewhere), with_accounts)
    for name in (ACCOUNTS_FILE, AUDIT_FILE):
        assert stat.S_IMODE((elsewhere / name).stat().st_mode) == 0o600
    account = AccountStore(elsewhere, idle_minutes=60, hours=12).active("meier")
    assert account is not None
    assert account.gremien == ("Bauausschuss",)
    assert [(entry.account, entry.document) for entry in AuditLog(elsewhere, days=90).entries()] == [("meier", "halle")]

    restore_backup(place.settings_at(elsewhere), saved, force=True)
    assert AccountStore(elsewhere, idle_minutes=60, hours=12).active("meier") is not None


def test_a_backup_is_readable_by_its_owner_only_and_says_what_is_in_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert (manifest["format"], manifest["documents"]) == ("aktenkundig-backup", 3)
        assert set(manifest["files"]) == set(archive.namelist()) - {"manifest.json"}
    assert [path.name for path in saved.parent.iterdir() if path.name.startswith(".sicherung")] == []


def test_backups_taken_while_a_server_answers_and_files_are_read_are_each_one_whole_state(
    place: Place, run: Run, clean_environment: dict[str, str]
) -> None:
    """New documents come, one is replaced and one goes, in another process, while backup follows backup."""
    before = place.answers()
    (place.folder / "freibad.txt").unlink()
    text = (place.folder / "halle.md").read_text(encoding="utf-8").replace("2,4", "3,1")
    (place.folder / "halle.md").write_text(text, encoding="utf-8")
    for number in range(12):
        paragraphs = "\n\n".join(f"Im Jahr {1900 + number + n} wurde Straße {number} gebaut." for n in range(40))
        (place.folder / f"neu-{number}.txt").write_text(paragraphs, encoding="utf-8")
    environment = {**clean_environment, "AKTENKUNDIG_DATA": str(place.data), "AKTENKUNDIG_DEFAULT_VISIBILITY": "public"}
    saved: list[Path] = []
    with serving(place.data, environment, place.root) as address:
        reading = subprocess.Popen(
            command(["ingest", str(place.folder)]), env=environment, cwd=place.root, stdout=subprocess.DEVNULL
        )
        try:
            while reading.poll() is None:
                done = run("backup", str(place.root / f"sicherung-{len(saved)}.zip"), data=place.data)
                assert done.code == 0, done.err
                saved.append(place.root / f"sicherung-{len(saved)}.zip")
                answer = httpx.post(f"{address}/api/v1/ask", json={"question": QUESTIONS[0]}, timeout=60).json()
                assert answer["short_answer"] == "4. Juni 2015"
        finally:
            reading.kill()
            reading.wait()
    assert reading.returncode == 0
    after = place.answers()
    assert after != before
    sizes = set()
    for backup in (saved[0], saved[len(saved) // 2], saved[-1]):
        elsewhere = place.root / backup.stem
        done = run("restore", str(backup), data=elsewhere)
        assert done.code == 0, done.err
        with closing(Store(elsewhere)) as store:
            documents = {info.document for info in store.documents()}
        sizes.add(len(documents))
        assert_whole(elsewhere, documents)
        assert {"bruecke", "halle"} <= documents
        states = {answers[1]["short_answer"] for answers in (before, after)}
        answers = place.answers(elsewhere)
        assert answers[0]["short_answer"] == "4. Juni 2015"
        assert answers[1]["short_answer"] in states
    assert len(sizes) > 1, "all backups hold the same state: none was taken during the run"


def test_a_running_server_answers_from_the_restored_state(
    place: Place, saved: Path, run: Run, clean_environment: dict[str, str]
) -> None:
    (place.folder / "bruecke.txt").write_text("Die Brücke über die Sieg wird am 9. Juli 2016 gesperrt.", "utf-8")
    place.ingest()
    with serving(place.data, clean_environment, place.root) as address:

        def asked() -> str:
            response = httpx.post(f"{address}/api/v1/ask", json={"question": QUESTIONS[0]}, timeout=60)
            return str(response.json()["short_answer"])

        assert asked() == "9. Juli 2016"
        assert run("restore", str(saved), data=place.data).code == 2
        assert asked() == "9. Juli 2016"
        done = run("restore", str(saved), "--force", data=place.data)
        assert (done.code, done.err) == (0, "")
        assert asked() == "4. Juni 2015"
    assert_whole(place.data, DOCUMENTS)


def test_uploaded_files_are_known_by_their_new_places(place: Place, tmp_path: Path) -> None:
    uploads = place.data / "hochgeladen" / "oeffentlich"
    uploads.mkdir(parents=True)
    (uploads / "plan.txt").write_text("Der Plan liegt bis zum 3. März 2016 aus.", encoding="utf-8")
    (uploads / ".alt-weg.txt").write_text("wird gerade ersetzt", encoding="utf-8")
    Ingestor(place.settings, place.embedding).ingest([uploads])
    backup = write_backup(place.settings, tmp_path / "s.zip").path
    elsewhere = tmp_path / "anderswo"
    restore_backup(place.settings_at(elsewhere), backup)
    with closing(Store(elsewhere)) as store:
        moved = str(elsewhere / "hochgeladen" / "oeffentlich" / "plan.txt")
        assert (store.document("plan").file, store.files.places("plan")) == (moved, [moved])
        assert store.document("bruecke").file == str(place.folder / "bruecke.txt")
    assert Path(moved).read_text(encoding="utf-8").startswith("Der Plan")
    assert list((elsewhere / "hochgeladen").rglob(".*")) == []
    # Whoever reads the folder of uploads next finds it unchanged.
    report = Ingestor(place.settings_at(elsewhere), place.embedding).ingest([Path(moved).parent])
    assert [line.outcome for line in report.lines] == ["unchanged"]


def test_vectors_come_back_without_the_model_and_are_made_anew_where_an_old_store_has_none(
    place: Place, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(place.data / "aktenkundig.sqlite")) as old:
        old.executescript("DROP TABLE passage_vectors; DROP TABLE removed_words;")
    backup = write_backup(place.settings, tmp_path / "s.zip").path
    restore_backup(place.settings_at(tmp_path / "anderswo"), backup)
    assert_whole(tmp_path / "anderswo", DOCUMENTS)
    again = write_backup(place.settings_at(tmp_path / "anderswo"), tmp_path / "t.zip").path
    nowhere = Settings(data=tmp_path / "ohne", models=tmp_path / "kein-modell", embedding_model="gibt-es-nicht")
    restore_backup(nowhere, again)
    assert_whole(tmp_path / "ohne", DOCUMENTS)


def test_what_is_there_is_replaced_only_by_force_and_converted_models_stay(place: Place, saved: Path) -> None:
    (place.data / "modelle").mkdir()
    (place.data / "modelle" / "modell.bin").write_bytes(b"teuer")
    (place.data / "rueckmeldungen.jsonl").write_text("{}\n")
    (place.folder / "halle.md").unlink()
    place.ingest()
    before = content(place.data)
    with pytest.raises(StoreError, match="--force"):
        restore_backup(place.settings, saved)
    assert content(place.data) == before
    restore_backup(place.settings, saved, force=True)
    assert_whole(place.data, DOCUMENTS)
    assert (place.data / "modelle" / "modell.bin").read_bytes() == b"teuer"
    assert (place.data / "rueckmeldungen.jsonl").read_bytes() == b""


def test_while_somebody_writes_nothing_is_restored(place: Place, saved: Path) -> None:
    before = content(place.data)
    with FileLock(place.data / LOCK_FILE), pytest.raises(StoreError, match="liest schon ein anderer Vorgang ein"):
        restore_backup(place.settings, saved, force=True)
    assert content(place.data) == before


@pytest.mark.parametrize("step", range(8))
def test_a_restoring_that_is_interrupted_while_files_move_is_finished_later(
    place: Place, saved: Path, monkeypatch: pytest.MonkeyPatch, step: int, run: Run
) -> None:
    (place.folder / "halle.md").unlink()
    place.ingest()
    steps = iter(range(100))
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if ".wiederherstellung-fertig" in path.parts and next(steps) == step:
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        try:
            restore_backup(place.settings, saved, force=True)
        except KeyboardInterrupt:
            with pytest.raises(StoreError, match="doctor --repair"):
                Store(place.data)
    if step == 0:
        assert run("doctor", "--repair", data=place.data).code == 0
    elif (place.data / ".wiederherstellung-fertig").exists():
        finish_restoring(place.data)
    else:
        assert step > 5, "there are fewer steps than this test believes"
    assert_whole(place.data, DOCUMENTS)
    assert not list(place.data.glob(".wieder*"))


def rewritten(saved: Path, target: Path, change: dict[str, bytes | None], manifest: dict[str, object]) -> Path:
    """The backup with some files changed, added or left out, and with other values in its manifest."""
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(target, "w") as archive:
        names = [name for name in source.namelist() if name not in (*change, "manifest.json")]
        for name in names:
            archive.writestr(name, source.read(name))
        for name, value in change.items():
            if value is not None:
                archive.writestr(name, value)
        described = json.loads(source.read("manifest.json"))
        described.update(manifest)
        archive.writestr("manifest.json", json.dumps(described))
    return target


def foreign_files(saved: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Files that are no sound backup, each with what is said of it."""
    whole = saved.read_bytes()
    for name, data, said in (
        ("leer.zip", b"", "beschädigt"),
        ("text.zip", b"Das ist keine Sicherung. " * 100, "beschädigt"),
        ("halb.zip", whole[: len(whole) // 2], "beschädigt"),
        ("fast.zip", whole[:-1], "beschädigt"),
    ):
        (folder / name).write_bytes(data)
        yield said, folder / name
    yield "fehlt", folder / "gibt-es-nicht.zip"
    yield "fehlt", folder
    with zipfile.ZipFile(folder / "fremd.zip", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    yield "keine Sicherung", folder / "fremd.zip"
    with zipfile.ZipFile(saved) as archive:
        files = json.loads(archive.read("manifest.json"))["files"]
    yield "beschädigt", rewritten(saved, folder / "mehr.zip", {"originale/" + "a" * 64: b"x"}, {})
    yield "beschädigt", rewritten(saved, folder / "weniger.zip", {next(n for n in files if "/" in n): None}, {})
    yield "beschädigt", rewritten(saved, folder / "anders.zip", {"aktenkundig.sqlite": b"x"}, {})
    yield "keine Sicherung", rewritten(saved, folder / "neuer.zip", {}, {"version": 2})
    yield "anderen Version", rewritten(saved, folder / "schema.zip", {}, {"schema_version": 99})
    entry = {"size": 1, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    for number, bad in enumerate(
        (
            "../flucht.txt",
            "/tmp/flucht.txt",  # noqa: S108 - must not be written
            "originale/../../flucht.txt",
            "hochgeladen/oeffentlich/../../../flucht.txt",
            "hochgeladen/oeffentlich/.alt-flucht.txt",
            "hochgeladen\\flucht.txt",
            ".wiederherstellung-fertig/flucht.txt",
            "modelle/flucht.txt",
        )
    ):
        yield (
            "keine Sicherung",
            rewritten(saved, folder / f"flucht-{number}.zip", {bad: b"x"}, {"files": {**files, bad: entry}}),
        )


def test_a_file_that_is_no_sound_backup_is_refused_with_one_sentence_and_nothing_changes(
    place: Place, saved: Path, tmp_path: Path
) -> None:
    (tmp_path / "dateien").mkdir()
    before = content(place.data)
    for said, file in foreign_files(saved, tmp_path / "dateien"):
        with pytest.raises(AktenkundigError, match=said) as refused:
            restore_backup(place.settings, file, force=True)
        assert str(refused.value).endswith(".")
        assert "\n" not in str(refused.value)
        assert content(place.data) == before, file
    assert not list(tmp_path.rglob("flucht.txt"))


def test_no_changed_byte_of_a_backup_is_overlooked(shared: Place, saved: Path, tmp_path: Path) -> None:
    """A changed byte is refused, unless it only concerns what the ZIP file says of dates and programs."""
    whole = saved.read_bytes()
    damaged, elsewhere = tmp_path / "kaputt.zip", tmp_path / "anderswo"
    refused = 0
    for place in range(0, len(whole), len(whole) // 60):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            restore_backup(shared.settings_at(elsewhere), damaged)
        except AktenkundigError:
            refused += 1
            assert not content(elsewhere)
        else:
            assert_whole(elsewhere, DOCUMENTS)
            shutil.rmtree(elsewhere)
    assert refused >= 55


def test_a_backup_never_replaces_a_file_and_never_lies_in_what_it_saves(place: Place, tmp_path: Path, run: Run) -> None:
    (tmp_path / "da.zip").write_text("wichtig")
    for target, said in (
        (tmp_path / "da.zip", "gibt es schon"),
        (place.data / "sicherung.zip", "gehört nicht in das Datenverzeichnis"),
        (place.data, "gehört nicht in das Datenverzeichnis"),
        (tmp_path / "fehlt" / "s.zip", "lässt sich nichts schreiben"),
    ):
        done = run("backup", str(target), data=place.data)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
    assert (tmp_path / "da.zip").read_text() == "wichtig"
    (tmp_path / "ordner").mkdir()
    assert run("backup", str(tmp_path / "ordner"), data=place.data).code == 0
    [made] = (tmp_path / "ordner").iterdir()
    assert made.name.startswith("aktenkundig-20")


def test_a_missing_original_is_named_and_the_rest_is_saved(place: Place, run: Run, tmp_path: Path) -> None:
    with closing(Store(place.data)) as store:
        next((place.data / "originale").glob(f"{store.document('halle').sha256}*")).unlink()
    done = run("backup", str(tmp_path / "s.zip"), data=place.data)
    assert done.code == 1
    assert "halle" in done.out
    assert run("restore", str(tmp_path / "s.zip"), data=tmp_path / "anderswo").code == 0
    assert_whole(tmp_path / "anderswo", DOCUMENTS)


def test_a_damaged_store_is_not_saved(place: Place, tmp_path: Path) -> None:
    file = place.data / "aktenkundig.sqlite"
    whole = bytearray(file.read_bytes())
    for page in range(3, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    file.write_bytes(whole)
    with pytest.raises(StoreError, match="beschädigt"):
        write_backup(place.settings, tmp_path / "s.zip")
    assert not list(tmp_path.glob("*s.zip*"))
