"""Finds the short answer inside a quoted sentence, as a span of it: nothing is worded anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.question import UnderstoodQuestion
from assistant.reader.entities import AMOUNT, DATE, FREQUENCY, LAW, PROPORTION, numbers_without_dates
from assistant.reader.features import related
from corpus.amounts import find_amounts
from corpus.analysis import analyse
from corpus.types import Span

_ENUMERATED = re.compile(r"\s{0,3}(?:,|und|sowie|bzw\.|oder|bis)\s{0,3}(?:(?:am|vom|zum)\s{0,3})?")
_OF_A_PAPER = re.compile(r"\bvom\s+(?:\w+,\s+(?:den\s+)?)?$")
_HOW_OFTEN = re.compile(r"\b(?:wie oft|wie häufig|wievielmal|wie viele? male?)\b", re.IGNORECASE)
_WORDS_BEFORE = 3
"""Words between the noun and its amount at most: "Eigenanteil des Kreises in Höhe von"."""
_LAST_WORD = re.compile(r"\b([^\W\d_]{2,60})\s$")
_FOLLOWING_WORDS = re.compile(r"(?:\s+[\w/-]+){1,4}")


def short_answer(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """The span of the date, amount, paragraph or number that the question asks for.

    ``None`` if there is none, or several and no telling which: rather no short answer than a wrong one.
    """
    match question.kind:
        case "date":
            return _date(question, sentence)
        case "amount":
            return _amount(question, sentence)
        case "law":
            return _only([match.span() for match in LAW.finditer(sentence)])
        case "number":
            return _number(question, sentence)
        case "frequency":
            often = [match.span() for match in FREQUENCY.finditer(sentence)]
            return _only(often) if often else _number(question, sentence)
        case _:
            return None


_WHO = re.compile(r"^\W*(?:und |aber |also )?wer\b", re.IGNORECASE)
_NO_SUBJECT = re.compile(r"^(?:den|dem|des|einem|einen|eines|keinem|keinen|ihm|ihn|ihnen)\b", re.IGNORECASE)
_BY = re.compile(r"\b(?:von|durch|seitens|bei)\s*$", re.IGNORECASE)


def may_be_who(question: UnderstoodQuestion, sentence: str, span: Span) -> bool:
    """Whether a span can be who does something: not where its article shows that it is done to or for them.

    "Wer hat es beantragt?" is not answered by "ist den Kreisen die Möglichkeit eröffnet", but by "von den Kreisen".
    """
    if not _WHO.search(question.text):
        return True
    return _NO_SUBJECT.match(sentence[span.start : span.end]) is None or _BY.search(sentence[: span.start]) is not None


@dataclass(frozen=True, slots=True)
class RowCell:
    """A cell of a table's row, what heads its column, and its place in the document's text."""

    header: str
    text: str
    span: Span


def short_answer_in_row(question: UnderstoodQuestion, cells: Sequence[RowCell]) -> Span | None:
    """The cell that holds what the question asks for, whole.

    Of several that could, it is the one whose column's head has most of the question's words; of equals none.
    """
    wanted = _CELLS.get(question.kind)
    if wanted is None:
        return None
    # The first cell names the row; in a timetable that is the date.
    fitting = [cell for cell in cells[1:] if wanted(cell)] or [
        cell for cell in cells[:1] if question.kind == "date" and wanted(cell)
    ]
    if len(fitting) <= 1:
        return fitting[0].span if fitting else None
    shared = [
        sum(max((related(term, other) for other in analyse(cell.header)), default=0.0) for term in question.terms)
        for cell in fitting
    ]
    best = max(shared)
    return fitting[shared.index(best)].span if best and shared.count(best) == 1 else None


def _is_money(cell: RowCell) -> bool:
    amounts = find_amounts(cell.text)
    if len(amounts) != 1 or amounts[0].unit == "%" or "%" in cell.header:
        return False
    return amounts[0].unit is not None or bool(_IN_MONEY.search(cell.header)) or bool(_CENTS.search(cell.text))


_IN_MONEY = re.compile(r"€|\bEuro\b|\bEUR\b|\bT€|\bTEUR\b")
_CENTS = re.compile(r"\d,\d{2}(?!\d)")
_CELLS: dict[str, Callable[[RowCell], bool]] = {
    "amount": _is_money,
    "number": lambda cell: len(find_amounts(cell.text)) == 1 and not _is_money(cell),
    "date": lambda cell: bool(DATE.search(cell.text)),
}


def _only(spans: list[tuple[int, int]]) -> Span | None:
    return Span(*spans[0]) if len(spans) == 1 else None


def _date(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """The date of what happened, not that of a paper which is mentioned.

    "am 9.12. ist er einem Antrag vom 5.12. gefolgt": a date after "vom" belongs to the noun before it. If the question
    speaks of words between that noun and its date, it may ask for either.
    """
    spans = _joined([match.span() for match in DATE.finditer(sentence)], sentence)
    if len(spans) <= 1:
        return _only(spans)
    events = [span for span in spans if not _OF_A_PAPER.search(sentence[: span[0]])]
    for number, (start, _) in enumerate(spans):
        before = sentence[spans[number - 1][1] if number else 0 : start]
        if _OF_A_PAPER.search(before) and _shares_a_word(question, before):
            return None
    return _only(events)


def _amount(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """An amount belongs to the noun before it: "ein Eigenanteil von 125.950,00 Euro".

    Of several, it is the one before which most of the question's words stand, and nearer to it than to the one before.
    """
    spans = [match.span() for match in AMOUNT.finditer(sentence)]
    if len(spans) <= 1:
        return _only(spans)
    shares = []
    for number, (start, _) in enumerate(spans):
        before = analyse(sentence[spans[number - 1][1] if number else 0 : start])[-_WORDS_BEFORE:]
        shares.append(sum(max((related(term, other) for other in before), default=0.0) for term in question.terms))
    best = max(shares)
    return Span(*spans[shares.index(best)]) if best > 0 and shares.count(best) == 1 else None


def _number(question: UnderstoodQuestion, sentence: str) -> Span | None:
    """A number counts what follows it, so the one followed by a word of the question is meant.

    "Wie viele Kreise" is answered by "47 von insgesamt 54 Kreisen"; a number that counts something else is no answer.
    """
    proportions = [match.span() for match in PROPORTION.finditer(sentence)]
    amounts = [match.span() for match in AMOUNT.finditer(sentence)]
    asks_how_often = bool(_HOW_OFTEN.search(question.standalone))
    singles = [
        match.span()
        for match in numbers_without_dates(sentence)
        # An amount counts money, whatever words follow it, and "schon einmal" counts nothing.
        if (asks_how_often or not match.group().casefold().endswith("mal"))
        and not _is_named(question, sentence, match.span())
        and not any(start <= match.start() < end for start, end in amounts)
        and not any(start <= match.start() < end for start, end in proportions)
    ]
    counted = [
        span
        for span in (*proportions, *singles)
        if (after := _FOLLOWING_WORDS.match(sentence[span[1] :])) and _shares_a_word(question, after.group())
    ]
    return Span(*counted[0]) if counted else None


def _is_named(question: UnderstoodQuestion, sentence: str, span: tuple[int, int]) -> bool:
    """Whether the question itself has the number after the same word: in "Kommune 11" it is a name, no answer."""
    before = _LAST_WORD.search(sentence[: span[0]])
    named = f"{before.group(1)} {sentence[span[0] : span[1]]}" if before else ""
    return bool(named) and named.casefold() in " ".join(question.standalone.casefold().split())


def _shares_a_word(question: UnderstoodQuestion, text: str) -> bool:
    return any(related(term, other) > 0 for term in question.terms for other in analyse(text))


def _joined(spans: list[tuple[int, int]], sentence: str) -> list[tuple[int, int]]:
    """Dates that are enumerated belong together: "22.10.2012, 19.11.2012 und 11.03.2013"."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and _ENUMERATED.fullmatch(sentence[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
