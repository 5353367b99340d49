"""Runs one after the other: only changes are fetched, what goes on the server goes here, interruptions cost little."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from filelock import FileLock

from corpus.errors import StoreError
from ingest.oparl import OParlError, Rhythm
from tests.ingest.oparl.conftest import Desk
from tests.ingest.oparl.council import Council, Reply, Server, as_json

NOON = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)
LATER = "2024-05-02T09:00:00+02:00"


@pytest.fixture
def papers(council: Council) -> Council:
    """Three papers with a file each, at noon of the first of May."""
    for number, name in enumerate(("Brücke", "Halle", "Wald"), start=1):
        council.add_paper(number, name, mainFile=council.add_text(f"{number}.txt", f"Text {name}", "Vorlage"))
    council.now = NOON
    return council


def downloads(council: Council) -> list[str]:
    """The files that were asked for, and those that were sent."""
    return [request.path for request in council.requests if request.path.startswith("/download/")]


def test_a_second_run_asks_for_changes_since_the_servers_time_of_the_first_and_fetches_nothing(
    papers: Council, desk: Desk
) -> None:
    assert desk.run().bodies[0].new == 3
    papers.requests.clear()
    report = desk.run()
    [request] = papers.asked("/papers")
    assert request.target == "/papers?modified_since=2024-05-01T11:59:00Z"  # with a minute of overlap
    assert papers.asked("/organizations")[0].target == (
        "/organizations?omit_internal=true&modified_since=2024-05-01T11:59:00Z"
    )
    assert downloads(papers) == []
    assert (report.bodies[0].new, report.bodies[0].changed, report.bodies[0].removed) == (0, 0, 0)
    assert not report.bodies[0].is_full
    assert report.complete


def test_a_changed_paper_is_read_again_and_no_other(papers: Council, desk: Desk) -> None:
    desk.run()
    desk.read.clear()
    papers.requests.clear()
    papers.file("/download/2.txt", b"Neuer Text Halle", "text/plain")
    papers.papers[1] |= {"name": "Sporthalle", "modified": LATER}
    report = desk.run()
    assert report.bodies[0].changed == 1
    assert len(desk.read) == 1
    assert downloads(papers) == ["/download/2.txt"]
    assert desk.files() == {"Text Brücke", "Neuer Text Halle", "Text Wald"}
    assert "Sporthalle (Beschlussvorlage)" in desk.entries()


def test_a_new_paper_appears(papers: Council, desk: Desk) -> None:
    desk.run()
    paper = papers.add_paper(4, "Bach", mainFile=papers.add_text("4.txt", "Text Bach", "Vorlage"))
    paper["modified"] = LATER
    assert desk.run().bodies[0].new == 1
    assert "Text Bach" in desk.files()


def test_a_new_result_of_a_meeting_changes_the_beratungsfolge_of_a_paper_that_was_not_sent_again(
    papers: Council, desk: Desk
) -> None:
    papers.papers[0]["consultation"] = [papers.consultation(1, 1, 5, 2)]
    papers.add_meeting(1, 2, "2024-05-06T17:00:00+02:00", [papers.agenda_item(5, "Brücke")])
    desk.run()
    assert "ein Ergebnis ist nicht angegeben" in desk.text("Beratungsfolge")
    papers.requests.clear()
    papers.meetings[0] |= {"agendaItem": [papers.agenda_item(5, "Brücke", result="abgelehnt")], "modified": LATER}
    desk.run()
    assert "Ergebnis: abgelehnt." in desk.text("Beratungsfolge")
    assert downloads(papers) == []


def test_a_renamed_committee_is_renamed_in_the_beratungsfolge(papers: Council, desk: Desk) -> None:
    papers.papers[0]["consultation"] = [papers.consultation(1, 1, 5, 2)]
    papers.add_meeting(1, 2, "2024-05-06T17:00:00+02:00", [papers.agenda_item(5, "Brücke")])
    desk.run()
    papers.organizations[1] |= {"name": "Regionalversammlung", "modified": LATER}
    desk.run()
    assert "Die Regionalversammlung berät am 06.05.2024" in desk.text("Beratungsfolge")


def test_a_deleted_paper_goes_with_its_files(papers: Council, desk: Desk) -> None:
    desk.run()
    desk.read.clear()
    papers.papers[0] = papers.deleted(papers.papers[0])
    report = desk.run()
    assert report.bodies[0].removed == 1
    assert desk.files() == {"Text Halle", "Text Wald"}
    assert len(desk.read) == 1  # its folder was handed over empty, so that the store forgets what lay there
    assert len(list((desk.data / "oparl").glob("*/akten/*"))) == 2
    assert b"Text Br" not in b"".join(path.read_bytes() for path in (desk.data / "oparl").rglob("*") if path.is_file())


def test_nothing_of_a_deleted_paper_stays_in_the_kept_objects(papers: Council, desk: Desk) -> None:
    desk.run()
    papers.papers[0] = papers.deleted(papers.papers[0])
    desk.run()
    left = b"".join(path.read_bytes() for path in (desk.data / "oparl").rglob("*") if path.is_file())
    assert "Brücke".encode() not in left
    assert b"1/2024" not in left
    assert b"Halle" in left


def test_a_paper_that_is_no_longer_listed_goes_with_the_next_whole_comparison(papers: Council, desk: Desk) -> None:
    desk.run()
    del papers.papers[0]
    assert desk.run().bodies[0].removed == 0
    report = desk.run(full=True)
    assert report.bodies[0].removed == 1
    assert desk.files() == {"Text Halle", "Text Wald"}


def test_a_whole_comparison_that_is_asked_for_asks_for_every_file(papers: Council, desk: Desk) -> None:
    desk.run()
    papers.requests.clear()
    report = desk.run(full=True)
    assert downloads(papers) == ["/download/1.txt", "/download/2.txt", "/download/3.txt"]
    assert "modified_since" not in papers.asked("/papers")[0].target
    assert report.bodies[0].changed == 0


def test_a_whole_comparison_is_made_every_day_without_being_asked_for(papers: Council, desk: Desk) -> None:
    desk.run()
    del papers.papers[0]
    desk.rhythm = Rhythm(whole=timedelta(0))
    report = desk.run()
    assert report.bodies[0].is_full
    assert desk.files() == {"Text Halle", "Text Wald"}


def test_a_file_that_the_server_does_not_have_any_more_goes(papers: Council, impatient: Desk) -> None:
    impatient.run()
    papers.answer("/download/1.txt", Reply(status=410))
    report = impatient.run()
    assert impatient.files() == {"Text Halle", "Text Wald"}
    assert "der Server hat sie nicht (mehr)" in report.bodies[0].missing[0]
    assert report.bodies[0].removed == 1


def test_a_file_that_a_paper_does_not_name_any_more_goes(papers: Council, desk: Desk) -> None:
    papers.papers[0]["auxiliaryFile"] = [papers.add_text("plan.txt", "Der Plan", "Anlage 1")]
    desk.run()
    assert "Der Plan" in desk.files()
    papers.papers[0] |= {"auxiliaryFile": [], "modified": LATER}
    desk.run()
    assert "Der Plan" not in desk.files()


def test_a_file_that_is_marked_as_deleted_in_its_own_list_goes(papers: Council, desk: Desk) -> None:
    """OParl 1.1 has a list of files; the paper itself is not sent again."""
    papers.body["file"] = f"{papers.url}/files"
    gone = papers.papers[0]["mainFile"]
    papers.routes["/files"] = lambda request: papers.listed([papers.deleted(gone)], request)
    desk.run()
    assert "Text Brücke" in desk.files()  # a whole comparison does not look at that list
    desk.run()
    assert "Text Brücke" not in desk.files()


def test_an_unchanged_file_is_not_sent_again_when_it_is_asked_for(papers: Council, impatient: Desk) -> None:
    impatient.run()
    papers.requests.clear()
    report = impatient.run()
    assert len(downloads(papers)) == 3
    assert all("If-None-Match" in request.headers for request in papers.asked("/download/1.txt"))
    assert report.bodies[0].changed == 0


def test_a_file_that_fails_now_stays_as_it_was_and_is_tried_again(papers: Council, impatient: Desk) -> None:
    impatient.run()
    good = papers.routes["/download/1.txt"]
    papers.answer("/download/1.txt", Reply(status=500))
    impatient.run()
    assert "Text Brücke" in impatient.files()
    papers.routes["/download/1.txt"] = good
    assert impatient.run().complete


def test_a_file_that_failed_in_the_first_run_is_fetched_in_the_second(papers: Council, desk: Desk) -> None:
    good = papers.routes["/download/1.txt"]
    papers.answer("/download/1.txt", Reply(status=500))
    report = desk.run()
    assert not report.complete
    assert "zurzeit nicht abrufbar" in report.bodies[0].missing[0]
    papers.routes["/download/1.txt"] = good
    papers.requests.clear()
    assert desk.run().complete
    assert downloads(papers) == ["/download/1.txt"]
    assert "Text Brücke" in desk.files()


def test_a_list_that_fails_removes_nothing_and_is_asked_for_as_a_whole_again(papers: Council, desk: Desk) -> None:
    papers.page_size = 1
    good = papers.routes["/papers"]
    papers.routes["/papers"] = lambda request: (
        Reply(status=500) if request.parameters.get("page") == "3" else good(request)
    )
    report = desk.run()
    assert not report.complete
    assert report.bodies[0].new == 2
    assert any("500" in problem for problem in report.bodies[0].problems)
    papers.routes["/papers"] = good
    papers.requests.clear()
    report = desk.run()
    assert "modified_since" not in papers.asked("/papers")[0].target
    assert report.bodies[0].new == 1
    assert downloads(papers) == ["/download/3.txt"]


def test_an_interrupted_run_goes_on_and_fetches_no_file_twice(papers: Council, desk: Desk) -> None:
    desk.fail_after = 0
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    assert len(downloads(papers)) == 3
    papers.requests.clear()
    desk.fail_after = None
    report = desk.run()
    assert report.complete
    assert downloads(papers) == []
    assert len(desk.read) == 3
    assert "modified_since" not in papers.asked("/papers")[0].target


def test_a_deletion_that_was_interrupted_is_finished_by_the_next_run(papers: Council, desk: Desk) -> None:
    desk.run()
    papers.papers[0] = papers.deleted(papers.papers[0])
    desk.fail_after = 0
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    desk.fail_after = None
    desk.read.clear()
    desk.run()
    assert len(desk.read) == 1
    assert len(list((desk.data / "oparl").glob("*/akten/*"))) == 2


def test_a_run_that_is_asked_to_stop_says_so_and_the_next_goes_on(papers: Council, desk: Desk) -> None:
    serve = papers.routes["/download/2.txt"]

    def stopping(request: object) -> Reply:
        desk.stop.ask()
        return serve(request)  # type: ignore[arg-type]

    papers.routes["/download/2.txt"] = stopping
    report = desk.run()
    assert report.is_stopped
    assert not report.complete
    desk.stop = type(desk.stop)()
    papers.routes["/download/2.txt"] = serve
    assert desk.run().complete
    assert desk.files() == {"Text Brücke", "Text Halle", "Text Wald"}


def test_a_list_that_suddenly_is_empty_is_a_fault_until_it_is_confirmed(papers: Council, desk: Desk) -> None:
    desk.run()
    papers.papers.clear()
    desk.rhythm = Rhythm(whole=timedelta(0))
    papers.answer("/papers", Reply(status=404))
    report = desk.run()
    assert len(desk.files()) == 3
    assert "Störung" in report.bodies[0].problems[0]
    assert not report.complete
    desk.run(full=True)
    assert desk.files() == set()


def test_many_papers_that_are_missing_at_once_are_a_fault_until_it_is_confirmed(papers: Council, desk: Desk) -> None:
    papers.papers.clear()
    for number in range(30):
        papers.add_paper(number, f"Nr. {number}", mainFile=papers.add_text(f"{number}.txt", f"Text {number}", "V"))
    desk.run()
    del papers.papers[:25]
    desk.rhythm = Rhythm(whole=timedelta(0))
    assert "nur noch 5 von 30" in desk.run().bodies[0].problems[0]
    assert len(desk.files()) == 30
    desk.run(full=True)
    assert len(desk.files()) == 5


@pytest.mark.usefixtures("papers")
def test_a_folder_that_somebody_removed_is_made_again(desk: Desk) -> None:
    desk.run()
    shutil.rmtree(next((desk.data / "oparl").glob("*/akten/*")))
    desk.run(full=True)
    assert len(desk.files()) == 3


@pytest.mark.parametrize("start", ["system", "body", "list"])
def test_a_system_a_body_and_a_list_of_bodies_lead_to_the_same_place(papers: Council, desk: Desk, start: str) -> None:
    desk.run()
    url = {"system": papers.system, "body": papers.body_url, "list": f"{papers.url}/bodies"}[start]
    assert desk.run(url).bodies[0].new == 0
    assert len(list((desk.data / "oparl").iterdir())) == 1


def test_a_system_may_hold_its_bodies_itself_or_name_them_one_by_one(papers: Council, desk: Desk) -> None:
    for bodies in ([papers.body], [papers.body_url], papers.body_url):
        papers.routes["/system"] = lambda _, bodies=bodies: as_json(papers.object("system", "System", body=bodies))
        assert len(desk.run().bodies) == 1
    assert len(desk.files()) == 3


@pytest.mark.parametrize("value", [{"name": "irgendwas"}, [], "Hallo", {"id": "https://x/1", "type": "Paper"}])
def test_another_address_is_refused_with_what_to_do(council: Council, desk: Desk, value: object) -> None:
    council.answer("/sonst", as_json(value))
    with pytest.raises(OParlError, match="keine OParl-Schnittstelle"):
        desk.run(f"{council.url}/sonst")
    assert not desk.data.exists()


def test_links_into_another_network_are_not_followed_and_reported(council: Council, desk: Desk) -> None:
    with Server() as inside:
        inside.file("/geheim.txt", b"Geheim", "text/plain")
        file = council.add_text("a.txt", "Ein Text", "Anlage 1")
        council.add_paper(1, "Brücke", mainFile=file | {"downloadUrl": f"{inside.url}/geheim.txt", "accessUrl": None})
        report = desk.run()
        assert inside.requests == []
    assert "internes Netz" in report.bodies[0].missing[0]
    assert desk.files() == set()


def test_one_request_at_a_time(papers: Council, desk: Desk) -> None:
    desk.run()
    assert papers.most_at_once == 1


@pytest.mark.usefixtures("papers")
def test_a_second_run_at_the_same_time_is_refused(desk: Desk) -> None:
    desk.run()
    [folder] = (desk.data / "oparl").iterdir()
    with FileLock(folder / "abgleich.lock"), pytest.raises(StoreError, match="gerade schon eingelesen"):
        desk.run()


@pytest.mark.usefixtures("papers")
def test_a_damaged_state_says_what_to_do(desk: Desk) -> None:
    desk.run()
    [state] = (desk.data / "oparl").rglob("abgleich.sqlite")
    state.write_bytes(b"kaputt" * 1000)
    with pytest.raises(StoreError, match="bitte die Datei löschen"):
        desk.run()
    state.unlink()
    assert desk.run().complete
    assert len(desk.files()) == 3


def test_the_report_names_numbers_and_reasons_in_german(papers: Council, desk: Desk) -> None:
    papers.papers[0]["auxiliaryFile"] = [papers.add_file("karte.xlsx", b"PK", "Anlage 1", "application/vnd.ms-excel")]
    first, second = desk.run().bodies[0].sentences()
    assert first == (
        "Beispielkreis (vollständiger Abgleich): Vorgänge und Sitzungen: 3 neu, 0 geändert, 0 entfernt, 1 fehlen."
    )
    assert second == (
        "FEHLT: Anlage 1 „Anlage 1“ zu Beschlussvorlage 1/2024: Brücke: Dateien der Art .xlsx werden nicht gelesen."
    )


def test_a_server_that_goes_down_on_the_way_keeps_what_was_read_and_due_what_was_not(
    papers: Council, desk: Desk
) -> None:
    desk.manners = replace(desk.manners, tries=1)
    for number in range(4, 12):
        papers.add_paper(number, f"Nr. {number}", mainFile=papers.add_text(f"{number}.txt", f"Text {number}", "V"))
    good = {path: route for path, route in papers.routes.items() if path.startswith("/download/")}
    for path in sorted(good)[4:]:
        papers.answer(path, Reply(status=503))
        papers.answer(path.replace("download", "access"), Reply(status=503))
    report = desk.run()
    assert any("nicht zu erreichen" in problem for problem in report.bodies[0].problems)
    assert not report.complete
    assert 1 <= len(desk.files()) < 11
    papers.routes |= good
    assert desk.run().complete
    assert len(desk.files()) == 11
