"""Reads the files of benchmarks and predictions; what is wrong with one becomes one German sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import UnreadableFileError


class Row(BaseModel):
    """A row of a public data set: what we need is checked, what else it has is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Shape = TypeVar("Shape", bound=BaseModel)


def read_text(path: Path) -> str:
    """The text of a data file; raises :class:`UnreadableFileError`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"Die Datei „{path}“ ist kein Text in UTF-8.") from error
    except OSError as error:
        raise UnreadableFileError(
            f"Die Datei „{path}“ fehlt oder ist nicht lesbar; die öffentlichen Datensätze gehören nicht zum Programm "
            "und sind vorher zu beschaffen."
        ) from error


def read_rows(path: Path, shape: type[Shape]) -> list[Shape]:
    """A JSON Lines file of rows of one shape; raises :class:`UnreadableFileError` that names the line."""
    rows = list(_lines(path, shape, "nicht die Form, die dieser Vergleich erwartet"))
    if not rows:
        raise UnreadableFileError(f"Die Datei „{path}“ enthält keine Frage.")
    return rows


def read_document(path: Path, shape: type[Shape]) -> Shape:
    """A JSON file of one shape; raises :class:`UnreadableFileError`."""
    try:
        return shape.model_validate_json(read_text(path))
    except ValidationError as error:
        raise UnreadableFileError(f"Die Datei „{path}“ hat nicht die Form, die dieser Vergleich erwartet.") from error


def is_json_lines(path: Path) -> bool:
    """Whether a file has a JSON value on its first line alone, and not one over many lines or one in all."""
    lines = [line for line in read_text(path).split("\n") if line.strip()]
    if len(lines) < 2:
        return False
    try:
        json.loads(lines[0])
    except json.JSONDecodeError:
        return False
    return True


def read_predictions(path: Path, shape: type[Shape], name: Callable[[Shape], str]) -> dict[str, Shape]:
    """The predictions of a file by the ``name`` of their question; raises :class:`UnreadableFileError`."""
    return {name(row): row for row in _lines(path, shape, "keine Vorhersage dieses Vergleichs")}


def _lines(path: Path, shape: type[Shape], wrong: str) -> Iterator[Shape]:
    """The lines of a file that are not blank; ``wrong`` is what an error says that a line has."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield shape.model_validate_json(line)
        except ValidationError as error:
            raise UnreadableFileError(f"Die Datei „{path}“ hat in Zeile {number} {wrong}.") from error
