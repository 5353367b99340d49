"""A run of the ingestion: from files and folders to what stands in both indexes, one run at a time."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Self

from corpus.access import Access
from corpus.chroma_server import ChromaServer
from corpus.database import prepare_directory
from corpus.disk import room_needed
from corpus.embedding import SentenceEmbedding
from corpus.errors import UnreadableFileError
from corpus.originals import original_path
from corpus.records import ReadFile
from corpus.register import Akte
from corpus.server_place import place_of
from corpus.settings import Settings
from corpus.store import Store
from corpus.types import DocumentInfo, Visibility
from corpus.vectors import VectorIndex
from ingest.head import DocumentHead, read_head
from ingest.leftovers import tidy
from ingest.planning import Planned, Planner, describe, path_key
from ingest.preparing import Preparer
from ingest.reading import ReadDocument, printable_name
from ingest.report import Outcome, Progress, Report, ReportLine
from ingest.sources import Source, Sources, find_sources, slug
from ingest.upkeep import align_access, complete_vectors, erase_traces, keep_original, recover, settle_vectors
from ingest.worker import ReadingWorkers
from ingest.writers_lock import writing_alone

_READING_SHARE = 0.1
"""What reading takes of the time for a file; the rest is embedding."""

Result = list[ReadDocument] | UnreadableFileError


class Ingestor:
    """Reads files into one data directory."""

    def __init__(
        self,
        settings: Settings,
        embedding: SentenceEmbedding,
        *,
        progress: Progress | None = None,
        workers: Callable[[], ReadingWorkers] = ReadingWorkers,
        patience: float = 0,
    ) -> None:
        """``progress`` hears how the run goes on; ``workers`` makes the processes that read the files.

        ``patience`` is how long a run waits, in seconds, while another one writes.
        """
        self._settings = settings
        self._embedding = embedding
        self._progress = progress or Progress()
        self._workers = workers
        self._patience = patience
        self._preparer = Preparer(embedding)

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        may_be_empty: bool = False,
        non_public: bool = False,
        internal: bool = False,
    ) -> Report:
        """Read files and folders.

        A file that the user named and that cannot be read ends the run before anything is written; one in a folder is
        reported and left out. A folder without any document is an error unless it ``may_be_empty``. With ``non_public``
        whatever is read of it is so, even if it calls itself public; with ``internal`` it is that, whatever else is
        said of it. Raises :class:`AktenkundigError`.
        """
        sources = find_sources(paths, may_be_empty=may_be_empty)
        server = ChromaServer.of(self._settings)
        place_of(self._settings.data, server).require_answering()
        named = [source for source in sources.files if source.named]
        heard = _PageCounter(self._progress)
        with self._workers() as workers, _ReadAhead() as ahead:
            for source in named:
                describe(source, self._settings)
            for path, result in workers.read_all((source.path for source in named), heard.page_done):
                if isinstance(result, UnreadableFileError):
                    raise result
                ahead.put(path, result)
            prepare_directory(self._settings.data)
            # The lock comes before the store, because only one writer may make it.
            with (
                writing_alone(self._settings.data, self._patience),
                room_needed(self._settings.data),
                closing(Store.create(self._settings.data)) as store,
            ):
                store.require_model(self._embedding.identity)
                settle_vectors(store, server)
                vectors = VectorIndex(self._settings.data, server)
                recover(store, vectors)
                complete_vectors(store, vectors, self._embedding)
                align_access(store, vectors)
                run = _Run(
                    self._settings,
                    store,
                    vectors,
                    self._preparer,
                    self._embedding.identity,
                    self._progress,
                    "internal" if internal else "non_public" if non_public else "public",
                )
                began = time.monotonic()
                report = run.write(sources, workers, ahead, heard)
                report.erased = erase_traces(self._settings, store)
                store.ingestions.add(
                    Counter(line.outcome for line in report.lines),
                    complete=report.complete,
                    seconds=time.monotonic() - began,
                    ended=time.time(),
                )
                return report


class _ReadAhead:
    """Files that were read before the run may write; on the disk, because the user may name any number of them.

    The file has no name, so that nothing is left of it even if the run is killed.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="aktenkundig-")  # noqa: SIM115 - closed with the object
        self._spooled: dict[Path, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, path: Path, documents: list[ReadDocument]) -> None:
        """Keep what was read of a file; raises :class:`StoreError` where there is no room for it."""
        place = self._file.seek(0, os.SEEK_END)
        with room_needed(Path(tempfile.gettempdir())):
            pickle.dump(documents, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        self._spooled[path] = place

    def has(self, path: Path) -> bool:
        """Whether a file was read ahead."""
        return path in self._spooled

    def take(self, path: Path) -> list[ReadDocument]:
        """What was read of a file; once."""
        self._file.seek(self._spooled.pop(path))
        documents: list[ReadDocument] = pickle.load(self._file)  # noqa: S301 - written above, by this process
        return documents


@dataclass(frozen=True, slots=True)
class _Run:
    """One run under the writer's lock; ``least`` is how hidden everything is that it reads."""

    settings: Settings
    store: Store
    vectors: VectorIndex
    preparer: Preparer
    model: str
    progress: Progress
    least: Visibility

    def write(self, sources: Sources, workers: ReadingWorkers, ahead: _ReadAhead, heard: _PageCounter) -> Report:
        from ingest.readers.ocr import TextRecognizer

        report = Report()
        planner = Planner(self.settings, self.store, recognition=TextRecognizer.find() is not None)
        plan = list(planner.plan(sources.files))
        reading = [planned for planned in plan if planned.action == "read"]
        self.progress.planned({planned.source.path: planned.size for planned in reading})
        results = workers.read_all((p.source.path for p in reading if not ahead.has(p.source.path)), heard.page_done)
        for planned in plan:
            lines: Iterable[ReportLine]
            if planned.action == "read":
                path = planned.source.path
                result: Result = ahead.take(path) if ahead.has(path) else next(results)[1]
                lines = self._write_file(planned, result)
            else:
                lines = self._without_reading(planned)
            self._tell(report, lines)
        self._tell(report, self._forget_gone(sources))
        for akte, documents in self._by_akte(sources.akten):
            self._tell(report, self._follow_register(akte, documents))
        self.store.purge_registers()
        tidy(self.settings.data, self.store)
        return report

    def _tell(self, report: Report, lines: Iterable[ReportLine]) -> None:
        for line in lines:
            report.lines.append(line)
            self.progress.finished(line)

    def _without_reading(self, planned: Planned) -> Iterator[ReportLine]:
        """The lines of a file that is unchanged, lies elsewhere too, or cannot even be opened."""
        name = _name(planned.source)
        if planned.action == "fail":
            yield ReportLine(name, "failed", reason=planned.reason)
        elif planned.action == "duplicate":
            yield self._note_duplicate(planned)
        else:
            for document in self.store.files.documents_in(planned.path):
                info = self.store.document(document)
                if info.sha256 == (planned.info.sha256 if planned.info else ""):
                    keep_original(planned.source.path, original_path(self.settings.data, info))
                yield ReportLine(document, "unchanged", info.pages)

    def _note_duplicate(self, planned: Planned) -> ReportLine:
        twin = planned.twin
        documents = self.store.files.documents_in(path_key(twin)) if twin is not None else ()
        if twin is None or planned.info is None or not documents:
            return ReportLine(
                _name(planned.source), "failed", reason=f"Gleicher Inhalt wie „{twin}“; bitte jene prüfen."
            )
        file = ReadFile(planned.path, planned.info.sha256, planned.fingerprint, documents)
        self._delete_vectors(self.store.files.record(file))
        pages = self.store.document(documents[0]).pages
        return ReportLine(documents[0], "duplicate", pages, reason=f"gleicher Inhalt wie „{twin.name}“")

    def _write_file(self, planned: Planned, result: Result) -> Iterator[ReportLine]:
        """Store the documents of a file, one after the other; with the last one the file counts as read."""
        if isinstance(result, UnreadableFileError):
            yield ReportLine(_name(planned.source), "failed", reason=str(result))
            return
        if planned.info is None:
            raise ValueError("what is to be read has been described")
        taken: list[str] = []
        container: DocumentHead | None = None
        for number, read in enumerate(result):
            head = read_head(read.canonical)
            container = container or head
            info = self._with_free_id(self._info(planned, read, head, container, first=number == 0), planned, taken)
            taken.append(info.document)
            file = ReadFile(planned.path, planned.info.sha256, planned.fingerprint, tuple(taken))
            outcome, passages = self._store_document(
                planned, info, read, share=(number, len(result)), file=file if number + 1 == len(result) else None
            )
            entry = planned.source.entry
            yield ReportLine(
                info.document,
                outcome,
                len(read.canonical.pages),
                passages,
                visibility_assumed=not ((entry and entry.access) or head.visibility or container.visibility),
                unread=tuple(page.printed for page in read.canonical.pages if page.reading == "unread"),
                skipped=read.skipped,
            )

    def _store_document(
        self, planned: Planned, info: DocumentInfo, read: ReadDocument, *, share: tuple[int, int], file: ReadFile | None
    ) -> tuple[Outcome, int]:
        """Write one document in both indexes; return what became of it and its number of passages."""
        number, of = share

        def embedded(part: float) -> None:
            done = _READING_SHARE + (1 - _READING_SHARE) * (number + part) / of
            self.progress.advanced(planned.source.path, done, 0)

        known = self.store.fingerprint(info.document)
        fingerprint = _document_fingerprint(planned, read)
        if known == fingerprint:
            # The run before was interrupted after this document of the file.
            if file is not None:
                self._delete_vectors(self.store.files.record(file))
            embedded(1.0)
            return "unchanged", 0
        declared = Access.of(info).at_least(self.least)
        access = (self.store.access_rule(info.document) or declared).at_least(self.least)
        info = replace(info, visibility=access.visibility, gremien=access.gremien)
        prepared, nodes = self.preparer.prepare(info, fingerprint, read.canonical, embedded, declared)
        keep_original(planned.source.path, original_path(self.settings.data, prepared.info), read.attachment)
        key = self.store.begin(prepared, self.model)
        self.vectors.add(nodes)
        self._delete_vectors(self.store.finish(key, file))
        if file is not None and planned.source.entry is not None:
            self._join_unregistered(file)
        return ("read" if known is None else "replaced"), len(prepared.passages)

    def _join_unregistered(self, file: ReadFile) -> None:
        """A file with the content of a registered one becomes another place of that one."""
        twin = self.store.files.same_content(file.sha256, file.path)
        if twin is not None and not any(self.store.document(d).akte for d in self.store.files.documents_in(twin)):
            fingerprint = self.store.files.fingerprint(twin) or ""
            self._delete_vectors(self.store.files.record(replace(file, path=twin, fingerprint=fingerprint)))

    def _info(
        self, planned: Planned, read: ReadDocument, head: DocumentHead, container: DocumentHead, *, first: bool
    ) -> DocumentInfo:
        """What the register says of a document, completed by what it says of itself."""
        info = planned.info
        if info is None:
            raise ValueError("what is to be read has been described")
        entry = planned.source.entry
        if not first:
            name = slug(read.name.replace("/", " ")) or str(len(read.name))
            info = replace(info, document=f"{info.document}-{name}", title=read.title or read.name, kind="Dokument")
        if read.attachment is not None:
            info = replace(info, sha256=hashlib.sha256(read.attachment).hexdigest())
        if first and entry is not None:
            access = entry.access or Access(self._visibility(head, container))
            return replace(info, media_type=read.media_type, visibility=access.visibility, gremien=access.gremien)
        access = Access(self._visibility(head, container))
        if entry is not None and entry.access is not None:  # what lies in a hidden file is hidden with it
            access = access.narrowed_to(entry.access)
        return replace(
            info,
            title=read.title or info.title,
            kind=head.kind or info.kind,
            number=head.number,
            committee=head.committee,
            session=head.session,
            date=head.date,
            media_type=read.media_type,
            visibility=access.visibility,
            gremien=access.gremien,
        )

    def _visibility(self, head: DocumentHead, container: DocumentHead) -> Visibility:
        """The stricter one of the document's own mark and that of what it lies in; without any, what is set."""
        marks = {head.visibility, container.visibility}
        if "non_public" in marks:
            return "non_public"
        return "public" if "public" in marks else self.settings.default_visibility

    def _with_free_id(self, info: DocumentInfo, planned: Planned, taken: Sequence[str]) -> DocumentInfo:
        """The same document keeps its id; another one of the same name gets a number."""
        if planned.source.entry is not None and not taken:
            return info
        number, candidate = 1, info.document
        while candidate in taken or any(place != planned.path for place in self.store.files.places(candidate)):
            number += 1
            candidate = f"{info.document}-{number}"
        return replace(info, document=candidate)

    def _forget_gone(self, sources: Sources) -> Iterator[ReportLine]:
        """Remove what lay in a folder of this run and does not any more."""
        present = {path_key(source.path) for source in sources.files}
        folders = {folder.resolve() for folder in sources.folders}
        for path in self.store.files.paths():
            if path not in present and not folders.isdisjoint(Path(path).parents):
                pages = {
                    document: self.store.document(document).pages for document in self.store.files.documents_in(path)
                }
                documents, keys = self.store.files.forget(path)
                self._delete_vectors(keys)
                for document in documents:
                    yield ReportLine(document, "removed", pages[document])
        for document in self.store.files.placeless():
            # The file of which a run before had read a part only has been read by now, or is not there any more.
            pages_lost = self.store.document(document).pages
            self._delete_vectors(self.store.remove(document))
            yield ReportLine(document, "removed", pages_lost)

    def _by_akte(self, akten: Sequence[Akte]) -> Iterator[tuple[Akte, list[DocumentInfo]]]:
        """Each Akte with its documents, which are looked up once for all of them."""
        documents: dict[str, list[DocumentInfo]] = {}
        for info in self.store.documents() if akten else ():
            documents.setdefault(info.akte, []).append(info)
        for akte in akten:
            yield akte, documents.get(akte.title, [])

    def _follow_register(self, akte: Akte, documents: Sequence[DocumentInfo]) -> Iterator[ReportLine]:
        """Note what the register announces and misses; a document of it that is there no more goes."""
        announced = {entry.id for entry in akte.documents}
        missing = [replace(entry, akte=akte.title) for entry in akte.missing()]
        self.store.set_register(akte.title, missing, akte.questions)
        without_file = {entry.document for entry in missing}
        for info in documents:
            registered = info.document in announced and info.document not in without_file
            belongs = any(info.document.startswith(f"{entry.id}-") for entry in akte.present())
            file = Path(info.file)
            # Another Akte may have the same title; what lies in its folder is its own.
            is_elsewhere = file.is_file() and not file.is_relative_to(akte.folder.resolve())
            if not registered and not belongs and not is_elsewhere:
                self._delete_vectors(self.store.remove(info.document))
                yield ReportLine(info.document, "removed", info.pages)

    def _delete_vectors(self, keys: set[str]) -> None:
        if keys:
            self.vectors.delete(keys)


class _PageCounter:
    """Turns the reports of several reading processes into progress, one at a time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = Lock()
        self._done: dict[Path, int] = {}

    def page_done(self, path: Path, done: int, of: int) -> None:
        with self._lock:
            new = done - self._done.get(path, 0)
            self._done[path] = done
            if of and new > 0:
                self._progress.advanced(path, _READING_SHARE * done / of, new)


def _name(source: Source) -> str:
    return source.entry.id if source.entry else printable_name(source.path)


def _document_fingerprint(planned: Planned, read: ReadDocument) -> str:
    """That of the file, of the document's place in it, and of what could not be read and may be another time."""
    described = repr((planned.fingerprint, read.name, read.unread))
    return hashlib.sha256(described.encode()).hexdigest()
