"""The part of the API that is for staff: only there where the operator has set a key, and only for whoever has it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Literal

import anyio
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from assistant.web.api.shapes import DocumentEntry, ProblemDocument
from assistant.web.problems import NotAllowedError, TooLargeError
from assistant.web.staff import Change, StaffDesk
from assistant.web.visits import visit_of
from corpus.types import DocumentInfo, Visibility

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path as FilePath

_WRONG_KEY_SECONDS = 1.0
"""Whoever tries keys gets one answer a second, all together."""
_MEGABYTE = 1_000_000
_LEVELS = "„public“ öffentlich, „non_public“ nichtöffentlich, „internal“ nur für die Verwaltung"
_MOST_GREMIEN = 50

Document = Annotated[str, Path(description="Kennung des Dokuments")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StaffDocument(DocumentEntry):
    """Ein Dokument mit dem, was nur die Verwaltung sieht."""

    visibility: Visibility = Field(description=_LEVELS)
    gremien: list[str] = Field(description="Gremien, deren Mitglieder ein nichtöffentliches Dokument sehen")
    file: str | None = Field(description="Name der hochgeladenen Datei; leer bei Dokumenten aus Ordnern")

    @classmethod
    def told(cls, info: DocumentInfo, file: str | None) -> StaffDocument:
        """A document with the name of its uploaded file."""
        return cls(
            **DocumentEntry.of(info).model_dump(), visibility=info.visibility, gremien=list(info.gremien), file=file
        )


class ChangeEntry(_Shape):
    """Ein Vorgang: wie weit er ist, und was daraus wurde."""

    key: str = Field(description="Kennung des Vorgangs")
    name: str = Field(description="Name der Datei")
    kind: Literal["upload", "remove", "move"] = Field(description="hochladen, entfernen, Sichtbarkeit ändern")
    visibility: Visibility = Field(description="Sichtbarkeit danach, wenn das Dokument selbst nichts Strengeres sagt")
    gremien: list[str] = Field(description="Gremien, für die es danach ist")
    state: Literal["waiting", "working", "done", "failed"] = Field(description="Stand")
    share: float = Field(ge=0, le=1, description="erledigter Anteil")
    report: list[str] = Field(description="was gelesen wurde, was nicht und warum")

    @classmethod
    def of(cls, change: Change) -> ChangeEntry:
        """A change as it is now."""
        return cls(
            key=change.key, name=change.name, kind=change.kind, visibility=change.visibility,
            gremien=list(change.gremien), state=change.state, share=change.share, report=list(change.report),
        )  # fmt: skip


class VisibilityWish(_Shape):
    """Wer ein Dokument sehen soll."""

    visibility: Visibility = Field(description=_LEVELS)
    gremien: list[str] = Field(
        default_factory=list, max_length=_MOST_GREMIEN, description="bei nichtöffentlichen: für wessen Mitglieder auch"
    )


def staff_routes(desk: StaffDesk, key: str | None, limit_mb: int) -> APIRouter:
    """The routes; ``key`` is the secret beside accounts, ``limit_mb`` the size of the largest file."""
    router = APIRouter(
        prefix="/staff",
        tags=["Verwaltung"],
        dependencies=[Depends(_only_with(key))],
        responses={401: {"model": ProblemDocument, "description": "der Schlüssel fehlt oder ist falsch"}},
    )

    @router.get("/documents", summary="Alle Dokumente, auch nichtöffentliche", response_description="alle")
    def documents() -> list[StaffDocument]:
        """Mit Sichtbarkeit und, bei hochgeladenen, dem Namen der Datei."""
        return [StaffDocument.told(info, file) for info, file in desk.documents()]

    @router.get("/changes", summary="Die letzten Vorgänge", response_description="neueste zuerst")
    def changes() -> list[ChangeEntry]:
        """Was läuft, was fertig ist, was gescheitert ist."""
        return [ChangeEntry.of(change) for change in desk.changes()]

    @router.get("/changes/{change}", summary="Ein Vorgang", response_description="wie weit er ist")
    def change(change: Annotated[str, Path(description="Kennung des Vorgangs")]) -> ChangeEntry:
        """Fortschritt, dann Bericht."""
        return ChangeEntry.of(desk.change(change))

    @router.post("/uploads", status_code=202, summary="Eine Datei hochladen", response_description="der Vorgang")
    async def upload(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=300, description="Name der Datei, mit Endung")],
        visibility: Annotated[Visibility, Query(description="wer sie sehen soll")] = "non_public",
        gremium: Annotated[
            list[str] | None,
            Query(max_length=_MOST_GREMIEN, description="Gremium, dessen Mitglieder sie auch sehen; mehrmals möglich"),
        ] = None,
    ) -> ChangeEntry:
        """Der Inhalt ist der Rumpf der Anfrage. Eine Datei gleichen Namens wird ersetzt."""
        sent = desk.incoming()
        try:
            await _receive(request, sent, limit_mb)
            change = await run_in_threadpool(desk.upload, sent, name, visibility, gremium or [])
            await run_in_threadpool(visit_of(request).saw, "change", [change.name])
            return ChangeEntry.of(change)
        except BaseException:
            sent.unlink(missing_ok=True)
            raise

    @router.delete("/documents/{document}", status_code=202, summary="Entfernen", response_description="der Vorgang")
    def remove(request: Request, document: Document) -> ChangeEntry:
        """Entfernt die hochgeladene Datei mit allem, was daraus gelesen wurde."""
        visit_of(request).saw("change", [document])
        return ChangeEntry.of(desk.remove(document))

    @router.put(
        "/documents/{document}/visibility",
        status_code=202,
        summary="Öffentlich oder nichtöffentlich",
        response_description="der Vorgang",
    )
    def move(request: Request, document: Document, wish: VisibilityWish) -> ChangeEntry:
        """Sagt das Dokument selbst, dass es nichtöffentlich ist, dann bleibt es das."""
        visit_of(request).saw("change", [document])
        return ChangeEntry.of(desk.move(document, wish.visibility, wish.gremien))

    return router


async def _receive(request: Request, target: FilePath, limit_mb: int) -> None:
    """Write the request's body into a file, piece by piece; raises :class:`TooLargeError`."""
    size = 0
    async with await anyio.open_file(target, "wb") as stream:
        async for piece in request.stream():
            size += len(piece)
            if size > limit_mb * _MEGABYTE:
                raise TooLargeError(f"Die Datei ist größer als {limit_mb} MB.")
            await stream.write(piece)


def _only_with(key: str | None) -> Callable[[Request], Awaitable[None]]:
    """Lets in whoever has the key, and accounts whose role it is."""
    expected = f"Bearer {key}".encode() if key is not None else None
    one_at_a_time = CapacityLimiter(1)

    async def check(request: Request) -> None:
        visit = visit_of(request)
        if visit.account is not None and visit.clearance.changes_documents:
            return
        given = request.headers.get("Authorization", "").encode("latin-1")
        if expected is not None and secrets.compare_digest(given, expected):
            return
        async with one_at_a_time:
            await anyio.sleep(_WRONG_KEY_SECONDS)
        raise NotAllowedError("Der Schlüssel fehlt oder ist falsch.")

    return check
