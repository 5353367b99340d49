"""An Akte with documents of every access, each with a word of its own that stands nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.accounts.store import AccountStore
from assistant.assistant import Assistant
from assistant.web.app import create_app
from assistant.web.operations.lifecycle import Lifecycle
from corpus.access import Role
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings
from ingest.pipeline import Ingestor

PASSWORD = "ein langes Passwort für Tests"  # noqa: S105
ADDRESS = "http://127.0.0.1:7860"


@dataclass(frozen=True)
class Marked:
    """A document; ``mark`` stands in its title, its text, its abbreviation and its question to begin with."""

    document: str
    mark: str
    access: str
    seen_by: frozenset[str]


EVERYBODY = frozenset({"niemand", "ohne", "bau", "personal", "verwaltung", "administration"})
INSIDE = frozenset({"verwaltung", "administration"})
DOCUMENTS = (
    Marked("offen-eins", "Quellwiese", 'visibility = "public"', EVERYBODY),
    Marked("offen-zwei", "Birkenhain", 'visibility = "public"', EVERYBODY),
    Marked("nur-bau", "Zirkonhalle", 'gremien = ["Bauausschuss"]', INSIDE | {"bau"}),
    Marked("nur-personal", "Xenonstelle", 'gremien = ["Personalausschuss"]', INSIDE | {"personal"}),
    Marked("nur-verwaltung", "Kobaltdeponie", 'visibility = "non_public"', INSIDE),
    Marked("nur-intern", "Vanadiumfonds", 'visibility = "internal"', INSIDE),
)
MISSING = (
    Marked("fehlt-offen", "Eschenufer", 'visibility = "public"', EVERYBODY),
    Marked("fehlt-bau", "Rutilbruecke", 'gremien = ["Bauausschuss"]', INSIDE | {"bau"}),
    Marked("fehlt-intern", "Osmiumgrube", 'visibility = "internal"', INSIDE),
)
ROLES: dict[str, tuple[list[Role], list[str]]] = {
    "ohne": ([], []),
    "bau": (["council_member"], ["Bauausschuss"]),
    "personal": (["council_member"], ["PERSONALAUSSCHUSS"]),
    "verwaltung": (["staff"], []),
    "administration": (["administrator"], []),
}


def text_of(marked: Marked) -> str:
    """Sentences that answer the same questions in every document, with another figure in each."""
    cost = 1000 + 37 * len(marked.mark) * (1 + DOCUMENTS.index(marked))
    letters = "".join(letter for letter in marked.mark.upper() if letter not in "AEIOU")[:4]
    return (
        f"{marked.mark}\n\nBeschlussvorschlag\n\nDer Kreistag beschließt den Bau der Anlage {marked.mark}.\n\n"
        f"Begründung\n\nDer {marked.mark} ({letters}) kostet {cost} Euro im Jahr. Die Verwaltung rechnet damit, dass "
        f"der {marked.mark} am {3 + DOCUMENTS.index(marked)}. Mai 2015 fertig ist. Der Bürgermeister lehnt den "
        f"{marked.mark} ab."
    )


def write_akte(folder: Path, seen_by: str) -> Path:
    """The folder with all that somebody sees; of the rest it knows nothing."""
    folder.mkdir(parents=True)
    shown = [marked for marked in DOCUMENTS if seen_by in marked.seen_by]
    announced = [marked for marked in MISSING if seen_by in marked.seen_by]
    questions = [f"Was kostet der {marked.mark}?" for marked in shown]
    lines = ['[akte]\nid = "kreis"\ntitle = "Kreis"', f"questions = {questions!r}"]
    for marked in (*shown, *announced):
        entry = f'[[documents]]\nid = "{marked.document}"\ntitle = "Vorlage {marked.mark}"\nkind = "Vorlage"\n'
        entry += f'origin = "original"\n{marked.access}\n'
        if marked in DOCUMENTS:
            (folder / f"{marked.document}.txt").write_text(text_of(marked), encoding="utf-8")
            entry += f'file = "{marked.document}.txt"\n'
        lines.append(entry)
    (folder / "akte.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


@contextmanager
def opened(data: Path, models: Path, embedding: SentenceEmbedding, **more: object) -> Iterator[TestClient]:
    """The whole web chat over a data directory, with accounts for every role and the audit log."""
    settings = Settings(data=data, models=models, accounts=True, audit=True, **more)  # type: ignore[arg-type]
    accounts = AccountStore(data)
    if not accounts.accounts():
        for name, (roles, gremien) in ROLES.items():
            accounts.add(name, PASSWORD, roles, gremien)
    assistant = Assistant(settings, embedding, clearance="public")

    async def built() -> FastAPI:
        """In a running event loop: without one Gradio makes some that it never closes."""
        return create_app(assistant, Lifecycle())

    with TestClient(asyncio.run(built()), base_url=ADDRESS, follow_redirects=False) as client:
        yield client
    assistant.close()


def question_of_chat(client: TestClient, question: str, session: str, **headers: str) -> dict[str, object]:
    """What the chat's page sends when somebody asks; its event has three inputs and is told three outputs."""
    events = client.get("/config", headers=headers).json()["dependencies"]
    (asking,) = [event for event in events if len(event["inputs"]) == len(event["outputs"]) == 3]
    return {"fn_index": asking["id"], "data": [question, None, ""], "session_hash": session}


@pytest.fixture(scope="session")
def akte_for(
    models_directory: Path, embedding: SentenceEmbedding, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Data directories: the whole Akte, and one that holds only what the public sees."""
    made: dict[str, Path] = {}
    for seen_by in ("administration", "niemand"):
        folder = tmp_path_factory.mktemp("akte")
        settings = Settings(data=folder / "daten", models=models_directory)
        report = Ingestor(settings, embedding).ingest([write_akte(folder / "akte", seen_by)])
        assert report.complete, report.lines
        made[seen_by] = folder / "daten"
    return made


@pytest.fixture(scope="session")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


@pytest.fixture(scope="module")
def chat(akte_for: dict[str, Path], models_directory: Path, embedding: SentenceEmbedding) -> Iterator[TestClient]:
    """The web chat over the whole Akte."""
    with opened(akte_for["administration"], models_directory, embedding) as client:
        yield client
