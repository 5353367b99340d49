"""Brings a store of an earlier version to the present one; nothing is read or embedded anew."""

from __future__ import annotations

import sqlite3

from corpus.schema import ACCESS_RULES, ADDITIONS, DOCUMENTS, INFO_COLUMNS, SCHEMA_VERSION, TERM_PLACES
from corpus.sqlite_files import transaction

OLDEST_VERSION = 2
"""The oldest version that can be brought up; older ones have to be read anew."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file up in one transaction; does nothing where another process has just done so.

    Raises :class:`sqlite3.DatabaseError` if that is not possible; then the file is as it was.
    """
    # Tables that refer to the one that is replaced must not be emptied with it. It cannot be set inside a transaction.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        with transaction(connection):
            if _version(connection) == OLDEST_VERSION:
                _from_2_to_3(connection)
                connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION),))
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])


def _from_2_to_3(connection: sqlite3.Connection) -> None:
    """Who may see a document: a third visibility, Gremien, rules by command; and how long passages are."""
    kept = INFO_COLUMNS.removesuffix(", gremien")
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'documents'").fetchone()
    # Renaming would by default take along what refers to the old table.
    connection.execute("PRAGMA legacy_alter_table = ON")
    connection.execute("ALTER TABLE documents RENAME TO documents_2")
    connection.execute("PRAGMA legacy_alter_table = OFF")
    connection.execute("DROP INDEX one_indexed_version")
    connection.execute(DOCUMENTS)
    connection.execute(
        f"INSERT INTO documents (key, state, fingerprint, text, declared_visibility, {kept}) "  # noqa: S608 - ours
        f"SELECT key, state, fingerprint, text, visibility, {kept} FROM documents_2"
    )
    connection.execute("DROP TABLE documents_2")
    connection.execute("CREATE UNIQUE INDEX one_indexed_version ON documents (document) WHERE state = 'indexed'")
    if last is not None:  # keys are never given twice, also not that of a document that is gone
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'documents'")
        connection.execute("INSERT INTO sqlite_sequence VALUES ('documents', ?)", last)
    connection.execute(ACCESS_RULES)
    connection.execute("ALTER TABLE missing ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public'")
    connection.execute("ALTER TABLE missing ADD COLUMN gremien TEXT NOT NULL DEFAULT '{}'")
    connection.execute("ALTER TABLE passages ADD COLUMN size INTEGER NOT NULL DEFAULT 0")
    connection.execute(TERM_PLACES)
    for statement in ADDITIONS.split(";"):
        connection.execute(statement)
    sizes = connection.execute("SELECT count(*), doc FROM passage_term_places GROUP BY doc").fetchall()
    connection.executemany("UPDATE passages SET size = ? WHERE id = ?", sizes)
