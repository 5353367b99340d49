"""Words the answer around verbatim quotes: German Markdown with a marker at every quote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Citation, Statement
from assistant.differing import differing
from assistant.question import UnderstoodQuestion
from corpus.types import DocumentInfo, MissingDocument

EXAMPLE = "Beispieldokument – frei erfunden, nicht amtlich"
"""How an invented document is marked wherever it is shown."""
EXAMPLE_NOTICE = "Diese Antwort stützt sich auf ein Beispieldokument (frei erfunden, nicht amtlich)."
PROPOSAL_NOTICE = (
    "Der Beschlussvorschlag ist noch kein Beschluss: Wie über ihn entschieden wurde, steht nicht in den durchsuchten "
    "Dokumenten."
)
_SURE_OF_CHARACTERS = 0.85
"""Below this confidence of character recognition, a reader is asked to look at the page."""
_SPECIAL = "\\`*_[]<>"
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in _SPECIAL})
_ESCAPED = re.compile(rf"\\([{re.escape(_SPECIAL)}])")


def escaped(text: str) -> str:
    """Document text for Markdown: nothing in it is read as formatting or as a marker."""
    return text.translate(_MARKDOWN)


def unescaped(markdown: str) -> str:
    """What :func:`escaped` was made of."""
    return _ESCAPED.sub(r"\1", markdown)


def lead(question: UnderstoodQuestion, citations: Sequence[Citation], short: str | None, *, sure: bool) -> str:
    """The first line: the short answer where there is one, else what follows, and no surer than the reader is."""
    first = citations[0]
    source = _source(citations)
    if short is not None:
        answering = next((c for c in citations if c.short_start is not None), first)
        marker = answering.number
        if question.kind == "definition":
            return f"**{escaped(short)}** [{marker}]"
        opening = "Genannt wird" if len({c.document for c in citations}) > 1 else f"{source} nennt"
        head = head_of_short_answer(answering)
        return f"{opening}: **{escaped(short)}**{f' ({escaped(head)})' if head else ''} [{marker}]"
    # Neutral on purpose: that a quote is the reason, or a complete list, would be a claim of ours.
    if not sure:
        return f"Am ehesten passt dazu {_in(source)}:"
    verb = "heißt es" if question.kind in ("yes_no", "reason") else "steht"
    return f"Dazu {verb} {_in(source)}:"


def selection_lead(documents: Sequence[DocumentInfo]) -> str:
    """The first line above sentences that stand for whole documents."""
    named = [f"{escaped(info.kind)} „{escaped(info.title)}“{_pages(info)}" for info in documents]
    return f"Wichtige Sätze aus {', '.join(named[:-1])}{' und ' if named[:-1] else ''}{named[-1]}:"


def _pages(info: DocumentInfo) -> str:
    return f" ({info.pages} Seiten)" if info.pages > 1 else ""


def selection_notice(titles: Sequence[str]) -> Statement:
    """That sentences are a selection, and what else there is in the document."""
    listed = f" Abschnitte: {' · '.join(map(escaped, titles))}." if titles else ""
    return notice(f"Das ist eine Auswahl und keine vollständige Zusammenfassung.{listed}")


def head_of_short_answer(citation: Citation) -> str:
    """What heads the column of the cell that is the short answer: a figure alone does not say what it counts."""
    place = (citation.short_start, citation.short_end)
    return next((cell.header for cell in citation.cells if (cell.char_start, cell.char_end) == place), "")


def _source(citations: Sequence[Citation]) -> str:
    """How the answer speaks of its source; only kinds whose gender is certain get an article."""
    kinds = {c.kind for c in citations}
    if kinds == {"Vorlage"} and len({c.document for c in citations}) == 1:
        return "Die Vorlage"
    if kinds == {"Konzeption"}:
        return "Die Konzeption"
    if len(kinds) == 1 and next(iter(kinds)).startswith("Anhang"):
        return next(iter(kinds))
    return "Das Dokument" if len({c.document for c in citations}) == 1 else "Die Dokumente"


def _in(source: str) -> str:
    return {
        "Die Vorlage": "in der Vorlage",
        "Die Konzeption": "in der Konzeption",
        "Das Dokument": "im Dokument",
        "Die Dokumente": "in den Dokumenten",
    }.get(source, f"in {source}")


def quote_block(citation: Citation) -> str:
    """A quote with its marker and, below it, its Fundstelle; a table's row with what heads its columns."""
    quoted = escaped(citation.quote).replace("\n", "\n> ")
    if citation.cells:
        return f"> {escaped(row_in_words(citation))} [{citation.number}]\n> – {escaped(citation.label)}"
    return f"> „{quoted}“ [{citation.number}]\n> – {escaped(citation.label)}"


def row_in_words(citation: Citation) -> str:
    """A quoted row of a table in one line, each cell behind what heads its column."""
    return " · ".join(f"{cell.header}: {cell.text}" if cell.header else cell.text for cell in citation.cells)


def recognition_notice(citations: Sequence[Citation]) -> Statement | None:
    """That a quote comes from a scan and may have been misread."""
    unsure = [c for c in citations if c.confidence is not None and c.confidence < _SURE_OF_CHARACTERS]
    if not unsure:
        return None
    markers = " ".join(f"[{citation.number}]" for citation in unsure)
    text = f"Aus einem Scan, nur unsicher erkannt; bitte am Seitenbild prüfen: {markers}"
    return notice(text, [citation.number for citation in unsure])


def orders_notice(citations: Sequence[Citation]) -> Statement | None:
    """That a quote gives orders to a program, which are not followed."""
    if not citations:
        return None
    markers = " ".join(f"[{citation.number}]" for citation in citations)
    text = f"Darin stehen Aufforderungen an ein Computerprogramm; sie werden nicht befolgt: {markers}"
    return notice(text, [citation.number for citation in citations])


def open_notice(questions: Sequence[str]) -> Statement:
    """Which parts of a question found no answer."""
    named = " und ".join(f"„{escaped(question)}“" for question in questions)
    return notice(f"Offen bleibt {named}: Dazu habe ich keine sichere Angabe gefunden.")


def references_notice(citations: Sequence[Citation]) -> Statement | None:
    """Which documents the quotes point to, and which of them are not there."""
    named = {
        reference.kind: f"{reference.kind} „{reference.title}“"
        + ("" if reference.document else " (angekündigt, liegt nicht vor)")
        for citation in citations
        for reference in citation.references
        if reference.document not in {other.document for other in citations}
    }
    return notice(f"In den Zitaten genannt: {'; '.join(map(escaped, named.values()))}.") if named else None


def differing_notice(citations: Sequence[Citation]) -> Statement | None:
    """That the documents name different values, each with where it stands; which one holds is not ours to say."""
    told = differing(citations)
    if not told:
        return None
    values = [f"„{escaped(one.words)}“ " + " ".join(f"[{c.number}]" for c in one.citations) for one in told]
    text = (
        f"Die Dokumente nennen Verschiedenes: {', '.join(values[:-1])} und {values[-1]}. "
        "Ob dasselbe gemeint ist, zeigt der Wortlaut."
    )
    return notice(text, [citation.number for one in told for citation in one.citations])


def scope_notice(kinds: Sequence[str], pages: Sequence[str]) -> Statement:
    """Where was looked because the question says so."""
    return notice(f"Gesucht wurde, wie gefragt, nur in: {_listed(kinds or ['allen Dokumenten'])}{_on(pages)}.")


def choice_notice(names: Sequence[str], pages: Sequence[str], searched: int, of: int) -> Statement:
    """Where was looked because somebody chose it; ``names`` are left out where there are too many."""
    where = f": {_listed(names)}" if names else ""
    documents = f"{searched} von {of} Dokumenten"
    return notice(f"Gesucht wurde, wie gewählt, nur in {documents}{where}{_on(pages)}.")


def _listed(names: Sequence[str]) -> str:
    *others, last = map(escaped, names)
    return f"{', '.join(others)} und {last}" if others else last


def _on(pages: Sequence[str]) -> str:
    return f", S. {', '.join(pages)}" if pages else ""


def quote_statement(citation: Citation) -> Statement:
    """A quote is its own proof."""
    return Statement(text=citation.quote, kind="quote", citations=[citation.number], verification="verbatim")


def notice(text: str, citations: Sequence[int] = ()) -> Statement:
    """Something about the search or the source."""
    return Statement(text=text, kind="notice", citations=list(citations), verification=None)


def searched_sentence(count: int, *, sure: bool) -> str:
    """The honest no; where something comes near, it does not claim that there is nothing."""
    if count == 0:
        return "Es ist kein Dokument da, das hier durchsucht werden darf."
    if count == 1:
        return (
            "Dazu enthält das durchsuchte Dokument keine Angabe."
            if sure
            else "Dazu habe ich im durchsuchten Dokument keine sichere Angabe gefunden."
        )
    return (
        f"Dazu enthalten die {count} durchsuchten Dokumente keine Angabe."
        if sure
        else f"Dazu habe ich in den {count} durchsuchten Dokumenten keine sichere Angabe gefunden."
    )


def named(document: DocumentInfo | MissingDocument) -> str:
    """How a document is named in a list: Anhang 1: Kostenaufstellung."""
    return document.title if document.title.startswith(document.kind) else f"{document.kind}: {document.title}"


def missing_sentence(missing: MissingDocument, marker: int | None) -> str:
    """That an attachment is announced but not there, with the marker of the announcement."""
    proof = f" [{marker}]" if marker is not None else ""
    kind = "" if missing.title.startswith(missing.kind) else f"{missing.kind} "
    return f"Angekündigt ist {kind}„{escaped(missing.title)}“{proof}; das Original liegt nicht vor."


def proposed_sentence(section: str, marker: int) -> str:
    """That something has been proposed, with the marker of the proposal, and that no more is known."""
    verb = "Beschlussempfehlung" if section.startswith("Beschlussempfehlung") else "Beschlussvorschlag"
    article = "eine" if verb == "Beschlussempfehlung" else "ein"
    return (
        f"Vorgelegt ist {article} {verb} [{marker}]; wie darüber entschieden wurde, steht nicht in den durchsuchten "
        "Dokumenten."
    )
