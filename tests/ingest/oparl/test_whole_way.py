"""From a council information system to cited answers and back to silence, in processes of their own."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.answer import Answer
from corpus.settings import Settings
from corpus.store import Store
from corpus.vectors import VectorIndex
from tests.conftest import VORLAGE, Run, command
from tests.ingest.oparl.council import Council, Reply

pytestmark = pytest.mark.slow

COSTS = "Was kostet die Radwegbrücke?"
RESULT = "Mit welchem Ergebnis hat der Kreistag über die Radwegbrücke beraten?"
QUICK = {"AKTENKUNDIG_OPARL_PAUSE_SECONDS": "0"}


@pytest.fixture
def bridge(council: Council) -> Council:
    """Two papers, one of them dealt with in two committees."""
    council.add_meeting(
        1, 1, "2024-03-04T17:00:00+01:00", [council.agenda_item(5, "Radwegbrücke", result="einstimmig empfohlen")]
    )
    council.add_meeting(2, 2, "2024-03-18T17:00:00+01:00", [council.agenda_item(7, "Radwegbrücke")])
    council.add_paper(
        1,
        "Neubau einer Radwegbrücke über die Agger",
        mainFile=council.add_text(
            "vorlage.txt",
            "Begründung\n\nDie Radwegbrücke kostet nach der Schätzung des Tiefbauamts 2,4 Mio. Euro.\n",
            "Vorlage",
        ),
        consultation=[
            council.consultation(1, 1, 5, 1, role="Vorberatung"),
            council.consultation(2, 2, 7, 2, role="Entscheidung"),
        ],
    )
    council.add_paper(
        2, "Kommunales Integrationszentrum", mainFile=council.add_file("v.pdf", VORLAGE.read_bytes(), "V")
    )
    return council


def read(run: Run, council: Council, data: Path, *words: str, code: int = 0) -> str:
    done = run("ingest", "--oparl", council.system, *words, data=data, **QUICK)
    assert done.code == code, done.out + done.err
    return done.out


def asked(settings: Settings, question: str) -> Answer:
    """The answer, after a check that each quote stands verbatim in the stored text."""
    with closing(Store(settings.data)) as store:
        answer = Assistant.open(settings).answer(question)
        for citation in answer.citations:
            assert store.text(citation.document)[citation.char_start : citation.char_end] == citation.quote
    return answer


def test_papers_are_answered_from_cited_follow_the_server_and_vanish_with_it(
    run: Run, bridge: Council, tmp_path: Path, models_directory: Path
) -> None:
    data = tmp_path / "daten"
    settings = Settings(data=data, models=models_directory)
    out = read(run, bridge, data)
    assert "Vorgänge und Sitzungen: 4 neu, 0 geändert, 0 entfernt, 0 fehlen." in out

    answer = asked(settings, COSTS)
    assert answer.short_answer == "2,4 Mio. Euro"
    assert answer.citations[0].label.startswith("Beschlussvorlage 1/2024, Absatz 2")
    answer = asked(settings, "Mit welchem Ergebnis hat der Kreisausschuss über die Radwegbrücke beraten?")
    assert answer.status == "answered"
    assert "einstimmig empfohlen" in answer.citations[0].quote
    assert answer.citations[0].label == (
        "Beispielkreis, Beratungsfolge laut Ratsinformationssystem „1/2024: Neubau einer Radwegbrücke über die Agger“, "
        "Absatz 4, Abschnitt Kreisausschuss, 04.03.2024"
    )
    assert "mehrheitlich" not in asked(settings, RESULT).model_dump_json()
    listed = json.loads(run("documents", "--json", data=data).out)
    assert {entry["visibility"] for entry in listed} == {"public"}

    # The Kreistag decides, and the costs become others.
    at = {"modified": "2099-01-01T00:00:00Z"}
    bridge.meetings[1] |= at | {
        "agendaItem": [bridge.agenda_item(7, "Radwegbrücke", result="mehrheitlich beschlossen")]
    }
    bridge.file(
        "/download/vorlage.txt", "Begründung\n\nDie Radwegbrücke kostet 3,1 Mio. Euro.\n".encode(), "text/plain"
    )
    bridge.papers[0] |= at
    assert "0 neu, 1 geändert" in read(run, bridge, data)  # a result stands with the paper, not in the agenda
    assert asked(settings, COSTS).short_answer == "3,1 Mio. Euro"
    answer = asked(settings, RESULT)
    assert "mehrheitlich beschlossen" in answer.citations[0].quote

    # The paper is deleted, the other taken offline.
    bridge.papers[0] = bridge.deleted(bridge.papers[0], "2099-01-02T00:00:00Z")
    assert "1 entfernt" in read(run, bridge, data)
    assert asked(settings, COSTS).status == "not_found"
    # What the meeting itself still shows stays; of the paper and its Beratungsfolge nothing does.
    assert not any("1/2024" in asked(settings, question).model_dump_json() for question in (COSTS, RESULT))
    bridge.answer("/download/v.pdf", Reply(status=410))
    bridge.answer("/access/v.pdf", Reply(status=410))
    assert "der Server hat sie nicht (mehr)" in read(run, bridge, data, "--full", code=1)
    titles = [entry["title"] for entry in json.loads(run("documents", "--json", data=data).out)]
    assert titles == ["1. Sitzung am 04.03.2024", "2. Sitzung am 18.03.2024"]
    assert (doctor := run("doctor", data=data)).code == 0, doctor.out
    assert VectorIndex(data).keys() == Store(data).passage_keys()
    with closing(sqlite3.connect(data / "aktenkundig.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the assistants of this process still have it open
    files = [path for path in data.rglob("*") if path.is_file()]
    assert b"Mio. Euro" not in b"".join(path.read_bytes() for path in files)
    assert not list((data / "originale").glob("*.pdf"))


def test_after_a_backup_came_back_the_next_comparison_removes_what_the_server_took_offline_since(
    run: Run, bridge: Council, tmp_path: Path, models_directory: Path
) -> None:
    data, elsewhere, saved = tmp_path / "daten", tmp_path / "anderswo", tmp_path / "gestern.zip"
    read(run, bridge, data)
    assert run("backup", str(saved), data=data).code == 0
    bridge.papers[0] = bridge.deleted(bridge.papers[0], "2099-01-02T00:00:00Z")
    read(run, bridge, data)

    # Over the state that knows of the deletion, and into an empty directory.
    for target, force in ((data, ["--force"]), (elsewhere, [])):
        settings = Settings(data=target, models=models_directory)
        restored = run("restore", str(saved), *force, data=target)
        assert restored.code == 0, restored.err
        assert asked(settings, COSTS).short_answer == "2,4 Mio. Euro"
        told = [json.loads(line) for line in read(run, bridge, target, "--json").splitlines()]
        outcomes = {event["document"]: event["outcome"] for event in told if "document" in event}
        # The agenda no longer names the paper; nothing else that is still there was embedded again.
        agenda = [document for document, outcome in outcomes.items() if outcome == "replaced"]
        assert [name.rpartition("-")[2] for name in agenda] == ["tagesordnung"], outcomes
        assert len(outcomes) == 3
        assert asked(settings, COSTS).status == "not_found"
        assert len(json.loads(run("documents", "--json", data=target).out)) == 3


def test_for_programs_each_event_is_a_line_of_json(run: Run, bridge: Council, tmp_path: Path) -> None:
    events = [json.loads(line) for line in read(run, bridge, tmp_path / "daten", "--json").splitlines()]
    documents = [event["document"] for event in events if "document" in event]
    assert len(documents) == 5
    assert events[-1]["oparl"]["new"] == 4
    assert events[-1]["oparl"]["is_complete"]


@contextmanager
def started(environment: dict[str, str], data: Path, cwd: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that keeps running, killed at the end if it still does."""
    process = subprocess.Popen(
        command(["ingest", *words]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**environment, "AKTENKUNDIG_DATA": str(data), **QUICK},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(true: Any, seconds: float = 90) -> None:  # noqa: ANN401 - a question
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)


def test_a_schedule_runs_again_outlives_a_fault_and_ends_cleanly_when_told_to(
    clean_environment: dict[str, str], bridge: Council, tmp_path: Path
) -> None:
    every = str(1 / 3600)  # a second
    with started(
        clean_environment, tmp_path / "daten", tmp_path, "--oparl", bridge.system, "--every", every
    ) as process:
        wait_until(lambda: len(bridge.asked("/papers")) >= 2)
        good = bridge.routes["/system"]
        bridge.answer("/system", Reply(status=404))
        faults = len(bridge.asked("/system"))
        wait_until(lambda: len(bridge.asked("/system")) >= faults + 2)
        bridge.routes["/system"] = good
        lists = len(bridge.asked("/papers"))
        wait_until(lambda: len(bridge.asked("/papers")) > lists)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "gibt es nicht (mehr)" in err
    assert "Traceback" not in err
    assert "4 neu" in out


def test_a_run_that_is_told_to_end_keeps_what_it_read_and_the_next_fetches_the_rest(
    clean_environment: dict[str, str], run: Run, bridge: Council, tmp_path: Path
) -> None:
    serve = bridge.routes["/download/v.pdf"]

    def slow(request: Any) -> Reply:  # noqa: ANN401 - a request
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        reply: Reply = serve(request)
        return reply

    bridge.routes["/download/v.pdf"] = slow
    data = tmp_path / "daten"
    with started(clean_environment, data, tmp_path, "--oparl", bridge.system) as process:
        out, err = process.communicate(timeout=90)
    assert process.returncode == 1, err
    assert "Angehalten; der nächste Aufruf macht dort weiter." in out
    bridge.routes["/download/v.pdf"] = serve
    bridge.requests.clear()
    assert "0 fehlen" in read(run, bridge, data)
    assert not bridge.asked("/download/vorlage.txt")
    assert len(bridge.asked("/download/v.pdf")) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--oparl", "ris.example.org"), "muss mit https:// oder http:// beginnen"),
        (("--oparl", "http://127.0.0.1:9/", "x.pdf"), "werden keine Pfade angegeben"),
        (("--oparl", "http://127.0.0.1:9/", "--every", "0"), "STUNDEN muss größer als 0 sein"),
        (("--oparl", "http://127.0.0.1:9/", "--non-public"), "ist öffentlich"),
        (("--every", "1", "x.pdf"), "gelten nur mit --oparl"),
        ((), "Es fehlt die Angabe PFAD"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_german_sentence(
    run: Run, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run("ingest", *words, data=tmp_path / "daten")
    assert done.code == 2
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "daten").exists()


def test_a_watched_folder_is_read_again_when_something_in_it_changes(
    clean_environment: dict[str, str], run: Run, tmp_path: Path
) -> None:
    folder, data = tmp_path / "sitzung", tmp_path / "daten"
    folder.mkdir()
    (folder / "eins.txt").write_text("Die Brücke wird am 4. Juni 2015 gesperrt.")
    with started(clean_environment, data, tmp_path, "--watch", "0.5", str(folder)) as process:
        names = lambda: {  # noqa: E731 - a question
            entry["document"] for entry in json.loads(run("documents", "--json", data=data).out or "[]")
        }
        wait_until(lambda: names() == {"eins"})
        (folder / "zwei.txt").write_text("Die Halle wird saniert.")
        wait_until(lambda: names() == {"eins", "zwei"})
        (folder / "eins.txt").unlink()
        wait_until(lambda: names() == {"zwei"})
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Beobachtet wird alle 0.5 s" in err
    assert "eins: entfernt" in out
