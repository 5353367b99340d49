"""A PDF of pictures and nothing else, as a scanner writes it: one picture a page, no fonts, no text.

The libraries at hand either blow such pictures up (reportlab writes black and white ones as 24 bits a pixel) or cannot
mix the two kinds (Pillow). Syntax after ISO 32000-1: 7.3 (objects), 7.5 (file), 8.9 (pictures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

from PIL import Image

STRIP_OFFSETS, STRIP_BYTES = 273, 279
"""The tags of TIFF 6.0 that say where its compressed picture lies."""


def picture_pdf(pictures: Sequence[Image.Image], dpi: float, quality: int, metadata: Mapping[str, str]) -> bytes:
    """The file; the same pictures give the same bytes with the same versions of Pillow's codecs.

    Args:
        pictures: of mode ``1`` (written by the fax standard, Group 4), ``L`` or ``RGB`` (written as JPEG).
        dpi: pixels an inch; it gives the pages their sizes.
        quality: of the JPEG pictures, 1 to 95.
        metadata: the entries of the information dictionary (``Title``, …); the names of dates end in ``Date``.
    """
    catalogue, tree, information = 1, 2, 3
    first = 4
    objects: dict[int, bytes] = {}
    for index, picture in enumerate(pictures):
        page, content, image = (first + index * 3 + part for part in range(3))
        width, height = (f"{side * 72 / dpi:.2f}" for side in picture.size)
        drawing = f"q {width} 0 0 {height} 0 0 cm /Scan Do Q".encode()
        objects[page] = (
            f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R "
            f"/Resources << /XObject << /Scan {image} 0 R >> >> >>"
        ).encode()
        objects[content] = _stream("", drawing)
        objects[image] = _image(picture, quality)
    kids = " ".join(f"{first + index * 3} 0 R" for index in range(len(pictures)))
    objects[tree] = f"<< /Type /Pages /Count {len(pictures)} /Kids [{kids}] >>".encode()
    objects[catalogue] = (
        f"<< /Type /Catalog /Pages {tree} 0 R /Lang (de) /ViewerPreferences << /DisplayDocTitle true >> >>"
    ).encode()
    entries = " ".join(f"/{name} {_string(name, value)}" for name, value in metadata.items())
    objects[information] = f"<< {entries} >>".encode()
    return _file(objects, catalogue, information)


def _file(objects: Mapping[int, bytes], catalogue: int, information: int) -> bytes:
    """Header, objects by number, cross-reference table and trailer."""
    # Bytes above 127 in the second line tell programs that move files that this one is binary.
    content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number in range(1, len(objects) + 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (len(objects) + 1, catalogue, information)
    content += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(content)


def _image(picture: Image.Image, quality: int) -> bytes:
    """A picture as an image object."""
    width, height = picture.size
    if picture.mode == "1":
        data = _group4(picture)
        kind = (
            "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode "
            f"/DecodeParms << /K -1 /Columns {width} /Rows {height} /BlackIs1 true >>"
        )
    else:
        space = {"L": "DeviceGray", "RGB": "DeviceRGB"}[picture.mode]
        kind = f"/ColorSpace /{space} /BitsPerComponent 8 /Filter /DCTDecode"
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True)
        data = buffer.getvalue()
    return _stream(f"/Type /XObject /Subtype /Image /Width {width} /Height {height} {kind} ", data)


def _group4(picture: Image.Image) -> bytes:
    """The picture by the fax standard, taken out of the TIFF file that Pillow wraps it in."""
    width, height = picture.size
    buffer = BytesIO()
    picture.save(buffer, "TIFF", compression="group4", strip_size=(width + 7) // 8 * height)
    buffer.seek(0)
    with Image.open(buffer) as file:
        tags = file.getexif()
        (offset,), (length,) = (_values(tags[tag]) for tag in (STRIP_OFFSETS, STRIP_BYTES))
    return buffer.getvalue()[offset : offset + length]


def _values(value: object) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (int(str(value)),)


def _stream(entries: str, data: bytes) -> bytes:
    return f"<< {entries}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _string(name: str, value: str) -> str:
    """A string of the metadata: UTF-16 in hexadecimal, which needs no escapes; dates are plain."""
    if name.endswith("Date"):
        return f"({value})"
    return "<" + (b"\xfe\xff" + value.encode("utf-16-be")).hex().upper() + ">"
