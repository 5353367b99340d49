"""Nasty structure: packages, embedded files, encryption, outlines, and files that are damaged."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from pypdf import PdfReader, PdfWriter

from tests.stress.drawing import (
    DECISION,
    FUNDING,
    HELVETICA,
    LETTER,
    MAYORS,
    OFFICE,
    SCHEDULE,
    letter,
    new_canvas,
    one_page,
    pdf_bytes,
    show,
    stream,
    write,
    write_all,
    write_pdf,
)
from tests.stress.formats import docx_bytes
from tests.stress.nasty import Nasty


def package(path: Path) -> None:
    """The papers of a session in one file, each with its own page numbers, told apart by the outline."""
    canvas = new_canvas(path)
    parts = (
        ("Einladung zur 12. Sitzung des Kreisausschusses", (SCHEDULE,)),
        ("Vorlage 123/2014 Kommunales Integrationszentrum", (DECISION, MAYORS)),
        ("Anlage 1 Kostenaufstellung", (FUNDING, OFFICE)),
    )
    for title, texts in parts:
        for number, text in enumerate(texts):
            if not number:
                canvas.bookmarkPage(title)
                canvas.addOutlineEntry(title, title, 0)
                write(canvas, title, size=15, y=790)
            write_all(canvas, text, *(f"{text[:-1]}, Punkt {point}." for point in range(1, 4)))
            write(canvas, str(number + 1), x=290, y=30, size=9)
            canvas.showPage()
    canvas.save()


def small_pdf(*texts: str) -> bytes:
    """A PDF with one page of paragraphs."""
    target = io.BytesIO()
    canvas = new_canvas(target)
    write_all(canvas, *texts)
    canvas.save()
    return target.getvalue()


def attached(attachments: Mapping[str, Callable[[], bytes]]) -> Callable[[Path], None]:
    """A page of text with embedded files, by name."""

    def build(path: Path) -> None:
        attach(path, {name: make() for name, make in attachments.items()})

    return build


def attach(target: Path | BinaryIO, attachments: Mapping[str, bytes], text: str = DECISION) -> None:
    """Write a page of text with embedded files."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(small_pdf(text))))
    for name, data in attachments.items():
        writer.add_attachment(name, data)
    writer.write(target)


def nested_attachments(path: Path) -> None:
    """A PDF in a PDF in a PDF, eight times."""
    data = small_pdf("Ganz innen.")
    for level in range(8, 0, -1):
        target = io.BytesIO()
        attach(target, {f"ebene-{level}.pdf": data}, f"Das ist die Ebene {level} der Anlage.")
        data = target.getvalue()
    attach(path, {"ebene-0.pdf": data})


def many_attachments(path: Path) -> None:
    attach(path, {f"anlage-{n:02d}.txt": f"Das ist die Anlage {n:02d}.".encode() for n in range(70)})


def encrypted(user: str, owner: str) -> Callable[[Path], None]:
    """Encrypted with these passwords."""

    def build(path: Path) -> None:
        letter(path)
        writer = PdfWriter(clone_from=path)
        writer.encrypt(user, owner, algorithm="RC4-128")
        writer.write(path)

    return build


def encrypted_aes(path: Path) -> None:
    """As office software protects a paper against changes: AES-256, opens without a password."""
    import pikepdf

    letter(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="geheim", user="", R=6))


def spoiled(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A letter of three pages whose bytes have been changed."""

    def build(path: Path) -> None:
        canvas = new_canvas(path)
        for text in LETTER[:3]:
            write(canvas, text)
            canvas.showPage()
        canvas.save()
        path.write_bytes(change(path.read_bytes()))

    return build


def _without_object(data: bytes) -> bytes:
    """The content of the second page is gone."""
    reader = PdfReader(io.BytesIO(data))
    number = reader.pages[1].raw_get("/Contents").idnum
    return data.replace(b"\n%d 0 obj" % number, b"\n9%d 0 obx" % number)


def page_tree_loop(path: Path) -> None:
    objects = one_page(show(DECISION))
    objects[2] = b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>"
    objects[6] = b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 6 0 R] /Count 2 >>"
    write_pdf(path, objects)


def page_count_lie(path: Path) -> None:
    objects = one_page(show(DECISION[:80]))
    objects[2] = b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>"
    write_pdf(path, objects)


def outline_loop(path: Path) -> None:
    more = {
        6: b"<< /Type /Outlines /First 7 0 R /Last 8 0 R /Count 2 >>",
        7: b"<< /Title (Eins) /Parent 6 0 R /Next 8 0 R /First 8 0 R /Last 7 0 R /Dest [3 0 R /Fit] >>",
        8: b"<< /Title (Zwei) /Parent 6 0 R /Prev 7 0 R /Next 7 0 R /First 7 0 R /Last 7 0 R /Dest [3 0 R /Fit] >>",
    }
    write_pdf(path, one_page(show(DECISION[:80]), more, catalog=b"/Outlines 6 0 R"))


def deep_outline(path: Path) -> None:
    last = 5006
    more = {6: b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>"}
    for number in range(7, last + 1):
        below = b"/First %d 0 R /Last %d 0 R /Count 1" % (number + 1, number + 1) if number < last else b""
        more[number] = b"<< /Title (Abschnitt %d) /Parent %d 0 R %b /Dest [3 0 R /Fit] >>" % (number, number - 1, below)
    write_pdf(path, one_page(show(DECISION[:80]), more, catalog=b"/Outlines 6 0 R"))


def xref_loop(path: Path) -> None:
    """The table of objects says that the one before it is itself."""
    objects = one_page(show(DECISION[:80]))
    start = pdf_bytes(objects).rindex(b"xref\n0")
    path.write_bytes(pdf_bytes(objects, trailer=b"/Prev %d" % start))


def self_referring_length(path: Path) -> None:
    objects = one_page(b"")
    content = show(DECISION[:80])
    objects[4] = b"<< /Length 4 0 R >>\nstream\n%b\nendstream" % content
    write_pdf(path, objects)


def unknown_filter(path: Path) -> None:
    """One page is packed in a way that nobody knows; the other one is fine."""
    objects = one_page(show(DECISION[:80]))
    objects[2] = b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>"
    objects[6] = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>"
    )
    objects[7] = stream(show(FUNDING[:80]), b"/Filter /GeheimDecode")
    write_pdf(path, objects)


def odd_numbers(path: Path) -> None:
    """Numbers that are none, a page without resources, operators without operands."""
    content = b"q 1e999 NaN -- cm Q\nBT /F9 12 Tf (weg) Tj ET\n Td Tj ' \" \n[ ] TJ\n" + show(DECISION[:80])
    write_pdf(path, one_page(content))


def with_actions(path: Path) -> None:
    """Opening it would run a script and start a program, for those who let it."""
    more = {6: b"<< /S /JavaScript /JS (while(true){app.alert\\('x'\\)}) >>", 7: b"<< /S /Launch /F (/bin/sh) >>"}
    write_pdf(path, one_page(show(DECISION[:80]), more, catalog=b"/OpenAction 6 0 R /AA << /WC 7 0 R >>"))


def no_pages(path: Path) -> None:
    objects = one_page(b"")
    objects[2] = b"<< /Type /Pages /Kids [] /Count 0 >>"
    write_pdf(path, objects)


def no_font(path: Path) -> None:
    """The page uses a font that it does not have."""
    write_pdf(path, one_page(show(DECISION[:80]), fonts=b"/F2 5 0 R", font=HELVETICA))


PART_NAMES = (
    "einladung-zur-12-sitzung-des-kreisausschusses",
    "vorlage-123-2014-kommunales-integrationszentrum",
    "anlage-1-kostenaufstellung",
)

FILES = (
    Nasty("sitzungspaket.pdf", package, reads=(SCHEDULE, DECISION, MAYORS, FUNDING, OFFICE), documents=PART_NAMES),
    Nasty(
        "pdf-in-pdf.pdf",
        attached({"Anlage 1.pdf": lambda: small_pdf(FUNDING), "kosten.xlsx": lambda: b"PK\3\4"}),
        reads=(DECISION, FUNDING),
        documents=("", "Anlage 1.pdf"),
        skips=("kosten.xlsx",),
    ),
    Nasty(
        "docx-in-pdf.pdf",
        attached({"Antrag.docx": lambda: docx_bytes(FUNDING, MAYORS)}),
        reads=(DECISION, FUNDING, MAYORS),
        documents=("", "Antrag.docx"),
    ),
    Nasty(
        "boese-namen-in-pdf.pdf",
        attached(
            {"../../../tmp/flucht.txt": lambda: b"Der Ausbruch.", "x\ny\0.txt": lambda: b"Die Zeile.", "": lambda: b""}
        ),
        reads=(DECISION,),
        skips=(r"„(ohne Namen|Anhang \d)“",),
    ),
    Nasty(
        "kaputte-anlage-in-pdf.pdf",
        attached({"kaputt.pdf": lambda: small_pdf(FUNDING)[:300], "gut.txt": FUNDING.encode}),
        reads=(DECISION, FUNDING),
        documents=("", "gut.txt"),
        skips=("kaputt.pdf.*unvollständig",),
    ),
    Nasty(
        "anlagen-verschachtelt.pdf",
        nested_attachments,
        reads=(DECISION, "Ebene 1 der", "Ebene 2 der"),
        absent=("Ebene 3 der", "Ganz innen"),
        skips=("zu tief verschachtelt",),
    ),
    Nasty(
        "anlagen-70.pdf",
        many_attachments,
        reads=(DECISION, "Das ist die Anlage 00.", "Das ist die Anlage 49."),
        absent=("Das ist die Anlage 50.",),
        skips=("mehr als 50",),
    ),
    Nasty("leeres-kennwort.pdf", encrypted("", "geheim"), reads=LETTER),
    Nasty("leeres-kennwort-aes.pdf", encrypted_aes, reads=LETTER),
    Nasty("kennwort.pdf", encrypted("geheim", "geheimer"), reports="verschlüsselt.*Kennwort"),
    Nasty("abgeschnitten.pdf", spoiled(lambda data: data[: len(data) // 2]), reports="unvollständig|abgeschnitten"),
    Nasty(
        "ohne-ende.pdf", spoiled(lambda data: data.replace(b"%%EOF", b"")), reads=LETTER[:3], reports="unvollständig"
    ),
    Nasty("muell-vor-kopf.pdf", spoiled(lambda data: b"\r\nX-Mailer: Rathaus\r\n" * 20 + data), reads=LETTER[:3]),
    Nasty("muell-am-ende.pdf", spoiled(lambda data: data + b"\0" * 5000), reads=LETTER[:3], reports="unvollständig"),
    Nasty("kaputte-xref.pdf", spoiled(lambda data: data.replace(b"startxref\n", b"startxref\n9")), reads=LETTER[:3]),
    Nasty("fehlendes-objekt.pdf", spoiled(_without_object), reads=(DECISION, MAYORS), reports="beschädigt"),
    Nasty("seitenbaum-schleife.pdf", page_tree_loop, reads=(DECISION[:60],), reports="beschädigt"),
    Nasty("seitenzahl-gelogen.pdf", page_count_lie, reads=(DECISION[:60],), reports="beschädigt"),
    Nasty("gliederung-schleife.pdf", outline_loop, reads=(DECISION[:60],)),
    Nasty("gliederung-5000-tief.pdf", deep_outline, reads=(DECISION[:60],)),
    Nasty("xref-schleife.pdf", xref_loop, reads=(DECISION[:60],), reports="beschädigt"),
    Nasty(
        "laenge-auf-sich-selbst.pdf",
        self_referring_length,
        reads=(DECISION[:60],),
        reports="beschädigt|keinen lesbaren Text",
    ),
    Nasty("unbekannter-filter.pdf", unknown_filter, reads=(DECISION[:60],), reports="beschädigt"),
    Nasty("unsinnige-befehle.pdf", odd_numbers, reads=(DECISION[:60],)),
    Nasty("ohne-schrift.pdf", no_font, reads=(DECISION[:60],), reports="Text"),
    Nasty("skript-beim-oeffnen.pdf", with_actions, reads=(DECISION[:60],), absent=("app.alert",)),
    Nasty("ohne-seiten.pdf", no_pages, reports="keine Seiten|beschädigt"),
)
