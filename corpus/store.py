"""The store: canonical texts, pages, boxes, sections, passages, sentences and the full-text index, in SQLite.

Statements are put together from constants only (column names, :meth:`corpus.records.Scope.condition`); whatever comes
from outside is bound with ``?``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.access import Access, packed_gremien, rule_key, unpacked_gremien
from corpus.analysis import COLUMN_WEIGHTS, match_expression, words
from corpus.database import Database, Row, create_database
from corpus.errors import DamagedStoreError, StoreError
from corpus.files import FileIndex
from corpus.geometry import boxes_of_glyphs
from corpus.ingestions import IngestionLog
from corpus.lexical import hides_something, visible_bm25
from corpus.passage_vectors import PassageVectors
from corpus.records import EVERYTHING, PreparedDocument, ReadFile, Scope
from corpus.schema import INFO_COLUMNS
from corpus.traces import Traces, purge_registers
from corpus.types import (
    Abbreviation,
    Box,
    Cell,
    DocumentInfo,
    HeadedCell,
    MissingDocument,
    Page,
    Passage,
    Section,
    Sentence,
    Span,
    Table,
)
from corpus.writing import (
    change_access,
    forget_gone,
    insert_document,
    note_access_change,
    record_file,
    remove_documents,
)

__all__ = ["Scope", "Store"]

WORDS_WEIGHT, PARTS_WEIGHT = COLUMN_WEIGHTS
Mention = tuple[Span, DocumentInfo | MissingDocument]
"""A place that points to another document, and that document."""


class Store:
    """One SQLite file; safe to use from several threads, each of which gets a connection of its own."""

    def __init__(self, directory: Path) -> None:
        """Open the store in ``directory``; :meth:`create` makes a new one. Raises :class:`StoreError`."""
        self.directory = directory
        self._database = Database(directory)
        self.files = FileIndex(self._database)
        self.ingestions = IngestionLog(self._database)
        self.vectors = PassageVectors(self._database)
        self.traces = Traces(self._database)

    @classmethod
    def create(cls, directory: Path) -> Store:
        """Open the store, making it first if it is not there; only one caller at a time may do so."""
        create_database(directory)
        return cls(directory)

    # -- reading ---------------------------------------------------------------------------------------------------

    def documents(self, scope: Scope = EVERYTHING) -> list[DocumentInfo]:
        """All documents in the scope, by Akte and in the order in which they were read."""
        rows = self._database.query(
            f"SELECT {INFO_COLUMNS} FROM documents d WHERE {scope.condition()} ORDER BY akte, key", scope.values
        )
        return [_info(row) for row in rows]

    def document(self, document: str) -> DocumentInfo:
        """One document's description; raises :class:`StoreError` for an unknown id."""
        rows = self._database.query(
            f"SELECT {INFO_COLUMNS} FROM documents d WHERE document = ? AND state = 'indexed'", (document,)
        )
        if not rows:
            raise _unknown(document)
        return _info(rows[0])

    def snapshot(self) -> AbstractContextManager[None]:
        """Let this thread see one state of all documents throughout: offsets of one read fit the text of the next."""
        return self._database.snapshot()

    def text(self, document: str) -> str:
        """The canonical text that all offsets refer to."""
        return str(self._rows("SELECT text FROM documents WHERE key = ?", document)[0][0])

    def excerpt(self, document: str, span: Span) -> str:
        """``text(document)[span.start:span.end]`` without loading the rest."""
        statement = "SELECT substr(text, ?2, ?3) FROM documents WHERE key = ?1"
        return str(self._rows(statement, document, span.start + 1, len(span))[0][0])

    def pages(self, document: str) -> list[Page]:
        """All pages in physical order."""
        rows = self._rows(
            "SELECT number, printed, width, height, start, end, reading FROM pages "
            "WHERE document_key = ? ORDER BY number",
            document,
        )
        return [Page(*row) for row in rows]

    def pages_of(self, document: str, span: Span) -> list[Page]:
        """The pages on which the span stands."""
        return [page for page in self.pages(document) if page.start < span.end and span.start < page.end]

    def sections(self, document: str) -> list[Section]:
        """All sections in reading order."""
        rows = self._rows(
            "SELECT number, title, level, start, end FROM sections WHERE document_key = ? ORDER BY number",
            document,
        )
        return [Section(number, title, level, Span(start, end)) for number, title, level, start, end in rows]

    def sections_titled(self, beginnings: Sequence[str], scope: Scope) -> dict[str, list[Section]]:
        """The sections of the scope whose titles begin in one of these ways, by their documents."""
        titled = " OR ".join(["substr(s.title, 1, length(?)) = ?"] * len(beginnings))
        rows = self._database.query(
            "SELECT d.document, s.number, s.title, s.level, s.start, s.end FROM sections s "
            f"JOIN documents d ON d.key = s.document_key WHERE ({titled}) AND {scope.condition()} "
            "ORDER BY d.key, s.number",
            (*(beginning for beginning in beginnings for _ in range(2)), *scope.values),
        )
        found: dict[str, list[Section]] = {}
        for document, number, title, level, start, end in rows:
            found.setdefault(document, []).append(Section(number, title, level, Span(start, end)))
        return found

    def sentences(self, document: str) -> list[Sentence]:
        """All sentences, headings and items in reading order."""
        rows = self._rows(
            "SELECT number, start, end, kind, paragraph, section, reading, confidence FROM sentences "
            "WHERE document_key = ? ORDER BY number",
            document,
        )
        return [Sentence(number, Span(start, end), *rest) for number, start, end, *rest in rows]

    def sentences_in(self, document: str, span: Span) -> list[Sentence]:
        """The sentences that the span touches."""
        rows = self._rows(
            "SELECT number, start, end, kind, paragraph, section, reading, confidence FROM sentences "
            "WHERE document_key = ? AND start < ? AND ? < end ORDER BY number",
            document,
            span.end,
            span.start,
        )
        return [Sentence(number, Span(start, end), *rest) for number, start, end, *rest in rows]

    def sentences_of(self, passage: Passage) -> list[tuple[Sentence, NDArray[np.float32]]]:
        """A passage's sentences with their vectors of length 1."""
        rows = self._rows(
            "SELECT number, start, end, kind, paragraph, section, reading, confidence, vector FROM sentences "
            "WHERE document_key = ? AND passage = ? ORDER BY number",
            passage.document,
            passage.index,
        )
        return [
            (Sentence(number, Span(start, end), *rest), np.frombuffer(vector, dtype=np.float16).astype(np.float32))
            for number, start, end, *rest, vector in rows
        ]

    def sentence_vectors(self, document: str) -> tuple[list[Sentence], NDArray[np.float32]]:
        """All sentences of a document with their vectors of length 1, shape (sentences, dimensions)."""
        rows = self._rows(
            "SELECT number, start, end, kind, paragraph, section, reading, confidence, vector FROM sentences "
            "WHERE document_key = ? AND vector IS NOT NULL ORDER BY number",
            document,
        )
        sentences = [Sentence(number, Span(start, end), *rest) for number, start, end, *rest, _ in rows]
        vectors = [np.frombuffer(row[-1], dtype=np.float16).astype(np.float32) for row in rows]
        return sentences, np.array(vectors, dtype=np.float32).reshape(len(rows), -1)

    def table_of(self, document: str, span: Span) -> Table | None:
        """The table in which the span stands, or ``None``."""
        with self._database.snapshot():
            tables = self._rows(
                "SELECT number, paragraph, section, start, end, columns, roles FROM tables "
                "WHERE document_key = ? AND start <= ? AND ? <= end",
                document,
                span.start,
                span.end,
            )
            if not tables:
                return None
            number, paragraph, section, start, end, columns, roles = tables[0]
            cells = self._rows(
                "SELECT row, column, columns, start, end FROM cells WHERE document_key = ? AND table_number = ? "
                "ORDER BY row, column",
                document,
                number,
            )
        return Table(
            number,
            paragraph,
            section,
            Span(start, end),
            columns,
            tuple(roles.split()),
            tuple(Cell(row, column, width, Span(first, last)) for row, column, width, first, last in cells),
        )

    def row_cells(self, document: str, row: Span) -> list[HeadedCell]:
        """The cells of the table's row that stands at ``row``, each with what heads its column."""
        table = self.table_of(document, row)
        if table is None:
            return []
        heads: dict[int, list[str]] = {}
        for cell in table.cells:
            if table.rows[cell.row] == "header":
                for column in range(cell.column, cell.column + cell.columns):
                    heads.setdefault(column, []).append(self.excerpt(document, cell.span))
        return [
            HeadedCell(" ".join(heads.get(cell.column, [])), cell.column, cell.span)
            for cell in table.cells
            if row.contains(cell.span)
        ]

    def mentions(self, document: str, span: Span, scope: Scope) -> list[tuple[Span, DocumentInfo | MissingDocument]]:
        """Where the span points to another document of the Akte, and what the scope shows of that one.

        A pointer that several documents fit says nothing and is left out.
        """
        rows = self._rows(
            "SELECT start, end, kind FROM mentions WHERE document_key = ? AND start >= ? AND end <= ? ORDER BY start",
            document,
            span.start,
            span.end,
        )
        if not rows:
            return []
        akte = self.document(document).akte
        known: list[DocumentInfo | MissingDocument] = [*self.documents(scope), *self.missing(scope)]
        found: list[Mention] = []
        for start, end, kind in rows:
            targets = [other for other in known if other.akte == akte and other.kind == kind]
            if len(targets) == 1 and targets[0].document != document:
                found.append((Span(start, end), targets[0]))
        return found

    def boxes(self, document: str, span: Span) -> list[Box]:
        """The boxes that cover exactly the span's glyphs: one for each stretch of a line, in reading order."""
        found: list[Box] = []
        rows = self._rows(
            "SELECT number, start, boxes FROM pages WHERE document_key = ? AND start < ? AND ? < end ORDER BY number",
            document,
            span.end,
            span.start,
        )
        for number, start, packed in rows:
            glyphs = np.frombuffer(zlib.decompress(packed), dtype=np.float32).reshape(-1, 4)
            found.extend(boxes_of_glyphs(number, glyphs[max(0, span.start - start) : span.end - start]))
        return found

    def passages(self, keys: Sequence[str], scope: Scope) -> dict[str, Passage]:
        """The passages with these keys that the scope shows; unknown keys are left out."""
        marks = ", ".join("?" * len(keys))
        rows = self._database.query(
            "SELECT p.key, d.document, p.number, p.section, s.title, p.start, p.end, "
            "substr(d.text, p.start + 1, p.end - p.start), "
            "(SELECT reading FROM sentences t WHERE t.document_key = p.document_key AND t.passage = p.number "
            "AND t.reading IS NOT NULL) "
            "FROM passages p JOIN documents d ON d.key = p.document_key "
            "JOIN sections s ON s.document_key = p.document_key AND s.number = p.section "
            f"WHERE p.key IN ({marks}) AND {scope.condition()}",
            (*keys, *scope.values),
        )
        return {
            key: Passage(key, document, number, section, title, Span(start, end), text, reading)
            for key, document, number, section, title, start, end, text, reading in rows
        }

    def search_terms(self, terms: Sequence[str], limit: int, scope: Scope) -> list[tuple[str, float]]:
        """Passage keys with their BM25 scores (higher is better), best first."""
        expression = match_expression(terms)
        if not expression:
            return []
        if hides_something(self._database, scope):
            return visible_bm25(self._database, terms, limit, scope)
        rows = self._database.query(
            f"SELECT p.key, -bm25(passage_terms, {WORDS_WEIGHT}, {PARTS_WEIGHT}) AS score FROM passage_terms "
            "JOIN passages p ON p.id = passage_terms.rowid JOIN documents d ON d.key = p.document_key "
            f"WHERE passage_terms MATCH ? AND {scope.condition()} ORDER BY score DESC, p.id LIMIT ?",
            (expression, *scope.values, limit),
        )
        return [(str(key), float(score)) for key, score in rows]

    def passage_frequency(self, term: str, scope: Scope) -> int:
        """In how many passages of the scope an index term stands."""
        rows = self._database.query(
            "SELECT count(*) FROM passage_terms JOIN passages p ON p.id = passage_terms.rowid "
            f"JOIN documents d ON d.key = p.document_key WHERE passage_terms MATCH ? AND {scope.condition()}",
            (match_expression([term]), *scope.values),
        )
        return int(rows[0][0])

    def count_passages(self, scope: Scope) -> int:
        """How many passages the scope shows."""
        rows = self._database.query(
            f"SELECT count(*) FROM passages p JOIN documents d ON d.key = p.document_key WHERE {scope.condition()}",
            scope.values,
        )
        return int(rows[0][0])

    def abbreviations(self, scope: Scope) -> list[tuple[str, Abbreviation]]:
        """The short forms that documents in the scope introduce, each with its document."""
        rows = self._database.query(
            "SELECT d.document, a.short, a.long, a.start, a.end FROM abbreviations a "
            f"JOIN documents d ON d.key = a.document_key WHERE {scope.condition()} ORDER BY d.key, a.start",
            scope.values,
        )
        return [(document, Abbreviation(short, long, Span(start, end))) for document, short, long, start, end in rows]

    def vocabulary(self, scope: Scope) -> dict[str, int]:
        """The words of the documents in the scope, with their frequencies."""
        rows = self._database.query(
            "SELECT word, sum(frequency) FROM words w JOIN documents d ON d.key = w.document_key "
            f"WHERE {scope.condition()} GROUP BY word",
            scope.values,
        )
        return {str(word): int(frequency) for word, frequency in rows}

    def missing(self, scope: Scope) -> list[MissingDocument]:
        """What is announced and nobody has delivered, in Akten that the scope shows something of, as registered.

        Where the scope leaves the examples out, what they stand for is missing.
        """
        rows = self._database.query(
            "SELECT document, title, kind, akte, visibility, gremien FROM missing m WHERE EXISTS "
            f"(SELECT 1 FROM documents d WHERE d.akte = m.akte AND {scope.condition()}) AND {scope.visible('m')} "
            "ORDER BY akte, position",
            (*scope.values, *scope.visible_values),
        )
        missing = [replace(MissingDocument(*row), gremien=unpacked_gremien(packed)) for *row, packed in rows]
        if not scope.examples:
            shown = {info.akte for info in self.documents(scope)}
            missing += [
                MissingDocument(info.document, info.title, info.kind, info.akte)
                for info in self.documents(replace(scope, examples=True, documents=None))
                if info.origin == "example" and info.akte in shown
            ]
        return missing

    def questions(self, scope: Scope) -> list[str]:
        """The example questions of the Akten that the scope shows something of.

        Their writer knows the whole Akte: a question with a word that only hidden documents have is left out.
        """
        rows = self._database.query(
            "SELECT question FROM questions q WHERE EXISTS "
            f"(SELECT 1 FROM documents d WHERE d.akte = q.akte AND {scope.condition()}) ORDER BY rowid",
            scope.values,
        )
        questions = [str(row[0]) for row in rows]
        return [question for question in questions if not self._tells_of_hidden(question, scope)]

    def _tells_of_hidden(self, text: str, scope: Scope) -> bool:
        """Whether a word of the text, or the title of a document, is known from hidden documents only."""
        shelf = scope.shelf
        if shelf.sees_everything:
            return False
        known = json.dumps(sorted({word.casefold() for word, _ in words(text)}))
        rows = self._database.query(
            f"SELECT w.word, max({shelf.condition()}) AS seen FROM words w JOIN documents d ON d.key = w.document_key "
            "WHERE w.word IN (SELECT value FROM json_each(?)) GROUP BY w.word HAVING NOT seen LIMIT 1",
            (*shelf.values, known),
        )
        titles = self._database.query(
            f"SELECT 1 FROM documents d WHERE NOT {shelf.visible('d')} AND instr(?, d.title) LIMIT 1",
            (*shelf.visible_values, text),
        )
        return bool(rows or titles)

    def fingerprint(self, document: str) -> str | None:
        """The fingerprint under which a document is indexed, or ``None``."""
        rows = self._database.query(
            "SELECT fingerprint FROM documents WHERE document = ? AND state = 'indexed'", (document,)
        )
        return str(rows[0][0]) if rows else None

    def passage_spans(self, document: str) -> list[Span]:
        """Where a document's passages stand, in reading order."""
        rows = self._rows("SELECT start, end FROM passages WHERE document_key = ? ORDER BY number", document)
        return [Span(start, end) for start, end in rows]

    def passage_keys(self, state: Literal["indexing", "indexed"] = "indexed") -> set[str]:
        """The keys of all passages of documents in the given state."""
        rows = self._database.query(
            "SELECT p.key FROM passages p JOIN documents d ON d.key = p.document_key WHERE d.state = ?", (state,)
        )
        return {str(row[0]) for row in rows}

    def model(self) -> str | None:
        """The identity of the model that made the vectors, or ``None`` before the first document."""
        rows = self._database.query("SELECT value FROM meta WHERE key = 'model'")
        return str(rows[0][0]) if rows else None

    def require_model(self, identity: str) -> None:
        """Raise :class:`StoreError` if the vectors were made by another model than ``identity``."""
        known = self.model()
        if known is not None and known != identity:
            raise StoreError(
                f"Das Datenverzeichnis „{self.directory}“ wurde mit dem Modell „{known}“ angelegt, eingestellt ist "
                f"„{identity}“; bitte die Einstellung zurücknehmen oder ein neues Datenverzeichnis wählen."
            )

    # -- writing ---------------------------------------------------------------------------------------------------

    def begin(self, prepared: PreparedDocument, model: str) -> int:
        """Write a document as ``indexing``, unseen by searches; return its key for :meth:`finish`."""
        self.require_model(model)
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('model', ?)", (model,))
            return insert_document(connection, prepared)

    def finish(self, key: int, file: ReadFile | None = None) -> set[str]:
        """Let a written document take the place of its older version.

        With ``file`` it was the last one in that file. Return the passage keys of what is gone: the older version, and
        documents that the file no longer holds.
        """
        with self._database.transaction() as connection:
            (document,) = connection.execute("SELECT document FROM documents WHERE key = ?", (key,)).fetchone()
            old = connection.execute(
                "SELECT o.key, (o.visibility, o.gremien) != (n.visibility, n.gremien) FROM documents o "
                "JOIN documents n ON n.key = ?2 WHERE o.document = ?1 AND o.key != ?2",
                (document, key),
            ).fetchall()
            if any(changed for _, changed in old):
                note_access_change(connection)
            removed = remove_documents(connection, [int(other) for other, _ in old])
            connection.execute("UPDATE documents SET state = 'indexed' WHERE key = ?", (key,))
            connection.execute("DELETE FROM missing WHERE document = ?", (document,))
            if file is not None:
                removed |= record_file(connection, file)
        return removed

    def remove(self, document: str) -> set[str]:
        """Remove a document in every version; return the keys of its passages."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT key FROM documents WHERE document = ?", (document,)).fetchall()
            connection.execute("DELETE FROM places WHERE document = ?", (document,))
            connection.execute("DELETE FROM files WHERE path NOT IN (SELECT path FROM places)")
            removed = remove_documents(connection, [int(row[0]) for row in rows])
            forget_gone(connection, [document])
            return removed

    def remove_unfinished(self) -> set[str]:
        """Undo what an interrupted run left behind; return the keys of its passages."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT key FROM documents WHERE state = 'indexing'").fetchall()
            return remove_documents(connection, [int(row[0]) for row in rows])

    def set_register(self, akte: str, missing: Sequence[MissingDocument], questions: Sequence[str]) -> None:
        """Replace what the Akte's register announces and does not have, and its example questions."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM questions WHERE akte = ?", (akte,))
            connection.executemany("INSERT INTO questions VALUES (?, ?)", [(akte, question) for question in questions])
            connection.execute("DELETE FROM missing WHERE akte = ?", (akte,))
            connection.executemany(
                "INSERT OR REPLACE INTO missing VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (m.document, m.title, m.kind, m.akte, position, m.visibility, packed_gremien(m.gremien))
                    for position, m in enumerate(missing)
                ],
            )

    def purge_registers(self) -> None:
        """Forget what registers announce of Akten of which no document is left: their titles go with them."""
        with self._database.transaction() as connection:
            purge_registers(connection)

    def access_rule(self, document: str) -> Access | None:
        """Who may see a document by command, or ``None`` where none was given."""
        rows = self._database.query(
            "SELECT visibility, gremien FROM access_rules WHERE document = ?", (rule_key(document),)
        )
        return Access(rows[0][0], unpacked_gremien(rows[0][1])) if rows else None

    def set_access_rule(self, document: str, rule: Access | None) -> tuple[Access, set[str]]:
        """Say by command who may see a document, or with ``None`` leave that to its file and register again.

        Return the access that is now in force, and the keys of the document's passages, whose marks in the vector index
        have to follow. Raises :class:`StoreError` for an unknown id.
        """
        with self._database.transaction() as connection:
            access, keys = change_access(connection, document, rule)
        if access is None:
            raise _unknown(document)
        return access, keys

    def access_of_passages(self) -> dict[str, Access]:
        """Who may see each passage of an indexed document."""
        rows = self._database.query(
            "SELECT p.key, d.visibility, d.gremien FROM passages p JOIN documents d ON d.key = p.document_key "
            "WHERE d.state = 'indexed'"
        )
        return {str(key): Access(visibility, unpacked_gremien(gremien)) for key, visibility, gremien in rows}

    def state(self) -> tuple[int, int, int, int]:
        """Changes whenever the documents do or who may see them.

        How many there are, the newest one's key, :meth:`access_state`, and the number of the file they are in.
        """
        count, newest = self._database.query(
            "SELECT count(*), coalesce(max(key), 0) FROM documents WHERE state = 'indexed'"
        )[0]
        return int(str(count)), int(str(newest)), self.access_state(), self._database.identity

    def access_state(self) -> int:
        """Grows whenever it changes who may see a document that is there, and when one is no longer there."""
        rows = self._database.query("SELECT value FROM meta WHERE key = 'access'")
        return int(rows[0][0]) if rows else 0

    def copy_to(self, path: Path) -> None:
        """Write one state of the store into a new file, while others may go on writing."""
        self._database.copy_to(path)

    def is_readable(self) -> bool:
        """Whether the file still lies where it was opened, and answers; cheap, and looks at no document."""
        return self._database.is_readable()

    def integrity(self) -> str:
        """SQLite's own verdict on the file: ``ok`` or the first problem."""
        return str(self._database.query("PRAGMA quick_check(1)")[0][0])

    def full_text_is_sound(self) -> bool:
        """Whether the full-text index holds exactly the words of its passages; waits while somebody writes."""
        try:
            with self._database.transaction() as connection:
                connection.execute("INSERT INTO passage_terms (passage_terms) VALUES ('integrity-check')")
                rows = connection.execute(
                    "SELECT count(*) FROM passages WHERE id NOT IN (SELECT id FROM passage_terms_content)"
                ).fetchone()
        except DamagedStoreError:
            return False
        return not rows[0]

    def rebuild_full_text(self) -> None:
        """Make the full-text index anew from the words that it keeps of each passage."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO passage_terms (passage_terms) VALUES ('rebuild')")

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()

    def _rows(self, statement: str, document: str, *values: object) -> list[Row]:
        """What a statement gives for a document, whose key is its first value: all of one version."""
        with self._database.snapshot():
            return self._database.query(statement, (self._key(document), *values))

    def _key(self, document: str) -> int:
        rows = self._database.query("SELECT key FROM documents WHERE document = ? AND state = 'indexed'", (document,))
        if not rows:
            raise _unknown(document)
        return int(rows[0][0])


def _info(row: Row) -> DocumentInfo:
    """The row of :data:`INFO_COLUMNS`, of which the last one is packed."""
    *plain, packed = row
    return replace(DocumentInfo(*plain), gremien=unpacked_gremien(packed))


def _unknown(document: str) -> StoreError:
    return StoreError(f"Ein Dokument „{document}“ gibt es nicht; „aktenkundig documents“ zeigt alle.")
