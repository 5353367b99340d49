"""The way from a file to passages in the store, carried by LlamaIndex's ``IngestionPipeline``."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from filelock import FileLock, Timeout
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import BaseNode, MetadataMode

from corpus.analysis import analyse, parts, words
from corpus.database import prepare_directory
from corpus.embedding import SentenceEmbedding
from corpus.errors import StoreError, UnreadableFileError
from corpus.originals import original_path
from corpus.records import PreparedDocument, PreparedPassage
from corpus.register import Akte
from corpus.settings import Settings
from corpus.store import Store
from corpus.types import DocumentInfo, Sentence
from corpus.vectors import VectorIndex
from ingest.abbreviations import find_abbreviations
from ingest.canonical import CanonicalDocument, make_canonical
from ingest.layout import RawDocument
from ingest.passages import PassageSplitter, StructuredDocument, sentences_of
from ingest.readers import reader_for
from ingest.sources import Source, Sources, find_sources, slug
from ingest.upkeep import complete_vectors, keep_original, node_metadata, purge_originals, recover

READING_VERSION = "1"
"""Part of every fingerprint: raise it when reading, cutting or analysing changes, and all documents are read anew."""
LOCK_FILE = "schreibsperre.lock"

Outcome = Literal["read", "replaced", "unchanged", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one document.

    ``visibility_assumed`` tells that it was read and, because nothing says who may see it, got the default visibility;
    ``reason`` is a German sentence when it failed.
    """

    document: str
    outcome: Outcome
    pages: int = 0
    passages: int = 0
    visibility_assumed: bool = False
    reason: str = ""


@dataclass(slots=True)
class Report:
    """What a run did, in order."""

    lines: list[ReportLine] = field(default_factory=list)

    @property
    def failed(self) -> list[ReportLine]:
        """The documents that could not be read."""
        return [line for line in self.lines if line.outcome == "failed"]


@dataclass(frozen=True, slots=True)
class _Read:
    """A source that has been opened: what is known of it without reading it, and its pages unless it is unchanged."""

    info: DocumentInfo
    fingerprint: str
    raw: RawDocument | None


class Ingestor:
    """Reads files into one data directory; one run at a time."""

    def __init__(
        self,
        settings: Settings,
        embedding: SentenceEmbedding,
        *,
        progress: Callable[[ReportLine], None] = lambda _: None,
    ) -> None:
        """``progress`` hears of every document as soon as its outcome is known."""
        self._settings = settings
        self._embedding = embedding
        self._progress = progress
        self._pipeline = IngestionPipeline(
            transformations=[PassageSplitter(count_tokens=embedding.count_tokens), embedding], disable_cache=True
        )

    def ingest(self, paths: Sequence[Path]) -> Report:
        """Read files and folders.

        A file that the user named and that cannot be read ends the run before anything is written; one in a folder is
        reported and left out. Raises :class:`AktenkundigError`.
        """
        sources = find_sources(paths)
        opened = {source.path: self._open(source, None) for source in sources.files if source.named}
        prepare_directory(self._settings.data)
        lock = FileLock(self._settings.data / LOCK_FILE)
        try:
            # The lock comes before the store, because only one writer may make it.
            with lock.acquire(timeout=0), closing(Store.create(self._settings.data)) as store:
                store.require_model(self._embedding.identity)
                return self._write(sources, opened, store)
        except Timeout as error:
            raise StoreError("Gerade liest schon ein anderer Vorgang ein; bitte warten, bis er fertig ist.") from error

    def _write(self, sources: Sources, opened: dict[Path, _Read], store: Store) -> Report:
        vectors = VectorIndex(self._settings.data)
        recover(store, vectors)
        complete_vectors(store, vectors, self._embedding)
        report = Report()
        taken: dict[str, Path] = {info.document: Path(info.file) for info in store.documents()}
        for source in sources.files:
            try:
                line = self._ingest_one(source, opened.get(source.path), store, vectors, taken)
            except UnreadableFileError as error:
                line = ReportLine(document=_name(source), outcome="failed", reason=str(error))
            report.lines.append(line)
            self._progress(line)
        for akte in sources.akten:
            for line in _follow_register(akte, store, vectors):
                report.lines.append(line)
                self._progress(line)
        purge_originals(self._settings.data, store)
        return report

    def _ingest_one(
        self,
        source: Source,
        opened: _Read | None,
        store: Store,
        vectors: VectorIndex,
        taken: dict[str, Path],
    ) -> ReportLine:
        read = opened or self._open(source, store)
        info = read.info if source.entry else _with_free_id(read.info, taken)
        known = store.fingerprint(info.document)
        if known == read.fingerprint:
            keep_original(source.path, original_path(self._settings.data, store.document(info.document)))
            return ReportLine(info.document, "unchanged", store.document(info.document).pages)
        raw = read.raw or reader_for(source.path).read(source.path)
        title = raw.metadata.get("title") if source.entry is None else None
        info = replace(info, title=title or info.title, media_type=raw.media_type)
        prepared, nodes = self._prepare(info, read.fingerprint, raw)
        keep_original(source.path, original_path(self._settings.data, prepared.info))
        key = store.begin(prepared, self._embedding.identity)
        vectors.add(nodes)
        vectors.delete(store.finish(key))
        taken[info.document] = Path(info.file)
        outcome: Outcome = "read" if known is None else "replaced"
        return ReportLine(
            info.document,
            outcome,
            len(prepared.pages),
            len(prepared.passages),
            visibility_assumed=source.entry is None or source.entry.visibility is None,
        )

    def _open(self, source: Source, store: Store | None) -> _Read:
        """Describe a source and read it unless the store (when given) has it unchanged."""
        try:
            data = source.path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(f"„{source.path}“ lässt sich nicht öffnen; bitte die Rechte prüfen.") from error
        if not data.strip():
            raise UnreadableFileError(f"„{source.path.name}“ ist leer; bitte die Datei neu beschaffen.")
        info = self._describe(source, hashlib.sha256(data).hexdigest())
        described = repr((READING_VERSION, replace(info, document="", file="")))
        fingerprint = hashlib.sha256(described.encode()).hexdigest()
        if store is not None and store.fingerprint(info.document) == fingerprint:
            return _Read(info, fingerprint, None)
        return _Read(info, fingerprint, reader_for(source.path).read(source.path))

    def _describe(self, source: Source, sha256: str) -> DocumentInfo:
        entry, akte = source.entry, source.akte
        media_type = "application/pdf" if source.path.suffix.lower() == ".pdf" else "text/plain"
        file = str(source.path.resolve())
        if entry is None or akte is None:
            return DocumentInfo(
                document=slug(source.path.stem),
                title=source.path.stem,
                kind="Dokument",
                akte="",
                date=None,
                committee=None,
                session=None,
                authority=None,
                number=None,
                origin="original",
                visibility=self._settings.default_visibility,
                file=file,
                sha256=sha256,
                media_type=media_type,
            )
        return DocumentInfo(
            document=entry.id,
            title=entry.title,
            kind=entry.kind,
            akte=akte.title,
            date=entry.date,
            committee=entry.committee,
            session=entry.session,
            authority=akte.authority,
            number=entry.number,
            origin=entry.origin,
            visibility=entry.visibility or self._settings.default_visibility,
            file=file,
            sha256=sha256,
            media_type=media_type,
        )

    def _prepare(
        self, info: DocumentInfo, fingerprint: str, raw: RawDocument
    ) -> tuple[PreparedDocument, Sequence[BaseNode]]:
        """Cut and embed one document; nothing is written yet."""
        canonical = make_canonical(raw)
        if not canonical.text.strip():
            raise UnreadableFileError(f"„{Path(info.file).name}“ enthält keinen lesbaren Text; bitte die Datei prüfen.")
        document = StructuredDocument(
            id_=info.document,
            text=canonical.text,
            metadata=node_metadata(info),
            canonical=canonical,
            key_prefix=f"{info.document}:{fingerprint[:16]}",
        )
        nodes = self._pipeline.run(documents=[document], show_progress=False)
        passages = [_passage(node, canonical) for node in nodes]
        inside = sorted({index for passage in passages for index in passage.sentences})
        texts = [_embedded_text(canonical, canonical.sentences[index]) for index in inside]
        vectors = self._embedding.get_text_embedding_batch(texts)
        prepared = PreparedDocument(
            info=replace(info, pages=len(canonical.pages)),
            fingerprint=fingerprint,
            text=canonical.text,
            pages=canonical.pages,
            boxes=canonical.boxes,
            sections=canonical.sections,
            sentences=canonical.sentences,
            passages=passages,
            sentence_vectors={
                index: np.asarray(vector, dtype=np.float32) for index, vector in zip(inside, vectors, strict=True)
            },
            abbreviations=find_abbreviations(canonical.text, canonical.sentences),
            words=dict(Counter(word.casefold() for word, _ in words(canonical.text) if word.isalpha())),
        )
        return prepared, nodes


def _name(source: Source) -> str:
    return source.entry.id if source.entry else source.path.name


def _passage(node: BaseNode, canonical: CanonicalDocument) -> PreparedPassage:
    sentences = sentences_of(node, canonical)
    # The section's title is searched with the passage, as it is embedded with it.
    text = node.get_content(metadata_mode=MetadataMode.EMBED)
    first, last = sentences[0], sentences[-1]
    return PreparedPassage(
        key=node.node_id,
        section=first.section,
        span=replace(first.span, end=last.span.end),
        sentences=tuple(sentence.index for sentence in sentences),
        terms=analyse(text),
        parts=parts(text),
    )


def _with_free_id(info: DocumentInfo, taken: dict[str, Path]) -> DocumentInfo:
    """The same file keeps its id; another file of the same name gets a number."""
    number, candidate = 1, info.document
    while taken.get(candidate, Path(info.file)) != Path(info.file):
        number += 1
        candidate = f"{info.document}-{number}"
    return replace(info, document=candidate)


def _follow_register(akte: Akte, store: Store, vectors: VectorIndex) -> list[ReportLine]:
    """Remove the Akte's documents that its register no longer has, and note what it announces and misses."""
    present = {entry.id for entry in akte.present()}
    gone = [info for info in store.documents() if info.akte == akte.title and info.document not in present]
    lines: list[ReportLine] = []
    for info in gone:
        vectors.delete(store.remove(info.document))
        lines.append(ReportLine(info.document, "removed", info.pages))
    missing = [replace(entry, akte=akte.title) for entry in akte.missing()]
    store.set_register(akte.title, missing, akte.questions)
    return lines


def _embedded_text(canonical: CanonicalDocument, sentence: Sentence) -> str:
    """What is embedded of a sentence; a list item means little without the heading over its list."""
    text = canonical.text[sentence.span.start : sentence.span.end]
    title = canonical.sections[sentence.section].title
    return f"{title}: {text}" if sentence.kind == "item" and title else text
