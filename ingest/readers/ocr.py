"""Recognises the text of a page's picture with Tesseract: right way up, level, without what is stamped over it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.layout import Line
from ingest.readers.deskew import Rotation, Straightened, find_slope, straighten, transformed
from ingest.readers.inks import Parted, colourless, is_coloured, part_inks, with_even_paper
from ingest.readers.mending import mend_words
from ingest.readers.recognised import make_lines
from ingest.readers.tesseract import ONE_BLOCK, RecognitionError, Tesseract, Word

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["RecognisedText", "RecognitionError", "TextRecognizer"]

_LEAST_DPI, _MOST_DPI = 150.0, 260.0
"""Outside these resolutions a picture is made larger or smaller: letters have too few pixels, or cost only time."""
_GOOD_DPI = 200.0, 250.0
"""The resolutions that it then gets; measured, 250 reads type of 6 points as well as 300, and 200 does not."""
_SURE = 0.65
"""A page read the right way up has a mean confidence of .85 and more, read upside down or sideways one below .3."""
_LONG_WORD = 4
"""Letters of a word that is longer than high in any type."""
_TURN_SURE = 5.0
"""Tesseract's confidence in an orientation from which on it is followed: right ones have 6 to 15, guesses below 4."""
_READ = 0.75
"""Confidence of words about which there is nothing to mend."""
_SOUND = 0.6
"""Confidence of words that count when two readings are compared."""
_STEEPEST_STAMP = 20.0
"""Degrees by which a stamp may be askew and is still read."""
_STAMP_READ, _STAMP_LETTERS = 0.8, 4
"""Confidence of words and letters in a line that make a stamp readable; what print has torn apart reads as anything."""
_STAMP_MARGIN = 12
"""Pixels of paper around a stamp that is read by itself."""


@dataclass(frozen=True, slots=True)
class RecognisedText:
    """What stands on a page's picture.

    ``lines`` are segments of lines in reading order, their boxes in points of the picture as it was given; a stamp's
    come last, as notes. ``straight`` are the same lines in points of the page set upright and level, on which rows and
    columns can be compared; it is ``width`` by ``height`` points large, and :meth:`placed` leads back from it by the
    affine map ``matrix`` of shape (2, 3). ``rotation`` is by how many degrees clockwise the picture has to be turned to
    be upright, ``skew`` by how many degrees its lines then fall to the right.
    """

    lines: list[Line]
    straight: list[Line]
    width: float
    height: float
    rotation: Rotation
    skew: float
    matrix: NDArray[np.float64]

    def placed(self, lines: Iterable[Line]) -> list[Line]:
        """Lines of the straightened page on the picture as it was given."""
        return [replace(line, boxes=transformed(line.boxes, self.matrix).astype(np.float32)) for line in lines]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One reading of a page."""

    page: Straightened
    words: list[Word]

    @property
    def confidence(self) -> float:
        """The mean confidence of the letters."""
        letters = sum(word.letters for word in self.words)
        return sum(word.letters * word.confidence for word in self.words) / letters if letters else 0.0

    @property
    def upright(self) -> bool:
        """Whether the words lie along the lines; Tesseract also reads words that climb, one below the other."""
        words = [word for word in self.words if word.letters >= _LONG_WORD]
        climbing = sum(word.box[3] - word.box[1] > word.box[2] - word.box[0] for word in words)
        return climbing * 2 <= len(words)

    @property
    def succeeded(self) -> bool:
        """Whether the page was certainly read the right way up."""
        return self.confidence >= _SURE and self.upright

    @property
    def worth(self) -> float:
        """How many letters were read, each as much as it is sure."""
        return sum(word.letters * word.confidence for word in self.words if word.confidence >= _SOUND)


class TextRecognizer:
    """Reads pictures of pages with Tesseract, in ``language`` (Tesseract's name), at most ``timeout`` seconds a call.

    ``executable`` is searched for on the PATH if it is not given.

    Raises:
        RecognitionError: if there is no Tesseract.
    """

    def __init__(self, language: str = "deu", executable: Path | None = None, timeout: float = 45) -> None:
        found = executable or shutil.which("tesseract")
        if found is None:
            raise RecognitionError(
                "Für die Texterkennung fehlt das Programm Tesseract; "
                "bitte die Pakete tesseract-ocr und tesseract-ocr-deu installieren."
            )
        self._tesseract = Tesseract(Path(found), language, timeout)

    @classmethod
    def find(cls, language: str = "deu") -> TextRecognizer | None:
        """A recogniser with the Tesseract on the PATH; ``None`` if there is none."""
        return cls(language) if shutil.which("tesseract") else None

    @property
    def version(self) -> str:
        """Tesseract's version, such as "5.3.0"."""
        return self._tesseract.version

    def read(self, image: Image.Image, scale: float) -> RecognisedText:
        """The text of ``image``, which has ``scale`` pixels per point; no lines if nothing stands there.

        Raises:
            RecognitionError: if Tesseract cannot be started, lacks the language, fails or takes too long.
        """
        coloured = image.convert("RGB" if is_coloured(image) else "L")
        grey = with_even_paper(coloured.convert("L"))
        dpi = 72 * scale
        low, high = _GOOD_DPI
        zoom = low / dpi if dpi < _LEAST_DPI else high / dpi if dpi > _MOST_DPI else 1.0
        pixels = scale * zoom
        attempt = self._right_way_up(grey, zoom, pixels)
        attempt, stamp = self._without_stamp(coloured, attempt, zoom, pixels)
        straight = make_lines(attempt.words, np.asarray(attempt.page.image), pixels, mend_words) + stamp
        # The page's matrix is in pixels of both pictures; the lines are in points.
        matrix = attempt.page.matrix * np.array([pixels / scale, pixels / scale, 1 / scale])
        width, height = attempt.page.image.size
        text = RecognisedText(
            [], straight, width / pixels, height / pixels, attempt.page.rotation, attempt.page.skew, matrix
        )
        return replace(text, lines=text.placed(straight))

    def _attempt(self, page: Straightened, pixels: float) -> _Attempt:
        return _Attempt(page, self._tesseract.words(page.image, 72 * pixels))

    def _right_way_up(self, grey: Image.Image, zoom: float, pixels: float) -> _Attempt:
        """Read the page as its lines run; if that does not succeed, turn it as Tesseract says, or every other way."""
        along, slope = find_slope(grey)
        first: Rotation = 90 if along else 0
        attempt = self._attempt(straighten(grey, first, slope, zoom), pixels)
        if attempt.succeeded or not attempt.words:
            return attempt
        told = self._tesseract.rotation(straighten(grey, 0, 0.0, zoom).image, 72 * pixels)
        others: list[Rotation]
        if told is not None and told[1] >= _TURN_SURE:
            others = [told[0]]
        elif attempt.upright:
            others = [270 if along else 180]
        else:
            others = [0, 180] if along else [90, 270]
        attempts = [attempt]
        for rotation in others:
            if rotation == first or attempts[-1].succeeded:
                continue
            if (rotation - first) % 180:
                _, slope = find_slope(grey, along=not along)
            attempts.append(self._attempt(straighten(grey, rotation, slope, zoom), pixels))
        return max(attempts, key=lambda one: (one.upright, one.confidence))

    def _without_stamp(
        self, coloured: Image.Image, attempt: _Attempt, zoom: float, pixels: float
    ) -> tuple[_Attempt, list[Line]]:
        """A second reading without lighter ink, where that makes more of the page readable, and the ink's own lines."""
        page = attempt.page
        if coloured.mode == "L":
            light = page.image
        else:
            light = straighten(with_even_paper(colourless(coloured)), page.rotation, page.skew, zoom).image
        read = [word.box for word in attempt.words if word.confidence >= _READ and word.letters > 1]
        parted = part_inks(page.image, light, read)
        if parted is None:
            return attempt, []
        second = self._attempt(replace(page, image=parted.image), pixels)
        if second.worth <= attempt.worth:
            return attempt, []
        return second, self._stamp_lines(parted, pixels)

    def _stamp_lines(self, parted: Parted, pixels: float) -> list[Line]:
        """What can be read of a stamp by itself, as notes: it belongs to no paragraph of the page."""
        left, top = parted.box[0] - _STAMP_MARGIN, parted.box[1] - _STAMP_MARGIN
        right, bottom = parted.box[2] + _STAMP_MARGIN, parted.box[3] + _STAMP_MARGIN
        crop = parted.stamp.crop((left, top, right, bottom))
        _, slope = find_slope(crop, along=False, steepest=_STEEPEST_STAMP)
        level = straighten(crop, 0, slope)
        found = self._tesseract.words(level.image, 72 * pixels, ONE_BLOCK)
        words = [word for word in found if word.confidence >= _STAMP_READ and word.letters]
        letters = Counter({word.line: 0 for word in words})
        for word in words:
            letters[word.line] += word.letters
        words = [word for word in words if letters[word.line] >= _STAMP_LETTERS]
        if not words:
            return []
        boxes = level.given(np.array([word.box for word in words])) + np.array([left, top, left, top])
        placed = [replace(word, box=tuple(box)) for word, box in zip(words, boxes.tolist(), strict=True)]
        lines = make_lines(placed, np.asarray(parted.stamp), pixels)
        return [replace(line, mark="note", gap=2.0) for line in lines]
