"""Do the cited passages support what is stated: citation recall and precision as in ALCE (Gao et al. 2023).

ALCE asks a natural language inference model whether passages entail a statement. Here a quote is supported if the
passages have its words, and a statement in a model's words only if they have every number, date and amount and every
content word of it: strict, so that it may be too low and never flatters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Statement
from corpus.analysis import analyse
from eval.metrics.judged import Judged
from eval.normalisation import normalise
from eval.records import Pair

_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


def citation_recall(judged: Judged) -> Pair:
    """Share of an answer's statements that their cited passages support together; one without citations is not."""
    supported = [_supports(statement, _passages(judged, statement)) for statement in _stated(judged)]
    return sum(supported), len(supported)


def citation_precision(judged: Judged) -> Pair:
    """Share of citations that are needed.

    A citation is not needed if the statement is not supported at all, or if the passage alone does not support it and
    the others do without it.
    """
    needed = total = 0
    for statement in _stated(judged):
        passages = _passages(judged, statement)
        total += len(passages)
        if not _supports(statement, passages):
            continue
        for number, passage in enumerate(passages):
            others = [*passages[:number], *passages[number + 1 :]]
            needed += _supports(statement, [passage]) or not _supports(statement, others)
    return needed, total


def _stated(judged: Judged) -> list[Statement]:
    """What an answer states about the documents; notices are about the search."""
    return [] if judged.refused else [s for s in judged.answer.statements if s.kind != "notice"]


def _passages(judged: Judged, statement: Statement) -> list[str]:
    """What the documents say at the places that a statement cites, whatever the citations claim to quote."""
    by_number = {citation.number: citation for citation in judged.answer.citations}
    cited = [by_number[number] for number in dict.fromkeys(statement.citations) if number in by_number]
    return [judged.documents.get(c.document, "")[c.char_start : c.char_end] for c in cited]


def _supports(statement: Statement, passages: Sequence[str]) -> bool:
    if statement.kind == "quote":
        return any(_collapsed(statement.text) in _collapsed(passage) for passage in passages)
    text = " ".join(passages)
    return _numbers(statement.text) <= _numbers(text) and set(analyse(statement.text)) <= set(analyse(text))


def _numbers(text: str) -> set[str]:
    """Numbers and dates in canonical form."""
    return set(_NUMBER.findall(normalise(text)))


def _collapsed(text: str) -> str:
    return " ".join(text.split())
