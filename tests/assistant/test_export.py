"""Conversations and session sheets as files: every quote with its Fundstelle, in three formats."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pypdfium2
import pytest
from docx import Document
from lxml import etree

from assistant.answer import Answer, Citation, NotFound, Statement
from assistant.export import FORMATS, Format, Paper, conversation_paper, exported

HOSTILE = "<b>5 < 6</b> & \x00 *Sternchen* [1] „Š“"


def citation(quote: str, *, number: int = 1, example: bool = False) -> Citation:
    return Citation(
        number=number,
        document="notiz",
        title="Notiz",
        kind="Vorlage",
        label="Vorlage 12/2014, S. 3",
        origin="example" if example else "original",
        section="",
        pages=[],
        char_start=0,
        char_end=len(quote),
        quote=quote,
        boxes=[],
    )


def answer(quote: str, *, example: bool = False, question: str = "Was kostet es?") -> Answer:
    return Answer(
        question=question,
        standalone_question=question,
        status="answered",
        text="Die Vorlage nennt: **12 €** [1]\n\n> …",
        short_answer="12 €",
        statements=[Statement(text=quote, kind="quote", citations=[1], verification="verbatim")],
        citations=[citation(quote, example=example)],
        not_found=None,
        engine="quotes",
        confidence=0.9,
        timings_ms={},
        settings="",
    )


def refusal() -> Answer:
    return Answer(
        question="Wie hoch ist der Turm?",
        standalone_question="Wie hoch ist der Turm?",
        status="not_found",
        text="Dazu enthält das durchsuchte Dokument keine Angabe.",
        short_answer=None,
        statements=[],
        citations=[],
        not_found=NotFound(searched=1, announced_but_missing=["Anhang 1: Kosten"], nearest=[citation("Ein Turm.")]),
        engine="quotes",
        confidence=0.1,
        timings_ms={},
        settings="",
    )


def words(paper: Paper, form: Format) -> str:
    """What somebody reads in the file, read by other programs than the one that wrote it."""
    content = exported(paper, form)
    if form == "md":
        return content.decode()
    if form == "docx":
        return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content)]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("form", FORMATS)
def test_a_conversation_has_questions_answers_quotes_and_places(form: Format) -> None:
    told = words(conversation_paper([answer("Es kostet 12 €.", example=True), refusal()], "2014-03-17"), form)
    for expected in (
        "Stand 17.03.2014",
        "Künstliche Intelligenz",
        "Was kostet es?",
        "Die Vorlage nennt: 12 €",
        "„Es kostet 12 €.“",
        "Vorlage 12/2014, S. 3",
        "frei erfunden",
        "Wie hoch ist der Turm?",
        "Dazu enthält das durchsuchte Dokument keine Angabe.",
        "Anhang 1: Kosten",
        "„Ein Turm.“",
    ):
        assert expected in told.replace("\\", "")


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_what_documents_say_is_text_in_every_format(form: Format) -> None:
    told = words(conversation_paper([answer(HOSTILE, question=HOSTILE)], "2014-03-17"), form)
    assert " ".join(told.split()).count("<b>5 < 6</b> & *Sternchen* [1] „Š“") == 2


def test_markdown_reads_nothing_of_it_as_markup() -> None:
    told = words(conversation_paper([answer(HOSTILE)], "2014-03-17"), "md")
    assert r"\<b\>5 \< 6\</b\> & " in told
    assert r"\*Sternchen\* \[1\]" in told


def test_a_word_file_is_sound_xml_and_says_that_it_is_german() -> None:
    content = exported(conversation_paper([answer(HOSTILE)], "2014-03-17"), "docx")
    with ZipFile(BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith(".xml"):
                etree.fromstring(package.read(name))
        assert b'w:val="de-DE"' in package.read("word/styles.xml")


def test_a_long_conversation_goes_over_many_numbered_pages() -> None:
    content = exported(conversation_paper([answer("Ein Satz, der lang ist. " * 60)] * 12, "2014-03-17"), "pdf")
    document = pypdfium2.PdfDocument(content)
    assert len(document) > 4
    assert document[3].get_textpage().get_text_bounded().strip().endswith("4")


def test_what_a_model_worded_keeps_the_numbers_of_its_proofs() -> None:
    said = Statement(text="Der Rat zahlt 12 €. [1]", kind="generated", citations=[1], verification="supported")
    about = Statement(text="Formuliert vom Sprachmodell.", kind="notice", citations=[], verification=None)
    worded = answer("Der Rat zahlt 12 €.").model_copy(
        update={"engine": "generated", "short_answer": None, "statements": [said, about], "text": said.text}
    )
    blocks = [(block.kind, block.text) for block in conversation_paper([worded], "2014-03-17").blocks[2:]]
    assert ("text", "Der Rat zahlt 12 €. [1]") in blocks
    assert ("quote", "„Der Rat zahlt 12 €.“") in blocks
    assert blocks[-1] == ("note", "Formuliert vom Sprachmodell.")
