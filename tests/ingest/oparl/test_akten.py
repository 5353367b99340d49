"""What becomes of papers and meetings: Akten with registers, from the specification's shape and from the vendors'."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ingest.oparl.conftest import Desk
from tests.ingest.oparl.council import Council, Reply, as_json


def bridge(council: Council, **properties: object) -> dict[str, Any]:
    """A paper with a Vorlage, an Anlage and two consultations, of which one has taken place."""
    council.add_meeting(
        1,
        1,
        "2024-03-04T17:00:00+01:00",
        [council.agenda_item(5, "Radwegbrücke", result="einstimmig empfohlen")],
    )
    council.add_meeting(2, 2, "2024-03-18T17:00:00+01:00", [council.agenda_item(7, "Radwegbrücke")])
    return council.add_paper(
        1,
        "Radwegbrücke",
        mainFile=council.add_text("vorlage.txt", "Die Brücke kostet 2,4 Mio. €.", "Vorlage"),
        auxiliaryFile=[council.add_text("plan.txt", "Der Plan zeigt das Ufer.", "Anlage 2 Lageplan.txt")],
        consultation=[
            council.consultation(2, 2, 7, 2, role="Entscheidung"),
            council.consultation(1, 1, 5, 1, role="Vorberatung"),
        ],
        **properties,
    )


def test_a_paper_and_its_annexes_are_one_akte_with_what_oparl_says_of_them(council: Council, desk: Desk) -> None:
    paper = bridge(council)
    report = desk.run()
    assert report.complete, report.bodies[0].sentences()
    [akte] = [akte for akte in desk.akten() if len(akte.documents) == 3]
    assert akte.title == "1/2024: Radwegbrücke – Beispielkreis"
    assert akte.authority == "Beispielkreis"
    main, annex, steps = akte.documents
    assert (main.title, main.kind, main.number, main.date) == (
        "Radwegbrücke",
        "Beschlussvorlage",
        "1/2024",
        "2024-02-01",
    )
    assert (annex.title, annex.kind, annex.number) == ("Anlage 2 Lageplan", "Anlage 2", None)
    assert steps.kind == "Beratungsfolge laut Ratsinformationssystem"
    assert {entry.visibility for entry in akte.documents} == {"public"}
    assert all(paper["id"] in (entry.note or "") for entry in akte.documents)


def test_the_beratungsfolge_tells_each_step_in_a_sentence_that_stands_alone(council: Council, desk: Desk) -> None:
    bridge(council)
    desk.run()
    page = desk.text("Beratungsfolge")
    assert (
        "<p>Der Kreisausschuss hat am 04.03.2024 über die Drucksache 1/2024 „Radwegbrücke“ beraten (TOP 5, "
        "Zuständigkeit: Vorberatung); Ergebnis: einstimmig empfohlen.</p>"
    ) in page
    assert (
        "<p>Der Kreistag berät am 18.03.2024 über die Drucksache 1/2024 „Radwegbrücke“ (TOP 7, Zuständigkeit: "
        "Entscheidung); ein Ergebnis ist nicht angegeben.</p>"
    ) in page
    assert page.index("Kreisausschuss") < page.index("Kreistag")
    assert "Quelle: " in page
    assert "Ratsinformationssystem Beispielkreis" in page


def test_the_session_of_the_only_consultation_is_the_papers(council: Council, desk: Desk) -> None:
    council.add_meeting(1, 1, "2024-03-04T17:00:00+01:00", [council.agenda_item(5, "Halle")])
    council.add_paper(
        3,
        "Halle",
        mainFile=council.add_text("halle.txt", "Die Halle wird saniert.", "Vorlage"),
        consultation=[council.consultation(1, 1, 5, 1)],
    )
    desk.run()
    entry = desk.entries()["Halle (Beschlussvorlage)"]
    assert (entry.committee, entry.date, entry.session) == ("Kreisausschuss", "2024-03-04", "1. Sitzung")


def test_the_wording_of_a_decision_stays_verbatim_whatever_characters_it_has(council: Council, desk: Desk) -> None:
    council.add_meeting(
        1,
        1,
        "2024-03-04T17:00:00+01:00",
        [
            council.agenda_item(
                5,
                "Halle",
                result="geändert beschlossen",
                resolutionText="# 1. *Nicht* mehr als <50 % & <b>weniger</b>.",
                resolutionFile=council.add_text("beschluss.txt", "Der Beschluss.", "Beschlussauszug"),
            )
        ],
    )
    council.add_paper(3, "Halle", consultation=[council.consultation(1, 1, 5, 1)])
    desk.run()
    assert "<p># 1. *Nicht* mehr als &lt;50 % &amp; weniger.</p>" in desk.text("Beratungsfolge")
    assert desk.entries()["Beschlussauszug (Beschluss)"].date == "2024-03-04"


def test_a_meeting_is_an_akte_with_its_papers_and_its_agenda(council: Council, desk: Desk) -> None:
    bridge(council)
    council.meetings[0]["invitation"] = council.add_text("einladung.txt", "Ich lade ein.", "Einladung")
    council.meetings[0]["resultsProtocol"] = council.add_text("protokoll.txt", "Es wurde beraten.", "Niederschrift")
    council.meetings[0]["agendaItem"].append(council.agenda_item(6, "Anfragen", result="zur Kenntnis genommen"))
    desk.run()
    entries = desk.entries()
    assert entries["1. Sitzung am 04.03.2024 (Niederschrift)"].committee == "Kreisausschuss"
    assert "1. Sitzung am 04.03.2024 (Einladung)" in entries
    page = desk.text("Tagesordnung laut Ratsinformationssystem 1.")
    assert "<p>TOP 5: Radwegbrücke</p>" in page
    assert "<p>Ergebnis zu TOP 6 am 04.03.2024: zur Kenntnis genommen.</p>" in page
    assert "empfohlen" not in page  # stands in the paper's Beratungsfolge


def test_what_is_dealt_with_in_closed_session_does_not_appear_at_all(council: Council, desk: Desk) -> None:
    council.add_meeting(
        1,
        1,
        "2024-03-04T17:00:00+01:00",
        [
            council.agenda_item(5, "Grundstück Müller", public=False, result="verkauft"),
            council.agenda_item(6, "Halle", public=True),
        ],
    )
    council.add_paper(
        1,
        "Grundstücke",
        mainFile=council.add_text("a.txt", "Ein Text.", "Vorlage"),
        auxiliaryFile=[{**council.add_text("b.txt", "Geheimer Text.", "Vertrag"), "public": False}],
        consultation=[council.consultation(1, 1, 5, 1)],
    )
    council.add_paper(2, "Verschlossenes", public=False, mainFile=council.add_text("c.txt", "Geheim.", "Vorlage"))
    report = desk.run()
    everything = "".join(path.read_text() for path in (desk.data / "oparl").rglob("*.[the]*") if path.is_file())
    for hidden in ("Müller", "verkauft", "Geheim", "Vertrag", "Verschlossen"):
        assert hidden not in everything
        assert hidden not in " ".join(report.bodies[0].sentences())
    assert "Halle" in everything
    assert not any("Beratungsfolge" in title for title in desk.entries())


def test_referred_objects_are_looked_up_and_missing_ones_leave_a_gap(council: Council, desk: Desk) -> None:
    file = council.add_text("vorlage.txt", "Ein Text.", "Vorlage")
    council.routes["/file/1"] = lambda _: as_json({**file, "id": f"{council.url}/file/1"})
    council.routes["/agendaitem/9"] = lambda _: as_json(
        council.object("agendaitem/9", "AgendaItem", name="Halle", number="9", result="vertagt")
    )
    council.add_paper(
        4,
        "Halle",
        mainFile=f"{council.url}/file/1",
        auxiliaryFile=[f"{council.url}/file/fehlt", f"{council.url}/file/1"],
        consultation=[council.consultation(1, 404, 9, 2), f"{council.url}/consultation/fehlt"],
    )
    report = desk.run()
    assert "Der Kreistag hat über die Drucksache 4/2024 „Halle“ beraten (TOP 9); Ergebnis: vertagt." in desk.text(
        "Beratungsfolge"
    )
    [akte] = desk.akten()
    assert len(akte.documents) == 2  # the file that is named twice is one
    assert report.bodies[0].dead_references == 3


def test_the_vendors_shapes_give_the_same_akte(council: Council, desk: Desk) -> None:
    """Objects without type, one where a list belongs, "N/A", relative addresses, control characters."""
    paper = bridge(council)
    del paper["type"]
    paper["auxiliaryFile"] = paper["auxiliaryFile"][0]
    paper["mainFile"]["downloadUrl"] = "/download/vorlage.txt"
    paper["relatedPaper"] = "N/A"
    paper["consultation"] = {"0": paper["consultation"][0], "1": paper["consultation"][1]}
    council.meetings[0]["agendaItem"] = council.meetings[0]["agendaItem"][0]
    council.meetings[1]["agendaItem"] = [{"id": "/agendaitem/7", "name": "Brücke", "number": "7", "result": "N/A"}]
    good = council.routes["/papers"]

    def with_controls(request: Any) -> Reply:  # noqa: ANN401 - a request
        return Reply(good(request).body.replace(b"Radwegbr", b"Rad\x00weg\x1fbr"), 200)

    council.routes["/papers"] = with_controls
    assert desk.run().complete
    [akte] = [akte for akte in desk.akten() if len(akte.documents) == 3]
    assert akte.title == "1/2024: Radwegbrücke – Beispielkreis"
    assert [entry.kind for entry in akte.documents][:2] == ["Beschlussvorlage", "Anlage 2"]
    assert "Ergebnis: einstimmig empfohlen" in desk.text("Beratungsfolge")
    assert "ein Ergebnis ist nicht angegeben" in desk.text("Beratungsfolge")


def test_a_paper_of_which_only_the_address_is_known_is_no_document(council: Council, desk: Desk) -> None:
    council.papers.append({"id": f"{council.url}/paper/77"})
    council.papers.append(f"{council.url}/paper/78")
    council.routes["/paper/78"] = lambda _: as_json(
        council.object("paper/78", "Paper", name="Halle", mainFile=council.add_text("h.txt", "Ein Text.", "Vorlage"))
    )
    desk.run()
    assert set(desk.entries()) == {"Halle (Drucksache)"}


def test_two_papers_of_the_same_name_and_number_stay_apart(council: Council, desk: Desk) -> None:
    for number in (1, 2):
        paper = council.add_paper(number, "Bericht", mainFile=council.add_text(f"{number}.txt", f"Nr. {number}", "V"))
        paper["reference"] = "N/A"
    desk.run()
    assert sorted(akte.title for akte in desk.akten()) == ["Bericht – Beispielkreis", "Bericht – Beispielkreis [2]"]


@pytest.mark.parametrize(
    ("name", "content", "content_type", "why"),
    [
        ("karte.xlsx", b"PK", "application/vnd.ms-excel", "Dateien der Art .xlsx werden nicht gelesen"),
        ("karte", b"PK\x03\x04kaputt", "application/zip", "die Datei ist beschädigt"),
        ("karte.pdf", b"<!DOCTYPE html><html>Anmeldung</html>", "text/html", "statt der Datei kam eine Webseite"),
        ("karte.pdf", b"", "application/pdf", "die Datei ist leer"),
        ("karte.pdf", b"\x89PNG\x00", "image/png", "die Datei hat kein lesbares Format"),
    ],
)
def test_a_file_that_cannot_be_read_is_announced_and_missing(
    council: Council, desk: Desk, name: str, content: bytes, content_type: str, why: str
) -> None:
    council.add_paper(
        1,
        "Halle",
        mainFile=council.add_text("v.txt", "Ein Text.", "Vorlage"),
        auxiliaryFile=[council.add_file(name, content, "Anlage 1 Karte", content_type)],
    )
    council.papers[0]["auxiliaryFile"][0]["mimeType"] = None
    report = desk.run()
    assert desk.entries()["Anlage 1 Karte (Anlage 1)"].file is None
    [sentence] = report.bodies[0].missing
    assert sentence == f"Anlage 1 „Anlage 1 Karte“ zu Beschlussvorlage 1/2024: Halle: {why}."
    assert not report.complete


def test_a_file_that_is_not_shown_to_the_public_is_not_even_announced(council: Council, desk: Desk) -> None:
    council.add_paper(
        1,
        "Halle",
        mainFile=council.add_text("v.txt", "Ein Text.", "Vorlage"),
        auxiliaryFile=[council.add_text("a.txt", "A", "Anlage 1"), council.add_text("b.txt", "B", "Anlage 2")],
    )
    council.answer("/download/a.txt", Reply(status=404))
    council.answer("/access/a.txt", Reply(status=404))
    council.answer("/download/b.txt", Reply(status=403))
    council.answer("/access/b.txt", Reply(status=403))
    report = desk.run()
    assert set(desk.entries()) == {"Halle (Beschlussvorlage)"}
    assert len(report.bodies[0].missing) == 2


def test_a_file_is_had_from_its_other_address_where_the_first_is_dead(council: Council, desk: Desk) -> None:
    council.add_paper(1, "Halle", mainFile=council.add_text("v.txt", "Ein Text.", "Vorlage"))
    council.answer("/download/v.txt", Reply(status=404))
    council.file("/access/v.txt", b"Ein Text.", "text/plain")
    assert desk.run().complete
    assert desk.files() == {"Ein Text."}
