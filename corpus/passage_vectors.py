"""The vectors of passages as the store keeps them, so that the vector index can be rebuilt without the model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.database import Database


class PassageVectors:
    """Vectors of length 1 by the keys of their passages; exactly those that the vector index got."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def kept(self) -> bool:
        """Whether the store has a table of vectors at all; earlier programs made none."""
        return bool(self._database.query("SELECT 1 FROM sqlite_master WHERE name = 'passage_vectors'"))

    def of(self, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of these passages; those without one are left out."""
        rows = self._database.query(
            "SELECT p.key, v.vector FROM passages p JOIN passage_vectors v ON v.passage = p.id "
            "WHERE p.key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {str(key): np.frombuffer(vector, dtype=np.float32) for key, vector in rows}

    def missing(self) -> list[str]:
        """The keys of passages without a vector, as programs left them that did not keep any."""
        rows = self._database.query(
            "SELECT key FROM passages WHERE id NOT IN (SELECT passage FROM passage_vectors) ORDER BY id"
        )
        return [str(row[0]) for row in rows]

    def keep(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep vectors of passages that have none; unknown keys are ignored."""
        with self._database.transaction() as connection:
            for key, vector in vectors.items():
                row = connection.execute("SELECT id FROM passages WHERE key = ?", (key,)).fetchone()
                if row is not None:
                    insert_vector(connection, int(row[0]), vector)


def insert_vector(connection: sqlite3.Connection, passage: int, vector: NDArray[np.float32]) -> None:
    """Write the vector of one passage, inside a transaction."""
    packed = np.ascontiguousarray(vector, dtype=np.float32).tobytes()
    connection.execute("INSERT OR REPLACE INTO passage_vectors VALUES (?, ?)", (passage, packed))
