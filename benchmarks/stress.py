"""Reads the nasty files of ``tests/stress`` and prints what becomes of each, with time and size.

``python -m benchmarks.stress [--only PART] [--folder FOLDER] [--show]``; exit code 1 if one is not as it has to be.
``--folder`` keeps the files, ``--show`` prints the text that was read.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from corpus.errors import UnreadableFileError
from ingest.reading import ReadDocument
from ingest.worker import Limits, ReadingWorkers
from tests.stress.nasty import Nasty, complaints
from tests.stress.nasty_files import FILES, build

LIMITS = Limits(stall_seconds=30.0, total_seconds=120.0)
SLOW = 2.0
"""Seconds from which on a file's time is worth a look."""


def main() -> int:
    """Build, read, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="PART", help="only files with this in their name")
    parser.add_argument("--folder", type=Path, help="where the files are built and kept")
    parser.add_argument("--show", action="store_true", help="print the text that was read")
    options = parser.parse_args()
    files = [nasty for nasty in FILES if options.only in nasty.name]
    if options.folder is not None:
        options.folder.mkdir(parents=True)
        return read(files, options.folder, show=options.show)
    with tempfile.TemporaryDirectory() as folder:
        return read(files, Path(folder), show=options.show)


def read(files: list[Nasty], folder: Path, *, show: bool) -> int:
    """Read the files one after the other, so that each has its own time; return the exit code."""
    wrong = 0
    with ReadingWorkers(1, LIMITS) as workers:
        for nasty, path in zip(files, build(folder, files), strict=True):
            started = time.perf_counter()
            try:
                outcome: list[ReadDocument] | UnreadableFileError = workers.submit(path).result()
            except UnreadableFileError as error:
                outcome = error
            seconds = time.perf_counter() - started
            found = complaints(nasty, outcome)
            wrong += bool(found)
            mark = "✗" if found else "·" if seconds > SLOW else " "
            print(f"{mark} {seconds:6.2f} s  {ascii(nasty.name)[1:-1]:38} {summary(outcome)}")
            for complaint in found:
                print(f"             {complaint}")
            if show and isinstance(outcome, list):
                for document in outcome:
                    print(document.canonical.text)
    print(f"{len(files) - wrong} of {len(files)} files are as they have to be")
    return 1 if wrong else 0


def summary(outcome: list[ReadDocument] | UnreadableFileError) -> str:
    """The outcome on one line."""
    if isinstance(outcome, UnreadableFileError):
        return str(outcome)
    pages = sum(len(document.canonical.pages) for document in outcome)
    characters = sum(len(document.canonical.text) for document in outcome)
    skipped = sum(len(document.skipped) for document in outcome)
    return f"{len(outcome)} documents, {pages} pages, {characters:,} characters" + f", {skipped} left out" * bool(
        skipped
    )


if __name__ == "__main__":
    sys.exit(main())
