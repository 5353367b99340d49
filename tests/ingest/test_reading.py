"""From a file to its documents: packages, embedded files, and what is left out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from ingest import reading
from ingest.layout import Attachment, Line, OnPage, Part, RawDocument, RawPage, ignore_page, without_boxes
from ingest.readers.text import TextReader
from ingest.reading import MAX_ATTACHMENTS, ReadDocument, printable_name, read_file
from tests.conftest import VORLAGE

TEXTS = (
    "Der Kreistag tagt am 3. Mai im Kreishaus.",
    "Die Verwaltung legt den Stellenplan vor.",
    "Das Land fördert die Räume mit 12.500 €.",
    "Der Ausschuss empfiehlt dem Rat die Annahme.",
    "Über die Beiträge wird später entschieden.",
)


def page(index: int, text: str) -> RawPage:
    lines = [Line(text=text, boxes=without_boxes(text))] if text else []
    return RawPage(index=index, width=595, height=842, lines=lines, reading="text" if text else "unread")


@dataclass
class Package:
    """A reader of files that hold others; an embedded text file is really read."""

    texts: tuple[str, ...] = TEXTS
    parts: list[Part] = field(default_factory=list)
    attachments: dict[str, list[Attachment]] = field(default_factory=dict)
    """By the first word of the file's content."""

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        if path.suffix == ".txt":
            return TextReader().read(path, on_page)
        for index in range(len(self.texts)):
            on_page(index + 1, len(self.texts))
        found = self.attachments.get(path.read_text(encoding="utf-8").split()[0], [])
        pages = [page(index, text) for index, text in enumerate(self.texts)]
        return RawDocument(pages, "application/pdf", {"title": "Paket", "author": "Amt"}, self.parts, found)


Read = Callable[..., list[ReadDocument]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Read:
    """Read a package that is made up of these parts and attachments."""

    def read_package(on_page: OnPage = ignore_page, **contents: object) -> list[ReadDocument]:
        reader = Package(**contents)  # type: ignore[arg-type]
        monkeypatch.setattr(reading, "reader_for", lambda _path: reader)
        path = tmp_path / "paket.pdf"
        path.write_text("außen", encoding="utf-8")
        return read_file(path, on_page)

    return read_package


def text_attachment(name: str, text: str = "Die Anlage nennt die Kosten.") -> Attachment:
    return Attachment(name, text.encode())


def test_a_plain_file_is_one_document_without_a_name() -> None:
    (document,) = read_file(VORLAGE)
    assert (document.name, document.attachment, document.skipped, document.unread) == ("", None, (), [])
    assert document.media_type == "application/pdf"
    assert "Kommunalen Integrationszentrums" in document.canonical.text


def test_the_parts_of_a_package_are_documents_whose_pages_keep_their_place_in_the_file(read: Read) -> None:
    parts = [Part("Einladung", 0, 0), Part("Vorlage 12/2014", 1, 3), Part("Anlage 1", 4, 4)]
    found = read(parts=parts)
    assert [document.name for document in found] == ["einladung", "vorlage-12-2014", "anlage-1"]
    assert [document.title for document in found] == ["Einladung", "Vorlage 12/2014", "Anlage 1"]
    assert [[page.index for page in document.canonical.pages] for document in found] == [[0], [1, 2, 3], [4]]
    assert TEXTS[1] in found[1].canonical.text
    assert TEXTS[4] not in found[1].canonical.text
    assert all(document.metadata["author"] == "Amt" for document in found)
    for document in found:
        for page_ in document.canonical.pages:
            assert document.canonical.text[page_.start : page_.end].rstrip() == TEXTS[page_.index]


def test_parts_of_the_same_title_get_numbers(read: Read) -> None:
    parts = [Part("Anlage", 0, 0), Part("Anlage", 1, 1), Part("Anlage 2", 2, 3), Part("ANLAGE", 4, 4)]
    assert [document.name for document in read(parts=parts)] == ["anlage", "anlage-2", "anlage-2-2", "anlage-3"]


def test_a_part_without_text_is_named_among_what_was_left_out(read: Read) -> None:
    parts = [Part("Vorlage", 0, 1), Part("Lageplan", 2, 3), Part("Antrag", 4, 4)]
    found = read(texts=(TEXTS[0], TEXTS[1], "", "", TEXTS[4]), parts=parts)
    assert [document.title for document in found] == ["Vorlage", "Antrag"]
    assert found[0].skipped == (
        "Der Teil „Lageplan“ (Seiten 3 bis 4) enthält keinen lesbaren Text und wurde ausgelassen.",
    )


def test_pages_that_could_not_be_read_are_named(read: Read) -> None:
    (document,) = read(texts=(TEXTS[0], "", TEXTS[2]))
    assert document.unread == [1]


def test_a_file_in_which_nothing_stands_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFileError, match=r"„paket.pdf“ enthält keinen lesbaren Text"):
        read(texts=("", ""))


def test_an_embedded_file_is_a_document_with_its_bytes(read: Read) -> None:
    attachment = text_attachment("Anlage 1.txt")
    main, embedded = read(attachments={"außen": [attachment]})
    assert (main.name, main.attachment) == ("", None)
    assert (embedded.name, embedded.attachment, embedded.media_type) == ("Anlage 1.txt", attachment.data, "text/plain")
    assert embedded.canonical.text == "Die Anlage nennt die Kosten."


def test_a_cover_without_text_does_not_hide_what_is_embedded(read: Read) -> None:
    (embedded,) = read(texts=("",), attachments={"außen": [text_attachment("antrag.txt")]})
    assert embedded.name == "antrag.txt"
    assert "„paket.pdf“ enthält keinen lesbaren Text" in embedded.skipped[0]


def test_files_in_embedded_files_are_read_two_levels_down(read: Read) -> None:
    chain = {
        "außen": [Attachment("eins.pdf", b"eins")],
        "eins": [Attachment("zwei.pdf", b"zwei")],
        "zwei": [Attachment("drei.pdf", b"drei")],
    }
    found = read(attachments=chain)
    assert [document.name for document in found] == ["", "eins.pdf", "eins.pdf/zwei.pdf"]
    assert "„drei.pdf“ ist zu tief verschachtelt" in found[2].skipped[0]


def test_what_cannot_be_read_of_embedded_files_is_named_with_its_reason(read: Read) -> None:
    found = read(
        attachments={
            "außen": [
                Attachment("kosten.xlsx", b"PK"),
                Attachment("leer.txt", b""),
                Attachment("binaer.txt", b"\0\1\2"),
                text_attachment("gut.txt"),
                text_attachment("gleich.txt"),
            ]
        }
    )
    assert [document.name for document in found] == ["", "gut.txt"]
    skipped = found[0].skipped
    assert len(skipped) == 4
    for sentence, part in zip(skipped, ("kosten.xlsx", "leer.txt", "binaer.txt", "mehrfach eingebettet"), strict=True):
        assert sentence.startswith("Eine eingebettete Datei wurde ausgelassen: ")
        assert part in sentence
        assert sentence.endswith(".")


def test_no_more_than_fifty_embedded_files_are_read(read: Read) -> None:
    many = [text_attachment(f"{n}.txt", f"Das ist die Anlage {n}.") for n in range(MAX_ATTACHMENTS + 3)]
    found = read(attachments={"außen": many})
    assert len(found) == 1 + MAX_ATTACHMENTS
    assert len(found[0].skipped) == 3


def test_embedded_files_that_are_too_large_together_are_left_out(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ATTACHED_BYTES", 50)
    found = read(attachments={"außen": [text_attachment("a.txt", "a" * 30), text_attachment("b.txt", "b" * 30)]})
    assert [document.name for document in found] == ["", "a.txt"]
    assert "„b.txt“" in found[0].skipped[0]


def test_names_of_embedded_files_lead_nowhere_and_do_not_collide(read: Read) -> None:
    names = ("../../etc/plan.txt", r"C:\Akten\plan.txt", "PLAN.txt", "zeile\num\0bruch.txt", f"{'x' * 300}.txt")
    found = read(attachments={"außen": [text_attachment(name, f"Das ist {name!r}.") for name in names]})
    assert [document.name for document in found[1:5]] == ["plan.txt", "plan-2.txt", "PLAN-3.txt", "zeile�um�bruch.txt"]
    assert found[5].name.endswith("x.txt")
    assert len(found[5].name) < 70


def test_nothing_is_left_of_embedded_files_on_the_disk(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    read(attachments={"außen": [text_attachment("a.txt"), Attachment("b.txt", b"\0")]})
    assert list(folder.iterdir()) == []


def test_progress_never_goes_back_while_embedded_files_are_read(read: Read) -> None:
    heard: list[tuple[int, int]] = []
    read(lambda done, of: heard.append((done, of)), attachments={"außen": [Attachment("eins.pdf", b"eins")]})
    assert heard == [(n, 5) for n in (1, 2, 3, 4, 5, 5, 5, 5, 5, 5)]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _path: None, "gibt es nicht"),
        (Path.mkdir, "ist ein Ordner"),
        (os.mkfifo, "keine gewöhnliche Datei"),
        (lambda path: path.symlink_to("/dev/zero"), "keine gewöhnliche Datei"),
        (lambda path: path.symlink_to(path), "lässt sich nicht öffnen"),
        (lambda path: path.symlink_to(path.parent / "fort.pdf"), "gibt es nicht"),
    ],
    ids=["nothing", "a folder", "a pipe", "a device", "a loop", "a dangling link"],
)
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], object], reason: str) -> None:
    path = tmp_path / "papier.pdf"
    make(path)
    with pytest.raises(UnreadableFileError, match=reason):
        read_file(path)


def test_a_name_that_no_line_can_show_is_made_printable(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"gr\xf6\xdfe\nzwei\x1b[31m.pdf")
    path.touch()
    with pytest.raises(UnreadableFileError) as raised:
        read_file(path)
    sentence = str(raised.value)
    assert sentence.isprintable()
    assert "„gr�e�zwei�[31m.pdf“ ist leer" in sentence
    sentence.encode("utf-8")


def test_a_very_long_name_keeps_its_ending() -> None:
    name = printable_name(Path(f"{'Niederschrift ' * 15}Anlage 4.pdf"))
    assert len(name) < 60
    assert name.startswith("Niederschrift Niederschrift")
    assert name.endswith("Anlage 4.pdf")
