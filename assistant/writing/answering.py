"""Makes an answer of what was written and proven: sentences with markers, and their quotes below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant import composing
from assistant.answer import Answer, Citation, Statement, Wording
from assistant.engine import Draft
from assistant.tasks import task_of
from assistant.writing.material import Material
from assistant.writing.writer import Counts, Piece, Written

Notices = Callable[[Sequence[Citation]], Sequence[Statement]]
"""What qualifies an answer that rests on these citations."""


def is_to_be_worded(draft: Draft) -> bool:
    """Whether words help: a fact that can be told in one word is told best by its quote."""
    answer = draft.answer
    if answer.status != "answered" or not answer.citations:
        return False
    task = task_of(draft.question.standalone, draft.question.kind)
    return task != "answer" or answer.short_answer is None


def checked(answer: Answer) -> Answer:
    """The answer, its invariants checked: copies with changes are not checked by themselves."""
    return Answer.model_validate(answer.model_dump())


class Numbering:
    """The citations of an answer, numbered in the order in which its sentences cite them.

    A sentence that stands in a quote of ``base`` is cited by that quote, whole: what the quote shows beside the
    sentence, the answer shows, too.
    """

    def __init__(self, base: Answer, material: Material) -> None:
        self._material = material
        self._quotes = base.citations
        self.citations: list[Citation] = []

    def statement_of(self, piece: Piece) -> Statement:
        """A worded piece as the answer states it, or the quote that stands in its place."""
        cited = list(dict.fromkeys(self._number(evidence) for evidence in piece.evidence))
        if piece.verification == "verbatim":
            return composing.quote_statement(self.citations[cited[0] - 1])
        sentence = piece.text if piece.text.endswith((".", "!", "“", ")")) else f"{piece.text}."
        markers = "".join(f"[{number}]" for number in cited)
        return Statement(
            text=f"{composing.escaped(sentence)} {markers}", kind="generated", citations=cited, verification="supported"
        )

    def keep(self, quotes: Sequence[Citation]) -> None:
        """Add those of ``quotes`` that no sentence cites."""
        for quote in quotes:
            self._number_of(quote)

    def _number(self, evidence: int) -> int:
        sentence = self._material.citations[evidence]
        return self._number_of(next((quote for quote in self._quotes if _holds(quote, sentence)), sentence))

    def _number_of(self, cited: Citation) -> int:
        for citation in self.citations:
            if _holds(citation, cited):
                return citation.number
        self.citations.append(cited.model_copy(update={"number": len(self.citations) + 1}))
        return len(self.citations)


def worded(
    base: Answer, written: Written, material: Material, model: str, notices: Notices, *, selection: bool
) -> Answer:
    """The answer in the model's words; ``base`` is the one in quotes, which stay whatever the model cites.

    Of a ``selection`` of sentences that stand for a document only the first one has to.

    Whoever reads it can check all of it: each sentence has its quotes below.
    """
    numbering = Numbering(base, material)
    # Sentences that stand in one quote have it in their place only once.
    pieces = list({(s.text, *s.citations): s for s in map(numbering.statement_of, written.pieces)}.values())
    # What the search is sure of stays, whatever the model thought of it: nobody gets less than with quotes alone.
    numbering.keep(base.citations[:1] if selection else base.citations)
    citations = numbering.citations
    short = base.short_answer if any(c.short_start is not None for c in citations) else None
    qualifying = notices(citations)
    above = [statement for statement in qualifying if statement.text == composing.EXAMPLE_NOTICE]
    below = [statement for statement in qualifying if statement.text != composing.EXAMPLE_NOTICE]
    below = [*below, *_about(written.counts, model, cut=written.cut)]
    blocks = [composing.quote_block(citation) for citation in citations]
    told = " ".join(
        s.text if s.kind == "generated" else f"„{composing.escaped(' '.join(s.text.split()))}“ [{s.citations[0]}]"
        for s in pieces
    )
    opening = [f"**{composing.escaped(short)}**"] if short else []
    text = "\n\n".join([*opening, told, *blocks, *(f"*{statement.text}*" for statement in [*above, *below])])
    return base.model_copy(
        update={
            "text": text,
            "short_answer": short,
            "statements": [*above, *pieces, *below],
            "citations": citations,
            "engine": "generated",
            "wording": wording_of(written.counts, model),
        }
    )


def wording_of(counts: Counts, model: str) -> Wording:
    """What an answer tells of its sentences."""
    return Wording(
        model=model,
        sentences=counts.sentences,
        unproven=counts.failed,
        repaired=counts.repaired,
        replaced=counts.replaced,
        left_out=counts.left_out,
        tokens=counts.tokens,
    )


def fallen_back(base: Answer, written: Written, model: str) -> Answer:
    """The answer in quotes, saying why it is not worded."""
    why = written.failure
    about = composing.notice(f"Geantwortet wird nur mit Zitaten: {why}")
    return base.model_copy(
        update={
            "text": f"{base.text}\n\n*{about.text}*",
            "statements": [*base.statements, about],
            "wording": wording_of(written.counts, model),
        }
    )


def _about(counts: Counts, model: str, *, cut: bool) -> list[Statement]:
    """Who worded the answer, and what of it is not shown."""
    said = [f"Formuliert vom Sprachmodell „{composing.escaped(model)}“; jeder Satz ist an seinen Fundstellen geprüft."]
    if counts.left_out:
        what = "Ein Satz ließ" if counts.left_out == 1 else f"{counts.left_out} Sätze ließen"
        said.append(f"{what} sich nicht belegen und {'fehlt' if counts.left_out == 1 else 'fehlen'} hier.")
    if counts.replaced:
        what = "Ein Satz steht" if counts.replaced == 1 else f"{counts.replaced} Sätze stehen"
        said.append(f"{what} hier im Wortlaut des Dokuments, weil die Formulierung nicht zu belegen war.")
    if cut:
        said.append("Das Sprachmodell ist nicht fertig geworden.")
    return [composing.notice(" ".join(said))]


def _holds(quote: Citation, sentence: Citation) -> bool:
    return (
        quote.document == sentence.document
        and quote.char_start <= sentence.char_start
        and sentence.char_end <= quote.char_end
    )
