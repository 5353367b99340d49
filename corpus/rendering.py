"""Pictures of pages for people: the same page, crop and rotation that a :class:`corpus.types.Box` refers to.

PDFium reports a page's size with crop box and rotation applied and draws it so; a picture of ``width`` pixels therefore
maps a box by the one factor ``width / page.width``, and a highlight drawn in percent lies on its words.
"""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2

from corpus.errors import UnreadableFileError
from corpus.pdfium import PDFIUM_LOCK

if TYPE_CHECKING:
    from PIL.Image import Image

_ROUNDING = 0.01
"""PDFium rounds a picture's sides up; a hundredth of a pixel less keeps 800 from becoming 801."""


def render_page(path: Path, index: int, width: int) -> bytes:
    """Draw page ``index`` (0-based) of the PDF at ``path`` as a PNG ``width`` pixels wide.

    Safe to call from several threads. Nothing is kept: a deleted document leaves no picture behind. Raises
    :class:`corpus.errors.UnreadableFileError` when the file is no PDF or has no such page.
    """
    if width < 1:
        raise ValueError(f"a picture needs a width of at least one pixel, not {width}")
    try:
        with PDFIUM_LOCK:
            pixels = _draw(path, index, width)
    except (pypdfium2.PdfiumError, OSError) as error:
        raise UnreadableFileError(f"Die Datei „{path.name}“ lässt sich nicht als PDF darstellen.") from error
    stream = BytesIO()
    pixels.save(stream, format="PNG", compress_level=3)
    return stream.getvalue()


def _draw(path: Path, index: int, width: int) -> Image:
    """The page as a Pillow image that owns its pixels.

    The caller holds the lock, so everything of PDFium's is closed here: what the garbage collector closed later, it
    would close without the lock.
    """
    with closing(pypdfium2.PdfDocument(path)) as document:
        if not 0 <= index < len(document):
            raise UnreadableFileError(f"Die Datei „{path.name}“ hat keine Seite {index + 1}.")
        document.init_forms()
        with (
            closing(document[index]) as page,
            closing(page.render(scale=(width - _ROUNDING) / page.get_width(), rev_byteorder=True)) as bitmap,
        ):
            picture: Image = bitmap.to_pil().convert("RGB")  # converting copies the pixels
            return picture
