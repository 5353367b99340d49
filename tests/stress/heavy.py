"""Nasty sizes: huge pages and images, bombs, recursion, thousands of pages, paths and characters."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

from tests.stress.drawing import (
    DECISION,
    FUNDING,
    HELVETICA,
    LETTER,
    new_canvas,
    one_page,
    pdf_bytes,
    report,
    show,
    stream,
    write_pdf,
)
from tests.stress.nasty import Nasty

LINE = DECISION[:80]


def zeros(count: int) -> bytes:
    """``count`` zero bytes, packed without ever lying in memory as a whole."""
    packer = zlib.compressobj(1)
    piece = bytes(1_000_000)
    packed = [packer.compress(piece) for _ in range(count // len(piece))]
    return b"".join([*packed, packer.flush()])


def image(width: int, height: int, data: bytes, entries: bytes) -> bytes:
    """An image object."""
    return stream(data, b"/Type /XObject /Subtype /Image /Width %d /Height %d %b" % (width, height, entries))


GREY = b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
BLACK_AND_WHITE = b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode"
COLOUR = b"/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"


def with_image(make: Callable[[], bytes], text: str = LINE) -> Callable[[Path], None]:
    """A page with an image all over it and a line of text."""

    def build(path: Path) -> None:
        content = b"q 595 0 0 842 0 0 cm /Im Do Q\n" + (show(text) if text else b"")
        write_pdf(path, one_page(content, {6: make()}, resources=b"/XObject << /Im 6 0 R >>"))

    return build


def empty_pages(path: Path) -> None:
    pages = dict.fromkeys(range(3, 5003), b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    tree = b"<< /Type /Pages /Count 5000 /Kids [%b] >>" % kids
    write_pdf(path, {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: tree, **pages})


def many_characters(path: Path) -> None:
    """200,000 characters on one page, as a table of a spreadsheet that was printed onto one sheet."""
    canvas = new_canvas(path, (2400, 4200))
    canvas.setFont("Helvetica", 4)
    canvas.drawString(40, 4150, "Anfang der Liste der Grundstücke im Kreisgebiet.")
    text = " ".join(LETTER)
    for number in range(400):
        canvas.drawString(40, 4140 - 10 * number, f"{number:03d} {text}"[:500])
    canvas.drawString(40, 40, "Ende der Liste der Grundstücke im Kreisgebiet.")
    canvas.save()


def many_paths(path: Path) -> None:
    """A site plan with 50,000 strokes, and a caption."""
    strokes = b"".join(
        b"%d %d m %d %d l S\n" % (n % 595, n // 100 + 100, n * 7 % 595, n // 90 + 100) for n in range(50_000)
    )
    write_pdf(path, one_page(strokes + show(LINE)))


def page_box(box: bytes, x: float = 60, y: float = 750) -> Callable[[Path], None]:
    """A line of text on a sheet of this size."""

    def build(path: Path) -> None:
        write_pdf(path, one_page(show(LINE, x, y), box=box))

    return build


def form(content: bytes, resources: bytes = b"") -> bytes:
    """A form XObject: a piece of a page."""
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> %b >>" % resources
    return stream(content, entries)


def nested_forms(path: Path) -> None:
    more = {n: form(b"/Fm Do", b"/XObject << /Fm %d 0 R >>" % (n + 1)) for n in range(6, 12)}
    more[12] = form(show(FUNDING[:80], y=700))
    write_pdf(path, one_page(show(LINE) + b"/Fm Do", more, resources=b"/XObject << /Fm 6 0 R >>"))


def endless_forms(path: Path) -> None:
    more = {6: form(show(FUNDING[:80], y=700) + b"/Fm Do", b"/XObject << /Fm 6 0 R >>")}
    write_pdf(path, one_page(show(LINE) + b"/Fm Do", more, resources=b"/XObject << /Fm 6 0 R >>"))


def form_bomb(path: Path) -> None:
    """Each form shows the next one ten times: 10,000,000,000 lines."""
    more = {n: form(b"/Fm Do " * 10, b"/XObject << /Fm %d 0 R >>" % (n + 1)) for n in range(6, 16)}
    more[16] = form(show(FUNDING[:80], y=700))
    write_pdf(path, one_page(show(LINE) + b"/Fm Do", more, resources=b"/XObject << /Fm 6 0 R >>"))


def content_bomb(path: Path) -> None:
    """A page's content of a gigabyte of blanks, packed into a megabyte."""
    objects = one_page(b"")
    packer = zlib.compressobj(1)
    piece = b" " * 1_000_000
    data = [packer.compress(show(LINE)), *(packer.compress(piece) for _ in range(1000)), packer.flush()]
    objects[4] = stream(b"".join(data), b"/Filter /FlateDecode")
    write_pdf(path, objects)


def deep_operators(path: Path) -> None:
    """100,000 saved states and arrays in arrays."""
    write_pdf(path, one_page(b"q " * 100_000 + b"[" * 100_000 + b"] " * 100_000 + b"Q " * 100_000 + show(LINE)))


def deep_dictionaries(path: Path) -> None:
    write_pdf(path, one_page(show(LINE), page=b"/X " + b"<< /X " * 20_000 + b"1 " + b">> " * 20_000))


def many_fonts(path: Path) -> None:
    """2,000 fonts, one for each word."""
    more = {6 + n: HELVETICA for n in range(2000)}
    fonts = b"/F1 5 0 R " + b" ".join(b"/G%d %d 0 R" % (n, 6 + n) for n in range(2000))
    content = b"".join(
        b"BT /G%d 4 Tf %d %d Td (Wort%d) Tj ET\n" % (n, n % 20 * 29, n // 20 * 7, n) for n in range(2000)
    )
    write_pdf(path, one_page(show(LINE, y=800) + content, more, fonts=fonts))


def long_file(path: Path) -> None:
    """300 full pages of text."""
    canvas = new_canvas(path)
    for page in range(300):
        canvas.setFont("Helvetica", 10)
        for line in range(50):
            canvas.drawString(60, 790 - 14 * line, f"{line + 1}. {report(page + line)} {report(3 * page + line + 1)}")
        canvas.showPage()
    canvas.save()


def object_stream_loop(path: Path) -> None:
    """A packed part of the file that goes on in itself."""
    packed = b"7 0 << /Type /Beispiel >>"
    more = {6: stream(packed, b"/Type /ObjStm /N 1 /First 4 /Extends 6 0 R")}
    path.write_bytes(pdf_bytes(one_page(show(LINE), more)))


NOISE = bytes((n * n * 7 + n * 31) % 256 for n in range(20_000))

FILES = (
    Nasty(
        "bild-200-mb.pdf", with_image(lambda: image(40_000, 40_000, zeros(200_000_000), BLACK_AND_WHITE)), reads=(LINE,)
    ),
    Nasty("bild-675-mb.pdf", with_image(lambda: image(15_000, 15_000, zeros(675_000_000), COLOUR)), reads=(LINE,)),
    Nasty(
        "nur-bild-400-mb.pdf",
        with_image(lambda: image(20_000, 20_000, zeros(400_000_000), GREY), ""),
        reports="keinen lesbaren Text|Arbeitsspeicher|Absturz",
    ),
    Nasty(
        "bild-groesse-gelogen.pdf",
        with_image(lambda: image(2_000_000_000, 2_000_000_000, zeros(1_000_000), GREY)),
        reads=(LINE,),
    ),
    Nasty(
        "jbig2-muell.pdf",
        with_image(
            lambda: image(2480, 3508, NOISE, b"/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /JBIG2Decode")
        ),
        reads=(LINE,),
    ),
    Nasty("jpx-muell.pdf", with_image(lambda: image(2480, 3508, NOISE, b"/Filter /JPXDecode")), reads=(LINE,)),
    Nasty(
        "jpeg-muell.pdf",
        with_image(
            lambda: image(
                2480,
                3508,
                b"\xff\xd8\xff\xe0" + NOISE,
                b"/BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode",
            )
        ),
        reads=(LINE,),
    ),
    Nasty(
        "nur-jbig2-muell.pdf",
        with_image(
            lambda: image(2480, 3508, NOISE, b"/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /JBIG2Decode"), ""
        ),
        reports="keinen lesbaren Text",
    ),
    Nasty("leere-seiten-5000.pdf", empty_pages, reports="keinen lesbaren Text"),
    Nasty("zeichen-200000.pdf", many_characters, reads=("Anfang der Liste", "199 Der Kreistag", "Ende der Liste")),
    Nasty("pfade-50000.pdf", many_paths, reads=(LINE,)),
    Nasty("seite-ohne-flaeche.pdf", page_box(b"0 0 0 0"), reads=(LINE,), reports="Text|beschädigt"),
    Nasty("seite-fast-ohne-flaeche.pdf", page_box(b"0 0 0.001 0.001"), reports="keinen lesbaren Text"),
    Nasty("seite-200-zoll.pdf", page_box(b"0 0 14400 14400", 7000, 7000), reads=(LINE,)),
    Nasty(
        "seite-100-kilometer.pdf", page_box(b"0 0 283464567 283464567", 7000, 7000), reads=(LINE,), reports="Text|Seite"
    ),
    Nasty("seite-negativ.pdf", page_box(b"-300 -400 295 442", -240, 350), reads=(LINE,)),
    Nasty("seite-umgekehrt.pdf", page_box(b"595 842 0 0"), reads=(LINE,)),
    Nasty("seite-ohne-zahlen.pdf", page_box(b"/A null (x) []"), reads=(LINE,), reports="Text|beschädigt"),
    Nasty("formulare-verschachtelt.pdf", nested_forms, reads=(LINE, FUNDING[:60])),
    Nasty("formulare-endlos.pdf", endless_forms, reads=(LINE,)),
    Nasty("formular-bombe.pdf", form_bomb, reads=(LINE,), reports="Sekunden|Arbeitsspeicher|Absturz"),
    Nasty("inhalts-bombe.pdf", content_bomb, reads=(LINE,), reports="Sekunden|Arbeitsspeicher|Absturz|Text|beschädigt"),
    Nasty("tiefe-befehle.pdf", deep_operators, reads=(LINE,), reports="Absturz|Text|beschädigt"),
    Nasty("tiefe-verzeichnisse.pdf", deep_dictionaries, reads=(LINE,), reports="Absturz|beschädigt|verschachtelt"),
    Nasty("schriften-2000.pdf", many_fonts, reads=(LINE,)),
    Nasty(
        "seiten-300.pdf",
        long_file,
        reads=(f"50. {report(49)}", f"1. {report(299)}", f"50. {report(348)}"),
    ),
    Nasty("objektstrom-schleife.pdf", object_stream_loop, reads=(LINE,)),
)
