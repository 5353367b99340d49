"""Reading in processes of their own: whatever a file does to its process, it gets one sentence, the others are read."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType

import numpy as np
import psutil
import pytest

from corpus.errors import UnreadableFileError
from ingest.layout import OnPage
from ingest.reading import ReadDocument, read_file
from ingest.worker import Limits, ReadingWorkers
from tests.conftest import ROOT, VORLAGE

TIGHT = Limits(stall_seconds=2.0, total_seconds=6.0, memory=600_000_000, result=20_000_000)
PATIENT = replace(TIGHT, stall_seconds=60.0, total_seconds=120.0)
"""For what must end by itself, also on a busy machine."""
BUSY_LOOP = re.compile(r"(x+x+)+y")


def misbehave(path: Path, on_page: OnPage) -> list[ReadDocument]:
    """Do what the file's name says; files with other names are read."""
    action = ACTIONS.get(path.stem)
    if action is not None:
        action(on_page)
    return read_file(path, on_page)


def crash(_on_page: OnPage) -> None:
    ctypes.string_at(0)


def abort(_on_page: OnPage) -> None:
    os.abort()


def leave(_on_page: OnPage) -> None:
    os._exit(0)


def exit_politely(_on_page: OnPage) -> None:
    raise SystemExit(3)


def sleep(_on_page: OnPage) -> None:
    time.sleep(1000)


def hold_the_interpreter(_on_page: OnPage) -> None:
    BUSY_LOOP.match("x" * 100)


def stop_itself(_on_page: OnPage) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def stall_after_a_page(on_page: OnPage) -> None:
    on_page(3, 10)
    time.sleep(1000)


def compose_slowly(on_page: OnPage) -> None:
    on_page(100, 100)
    time.sleep(4)


def crawl(on_page: OnPage) -> None:
    for page in range(1000):
        time.sleep(0.5)
        on_page(page, 1000)


def allocate_in_python(_on_page: OnPage) -> None:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def allocate_in_numpy(_on_page: OnPage) -> None:
    np.ones(1_000_000_000)


def allocate_in_c(_on_page: OnPage) -> None:
    """As a library does that does not ask whether it got what it wanted."""
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    while True:
        ctypes.memset(library.malloc(10_000_000), 1, 10_000_000)


def recurse(_on_page: OnPage) -> None:
    def deeper() -> None:
        deeper()

    deeper()


def make_a_mistake(_on_page: OnPage) -> None:
    raise KeyError("Spalte")


def print_much(_on_page: OnPage) -> None:
    os.write(1, b"Unfug\n" * 100_000)
    os.write(2, b"Unfug\n" * 100_000)


def leave_files(_on_page: OnPage) -> None:
    Path(tempfile.mkdtemp(), "rest.tif").write_bytes(bytes(1000))
    time.sleep(1000)


def start_others(_on_page: OnPage) -> None:
    subprocess.run(["sleep", "987654"], check=True)


ACTIONS: dict[str, Callable[[OnPage], None]] = {
    action.__name__: action
    for action in (
        crash,
        abort,
        leave,
        exit_politely,
        sleep,
        hold_the_interpreter,
        stop_itself,
        stall_after_a_page,
        compose_slowly,
        crawl,
        allocate_in_python,
        allocate_in_numpy,
        allocate_in_c,
        recurse,
        make_a_mistake,
        print_much,
        leave_files,
        start_others,
    )
}


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes have to find this module."""
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder for temporary files in which nothing must be left."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture(autouse=True)
def nobody_left() -> Iterator[None]:
    """No process, no zombie and no thread outlives a test."""
    threads = set(threading.enumerate())
    before = set(psutil.Process().children(recursive=True))  # such as the web chat of other tests
    yield
    assert [child.cmdline() for child in psutil.Process().children(recursive=True) if child not in before] == []
    assert set(threading.enumerate()) <= threads


def own_children() -> list[psutil.Process]:
    """The reading processes among this process's children: other tests may have a web chat running."""
    return [child for child in psutil.Process().children() if "worker_process" in " ".join(child.cmdline())]


def text_file(folder: Path, name: str, text: str = "Der Rat tagt am 3. Mai.") -> Path:
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def outcomes(folder: Path, *names: str, count: int = 1, limits: Limits = PATIENT) -> list[str]:
    """What becomes of files: their text, or the sentence that refuses them."""
    paths = [text_file(folder, name) for name in names]
    with ReadingWorkers(count, limits, misbehave) as workers:
        found = list(workers.read_all(paths))
    assert [path for path, _ in found] == paths
    return [
        str(outcome) if isinstance(outcome, UnreadableFileError) else outcome[0].canonical.text for _, outcome in found
    ]


TEXT = "Der Rat tagt am 3. Mai."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sentence", "limits"),
    [
        ("crash", "„crash.txt“ hat das Leseprogramm zum Absturz gebracht", PATIENT),
        ("abort", "„abort.txt“ hat das Leseprogramm zum Absturz gebracht", PATIENT),
        ("leave", "zum Absturz gebracht", PATIENT),
        ("exit_politely", "zum Absturz gebracht", PATIENT),
        ("sleep", "„sleep.txt“ ließ sich nicht in 2 Sekunden lesen; bitte", TIGHT),
        ("hold_the_interpreter", "ließ sich nicht in 2 Sekunden lesen", TIGHT),
        ("stop_itself", "ließ sich nicht in 2 Sekunden lesen", TIGHT),
        ("stall_after_a_page", "ging es nach Seite 3 von 10 nicht weiter (2 Sekunden lang)", TIGHT),
        ("crawl", "ließ sich nicht in 6 Sekunden lesen (fertig: ", TIGHT),
        ("allocate_in_python", "braucht zum Lesen mehr als 0,6 GB Arbeitsspeicher", PATIENT),
        ("allocate_in_numpy", "braucht zum Lesen mehr als 0,6 GB Arbeitsspeicher", PATIENT),
        ("allocate_in_c", "(beschädigt oder zu groß)", PATIENT),
        ("recurse", "ist zu tief verschachtelt", PATIENT),
        ("start_others", "ließ sich nicht in 2 Sekunden lesen", TIGHT),
        ("leave_files", "ließ sich nicht in 2 Sekunden lesen", TIGHT),
    ],
)
def test_a_file_that_fells_its_process_gets_one_sentence_and_the_others_are_read(
    tmp_path: Path, name: str, sentence: str, limits: Limits
) -> None:
    before, reason, after = outcomes(tmp_path, "davor", name, "danach", limits=limits)
    assert (before, after) == (TEXT, TEXT)
    assert sentence in reason
    assert reason.endswith(".")
    assert "\n" not in reason


@pytest.mark.slow
def test_a_long_document_has_time_to_be_put_together_after_its_last_page(tmp_path: Path) -> None:
    limits = replace(TIGHT, total_seconds=60.0)
    assert outcomes(tmp_path, "compose_slowly", limits=limits) == [TEXT]


def test_an_error_of_ours_is_called_one_and_its_traceback_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ingest.worker"):
        reason, after = outcomes(tmp_path, "make_a_mistake", "danach")
    assert "wegen eines internen Fehlers (KeyError)" in reason
    assert "beschädigt" not in reason
    assert "KeyError: 'Spalte'" in caplog.text
    assert "in make_a_mistake" in caplog.text
    assert after == TEXT


def test_what_libraries_print_does_not_reach_the_user(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert outcomes(tmp_path, "print_much", "danach") == [TEXT, TEXT]
    assert capfd.readouterr() == ("", "")


def test_too_much_text_is_refused_before_it_reaches_the_parent(tmp_path: Path) -> None:
    long = text_file(tmp_path, "lang", "Der Rat beschließt den Haushalt.\n" * 30_000)
    limits = replace(PATIENT, result=10_000_000)
    with (
        ReadingWorkers(1, limits) as workers,
        pytest.raises(UnreadableFileError, match=r"zu viel Text .*mehr als 10 MB"),
    ):
        workers.submit(long).result()


@pytest.mark.slow
def test_files_come_in_the_order_given_however_long_each_takes(tmp_path: Path) -> None:
    names = ["sleep", "a", "b", "crash", "c", "stall_after_a_page", "d", "e"]
    found = outcomes(tmp_path, *names, count=3, limits=TIGHT)
    assert [text == TEXT for text in found] == [name not in ACTIONS for name in names]


def test_no_more_than_one_file_for_each_process_and_one_beyond_is_read_ahead(tmp_path: Path) -> None:
    taken: list[int] = []

    def paths() -> Iterator[Path]:
        for number in range(12):
            taken.append(number)
            yield text_file(tmp_path, f"nr-{number}")

    with ReadingWorkers(2, PATIENT) as workers:
        for handed_out, _ in enumerate(workers.read_all(paths())):
            time.sleep(0.05)
            assert len(taken) <= handed_out + 3
    assert len(taken) == 12


def test_only_a_fresh_process_convicts_a_file(tmp_path: Path) -> None:
    """A process that was already ended when its next file came is replaced, and the file is read."""
    path = text_file(tmp_path, "datei")
    with ReadingWorkers(1, PATIENT) as workers:
        workers.submit(path).result()
        (child,) = own_children()
        child.kill()
        assert workers.submit(path).result()[0].canonical.text == TEXT


def test_one_process_reads_many_files(tmp_path: Path) -> None:
    path = text_file(tmp_path, "datei")
    with ReadingWorkers(1, PATIENT) as workers:
        pids = set()
        for _ in range(5):
            workers.submit(path).result()
            pids |= {child.pid for child in own_children()}
    assert len(pids) == 1


def test_no_process_starts_before_there_is_something_to_read() -> None:
    with ReadingWorkers(2):
        assert own_children() == []


def test_it_works_from_several_threads(tmp_path: Path) -> None:
    found: list[str] = []

    def read(number: int) -> None:
        path = text_file(tmp_path, f"nr-{number}", f"Der Rat tagt am {number}. Mai.")
        found.append(workers.submit(path).result()[0].canonical.text)

    with ReadingWorkers(2, PATIENT) as workers:
        threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [f"Der Rat tagt am {number}. Mai." for number in range(8)]


def test_the_progress_of_each_file_is_heard() -> None:
    heard: list[tuple[Path, int, int]] = []
    with ReadingWorkers(2) as workers:
        (_, documents), _ = workers.read_all([VORLAGE, VORLAGE], lambda *progress: heard.append(progress))
    assert isinstance(documents, list)
    pages = len(documents[0].canonical.pages)
    assert sorted(heard) == sorted([(VORLAGE, page + 1, pages) for page in range(pages)] * 2)


def test_a_listener_that_fails_ends_the_file_and_not_the_workers(tmp_path: Path) -> None:
    def fail(_done: int, _of: int) -> None:
        raise ZeroDivisionError

    with ReadingWorkers(1, PATIENT) as workers:
        with pytest.raises(ZeroDivisionError):
            workers.submit(VORLAGE, fail).result()
        assert workers.submit(text_file(tmp_path, "datei")).result()[0].canonical.text == TEXT


def test_closing_ends_what_is_still_being_read(tmp_path: Path) -> None:
    started = time.monotonic()
    others = set(psutil.Process().children(recursive=True))  # such as the web chat of other tests
    with ReadingWorkers(2, Limits(), misbehave) as workers:
        reading = workers.submit(text_file(tmp_path, "sleep"))
        workers.submit(text_file(tmp_path, "start_others"))
        waiting = workers.submit(text_file(tmp_path, "hold_the_interpreter"))
        wait_for(lambda: len({*psutil.Process().children(recursive=True)} - others) == 3)
    assert time.monotonic() - started < 20
    assert reading.done()
    assert waiting.cancelled()


def test_stopping_half_way_through_leaves_nothing_behind(tmp_path: Path) -> None:
    paths = [text_file(tmp_path, f"nr-{number}") for number in range(6)]
    with ReadingWorkers(2, PATIENT) as workers:
        for path, _ in workers.read_all(paths):
            assert path == paths[0]
            break


def test_a_function_that_no_process_can_import_is_no_fault_of_the_file(tmp_path: Path) -> None:
    path = text_file(tmp_path, "datei")
    missing = FunctionType(misbehave.__code__, globals())
    missing.__qualname__ = "gibt_es_nicht"
    globals()["gibt_es_nicht"] = missing
    try:
        with ReadingWorkers(1, PATIENT, missing) as workers, pytest.raises(RuntimeError, match="does not start"):
            workers.submit(path).result()
    finally:
        del globals()["gibt_es_nicht"]


def test_the_processes_import_no_models_and_no_index() -> None:
    code = (
        "import sys, ingest.worker_process\n"
        "from ingest.reading import read_file\n"
        "from pathlib import Path\n"
        f"read_file(Path({str(VORLAGE)!r}))\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, encoding="utf-8"
    )
    loaded = set(done.stdout.split())
    assert "ingest" in loaded
    assert loaded.isdisjoint({"torch", "llama_index", "chromadb", "transformers", "sentence_transformers", "gradio"})


def test_a_module_in_the_working_directory_is_not_taken_for_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('fremd')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with ReadingWorkers(1, PATIENT) as workers:
        assert workers.submit(Path(text_file(tmp_path, "datei").name)).result()[0].canonical.text == TEXT


PARENT = """
import signal, sys
from pathlib import Path
# Whoever started the tests in the background may have had these ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from ingest.worker import Limits, ReadingWorkers
from tests.ingest.test_worker import misbehave
if __name__ == "__main__":
    with ReadingWorkers(2, Limits(), misbehave) as workers:
        print("begonnen", flush=True)
        for path, outcome in workers.read_all(Path(word) for word in sys.argv[1:]):
            print(path.name, type(outcome).__name__, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_processes_end_with_their_parent_however_it_ends(
    tmp_path: Path, temporary: Path, how: signal.Signals
) -> None:
    """Also those that hold the interpreter, and those that they have started themselves."""
    paths = [str(text_file(tmp_path, name)) for name in ("hold_the_interpreter", "start_others")]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *paths],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    ) as parent:
        seen = psutil.Process(parent.pid)
        wait_for(lambda: len(seen.children(recursive=True)) == 3)
        time.sleep(0.3)
        family = seen.children(recursive=True)
        parent.send_signal(how)
        parent.wait(timeout=20)
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []
    if how != signal.SIGINT:
        # Killed in the middle, it could not clear up; the next one does, once the folder is not quite new.
        (left,) = temporary.iterdir()
        os.utime(left, (0, 0))
        ReadingWorkers(1).close()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_running_neighbour_is_left_alone(temporary: Path) -> None:
    with ReadingWorkers(1):
        (folder,) = temporary.iterdir()
        os.utime(folder, (0, 0))
        ReadingWorkers(1).close()
        assert list(temporary.iterdir()) == [folder]


def test_what_was_read_comes_over_unchanged() -> None:
    (here,) = read_file(VORLAGE)
    with ReadingWorkers(1) as workers:
        (there,) = workers.submit(VORLAGE).result()
    assert there.canonical.text == here.canonical.text
    assert np.array_equal(there.canonical.boxes, here.canonical.boxes, equal_nan=True)
    assert np.array_equal(there.canonical.glyph_pages, here.canonical.glyph_pages)
    assert there.canonical.sentences == here.canonical.sentences
    assert (there.name, there.title, there.metadata) == (here.name, here.title, here.metadata)


def a_thousand_pages(path: Path, on_page: OnPage) -> list[ReadDocument]:
    """As much as a thousand full pages make: 3 million characters."""
    (document,) = read_file(path, on_page)
    count = 3_000_000 // len(document.canonical.text)
    canonical = replace(
        document.canonical,
        text=document.canonical.text * count,
        boxes=np.tile(document.canonical.boxes, (count, 1)),
        glyph_pages=np.tile(document.canonical.glyph_pages, count),
        sentences=document.canonical.sentences * count,
    )
    return [replace(document, canonical=canonical)]


def test_large_results_come_over_fast(tmp_path: Path) -> None:
    path = text_file(tmp_path, "datei")
    with ReadingWorkers(1, read_file=a_thousand_pages) as workers:
        workers.submit(path).result()
        started = time.perf_counter()
        (document,) = workers.submit(path).result()
        seconds = time.perf_counter() - started
    assert len(document.canonical.text) > 2_900_000
    # It takes 0.3 s.
    assert seconds < 5


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
