"""Writes the files of an evaluation: whole or not at all, and refuses impossible ones before minutes of work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from corpus.errors import AktenkundigError


def require_writable(outputs: Iterable[Path], *, inputs: Iterable[Path] = ()) -> None:
    """Raise :class:`AktenkundigError` for outputs that cannot be written, are the same, or would replace an input."""
    paths = list(outputs)
    resolved = [path.resolve() for path in paths]
    if len(set(resolved)) < len(resolved):
        raise AktenkundigError("Jede Ausgabe braucht eine eigene Datei.")
    read = {path.resolve() for path in inputs}
    for path, target in zip(paths, resolved, strict=True):
        if target in read:
            raise AktenkundigError(f"Die Ausgabe „{path}“ würde überschreiben, was gelesen wird.")
        # A file is replaced as a whole, so it is its folder that has to be writable; a device is written to as it is.
        special = target.exists() and not target.is_file()
        if target.is_dir() or not os.access(target if special else target.parent, os.W_OK):
            raise _unwritable(path)


def write_whole(path: Path, text: str) -> None:
    """Write the whole file or nothing; devices and pipes are written to as they are."""
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as unfinished:
            try:
                unfinished.write(text)
                unfinished.close()
                Path(unfinished.name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
                Path(unfinished.name).replace(target)
            except BaseException:
                Path(unfinished.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise _unwritable(path) from error


def _unwritable(path: Path) -> AktenkundigError:
    return AktenkundigError(f"Die Ausgabe „{path}“ lässt sich nicht schreiben; bitte Ordner und Rechte prüfen.")
