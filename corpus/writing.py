"""How a document gets into the tables and out of them again; every function runs inside a transaction."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import astuple, replace

import numpy as np
from numpy.typing import NDArray

from corpus.access import Access, rule_key, unpacked_gremien
from corpus.passage_vectors import insert_vector
from corpus.records import PreparedDocument, ReadFile
from corpus.schema import INFO_COLUMNS
from corpus.traces import note_removal
from corpus.types import Page


def insert_document(connection: sqlite3.Connection, prepared: PreparedDocument) -> int:
    """Write a document as ``indexing``; return its key."""
    # The last column of the info are its Gremien, which are packed.
    info = (*astuple(replace(prepared.info, pages=len(prepared.pages)))[:-1], Access.of(prepared.info).packed)
    declared = prepared.declared or Access.of(prepared.info)
    marks = ", ".join("?" * (len(info) + 4))
    cursor = connection.execute(
        "INSERT INTO documents (state, fingerprint, text, declared_visibility, declared_gremien, "  # noqa: S608 - ours
        f"{INFO_COLUMNS}) VALUES ('indexing', {marks})",
        (prepared.fingerprint, prepared.text, declared.visibility, declared.packed, *info),
    )
    key = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, p.index, p.printed, p.width, p.height, p.start, p.end, p.reading, _packed_boxes(prepared.boxes, p))
            for p in prepared.pages
        ],
    )
    connection.executemany(
        "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?)",
        [(key, s.index, s.title, s.level, s.span.start, s.span.end) for s in prepared.sections],
    )
    _insert_sentences(connection, key, prepared, _insert_passages(connection, key, prepared))
    _insert_tables(connection, key, prepared)
    connection.executemany(
        "INSERT INTO mentions VALUES (?, ?, ?, ?)",
        [(key, r.span.start, r.span.end, r.kind) for r in prepared.references],
    )
    connection.executemany(
        "INSERT INTO abbreviations VALUES (?, ?, ?, ?, ?)",
        [(key, a.short, a.long, a.span.start, a.span.end) for a in prepared.abbreviations],
    )
    connection.executemany(
        "INSERT INTO words VALUES (?, ?, ?)", [(key, word, frequency) for word, frequency in prepared.words.items()]
    )
    return key


def change_access(connection: sqlite3.Connection, document: str, rule: Access | None) -> tuple[Access | None, set[str]]:
    """Put a rule in force, or with ``None`` what is declared; return that, or ``None`` for an unknown document.

    With it come the keys of the document's passages.
    """
    row = connection.execute(
        "SELECT key, declared_visibility, declared_gremien FROM documents WHERE document = ? AND state = 'indexed'",
        (document,),
    ).fetchone()
    if row is None:
        return None, set()
    key, visibility, gremien = row
    declared = Access(visibility, unpacked_gremien(gremien))
    access = rule or declared
    connection.execute("DELETE FROM access_rules WHERE document = ?", (rule_key(document),))
    if rule is not None:
        connection.execute(
            "INSERT INTO access_rules VALUES (?, ?, ?, ?)",
            (rule_key(document), rule.visibility, rule.packed, rule.is_looser_than(declared)),
        )
    connection.execute(
        "UPDATE documents SET visibility = ?, gremien = ? WHERE key = ?", (access.visibility, access.packed, key)
    )
    note_access_change(connection)
    keys = connection.execute("SELECT key FROM passages WHERE document_key = ?", (key,)).fetchall()
    return access, {str(row[0]) for row in keys}


def note_access_change(connection: sqlite3.Connection) -> None:
    """Let whatever was kept for somebody's view of the documents be thought over."""
    connection.execute(
        "INSERT INTO meta VALUES ('access', '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )


def forget_gone(connection: sqlite3.Connection, documents: Sequence[str]) -> None:
    """Forget rules that showed more of a document than it says itself, once it is gone."""
    for document in documents:
        if connection.execute("SELECT 1 FROM documents WHERE document = ?", (document,)).fetchone() is None:
            connection.execute("DELETE FROM access_rules WHERE loosens AND document = ?", (rule_key(document),))
            note_access_change(connection)


def remove_documents(connection: sqlite3.Connection, keys: Sequence[int]) -> set[str]:
    """Remove documents from all tables and from the full-text index; return the keys of their passages."""
    removed: set[str] = set()
    for key in keys:
        note_removal(connection, key)
        rows = connection.execute("SELECT id, key FROM passages WHERE document_key = ?", (key,)).fetchall()
        # FTS5 tables have no foreign keys; all others follow the document.
        connection.executemany("DELETE FROM passage_terms WHERE rowid = ?", [(row[0],) for row in rows])
        connection.execute("DELETE FROM documents WHERE key = ?", (key,))
        removed.update(str(row[1]) for row in rows)
    return removed


def _insert_passages(connection: sqlite3.Connection, key: int, prepared: PreparedDocument) -> dict[int, int]:
    """Write the passages; return for each sentence's index the number of its passage."""
    passage_of: dict[int, int] = {}
    for number, passage in enumerate(prepared.passages):
        row = connection.execute(
            "INSERT INTO passages (key, document_key, number, section, start, end, size) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                passage.key,
                key,
                number,
                passage.section,
                passage.span.start,
                passage.span.end,
                len(passage.terms) + len(passage.parts),
            ),
        )
        connection.execute(
            "INSERT INTO passage_terms (rowid, words, parts) VALUES (?, ?, ?)",
            (row.lastrowid, " ".join(passage.terms), " ".join(passage.parts)),
        )
        if passage.vector is not None:
            insert_vector(connection, int(row.lastrowid or 0), passage.vector)
        passage_of.update(dict.fromkeys(passage.sentences, number))
    return passage_of


def _insert_sentences(
    connection: sqlite3.Connection, key: int, prepared: PreparedDocument, passage_of: dict[int, int]
) -> None:
    connection.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                key,
                s.index,
                s.span.start,
                s.span.end,
                s.kind,
                s.paragraph,
                s.section,
                s.reading,
                s.confidence,
                passage_of.get(s.index),
                _packed_vector(prepared.sentence_vectors.get(s.index)),
            )
            for s in prepared.sentences
        ],
    )


def _insert_tables(connection: sqlite3.Connection, key: int, prepared: PreparedDocument) -> None:
    connection.executemany(
        "INSERT INTO tables VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, t.index, t.paragraph, t.section, t.span.start, t.span.end, t.columns, " ".join(t.rows))
            for t in prepared.tables
        ],
    )
    connection.executemany(
        "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (key, table.index, cell.row, cell.column, cell.columns, cell.span.start, cell.span.end)
            for table in prepared.tables
            for cell in table.cells
        ],
    )


def record_file(connection: sqlite3.Connection, file: ReadFile) -> set[str]:
    """Note that a file was read to the end; documents that it no longer holds go. Return the keys of their passages."""
    before = connection.execute("SELECT document FROM places WHERE path = ?", (file.path,)).fetchall()
    connection.execute("DELETE FROM files WHERE path = ?", (file.path,))
    connection.execute("INSERT INTO files VALUES (?, ?, ?)", (file.path, file.sha256, file.fingerprint))
    connection.executemany("INSERT INTO places VALUES (?, ?)", [(file.path, document) for document in file.documents])
    return remove_placeless(connection, [str(row[0]) for row in before])


def remove_placeless(connection: sqlite3.Connection, documents: Sequence[str]) -> set[str]:
    """Remove those of the documents that no file holds any more; the others name a place that is left."""
    removed: set[str] = set()
    for document in documents:
        place = connection.execute("SELECT min(path) FROM places WHERE document = ?", (document,)).fetchone()[0]
        if place is None:
            rows = connection.execute("SELECT key FROM documents WHERE document = ?", (document,)).fetchall()
            removed |= remove_documents(connection, [int(row[0]) for row in rows])
            forget_gone(connection, [document])
        else:
            connection.execute(
                "UPDATE documents SET file = ?1 WHERE document = ?2 AND file NOT IN "
                "(SELECT path FROM places WHERE document = ?2)",
                (place, document),
            )
    return removed


def _packed_boxes(boxes: NDArray[np.float32], page: Page) -> bytes:
    return zlib.compress(np.ascontiguousarray(boxes[page.start : page.end], dtype=np.float32).tobytes(), 1)


def _packed_vector(vector: NDArray[np.float32] | None) -> bytes | None:
    return None if vector is None else vector.astype(np.float16).tobytes()
