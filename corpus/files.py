"""Which files were read, and which documents are in them.

A file may hold several documents (a meeting package, embedded files), and the same content may lie in several places.
"""

from __future__ import annotations

from corpus.database import Database
from corpus.records import ReadFile
from corpus.writing import record_file, remove_placeless


class FileIndex:
    """The files of a store, by their absolute paths."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fingerprint(self, path: str) -> str | None:
        """The fingerprint under which a file was read to the end, or ``None``."""
        rows = self._database.query("SELECT fingerprint FROM files WHERE path = ?", (path,))
        return str(rows[0][0]) if rows else None

    def paths(self) -> list[str]:
        """All files that were read."""
        return [str(row[0]) for row in self._database.query("SELECT path FROM files ORDER BY path")]

    def documents_in(self, path: str) -> tuple[str, ...]:
        """The ids of the documents in a file."""
        rows = self._database.query("SELECT document FROM places WHERE path = ? ORDER BY document", (path,))
        return tuple(str(row[0]) for row in rows)

    def places(self, document: str) -> list[str]:
        """The files that hold a document."""
        rows = self._database.query("SELECT path FROM places WHERE document = ? ORDER BY path", (document,))
        return [str(row[0]) for row in rows]

    def placeless(self) -> list[str]:
        """Documents of files that were never read to the end: an interrupted run left them."""
        rows = self._database.query(
            "SELECT document FROM documents WHERE state = 'indexed' AND document NOT IN (SELECT document FROM places) "
            "ORDER BY key"
        )
        return [str(row[0]) for row in rows]

    def same_content(self, sha256: str, path: str) -> str | None:
        """Another file than ``path`` with this content, or ``None``."""
        rows = self._database.query(
            "SELECT path FROM files WHERE sha256 = ? AND path != ? ORDER BY path LIMIT 1", (sha256, path)
        )
        return str(rows[0][0]) if rows else None

    def record(self, file: ReadFile) -> set[str]:
        """Note a file whose documents are there already; return the passage keys of those it no longer holds."""
        with self._database.transaction() as connection:
            return record_file(connection, file)

    def relocate(self, old: str, new: str) -> None:
        """Name files under the folder ``old`` by their places under ``new``, where they have been moved to."""
        with self._database.transaction() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            for table, column in (("files", "path"), ("places", "path"), ("documents", "file")):
                connection.execute(
                    f"UPDATE {table} SET {column} = ?2 || substr({column}, length(?1) + 1) "  # noqa: S608 - the names above
                    f"WHERE substr({column}, 1, length(?1)) = ?1",
                    (f"{old}/", f"{new}/"),
                )

    def forget(self, path: str) -> tuple[list[str], set[str]]:
        """Remove a file and the documents that no other file holds; return their ids and passage keys."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT document FROM places WHERE path = ?", (path,)).fetchall()
            connection.execute("DELETE FROM files WHERE path = ?", (path,))
            documents = [str(row[0]) for row in rows]
            removed = remove_placeless(connection, documents)
        return [document for document in documents if not self.places(document)], removed
