"""A small data directory that is really read into, for tests of what keeps, moves and mends one."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import Assistant
from corpus.embedding import SentenceEmbedding
from corpus.settings import Settings
from corpus.store import Store
from corpus.vectors import VectorIndex
from ingest.pipeline import Ingestor
from ingest.report import Report

BRIDGE = "Die Brücke über die Sieg wird am 4. Juni 2015 gesperrt. Die Sperrung dauert drei Wochen."
HALL = "# Turnhalle\n\nDer Neubau der Turnhalle kostet 2,4 Mio. €.\n\n| Teil | Preis |\n|---|---|\n| Dach | 800 € |\n"
POOL = "Das Freibad öffnet am 1. Mai 2015. Der Eintritt kostet 4 Euro."
QUESTIONS = (
    "Wann wird die Brücke über die Sieg gesperrt?",
    "Was kostet der Neubau der Turnhalle?",
    "Wann öffnet das Freibad?",
)


@dataclass(frozen=True)
class Place:
    """A folder of documents, and the data directory that it is read into; on a Chroma server where one is named."""

    root: Path
    models: Path
    embedding: SentenceEmbedding
    chroma_url: str = ""

    @classmethod
    def make(cls, root: Path, models: Path, embedding: SentenceEmbedding) -> Place:
        """Read three documents."""
        place = cls(root, models, embedding)
        place.folder.mkdir()
        for name, text in (("bruecke.txt", BRIDGE), ("halle.md", HALL), ("freibad.txt", POOL)):
            (place.folder / name).write_text(text, encoding="utf-8")
        place.ingest()
        return place

    def copy(self, root: Path) -> Place:
        """The same elsewhere, to be changed."""
        other = Place(root, self.models, self.embedding, self.chroma_url)
        shutil.copytree(self.data, other.data)
        shutil.copytree(self.folder, other.folder)
        with closing(Store(other.data)) as store:
            store.files.relocate(str(self.folder), str(other.folder))
        return other

    @property
    def folder(self) -> Path:
        """Where the documents lie."""
        return self.root / "eingang"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.root / "daten"

    @property
    def settings(self) -> Settings:
        """Everything public, so that a server shows it."""
        return self.settings_at(self.data)

    def settings_at(self, data: Path) -> Settings:
        """The same settings for another data directory."""
        return Settings(data=data, models=self.models, default_visibility="public", chroma_url=self.chroma_url)

    def ingest(self) -> Report:
        """Read the folder."""
        return Ingestor(self.settings, self.embedding).ingest([self.folder])

    def answers(self, data: Path | None = None) -> list[dict[str, Any]]:
        """What a data directory answers to the questions, without what it took."""
        assistant = Assistant(self.settings_at(data or self.data), self.embedding)
        return [assistant.answer(question).model_dump(exclude={"timings_ms"}) for question in QUESTIONS]


def assert_whole(data: Path, documents: set[str]) -> None:
    """Both indexes hold exactly these documents, each passage has its vector, and the file is sound."""
    with closing(Store(data)) as store:
        assert {info.document for info in store.documents()} == documents
        assert store.integrity() == "ok"
        assert store.passage_keys("indexing") == set()
        assert VectorIndex(data).keys() == store.passage_keys() == set(store.vectors.of(sorted(store.passage_keys())))


def content(folder: Path) -> dict[str, str]:
    """All files below a folder with the hashes of their bytes, to see whether anything changed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
        if not path.name.endswith((".lock", "-shm"))
    }
