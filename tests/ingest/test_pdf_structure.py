"""Meeting packages are cut along their outline, and embedded files come out whole."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from corpus.pdfium import PDFIUM_LOCK
from ingest.layout import Attachment, Part
from ingest.readers.pdf.structure import read_attachments, read_parts


def written(writer: PdfWriter) -> bytes:
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def blank(pages: int) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return writer


def package(pages: int, entries: Sequence[tuple[str, int, int | None]]) -> bytes:
    """Entries are title, page, and the position of the entry above."""
    writer = blank(pages)
    made = []
    for title, page, above in entries:
        made.append(
            writer.add_outline_item(title=title, page_number=page, parent=None if above is None else made[above])
        )
    return written(writer)


def parts_of(data: bytes) -> list[Part]:
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(data)
        found = read_parts(document)
        document.close()
    return found


def attachments_of(data: bytes) -> list[Attachment]:
    with PDFIUM_LOCK:
        document = pdfium.PdfDocument(data)
        found = read_attachments(document)
        document.close()
    return found


def test_a_package_is_cut_where_its_papers_begin_and_its_first_pages_are_a_part() -> None:
    data = package(9, [("Einladung", 1, None), ("Vorlage 12/2014", 3, None), ("Anlage 1", 6, None)])
    assert parts_of(data) == [
        Part("Deckblatt", 0, 0),
        Part("Einladung", 1, 2),
        Part("Vorlage 12/2014", 3, 5),
        Part("Anlage 1", 6, 8),
    ]


def test_papers_below_an_item_of_the_agenda_are_documents_of_their_own() -> None:
    data = package(
        8,
        [
            ("TOP 1 Haushalt", 0, None),
            ("Vorlage 1/2014", 0, 0),
            ("Anlage 1", 3, 0),
            ("TOP 2 Schulen", 5, None),
            ("1 Ausgangslage", 6, 3),
        ],
    )
    assert parts_of(data) == [
        Part("TOP 1 Haushalt – Vorlage 1/2014", 0, 2),
        Part("Anlage 1", 3, 4),
        Part("TOP 2 Schulen", 5, 7),
    ]


def test_a_package_that_was_merged_from_files_is_cut_by_their_names() -> None:
    data = package(4, [("einladung.pdf", 0, None), ("2014-03-17_Haushalt.pdf", 1, None), ("plan.docx", 3, None)])
    assert [part.title for part in parts_of(data)] == ["einladung.pdf", "2014-03-17_Haushalt.pdf", "plan.docx"]


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [("1 Einleitung", 0, None), ("2 Ziele", 2, None), ("3 Kosten", 4, None), ("Anlage 1", 6, None)],
        [("Konzeption", 0, None), ("Anlage 1", 3, 0), ("Anlage 2", 5, 0)],
        [("Vorlage 1/2014", 5, None), ("Vorlage 2/2014", 0, None)],
        [("Vorlage 1/2014", 0, None)],
        [("Vorwort", 0, None), ("Vereinsleben", 3, None), ("Verkehr", 5, None)],
    ],
    ids=["no outline", "chapters", "one document with annexes below it", "not in order", "one paper", "words in V"],
)
def test_the_table_of_contents_of_one_document_cuts_nothing(entries: list[tuple[str, int, int | None]]) -> None:
    assert parts_of(package(8, entries)) == []


def test_an_outline_that_points_to_itself_ends() -> None:
    writer = PdfReader(BytesIO(package(4, [("Vorlage 1/2014", 0, None), ("Vorlage 2/2014", 2, None)])))
    copy = PdfWriter(clone_from=writer)
    first = copy.root_object["/Outlines"].get_object()["/First"]  # type: ignore[index]
    last = first.get_object()["/Next"].get_object()
    assert isinstance(last, DictionaryObject)
    last[NameObject("/Next")] = first
    assert [part.title for part in parts_of(written(copy))] == ["Vorlage 1/2014", "Vorlage 2/2014"]


def test_embedded_files_come_with_their_names_and_bytes() -> None:
    writer = blank(1)
    writer.add_attachment("Größenplan.txt", "Maße des Grundstücks".encode())
    writer.add_attachment("leer.txt", b"")
    assert attachments_of(written(writer)) == [
        Attachment("Größenplan.txt", "Maße des Grundstücks".encode()),
        Attachment("leer.txt", b""),
    ]
