"""Kills ingestion runs with SIGKILL, at every step and at random moments, and checks what they leave behind.

``python -m benchmarks.kills [--random N] [--only K]``: a store holds an older state of a folder; a real process reads
the changed folder (a new file, a changed one, a removed one, a copy, a package of two papers) and is killed before or
after its K-th step: a write to SQLite, to Chroma, to the originals. Then the store must answer from a state that was
acknowledged, and the next run must end as one that nobody disturbed. Exit code 1 if one kill did harm.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import ingest.pipeline
from assistant import Assistant
from corpus.analysis import analyse
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.files import FileIndex
from corpus.records import EVERYTHING
from corpus.settings import Settings
from corpus.store import Store
from corpus.vectors import VectorIndex
from ingest.pipeline import Ingestor

STEPS = {
    Store: ("begin", "finish", "remove", "set_register", "remove_unfinished"),
    FileIndex: ("record", "forget"),
    VectorIndex: ("add", "delete"),
}
FUNCTIONS = ("keep_original", "tidy", "recover", "complete_vectors", "erase_traces")
OLD = {
    "bleibt.txt": "Die Brücke über die Sieg wird am 4. Juni 2015 gesperrt.",
    "wechselt.txt": "Der Neubau der Turnhalle kostet 2,4 Mio. €.",
    "geht.txt": "Das Freibad öffnet am 1. Mai 2015.",
}
NEW = {
    "bleibt.txt": OLD["bleibt.txt"],
    "wechselt.txt": "Der Neubau der Turnhalle kostet 3,1 Mio. €.",
    "kopie.txt": OLD["bleibt.txt"],
    "neu.md": "# Bücherei\n\nDie Bücherei wird am 9. September 2015 eröffnet.\n",
}
QUESTION = "Was kostet der Neubau der Turnhalle?"
ANSWERS = {"2,4 Mio. €", "3,1 Mio. €"}


def child(data: Path, models: Path, folder: Path, step: int) -> None:
    """Read ``folder`` and die at the given step; print the number of steps if there are fewer."""
    done = 0

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*arguments: object, **named: object) -> object:
            die()
            result = function(*arguments, **named)
            die()
            return result

        return wrapped

    def die() -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, names in STEPS.items():
        for name in names:
            setattr(owner, name, counted(getattr(owner, name)))
    for name in FUNCTIONS:
        setattr(ingest.pipeline, name, counted(getattr(ingest.pipeline, name)))
    print("bereit", flush=True)
    settings = Settings(data=data, models=models)
    Ingestor(settings, open_embedding(settings)).ingest([folder])
    print(done, flush=True)


@dataclass(frozen=True)
class Place:
    """A folder, and the store of its older state as a template to copy."""

    root: Path
    models: Path
    embedding: SentenceEmbedding

    @classmethod
    def make(cls, root: Path, models: Path) -> Place:
        """Read the older state."""
        place = cls(root, models, open_embedding(Settings(models=models)))
        place.write(OLD)
        place.read(root / "vorlage")
        place.write(NEW)
        return place

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return self.root / "eingang"

    def write(self, files: dict[str, str]) -> None:
        """Let exactly these files lie in the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, data: Path) -> None:
        """Read the folder, undisturbed."""
        Ingestor(Settings(data=data, models=self.models), self.embedding).ingest([self.folder])

    def start(self, data: Path, step: int) -> subprocess.Popen[str]:
        """A process that reads the folder into a copy of the older state."""
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.root / "vorlage", data)
        words = [sys.executable, "-m", "benchmarks.kills", "--child", str(step), str(data), str(self.models)]
        root = Path(__file__).resolve().parents[1]
        return subprocess.Popen([*words, str(self.folder)], stdout=subprocess.PIPE, text=True, cwd=root)

    def kill_at_step(self, data: Path, step: int) -> bool:
        """Whether the run got as far as that step and died there."""
        process = self.start(data, step)
        process.communicate(timeout=300)
        return process.returncode == -signal.SIGKILL

    def kill_after(self, data: Path, seconds: float) -> None:
        """Kill a run so long after it was ready."""
        process = self.start(data, 0)
        if process.stdout is not None:
            process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        process.communicate(timeout=60)

    def check(self, data: Path) -> list[str]:
        """What is wrong with a killed store, and with what the next run makes of it."""
        problems = [f"gleich danach: {problem}" for problem in self._check_answer(data)]
        self.read(data)
        problems += [f"nach dem nächsten Lauf: {problem}" for problem in (*self._check_answer(data), *_check_end(data))]
        return problems

    def _check_answer(self, data: Path) -> list[str]:
        problems: list[str] = []
        assistant = Assistant.open(Settings(data=data, models=self.models, default_visibility="public"))
        answer = assistant.answer(QUESTION)
        if answer.short_answer not in ANSWERS:
            problems.append(f"falsche Antwort: {answer.short_answer}")
        with closing(Store(data)) as store:
            problems += [
                f"falsches Zitat: {citation.quote}"
                for citation in answer.citations
                if store.text(citation.document)[citation.char_start : citation.char_end] != citation.quote
            ]
            if store.integrity() != "ok":
                problems.append(store.integrity())
        return problems


def _check_end(data: Path) -> list[str]:
    """Compare a finished store with what the folder holds."""
    problems: list[str] = []
    with closing(Store(data)) as store:
        documents = {info.document for info in store.documents()}
        if documents != {"bleibt", "wechselt", "neu"}:
            problems.append(f"andere Dokumente: {sorted(documents)}")
        if VectorIndex(data).keys() != store.passage_keys():
            problems.append("die beiden Verzeichnisse gehen auseinander")
        if len(store.files.places("bleibt")) != 2:
            problems.append("die Kopie ist nicht vermerkt")
        if "3,1" not in store.text("wechselt") or store.search_terms(analyse("Freibad"), 5, EVERYTHING):
            problems.append("eine alte Fassung ist noch da")
        kept = {path.stem for path in (data / "originale").iterdir()}
        if kept != {info.sha256 for info in store.documents()}:
            problems.append("andere Originale als Dokumente")
    return problems


def torture(place: Place, steps: Sequence[int] | None, moments: int, seed: int = 1) -> list[str]:
    """Kill at these steps (all of them for ``None``) and at so many random moments; return what went wrong."""
    problems: list[str] = []
    data = place.root / "daten"
    tried = 0
    for step in steps if steps is not None else count(1):
        if not place.kill_at_step(data, step):
            break
        tried += 1
        problems += [f"Schritt {step}: {problem}" for problem in place.check(data)]
    random_source = random.Random(seed)  # noqa: S311 - moments, no secrets
    for _ in range(moments):
        seconds = random_source.uniform(0.0, 4.0)
        place.kill_after(data, seconds)
        problems += [f"nach {seconds:.2f} s: {problem}" for problem in place.check(data)]
    print(f"{tried} Abbrüche an Schritten, {moments} an zufälligen Stellen: {len(problems)} Fehler")
    return problems


def main() -> int:
    """The command line; ``--child`` is for the processes that are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=20, metavar="N", help="kills at random moments")
    parser.add_argument("--only", type=int, metavar="K", help="kill at this step only")
    parser.add_argument("--child", nargs=4, metavar=("STEP", "DATA", "MODELS", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        step, data, models, folder = arguments.child
        child(Path(data), Path(models), Path(folder), int(step))
        return 0
    with tempfile.TemporaryDirectory() as root:
        place = Place.make(Path(root), Settings().models_directory.resolve())
        problems = torture(place, [arguments.only] if arguments.only else None, arguments.random)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
