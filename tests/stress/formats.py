"""Nasty files of other formats: Word, HTML, Markdown, plain text; bombs, wrong endings, encodings, odd places."""

from __future__ import annotations

import io
import os
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from tests.stress.drawing import DECISION, FUNDING, LETTER, MAYORS, OFFICE, letter
from tests.stress.nasty import Nasty

WORDML = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)


def run(text: str) -> str:
    """A paragraph of WordprocessingML."""
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def docx_of(body: str, head: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A Word file with this body; ``head`` stands before its root element."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", f"{head}<w:document {WORDML}><w:body>{body}</w:body></w:document>")
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return target.getvalue()


def docx_bytes(*texts: str) -> bytes:
    """A Word file of paragraphs."""
    return docx_of("".join(map(run, texts)))


def holds(content: bytes | str | Callable[[], bytes]) -> Callable[[Path], None]:
    """A file with these bytes, or this text in UTF-8."""

    def build(path: Path) -> None:
        data = content() if callable(content) else content
        path.write_bytes(data.encode() if isinstance(data, str) else data)

    return build


def bomb_in_part(path: Path) -> None:
    """The document itself unpacks to 400 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(f"<w:document {WORDML}><w:body>".encode())
            for _ in range(400):
                part.write(b" " * 1_000_000)
            part.write(b"</w:body></w:document>")


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
ENTITY_BOMB = f'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY e0 "lachen">{ENTITIES}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
TRACKED = (
    '<w:p><w:r><w:t xml:space="preserve">Der Kreis zahlt </w:t></w:r>'
    '<w:del w:id="1" w:author="x"><w:r><w:delText xml:space="preserve">90.000 </w:delText></w:r></w:del>'
    '<w:ins w:id="2" w:author="x"><w:r><w:t xml:space="preserve">80.000 </w:t></w:r></w:ins>'
    "<w:r><w:t>€ im Jahr.</w:t></w:r></w:p>"
)
HIDDEN = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Nur für den Dienstgebrauch.</w:t></w:r></w:p>"
DEEP_TABLE = "<w:tbl><w:tr><w:tc>" * 60 + run(FUNDING) + "</w:tc></w:tr></w:tbl>" * 60
DEEP_RUNS = "<w:p>" + "<w:smartTag>" * 20_000 + "<w:r><w:t>tief</w:t></w:r>" + "</w:smartTag>" * 20_000 + "</w:p>"

OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(4096)
UMLAUT_PAGE = (
    f"<html><head><title>Seite</title></head><body><h1>Sitzung</h1><p>{DECISION}</p><p>{OFFICE}</p></body></html>"
)
SCRIPT_PAGE = (
    f"<!DOCTYPE html><html><head><meta charset='utf-8'><style>p{{color:red}}</style><script>var geheim='Skript';"
    f"</script></head><body><p>{DECISION}</p><script>document.write('Eingeschleust')</script><noscript>Ohne</noscript>"
    f"<!-- Kommentar --><p hidden>Verborgen</p><p style='display: none'>Unsichtbar</p><p>{OFFICE}</p></body></html>"
)
TABLE_PAGE = (
    "<!DOCTYPE html><meta charset=utf-8><table><tr><th>Kostenart<th>Betrag<tr><td>Personal<td>170.000&nbsp;&euro;"
    f"<tr><td>Räume<td>12.500&nbsp;&euro;</table><p>{OFFICE}"
)
MARKDOWN = (
    f"# Vorlage\n\n{DECISION}\n\n## Kosten\n\n| Kostenart | Betrag |\n| :-- | --: |\n| Personal | 170.000 € |\n"
    f"| Räume \\| Miete | 12.500 € |\n\n- **Erstens** die Räume\n- *Zweitens* das Personal\n\n```\nkein *Code*\n```\n\n"
    f"{OFFICE}\n"
)
SENTENCE = b"Der Rat beschlie\xc3\x9ft den Haushalt. "
BINARY = bytes((n * 167 + n // 7) % 256 for n in range(5_000))


def long_line() -> bytes:
    """10 MB without a line break."""
    return b"Anfang der Zeile. " + SENTENCE * (10_000_000 // len(SENTENCE)) + b"Ende der Zeile."


def long_word() -> bytes:
    """5 MB without a blank."""
    return b"Anfang. " + b"x" * 5_000_000 + b" Ende."


def loop(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def dangling(path: Path) -> None:
    path.symlink_to("gibt-es-nicht")


LONG_NAME = "Niederschrift über die öffentliche Sitzung " * 5

FILES = (
    Nasty("leer.pdf", holds(b""), reports="leer"),
    Nasty("null-bytes.pdf", holds(bytes(10_000)), reports="keine PDF|leer"),
    Nasty("text-als.pdf", holds(DECISION), reports="keine PDF"),
    Nasty("docx-als.pdf", holds(docx_bytes(DECISION)), reports="keine PDF|Word"),
    Nasty("pdf-als.docx", letter, reports="PDF"),
    Nasty("pdf-als.txt", letter, reports="PDF|keine Text"),
    Nasty("antrag.docx", holds(docx_bytes(*LETTER)), reads=LETTER),
    Nasty("zip-bombe.docx", bomb_in_part, reports="groß|Arbeitsspeicher"),
    Nasty(
        "entitaeten-bombe.docx",
        holds(docx_of("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", ENTITY_BOMB)),
        reports="DTD|beschädigt",
    ),
    Nasty(
        "fremde-datei.docx", holds(docx_of("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", OUTSIDE)), reports="DTD|beschädigt"
    ),
    Nasty("altes-word.docx", holds(OLD_WORD), reports=r"alte Word-Datei|\.doc\b"),
    Nasty("abgeschnitten.docx", holds(docx_bytes(*LETTER)[:400]), reports="beschädigt|unvollständig"),
    Nasty(
        "aenderungen.docx",
        holds(docx_of(TRACKED + HIDDEN)),
        reads=("Der Kreis zahlt 80.000 € im Jahr.",),
        absent=("90.000", "Dienstgebrauch"),
    ),
    Nasty(
        "tiefe-tabelle.docx",
        holds(docx_of(run(DECISION) + DEEP_TABLE)),
        reads=(DECISION,),
        reports="verschachtelt|beschädigt",
    ),
    Nasty(
        "tief.docx", holds(docx_of(run(DECISION) + DEEP_RUNS)), reads=(DECISION,), reports="verschachtelt|beschädigt"
    ),
    Nasty("ohne-inhalt.docx", holds(docx_of("")), reports="Text|leer"),
    Nasty("kein-archiv.odt", holds(BINARY), reports="OpenDocument|beschädigt"),
    Nasty("ohne-kodierung.html", holds(UMLAUT_PAGE), reads=("Sitzung", DECISION, OFFICE)),
    Nasty("ohne-kodierung-1252.html", holds(UMLAUT_PAGE.encode("cp1252")), reads=("Sitzung", DECISION, OFFICE)),
    Nasty(
        "falsche-kodierung.html",
        holds(UMLAUT_PAGE.replace("<head>", "<head><meta charset='utf-8'>").encode("cp1252")),
        reads=(DECISION, OFFICE),
    ),
    Nasty(
        "skript.html",
        holds(SCRIPT_PAGE),
        reads=(DECISION, OFFICE),
        absent=("geheim", "Eingeschleust", "Kommentar", "color", "Verborgen", "Unsichtbar"),
    ),
    Nasty(
        "tabelle.html", holds(TABLE_PAGE), reads=("Kostenart Betrag", "Personal 170.000 €", "Räume 12.500 €", OFFICE)
    ),
    Nasty(
        "tief.html",
        holds(f"<p>{DECISION}</p>" + "<div>" * 100_000 + "tief" + "</div>" * 100_000),
        reads=(DECISION,),
        reports="verschachtelt",
    ),
    Nasty("unsinn.html", holds("<<<>><p<p><b></i>" * 1000 + f"<p>{DECISION}"), reads=(DECISION,)),
    Nasty(
        "tabelle.md",
        holds(MARKDOWN),
        reads=(
            DECISION,
            "Kostenart Betrag",
            "Personal 170.000 €",
            "Räume | Miete 12.500 €",
            "Erstens die Räume",
            "Zweitens das Personal",
            OFFICE,
        ),
        absent=("| :--", "**"),
    ),
    Nasty("windows-1252.txt", holds("\r\n\r\n".join(LETTER).encode("cp1252")), reads=LETTER),
    Nasty("utf-16.txt", holds("\r\n\r\n".join(LETTER).encode("utf-16")), reads=LETTER),
    Nasty("utf-8-mit-marke.txt", holds("\ufeff" + "\n\n".join(LETTER)), reads=LETTER),
    Nasty("zerlegt.txt", holds(unicodedata.normalize("NFD", "\n\n".join(LETTER))), reads=LETTER),
    Nasty("binaer.txt", holds(BINARY), reports="Text"),
    Nasty(
        "ersatzzeichen.txt",
        holds(DECISION.encode() + b"\n\n\xed\xa0\x80\xed\xb0\x80\n\n" + OFFICE.encode()),
        reads=("Der Kreistag", "Miete an"),
        reports="kodierung|Text",
    ),
    Nasty(
        "steuerzeichen.txt", holds(f"\x1b[31m{DECISION}\x07\u202e\u200b\n\n\x85{OFFICE}\x08"), reads=(DECISION, OFFICE)
    ),
    Nasty("lange-zeile.txt", holds(long_line), reads=("Anfang der Zeile", "Ende der Zeile")),
    Nasty("langes-wort.txt", holds(long_word), reads=("Anfang", "Ende")),
    Nasty("leerzeichen.txt", holds(" \n\t\r\n \f" * 1000), reports="leer"),
    Nasty("Größe & Maß – „Anlage“ (2).txt", holds(DECISION), reads=(DECISION,)),
    Nasty(unicodedata.normalize("NFD", "Übersicht Fördermittel.txt"), holds(DECISION), reads=(DECISION,)),
    Nasty("zeilen\num\u2028bruch.pdf", holds(b""), reports="„zeilen�um�bruch.pdf“ ist leer"),
    Nasty(f"{LONG_NAME[:200]}.pdf", holds(b""), reports="leer"),
    Nasty(os.fsdecode(b"gr\xf6\xdfe.txt"), holds(DECISION), reads=(DECISION,)),
    Nasty(os.fsdecode(b"ma\xdf.pdf"), holds(b""), reports="„ma�.pdf“ ist leer"),
    Nasty("doppelt-1.txt", holds(MAYORS), reads=(MAYORS,)),
    Nasty("doppelt-2.txt", holds(MAYORS), reads=(MAYORS,)),
    Nasty("schleife.pdf", loop, reports="lässt sich nicht öffnen"),
    Nasty("ins-leere.pdf", dangling, reports="gibt es nicht"),
    Nasty("ordner.pdf", Path.mkdir, reports="Ordner"),
    Nasty("rohr.pdf", pipe, reports="keine gewöhnliche Datei"),
    Nasty("endlos.txt", endless_device, reports="keine gewöhnliche Datei"),
    Nasty("unbekannt.xyz", holds(DECISION), reports="kein lesbares Format"),
)
