"""Nasty scans: images without text, upside down, skewed, with a hidden layer, and pages that are half of each."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from tests.stress.drawing import (
    DECISION,
    FUNDING,
    LETTER,
    MAYORS,
    OFFICE,
    SCHEDULE,
    draw_image,
    new_canvas,
    page_image,
    write,
    write_all,
)
from tests.stress.nasty import Nasty

NO_RECOGNITION = "keinen lesbaren Text|Texterkennung"
"""What may be said of a scan where no character recognition is installed."""


def scan(path: Path) -> None:
    canvas = new_canvas(path)
    draw_image(canvas, page_image())
    canvas.save()


def upside_down(path: Path) -> None:
    canvas = new_canvas(path)
    draw_image(canvas, page_image().rotate(180))
    canvas.save()


def lying(path: Path) -> None:
    """A page that was put into the scanner sideways."""
    canvas = new_canvas(path, (842, 595))
    draw_image(canvas, page_image().rotate(90, expand=True), width=842, height=595)
    canvas.save()


def skewed(path: Path) -> None:
    """Two degrees aslant, speckled, a little out of focus."""
    image = page_image().rotate(2, fillcolor=255, resample=Image.Resampling.BICUBIC)
    dots = random.Random(1)  # noqa: S311 - the same dust each time
    draw = ImageDraw.Draw(image)
    for _ in range(300):
        draw.point((dots.randrange(image.width), dots.randrange(image.height)), 90)
    canvas = new_canvas(path)
    draw_image(canvas, image.filter(ImageFilter.GaussianBlur(0.7)))
    canvas.save()


def hidden_layer(path: Path) -> None:
    """A scan whose recognised text lies invisibly behind it, as scanners deliver it."""
    canvas = new_canvas(path)
    draw_image(canvas, page_image())
    text = canvas.beginText(60, 775)
    text.setFont("Helvetica", 11)
    text.setTextRenderMode(3)
    for paragraph in LETTER:
        words = paragraph.split()
        for start in range(0, len(words), 12):
            text.textLine(" ".join(words[start : start + 12]))
        text.textLine("")
    canvas.drawText(text)
    canvas.save()


def broken_hidden_layer(path: Path) -> None:
    """A scan with a layer that an old program recognised as good as nothing in."""
    canvas = new_canvas(path)
    draw_image(canvas, page_image())
    text = canvas.beginText(60, 775)
    text.setFont("Helvetica", 11)
    text.setTextRenderMode(3)
    for _ in range(20):
        text.textLine("l)cr Krc1sl:ag b~sch1i€ßl; ¡uf V0rsch|ag d€r V€rw:Itung. |!:,;' ~^ .:,l1I|")
    canvas.drawText(text)
    canvas.save()


def stamp_on_scan(path: Path) -> None:
    """A scan on which the session service printed one real line."""
    canvas = new_canvas(path)
    draw_image(canvas, page_image())
    write(canvas, "Anlage 6 zur Vorlage 123/2014", x=350, y=815, size=9)
    canvas.save()


def half_and_half(path: Path) -> None:
    """The upper half is text, the lower half a scanned letter."""
    canvas = new_canvas(path)
    write_all(canvas, DECISION, FUNDING)
    image = page_image(MAYORS, SCHEDULE)
    part = image.crop((0, 0, image.width, image.height // 3))
    draw_image(canvas, part, y=150, height=842 / 3)
    canvas.save()


def mixed_pages(path: Path) -> None:
    """One page of text, one scanned, one empty, one of text."""
    canvas = new_canvas(path)
    write_all(canvas, DECISION, FUNDING)
    canvas.showPage()
    draw_image(canvas, page_image(MAYORS, SCHEDULE))
    canvas.showPage()
    canvas.showPage()
    write_all(canvas, OFFICE)
    canvas.save()


def in_strips(path: Path) -> None:
    """A scan that the driver cut into forty strips."""
    image = page_image()
    canvas = new_canvas(path)
    height = image.height // 40
    for number in range(40):
        strip = image.crop((0, number * height, image.width, (number + 1) * height))
        draw_image(canvas, strip, y=842 - (number + 1) * 842 / 40, height=842 / 40)
    canvas.save()


def photograph(path: Path) -> None:
    """A picture without any letters."""
    canvas = new_canvas(path)
    image = Image.linear_gradient("L").resize((800, 1100)).rotate(20)
    draw_image(canvas, image)
    canvas.save()


def logo(path: Path) -> None:
    """A page of text with small pictures: they need no recognition."""
    canvas = new_canvas(path)
    write_all(canvas, *LETTER)
    for number in range(6):
        draw_image(canvas, Image.linear_gradient("L"), x=60 + 60 * number, y=300, width=40, height=40)
    canvas.save()


FILES = (
    Nasty("scan.pdf", scan, reads=LETTER, reports=NO_RECOGNITION),
    Nasty("scan-kopfueber.pdf", upside_down, reads=LETTER, reports=NO_RECOGNITION),
    Nasty("scan-quer.pdf", lying, reads=LETTER, reports=NO_RECOGNITION),
    Nasty("scan-schief.pdf", skewed, reads=(FUNDING, OFFICE), reports=NO_RECOGNITION),
    Nasty("scan-in-streifen.pdf", in_strips, reads=LETTER, reports=NO_RECOGNITION),
    Nasty("scan-mit-ebene.pdf", hidden_layer, reads=LETTER),
    Nasty(
        "scan-mit-kaputter-ebene.pdf", broken_hidden_layer, reads=(FUNDING,), reports=NO_RECOGNITION, absent=("Krc1sl",)
    ),
    Nasty("scan-mit-aufdruck.pdf", stamp_on_scan, reads=LETTER[1:], reports=NO_RECOGNITION),
    Nasty("halb-scan.pdf", half_and_half, reads=(DECISION, FUNDING, MAYORS, SCHEDULE)),
    Nasty(
        "seiten-gemischt.pdf",
        mixed_pages,
        reads=(DECISION, FUNDING, MAYORS, SCHEDULE, OFFICE),
        labels=("1", "2", "3", "4"),
    ),
    Nasty("foto.pdf", photograph, reports="keinen lesbaren Text"),
    Nasty("text-mit-bildchen.pdf", logo, reads=LETTER),
)
