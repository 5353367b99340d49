"""An Akte with documents of every access, each with a word of its own that stands nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.accounts.store import AccountStore
from assistant.assistant import Assistant
from assistant.web.app import create_app
from assistant.web.operations.lifecycle import Lifecycle
from benchmarks.marked import DOCUMENTS, MISSING, ROLES, write_akte
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings
from ingest.pipeline import Ingestor

PASSWORD = "ein langes Passwort für Tests"  # noqa: S105
ADDRESS = "http://127.0.0.1:7860"


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
def akte_for(models_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Data directories: the whole Akte, and one that holds only what the public sees.

    Each is read by an embedding of its own, as by a process of its own: which precision one computes in depends on how
    much it has read before, and vectors of two precisions are not the same to the last digit.
    """
    made: dict[str, Path] = {}
    for seen_by in ("administration", "niemand"):
        folder = tmp_path_factory.mktemp("akte")
        settings = Settings(data=folder / "daten", models=models_directory)
        shown, announced = ([one for one in some if seen_by in one.seen_by] for some in (DOCUMENTS, MISSING))
        akte = write_akte(folder / "akte", shown, announced, secrets=True)
        report = Ingestor(settings, open_embedding(settings)).ingest([akte])
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
