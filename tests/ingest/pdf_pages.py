"""Draws PDF pages for tests and reads them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from corpus.typesetting.fonts import DEJAVU
from ingest.layout import RawDocument, RawPage
from ingest.readers import PdfReader

SANS = DEJAVU / "DejaVuSans.ttf"
needs_dejavu = pytest.mark.skipif(not SANS.is_file(), reason="DejaVu Sans (fonts-dejavu-core) is not installed")

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
Draw = Callable[[Canvas], object]
TOP = 760.0
FONT, BOLD, SIZE, PITCH = "Helvetica", "Helvetica-Bold", 11.0, 13.5
PageOf = Callable[[Draw], RawPage]
LEFT = [
    "In der linken Spalte steht ein Text, der",
    "sich über mehrere Zeilen hinzieht und am",
    "Ende der Spalte nicht aufhört. Vielmehr",
    "setzt er sich fort, und zwar so lange, bis",
    "die Spalte voll ist und der Satz in der",
]
RIGHT = [
    "nächsten Spalte weitergeht. Dort wird er",
    "beendet. Danach folgt noch ein weiterer",
    "Satz, der die rechte Spalte füllt, damit",
    "sie ebenso lang wird wie die linke und",
    "beide nebeneinander gut aussehen.",
]


def page_reader(tmp_path: Path) -> PageOf:
    """Reads the one page that a function draws."""
    return lambda draw: read_file(typeset(tmp_path / "seite.pdf", draw)).pages[0]


def typeset(path: Path, *pages: Draw) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for draw in pages:
        canvas.setFont(FONT, SIZE)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def read_file(path: Path) -> RawDocument:
    return PdfReader().read(path)


def texts(page: RawPage) -> list[str]:
    return [line.text for line in page.lines]


def show(
    canvas: Canvas, lines: Sequence[str], x: float = 70, y: float = TOP, *, font: str = FONT, size: float = SIZE
) -> float:
    """Draws lines below one another; returns the next one's baseline."""
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(x, y, line)
        y -= PITCH * size / SIZE
    return y


def dejavu(canvas: Canvas, size: float = SIZE) -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", str(SANS)))
    canvas.setFont("DejaVu", size)


def assert_boxes_are_sound(page: RawPage) -> None:
    """Every character but a blank has a box on the page, and a line's boxes go from left to right."""
    for line in page.lines:
        seen = ~np.isnan(line.boxes[:, 0])
        assert seen.tolist() == [character != " " for character in line.text]
        boxes = line.boxes[seen]
        assert (boxes[:, 2] >= boxes[:, 0]).all()
        assert (boxes[:, 3] > boxes[:, 1]).all()


def changed(path: Path, change: Callable[[DictionaryObject], None]) -> Path:
    """A copy of a file in which every dictionary has been changed."""
    writer = PdfWriter(clone_from=path)
    for item in writer._objects:
        if isinstance(item, DictionaryObject):
            change(item)
    target = path.with_name(f"anders-{path.name}")
    writer.write(target)
    return target


def changed_unicode_map(path: Path, codes: dict[str, str]) -> Path:
    """A copy of a file whose fonts give other characters for some glyphs."""

    def change(item: DictionaryObject) -> None:
        if "/ToUnicode" in item:
            stream = cast("DecodedStreamObject", item["/ToUnicode"])
            table = stream.get_data().decode("latin-1")
            for old, new in codes.items():
                table = table.replace(f"<{ord(old):04X}>", f"<{ord(new):04X}>")
            stream.set_data(table.encode("latin-1"))

    return changed(path, change)


def renamed_font(path: Path, name: str, skip: str = "Helvetica") -> Path:
    """A copy of a file whose fonts are called ``name``, except ``skip``."""

    def change(item: DictionaryObject) -> None:
        for key in ("/BaseFont", "/FontName"):
            if key in item and skip not in str(item[key]):
                item[NameObject(key)] = NameObject(f"/{name}")

    return changed(path, change)


def in_mode(canvas: Canvas, mode: int, x: float, y: float, text: str, size: float = SIZE) -> None:
    writer = canvas.beginText(x, y)
    writer.setFont(FONT, size)
    writer.setTextRenderMode(mode)
    writer.textOut(text)
    writer.setTextRenderMode(0)
    canvas.drawText(writer)


def picture() -> ImageReader:
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(180, 255, (120, 80), dtype=np.uint8)).save(data, "PNG")
    data.seek(0)
    return ImageReader(data)
