"""Reads a file as far as no model is needed: its documents, their canonical texts, and what had to be left out.

One file may hold several documents: a package of a whole session is split into its parts, and files that are embedded
in a PDF are read like files of their own.
"""

from __future__ import annotations

import errno
import hashlib
import re
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from corpus.errors import UnreadableFileError
from ingest.canonical import CanonicalDocument, make_canonical
from ingest.layout import Attachment, OnPage, RawDocument, ignore_page
from ingest.readers import SUFFIXES, reader_for

MAX_DEPTH = 2
"""A file in a file in the file is read, nothing below: real packages have one level, portfolios two."""
MAX_ATTACHMENTS = 50
"""Embedded files that are read of one file, on all levels together."""
MAX_ATTACHED_BYTES = 200_000_000
"""Size of all embedded files that are read of one file; they all lie in memory at once."""

_ACCESS = frozenset({errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, errno.ESTALE})
"""What the system says when a file is there but its contents cannot be had."""
_LONGEST_NAME = 60
"""Characters of a file's name that messages show; temporary files are named so too."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document of a file, read but not yet cut and embedded.

    ``name`` tells it from the file's other documents: "" for the file itself, the title's slug for a part of a package,
    the file name for an attachment, with "/" between them for what lies deeper. ``title`` is what the file or its
    outline says, if it does. ``attachment`` holds the bytes of an embedded file. ``skipped`` has a German sentence for
    everything that was left out, and why.
    """

    name: str
    title: str | None
    media_type: str
    metadata: dict[str, str]
    canonical: CanonicalDocument
    attachment: bytes | None = None
    skipped: tuple[str, ...] = ()

    @property
    def unread(self) -> list[int]:
        """The indices of pages on which something stands that could not be read."""
        return [page.index for page in self.canonical.pages if page.reading == "unread"]


def read_file(path: Path, on_page: OnPage = ignore_page) -> list[ReadDocument]:
    """All documents of the file at ``path``: the file itself or its parts in order, then the files embedded in it.

    ``on_page`` hears of the pages of the file itself, and of the last one again whenever an embedded file goes on.
    Raises :class:`corpus.errors.UnreadableFileError` if there is nothing in it that can be read.
    """
    try:
        _require_file(path)
        return _FileReading(on_page).read(path)
    except UnreadableFileError as error:
        name = printable_name(path)
        if name == path.name:
            raise
        # Readers put the name as it is into their sentence, where a line break or a broken character has no place.
        raise UnreadableFileError(str(error).replace(path.name, name)) from error


def printable_name(path: PurePath) -> str:
    """The file's name as a message can show it: on one line, short, and without what no output can encode."""
    name = _UNPRINTABLE.sub("�", path.name)
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME // 2]}…{name[-_LONGEST_NAME // 3 :]}"


def _require_file(path: Path) -> None:
    """Refuse what would never end (a pipe, a device) or is no file at all."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise UnreadableFileError(f"„{path.name}“ gibt es nicht; bitte den Pfad prüfen.") from error
    except OSError as error:
        raise UnreadableFileError(
            f"„{path.name}“ lässt sich nicht öffnen; bitte den Pfad und die Rechte prüfen."
        ) from error
    if stat.S_ISDIR(mode):
        raise UnreadableFileError(f"„{path.name}“ ist ein Ordner, obwohl der Name wie der einer Datei endet.")
    if not stat.S_ISREG(mode):
        raise UnreadableFileError(f"„{path.name}“ ist keine gewöhnliche Datei und lässt sich nicht einlesen.")


class _FileReading:
    """One run over one file; counts what is embedded in it on all levels."""

    def __init__(self, on_page: OnPage) -> None:
        self._on_page = on_page
        self._progress = (0, 0)
        self._attachments = 0
        self._attached_bytes = 0
        self._seen: set[bytes] = set()

    def read(self, path: Path, name: str = "", data: bytes | None = None, depth: int = 0) -> list[ReadDocument]:
        """The documents of a file and of what is embedded in it; ``data`` is given for an embedded one."""
        raw = _read_raw(path, self._hear_embedded_page if depth else self._hear_page)
        found: list[ReadDocument] = []
        skipped: list[str] = []
        for part_name, part in _parts(raw):
            canonical = make_canonical(part)
            if canonical.text.strip():
                full_name = "/".join(filter(None, (name, part_name)))
                title = part.metadata.get("title")
                found.append(ReadDocument(full_name, title, part.media_type, part.metadata, canonical, data))
            else:
                skipped.append(_without_text(path, part if part_name else None))
        names: Counter[str] = Counter()
        for attachment in raw.attachments:
            try:
                found.extend(self._read_attachment(attachment, name, names, depth + 1))
            except UnreadableFileError as error:
                skipped.append(f"Eine eingebettete Datei wurde ausgelassen: {error}")
        if not found:
            raise UnreadableFileError(_without_text(path, None))
        found[0] = replace(found[0], skipped=(*skipped, *found[0].skipped))
        return found

    def _hear_page(self, done: int, of: int) -> None:
        self._progress = (done, of)
        self._on_page(done, of)

    def _hear_embedded_page(self, _done: int, _of: int) -> None:
        self._on_page(*self._progress)

    def _read_attachment(
        self, attachment: Attachment, around: str, names: Counter[str], depth: int
    ) -> list[ReadDocument]:
        """The documents of an embedded file; ``around`` is the name of the file that it is embedded in."""
        file_name = _safe_name(attachment.name)
        self._admit(file_name, attachment.data, depth)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file_name
            path.write_bytes(attachment.data)
            unique = _numbered(file_name, names)
            return self.read(path, "/".join(filter(None, (around, unique))), attachment.data, depth)

    def _admit(self, file_name: str, data: bytes, depth: int) -> None:
        """Count an embedded file in; raises ``UnreadableFileError`` if it is not to be read."""
        if Path(file_name).suffix.lower() not in SUFFIXES:
            raise UnreadableFileError(f"„{file_name}“ hat kein lesbares Format.")
        if not data:
            raise UnreadableFileError(f"„{file_name}“ ist leer oder zu groß, um mitgelesen zu werden.")
        if depth > MAX_DEPTH:
            raise UnreadableFileError(f"„{file_name}“ ist zu tief verschachtelt; bitte einzeln einlesen.")
        if self._attachments >= MAX_ATTACHMENTS:
            raise UnreadableFileError(
                f"„{file_name}“ ist eine von mehr als {MAX_ATTACHMENTS} eingebetteten Dateien; bitte einzeln einlesen."
            )
        if self._attached_bytes + len(data) > MAX_ATTACHED_BYTES:
            raise UnreadableFileError(
                f"Mit „{file_name}“ wären die eingebetteten Dateien größer als {MAX_ATTACHED_BYTES // 1_000_000} MB; "
                "bitte einzeln einlesen."
            )
        digest = hashlib.sha256(data).digest()
        if digest in self._seen:
            raise UnreadableFileError(f"„{file_name}“ ist mehrfach eingebettet und wird nur einmal gelesen.")
        self._seen.add(digest)
        self._attachments += 1
        self._attached_bytes += len(data)


def _read_raw(path: Path, on_page: OnPage) -> RawDocument:
    try:
        return reader_for(path).read(path, on_page)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        if error.errno not in _ACCESS or error.filename not in {None, str(path)}:
            raise  # not about this file: a bug
        raise UnreadableFileError(
            f"„{path.name}“ lässt sich nicht lesen; bitte die Rechte und den Datenträger prüfen."
        ) from error


def _parts(raw: RawDocument) -> Iterator[tuple[str, RawDocument]]:
    """The documents of a file by name; a part keeps its pages' indices in the file."""
    if not raw.parts:
        yield "", raw
        return
    from ingest.sources import slug

    names: Counter[str] = Counter()
    for part in raw.parts:
        pages = [page for page in raw.pages if part.first <= page.index <= part.last]
        metadata = {**raw.metadata, "title": part.title}
        yield _numbered(slug(part.title), names), RawDocument(pages, raw.media_type, metadata)


def _numbered(name: str, names: Counter[str]) -> str:
    """The name itself, or with a number before its ending if there was one like it: "plan.pdf", then "plan-2.pdf"."""
    names[name.casefold()] += 1
    count = names[name.casefold()]
    if count == 1:
        return name
    path = PurePath(name)
    return _numbered(f"{path.stem}-{count}{path.suffix}", names)


def _safe_name(name: str) -> str:
    """The last component of an embedded file's name, fit for a temporary file and for a message."""
    last = re.split(r"[/\\]", name)[-1].strip(". ")
    return printable_name(PurePath(last)) or "ohne Namen"


def _without_text(path: Path, part: RawDocument | None) -> str:
    """Say that nothing was found in a file or in a part of it."""
    if part is None or not part.pages:
        return f"„{path.name}“ enthält keinen lesbaren Text; bitte die Datei prüfen."
    first, last = part.pages[0].index + 1, part.pages[-1].index + 1
    pages = f"Seite {first}" if first == last else f"Seiten {first} bis {last}"
    return f"Der Teil „{part.metadata['title']}“ ({pages}) enthält keinen lesbaren Text und wurde ausgelassen."
