"""Compares the vector index with the store.

An embedded index is read in a process of its own, which a damaged one may crash; a Chroma server is one already.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import IndexAwayError, StoreError
from corpus.index_files import collection_in, holds_index, index_directory, read_stamp

if TYPE_CHECKING:
    from corpus.chroma_server import ChromaServer

_AT_ONCE = 500
_SEARCHED = 5000
"""Passages that are searched for by their own vectors, spread over all."""
_ALIKE = 0.999
_SECONDS = 900.0
"""For the whole comparison; links that lead in circles would keep it busy for ever."""


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """How many passages the index has, and a German phrase on what is wrong with it; empty if nothing is.

    ``trusted`` tells that its vectors may be taken over by a store that has none yet.
    """

    passages: int = 0
    problem: str = ""
    trusted: bool = False

    @property
    def sound(self) -> bool:
        """Whether the index is exactly what the store says."""
        return not self.problem


def check_index(data: Path, server: ChromaServer | None = None) -> IndexCheck:
    """Look at the index of ``data``; nothing is changed or made.

    Raises :class:`IndexAwayError` where the ``server`` does not answer.
    """
    if server is not None:
        return _check_on_server(data, server)
    if collection_in(read_stamp(data)) is not None:
        return IndexCheck(problem="liegt auf einem Chroma-Server, „chroma_url“ ist aber leer")
    if not holds_index(index_directory(data)):
        return IndexCheck(problem="fehlt")
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "ingest.index_check", str(data.resolve())],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
        return IndexCheck(**json.loads(done.stdout.splitlines()[-1]))
    except (subprocess.TimeoutExpired, IndexError, ValueError, TypeError):
        return IndexCheck(problem="beschädigt")


def _check_on_server(data: Path, server: ChromaServer) -> IndexCheck:
    from corpus.server_place import place_of

    try:
        if place_of(data, server).lacks(read_stamp(data)):
            return IndexCheck(problem="fehlt auf dem Chroma-Server")
        return _compare(data, server)
    except IndexAwayError:
        raise
    except StoreError as error:
        return IndexCheck(problem=f"beschädigt ({error})")


def _compare(data: Path, server: ChromaServer | None = None) -> IndexCheck:
    """The comparison itself; raises whatever Chroma does."""
    import numpy as np

    from corpus.store import Store
    from corpus.vectors import VectorIndex

    with closing(Store(data)) as store:
        index = VectorIndex(data, server)
        stored, indexed = store.passage_keys(), index.keys()
        if stored != indexed:
            return IndexCheck(
                len(indexed), f"{len(stored - indexed)} Passagen fehlen, {len(indexed - stored)} sind zu viel"
            )
        keys = sorted(stored)
        if not store.vectors.kept:
            return IndexCheck(len(keys), "der Bestand einer früheren Version hat noch keine Vektoren", trusted=True)
        if without := len(set(store.vectors.missing()) & stored):
            return IndexCheck(len(keys), f"{without} Passagen haben im Bestand noch keinen Vektor", trusted=True)
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            ours, theirs = store.vectors.of(some), index.vectors(some)
            if set(theirs) != set(some) or any(float(np.dot(ours[k], theirs[k])) < _ALIKE for k in some):
                return IndexCheck(len(keys), "enthält falsche Vektoren")
        wanted = keys[:: len(keys) // _SEARCHED + 1]
        for start in range(0, len(wanted), _AT_ONCE):
            vectors = store.vectors.of(wanted[start : start + _AT_ONCE])
            if min(index.best_similarities(np.array(list(vectors.values())))) < _ALIKE:
                return IndexCheck(len(keys), "findet Passagen nicht, die darin stehen")
        return IndexCheck(len(keys))


def main(data: Path) -> None:
    """Print the result as a line of JSON."""
    from corpus.errors import AktenkundigError

    try:
        check = _compare(data)
    except AktenkundigError:
        check = IndexCheck(problem="beschädigt")
    sys.stdout.write(f"\n{json.dumps(asdict(check))}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
