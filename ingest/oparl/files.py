"""Fetches the files of an Akte: once, again only when they changed, and never what is no document."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from ingest.oparl.client import Client, Validators
from ingest.oparl.errors import DownError, GoneError, OParlError, RefusedError, StoppedError, UnavailableError
from ingest.oparl.state import KeptFile, State
from ingest.oparl.values import Json, is_address, line, stamp
from ingest.readers import SUFFIXES

_TYPES: Final = {
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/markdown": ".md",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
}
_HEAD: Final = 1024
"""Bytes in which a PDF may begin."""
_PART: Final = ".wird-geladen"


@dataclass(frozen=True, slots=True)
class Absent:
    """A file that is not there, and why, as the end of a German sentence.

    ``is_withdrawn``: the server does not show it to the public (any more), so that it must not be announced either.
    ``again``: another time it may be there.
    """

    why: str
    is_withdrawn: bool = False
    again: bool = False


class FileKeeper:
    """Fetches files into the folder of an Akte."""

    def __init__(self, state: State, client: Client, akte: str, folder: Path, required: str) -> None:
        """Files that were asked for since ``required`` (ISO 8601) are not asked for again."""
        self._state = state
        self._client = client
        self._akte = akte
        self._folder = folder
        self._required = required
        self._known = state.files(akte)

    def fetch(self, key: str, file: Json) -> KeptFile | Absent:
        """The file as it is now, which is known by ``key``; raises :class:`StoppedError` and :class:`DownError`."""
        urls = [str(url) for name in ("downloadUrl", "accessUrl") if is_address(url := file.get(name))]
        if not urls:
            return Absent("im Ratsinformationssystem ist keine Adresse dazu angegeben")
        known = self._known.get(key)
        if known is not None and not (known.url == urls[0] and (self._folder / known.name).is_file()):
            known = None
        if known is not None and known.checked >= self._required:
            return known
        if (unreadable := _unreadable_ending(file)) is not None:
            return Absent(f"Dateien der Art {unreadable} werden nicht gelesen")
        absent = Absent("", is_withdrawn=True)
        for url in dict.fromkeys(urls):
            found = self._asked(key, url, file, known if url == urls[0] else None, urls[0])
            if isinstance(found, KeptFile):
                self._state.keep_file(self._akte, found)
                return found
            if not found.is_withdrawn or not absent.why:
                absent = found
        return known if absent.again and known is not None else absent

    def forget_all_but(self, keys: set[str]) -> None:
        """Delete the files that do not belong to the Akte any more, and older versions of those that do."""
        for key in self._state.files(self._akte).keys() - keys:
            self._state.forget_file(self._akte, key)

    def _asked(self, key: str, url: str, file: Json, known: KeptFile | None, named: str) -> KeptFile | Absent:
        part = self._folder / _PART
        validators = known.validators if known is not None else Validators()
        try:
            download = self._client.download(url, part, validators)
        except (StoppedError, DownError):
            raise
        except OParlError as error:
            return _absence(error)
        if download.is_unchanged and known is not None:
            return replace(known, checked=stamp())
        found = _ending(part, file, download.media_type)
        if isinstance(found, Absent):
            part.unlink()
            return found
        with part.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        # Named by its content: a new version is another file, and the old one goes even if the new cannot be read.
        name = f"{hashlib.sha256(key.encode()).hexdigest()[:8]}-{content[:12]}{found}"
        part.replace(self._folder / name)
        return KeptFile(key, name, named, download.validators, stamp())


def _absence(error: OParlError) -> Absent:
    """What it means for a file that it could not be fetched."""
    if isinstance(error, GoneError):
        return Absent("der Server hat sie nicht (mehr)", is_withdrawn=True)
    if isinstance(error, RefusedError):
        return Absent("der Server gibt sie nicht heraus", is_withdrawn=True)
    if isinstance(error, UnavailableError):
        return Absent(f"zurzeit nicht abrufbar: {error}".rstrip("."), again=True)
    return Absent(str(error).rstrip("."))


def _unreadable_ending(file: Json) -> str | None:
    """The ending of a file that says before it is fetched that it cannot be read."""
    ending = PurePosixPath(line(file.get("fileName")) or "").suffix.lower()
    is_readable = not ending or ending in SUFFIXES or len(ending) > 5 or line(file.get("mimeType")) in _TYPES
    return None if is_readable else ending


def _ending(path: Path, file: Json, media_type: str) -> str | Absent:
    """What a fetched file is by its contents, and only where these do not tell by what is said of it."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip():
        return Absent("die Datei ist leer")
    if b"%PDF-" in head:
        return ".pdf"
    if head.startswith(b"PK"):
        return _ending_of_archive(path)
    said = PurePosixPath(line(file.get("fileName")) or "").suffix.lower()
    said = said if said in SUFFIXES else _TYPES.get(line(file.get("mimeType")) or media_type, "")
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begin.startswith((b"<!doctype html", b"<html")) and said not in {".html", ".htm"}:
        return Absent("statt der Datei kam eine Webseite", again=True)
    if said in {".txt", ".md", ".html", ".htm"} and b"\x00" not in head:
        return said
    return Absent("die Datei hat kein lesbares Format")


def _ending_of_archive(path: Path) -> str | Absent:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "word/document.xml" in names:
                return ".docx"
            if "mimetype" in names and archive.open("mimetype").read(100).startswith(
                b"application/vnd.oasis.opendocument.text"
            ):
                return ".odt"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return Absent("die Datei ist beschädigt")
    return Absent("die Datei hat kein lesbares Format")
