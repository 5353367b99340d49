"""What the tests of the readers share: office files as raw XML, and what was read of a file in short form."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.layout import Line, RawDocument
from ingest.readers import reader_for

_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_NAMES = (
    f'xmlns:w="{WORD}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_OPEN_DOCUMENT = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in "office text table style draw form meta manifest".split()
) + (
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def zipped(path: Path, entries: dict[str, str | bytes]) -> Path:
    """A zip archive with these entries in this order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            # The first entry of an OpenDocument file is not packed, so that programs can tell its kind.
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return path


def word_file(path: Path, body: str, **parts: str) -> Path:
    """A Word file whose body, styles, numbering, footnotes, endnotes and settings hold this XML."""
    kinds = {name: f"w:{name}" for name in ("styles", "numbering", "footnotes", "endnotes", "settings")}
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{_TYPE}/{name}" Target="{name}.xml"/>' for number, name in enumerate(parts)
    )
    return zipped(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" '
            f'Type="{_TYPE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
            # Word leaves such relationships behind where it could not copy a picture.
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
            f'<Relationship Id="x" Type="{_TYPE}/image" Target="../NULL"/></Relationships>',
            **{f"word/{name}.xml": f"<{kinds[name]} {_NAMES}>{xml}</{kinds[name]}>" for name, xml in parts.items()},
        },
    )


def run(text: str, properties: str = "") -> str:
    """A run of a Word paragraph."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    """A Word paragraph of runs; text that is no XML becomes one."""
    inner = "".join(piece if piece.startswith("<") else run(piece) for piece in content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def open_document(path: Path, text: str, automatic: str = "", styles: str = "", **entries: str) -> Path:
    """An OpenDocument text with this XML in its body, its automatic styles and its styles."""
    return zipped(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {_OPEN_DOCUMENT}><office:automatic-styles>{automatic}"
            f"</office:automatic-styles><office:body><office:text>{text}</office:text></office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {_OPEN_DOCUMENT}><office:styles>{styles}</office:styles>"
            "</office:document-styles>",
            **{name.replace("__", "/"): xml.replace("NAMES", _OPEN_DOCUMENT) for name, xml in entries.items()},
        },
    )


Shape = list[tuple[str | None, int, str]]


def read(path: Path) -> RawDocument:
    """A file read by the reader for its ending."""
    return reader_for(path).read(path)


def lines(path: Path) -> list[Line]:
    """The lines of a file without pages."""
    (page,) = read(path).pages
    assert (page.index, page.width, page.height) == (0, 0.0, 0.0)
    return page.lines


def shape(path: Path) -> Shape:
    """Mark, level and text of each line."""
    return [(line.mark, line.level, line.text) for line in lines(path)]


def texts(path: Path) -> list[str]:
    """The text of each line."""
    return [line.text for line in lines(path)]


def cells(path: Path) -> list[tuple[int, int, int, bool, str]]:
    """Row, column, columns, header and text of every line in a table."""
    found = [(line.cell, line.text) for line in lines(path) if line.cell is not None]
    return [(cell.row, cell.column, cell.columns, cell.header, text) for cell, text in found]
