"""Where the vector index lies: as files in the data directory, opened in this process, or on a Chroma server."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import chromadb
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from llama_index.core.schema import BaseNode

from corpus.disk import no_room, room_needed
from corpus.errors import StoreError
from corpus.index_files import collection_in, holds_index, leftover_directories, name_in, new_name

if TYPE_CHECKING:
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection as ChromaCollection

_COLLECTION = "passages"
_FULL = re.compile(r"disk is full|No space left|File too large|os error (?:27|28|122)\b|code: (?:13|778)\b")
"""How Chroma words that a file cannot grow; the codes are SQLite's."""
_LEAST_ROOM = 1_000_000
"""Bytes; where less is free, nothing else was the matter."""
_SEARCHED = 1000
"""Candidates that a search keeps (HNSW's ef). Chroma builds its graph anew, in another order, whenever the index is
opened; with its default of 100 the 50 best of a few hundred passages were not always all found, and the same question
got another answer in another process. It is set when an index is made, as the next two are; older ones keep theirs."""
_BUILT_WITH = 400
_NEIGHBOURS = 32
"""While the graph is built (HNSW's ef and M; Chroma: 100 and 16). With those defaults a passage now and then had no way
leading to it."""

GREMIUM: Final = "gremium:"
"""How the metadata begins that marks a Gremium whose members may see a passage."""

CONFIGURATION: Final[CreateCollectionConfiguration] = {
    "hnsw": {
        "space": "cosine",
        "ef_search": _SEARCHED,
        "ef_construction": _BUILT_WITH,
        "max_neighbors": _NEIGHBOURS,
    }
}
"""How every index is made, wherever it lies, so that both find the same."""


def filtered_by(name: str) -> bool:
    """Whether searches filter by metadata of this name."""
    return name in ("document", "origin", "visibility") or name.startswith(GREMIUM)


class IndexPlace(Protocol):
    """Where the indexes of one data directory lie, each under a name of its own.

    All methods raise :class:`StoreError` with what to do, :class:`corpus.errors.IndexAwayError` where that is waiting.
    """

    def name_in(self, stamp: str) -> str | None:
        """The index that a stamp names; ``None`` if it cannot be here."""

    def new_name(self) -> str:
        """A name for a new index; for whoever writes alone."""

    def lacks(self, stamp: str) -> bool:
        """Whether the index that a stamp names has to be built here before anybody can open it."""

    def is_there(self, name: str) -> bool:
        """Whether an index of this name lies here; cheap."""

    def require_answering(self) -> None:
        """Raise an error at once where nobody would answer."""

    def open(self, name: str) -> ChromaCollection:
        """An index that is there."""

    def make(self, name: str) -> ChromaCollection:
        """A new index, empty."""

    def discard(self, name: str) -> None:
        """Remove an index as far as that is possible now; what stays is among the :meth:`leftovers`."""

    def leftovers(self) -> list[str]:
        """Indexes that were not finished, or that another one has replaced."""

    def missing(self) -> StoreError:
        """What is said where the index cannot be opened because it is not here."""

    def as_kept(self, nodes: Sequence[BaseNode]) -> list[BaseNode]:
        """Of embedded passages what may be kept here."""

    def told(self, *, writing: bool = False) -> AbstractContextManager[None]:
        """Turn what Chroma raises into a :class:`StoreError` with what to do."""


class EmbeddedPlace:
    """A directory for each index in the data directory; see :class:`IndexPlace`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def name_in(self, stamp: str) -> str | None:
        """See :class:`IndexPlace`."""
        return name_in(stamp) if collection_in(stamp) is None else None

    def new_name(self) -> str:
        """See :class:`IndexPlace`."""
        return new_name()

    def lacks(self, stamp: str) -> bool:
        """See :class:`IndexPlace`; an index that is gone is made anew when it is opened."""
        return self.name_in(stamp) is None

    def is_there(self, name: str) -> bool:
        """See :class:`IndexPlace`."""
        return holds_index(self._directory / name)

    def require_answering(self) -> None:
        """See :class:`IndexPlace`; files always do."""

    def open(self, name: str) -> ChromaCollection:
        """See :class:`IndexPlace`; made if it is not there."""
        # Chroma logs every telemetry failure as an error although telemetry is off.
        logging.getLogger("chromadb.telemetry").setLevel(logging.CRITICAL)
        # Without this, Chroma would hand out the graph that this process has in memory. Searches under way in other
        # threads keep the old one until they are done.
        SharedSystemClient.clear_system_cache()
        with self.told():
            client = chromadb.PersistentClient(
                path=str(self._directory / name), settings=ChromaSettings(anonymized_telemetry=False)
            )
            return client.get_or_create_collection(_COLLECTION, embedding_function=None, configuration=CONFIGURATION)

    def make(self, name: str) -> ChromaCollection:
        """See :class:`IndexPlace`."""
        return self.open(name)

    def discard(self, name: str) -> None:
        """See :class:`IndexPlace`; somebody who opens it at this moment may keep it from going."""
        shutil.rmtree(self._directory / name, ignore_errors=True)

    def leftovers(self) -> list[str]:
        """See :class:`IndexPlace`."""
        return [path.name for path in leftover_directories(self._directory)]

    def missing(self) -> StoreError:
        """See :class:`IndexPlace`."""
        return StoreError(
            f"Der Vektorindex zu „{self._directory}“ liegt auf einem Chroma-Server, „chroma_url“ ist aber leer; bitte "
            "die Einstellung setzen, oder „aktenkundig doctor --repair“ baut ihn hier neu auf."
        )

    def as_kept(self, nodes: Sequence[BaseNode]) -> list[BaseNode]:
        """See :class:`IndexPlace`."""
        return list(nodes)

    @contextmanager
    def told(self, *, writing: bool = False) -> Iterator[None]:
        """See :class:`IndexPlace`."""
        try:
            with room_needed(self._directory):
                yield
        except (ChromaError, ValueError, OSError) as error:
            full = writing and shutil.disk_usage(self._directory).free < _LEAST_ROOM
            if full or _FULL.search(str(error)):
                raise no_room(self._directory) from error
            if writing:  # Chroma does not always say why
                raise StoreError(
                    f"Der Vektorindex in „{self._directory}“ ließ sich nicht schreiben ({error}); bitte Platz schaffen "
                    "oder „aktenkundig doctor --repair“ aufrufen und es noch einmal versuchen."
                ) from error
            raise StoreError(
                f"Der Vektorindex in „{self._directory}“ ist nicht lesbar ({error}); "
                "bitte „aktenkundig doctor --repair“ aufrufen, das baut ihn neu auf."
            ) from error
