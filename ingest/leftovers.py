"""Files that no store refers to: what interrupted runs left in a data directory."""

from __future__ import annotations

import shutil
from pathlib import Path

from corpus.index_files import leftover_directories
from corpus.originals import ORIGINALS_DIRECTORY, original_path
from corpus.store import Store

STAGING_FOLDER = ".wiederherstellung"
"""Where a backup is unpacked; of no use to anybody unless it has been renamed at the end."""


def find_leftovers(data: Path, store: Store) -> list[Path]:
    """Files and folders to be removed by whoever holds the writers' lock; nobody else can tell which are in use."""
    kept = {original_path(data, info) for info in store.documents()}
    originals = sorted(path for path in (data / ORIGINALS_DIRECTORY).glob("*") if path not in kept)
    staging = [data / STAGING_FOLDER] if (data / STAGING_FOLDER).exists() else []
    return [*staging, *leftover_directories(data), *sorted(data.glob("*.neu")), *originals]


def tidy(data: Path, store: Store) -> int:
    """Remove them; return how many there were."""
    found = find_leftovers(data, store)
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(found)
