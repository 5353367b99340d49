"""What staff do with documents, and what nobody else may: over the API, with real files and a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import STAFF_KEY, VORLAGE, finished

pytestmark = pytest.mark.slow

HEADERS = {"Authorization": f"Bearer {STAFF_KEY}".encode()}
BRIDGE = "Die Brücke über die Sieg wird am {} gesperrt."


@pytest.fixture
def staff(staff_address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{staff_address}/api/v1/staff", headers=HEADERS, timeout=60) as client:
        yield client


def sent(staff: httpx.Client, name: str, content: bytes, visibility: str = "public") -> dict[str, Any]:
    return finished(staff, staff.post("/uploads", params={"name": name, "visibility": visibility}, content=content))


def listed(staff: httpx.Client) -> dict[str, dict[str, Any]]:
    return {entry["document"]: entry for entry in staff.get("/documents").json()}


def public(address: str) -> set[str]:
    return {entry["document"] for entry in httpx.get(f"{address}/api/v1/documents").json()}


def asked(address: str, question: str) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{address}/api/v1/ask", json={"question": question}, timeout=60).json()
    return answer


def test_an_uploaded_file_is_answered_from_replaced_hidden_and_removed(staff: httpx.Client, staff_address: str) -> None:
    question = "Wann wird die Brücke über die Sieg gesperrt?"
    change = sent(staff, "brücke.txt", BRIDGE.format("4. Juni 2015").encode())
    assert change["state"] == "done", change
    assert any("gelesen" in line for line in change["report"])
    assert listed(staff)["bruecke"]["file"] == "brücke.txt"
    assert asked(staff_address, question)["short_answer"] == "4. Juni 2015"

    change = sent(staff, "brücke.txt", BRIDGE.format("9. Juli 2015").encode())
    assert any("ersetzt" in line for line in change["report"])
    assert asked(staff_address, question)["short_answer"] == "9. Juli 2015"

    wish = staff.put("/documents/bruecke/visibility", json={"visibility": "non_public"})
    assert finished(staff, wish)["state"] == "done"
    assert listed(staff)["bruecke"]["visibility"] == "non_public"
    assert "bruecke" not in public(staff_address)
    assert asked(staff_address, question)["status"] == "not_found"
    assert httpx.get(f"{staff_address}/original/bruecke").status_code == 404

    assert finished(staff, staff.put("/documents/bruecke/visibility", json={"visibility": "public"}))["state"] == "done"
    assert asked(staff_address, question)["short_answer"] == "9. Juli 2015"

    assert finished(staff, staff.delete("/documents/bruecke"))["state"] == "done"
    assert "bruecke" not in listed(staff)
    assert asked(staff_address, question)["status"] == "not_found"


def test_without_saying_so_nothing_becomes_public(staff: httpx.Client, staff_address: str) -> None:
    change = finished(staff, staff.post("/uploads", params={"name": "vorlage.pdf"}, content=VORLAGE.read_bytes()))
    assert change["state"] == "done", change
    assert listed(staff)["vorlage"]["visibility"] == "non_public"
    assert listed(staff)["vorlage"]["pages"] == 3
    assert "vorlage" not in public(staff_address)
    assert finished(staff, staff.delete("/documents/vorlage"))["state"] == "done"


def test_a_file_that_cannot_be_read_leaves_everything_as_it_was(staff: httpx.Client, staff_data: Path) -> None:
    assert sent(staff, "bericht.txt", b"Der Bericht wird am 3. Mai 2016 vorgelegt.")["state"] == "done"
    before = listed(staff)
    files = sorted(path.name for path in (staff_data / "hochgeladen").rglob("*") if path.is_file())
    for name, content in (("bericht.txt", b""), ("kaputt.pdf", b"%PDF-1.7 kein PDF"), ("programm.exe", b"MZ")):
        change = sent(staff, name, content)
        assert change["state"] == "failed"
        assert change["report"][0].endswith(".")
    assert listed(staff) == before
    assert sorted(path.name for path in (staff_data / "hochgeladen").rglob("*") if path.is_file()) == files
    assert finished(staff, staff.delete("/documents/bericht"))["state"] == "done"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer falsch"}, {"Authorization": "Basic Zm9v"}])
def test_without_the_key_nothing_can_be_seen_or_done(staff_address: str, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=f"{staff_address}/api/v1/staff", headers=headers, timeout=60) as stranger:
        for method, path in (
            ("GET", "/documents"), ("GET", "/changes"), ("POST", "/uploads?name=a.txt"), ("DELETE", "/documents/notiz"),
        ):  # fmt: skip
            response = stranger.request(method, path)
            assert response.status_code == 401
            assert response.json()["detail"] == "Der Schlüssel fehlt oder ist falsch."


def test_where_no_key_is_set_there_is_no_staff_work(web_address: str) -> None:
    for path in ("documents", "changes"):
        assert httpx.get(f"{web_address}/api/v1/staff/{path}", headers=HEADERS).status_code == 404
    assert "hidden>Verwaltung</button>" in httpx.get(web_address).text
    assert "/staff" not in httpx.get(f"{web_address}/api/v1/openapi.json").text


def test_a_file_that_is_too_large_is_not_kept(staff: httpx.Client, staff_data: Path) -> None:
    response = staff.post("/uploads", params={"name": "gross.txt"}, content=b"a" * 2_000_001)
    assert response.status_code == 413
    assert response.json()["detail"] == "Die Datei ist größer als 2 MB."
    assert list((staff_data / "hochgeladen" / ".eingang").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../flucht.txt", "/etc/flucht.txt", "<img src=x onerror=alert(1)>.txt", ".alt-x.txt"]
)
def test_no_name_leaves_the_folder(staff: httpx.Client, staff_data: Path, name: str) -> None:
    change = sent(staff, name, f"Ein Text namens {len(name)} über Verschiedenes.".encode())
    assert change["state"] == "done", change
    (kept,) = [path for path in (staff_data / "hochgeladen" / "oeffentlich").iterdir() if path.is_file()]
    assert kept.name == change["name"]
    assert not set(kept.name) & set('<>/\\:"')
    assert not kept.name.startswith(".")
    (document,) = [entry["document"] for entry in listed(staff).values() if entry["file"] == kept.name]
    assert finished(staff, staff.delete(f"/documents/{document}"))["state"] == "done"


@pytest.mark.parametrize("name", ["", "   ", "ohne-endung", "..", ".txt", "akte.toml", "AKTE.TOML", "x.zulangeendung"])
def test_a_name_that_is_none_is_refused(staff: httpx.Client, name: str) -> None:
    response = staff.post("/uploads", params={"name": name}, content=b"Text")
    assert response.status_code == 422


def test_documents_from_folders_are_not_removed_here(staff: httpx.Client) -> None:
    response = staff.delete("/documents/notiz")
    assert response.status_code == 404
    assert "nicht hochgeladen" in response.json()["detail"]
    assert "notiz" in listed(staff)


@pytest.mark.parametrize("mark", ["Status: öffentlich", "öffentlich", "☒ öffentlich"])
def test_what_is_uploaded_as_non_public_stays_so_whatever_it_says(
    staff: httpx.Client, staff_address: str, mark: str
) -> None:
    change = sent(staff, "geheim.txt", f"Vorlage\n{mark}\n\nDer Vergleich liegt bei 5 Euro.".encode(), "non_public")
    assert change["state"] == "done", change
    assert listed(staff)["geheim"]["visibility"] == "non_public"
    assert "geheim" not in public(staff_address)
    assert finished(staff, staff.put("/documents/geheim/visibility", json={"visibility": "public"}))["state"] == "done"
    assert "geheim" in public(staff_address)
    assert (
        finished(staff, staff.put("/documents/geheim/visibility", json={"visibility": "non_public"}))["state"] == "done"
    )
    assert "geheim" not in public(staff_address)
    assert finished(staff, staff.delete("/documents/geheim"))["state"] == "done"


def test_a_file_with_a_long_name_is_not_lost_to_a_broken_one(staff: httpx.Client, staff_data: Path) -> None:
    name = f"{'niederschrift-' * 9}.txt"
    first = sent(staff, name, b"Die Niederschrift wurde am 7. Mai 2018 genehmigt.")
    assert first["state"] == "done", first
    assert sent(staff, name, b"")["state"] == "failed"
    kept = staff_data / "hochgeladen" / "oeffentlich" / first["name"]
    assert "7. Mai 2018" in kept.read_text(encoding="utf-8")
    (document,) = [entry["document"] for entry in listed(staff).values() if entry["file"] == first["name"]]
    assert finished(staff, staff.delete(f"/documents/{document}"))["state"] == "done"


def test_the_same_content_is_not_taken_twice(staff: httpx.Client, staff_address: str) -> None:
    content = b"Der Spielplatz wird am 8. Mai 2019 eingeweiht."
    assert sent(staff, "eins.txt", content)["state"] == "done"
    change = sent(staff, "zwei.txt", content, "non_public")
    assert change["state"] == "failed"
    assert "Derselbe Inhalt" in change["report"][0]
    assert public(staff_address) >= {"eins"}
    assert finished(staff, staff.delete("/documents/eins"))["state"] == "done"
    assert not {"eins", "zwei"} & set(listed(staff))


def test_a_file_is_uploaded_for_a_gremium_moved_inside_and_opened_again(
    staff: httpx.Client, staff_address: str
) -> None:
    wanted = {"name": "klausur.txt", "visibility": "non_public", "gremium": ["Bauausschuss", " Ältestenrat "]}
    change = finished(
        staff, staff.post("/uploads", params=wanted, content=b"Die Klausur der Verwaltung ist am 3. Mai 2015.")
    )
    assert (change["state"], change["gremien"]) == ("done", ["Bauausschuss", "Ältestenrat"]), change
    assert (listed(staff)["klausur"]["visibility"], listed(staff)["klausur"]["gremien"]) == (
        "non_public",
        ["Bauausschuss", "Ältestenrat"],
    )
    for wish in ({"visibility": "internal"}, {"visibility": "public"}):
        assert finished(staff, staff.put("/documents/klausur/visibility", json=wish))["state"] == "done"
        assert listed(staff)["klausur"]["gremien"] == []
        assert ("klausur" in public(staff_address)) == (wish["visibility"] == "public")
    assert finished(staff, staff.delete("/documents/klausur"))["state"] == "done"
    refused = staff.put("/documents/klausur/visibility", json={"visibility": "public", "gremien": ["Bauausschuss"]})
    assert refused.status_code == 422
