"""What is fuzzed of the readers: real files of every format, changed, read in processes with limits."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Final

import pikepdf

from benchmarks.fuzzing.mutation import Mutator
from benchmarks.fuzzing.parsers import ROOT
from corpus.errors import UnreadableFileError
from ingest.worker import Limits, ReadingWorkers
from tests.stress.nasty_files import FILES, build

SECONDS: Final = 30.0
_LARGEST: Final = 150_000
"""Bytes of a file that is changed: a larger one only takes longer."""
_ARCHIVES: Final = frozenset({".docx", ".odt"})
_FORMATS: Final = (".pdf", ".docx", ".odt", ".html", ".md", ".txt")
_BAD: Final = ("internen Fehlers", "zum Absturz gebracht", "ließ sich nicht in", "ging es nach Seite")
"""What a sentence has of a file that a reader should have got along with, or have refused itself."""


class Readers:
    """Files of the Akte and the nasty ones of the tests, changed; an input is its ending, a null byte, its content."""

    name = "readers"
    seconds = 4 * SECONDS

    def __init__(self, folder: Path) -> None:
        self._path = folder / "gelesen"
        self._path.mkdir()
        self._workers = ReadingWorkers(1, Limits(stall_seconds=SECONDS, total_seconds=2 * SECONDS))
        self._good: dict[str, list[bytes]] = {ending: [] for ending in _FORMATS}
        nasty = folder / "boese"
        nasty.mkdir()
        akte = ROOT / "corpus" / "akten" / "kommunales-integrationszentrum"
        for path in [*akte.rglob("*"), *build(nasty, [one for one in FILES if _is_small(one.name)])]:
            ending = path.suffix.lower()
            if ending in self._good and path.is_file() and path.stat().st_size <= _LARGEST:
                content = path.read_bytes()
                self._good[ending] += [content, *_laid_open(content)] if ending == ".pdf" else [content]

    def make(self, mutator: Mutator) -> bytes:
        """Each format as often as the others."""
        ending = mutator.random.choice([ending for ending, files in self._good.items() if files])
        good = mutator.random.choice(self._good[ending])
        if ending in _ARCHIVES and zipfile.is_zipfile(io.BytesIO(good)):
            try:
                changed = mutator.archive(good)
            except (ValueError, OSError, RuntimeError, NotImplementedError, EOFError, KeyError):  # no archive before
                changed = mutator.data(good)
        elif ending == ".html" and mutator.random.random() < 0.8:
            changed = mutator.markup(good)
        elif ending in (".md", ".txt") and mutator.random.random() < 0.8:
            changed = mutator.text(good.decode("utf-8", errors="replace")).encode("utf-8", errors="surrogatepass")
        else:
            changed = mutator.data(good)
        return ending.encode() + b"\0" + changed

    def run(self, data: bytes) -> None:
        """Read it; what was read has its places, and a refusal is the reader's own."""
        ending, _, content = data.partition(b"\0")
        path = self._path / f"datei{ending.decode()}"
        path.write_bytes(content)
        try:
            documents = self._workers.submit(path).result()
        except UnreadableFileError as error:
            if any(words in str(error) for words in _BAD):
                raise RuntimeError(str(error)) from error
            raise
        for document in documents:
            document.canonical.text.encode()

    def close(self) -> None:
        """End the reading processes."""
        self._workers.close()


def _is_small(name: str) -> bool:
    return not any(word in name for word in ("scan", "gross", "riesen", "bombe", "10000", "tausend"))


def _laid_open(content: bytes) -> list[bytes]:
    """A PDF whose streams are not compressed, so that what they draw with can be changed, too."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            made = io.BytesIO()
            pdf.save(
                made,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return []
    return [made.getvalue()] if len(made.getvalue()) <= 4 * _LARGEST else []
