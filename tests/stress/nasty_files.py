"""All nasty files: builds them into a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.stress import formats, glyphs, heavy, pages, scans, structure
from tests.stress.nasty import Nasty

FILES: tuple[Nasty, ...] = (
    *pages.FILES,
    *glyphs.FILES,
    *structure.FILES,
    *heavy.FILES,
    *scans.FILES,
    *formats.FILES,
)


def build(folder: Path, files: Iterable[Nasty] = FILES) -> list[Path]:
    """Make the files in an existing folder; return their paths in order."""
    paths = [folder / nasty.name for nasty in files]
    for nasty, path in zip(files, paths, strict=True):
        nasty.build(path)
    return paths
