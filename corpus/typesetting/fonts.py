"""The fonts that the typeset documents embed: Liberation, and DejaVu Sans for the tick boxes that Liberation lacks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from corpus.errors import UnreadableFileError

LIBERATION = Path("/usr/share/fonts/truetype/liberation")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")

SANS = "LiberationSans"
SERIF = "LiberationSerif"
SYMBOLS = "DejaVuSans"
"""Has ☐ (U+2610) and ☒ (U+2612)."""

PACKAGES = {LIBERATION: "fonts-liberation", DEJAVU: "fonts-dejavu-core"}


def register(names: Iterable[str], directory: Path, package: str = "fonts-liberation") -> None:
    """Make fonts known to reportlab, which embeds the part of them that is used.

    Raises:
        UnreadableFileError: a font's file is missing or damaged.
    """
    for name in names:
        file = directory / f"{name}.ttf"
        try:
            pdfmetrics.registerFont(TTFont(name, str(file)))
        except (TTFError, OSError) as error:
            raise UnreadableFileError(
                f"Die Schrift {file} fehlt oder ist nicht lesbar; bitte das Debian-Paket {package} installieren."
            ) from error


def register_families(liberation: Path = LIBERATION, dejavu: Path = DEJAVU) -> None:
    """Make Liberation Sans and Serif with their bold and italic cuts known, and the font of the tick boxes."""
    for family in (SANS, SERIF):
        cuts = [f"{family}-{cut}" for cut in ("Regular", "Bold", "Italic", "BoldItalic")]
        register(cuts, liberation, PACKAGES[LIBERATION])
        # Under its bare name the family answers to <b> and <i> in the text of a paragraph.
        pdfmetrics.registerFontFamily(cuts[0], *cuts)
    register([SYMBOLS], dejavu, PACKAGES[DEJAVU])


def toolchain(*names: str) -> str:
    """The versions that the bytes hang on; a PDF names them as Producer, so that a test compares like with like."""
    versions = [f"ReportLab {reportlab.Version}"]
    for name in names:
        major, minor = pdfmetrics.getFont(name).face.fontRevision
        family = name.partition("-")[0].removesuffix("Sans").removesuffix("Serif")
        kind = name.partition("-")[0].removeprefix(family)
        versions.append(f"{family} {kind} {major + minor / 65536:.2f}")
    return ", ".join(versions)
