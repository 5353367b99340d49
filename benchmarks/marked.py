"""An Akte whose documents have words of their own, and everything by which somebody could come upon them.

Shared by the command ``python -m benchmarks.leaks`` and the tests in ``tests/access``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from corpus.access import Access, Role

EVERYBODY = frozenset({"niemand", "ohne", "bau", "personal", "verwaltung", "administration"})
INSIDE = frozenset({"verwaltung", "administration"})
ROLES: dict[str, tuple[list[Role], list[str]]] = {
    "ohne": ([], []),
    "bau": (["council_member"], ["Bauausschuss"]),
    "personal": (["council_member"], ["PERSONALAUSSCHUSS"]),
    "verwaltung": (["staff"], []),
    "administration": (["administrator"], []),
}


@dataclass(frozen=True)
class Marked:
    """A document; ``mark`` stands in its title, its text, its abbreviation and its question to begin with."""

    document: str
    mark: str
    access: str
    seen_by: frozenset[str]
    text: str = ""
    """Instead of the sentences that the documents have in common."""

    @property
    def secret(self) -> str:
        """A word of its text that no question has: an answer to the mark may repeat the mark, but never this."""
        return self.mark[::-1].capitalize()

    @property
    def words(self) -> frozenset[str]:
        """What tells that it exists."""
        return frozenset({self.document, self.mark, self.secret})


DOCUMENTS = (
    Marked("offen-eins", "Quellwiese", 'visibility = "public"', EVERYBODY),
    Marked("offen-zwei", "Birkenhain", 'visibility = "public"', EVERYBODY),
    Marked("nur-bau", "Zirkonhalle", 'gremien = ["Bauausschuss"]', INSIDE | {"bau"}),
    Marked("nur-personal", "Xenonstelle", 'gremien = ["Personalausschuss"]', INSIDE | {"personal"}),
    Marked("nur-verwaltung", "Kobaltdeponie", 'visibility = "non_public"', INSIDE),
    Marked("nur-intern", "Vanadiumfonds", 'visibility = "internal"', INSIDE),
)
MISSING = (
    Marked("fehlt-offen", "Eschenufer", 'visibility = "public"', EVERYBODY),
    Marked("fehlt-bau", "Rutilbruecke", 'gremien = ["Bauausschuss"]', INSIDE | {"bau"}),
    Marked("fehlt-intern", "Osmiumgrube", 'visibility = "internal"', INSIDE),
)
QUESTIONS = (
    "Was kostet die Anlage im Jahr?",
    "Wann ist sie fertig?",
    "Wer lehnt sie ab, und was beschließt der Kreistag?",
    "Was steht in den Unterlagen zur Finanzierung?",
)
WITHOUT_ID = (
    "/", "/config", "/faktencheck", "/barrierefreiheit", "/anmelden", "/api/v1/documents", "/api/v1/openapi.json",
    "/gradio_api/info", "/api/v1/search?q=Kreistag&limit=50", "/api/v1/search?q=Was%20kostet%20die%20Anlage",
    "/vorschlaege/erfunden", "/gibt-es-nicht",
)  # fmt: skip


def text_of(marked: Marked) -> str:
    """Sentences that answer the same questions in every document, with another figure in each."""
    if marked.text:
        return f"{marked.mark}\n\n{marked.text}"
    number = DOCUMENTS.index(marked) if marked in DOCUMENTS else len(DOCUMENTS)
    cost = 1000 + 37 * len(marked.mark) * (1 + number)
    letters = "".join(letter for letter in marked.mark.upper() if letter not in "AEIOU")[:4]
    return (
        f"{marked.mark}\n\nBeschlussvorschlag\n\nDer Kreistag beschließt den Bau der Anlage {marked.mark}.\n\n"
        f"Begründung\n\nDer {marked.mark} ({letters}) kostet {cost} Euro im Jahr. Die Verwaltung rechnet damit, dass "
        f"der {marked.mark} am {3 + number}. Mai 2015 fertig ist. Der Bürgermeister lehnt den "
        f"{marked.mark} ab."
    )


def write_akte(
    folder: Path, documents: Collection[Marked], missing: Collection[Marked], *, secrets: bool = False
) -> Path:
    """The folder with these documents; of others it knows nothing, and what it knew of them is gone.

    With ``secrets`` each text ends with a sentence that has its secret word.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.txt"):
        file.unlink()
    questions = [f"Was kostet der {marked.mark}?" for marked in documents]
    lines = ['[akte]\nid = "kreis"\ntitle = "Kreis"', f"questions = {questions!r}"]
    for marked in (*documents, *missing):
        entry = f'[[documents]]\nid = "{marked.document}"\ntitle = "Vorlage {marked.mark}"\nkind = "Vorlage"\n'
        entry += f'origin = "original"\n{marked.access}\n'
        if marked in documents:
            end = f" Den Auftrag bekommt die Firma {marked.secret}." if secrets else ""
            (folder / f"{marked.document}.txt").write_text(f"{text_of(marked)}{end}", encoding="utf-8")
            entry += f'file = "{marked.document}.txt"\n'
        lines.append(entry)
    (folder / "akte.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def places(document: str) -> Iterator[str]:
    """Every address that has the id of a document in it."""
    api = f"/api/v1/documents/{document}"
    yield from (api, f"{api}/text", f"{api}/sheet", f"{api}/sheet.md", f"{api}/sheet.docx", f"{api}/sheet.pdf")
    yield from (f"{api}/pages/0.png", f"{api}/find?q=Kreistag", f"{api}/citation?start=0&end=9", f"{api}/unbekannt")
    yield from (f"/dokumente/{document}/seiten.json", f"/blatt/{document}", f"/original/{document}")
    yield from (f"/seiten/{document}/0.png", f"/seiten/{document}/0.txt", f"/seiten/{document}/7.txt")


def leaked(content: bytes, hidden: Collection[str], sent: str = "") -> set[str]:
    """Hidden words in what came back, whatever file it is; what somebody has sent themselves is no news."""
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif content[:5] == b"%PDF-":
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        text = content.decode("utf-8", "replace")
    text, sent = text.casefold(), sent.casefold()
    return {word for word in hidden if word.casefold() in text and word.casefold() not in sent}


def may_see(who: str, roles: Collection[str], access: Access) -> bool:
    """Whether somebody of :data:`ROLES` may see a document: told anew here, not asked of the program."""
    if access.visibility == "public" or {"staff", "administrator"} & set(roles):
        return True
    gremium = {"bau": "Bauausschuss", "personal": "Personalausschuss"}.get(who, "")
    return access.visibility == "non_public" and "council_member" in roles and gremium in access.gremien


def words_of(documents: Sequence[Marked]) -> frozenset[str]:
    """All that tells of these documents."""
    return frozenset(word for marked in documents for word in marked.words)
