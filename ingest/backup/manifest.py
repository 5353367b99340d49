"""What a backup says of itself, and which files may be in one.

A backup is a ZIP file: the store, the originals, what staff uploaded, the feedback, accounts and audit log where there
are any, and ``manifest.json``. The vector
index is not in it, because the store has all vectors.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus.data_directory import ACCOUNTS_FILE, AUDIT_FILE, FEEDBACK_FILE, UPLOAD_PLACES, UPLOADS_DIRECTORY
from corpus.database import DATABASE_FILE
from corpus.originals import ORIGINALS_DIRECTORY

MANIFEST_FILE: Final = "manifest.json"
FURTHER_DATABASES: Final = (ACCOUNTS_FILE, AUDIT_FILE)
"""SQLite files beside the store; where a backup has none, restoring it leaves the one that is there."""
LONGEST_MANIFEST: Final = 100_000_000
"""Bytes; enough for half a million files."""

_NAMES: Final = re.compile(
    rf"{'|'.join(map(re.escape, (DATABASE_FILE, FEEDBACK_FILE, *FURTHER_DATABASES)))}"
    rf"|{ORIGINALS_DIRECTORY}/[0-9a-f]{{64}}(?:\.[a-z]{{1,8}})?"
    rf"|{UPLOADS_DIRECTORY}/(?:{'|'.join(UPLOAD_PLACES.values())})/(?!\.)[^/\\\x00-\x1f]{{1,200}}"
)
"""Names without a way out of the data directory, and none of a hidden file."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Strict):
    """The size in bytes and the checksum of a file."""

    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(_Strict):
    """What is in a backup; ``data_directory`` is where it was made, ``model`` what made its vectors."""

    format: Literal["aktenkundig-backup"] = "aktenkundig-backup"
    version: Literal[1] = 1
    created: datetime
    program: str
    schema_version: int
    model: str | None
    documents: int = Field(ge=0)
    passages: int = Field(ge=0)
    data_directory: str
    files: dict[str, FileEntry]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files.values())


def is_allowed(name: str) -> bool:
    """Whether a file of this name may be in a backup."""
    return _NAMES.fullmatch(name) is not None
