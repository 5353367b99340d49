"""The tables of the store. SQLite is the source of truth; the vector index can be rebuilt from it."""

from __future__ import annotations

from dataclasses import fields

from corpus.analysis import FTS5_TOKENIZE
from corpus.types import DocumentInfo

SCHEMA_VERSION = 3

ADDITIONS = """
-- vector: float32 (dimension,), as the vector index has it, which can be rebuilt from here without the model.
CREATE TABLE IF NOT EXISTS passage_vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    vector BLOB NOT NULL
);

-- The words of removed documents, until their last trace has been erased.
CREATE TABLE IF NOT EXISTS removed_words (word TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""Tables that came later: whoever writes adds them, and programs without them may still read and write the others."""

INFO_COLUMNS = ", ".join(column.name for column in fields(DocumentInfo))
"""The columns of ``documents`` that make up a :class:`DocumentInfo`, in its order."""

DOCUMENTS = """
-- A new version of a document is written beside the old one as 'indexing' and takes its place in one transaction
-- when the vector index holds it too; searches see 'indexed' only.
-- gremien: a JSON object of the Gremien whose members may see a non-public document, from key to name. The declared
-- columns keep what file, register and settings say where a rule by command is in force instead.
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('indexing', 'indexed')),
    fingerprint TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    akte TEXT NOT NULL,
    date TEXT,
    committee TEXT,
    session TEXT,
    authority TEXT,
    number TEXT,
    origin TEXT NOT NULL CHECK (origin IN ('original', 'example')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'non_public', 'internal')),
    gremien TEXT NOT NULL DEFAULT '{}',
    declared_visibility TEXT NOT NULL,
    declared_gremien TEXT NOT NULL DEFAULT '{}',
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    pages INTEGER NOT NULL,
    text TEXT NOT NULL
);
"""

ACCESS_RULES = """
-- Who may see a document by command, whatever file and register say of it. loosens: by less than those say; such a rule
-- goes with its document, so that no other one of the same name gets it. document: see corpus.access.rule_key.
CREATE TABLE access_rules (
    document TEXT PRIMARY KEY,
    visibility TEXT NOT NULL,
    gremien TEXT NOT NULL,
    loosens INTEGER NOT NULL
) WITHOUT ROWID;
"""

TERM_PLACES = """
-- Where each term stands, as the full-text index knows it; nothing is stored twice.
CREATE VIRTUAL TABLE passage_term_places USING fts5vocab (passage_terms, instance);
"""

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{DOCUMENTS}
{ACCESS_RULES}
CREATE UNIQUE INDEX one_indexed_version ON documents (document) WHERE state = 'indexed';

-- boxes: zlib-compressed float32 (end - start, 4), NaN without a glyph.
CREATE TABLE pages (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    printed TEXT NOT NULL,
    width REAL NOT NULL,
    height REAL NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    reading TEXT NOT NULL,
    boxes BLOB NOT NULL,
    PRIMARY KEY (document_key, number)
) WITHOUT ROWID;

CREATE TABLE sections (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    level INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    PRIMARY KEY (document_key, number)
) WITHOUT ROWID;

-- size: how many terms the full-text index has of it.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    section INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    size INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX passages_of_document ON passages (document_key, number);

-- vector: float16 (dimension,), of length 1; NULL for sentences in no passage.
CREATE TABLE sentences (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    kind TEXT NOT NULL,
    paragraph INTEGER NOT NULL,
    section INTEGER NOT NULL,
    reading TEXT,
    confidence REAL,
    passage INTEGER,
    vector BLOB,
    PRIMARY KEY (document_key, number)
) WITHOUT ROWID;
CREATE INDEX sentences_of_passage ON sentences (document_key, passage);

-- roles: the role of each row, separated by blanks.
CREATE TABLE tables (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    paragraph INTEGER NOT NULL,
    section INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    roles TEXT NOT NULL,
    PRIMARY KEY (document_key, number)
) WITHOUT ROWID;

CREATE TABLE cells (
    document_key INTEGER NOT NULL,
    table_number INTEGER NOT NULL,
    row INTEGER NOT NULL,
    column INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    PRIMARY KEY (document_key, table_number, row, column),
    FOREIGN KEY (document_key, table_number) REFERENCES tables (document_key, number) ON DELETE CASCADE
) WITHOUT ROWID;

-- Where a document points to another one of its Akte, which may come or go later.
CREATE TABLE mentions (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (document_key, start)
) WITHOUT ROWID;

CREATE TABLE abbreviations (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    short TEXT NOT NULL,
    long TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL
);

CREATE TABLE words (
    document_key INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
    word TEXT NOT NULL,
    frequency INTEGER NOT NULL,
    PRIMARY KEY (document_key, word)
) WITHOUT ROWID;

-- Files that were read to the end, and the documents that are in them: one file may hold several documents, and the
-- same content may lie in several places.
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX files_by_content ON files (sha256);
CREATE TABLE places (
    path TEXT NOT NULL REFERENCES files (path) ON DELETE CASCADE,
    document TEXT NOT NULL,
    PRIMARY KEY (path, document)
) WITHOUT ROWID;
CREATE INDEX places_of_document ON places (document);

-- Announced by a register, but not there.
CREATE TABLE missing (
    document TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    akte TEXT NOT NULL,
    position INTEGER NOT NULL,
    visibility TEXT NOT NULL DEFAULT 'public',
    gremien TEXT NOT NULL DEFAULT '{{}}'
) WITHOUT ROWID;

-- Example questions of an Akte, from its register.
CREATE TABLE questions (akte TEXT NOT NULL, question TEXT NOT NULL);

CREATE VIRTUAL TABLE passage_terms USING fts5 (
    words, parts, tokenize = "{FTS5_TOKENIZE}"
);
{TERM_PLACES}
{ADDITIONS}"""
