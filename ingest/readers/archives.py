"""Opens the zip archives of office files without trusting them, and parses the XML in them.

Word and OpenDocument files come from anywhere, so nothing in them may cost more than it says: how much an archive
unpacks to is checked in its directory and again while reading, because a directory can lie; only the parts that hold
text are ever unpacked, pictures never. XML is parsed without entities, DTDs and network.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from corpus.errors import UnreadableFileError

_MOST_ENTRIES = 10_000
_MOST_BYTES = 200 * 2**20
"""Unpacked size of all entries together; the longest office documents that we know of have a tenth of it."""
_MOST_RATIO = 300
"""Unpacked to packed size. Monotonous XML reaches 100, deflate at its limit, which only bombs come near, 1032."""
_RATIO_FROM = 10 * 2**20
"""Entries that unpack to less may have any ratio: they harm nobody."""
_CHUNK = 2**16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The two methods that both ISO/IEC 29500-2 and OpenDocument 1.3 part 2 allow."""
_ENCRYPTED = 0x1
"""Bit 0 of an entry's general purpose flags (APPNOTE 4.4.4)."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError)
"""What ``zipfile`` raises for damaged archives: the last three for versions, offsets and sizes that cannot be."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class Archive:
    """The zip archive in ``data``, which stands in the file ``path``.

    Raises :class:`UnreadableFileError` for what is no archive, is damaged or unpacks to too much.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._left = _MOST_BYTES
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise damaged(path) from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._check_directory()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """An entry's bytes. Raises :class:`UnreadableFileError` if it is missing or damaged or grows too large."""
        entry = self._entries.get(name)
        if entry is None:
            raise damaged(self._path)
        if entry.flag_bits & _ENCRYPTED:
            raise encrypted(self._path)
        if entry.compress_type not in _METHODS:
            raise damaged(self._path)
        chunks: list[bytes] = []
        try:
            with self._zip.open(entry) as source:
                # In chunks, because one call may unpack a whole bomb before it looks at the size it was promised.
                while chunk := source.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise _too_large(self._path)
                    chunks.append(chunk)
        except _DAMAGE as error:
            raise damaged(self._path) from error
        return b"".join(chunks)

    def xml(self, name: str) -> Any:  # noqa: ANN401 - lxml has no types
        """The root of an XML entry, an ``lxml.etree._Element`` without comments and processing instructions."""
        return parse_xml(self._path, self.read(name))

    def _check_directory(self) -> None:
        entries = self._zip.infolist()
        total = sum(entry.file_size for entry in entries)
        bomb = any(
            entry.file_size > _RATIO_FROM and entry.file_size > _MOST_RATIO * entry.compress_size for entry in entries
        )
        if len(entries) > _MOST_ENTRIES or total > _MOST_BYTES or bomb:
            raise _too_large(self._path)


def parse_xml(path: Path, data: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """The root element of ``data``; raises :class:`UnreadableFileError` if it is no sound XML or has a DTD."""
    from lxml import etree

    # Without huge_tree libxml2 bounds depth (256), text (10 MB) and what entities may expand to.
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise damaged(path) from error
    if root.getroottree().docinfo.internalDTD is not None:
        # No office program writes a DTD; one that is there can only declare entities.
        raise UnreadableFileError(
            f"„{path.name}“ enthält unzulässige XML-Anweisungen (DTD); bitte die Datei neu beschaffen."
        )
    return root


def require_archive(path: Path, data: bytes, kind: str) -> None:
    """Raise :class:`UnreadableFileError`, saying what the file is, unless it begins like a zip archive.

    ``kind`` is what it should be, in German with its article ("eine Word-Datei").
    """
    if not data.startswith(b"PK"):
        refuse(path, data, kind)


def refuse(path: Path, data: bytes, kind: str) -> NoReturn:
    """Raise :class:`UnreadableFileError` for a file that is not ``kind`` ("eine Word-Datei"), saying what it is."""
    name = path.name
    if not data.strip():
        raise UnreadableFileError(f"„{name}“ ist leer; bitte die Datei neu beschaffen.")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(path)
        if "WordDocument".encode("utf-16-le") in data:
            raise UnreadableFileError(f"„{name}“ ist eine alte Word-Datei (.doc); bitte als .docx speichern.")
        raise UnreadableFileError(f"„{name}“ ist eine alte Office-Datei; bitte in einem neueren Format speichern.")
    for phrase, ending, recognises in _FORMATS:
        if recognises(data):
            if path.suffix.lower() == ending:
                raise damaged(path)
            raise UnreadableFileError(
                f"„{name}“ ist {phrase}, obwohl der Name anders endet; bitte die Datei umbenennen."
            )
    raise UnreadableFileError(f"„{name}“ ist k{kind}, obwohl der Name so endet; bitte die Datei prüfen.")


def _is_open_document(data: bytes, kind: bytes) -> bool:
    # The first entry's name and content stand at a fixed place (OpenDocument 1.3 part 2, 3.3).
    return data[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument." + kind)


_FORMATS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("eine PDF-Datei (.pdf)", ".pdf", lambda data: b"%PDF-" in data[:1024]),
    ("eine RTF-Datei (.rtf)", ".rtf", lambda data: data.startswith(b"{\\rtf")),
    ("eine OpenDocument-Textdatei (.odt)", ".odt", lambda data: _is_open_document(data, b"text")),
    ("eine OpenDocument-Datei, aber kein Textdokument", "", lambda data: _is_open_document(data, b"")),
    (
        "eine Word-Datei (.docx)",
        ".docx",
        lambda data: data.startswith(b"PK") and b"word/document.xml" in data,
    ),
    ("eine Excel-Datei (.xlsx)", ".xlsx", lambda data: data.startswith(b"PK") and b"xl/workbook.xml" in data),
    ("ein ZIP-Archiv", ".zip", lambda data: data.startswith(b"PK\x03\x04")),
    ("eine HTML-Datei (.html)", ".html", lambda data: bool(_HTML.match(data[:1024]))),
)
"""What a file can be instead: in German with article and ending, its ending, and how its bytes show it."""


def damaged(path: Path) -> UnreadableFileError:
    """What to raise for a file that is broken."""
    return UnreadableFileError(f"„{path.name}“ ist beschädigt; bitte die Datei neu beschaffen.")


def encrypted(path: Path) -> UnreadableFileError:
    """What to raise for a file that needs a password."""
    return UnreadableFileError(f"„{path.name}“ ist verschlüsselt; bitte eine Fassung ohne Kennwort verwenden.")


def _too_large(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"„{path.name}“ wird beim Entpacken ungewöhnlich groß (erlaubt sind {_MOST_BYTES // 2**20} MB); "
        "bitte die Datei aufteilen oder als PDF speichern."
    )
