"""What removed documents leave in the SQLite file although no row names them any more, and how it is erased.

Deleted rows stay readable in the write-ahead log, deleted words in the segments of the full-text index, and moved rows
in the gaps of pages. A removal therefore notes, in its own transaction, that there is something to erase; the note
goes last, so that an interruption anywhere leaves it for the next run.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from corpus.analysis import STOP_WORDS
from corpus.database import Database

_NOTE = "erasing"
_LETTERS = re.compile(r"[^\W\d_]+")


class Traces:
    """The traces of removed documents in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def pending(self) -> bool:
        """Whether documents were removed whose traces have not been erased yet."""
        return bool(self._database.query("SELECT 1 FROM meta WHERE key = ?", (_NOTE,)))

    def gone_words(self) -> frozenset[str]:
        """Words as :func:`bare_words` gives them that only removed documents had, without function words.

        A word that other documents have in compounds only counts as gone, too: rather too much is erased.
        """
        rows = self._database.query(
            "SELECT word FROM removed_words WHERE word NOT IN "
            "(SELECT word FROM words w JOIN documents d ON d.key = w.document_key WHERE d.state = 'indexed')"
        )
        return frozenset(str(row[0]) for row in rows) - STOP_WORDS

    def erase(self) -> bool:
        """Write the file anew without them; ``False`` if somebody was reading all the time, and it is to be repeated.

        Takes seconds for each gigabyte, and as much room. Raises :class:`StoreError`.
        """
        with self._database.transaction() as connection:
            purge_registers(connection)
            connection.execute("DELETE FROM removed_words")
            # FTS5 only notes that words are gone, until it merges the segments that have them.
            connection.execute("INSERT INTO passage_terms (passage_terms) VALUES ('optimize')")
        if not self._database.rewrite():
            return False
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM meta WHERE key = ?", (_NOTE,))
        return True


def purge_registers(connection: sqlite3.Connection) -> None:
    """Forget, inside a transaction, what registers announce of Akten of which no document is left."""
    for table in ("missing", "questions"):
        connection.execute(f"DELETE FROM {table} WHERE akte NOT IN (SELECT akte FROM documents)")  # noqa: S608 - the names above


def note_removal(connection: sqlite3.Connection, document_key: int) -> None:
    """Note, in the transaction that removes a document, that its traces have to be erased."""
    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, '')", (_NOTE,))
    rows = connection.execute("SELECT text, title, file FROM documents WHERE key = ?", (document_key,)).fetchall()
    for text, title, file in rows:
        words = bare_words(f"{text} {title} {Path(file).name}")
        connection.executemany("INSERT OR IGNORE INTO removed_words VALUES (?)", [(word,) for word in words])


def bare_words(text: str) -> frozenset[str]:
    """The words of a text in lower case, letters only: of "Turnhallen-Neubau 2015" both parts of the compound."""
    return frozenset(word.casefold() for word in _LETTERS.findall(text))
