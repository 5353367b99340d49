"""Lays an Akte down: a folder with its files and the register that the ingestion reads."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus.register import REGISTER_FILE
from ingest.oparl.akten import PlannedAkte, PlannedDocument
from ingest.oparl.client import Client
from ingest.oparl.files import Absent, FileKeeper
from ingest.oparl.state import AkteState, State

_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class LaidDown:
    """What came of it: documents that are there and that are missing, and whether to try again another time."""

    present: int
    is_changed: bool
    missing: tuple[str, ...]
    again: bool


class FolderMaker:
    """Makes the folders of one body's Akten."""

    def __init__(self, state: State, client: Client, folder: Path) -> None:
        self._state = state
        self._client = client
        self._folder = folder

    def path(self, akte: AkteState) -> Path:
        """Where an Akte lies."""
        return self._folder / akte.name

    def lay_down(self, akte: AkteState, plan: PlannedAkte, required: str) -> LaidDown:
        """Make the folder what the plan says; files asked for since ``required`` are not asked for again.

        The register is written when all files are there, and what it does not name goes after that.
        """
        folder = self.path(akte)
        folder.mkdir(parents=True, exist_ok=True)
        keeper = FileKeeper(self._state, self._client, akte.key, folder, required)
        entries: list[str] = []
        names: set[str] = set()
        missing: list[str] = []
        again = is_changed = False
        kept: set[str] = set()
        for document in plan.documents:
            if document.content is not None:
                name = f"{document.key}.html"
                is_changed = _write(folder / name, document.content) or is_changed
            else:
                found = keeper.fetch(document.key, document.file or {})
                if isinstance(found, Absent):
                    missing.append(f"{document.kind} „{document.title}“ zu {plan.name}: {found.why}.")
                    again = again or found.again
                    if not found.is_withdrawn:
                        entries.append(_entry(akte.name, document, None, plan.address))
                    continue
                name = found.name
                kept.add(document.key)
            names.add(name)
            entries.append(_entry(akte.name, document, name, plan.address))
        if entries:
            title = self._state.free_title(akte.key, plan.title)
            register = "\n".join([_head(akte.name, title, plan.authority), *entries])
            is_changed = _write(folder / REGISTER_FILE, register) or is_changed
            names.add(REGISTER_FILE)
        else:
            self._state.drop_title(akte.key)
        keeper.forget_all_but(kept)
        is_changed = _clear(folder, names) or is_changed
        return LaidDown(len(names - {REGISTER_FILE}), is_changed, tuple(missing), again)

    def empty(self, akte: AkteState) -> None:
        """Take everything out of a folder. It stays, empty, until the store has forgotten what lay there."""
        folder = self.path(akte)
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder, set())

    def drop(self, akte: AkteState) -> None:
        """Remove an empty folder."""
        folder = self.path(akte)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _clear(folder: Path, names: set[str]) -> bool:
    """Delete all other files; whether there were any."""
    others = [path for path in folder.iterdir() if path.name not in names and path.is_file()]
    for path in others:
        path.unlink()
    return bool(others)


def _write(path: Path, text: str) -> bool:
    """Write a file at once or not at all, and only if it says something else than before; whether it did."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    part = path.with_name(f".{path.name}.teil")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return True


def _head(name: str, title: str, authority: str) -> str:
    return f"[akte]\n{''.join(_lines({'id': name, 'title': title, 'authority': authority}))}"


def _entry(akte: str, document: PlannedDocument, file: str | None, address: str) -> str:
    key = document.key if document.content is not None else hashlib.sha256(document.key.encode()).hexdigest()[:8]
    values = {
        "id": f"{akte}-{key}",
        "title": document.title,
        "kind": document.kind,
        "date": document.date,
        "committee": document.committee,
        "session": document.session,
        "number": document.number,
        "visibility": "public",
        "origin": "original",
        "file": file,
        "note": f"Aus dem Ratsinformationssystem über OParl: {address}",
    }
    return f"[[documents]]\n{''.join(_lines(values))}"


def _lines(values: dict[str, str | None]) -> Iterator[str]:
    """Lines of TOML; JSON's texts are texts of TOML, too."""
    for key, value in values.items():
        if value is not None:
            written = value if key == "date" and _ISO_DATE.fullmatch(value) else json.dumps(value, ensure_ascii=False)
            yield f"{key} = {written}\n"
