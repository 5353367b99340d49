"""The vector index on a Chroma server: a collection for each index, named by the stamp in the data directory.

The server gets vectors, the keys of passages and what searches filter by, and no word of a text: answers are made of
what the store has.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import chromadb
import httpx
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError
from llama_index.core.schema import BaseNode, TextNode

from corpus.errors import IndexAwayError, StoreError
from corpus.index_files import collection_in, collection_prefix, known_owner, new_collection_name, owner_of, read_stamp
from corpus.index_place import CONFIGURATION, EmbeddedPlace, IndexPlace, filtered_by

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

    from corpus.chroma_server import ChromaServer

_ALIVE_SECONDS: Final = 5.0
"""For the sign of life before each request. Chroma's own client waits for ever, also for a server that hangs."""
_SECONDS: Final = 300.0
"""For a request: a thousand passages may take half a minute on a slow machine."""
_PAGE: Final = 100
_AWAY: Final = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
"""What a proxy says while the server behind it is not there."""
_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def place_of(directory: Path, server: ChromaServer | None, *, made_for: Path | None = None) -> IndexPlace:
    """Where the indexes of a data directory lie.

    ``made_for`` is the data directory that a new index is going to be moved into, where that is another one.
    """
    return EmbeddedPlace(directory) if server is None else ServerPlace(directory, server, made_for or directory)


class ServerPlace:
    """Collections on a server that several data directories may share; see :class:`IndexPlace`."""

    def __init__(self, directory: Path, server: ChromaServer, owning: Path) -> None:
        """``owning`` is the data directory that collections made here belong to."""
        self._directory = directory
        self._server = server
        self._owning = owning
        self._alive = httpx.Client(timeout=_ALIVE_SECONDS, headers=server.headers)
        weakref.finalize(self, self._alive.close)
        self._client: ClientAPI | None = None

    def name_in(self, stamp: str) -> str | None:
        """See :class:`IndexPlace`; a copied data directory has none, because the original's is not its own."""
        name, owner = collection_in(stamp), known_owner(self._owning)
        return name if name and owner and name.startswith(collection_prefix(owner)) else None

    def new_name(self) -> str:
        """See :class:`IndexPlace`."""
        return new_collection_name(owner_of(self._owning))

    def lacks(self, stamp: str) -> bool:
        """See :class:`IndexPlace`."""
        name = self.name_in(stamp)
        return name is None or not self.is_there(name)

    def is_there(self, name: str) -> bool:
        """See :class:`IndexPlace`."""
        self.require_answering()
        with self.told():
            try:
                self._connected().get_collection(name, embedding_function=None)
            except NotFoundError:
                return False
        return True

    def require_answering(self) -> None:
        """See :class:`IndexPlace`."""
        with self.told():
            self._alive.get(f"{self._server.url}/api/v2/heartbeat").raise_for_status()

    def open(self, name: str) -> ChromaCollection:
        """See :class:`IndexPlace`."""
        with self.told():
            return self._connected().get_collection(name, embedding_function=None)

    def make(self, name: str) -> ChromaCollection:
        """See :class:`IndexPlace`."""
        self.require_answering()
        with self.told(writing=True):
            return self._connected().create_collection(name, embedding_function=None, configuration=CONFIGURATION)

    def discard(self, name: str) -> None:
        """See :class:`IndexPlace`."""
        try:
            self.require_answering()
            with self.told(writing=True):
                self._connected().delete_collection(name)
        except StoreError:  # it is away, or somebody else was faster
            return

    def leftovers(self) -> list[str]:
        """See :class:`IndexPlace`."""
        owner = known_owner(self._owning)
        if owner is None:
            return []
        current = collection_in(read_stamp(self._owning))
        return [name for name in self._names() if name.startswith(collection_prefix(owner)) and name != current]

    def missing(self) -> StoreError:
        """See :class:`IndexPlace`."""
        return StoreError(
            f"Auf dem Chroma-Server („chroma_url“) liegt kein Vektorindex zu „{self._directory}“; "
            "„aktenkundig doctor --repair“ baut ihn dort auf."
        )

    def as_kept(self, nodes: Sequence[BaseNode]) -> list[BaseNode]:
        """See :class:`IndexPlace`; neither text nor titles leave the data directory."""
        return [
            TextNode(
                id_=node.node_id,
                text="",
                embedding=node.get_embedding(),
                metadata={name: value for name, value in node.metadata.items() if filtered_by(name)},
            )
            for node in nodes
        ]

    @contextmanager
    def told(self, *, writing: bool = False) -> Iterator[None]:
        """See :class:`IndexPlace`."""
        try:
            yield
        except NotFoundError as error:
            raise self.missing() from error
        except Exception as error:
            # Chroma's client raises a plain Exception for whatever a proxy answers.
            if (sentence := _sentence(error, writing=writing)) is None:
                raise
            raise sentence from error

    def _connected(self) -> ClientAPI:
        if self._client is None:
            logging.getLogger("chromadb.telemetry").setLevel(logging.CRITICAL)  # failures are logged although it is off
            client = chromadb.HttpClient(
                host=self._server.url,
                headers=self._server.headers,
                settings=ChromaSettings(anonymized_telemetry=False),
            )
            # Chroma offers neither a limit of time nor an end for its connections. One of them has only asked whether
            # the database is there.
            _connection_of(cast("Any", client)._admin_client).close()  # noqa: SLF001
            session = _connection_of(client)
            session.timeout = httpx.Timeout(_SECONDS, connect=_ALIVE_SECONDS)
            weakref.finalize(self, session.close)
            self._client = client
        return self._client

    def _names(self) -> Iterator[str]:
        """All collections of the server, whoever they belong to."""
        self.require_answering()
        start = 0
        with self.told():
            while page := self._connected().list_collections(limit=_PAGE, offset=start):
                yield from (collection.name for collection in page)
                start += len(page)


def _connection_of(client: object) -> httpx.Client:
    session: httpx.Client = cast("Any", client)._server._session  # noqa: SLF001
    return session


def _sentence(error: Exception, *, writing: bool) -> StoreError | None:
    """What is said of what Chroma's client raised; ``None`` for an error of ours."""
    causes = list(_causes(error))
    answers = {cause.response.status_code for cause in causes if isinstance(cause, httpx.HTTPStatusError)}
    if answers & _AWAY or any(isinstance(cause, httpx.TransportError) for cause in causes):
        return IndexAwayError(
            "Der Vektorindex auf dem Chroma-Server („chroma_url“) ist gerade nicht erreichbar; "
            "bitte den Server prüfen oder es gleich noch einmal versuchen."
        )
    if answers & _REFUSED:
        return StoreError("Der Chroma-Server („chroma_url“) lehnt die Anfrage ab; bitte „chroma_token“ prüfen.")
    if answers or isinstance(error, ChromaError | ValueError | OSError | httpx.HTTPError):
        done = "nicht in den Vektorindex schreiben" if writing else "den Vektorindex nicht lesen"
        reason = " ".join(str(error).split())[:200]
        return StoreError(
            f"Der Chroma-Server („chroma_url“) kann {done} ({reason}); bitte sein Protokoll und seinen Datenträger "
            "prüfen, „aktenkundig doctor --repair“ baut den Index neu auf."
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
