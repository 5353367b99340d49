"""Typesets ``vorlage.txt``, the text of the real Vorlage, as the PDF that it once was.

``python -m corpus.typesetting.vorlage [TARGET]`` writes the same bytes on each run: the file is committed, and a test
sets it again. That is also why the streams stay uncompressed: the bytes then do not hang on the version of zlib.

Every line of the text is one line of the PDF. Where the pages break, the text says only once: the ``2`` alone on a line
is the number that page 2 shows. The break before ``INFERRED_BREAK`` is inferred (the line starts with a blank like the
first line of page 1, and page 2 is nearly full there), and so is the number 3: it is layout, not text of the source.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from corpus.errors import AktenkundigError, UnreadableFileError
from corpus.typesetting import fonts as installed

AKTE = Path(__file__).resolve().parents[1] / "akten" / "kommunales-integrationszentrum"
SOURCE = AKTE / "vorlage.txt"
TARGET = AKTE / "vorlage.pdf"
FONT_DIRECTORY = installed.LIBERATION

INFERRED_BREAK = "Es ist zudem zu erwarten"
HEADINGS = frozenset({"Beschlussvorschlag:", "Vorbemerkungen/Erläuterungen:", "Anlage:", "Anhänge:"})
REFERENCE = "hier: "
LIST_ITEM = re.compile(r"\d+\.\) ")

REGULAR = "LiberationSans-Regular"
BOLD = "LiberationSans-Bold"
SIZE = 11.0
LEADING = 12.65
"""The single line spacing of a word processor for 11 pt Arial: with it, page 2 is nearly full, as on paper."""
ITEM_GAP = 0.2
"""Lines of space for the empty lines inside list items: traces of the conversion, not paragraphs."""
MARGIN = 2.5 * cm
NUMBER_FROM_TOP = 1.5 * cm
FORM_HEAD = 3.5 * cm
"""Left free at the top of page 1, where a Vorlage bears the head of its form; the source has no text of it."""

# Without a fixed date, reportlab's invariant mode claims 1 January 2000, which a reader might take for the Vorlage's.
TYPESET_ON = "D:20261122000000+00'00'"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source; ``gap`` is the space above it in lines.

    ``under`` is the opening of an earlier line ("hier: ", "2.) ") under whose remainder this line stands.
    """

    text: str
    bold: bool = False
    under: str = ""
    gap: float = 0.0

    @property
    def font(self) -> str:
        """The font that the line is set in."""
        return BOLD if self.bold else REGULAR


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page and the number at its top, which page 1 does not show."""

    number: str | None
    lines: tuple[Line, ...]


def split_pages(text: str) -> list[tuple[str | None, list[str]]]:
    """The lines of each page with the page's printed number, by the two kinds of break that the module describes."""
    pages: list[tuple[str | None, list[str]]] = [(None, [])]
    for line in text.splitlines():
        following = str(len(pages) + 1)
        if line.strip() == following:
            pages.append((following, []))
        elif line.strip().startswith(INFERRED_BREAK):
            pages.append((following, [line]))
        else:
            pages[-1][1].append(line)
    return pages


def arrange(text: str) -> list[Sheet]:
    """Decide for every line where and how it is set; runs of blanks inside a line become one."""
    sheets: list[Sheet] = []
    in_subject = True
    under = ""
    for number, source_lines in split_pages(text):
        lines: list[Line] = []
        gap = 0.0
        for source_line in source_lines:
            words = " ".join(source_line.split())
            if not words:
                gap += 1.0
                continue
            if words in HEADINGS:
                in_subject = False
                under = ""
            item = LIST_ITEM.match(words)
            opens = bool(item) or (in_subject and words.startswith(REFERENCE))
            in_item = bool(under) and not in_subject
            lines.append(
                Line(
                    text=words,
                    bold=in_subject or words in HEADINGS,
                    under="" if opens else under,
                    gap=0.0 if not lines else min(gap, ITEM_GAP) if in_item else gap,
                )
            )
            if opens:
                under = item.group() if item else REFERENCE
            gap = 0.0
        sheets.append(Sheet(number, tuple(lines)))
    return sheets


def toolchain() -> str:
    """The versions that the bytes hang on, see :func:`corpus.typesetting.fonts.toolchain`."""
    return installed.toolchain(REGULAR)


def draw(sheets: Sequence[Sheet]) -> bytes:
    """The finished PDF; a line or page that does not fit is an error, because nothing may be cut off unseen."""
    # Where a build sets this date, reportlab mixes it into the file's ID, and the bytes would hang on the environment.
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    width, height = A4
    buffer = BytesIO()
    canvas = Canvas(
        buffer, pagesize=A4, pageCompression=0, invariant=1, lang="de", initialFontName=REGULAR, initialFontSize=SIZE
    )
    canvas.setTitle("Vorlage: Einrichtung eines Kommunalen Integrationszentrums")
    canvas.setAuthor("Rhein-Sieg-Kreis")
    canvas.setSubject("Vorlage zur Sitzung des Kreisausschusses am 17.03.2014")
    canvas.setCreator("aktenkundig, gesetzt aus vorlage.txt")
    canvas.setProducer(toolchain())
    canvas.setDateFormatter(lambda *_: TYPESET_ON)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for sheet in sheets:
        baseline = height - MARGIN
        if sheet.number is None:
            baseline -= FORM_HEAD
        else:
            canvas.setFont(REGULAR, SIZE)
            canvas.drawCentredString(width / 2, height - NUMBER_FROM_TOP, sheet.number)
        for line in sheet.lines:
            baseline -= LEADING * (1 + line.gap)
            left = MARGIN + pdfmetrics.stringWidth(line.under, line.font, SIZE)
            right = left + pdfmetrics.stringWidth(line.text, line.font, SIZE)
            if baseline < MARGIN or right > width - MARGIN:
                raise AktenkundigError(f"Die Zeile „{line.text}“ passt nicht auf die Seite; bitte den Satz anpassen.")
            canvas.setFont(line.font, SIZE)
            canvas.drawString(left, baseline, line.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def typeset(source: Path = SOURCE, target: Path = TARGET, fonts: Path = FONT_DIRECTORY) -> None:
    """Set the text file ``source`` as the PDF file ``target``."""
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"Der Text {source} ist nicht lesbar; bitte die Datei prüfen.") from error
    installed.register((REGULAR, BOLD), fonts)
    content = draw(arrange(text))
    try:
        target.write_bytes(content)
    except OSError as error:
        raise UnreadableFileError(f"Die Datei {target} lässt sich nicht schreiben; bitte den Pfad prüfen.") from error


def main(arguments: Sequence[str]) -> int:
    """The command line: at most one argument, the file to write."""
    try:
        typeset(target=Path(arguments[0]) if arguments else TARGET)
    except AktenkundigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
