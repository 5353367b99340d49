"""The register of an Akte: ``akte.toml`` says which documents belong to it, and which of them are only announced.

A file alone does not know its title, its session or who may see it, and a missing one cannot say that it is missing.
The register does, and so it is strict: what it gets wrong, every citation would repeat.
"""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from corpus.access import Access, gremium_name
from corpus.errors import UnreadableFileError
from corpus.types import MissingDocument, Origin, Visibility

REGISTER_FILE = "akte.toml"
_LONGEST_SHOWN = 200
"""Characters of it that a message shows."""
_LARGEST = 10_000_000
"""Bytes of a register: one entry takes some hundred."""


def _iso_date(value: object) -> object:
    """TOML has dates of its own; the rest of the system carries them as ISO 8601 text."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, str) and datetime.date.fromisoformat(value).isoformat() == value:
        return value
    raise ValueError("not an ISO date")


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", max_length=200)]
IsoDate = Annotated[str, BeforeValidator(_iso_date)]


class RegisterEntry(BaseModel):
    """One document of the Akte; whatever the document does not say of itself stays ``None``.

    ``file`` is the document, ``source`` the text that it was typeset from, both relative to the register's folder.
    Without ``file`` the document is announced but missing. ``slot`` is a file name without its ending: a file of that
    name in the register's folder is the original and takes the place of ``file``. ``parent`` is the id of the document
    that it is attached to. ``gremien`` are those whose members may see it; it is non-public then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    title: Text
    kind: Text
    date: IsoDate | None = None
    committee: Text | None = None
    session: Text | None = None
    visibility: Visibility | None = None
    gremien: tuple[Text, ...] = ()
    origin: Origin
    number: Text | None = None
    file: Text | None = None
    source: Text | None = None
    slot: Slug | None = None
    parent: Slug | None = None
    note: Text | None = None

    @property
    def access(self) -> Access | None:
        """Who may see it, where the register says so."""
        if self.gremien:
            return Access("non_public", tuple(map(gremium_name, self.gremien)))
        return Access(self.visibility) if self.visibility is not None else None


class _Head(BaseModel):
    """The table ``[akte]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    title: Text
    authority: Text | None = None
    questions: tuple[Text, ...] = ()


class _RegisterFile(BaseModel):
    """The file as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    akte: _Head
    documents: tuple[RegisterEntry, ...] = ()


class Akte(BaseModel):
    """A read register; ``folder`` is where it lies, ``documents`` keeps its order.

    ``questions`` are examples to begin with, written by whoever keeps the Akte.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    title: Text
    authority: Text | None
    questions: tuple[Text, ...]
    folder: Path
    documents: tuple[RegisterEntry, ...]

    def present(self) -> list[RegisterEntry]:
        """The documents whose file is there."""
        return [entry for entry in self.documents if entry.file is not None]

    def missing(self) -> list[MissingDocument]:
        """The documents that are announced but not there, so that an answer can say so instead of guessing."""
        return [
            MissingDocument(entry.id, entry.title, entry.kind, self.id, access.visibility, access.gremien)
            for entry in self.documents
            if entry.file is None
            for access in (entry.access or Access("public"),)
        ]

    def path(self, entry: RegisterEntry) -> Path:
        """Where the file of a present document lies."""
        if entry.file is None:
            raise ValueError(f"the document {entry.id} has no file")
        return self.folder / entry.file


def load_register(path: Path) -> Akte:
    """Read the register ``path``, or ``akte.toml`` in the folder ``path``.

    Raises :class:`UnreadableFileError` with one German sentence for the first thing that is wrong.
    """
    file = path / REGISTER_FILE if path.is_dir() else path
    try:
        raw = tomllib.loads(_read(file))
    except OSError as error:
        raise UnreadableFileError(f"Das Register {file} fehlt oder ist nicht lesbar; bitte den Pfad prüfen.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"Das Register {file} ist nicht in UTF-8 gespeichert; bitte so speichern.") from error
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(
            f"Das Register {file} ist kein gültiges TOML ({_short(error)}); bitte die Stelle berichtigen."
        ) from error
    except (RecursionError, ValueError) as error:  # lists in lists, numbers of thousands of digits
        raise UnreadableFileError(
            f"Das Register {file} enthält eine zu tief verschachtelte oder zu lange Angabe; bitte berichtigen."
        ) from error
    try:
        register = _RegisterFile.model_validate(raw)
    except ValidationError as error:
        raise UnreadableFileError(_sentence(file, raw, error)) from error
    if not register.documents:
        raise UnreadableFileError(
            f"Das Register {file} nennt kein Dokument; bitte einen Eintrag [[documents]] anlegen."
        )
    _check_ids(file, register.documents)
    _check_gremien(file, register.documents)
    for entry in register.documents:
        for name in filter(None, (entry.file, entry.source)):
            _check_file(file, entry, name)
    documents = tuple(_in_slot(file, entry) for entry in register.documents)
    return Akte(**register.akte.model_dump(), folder=file.parent, documents=documents)


def _read(file: Path) -> str:
    """The text of a register; raises :class:`UnreadableFileError` where it is too large to be one."""
    if file.stat().st_size > _LARGEST:
        raise UnreadableFileError(
            f"Das Register {file} ist größer als {_LARGEST // 1_000_000} MB; bitte prüfen, ob es eines ist."
        )
    return file.read_text(encoding="utf-8")


def _in_slot(register: Path, entry: RegisterEntry) -> RegisterEntry:
    """The entry with the original that lies in its slot, if one does."""
    if entry.slot is None:
        return entry
    found = sorted(path.name for path in register.parent.glob(f"{entry.slot}.*") if path.is_file())
    if not found:
        return entry
    if len(found) > 1:
        raise UnreadableFileError(
            f"Für „{entry.id}“ liegen neben dem Register {register} mehrere Dateien ({', '.join(found)}); bitte nur"
            " eine dort lassen."
        )
    return entry.model_copy(update={"file": found[0], "source": None, "origin": "original"})


def _check_ids(file: Path, entries: tuple[RegisterEntry, ...]) -> None:
    """Ids are unique, and a parent stands before its children: that also rules out circles."""
    known: set[str] = set()
    for entry in entries:
        if entry.id in known:
            raise UnreadableFileError(
                f"Das Register {file} vergibt die Kennung „{entry.id}“ zweimal; bitte eine der beiden ändern."
            )
        if entry.parent is not None and entry.parent not in known:
            raise UnreadableFileError(
                f"Das Register {file} ordnet „{entry.id}“ dem Dokument „{entry.parent}“ zu, das vorher nicht genannt"
                " ist; bitte die Angabe parent oder die Reihenfolge berichtigen."
            )
        known.add(entry.id)


def _check_gremien(file: Path, entries: tuple[RegisterEntry, ...]) -> None:
    """Only what is non-public is for some Gremien: a paper that is named public and for them is a mistake."""
    for entry in entries:
        if entry.gremien and entry.visibility not in (None, "non_public"):
            raise UnreadableFileError(
                f"Das Register {file} nennt für „{entry.id}“ Gremien, aber die Sichtbarkeit „{entry.visibility}“; bitte"
                " „non_public“ eintragen oder die Gremien streichen."
            )


def _check_file(register: Path, entry: RegisterEntry, name: str) -> None:
    """A register may only name what lies beside it: it can come from outside, and what it names is shown to users."""
    folder = register.parent.resolve()
    try:
        target = (folder / name).resolve()
        exists = target.is_file()
    except (OSError, ValueError):  # a name that no file can have
        target, exists = folder, False
    if not target.is_relative_to(folder):
        raise UnreadableFileError(
            f"Das Register {register} nennt für „{entry.id}“ die Datei „{_short(name)}“ außerhalb seines Ordners;"
            " bitte die Datei in den Ordner legen."
        )
    if not exists:
        raise UnreadableFileError(
            f"Das Register {register} nennt für „{entry.id}“ die Datei „{_short(name)}“, die es nicht gibt;"
            " bitte die Datei ablegen oder die Angabe streichen."
        )


def _sentence(file: Path, raw: dict[str, Any], error: ValidationError) -> str:
    """The first problem that pydantic found as a German sentence."""
    problem = error.errors(include_url=False)[0]
    where, key = map(_short, _place(raw, problem["loc"]))
    start = f"Das Register {file} enthält {where}"
    if problem["type"] == "extra_forbidden":
        return f"{start} die unbekannte Angabe „{key}“; bitte streichen oder die Schreibweise berichtigen."
    if problem["type"] == "missing":
        return f"{start} keine Angabe „{key}“; bitte ergänzen."
    value = " ".join(str(problem["input"]).split())[:80]
    if problem["type"] == "string_pattern_mismatch":
        return (
            f"{start} die unmögliche Kennung „{value}“ ({key}); bitte nur Kleinbuchstaben a–z, Ziffern und Bindestriche"
            " verwenden."
        )
    return f"{start} bei „{key}“ den unmöglichen Wert „{value}“; bitte berichtigen."


def _short(told: object) -> str:
    """What a register says, as a message can show it."""
    line = " ".join(str(told).split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"


def _place(raw: dict[str, Any], location: tuple[int | str, ...]) -> tuple[str, str]:
    """Where in the file a problem is, by the document's id where it has one, and the key that is meant."""
    match location:
        case ("documents", int(index), *rest):
            entry = raw["documents"][index]
            name = entry.get("id") if isinstance(entry, dict) else None
            where = f"im Dokument „{name}“" if isinstance(name, str) and name else f"im {index + 1}. Dokument"
            return where, str(rest[0]) if rest else "documents"
        case ("akte", key, *_):
            return "in [akte]", str(key)
        case _:
            return "auf oberster Ebene", ".".join(str(part) for part in location)
