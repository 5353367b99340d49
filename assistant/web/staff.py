"""What staff do with documents: upload, replace, remove, and say who may see them.

Uploaded files lie in three folders of the data directory, one for each visibility. They are read by ``aktenkundig
ingest`` in a process of its own, one change after the other, so that whoever asks meanwhile is not disturbed by more
than the work itself. A change that fails leaves the folders, and with them the documents, as they were. For which
Gremien a non-public document is, ``aktenkundig visibility`` is told once it has been read: until then it is for none.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

from assistant.web.operations.incidents import apology, report_incident
from assistant.web.problems import OverloadedError
from corpus.access import Access, gremium_name
from corpus.data_directory import UPLOAD_PLACES, UPLOADS_DIRECTORY
from corpus.errors import AktenkundigError, NotThereError, QuestionError
from corpus.records import EVERYTHING
from corpus.store import Store

if TYPE_CHECKING:
    from assistant.web.operations.lifecycle import Lifecycle
    from corpus.settings import Settings
    from corpus.types import DocumentInfo, Visibility

_log = logging.getLogger(__name__)

_FORCED: Final[dict[Visibility, list[str]]] = {"public": [], "non_public": ["--non-public"], "internal": ["--internal"]}
_SET_ASIDE: Final = ".alt-"
"""Before the name of a file that is being replaced or removed; hidden files are not read."""
_MOST_WAITING: Final = 20
_MOST_REMEMBERED: Final = 100
_LONGEST_NAME: Final = 50
_LONGEST_ENDING: Final = 8
"""Letters of a name before and behind its last dot: as long as the ingestion tells names whole."""
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
_SOMETHING_LEFT_OUT: Final = 1
_BROKEN_OFF: Final = "Das Einlesen ist abgebrochen; die Dokumente sind, wie sie waren."
_USER_ERROR: Final = 2
"""Exit codes of ``aktenkundig ingest``."""

State = Literal["waiting", "working", "done", "failed"]


@dataclass(slots=True)
class Change:
    """One change of the uploaded files: how far it is (``share`` 0 to 1), and in the end what became of it."""

    key: str
    name: str
    kind: Literal["upload", "remove", "move"]
    visibility: Visibility
    gremien: tuple[str, ...] = ()
    state: State = "waiting"
    share: float = 0.0
    report: list[str] = field(default_factory=list)


class StaffDesk:
    """Takes changes and works on them in their order. Safe to use from several threads."""

    def __init__(self, settings: Settings, lifecycle: Lifecycle) -> None:
        """Make the folders; what a server that was killed left half done is put right."""
        self._settings = settings
        self._lifecycle = lifecycle
        self._folder = settings.data.resolve() / UPLOADS_DIRECTORY
        self._incoming = self._folder / ".eingang"
        for folder in (self._incoming, *map(self._place, UPLOAD_PLACES)):
            folder.mkdir(parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink()
        for visibility in UPLOAD_PLACES:
            for aside in self._place(visibility).glob(f"{_SET_ASIDE}*"):
                name = aside.name.removeprefix(_SET_ASIDE)
                if any((self._place(anywhere) / name).exists() for anywhere in UPLOAD_PLACES):
                    aside.unlink()
                else:
                    aside.replace(self._place(visibility) / name)
        self._changes: OrderedDict[str, Change] = OrderedDict()
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="staff")

    def documents(self) -> list[tuple[DocumentInfo, str | None]]:
        """All documents, also those that are not public; with the name of the file for those that were uploaded."""
        with closing(Store(self._settings.data)) as store:
            return [(info, self._uploaded_name(info)) for info in store.documents(EVERYTHING)]

    def changes(self) -> list[Change]:
        """The last changes, newest first."""
        with self._lock:
            return list(reversed(self._changes.values()))

    def change(self, key: str) -> Change:
        """One of them; raises :class:`NotThereError` for an unknown key."""
        with self._lock:
            if key in self._changes:
                return self._changes[key]
        raise NotThereError("Diesen Vorgang gibt es nicht mehr.")

    def incoming(self) -> Path:
        """A new place for what is being sent."""
        return self._incoming / token_urlsafe(12)

    def upload(self, sent: Path, name: str, visibility: Visibility, gremien: Sequence[str] = ()) -> Change:
        """Take a file that has been sent whole. One of the same name is replaced, whoever could see it before.

        Raises :class:`QuestionError` for an impossible name and for Gremien of what is not non-public,
        :class:`OverloadedError` where too much waits.
        """
        safe, named = safe_name(name), _named(visibility, gremien)
        return self._take(Change(token_urlsafe(12), safe, "upload", visibility, named), sent)

    def remove(self, document: str) -> Change:
        """Remove the file that a document was uploaded with; raises :class:`NotThereError` for any other document."""
        info, name = self._uploaded(document)
        return self._take(Change(token_urlsafe(12), name, "remove", info.visibility), None)

    def move(self, document: str, visibility: Visibility, gremien: Sequence[str] = ()) -> Change:
        """Say who may see an uploaded document; raises as :meth:`remove` and :meth:`upload` do."""
        named = _named(visibility, gremien)
        _, name = self._uploaded(document)
        return self._take(Change(token_urlsafe(12), name, "move", visibility, named), None)

    def _place(self, visibility: Visibility) -> Path:
        return self._folder / UPLOAD_PLACES[visibility]

    def _uploaded_name(self, info: DocumentInfo) -> str | None:
        path = Path(info.file)
        return path.name if path.parent in map(self._place, UPLOAD_PLACES) else None

    def _uploaded(self, document: str) -> tuple[DocumentInfo, str]:
        for info, name in self.documents():
            if info.document == document:
                if name is None:
                    raise NotThereError(
                        "Dieses Dokument wurde nicht hochgeladen; es lässt sich nur in seinem Ordner ändern."
                    )
                return info, name
        raise NotThereError(f"Ein Dokument „{document}“ gibt es nicht.")

    def _take(self, change: Change, sent: Path | None) -> Change:
        with self._lock:
            if sum(other.state in ("waiting", "working") for other in self._changes.values()) >= _MOST_WAITING:
                raise OverloadedError(
                    "Gerade wird schon sehr viel eingelesen; bitte warten, bis etwas davon fertig ist."
                )
            self._changes[change.key] = change
            while len(self._changes) > _MOST_REMEMBERED:
                self._changes.popitem(last=False)
        self._worker.submit(self._work, change, sent)
        return change

    def _work(self, change: Change, sent: Path | None) -> None:
        change.state = "working"
        try:
            with self._lifecycle.work():
                self._apply(change, sent)
        except AktenkundigError as error:
            change.report.append(str(error))
            change.state = "failed"
        except Exception as error:  # noqa: BLE001 - the last place before a thread that would die silently
            change.report += ["Die Dokumente sind, wie sie waren.", apology(report_incident(error))]
            change.state = "failed"
        else:
            change.share = 1.0
            change.state = "done"
        finally:
            if sent is not None:
                sent.unlink(missing_ok=True)

    def _apply(self, change: Change, sent: Path | None) -> None:
        """Put the files where they belong and have their folders read; on failure, put them back and read again."""
        target = self._place(change.visibility) / change.name
        with self._rules_kept(change), self._set_aside(change) as aside:
            if sent is not None:
                sent.replace(target)
            elif change.kind == "move":
                if not aside:
                    raise NotThereError("Die Datei zu diesem Dokument liegt nicht mehr vor.")
                os.link(aside[0][0], target)
            for visibility in self._touched(change, aside):
                self._read(visibility, change)
            if change.kind != "remove":
                self._say_for_whom(change, target)

    def _say_for_whom(self, change: Change, target: Path) -> None:
        """Let the wish be in force for all documents of the file, also where a command had said something else."""
        with closing(Store(self._settings.data)) as store:
            documents = [
                document
                for document in store.files.documents_in(str(target))
                if change.gremien or store.access_rule(document) is not None
            ]
        self._rule(Access(change.visibility, change.gremien) if change.gremien else None, documents)

    @contextmanager
    def _rules_kept(self, change: Change) -> Iterator[None]:
        """Hide documents with a rule of their own until they are read anew; where that fails, the rules come back."""
        with closing(Store(self._settings.data)) as store:
            rules = {
                document: rule
                for place in UPLOAD_PLACES
                for document in store.files.documents_in(str(self._place(place) / change.name))
                if (rule := store.access_rule(document)) is not None
            }
        if change.kind != "remove":
            self._rule(Access("internal"), list(rules))
        try:
            yield
        except BaseException:
            for document, rule in rules.items():
                self._rule(rule, [document])
            raise

    def _rule(self, rule: Access | None, documents: Sequence[str]) -> None:
        """Run ``aktenkundig visibility``; raises :class:`AktenkundigError` with what it says if it fails."""
        if not documents:
            return
        level = "declared" if rule is None else rule.visibility
        gremien = [f"--gremium={name}" for name in rule.gremien] if rule is not None else []
        done = subprocess.run(  # noqa: S603 - our own program; names are behind their option
            [sys.executable, "-m", "corpus.command_line", "visibility", *gremien, level, *documents],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self._environment(),
            check=False,
        )
        if done.returncode != 0:
            raise AktenkundigError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else _BROKEN_OFF)

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "AKTENKUNDIG_DATA": str(self._settings.data.resolve()),
            "AKTENKUNDIG_MODELS": str(self._settings.models_directory.resolve()),
        }

    @contextmanager
    def _set_aside(self, change: Change) -> Iterator[list[tuple[Path, Path]]]:
        """Hide the files of this name; they come back, and are read again, where what follows fails."""
        aside: list[tuple[Path, Path]] = []
        for visibility in UPLOAD_PLACES:
            old = self._place(visibility) / change.name
            if old.exists():
                hidden = old.with_name(_SET_ASIDE + old.name)
                old.replace(hidden)
                aside.append((hidden, old))
        try:
            yield aside
        except BaseException:
            for visibility in UPLOAD_PLACES:
                (self._place(visibility) / change.name).unlink(missing_ok=True)
            for hidden, old in aside:
                hidden.replace(old)
            for visibility in self._touched(change, aside):
                self._read(visibility, Change("", "", change.kind, visibility))
            raise
        for hidden, _ in aside:
            hidden.unlink()

    def _touched(self, change: Change, aside: list[tuple[Path, Path]]) -> list[Visibility]:
        """Which folders have to be read; first those that lost something, or it would count as a double there."""
        emptied = [place for place in UPLOAD_PLACES if any(old.parent == self._place(place) for _, old in aside)]
        if change.kind == "remove":
            return emptied
        return [*(place for place in emptied if place != change.visibility), change.visibility]

    def _read(self, visibility: Visibility, change: Change) -> None:
        """Run the ingestion over a folder; raises :class:`AktenkundigError` if the change's file could not be read."""
        environment = {**self._environment(), "AKTENKUNDIG_DEFAULT_VISIBILITY": visibility}
        failed: list[str] = []
        with TemporaryFile("w+", encoding="utf-8") as complaints:
            process = subprocess.Popen(  # noqa: S603 - our own program, with paths that we made
                [
                    sys.executable,
                    "-m",
                    "corpus.command_line",
                    "ingest",
                    "--json",
                    *_FORCED[visibility],
                    str(self._place(visibility)),
                ],
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                encoding="utf-8",
                env=environment,
            )
            if process.stdout is None:
                raise RuntimeError("the ingestion's output is not read")
            with process.stdout as lines:
                for line in lines:
                    if line.startswith("{"):  # a library may print something, too
                        failed += self._heard(json.loads(line), change)
            code = process.wait()
            complaints.seek(0)
            complaint = complaints.read().strip()
        if failed:
            raise AktenkundigError(" ".join(failed))
        if code == _USER_ERROR and complaint:
            raise AktenkundigError(complaint.splitlines()[-1])
        if code not in (0, _SOMETHING_LEFT_OUT):
            _log.error("Das Einlesen einer hochgeladenen Datei endete mit Rückgabewert %d.", code)
            raise AktenkundigError(_BROKEN_OFF)

    @staticmethod
    def _heard(event: dict[str, object], change: Change) -> list[str]:
        """Why the change's own file could not be read; of the rest, what is new is kept for the report."""
        share, outcome, text = event.get("share"), event.get("outcome"), event.get("text")
        if isinstance(share, float | int):
            change.share = float(share)
        if outcome in (None, "unchanged") or not isinstance(text, list):
            return []
        if outcome == "failed":
            return text if event.get("document") == change.name else []
        if outcome == "duplicate":
            # Another place of a document keeps what was said of the first: nobody must believe that it is hidden now.
            return ["Derselbe Inhalt liegt schon vor und ist nicht noch einmal aufgenommen worden.", *text]
        change.report += text
        return []


def _named(visibility: Visibility, gremien: Sequence[str]) -> tuple[str, ...]:
    """The Gremien's names as they are stored; raises :class:`QuestionError` where none can be named."""
    names = tuple(filter(None, map(gremium_name, gremien)))
    if names and visibility != "non_public":
        raise QuestionError("Gremien lassen sich nur für nichtöffentliche Dokumente nennen.")
    return names


def safe_name(name: str) -> str:
    """A file name that is harmless in every folder and on every page.

    Raises :class:`QuestionError` where nothing is left of it, or it has no ending.
    """
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" ._")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not stem.strip(" ._") or not ending.isalnum() or len(ending) > _LONGEST_ENDING:
        raise QuestionError("Die Datei braucht einen Namen mit Endung, zum Beispiel „vorlage.pdf“.")
    if ending.casefold() == "toml":  # a register would take over its folder and say who may see the others
        raise QuestionError("Register („akte.toml“) lassen sich nicht hochladen.")
    return f"{stem[:_LONGEST_NAME]}.{ending}"
