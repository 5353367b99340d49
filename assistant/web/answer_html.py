"""Answers as semantic HTML: question, short answer, quotes with their Fundstelle, notices, an honest refusal.

All text from documents, questions and file names passes through :func:`assistant.web.escaping.escaped` exactly once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from assistant.answer import MARKER, Answer, Citation, NotFound, Statement
from assistant.composing import EXAMPLE, head_of_short_answer, unescaped
from assistant.differing import differing, tellings
from assistant.web.escaping import escaped
from assistant.web.feedback import controls
from corpus.access import Clearance

READING = "Ich lese in den Unterlagen …"

_QUOTES = "„“”\"»«‚‘’'…  \n\t."


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with what came of it; neither ``answer`` nor ``error`` while it is being read.

    ``feedback`` is the key under which the answer can be rated, ``progress`` tells how far an answer is, ``written``
    what
    of it has been worded and proven by then; ``documents``
    are the ids of those that were chosen to be searched, ``None`` where it was everything. ``further`` is the key under
    which the page may ask what to ask next. ``seen`` is who was answered, with which clearance, and the state of access
    in which that was; ``None`` where there is no answer.
    """

    question: str
    answer: Answer | None = None
    error: str | None = None
    feedback: str | None = None
    progress: str = READING
    written: tuple[Statement, ...] = ()
    documents: tuple[str, ...] | None = None
    further: str | None = None
    seen: tuple[str, Clearance, int] | None = None


def conversation_html(exchanges: Sequence[Exchange]) -> str:
    """The whole conversation, oldest first."""
    told = "".join(_exchange(turn, exchange) for turn, exchange in enumerate(exchanges, start=1))
    return f'<h2 class="sr-only">Unterhaltung</h2>{told}' if told else ""


def _exchange(turn: int, exchange: Exchange) -> str:
    if exchange.answer is not None:
        rating = controls(exchange.feedback) if exchange.feedback is not None else ""
        link = f"frage={quote(exchange.answer.standalone_question, safe='')}"
        if exchange.documents is not None:
            link += f"&dokumente={quote(json.dumps(exchange.documents), safe='')}"
        after = (
            f'<div class="after"><button type="button" class="plain" data-link="{escaped(link)}">Link kopieren'
            f'<span class="sr-only"> zu dieser Antwort</span></button>{rating}</div>'
        )
        if exchange.further is not None:
            after += f'<div class="further" data-further="{escaped(exchange.further)}" hidden></div>'
        state, content = "done", answer_html(exchange.answer, turn) + after
    elif exchange.error is not None:
        state, content = "error", _error(exchange.error)
    else:
        # The passages come with the whole answer; until then a sentence shows only that it has some.
        written = "".join(f'<p class="worded">{escaped(_words(statement))}</p>' for statement in exchange.written)
        state, content = "reading", f'{written}<p class="reading">{escaped(exchange.progress)}</p>'
    question = exchange.question.strip()
    if question:
        asked = escaped(question)
        heading = f'<span class="sr-only">Ihre Frage: </span>{asked}'
        chosen = "" if exchange.documents is None else f' data-documents="{escaped(json.dumps(exchange.documents))}"'
        content = f'<h3 class="question" data-question="{asked}"{chosen}>{heading}</h3>{content}'
    return f'<section class="exchange" data-turn="{turn}" data-state="{state}">{content}</section>'


def _error(sentence: str) -> str:
    return f'<div class="answer" data-announce="{escaped(sentence)}"><p class="failure">{escaped(sentence)}</p></div>'


def answer_html(answer: Answer, turn: int = 1) -> str:
    """One answer; ``turn`` keeps its chips apart from those of other answers in the conversation."""
    inner = _understood(answer)
    inner += _proven(answer, turn) if answer.not_found is None else _refusal(answer, answer.not_found, turn)
    return f'<div class="answer" data-announce="{escaped(_announcement(answer))}">{inner}</div>'


def _understood(answer: Answer) -> str:
    if answer.standalone_question.strip() == answer.question.strip():
        return ""
    return f'<p class="understood">Verstanden als: „{escaped(answer.standalone_question)}“</p>'


def _proven(answer: Answer, turn: int) -> str:
    by_number = {citation.number: citation for citation in answer.citations}
    shown: set[int] = set()
    apart = {c.number for told in differing(answer.citations) for c in told.citations} if answer.short_answer else set()
    parts = [_example_banner(answer)]
    if answer.short_answer:
        # Only passages that say the same stand behind it; what another document says stands in the sentence below.
        told = tellings(answer.citations)
        sources = told[0].citations if told else []
        chips = _chips(sources or answer.citations[:1], turn)
        head = head_of_short_answer(sources[0]) if sources else ""
        counted = f' <span class="counted">{escaped(head)}</span>' if head else ""
        parts.append(f'<p class="short">{escaped(answer.short_answer)}{counted}{chips}</p>')
    elif opening := _opening(answer):
        parts.append(f'<p class="worded">{escaped(opening)}</p>')
    if answer.status == "partial":
        parts.append('<p class="partial">Teilantwort: Die Unterlagen beantworten die Frage nicht vollständig.</p>')
    for statement in answer.statements:
        cited = [by_number[number] for number in dict.fromkeys(statement.citations)]
        if statement.kind == "notice":
            if not _about_examples(statement):
                parts.append(f'<p class="note">{_with_chips(statement, cited, turn)}</p>')
        elif statement.kind == "generated":
            parts.append(_generated(statement, cited, turn))
        else:
            parts.append(_lead(statement, cited))
            if apart.intersection(statement.citations) and not apart <= shown:
                figures = "".join(_figure(by_number[number], turn) for number in sorted(apart))
                parts.append(f'<div class="differing">{figures}</div>')
                shown |= apart
            parts += [_figure(citation, turn) for citation in cited if citation.number not in shown]
            shown.update(statement.citations)
    remaining = [citation for citation in answer.citations if citation.number not in shown]
    if remaining and any(statement.kind == "generated" for statement in answer.statements):
        parts.append('<h4 class="proofs">Belege</h4>')
    parts += [_figure(citation, turn) for citation in remaining]
    return "".join(parts)


def _opening(answer: Answer) -> str:
    """How the answer introduces its quotes ("Zur Begründung heißt es in der Vorlage:"), which no statement repeats."""
    first = answer.text.partition("\n")[0].strip()
    if any(statement.kind == "generated" for statement in answer.statements) or not first.endswith(":"):
        return ""
    return unescaped(MARKER.sub("", first)).strip()


def _generated(statement: Statement, cited: Iterable[Citation], turn: int) -> str:
    """A worded sentence; one that its passages do not support is marked in words, not only in colour."""
    text = _with_chips(statement, cited, turn)
    if statement.verification == "unsupported":
        return f'<p class="unproven"><strong>Nicht belegt:</strong> {text}</p>'
    return f'<p class="worded">{text}</p>'


def _lead(statement: Statement, cited: Sequence[Citation]) -> str:
    """What a quoting statement says beyond its quotes, such as an introduction; mostly nothing."""
    text = " ".join(_words(statement).split()).strip(_QUOTES)
    quotes = [" ".join(citation.quote.split()) for citation in cited]
    if (
        not text
        or any(statement.text == citation.quote for citation in cited)
        or any(text in quoted or quoted.strip(_QUOTES) in text for quoted in quotes)
    ):
        return ""
    return f'<p class="worded">{escaped(_words(statement))}</p>'


def _with_chips(statement: Statement, cited: Iterable[Citation], turn: int) -> str:
    """The statement with its chips where its markers stand, the others after it."""
    waiting = {citation.number: citation for citation in cited}
    pieces: list[str] = []
    position = 0
    for marker in MARKER.finditer(statement.text):
        citation = waiting.pop(int(marker[1]), None)
        if citation is not None:
            before = statement.text[position : marker.start()].rstrip()
            pieces += [escaped(unescaped(before)), _chips([citation], turn)]
            position = marker.end()
    pieces.append(escaped(unescaped(statement.text[position:])))
    return "".join(pieces) + _chips(waiting.values(), turn)


def _refusal(answer: Answer, found: NotFound, turn: int) -> str:
    """What was searched, what is announced but missing, and what comes nearest, clearly not an answer."""
    by_number = {citation.number: citation for citation in answer.citations}
    headline, others = _refusal_headline(answer, found)
    parts = [_example_banner(answer), f'<p class="headline">{escaped(headline)}</p>']
    parts += [f"<p>{_with_chips(s, [by_number[n] for n in s.citations], turn)}</p>" for s in others]
    parts += [_figure(citation, turn) for citation in answer.citations]
    said = " ".join(map(_words, others))
    if missing := [name for name in found.announced_but_missing if name.partition(": ")[2] not in said]:
        items = "".join(f"<li>{escaped(name)}</li>" for name in missing)
        parts.append(f"<h4>Angekündigt, liegt aber nicht vor</h4><ul class='missing'>{items}</ul>")
    if found.nearest:
        parts.append("<h4>Am nächsten kommt – beantwortet die Frage aber nicht</h4>")
        parts += [_figure(citation, turn, near=True) for citation in found.nearest]
    return f'<div class="refusal">{"".join(parts)}</div>'


def _refusal_headline(answer: Answer, found: NotFound) -> tuple[str, list[Statement]]:
    """The refusal in the assistant's words (its first notice without a proof) or in ours, and what else it said."""
    statements = [statement for statement in answer.statements if not _about_examples(statement)]
    for statement in statements:
        if statement.kind == "notice" and not statement.citations:
            return _words(statement), [other for other in statements if other is not statement]
    if found.searched == 1:
        return "Dazu enthält das eine durchsuchte Dokument keine Angabe.", statements
    return f"Dazu enthalten die {found.searched} durchsuchten Dokumente keine Angabe.", statements


def _words(statement: Statement) -> str:
    """The statement as plain text, without its markers."""
    return unescaped(MARKER.sub("", statement.text)).strip()


def _example_banner(answer: Answer) -> str:
    """Stands above every answer that rests on an invented document, whether or not the assistant said so itself."""
    own = next((_words(statement) for statement in answer.statements if _about_examples(statement)), None)
    if own is None and not any(citation.origin == "example" for citation in answer.citations):
        return ""
    return f'<p class="example">{escaped(own or f"Diese Antwort stützt sich auf ein {EXAMPLE}.")}</p>'


def _about_examples(statement: Statement) -> bool:
    return statement.kind == "notice" and "frei erfunden" in statement.text and not statement.citations


def _figure(citation: Citation, turn: int, *, near: bool = False) -> str:
    """A quote with its source line; ``near`` for passages that do not answer."""
    source = escaped(citation.label)
    if citation.stand:
        source += f' · <span class="stand">Stand {escaped(citation.stand)}</span>'
    if citation.origin == "example":
        source += f' <strong class="invented">{EXAMPLE}</strong>'
    return (
        f'<figure class="{"passage near" if near else "passage"}">{quoted(citation)}'
        f"<figcaption>{_chip(citation, turn, near=near)} {source}</figcaption>"
        f'<div class="row"><button type="button" class="plain" data-copy="{escaped(pasteable(citation))}">'
        "Stelle kopieren</button></div></figure>"
    )


def quoted(citation: Citation) -> str:
    """The quote; a table's row under the heads of its columns, as it stands in the document."""
    if not citation.cells:
        return f"<blockquote>„{_marked(citation)}“</blockquote>"
    heads = "".join(
        f'<th scope="col">{escaped(cell.header)}</th>' if cell.header else "<td></td>" for cell in citation.cells
    )
    cells = "".join(
        f"<td><mark>{escaped(cell.text)}</mark></td>"
        if (cell.char_start, cell.char_end) == (citation.short_start, citation.short_end)
        else f"<td>{escaped(cell.text)}</td>"
        for cell in citation.cells
    )
    head = f"<thead><tr>{heads}</tr></thead>" if any(cell.header for cell in citation.cells) else ""
    return f'<blockquote class="cells" tabindex="0"><table>{head}<tbody><tr>{cells}</tr></tbody></table></blockquote>'


def _marked(citation: Citation) -> str:
    """The quote with the short answer marked where it lies inside; offsets outside of the quote mark nothing."""
    words = citation.quote
    if citation.short_start is None or citation.short_end is None:
        return escaped(words)
    start, end = citation.short_start - citation.char_start, citation.short_end - citation.char_start
    if not 0 <= start < end <= len(words):
        return escaped(words)
    return f"{escaped(words[:start])}<mark>{escaped(words[start:end])}</mark>{escaped(words[end:])}"


def pasteable(citation: Citation) -> str:
    """Quote and Fundstelle as one would write them into a Vorlage."""
    label = citation.label
    if citation.origin == "example" and "beispiel" not in label.lower():
        label = f"{label}; {EXAMPLE}"
    return f"„{' '.join(citation.quote.split())}“ ({label})"


def _chips(citations: Iterable[Citation], turn: int) -> str:
    return "".join(f"\N{NO-BREAK SPACE}{_chip(citation, turn)}" for citation in citations)


def _chip(citation: Citation, turn: int, *, near: bool = False) -> str:
    return chip(citation, f"{turn}-{'n' if near else ''}{citation.number}")


def chip(citation: Citation, key: str) -> str:
    """The button that opens the passage; it carries all that the document pane needs, so nothing is asked twice.

    ``key`` tells it from the other chips of the page.
    """
    boxes = [[box.page, box.x0, box.y0, box.x1, box.y1] for box in citation.boxes]
    data = {
        "key": key,
        "document": citation.document,
        "pages": json.dumps([page.index for page in citation.pages]),
        "boxes": json.dumps(boxes),
        "label": citation.label,
        "place": f"{citation.char_start}-{citation.char_end}",
    }
    attributes = "".join(f' data-{name}="{escaped(value)}"' for name, value in data.items())
    name = f"{citation.number}: Fundstelle im Dokument zeigen, {citation.label}"
    return (
        f'<button type="button" class="chip" title="{escaped(citation.quote)}" aria-label="{escaped(name)}"'
        f"{attributes}>{citation.number}</button>"
    )


def _announcement(answer: Answer) -> str:
    """What a screen reader says once when the answer arrives: the answer and where it stands, not every control."""
    if answer.not_found is not None:
        return _refusal_headline(answer, answer.not_found)[0]
    spoken = [_words(statement) for statement in answer.statements if statement.kind != "notice"]
    text = answer.short_answer or (spoken[0] if spoken else "Antwort liegt vor")
    invented = f"{EXAMPLE}. " if any(citation.origin == "example" for citation in answer.citations) else ""
    source = f" Fundstelle: {answer.citations[0].label}." if answer.citations else ""
    return f"{invented}{text.rstrip('.')}.{source}"
