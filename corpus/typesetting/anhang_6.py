r"""Typesets the example of Anhang 6: a list of eight letters, and the letters as scans without any text layer.

``python -m corpus.typesetting.anhang_6`` writes the same bytes with the same libraries; they are named as Producer.
What character recognition should find is known: :func:`true_text` and :func:`true_words`.

The source holds one page between two form feeds. A block ends at an empty line; its first character says what it is::

    # letterhead          #. a smaller line of it    ## subject    > flush right
    | a line that is kept, or | the cells | of a row
    ~ a signature         1. an item          anything else: a paragraph, in which \- allows a word to be divided
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import PIL
from PIL import features
from PIL.ImageFont import FreeTypeFont
from reportlab.pdfbase.ttfonts import TTFontFile

from corpus.errors import AktenkundigError
from corpus.types import Box
from corpus.typesetting.example import AUTHOR, EXAMPLES, MARKER, SOURCES, read_source, run, write
from corpus.typesetting.fonts import LIBERATION, SANS, SERIF
from corpus.typesetting.picture_pdf import picture_pdf
from corpus.typesetting.scan import DPI, SIZE, Paper, Scan, Stamp, load_font, pixels
from corpus.typesetting.vorlage import TYPESET_ON

TITLE = "Anhang 6: Stellungnahmen der Städte und Gemeinden"
SOURCE = SOURCES / "anhang-6.txt"
TARGET = EXAMPLES / "anhang-6.pdf"

MONO = "LiberationMono"
NARROW = "LiberationSansNarrow"

LEFT, RIGHT = pixels(25), SIZE[0] - pixels(20)
TOP, BOTTOM = pixels(28), SIZE[1] - pixels(22)
MARKER_FROM_TOP = pixels(12)
MARKER_SIZE = 9.5
STOPS = tuple(pixels(stop) for stop in (0, 16, 52, 92))
"""Where the cells of a row begin, from the left margin."""
NEVER_LAST = frozenset({"§", "v.", "Az.", "Mio.", "den"})
"""What is not parted from the word after it at the end of a line."""
Place = Literal["left", "centre", "right"]
QUALITY = 34
"""Of the JPEG pictures; a photocopier's mail is no better."""


@dataclass(frozen=True, slots=True)
class TrueWord:
    """A word that stands on the page and where its ink is; ``stamp`` tells that it is part of the stamp."""

    text: str
    box: Box
    stamp: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A page's type and paper: ``leading`` in em, ``head`` where the letterhead stands, ``ink`` the darkest grey."""

    scan: Scan
    family: str = SANS
    size: float = 11.0
    leading: float = 1.32
    head: Place = "left"
    head_size: float = 15.0
    ruled: bool = False
    justified: bool = False
    ink: int = 30
    stamp: Stamp | None = None


LOOKS = (
    Look(Scan(600, 0.4, black_and_white=True, holes=True, dust=40), head="centre"),
    Look(Scan(603, -0.7, light=(218, 248)), ruled=True),
    Look(Scan(605, 0.6, black_and_white=True, dust=70), SERIF, 12.0, 1.25, head="centre", head_size=17.0, ruled=True),
    Look(
        Scan(607, 1.1, light=(222, 246), holes=True),
        MONO,
        10.5,
        1.4,
        head_size=12.5,
        ink=52,
        stamp=Stamp(("EINGEGANGEN", "12. Feb. 2014"), (120, 96), 7.5),
    ),
    Look(Scan(608, -0.5, light=(232, 252), grain=10), SERIF, 12.0, 1.25, head="right", justified=True),
    Look(
        Scan(611, 1.8, black_and_white=True, light=(206, 250), dust=110), SANS, 11.5, 1.3, head="centre", head_size=20.0
    ),
    Look(Scan(612, -0.9, light=(214, 244)), SERIF, 12.5, 1.28, head="centre", head_size=18.0, ruled=True, ink=22),
    Look(Scan(614, 0.7, upside_down=True, black_and_white=True, dust=60), MONO, 11.0, 1.35, head_size=13.0, ink=48),
    Look(Scan(616, -1.4, light=(210, 248), holes=True), NARROW, 12.5, 1.3, ruled=True),
)


class Setter:
    """Sets one page of the source on paper, from top to bottom."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.paper = Paper(stamp=look.stamp)
        self.generator = np.random.Generator(np.random.PCG64(look.scan.seed + 1000))
        # Liberation Sans Narrow calls its files like the other families.
        self.regular = load_font(f"{look.family}-Regular", look.size)
        self.bold = load_font(f"{look.family}-Bold", look.size)
        self.leading = look.size * look.leading / 72 * DPI
        self.y = float(TOP)

    def set_page(self, source: str) -> Paper:
        """Set the marker and every block.

        Raises:
            AktenkundigError: the text is longer than the page, or a word longer than the line.
        """
        self._placed(MARKER, load_font(f"{SANS}-Bold", MARKER_SIZE), "centre", MARKER_FROM_TOP)
        before = ""
        for block in re.split(r"\n\s*\n", source.strip()):
            lines = block.split("\n")
            if before:
                self._gap(before, block)
            for lines_of_one_kind in _runs(lines):
                self._block(lines_of_one_kind)
            before = lines[0]
        if self.y > BOTTOM:
            raise AktenkundigError(f"Die Seite „{source.strip()[:40]}“ ist zu lang; bitte den Text kürzen.")
        return self.paper

    def _gap(self, before: str, block: str) -> None:
        """The space between two blocks, of the first of which the first line is given."""
        if before.startswith("# ") and self.look.ruled:
            self.paper.rule(LEFT, RIGHT, self.y - self.leading * 0.4)
        wide = before.startswith("# ") or block.startswith(("## ", "> "))
        self.y += (1.6 if wide else 0.75) * self.leading

    def _block(self, lines: list[str]) -> None:
        """Set lines of one kind."""
        texts = [line.partition(" ")[2] for line in lines]
        match _kind(lines[0]):
            case "#" | "#." as kind:
                for text in texts:
                    self._letterhead(text, small=kind == "#.")
            case "##":
                for text in texts:
                    self._next([(LEFT, text)], self.bold)
            case ">":
                left = RIGHT - max(self.regular.getlength(text) for text in texts)
                for text in texts:
                    self._next([(left, text)])
            case "|":
                for text in texts:
                    cells = text.split(" | ")
                    font = self.bold if cells[0] == "Nr." else self.regular
                    self._next([(LEFT + stop, cell) for stop, cell in zip(STOPS, cells, strict=False)], font)
            case "~":
                self.y += self.leading * 2
                self.paper.scribble(LEFT + pixels(4), self.y - self.leading * 0.7, self.generator)
                self.y += self.leading * 0.3
            case _:
                self._paragraph(" ".join(lines))

    def _letterhead(self, text: str, *, small: bool) -> None:
        size = self.look.size if small else self.look.head_size
        font = self.regular if small else load_font(f"{self.look.family}-Bold", size)
        self._placed(text, font, self.look.head, self.y)
        self.y += self.leading if small else size * 1.45 / 72 * DPI

    def _paragraph(self, text: str) -> None:
        """Set a paragraph, or an item whose text hangs beside its number."""
        number = re.match(r"(\d+\.) ", text)
        left = LEFT + (pixels(8) if number else 0)
        rows = list(_wrap(text[number.end() if number else 0 :].split(), self.regular, RIGHT - left))
        for index, words in enumerate(rows):
            pieces: list[tuple[float, str]] = [(left, " ".join(words))]
            if number and index == 0:
                pieces.insert(0, (LEFT, number[1]))
            self._next(pieces, stretched=self.look.justified and index < len(rows) - 1)

    def _next(
        self, pieces: Sequence[tuple[float, str]], font: FreeTypeFont | None = None, *, stretched: bool = False
    ) -> None:
        """Set pieces of text from their left ends on as one line; ``stretched``, the last one ends at the margin."""
        for index, (left, text) in enumerate(pieces):
            self._set(text, font or self.regular, self.y, left, stretched=stretched and index == len(pieces) - 1)
        self.paper.lines.append(" ".join(text for _, text in pieces))
        self.y += self.leading

    def _placed(self, text: str, font: FreeTypeFont, place: Place, baseline: float) -> None:
        """Set a line at the left, in the centre of the paper or at the right."""
        width = font.getlength(text)
        left = {"left": LEFT, "centre": (SIZE[0] - width) / 2, "right": RIGHT - width}[place]
        self._set(text, font, baseline, left)
        self.paper.lines.append(text)

    def _set(self, text: str, font: FreeTypeFont, baseline: float, left: float, *, stretched: bool = False) -> None:
        """Set a text word by word."""
        words = text.split()
        blank = font.getlength(" ")
        width = sum(font.getlength(word) for word in words) + blank * (len(words) - 1)
        if width > RIGHT - left + 1:
            raise AktenkundigError(f"Die Zeile „{text}“ ist zu lang; bitte den Text kürzen.")
        if stretched and len(words) > 1:
            blank += (RIGHT - left - width) / (len(words) - 1)
        for word in words:
            # No two words take the ribbon's or the toner's ink alike.
            self.paper.write(word, left, baseline, font, self.look.ink + int(self.generator.integers(0, 25)))
            left += font.getlength(word) + blank


def _runs(lines: list[str]) -> Iterator[list[str]]:
    """The lines of a block in runs of one kind, as a letterhead with a smaller line below it."""
    current: list[str] = []
    for line in lines:
        if current and _kind(line) != _kind(current[-1]):
            yield current
            current = []
        current.append(line)
    yield current


def _kind(line: str) -> str:
    mark = line.split(" ", 1)[0]
    return mark if mark in {"#", "#.", "##", ">", "|", "~"} else ""


def _wrap(words: list[str], font: FreeTypeFont, width: float) -> Iterator[list[str]]:
    r"""Lines as full as they can be; ``\-`` in a word is where it may be divided."""
    line: list[str] = []
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        whole = word.replace("\\-", "")
        if font.getlength(" ".join([*line, whole])) <= width:
            line.append(whole)
            continue
        parts = word.split("\\-")
        for count in range(len(parts) - 1, 0, -1):
            head = "".join(parts[:count]) + "-"
            if font.getlength(" ".join([*line, head])) <= width:
                line.append(head)
                word = "\\-".join(parts[count:])
                break
        else:
            if line and line[-1] in NEVER_LAST:
                waiting.append(word)
                word = line.pop()
        waiting.append(word)
        if not line:
            raise AktenkundigError(f"Das Wort „{whole}“ ist länger als eine Zeile; bitte mit \\- trennen.")
        yield line
        line = []
    if line:
        yield line


def _page_sources(source: Path) -> list[str]:
    pages = read_source(source).split("\f")
    if len(pages) != len(LOOKS):
        raise AktenkundigError(f"{source} hat {len(pages)} statt {len(LOOKS)} Seiten; bitte den Text prüfen.")
    return pages


def papers(source: Path = SOURCE) -> list[Paper]:
    """The set pages before they are scanned.

    Raises:
        AktenkundigError: the source does not have as many pages as there are looks, or a page is too long.
    """
    return [Setter(look).set_page(page) for look, page in zip(LOOKS, _page_sources(source), strict=True)]


def _paper(page: int) -> Paper:
    return Setter(LOOKS[page]).set_page(_page_sources(SOURCE)[page])


def true_words(page: int) -> list[TrueWord]:
    """Every word of page ``page`` (0-based) in reading order, then the stamp's; boxes in points as displayed."""
    scan = LOOKS[page].scan
    return [TrueWord(word.text, scan.box(word, page), word.stamp) for word in _paper(page).marks()]


def true_text(page: int) -> str:
    """The lines of page ``page`` (0-based) as they stand there, divided words included, without the stamp."""
    return "\n".join(_paper(page).lines)


def toolchain() -> str:
    """The versions that the bytes hang on; the PDF names them as Producer, so that a test compares like with like."""
    major, minor = TTFontFile(str(LIBERATION / f"{SANS}-Regular.ttf"), charInfo=0).fontRevision
    libraries = {"FreeType": "freetype2", "libjpeg-turbo": "libjpeg_turbo", "libtiff": "libtiff"}
    versions = [f"{name} {features.version(feature)}" for name, feature in libraries.items()]
    parts = [f"Pillow {PIL.__version__}", *versions, f"NumPy {np.__version__}"]
    return ", ".join([*parts, f"Liberation Sans {major + minor / 65536:.2f}"])


def draw(pages: list[Paper]) -> bytes:
    """The finished PDF: one picture a page, black and white ones by the fax standard (Group 4), the others as JPEG."""
    metadata = {
        "Title": TITLE,
        "Author": AUTHOR,
        "Subject": MARKER,
        "Keywords": f"{MARKER}, Beispieldokument, frei erfunden, nicht amtlich",
        "Creator": "aktenkundig, gesetzt aus einem Beispieltext",
        "Producer": toolchain(),
        "CreationDate": TYPESET_ON,
        "ModDate": TYPESET_ON,
    }
    pictures = [look.scan.picture(paper) for look, paper in zip(LOOKS, pages, strict=True)]
    return picture_pdf(pictures, DPI, QUALITY, metadata)


def typeset(target: Path = TARGET) -> None:
    """Write the PDF."""
    write(draw(papers()), target)


if __name__ == "__main__":
    sys.exit(run(typeset))
