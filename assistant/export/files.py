"""Writes a paper as Markdown, as a Word file (Office Open XML) or as PDF."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from assistant.composing import escaped
from assistant.export.paper import Block, BlockKind, Paper

Format = Literal["md", "docx", "pdf"]
FORMATS: Final[dict[Format, str]] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""The formats and their media types."""

_MARKDOWN: Final[dict[BlockKind, str]] = {
    "title": "# {}",
    "heading": "## {}",
    "subheading": "### {}",
    "text": "{}",
    "strong": "**{}**",
    "note": "*{}*",
    "quote": "> {}",
}
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no XML file may hold, whatever a document says."""
_PDF_FONTS: Final = {
    "Akte": "STIXGeneral",
    "Akte-Bold": "STIXGeneralBol",
    "Akte-Oblique": "STIXGeneralItalic",
    "Akte-BoldOblique": "STIXGeneralBolIta",
}
_TICKS: Final = str.maketrans({"☐": "[ ]", "☒": "[x]"})
"""The fonts lack tick boxes, and which box is ticked must not be lost."""
_MARGIN_POINTS: Final = 62


def exported(paper: Paper, form: Format) -> bytes:
    """The file's content."""
    writers: dict[Format, Callable[[Paper], bytes]] = {"md": _markdown, "docx": _docx, "pdf": _pdf}
    return writers[form](paper)


def _markdown(paper: Paper) -> bytes:
    return ("\n\n".join(map(_markdown_block, paper.blocks)) + "\n").encode()


def _markdown_block(block: Block) -> str:
    lead = f"**{escaped(block.lead)}** " if block.lead else ""
    source = f"\n>\n> – {escaped(block.source)}" if block.source else ""
    return _MARKDOWN[block.kind].format(f"{lead}{escaped(block.text)}{source}")


def word_document(title: str) -> Any:  # noqa: ANN401 - untyped library
    """An empty Word file in German, with its title."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    document.core_properties.title = clean(title)
    document.core_properties.author = "aktenkundig"
    document.core_properties.language = "de-DE"
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "de-DE")
    return document


def _docx(paper: Paper) -> bytes:
    document = word_document(paper.title)
    levels = {"title": 0, "heading": 1, "subheading": 2}
    for block in paper.blocks:
        text = clean(block.text)
        if block.kind in levels:
            document.add_heading(text, levels[block.kind])
            continue
        paragraph = document.add_paragraph(style="Quote" if block.kind == "quote" else None)
        if block.lead:
            paragraph.add_run(f"{clean(block.lead)} ").bold = True
        run = paragraph.add_run(text)
        run.bold = block.kind == "strong" or None
        run.italic = block.kind == "note" or None
        if block.source:
            paragraph.add_run(f"\n– {clean(block.source)}").italic = False
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _pdf(paper: Paper) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    styles = _pdf_styles()
    content = BytesIO()
    document = BaseDocTemplate(content, pagesize=A4, title=paper.title, author="aktenkundig", lang="de-DE")
    width, height = A4
    frame = Frame(_MARGIN_POINTS, _MARGIN_POINTS, width - 2 * _MARGIN_POINTS, height - 2 * _MARGIN_POINTS)
    # At the end of a page, so that its number is read out last.
    document.addPageTemplates([PageTemplate(frames=[frame], onPageEnd=_page_number)])
    story = []
    for block in paper.blocks:
        text = escape(clean(block.text).translate(_TICKS))
        if block.lead:
            text = f"<b>{escape(clean(block.lead))}</b> {text}"
        if block.source:
            text = f'{text}<br/><font size="8.5">– {escape(clean(block.source))}</font>'
        story.append(Paragraph(text, styles[block.kind]))
    document.build(story)
    return content.getvalue()


def _page_number(canvas: Any, document: Any) -> None:  # noqa: ANN401 - untyped library
    canvas.saveState()
    canvas.setFont(next(iter(_PDF_FONTS)), 8.5)
    canvas.drawCentredString(document.pagesize[0] / 2, _MARGIN_POINTS / 2, str(canvas.getPageNumber()))
    canvas.restoreState()


def _pdf_styles() -> dict[str, Any]:
    """Styles over the fonts that Matplotlib carries: they have all letters that German documents use."""
    import matplotlib
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    # Not DejaVu: ReportLab keeps one file for each face, and the Akte is set with the DejaVu of the machine.
    for name, file in _PDF_FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, folder / f"{file}.ttf"))
    normal, bold, italic, both = _PDF_FONTS
    pdfmetrics.registerFontFamily(normal, normal=normal, bold=bold, italic=italic, boldItalic=both)
    text = ParagraphStyle("text", fontName=normal, fontSize=11, leading=15, spaceAfter=7)
    return {
        "title": ParagraphStyle("title", text, fontName=bold, fontSize=17, leading=22, spaceAfter=8),
        "heading": ParagraphStyle(
            "heading", text, fontName=bold, fontSize=12.5, leading=17, spaceBefore=12, keepWithNext=1
        ),
        "subheading": ParagraphStyle("subheading", text, fontName=bold, spaceBefore=6, keepWithNext=1),
        "text": text,
        "strong": ParagraphStyle("strong", text, fontName=bold),
        "note": ParagraphStyle("note", text, fontName=italic, fontSize=9, leading=13),
        "quote": ParagraphStyle("quote", text, leftIndent=12, borderPadding=(0, 0, 0, 8)),
    }


def clean(text: str) -> str:
    """``text`` without what no XML file may hold."""
    return _NO_XML.sub("", text)
