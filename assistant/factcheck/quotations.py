"""Quotations in a draft: whether the words between the marks stand in the document like that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from corpus.types import Span

_QUOTED: Final = re.compile(r"[„»\"](?P<words>[^“”«\"„»]{12,}?)[“”«\"]")
_WORD: Final = re.compile(r"\w[\w.,/-]*\w|\w")
_LEAST_WORDS: Final = 4
_ALIKE: Final = 0.6
_EDGES: Final = " .,;:!?…–-"


@dataclass(frozen=True, slots=True)
class Changed:
    """Words of a quotation that the document has otherwise; spans in the draft's text and in the document's."""

    mine: Span
    theirs: Span


def quotations(text: str) -> list[Span]:
    """The words between quotation marks, where they are enough to be a quotation and no name."""
    return [
        Span(*match.span("words"))
        for match in _QUOTED.finditer(text)
        if len(_WORD.findall(match["words"])) >= _LEAST_WORDS
    ]


def is_verbatim(words: str, source: str) -> bool:
    """Whether ``source`` (single blanks) holds the words, but for what an ellipsis leaves out."""
    place = 0
    for piece in re.split(r"\s?(?:\[?…\]?|\[?\.\.\.\]?|\(…\))\s?", " ".join(words.split())):
        bare = piece.strip(_EDGES)
        found = source.find(bare, place)
        if found < 0 and place == 0 and bare:
            # The first letter may be small or capital for the sentence that quotes.
            found = source.find(bare[0].swapcase() + bare[1:])
        if found < 0:
            return False
        place = found + len(bare)
    return True


def changes(text: str, quoted: Span, source: str) -> Iterator[Changed]:
    """What a quotation changes of ``source``; nothing if it is no quotation of it."""
    mine = [
        Span(quoted.start + m.start(), quoted.start + m.end()) for m in _WORD.finditer(text[quoted.start : quoted.end])
    ]
    theirs = [Span(*m.span()) for m in _WORD.finditer(source)]
    own = [text[span.start : span.end].lower() for span in mine]
    other = [source[span.start : span.end].lower() for span in theirs]
    matcher = SequenceMatcher(None, own, other, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if sum(block.size for block in blocks) < _ALIKE * len(own):
        return
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "replace" and d - c <= 2 * (b - a) + 2:
            yield Changed(Span(mine[a].start, mine[b - 1].end), Span(theirs[c].start, theirs[d - 1].end))
        elif tag == "delete" and blocks and blocks[0].a < b and a < blocks[-1].a + blocks[-1].size:
            beside = min(c, len(theirs) - 1)
            yield Changed(Span(mine[a].start, mine[b - 1].end), theirs[beside])
        elif tag == "insert" and blocks[0].b < c and d <= blocks[-1].b and a > 0:
            yield Changed(mine[a - 1], Span(theirs[c].start, theirs[d - 1].end))
