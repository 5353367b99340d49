"""Bad input gets one German sentence and exit code 2, and leaves the store as it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from assistant.commands import ask
from corpus.command_line import Command, run_command
from corpus.commands import documents, text
from ingest.commands import ingest
from tests.conftest import VORLAGE, Run

Outcome = tuple[int, str]
Call = Callable[..., Outcome]


@pytest.fixture
def data(akte_data: Path, tmp_path: Path) -> Path:
    """A copy of the ingested Akte that a test may spoil."""
    return Path(shutil.copytree(akte_data, tmp_path / "daten"))


@pytest.fixture
def call(
    data: Path,
    models_directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Call:
    """Run a command in this process; return its exit code and what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AKTENKUNDIG_DATA", str(data))
    monkeypatch.setenv("AKTENKUNDIG_MODELS", str(models_directory))

    def run(command: Command, *words: str) -> Outcome:
        capsys.readouterr()
        code = run_command(command, words)
        return code, capsys.readouterr().err

    return run


def contents(data: Path) -> dict[str, str]:
    """What the store says, table by table: the files themselves may be rewritten by SQLite."""
    import sqlite3

    with sqlite3.connect(data / "aktenkundig.sqlite") as connection:
        tables = (
            "documents",
            "pages",
            "sections",
            "passages",
            "sentences",
            "abbreviations",
            "words",
            "missing",
            "tables",
            "cells",
            "mentions",
            "files",
            "places",
            "meta",
        )
        found = {table: repr(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables}  # noqa: S608
    connection.close()
    originals = sorted((data / "originale").iterdir())
    found["originals"] = repr([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in originals])
    return found


def assert_one_german_sentence(outcome: Outcome, *expected: str) -> None:
    code, message = outcome
    assert code == 2, message
    assert message.count("\n") == 1, message
    assert message.rstrip().endswith((".", ")."))
    assert "Traceback" not in message
    for part in expected:
        assert part in message


def missing_file(folder: Path) -> Path:
    return folder / "gibt-es-nicht.pdf"


def empty_file(folder: Path) -> Path:
    path = folder / "leer.pdf"
    path.touch()
    return path


def not_a_pdf(folder: Path) -> Path:
    path = folder / "brief.pdf"
    path.write_bytes(b"<html><body>kein PDF</body></html>")
    return path


def truncated_pdf(folder: Path) -> Path:
    path = folder / "abgeschnitten.pdf"
    path.write_bytes(VORLAGE.read_bytes()[:20_000])
    return path


def encrypted_pdf(folder: Path) -> Path:
    writer = PdfWriter(clone_from=VORLAGE)
    writer.encrypt("geheim", algorithm="RC4-128")
    writer.write(folder / "verschluesselt.pdf")
    return folder / "verschluesselt.pdf"


def pdf_without_text(folder: Path) -> Path:
    canvas = Canvas(str(folder / "scan.pdf"))
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.save()
    return folder / "scan.pdf"


def garbled_pdf(folder: Path) -> Path:
    path = folder / "kaputt.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF\n")
    return path


def pdf_with_a_broken_page(folder: Path) -> Path:
    path = folder / "kaputte-seite.pdf"
    path.write_bytes(VORLAGE.read_bytes().replace(b"/Type /Page\n", b"/Type /Pagx\n"))
    return path


def folder_without_documents(folder: Path) -> Path:
    path = folder / "leerer-ordner"
    path.mkdir()
    (path / "bild.png").write_bytes(b"\x89PNG")
    return path


def unknown_format(folder: Path) -> Path:
    path = folder / "tabelle.xlsx"
    path.write_bytes(b"PK")
    return path


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (missing_file, "gibt es nicht"),
        (empty_file, "leer"),
        (not_a_pdf, "keine PDF-Datei"),
        (truncated_pdf, "unvollständig"),
        (encrypted_pdf, "verschlüsselt"),
        (pdf_without_text, "keinen lesbaren Text"),
        (garbled_pdf, "beschädigt"),
        (pdf_with_a_broken_page, "beschädigt"),
        (folder_without_documents, "keine Dokumente"),
        (unknown_format, "kein lesbares Format"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_an_unreadable_file_is_refused_and_the_store_stays_as_it_was(
    call: Call, data: Path, tmp_path: Path, make: Callable[[Path], Path], expected: str
) -> None:
    before = contents(data)
    assert_one_german_sentence(call(ingest, str(make(tmp_path))), expected)
    assert contents(data) == before


def test_a_bad_file_beside_a_good_one_keeps_both_out(call: Call, data: Path, tmp_path: Path) -> None:
    good = tmp_path / "gut.txt"
    good.write_text("Der Rat der Gemeinde tagt am 3. Mai 2015 im Rathaus.", encoding="utf-8")
    before = contents(data)
    assert_one_german_sentence(call(ingest, str(good), str(truncated_pdf(tmp_path))), "unvollständig")
    assert contents(data) == before


def test_a_bad_file_in_a_folder_is_reported_and_the_others_are_read(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "sitzung"
    folder.mkdir()
    (folder / "gut.txt").write_text("Der Rat der Gemeinde tagt am 3. Mai 2015 im Rathaus.", encoding="utf-8")
    empty_file(folder)
    code, _ = call(ingest, str(folder))
    assert code == 1
    code, _ = call(text, "gut")
    assert code == 0


@pytest.mark.parametrize(
    ("question", "expected"), [("", "leer"), ("  \n ", "leer"), ("???", "leer"), ("a" * 20_000, "20.000")]
)
def test_an_impossible_question_is_refused(call: Call, question: str, expected: str) -> None:
    assert_one_german_sentence(call(ask, question), expected)


def test_an_unknown_setting_in_the_environment_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENKUNDIG_DATEN", "x")
    assert_one_german_sentence(call(documents), "AKTENKUNDIG_DATEN", "unbekannt")


def test_an_unknown_setting_in_the_file_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "aktenkundig.toml").write_text('embeding_model = "x"\n', encoding="utf-8")
    assert_one_german_sentence(call(documents), "embeding_model", "unbekannt")


def test_an_impossible_value_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKTENKUNDIG_PORT", "achtzig")
    assert_one_german_sentence(call(documents), "port", "achtzig")


def test_a_settings_file_that_is_no_toml_is_refused(call: Call, tmp_path: Path) -> None:
    (tmp_path / "aktenkundig.toml").write_text("port = = 3\n", encoding="utf-8")
    assert_one_german_sentence(call(documents), "aktenkundig.toml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"port = {'[' * 3_000}", "zu tief verschachtelt"),
        (f"port = {'1' * 5_000}", "nicht lesbar"),
        (f'host = ["{"x" * 9_000}"]', "host"),
        ('trusted_proxies = ["eins\\nzwei"]', "trusted_proxies"),
    ],
)
def test_a_settings_file_that_no_parser_gets_along_with_is_refused(
    call: Call, tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "aktenkundig.toml").write_text(content, encoding="utf-8")
    outcome = call(documents)
    assert_one_german_sentence(outcome, expected)
    assert len(outcome[1]) < 1_000


def test_an_unknown_document_is_refused(call: Call) -> None:
    assert_one_german_sentence(call(text, "gibt-es-nicht"), "gibt-es-nicht")


def test_a_data_directory_of_another_model_is_refused(call: Call, data: Path, tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(data / "aktenkundig.sqlite") as connection:
        connection.execute("UPDATE meta SET value = 'anderes-modell:0123' WHERE key = 'model'")
    connection.close()
    assert_one_german_sentence(call(ask, "Was soll beschlossen werden?"), "anderes-modell")
    note = tmp_path / "notiz.txt"
    note.write_text("Der Rat tagt im Mai.", encoding="utf-8")
    before = contents(data)
    assert_one_german_sentence(call(ingest, str(note)), "anderes-modell")
    assert contents(data) == before


def test_a_read_only_data_directory_is_refused(call: Call, data: Path) -> None:
    data.chmod(0o555)
    try:
        assert_one_german_sentence(call(ask, "Was soll beschlossen werden?"), "schreibgeschützt")
        assert_one_german_sentence(call(ingest, str(VORLAGE)), "schreibgeschützt")
    finally:
        data.chmod(0o755)


def test_a_data_directory_that_cannot_be_made_is_refused(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "datei").touch()
    monkeypatch.setenv("AKTENKUNDIG_DATA", str(tmp_path / "datei" / "daten"))
    assert_one_german_sentence(call(ingest, str(VORLAGE)), "lässt sich nicht anlegen")


def test_asking_before_anything_is_read_says_what_to_do(run: Run, tmp_path: Path) -> None:
    done = run("ask", "Was soll beschlossen werden?", data=tmp_path / "neu")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "aktenkundig ingest" in done.err
    assert not (tmp_path / "neu").exists()
