"""Damaged, hostile and huge files: one German sentence or the text, in bounded time, and never a traceback."""

from __future__ import annotations

import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import UnreadableFileError
from ingest.readers import reader_for
from tests.ingest.office_files import open_document, paragraph, texts, word_file, zipped
from tests.ingest.test_formats import vorlage_docx, vorlage_html, vorlage_md, vorlage_odt

MUTATIONS = 100
"""For each of the four formats."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(UnreadableFileError) as caught:
        reader_for(path).read(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.startswith(f"„{path.name}“ ")
    assert sentence.endswith(".")
    assert "; bitte " in sentence
    return sentence


def file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def entries(path: Path) -> dict[str, str | bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def wide(name: str) -> bytes:
    """A stream's name as the directory of an OLE file has it."""
    return b"\0" * 600 + name.encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.docx", b"", "ist leer"),
        ("a.docx", b"%PDF-1.7\n", "ist eine PDF-Datei (.pdf), obwohl der Name anders endet"),
        ("a.docx", OLE + wide("WordDocument"), "ist eine alte Word-Datei (.doc); bitte als .docx speichern."),
        ("a.docx", OLE + wide("EncryptedPackage"), "ist verschlüsselt"),
        ("a.docx", OLE, "ist eine alte Office-Datei"),
        ("a.docx", b"{\\rtf1 Text}", "ist eine RTF-Datei"),
        ("a.docx", b"<html><body>Text", "ist eine HTML-Datei"),
        ("a.docx", b"Text", "ist keine Word-Datei"),
        ("a.odt", b"Text", "ist keine OpenDocument-Textdatei"),
        ("a.docx", b"PK\x03\x04" + b"x" * 100, "ist beschädigt"),
        ("a.html", b"PK\x03\x04" + b"\0" * 100, "ist ein ZIP-Archiv"),
        ("a.html", b"\0" * 100, "ist keine HTML-Datei"),
        ("a.html", b" \n ", "ist leer"),
        ("a.html", b"<script>x()</script>", "enthält keinen lesbaren Text"),
        ("a.md", b"---\ntitle: x\n---\n", "ist leer"),
        ("a.md", b"a\0b", "ist keine Textdatei"),
        ("a.txt", b"\xff\xfea", "ist beschädigt"),
    ],
)  # fmt: skip
def test_a_file_that_is_something_else_is_refused_with_what_it_is(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    assert expected in refusal(file(tmp_path, name, data))


def test_an_office_file_with_the_wrong_ending_is_refused_with_its_kind(tmp_path: Path) -> None:
    word, text = vorlage_docx(tmp_path), vorlage_odt(tmp_path)
    assert "eine Word-Datei (.docx)" in refusal(file(tmp_path, "w.odt", word.read_bytes()))
    assert "eine OpenDocument-Textdatei (.odt)" in refusal(file(tmp_path, "o.docx", text.read_bytes()))
    table = zipped(tmp_path / "t.odt", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})
    assert "kein Textdokument" in refusal(table)
    assert "Excel-Datei" in refusal(zipped(tmp_path / "x.docx", {"xl/workbook.xml": "<workbook/>"}))


def test_encrypted_files_are_refused_as_encrypted(tmp_path: Path) -> None:
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    manifest = f"<manifest:manifest NAMES>{entry}</manifest:manifest>"
    path = open_document(tmp_path / "a.odt", "<text:p>x</text:p>", **{"META-INF__manifest.xml": manifest})
    assert "ist verschlüsselt" in refusal(path)
    data = bytearray(vorlage_docx(tmp_path).read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = -1
        while (position := data.find(signature, position + 1)) >= 0:
            data[position + place] |= 1
    assert "ist verschlüsselt" in refusal(file(tmp_path, "b.docx", bytes(data)))


def test_a_part_that_is_missing_or_cut_off_is_damage(tmp_path: Path) -> None:
    for write, part in ((vorlage_docx, "word/document.xml"), (vorlage_odt, "content.xml")):
        path = write(tmp_path)
        whole = entries(path)
        content = whole[part]
        zipped(path, {**whole, part: content[: len(content) // 2]})
        assert "ist beschädigt" in refusal(path)
        zipped(path, {name: content for name, content in whole.items() if name != part})
        assert "bitte die Datei" in refusal(path)


def bomb(folder: Path, name: str) -> Path:
    """Ten MB that unpack to ten GB: forty entries of 256 MB, each a copy of the same packed zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join([*(packer.compress(bytes(2**20)) for _ in range(256)), packer.flush()])
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(40):
            entry = zipfile.ZipInfo(f"word/{number}.xml")
            archive.writestr(entry, packed)
            entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, 2**28
    assert path.stat().st_size < 12 * 2**20
    return path


@pytest.mark.parametrize("name", ["bombe.docx", "bombe.odt"])
def test_a_zip_bomb_is_refused_from_its_directory(tmp_path: Path, name: str) -> None:
    path = bomb(tmp_path, name)
    start = time.process_time()
    assert "ungewöhnlich groß" in refusal(path)
    assert time.process_time() - start < 1


def test_a_zip_bomb_with_a_lying_directory_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx", paragraph("x" * 300))
    whole = entries(path)
    whole["word/document.xml"] = b"\0" * (300 * 2**20)
    data = bytearray(zipped(path, whole).read_bytes())
    # The directory says that the part has 1000 bytes.
    size = (300 * 2**20).to_bytes(4, "little")
    position = data.rfind(size)
    data[position : position + 4] = (1000).to_bytes(4, "little")
    lying = file(tmp_path, "b.docx", bytes(data))
    tracemalloc.start()
    assert "ist beschädigt" in refusal(lying)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_an_entry_at_an_impossible_place_is_damage(tmp_path: Path) -> None:
    whole = bytearray(word_file(tmp_path / "a.docx", paragraph("Text")).read_bytes())
    # The last entry of the directory gets its place from a field for large archives (zip64), and it is 2⁶⁴ - 1.
    entry, end = whole.rindex(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    whole[end + 12 : end + 16] = struct.pack("<I", struct.unpack("<I", whole[end + 12 : end + 16])[0] + len(extra))
    whole[entry + 30 : entry + 32] = struct.pack("<H", len(extra))
    whole[entry + 42 : entry + 46] = b"\xff" * 4
    whole[end:end] = extra
    assert "ist beschädigt" in refusal(file(tmp_path, "b.docx", bytes(whole)))


def test_an_archive_with_very_many_entries_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.docx", {f"{number}.xml": "" for number in range(10_001)})
    assert "ungewöhnlich groß" in refusal(path)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">' + "".join(
    f'<!ENTITY {chr(ord(name) + 1)} "{f"&{name};" * 10}">' for name in "bcdefgh"
)


@pytest.mark.parametrize(
    "declaration",
    [
        ENTITIES + "]>",
        '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>',
    ],
)
@pytest.mark.parametrize("reference", ["&i;", '<w:t w:a="&i;"/>'])
def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path, declaration: str, reference: str) -> None:
    for path, part in (
        (word_file(tmp_path / "a.docx", paragraph("Text")), "word/document.xml"),
        (open_document(tmp_path / "a.odt", "<text:p>Text</text:p>"), "content.xml"),
    ):
        whole = entries(path)
        content = bytes(whole[part]).decode()  # type: ignore[arg-type]
        whole[part] = declaration + content.replace(
            "Text", reference.replace("w:", "") if "odt" in path.name else reference
        )
        start = time.process_time()
        sentence = refusal(zipped(path, whole))
        assert "DTD" in sentence or "beschädigt" in sentence
        assert time.process_time() - start < 2


def test_deep_nesting_is_no_matter(tmp_path: Path) -> None:
    deep = 50_000
    for source in (
        "<div>" * deep + "Kern" + "</div>" * deep,
        "<b>" * deep + "Kern",
        "<ul><li>" * deep + "Kern",
        "<table><tr><td>" * deep + "Kern",
    ):
        assert texts(file(tmp_path, "a.html", (source + "<p>Ende").encode()))[-1].endswith(("Kern", "Ende"))
    assert texts(file(tmp_path, "a.md", (">" * 90 + "Kern").encode())) == ["Kern"]
    assert "keinen lesbaren Text" in refusal(file(tmp_path, "b.md", (">" * deep + "Kern").encode()))
    nested = "<w:tbl><w:tr><w:tc>" * 60 + paragraph("Kern") + "</w:tc></w:tr></w:tbl>" * 60
    assert texts(word_file(tmp_path / "a.docx", nested)) == ["Kern"]
    sections = "<text:section>" * 5_000
    assert "beschädigt" in refusal(open_document(tmp_path / "a.odt", sections + sections.replace("<", "</")))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".docx", ".odt", ".html", ".md"])
def test_a_hundred_thousand_paragraphs_are_read_in_seconds(tmp_path: Path, suffix: str) -> None:
    count = 100_000
    path = tmp_path / f"lang{suffix}"
    if suffix == ".docx":
        word_file(path, "".join(paragraph(f"Absatz {number} ", "zur Sache.") for number in range(count)))
    elif suffix == ".odt":
        open_document(path, "".join(f"<text:p>Absatz {number} zur Sache.</text:p>" for number in range(count)))
    elif suffix == ".html":
        path.write_text("".join(f"<p>Absatz {number} <b>zur</b> Sache.</p>" for number in range(count)))
    else:
        path.write_text("\n\n".join(f"Absatz {number} zur Sache." for number in range(count)))
    start = time.process_time()
    found = texts(path)
    assert (len(found), found[-1]) == (count, f"Absatz {count - 1} zur Sache.")
    assert time.process_time() - start < 30


@pytest.mark.slow
def test_a_page_of_millions_of_tags_is_refused(tmp_path: Path) -> None:
    assert "zu groß" in refusal(file(tmp_path, "a.html", b"<p>" * 2_000_000))


def test_tables_that_claim_to_be_endless_cost_nothing(tmp_path: Path) -> None:
    wide = "<table>" + "<tr><td colspan=1000 rowspan=65534>x<td>y" * 3_000 + "</table>"
    assert len(texts(file(tmp_path, "a.html", wide.encode()))) == 6_000
    repeated = (
        '<table:table><table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'table:number-columns-repeated="999999999"><text:p>x</text:p></table:table-cell><table:table-cell>'
        "<text:p>y</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert texts(open_document(tmp_path / "a.odt", repeated)) == ["x", "y"]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The data cut, with changed bytes, or with a piece taken out or doubled."""
    found = bytearray(data)
    place = chance.randrange(len(data))
    piece = slice(place, place + chance.randrange(1, 200))
    match chance.randrange(5):
        case 0:
            del found[place:]
        case 1:
            del found[piece]
        case 2:
            found[place:place] = found[piece]
        case _:
            for _ in range(chance.choice((1, 2, 5, 30))):
                found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def mutated_inside(data: bytes, chance: random.Random) -> bytes:
    """An archive one of whose parts is damaged before it was packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        chosen = chance.choice([name for name in source.namelist() if name.endswith((".xml", ".rels"))])
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, mutated(content, chance) if name == chosen else content)
    return packed.getvalue()


@pytest.mark.parametrize("write", [vorlage_docx, vorlage_odt, vorlage_html, vorlage_md])
def test_a_damaged_file_is_read_or_refused_but_never_breaks_the_reader(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    chance = random.Random(4711)  # noqa: S311 - the same damage every time
    path = write(tmp_path)
    data = path.read_bytes()
    packed = path.suffix in (".docx", ".odt")
    refused: list[str] = []
    for number in range(MUTATIONS):
        path.write_bytes(mutated_inside(data, chance) if packed and number % 2 else mutated(data, chance))
        try:
            reader_for(path).read(path)
        except UnreadableFileError as error:
            refused.append(str(error))
    assert len(refused) < MUTATIONS
    assert refused or not packed
    assert all(sentence.startswith(f"„{path.name}“ ") for sentence in refused)
