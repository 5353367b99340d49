"""Paper that has gone through a scanner: words set on a sheet, and the picture that a scanner makes of it.

A :class:`Paper` remembers where each word's ink is, and :meth:`Scan.move` follows it through the skew and the turning,
so that the picture comes with its ground truth. All noise is drawn from a seeded generator and added with integers:
what the processor makes of floating-point numbers does not change a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from PIL.ImageFont import FreeTypeFont

from corpus.errors import UnreadableFileError
from corpus.types import Box
from corpus.typesetting.fonts import LIBERATION

DPI = 200
SIZE = (1654, 2339)
"""A4 in pixels."""
WHITE = 255
TONE_CELLS = (3, 4)
"""The unevenness of the light is this coarse: columns and rows of brightness, between which it changes smoothly."""

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


def pixels(millimetres: float) -> int:
    """A length on the paper in pixels."""
    return round(millimetres / 25.4 * DPI)


def load_font(name: str, points: float, directory: Path = LIBERATION) -> FreeTypeFont:
    """A Liberation font at a size in points.

    Raises:
        UnreadableFileError: the font's file is missing or damaged.
    """
    file = directory / f"{name}.ttf"
    try:
        return ImageFont.truetype(file, points / 72 * DPI, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise UnreadableFileError(
            f"Die Schrift {file} fehlt oder ist nicht lesbar; bitte das Debian-Paket fonts-liberation installieren."
        ) from error


def turned(point: Point, degrees: float, centre: Point) -> Point:
    """The point after a turn about ``centre``, counter-clockwise as seen, as Pillow turns pictures."""
    angle = math.radians(degrees)
    x, y = point[0] - centre[0], point[1] - centre[1]
    return (
        centre[0] + math.cos(angle) * x + math.sin(angle) * y,
        centre[1] - math.sin(angle) * x + math.cos(angle) * y,
    )


@dataclass(frozen=True, slots=True)
class InkedWord:
    """A word and the four corners of its ink on the paper in pixels; ``stamp`` tells that a stamp bears it."""

    text: str
    corners: Quad
    stamp: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """A framed stamp of a few centred lines; ``centre`` in millimetres on the paper, ``tilt`` in degrees."""

    lines: tuple[str, ...]
    centre: Point
    tilt: float
    font: str = "LiberationSans-Bold"
    size: float = 15.0
    colour: tuple[int, int, int] = (70, 92, 138)
    opacity: float = 0.72


@dataclass
class Paper:
    """A sheet of A4; ``lines`` is its text in reading order, without what is stamped."""

    picture: Image.Image = field(default_factory=lambda: Image.new("L", SIZE, WHITE))
    words: list[InkedWord] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    stamp: Stamp | None = None

    def write(self, text: str, left: float, baseline: float, font: FreeTypeFont, ink: int) -> None:
        """Set one word with its ink's grey level (0 is black); ``left`` and ``baseline`` in pixels."""
        corner = (round(left), round(baseline))
        ImageDraw.Draw(self.picture).text(corner, text, fill=ink, font=font, anchor="ls")
        self.words.append(InkedWord(text, _corners(font.getbbox(text, anchor="ls"), corner)))

    def rule(self, left: float, right: float, y: float, thickness: int = 2) -> None:
        """Draw a horizontal line."""
        ImageDraw.Draw(self.picture).line((round(left), round(y), round(right), round(y)), fill=70, width=thickness)

    def scribble(self, left: float, baseline: float, generator: np.random.Generator) -> None:
        """Draw a signature that is no name: strokes up and down that grow lower from left to right, and a last one."""
        strokes = int(generator.integers(9, 14))
        handles: list[Point] = [(left, baseline - 20)]
        for stroke in range(strokes):
            height = int(generator.integers(25, 75)) * (strokes - stroke) // strokes + 8
            way = -height if stroke % 2 == 0 else height // 3
            handles.append((handles[-1][0] + int(generator.integers(4, 34)), baseline - 30 + way))
        end = handles[-1][0]
        handles += [(end + 60, baseline - 34), (end + 150, baseline - 52), (end + 210, baseline - 46)]
        points: list[Point] = []
        for before, at, after in zip(handles, handles[1:], handles[2:], strict=False):
            # A quadratic curve between the middles of two strokes, bent towards the point where they meet.
            start, goal = _middle(before, at), _middle(at, after)
            for step in range(16):
                t = step / 16
                points.append(
                    (
                        (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * at[0] + t**2 * goal[0],
                        (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * at[1] + t**2 * goal[1],
                    )
                )
        ImageDraw.Draw(self.picture).line(points, fill=60, width=4, joint="curve")

    def marks(self) -> list[InkedWord]:
        """All words with those of the stamp."""
        return [*self.words, *(_stamped(self.stamp)[1] if self.stamp else [])]


def _middle(first: Point, second: Point) -> Point:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def _corners(box: tuple[float, float, float, float], origin: Point) -> Quad:
    """A box relative to ``origin`` as corners on the paper."""
    x0, y0, x1, y1 = box[0] + origin[0], box[1] + origin[1], box[2] + origin[0], box[3] + origin[1]
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _stamped(stamp: Stamp) -> tuple[Image.Image, list[InkedWord]]:
    """The stamp alone, as white on a black sheet, and its words."""
    mask = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(mask)
    font = load_font(stamp.font, stamp.size)
    centre = (pixels(stamp.centre[0]), pixels(stamp.centre[1]))
    leading = round(stamp.size * 1.35 / 72 * DPI)
    width = round(max(font.getlength(line) for line in stamp.lines))
    top = centre[1] - leading * len(stamp.lines) // 2
    placed: list[tuple[str, Quad]] = []
    for index, line in enumerate(stamp.lines):
        left = centre[0] - font.getlength(line) / 2
        baseline = top + leading * index + leading * 3 // 4
        for word in line.split():
            corner = (round(left), baseline)
            draw.text(corner, word, fill=WHITE, font=font, anchor="ls")
            placed.append((word, _corners(font.getbbox(word, anchor="ls"), corner)))
            left += font.getlength(f"{word} ")
    edge = (centre[0] - width // 2 - 30, top - 18, centre[0] + width // 2 + 30, top + leading * len(stamp.lines) + 18)
    draw.rectangle(edge, outline=WHITE, width=6)
    words = [InkedWord(text, _turned_quad(quad, stamp.tilt, centre), stamp=True) for text, quad in placed]
    return mask.rotate(stamp.tilt, Image.Resampling.BICUBIC, center=centre), words


def _turned_quad(quad: Quad, degrees: float, centre: Point) -> Quad:
    first, second, third, fourth = (turned(point, degrees, centre) for point in quad)
    return (first, second, third, fourth)


@dataclass(frozen=True, slots=True)
class Scan:
    """How a sheet lay in the scanner and what the scanner made of it.

    Attributes:
        seed: of the noise.
        skew: of the sheet in degrees, counter-clockwise.
        upside_down: whether the sheet lay the wrong way round.
        black_and_white: whether the scanner knows only black and white; otherwise grey, with a stamp in colour.
        light: the darkest and the lightest grey level of the white paper.
        grain: the largest deviation of a pixel.
        holes: whether the sheet is punched.
        dust: how many specks lie on the glass.
    """

    seed: int
    skew: float
    upside_down: bool = False
    black_and_white: bool = False
    light: tuple[int, int] = (226, 250)
    grain: int = 14
    holes: bool = False
    dust: int = 0

    def move(self, corners: Sequence[Point]) -> list[Point]:
        """Where points of the paper lie in the picture, in pixels."""
        width, height = SIZE
        moved = [turned(point, self.skew, (width / 2, height / 2)) for point in corners]
        return [(width - x, height - y) for x, y in moved] if self.upside_down else moved

    def box(self, word: InkedWord, page: int) -> Box:
        """The upright box around a word's ink on page ``page`` (0-based), in points as displayed."""
        xs, ys = zip(*self.move(word.corners), strict=True)
        scale = 72 / DPI
        return Box(page, min(xs) * scale, min(ys) * scale, max(xs) * scale, max(ys) * scale)

    def picture(self, paper: Paper) -> Image.Image:
        """The picture of the sheet: mode ``1``, ``L``, or ``RGB`` where it is stamped."""
        generator = np.random.Generator(np.random.PCG64(self.seed))
        sheet = self._stamped(paper, generator)
        if self.holes:
            _punch(sheet)
        sheet = sheet.rotate(self.skew, Image.Resampling.BICUBIC, fillcolor=(WHITE,) * len(sheet.getbands()))
        _strew(sheet, self.dust, generator)
        sheet = sheet.filter(ImageFilter.GaussianBlur(0.7))
        lit = ImageChops.multiply(sheet, _patches(generator, TONE_CELLS, self.light).convert(sheet.mode))
        scanned = self._grained(lit, generator)
        if self.black_and_white:
            # The threshold is a plain comparison; Pillow's own conversion to black and white would dither.
            scanned = scanned.point([0] * 150 + [WHITE] * 106, "1")
        return scanned.transpose(Image.Transpose.ROTATE_180) if self.upside_down else scanned

    def _stamped(self, paper: Paper, generator: np.random.Generator) -> Image.Image:
        if paper.stamp is None:
            return paper.picture.copy()
        mask, _ = _stamped(paper.stamp)
        # A stamp takes its ink unevenly; what shows through it is the text.
        full = round(WHITE * paper.stamp.opacity)
        pressure = _patches(generator, (40, 56), (full * 2 // 3, full))
        page = paper.picture.convert("RGB")
        tinted = ImageChops.multiply(page, Image.new("RGB", SIZE, paper.stamp.colour))
        return Image.composite(tinted, page, ImageChops.multiply(mask, pressure))

    def _grained(self, picture: Image.Image, generator: np.random.Generator) -> Image.Image:
        """The picture with the sensor's noise: the sum of two even draws, of which small ones are the commonest."""
        half = self.grain // 2
        noise = sum(generator.integers(-half, half + 1, SIZE[::-1], dtype=np.int16) for _ in range(2))
        values = np.asarray(picture).astype(np.int16)
        values += noise if values.ndim == 2 else np.asarray(noise)[:, :, None]
        return Image.fromarray(values.clip(0, WHITE).astype(np.uint8))


def _patches(generator: np.random.Generator, cells: tuple[int, int], levels: tuple[int, int]) -> Image.Image:
    """Smoothly changing grey over the page between two levels, from random values at ``cells`` (columns, rows)."""
    values = generator.integers(levels[0], levels[1] + 1, cells[::-1], dtype=np.uint8)
    return Image.fromarray(values).resize(SIZE, Image.Resampling.BICUBIC)


def _punch(sheet: Image.Image) -> None:
    """The two holes of a file (ISO 838: 80 mm apart, 12 mm from the edge), dark as the scanner's lid."""
    draw = ImageDraw.Draw(sheet)
    x, radius = pixels(12), pixels(3)
    for y in (SIZE[1] // 2 - pixels(40), SIZE[1] // 2 + pixels(40)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(60,) * len(sheet.getbands()))


def _strew(sheet: Image.Image, count: int, generator: np.random.Generator) -> None:
    """Dust on the scanner's glass, which the sheet's skew does not turn."""
    draw = ImageDraw.Draw(sheet)
    for _ in range(count):
        x, y = int(generator.integers(0, SIZE[0])), int(generator.integers(0, SIZE[1]))
        width, height = (int(side) for side in generator.integers(1, 4, 2))
        draw.ellipse((x, y, x + width, y + height), fill=(40,) * len(sheet.getbands()))
