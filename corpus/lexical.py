"""BM25 over what somebody may see: the frequencies of hidden documents must not show in anybody's ranking.

SQLite's own ``bm25()`` weighs a word by how many rows of the whole index have it. Where documents are hidden, the same
formula (https://www.sqlite.org/fts5.html#the_bm25_function) is worked out here, with the numbers of the visible ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from corpus.analysis import COLUMN_WEIGHTS
from corpus.database import Database
from corpus.records import Scope

_SATURATION: Final = 1.2
_LENGTH_WEIGHT: Final = 0.75
_LEAST_IDF: Final = 1e-6
"""SQLite's k1, b, and what a word counts that stands in more than half of all rows."""


def hides_something(database: Database, scope: Scope) -> bool:
    """Whether the store has documents that whoever asks must not see."""
    shelf = scope.shelf
    if shelf.sees_everything:
        return False
    statement = f"SELECT EXISTS (SELECT 1 FROM documents d WHERE NOT {shelf.visible('d')})"
    return bool(database.query(statement, shelf.visible_values)[0][0])


def visible_bm25(database: Database, terms: Sequence[str], limit: int, scope: Scope) -> list[tuple[str, float]]:
    """Passage keys with their scores (higher is better), best first, as if there was nothing but what is visible."""
    shelf = scope.shelf
    count, size = database.query(
        "SELECT count(*), coalesce(sum(p.size), 0) FROM passages p JOIN documents d ON d.key = p.document_key "
        f"WHERE {shelf.condition()}",
        shelf.values,
    )[0]
    if not count:
        return []
    mean = size / count
    scores: dict[tuple[int, str], float] = {}
    for term in dict.fromkeys(terms):
        rows = database.query(
            "SELECT p.id, p.key, p.size, sum(CASE t.col WHEN 'words' THEN ? ELSE ? END), "
            f"max({scope.condition()}) FROM passage_term_places t JOIN passages p ON p.id = t.doc "
            f"JOIN documents d ON d.key = p.document_key WHERE t.term = ? AND {shelf.condition()} GROUP BY p.id",
            (*COLUMN_WEIGHTS, *scope.values, term, *shelf.values),
        )
        idf = math.log((count - len(rows) + 0.5) / (len(rows) + 0.5)) if rows else 0.0
        weight = idf if idf > 0 else _LEAST_IDF
        for number, key, length, frequency, searched in rows:
            if searched:
                norm = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * length / mean)
                gained = weight * frequency * (_SATURATION + 1) / (frequency + norm)
                scores[number, key] = scores.get((number, key), 0.0) + gained
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0][0]))
    return [(key, score) for (_, key), score in ranked[:limit]]
