"""Runs the program Tesseract and takes its answers apart.

The program is called directly: pytesseract, the usual wrapper, does no more, but goes by way of temporary files, has no
word for a missing language and turns the table of words into another library's.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import UnreadableFileError
from ingest.readers.deskew import Rotation

if TYPE_CHECKING:
    from PIL import Image

_WORD = "5"
"""The level of a word in Tesseract's table; 1 to 4 are page, block, paragraph and line."""
_LEAST_DPI = 70
"""Tesseract takes a lower resolution for a mistake in the file."""
_ROTATION = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_ROTATION_CONFIDENCE = re.compile(r"^Orientation confidence: ([\d.]+)$", re.MULTILINE)
_MISSING_LANGUAGE = re.compile(r"Failed loading language '([^']+)'")
_NO_ORIENTATION = ("Too few characters", "osd.traineddata")
"""What Tesseract says where it cannot tell which way is up: no failure, since a page can be tried both ways."""

COLUMNS = 3
"""Page segmentation mode: find columns, blocks and lines."""
ONE_BLOCK = 6
"""Page segmentation mode: lines of one block, nothing beside them."""


class RecognitionError(UnreadableFileError):
    """Character recognition failed on a page: Tesseract is missing, incomplete, crashed or too slow."""


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word: ``box`` in pixels (x0, y0, x1, y1), ``confidence`` 0 to 1, ``line`` the number of its line."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    line: int

    @property
    def letters(self) -> int:
        """How many of its characters are letters or digits."""
        return sum(character.isalnum() for character in self.text)


class Tesseract:
    """The program at ``executable``; every call takes at most ``timeout`` seconds and one processor core."""

    def __init__(self, executable: Path, language: str, timeout: float) -> None:
        self.executable = executable
        self.language = language
        self.timeout = timeout

    @cached_property
    def version(self) -> str:
        """The version that the program tells, such as "5.3.0"."""
        told = self._run(["--version"]).stdout.decode("utf-8", "replace").split()
        return told[1] if len(told) > 1 else "unknown"

    def words(self, image: Image.Image, dpi: float, mode: int = COLUMNS) -> list[Word]:
        """The words of a grey picture in reading order.

        Raises:
            RecognitionError: if Tesseract does not answer.
        """
        answer = self._run(["-l", self.language, "--psm", str(mode), *_source(dpi), "tsv"], image)
        self._check(answer)
        return _parse_words(answer.stdout.decode("utf-8", "replace"))

    def rotation(self, image: Image.Image, dpi: float) -> tuple[Rotation, float] | None:
        """By how much the picture has to be turned clockwise, and how sure that is; ``None`` if Tesseract cannot tell.

        Raises:
            RecognitionError: if Tesseract does not answer.
        """
        answer = self._run(["-l", "osd", "--psm", "0", *_source(dpi)], image)
        if any(reason in answer.stderr.decode("utf-8", "replace") for reason in _NO_ORIENTATION):
            return None
        self._check(answer)
        told = answer.stdout.decode("utf-8", "replace")
        degrees, confidence = _ROTATION.search(told), _ROTATION_CONFIDENCE.search(told)
        rotations: dict[int, Rotation] = {0: 0, 90: 90, 180: 180, 270: 270}
        if degrees is None or confidence is None or int(degrees[1]) not in rotations:
            return None
        return rotations[int(degrees[1])], float(confidence[1])

    def _run(self, arguments: list[str], image: Image.Image | None = None) -> subprocess.CompletedProcess[bytes]:
        command = [str(self.executable), *(["stdin", "stdout"] if image is not None else []), *arguments]
        try:
            return subprocess.run(  # noqa: S603 - the user's Tesseract; what comes from outside goes in as pixels
                command,
                input=b"" if image is None else _portable(image),
                capture_output=True,
                timeout=self.timeout,
                check=False,
                # The pages of a run are spread over processes; threads of Tesseract's own would only be in their way.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired as error:
            raise RecognitionError(
                f"Die Texterkennung brauchte für eine Seite länger als {self.timeout:.0f} Sekunden; "
                "bitte den Scan mit geringerer Auflösung speichern oder eine durchsuchbare PDF-Datei verwenden."
            ) from error
        except OSError as error:
            raise RecognitionError(
                f"Das Programm Tesseract („{self.executable}“) lässt sich nicht starten; "
                "bitte die Pakete tesseract-ocr und tesseract-ocr-deu installieren."
            ) from error

    def _check(self, answer: subprocess.CompletedProcess[bytes]) -> None:
        complaint = answer.stderr.decode("utf-8", "replace")
        missing = _MISSING_LANGUAGE.search(complaint)
        if missing is not None:
            raise RecognitionError(
                f"Tesseract fehlen die Sprachdaten „{missing[1]}“; "
                f"bitte das Paket tesseract-ocr-{missing[1]} installieren und noch einmal einlesen."
            )
        if answer.returncode != 0:
            last = complaint.strip().splitlines()[-1:] or [f"Rückgabewert {answer.returncode}"]
            raise RecognitionError(
                f"Die Texterkennung mit Tesseract ist gescheitert („{last[0].strip()}“); "
                "bitte die Installation prüfen oder eine durchsuchbare PDF-Datei verwenden."
            )


def _source(dpi: float) -> list[str]:
    return ["--dpi", str(max(_LEAST_DPI, round(dpi)))]


def _portable(image: Image.Image) -> bytes:
    """The picture as PGM, which costs no time to write."""
    stream = BytesIO()
    image.convert("L").save(stream, "PPM")
    return stream.getvalue()


def _parse_words(table: str) -> list[Word]:
    """The words of a table as Tesseract writes it (https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html)."""
    words: list[Word] = []
    lines: dict[tuple[str, ...], int] = {}
    for row in table.splitlines()[1:]:
        fields = row.split("\t", 11)
        if len(fields) < 12 or fields[0] != _WORD or not fields[11].strip():
            continue
        left, top, width, height = (float(field) for field in fields[6:10])
        line = lines.setdefault(tuple(fields[1:5]), len(lines))
        confidence = float(np.clip(float(fields[10]) / 100, 0, 1))
        words.append(Word(fields[11].strip(), (left, top, left + width, top + height), confidence, line))
    return words
