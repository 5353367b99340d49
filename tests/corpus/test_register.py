"""The register is read strictly: what is wrong in it is said in one German sentence that names the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from corpus.register import load_register

AKTE = Path(__file__).resolve().parents[2] / "corpus" / "akten" / "kommunales-integrationszentrum"

HEAD = '[akte]\nid = "a"\ntitle = "A"\n'
ENTRY = '[[documents]]\nid = "eins"\ntitle = "Eins"\nkind = "Vorlage"\norigin = "original"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "akte.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_vorlage_of_the_akte_is_present_and_public() -> None:
    akte = load_register(AKTE)
    assert (akte.id, akte.title, akte.authority) == (
        "kommunales-integrationszentrum",
        "Kommunales Integrationszentrum",
        "Rhein-Sieg-Kreis",
    )
    entry = next(entry for entry in akte.present() if entry.id == "ki-vorlage")
    assert (entry.kind, entry.date, entry.committee) == ("Vorlage", "2014-03-17", "Kreisausschuss")
    assert (entry.visibility, entry.origin, entry.number) == ("public", "original", None)
    assert akte.path(entry) == AKTE / "vorlage.pdf"


def test_the_akte_lists_the_konzeption_and_six_anhaenge_as_the_vorlage_titles_them() -> None:
    entries = {entry.id: entry for entry in load_register(AKTE).documents}
    source = " ".join((AKTE / "vorlage.txt").read_text(encoding="utf-8").split())
    assert list(entries) == ["ki-vorlage", "ki-konzeption", *(f"ki-anhang-{number}" for number in range(1, 7))]
    assert f"Anlage: {entries['ki-konzeption'].title} Anhänge:" in source
    assert entries["ki-konzeption"].parent == "ki-vorlage"
    for number in range(1, 7):
        entry = entries[f"ki-anhang-{number}"]
        following = f" {number + 1}.)" if number < 6 else ""
        assert f"{number}.) {entry.title}{following}" in source
        assert (entry.kind, entry.parent) == (f"Anhang {number}", "ki-konzeption")
    assert source.endswith(entries["ki-anhang-6"].title)


def test_every_document_is_either_present_or_missing() -> None:
    akte = load_register(AKTE)
    ids = [entry.id for entry in akte.present()] + [document.document for document in akte.missing()]
    assert sorted(ids) == sorted(entry.id for entry in akte.documents)


def test_an_entry_without_a_file_is_announced_but_missing(tmp_path: Path) -> None:
    akte = load_register(write(tmp_path, HEAD + ENTRY))
    assert akte.present() == []
    (missing,) = akte.missing()
    assert (missing.document, missing.title, missing.kind, missing.akte) == ("eins", "Eins", "Vorlage", "a")
    with pytest.raises(ValueError, match="has no file"):
        akte.path(akte.documents[0])


def test_a_date_may_be_written_as_toml_date_or_as_text(tmp_path: Path) -> None:
    for date in ("2014-03-17", '"2014-03-17"'):
        assert load_register(write(tmp_path, f"{HEAD}{ENTRY}date = {date}\n")).documents[0].date == "2014-03-17"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[akte\n", "kein gültiges TOML", id="bad TOML"),
        pytest.param("", "keine Angabe „akte“", id="empty"),
        pytest.param(HEAD, "nennt kein Dokument", id="no documents"),
        pytest.param('documents = "x"\n' + HEAD, "unmöglichen Wert „x“", id="documents are no list"),
        pytest.param("documents = [1]\n" + HEAD, "im 1. Dokument", id="a document is no table"),
        pytest.param('farbe = "rot"\n' + HEAD + ENTRY, "„farbe“", id="unknown key at the top"),
        pytest.param(HEAD + 'farbe = "rot"\n' + ENTRY, "in [akte] die unbekannte Angabe „farbe“", id="unknown in akte"),
        pytest.param(
            HEAD + ENTRY + 'titel = "x"\n', "im Dokument „eins“ die unbekannte Angabe „titel“", id="unknown key"
        ),
        pytest.param(HEAD + '[[documents]]\nid = "eins"\n', "keine Angabe „title“", id="no title"),
        pytest.param(HEAD + ENTRY.replace("Eins", " "), "bei „title“", id="blank title"),
        pytest.param(HEAD + ENTRY + ENTRY, "Kennung „eins“ zweimal", id="duplicate id"),
        pytest.param(HEAD + ENTRY.replace("eins", "Anhang 1"), "unmögliche Kennung „Anhang 1“", id="no slug"),
        pytest.param(HEAD.replace('"a"', '"Ä"') + ENTRY, "unmögliche Kennung „Ä“", id="akte is no slug"),
        pytest.param(HEAD + ENTRY + 'parent = "zwei"\n', "dem Dokument „zwei“", id="unknown parent"),
        pytest.param(HEAD + ENTRY + 'parent = "eins"\n', "dem Dokument „eins“", id="its own parent"),
        pytest.param(HEAD + ENTRY + 'file = "fehlt.pdf"\n', "„fehlt.pdf“, die es nicht gibt", id="file is not there"),
        pytest.param(HEAD + ENTRY + 'file = "a\\u0000b"\n', "die es nicht gibt", id="impossible file name"),
        pytest.param(
            HEAD + ENTRY + 'source = "fehlt.txt"\n', "„fehlt.txt“, die es nicht gibt", id="source is not there"
        ),
        pytest.param(HEAD + ENTRY + 'file = "../a.pdf"\n', "außerhalb seines Ordners", id="file outside"),
        pytest.param(HEAD + ENTRY + 'file = "/etc/passwd"\n', "außerhalb seines Ordners", id="absolute file"),
        pytest.param(HEAD + ENTRY + 'date = "17.03.2014"\n', "„17.03.2014“", id="German date"),
        pytest.param(HEAD + ENTRY + "number = 123\n", "bei „number“", id="number is no text"),
        pytest.param(HEAD + ENTRY + 'visibility = "geheim"\n', "„geheim“", id="unknown visibility"),
    ],
)
def test_a_mistake_is_said_in_one_german_sentence_that_names_the_file(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UnreadableFileError) as caught:
        load_register(path)
    message = str(caught.value)
    assert said in message
    assert str(path) in message
    assert message.startswith("Das Register ")
    assert message.endswith(".")
    assert "\n" not in message
    assert "; bitte " in message


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "akte"
    folder.mkdir()
    (tmp_path / "geheim.pdf").write_bytes(b"x")
    (folder / "a.pdf").symlink_to(tmp_path / "geheim.pdf")
    with pytest.raises(UnreadableFileError, match="außerhalb seines Ordners"):
        load_register(write(folder, HEAD + ENTRY + 'file = "a.pdf"\n'))


def test_a_register_that_is_missing_or_not_utf8_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"akte\.toml fehlt oder ist nicht lesbar; bitte .*\.$"):
        load_register(tmp_path)
    (tmp_path / "akte.toml").write_bytes(HEAD.encode() + b"# \xfc")
    with pytest.raises(UnreadableFileError, match=r"nicht in UTF-8 gespeichert; bitte .*\.$"):
        load_register(tmp_path)


SLOTTED = HEAD + ENTRY.replace('"original"', '"example"') + 'file = "beispiel.pdf"\nslot = "eins"\n'


def test_a_file_in_the_slot_of_an_example_is_the_original_and_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "beispiel.pdf").write_bytes(b"%PDF-1.7")
    (before,) = load_register(write(tmp_path, SLOTTED)).present()
    assert (before.file, before.origin) == ("beispiel.pdf", "example")
    (tmp_path / "eins.docx").write_bytes(b"PK")
    (after,) = load_register(tmp_path).present()
    assert (after.file, after.origin, after.id) == ("eins.docx", "original", "eins")


def test_a_file_in_the_slot_of_a_missing_document_makes_it_present(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + ENTRY + 'slot = "eins"\n')
    assert load_register(path).present() == []
    (tmp_path / "eins.pdf").write_bytes(b"%PDF-1.7")
    assert [entry.file for entry in load_register(path).present()] == ["eins.pdf"]


def test_two_files_in_one_slot_are_refused(tmp_path: Path) -> None:
    for name in ("eins.pdf", "eins.docx"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnreadableFileError, match=r"^Für „eins“ liegen .*eins\.docx, eins\.pdf.*; bitte nur eine"):
        load_register(write(tmp_path, HEAD + ENTRY + 'slot = "eins"\n'))


def test_every_example_of_the_akte_says_so_and_can_be_replaced() -> None:
    examples = [entry for entry in load_register(AKTE).documents if entry.id != "ki-vorlage"]
    assert {entry.origin for entry in examples} == {"example"}
    assert all(entry.slot and "frei erfunden" in (entry.note or "") for entry in examples)


@pytest.mark.parametrize("text", [f"a = {'[' * 3_000}", f"a = {'1' * 5_000}"], ids=["lists in lists", "5000 digits"])
def test_a_register_that_no_parser_gets_to_the_end_of_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFileError, match="zu tief verschachtelte oder zu lange Angabe"):
        load_register(write(tmp_path, text))


def test_a_register_of_many_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="größer als 10 MB"):
        load_register(write(tmp_path, "#" * 10_000_001))
