"""Reads PDF files with PDFium, which gives every character with its box.

Boxes are in points on the page as displayed: the crop box is cut out and the rotation applied, as PDFium draws it.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from corpus.errors import UnreadableFileError
from corpus.pdfium import PDFIUM_LOCK
from ingest.layout import OnPage, RawDocument, RawPage, ignore_page
from ingest.readers.pdf.page import Recognition, read_page
from ingest.readers.pdf.structure import read_attachments, read_parts

if TYPE_CHECKING:
    from ingest.readers.ocr import TextRecognizer

_HEADER_WITHIN = 1024
"""PDF 1.7, annex H.3: readers accept the header anywhere in the first 1024 bytes."""
_TRAILER_WITHIN = 4096


class PdfReader:
    """PDF files.

    Pages without usable text are recognised by ``recognizer``; without one, or if that fails, they are reported unread.
    """

    def __init__(self, recognizer: TextRecognizer | None = None) -> None:
        self._recognizer = recognizer

    def read(self, path: Path, on_page: OnPage = ignore_page) -> RawDocument:
        """All pages with their lines. One caller at a time uses PDFium, which is not thread-safe.

        Raises :class:`UnreadableFileError` for a file that is damaged, encrypted or of which no page could be read.
        """
        data = path.read_bytes()
        _check_form(path, data)
        recognition = Recognition(self._recognizer)
        with PDFIUM_LOCK:
            try:
                with closing(_open(path, data)) as document:
                    # Before the first page is opened, as PDFium demands; does nothing unless the file has a form.
                    document.init_forms()
                    pages = []
                    for index in range(len(document)):
                        pages.append(read_page(document, index, recognition))
                        on_page(index + 1, len(document))
                    declared = document.get_metadata_dict(skip_empty=True)
                    parts, attachments = read_parts(document), read_attachments(document)
            except pdfium.PdfiumError as error:
                raise _damaged(path) from error
        self._require_text(path, pages, recognition)
        return RawDocument(
            pages=pages,
            media_type="application/pdf",
            metadata={key.lower(): value for key, value in declared.items()},
            parts=parts,
            attachments=attachments,
        )

    def _require_text(self, path: Path, pages: list[RawPage], recognition: Recognition) -> None:
        if not pages:
            raise UnreadableFileError(f"„{path.name}“ hat keine Seiten; bitte die Datei neu beschaffen.")
        if any(line.text for page in pages for line in page.lines):
            return
        if not any(page.reading == "unread" for page in pages):
            raise UnreadableFileError(
                f"„{path.name}“ enthält keinen lesbaren Text, alle Seiten sind leer; bitte die Datei prüfen."
            )
        if recognition.failures:
            raise recognition.failures[0]
        if self._recognizer is None:
            raise UnreadableFileError(
                f"„{path.name}“ enthält keinen lesbaren Text (vermutlich ein Scan); bitte die Texterkennung Tesseract "
                "installieren (Pakete „tesseract-ocr“ und „tesseract-ocr-deu“) oder eine durchsuchbare Datei verwenden."
            )
        raise UnreadableFileError(
            f"„{path.name}“ enthält keinen lesbaren Text, auch die Texterkennung Tesseract hat keinen gefunden; "
            "bitte eine bessere Vorlage einscannen."
        )


def _check_form(path: Path, data: bytes) -> None:
    """Refuse what PDFium would quietly repair into something incomplete."""
    if not data.strip():
        raise UnreadableFileError(f"„{path.name}“ ist leer; bitte die Datei neu beschaffen.")
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise UnreadableFileError(f"„{path.name}“ ist keine PDF-Datei, obwohl der Name so endet; bitte prüfen.")
    if b"%%EOF" not in data[-_TRAILER_WITHIN:]:
        raise UnreadableFileError(f"„{path.name}“ ist unvollständig (abgeschnitten); bitte die Datei neu beschaffen.")


def _open(path: Path, data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        # PDFium does not always reset its last error, so that the file must say itself that it is encrypted.
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD and b"/Encrypt" in data:
            raise UnreadableFileError(
                f"„{path.name}“ ist verschlüsselt; bitte eine Fassung ohne Kennwort verwenden."
            ) from error
        raise _damaged(path) from error


def _damaged(path: Path) -> UnreadableFileError:
    return UnreadableFileError(f"„{path.name}“ ist beschädigt; bitte die Datei neu beschaffen.")
