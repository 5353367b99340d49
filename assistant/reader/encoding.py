"""A question and the sentences of a passage as the tokens that the reading network reads in one pass.

The layout is ``<s> query: question </s> passage: context </s> sentence </s> sentence </s> …``: the two prompts are
those that the embedding model was trained with, and the mark behind each sentence belongs to it, so that a heading or
an item of a list without a full stop ends as clearly as a sentence does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TOKENS: Final = 512
MAX_QUESTION_TOKENS: Final = 96
MAX_CONTEXT_TOKENS: Final = 32
OUTSIDE: Final = -1
"""In place of a sentence's number: the token is in the question, in the context or a mark."""


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """All arrays have shape (tokens,).

    ``sentence`` is the number of the sentence that a token belongs to, or ``OUTSIDE``; ``starts`` and ``ends`` are
    character offsets in that sentence, equal where a token stands for no characters. ``complete`` is how many of the
    sentences are wholly in it: what is beyond ``MAX_TOKENS`` is not read.
    """

    ids: NDArray[np.int64]
    sentence: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    complete: int


class PassageEncoder:
    """Encodes with the embedding model's tokenizer, which is shared."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        begin, end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
        if begin is None or end is None:
            raise ValueError("the reading network needs the tokenizer of multilingual-e5-small")
        self._begin, self._end = int(begin), int(end)

    def lengths(self, sentences: Sequence[str]) -> list[int]:
        """Tokens that each sentence takes, its mark included."""
        encodings = self._tokenizer.encode_batch(list(sentences), add_special_tokens=False)
        return [len(encoding.ids) + 1 for encoding in encodings]

    def head(self, question: str, context: str) -> list[int]:
        """The tokens before the first sentence; too long questions and contexts are cut."""
        asked, told = self._tokenizer.encode_batch(
            [f"query: {question}", f"passage: {context}"], add_special_tokens=False
        )
        return [
            self._begin,
            *asked.ids[:MAX_QUESTION_TOKENS],
            self._end,
            *told.ids[:MAX_CONTEXT_TOKENS],
            self._end,
        ]

    def encode(self, question: str, context: str, sentences: Sequence[str]) -> EncodedPassage:
        """The tokens of one passage, for one question."""
        ids = self.head(question, context)
        outside = len(ids)
        sentence, starts, ends = [OUTSIDE] * outside, [0] * outside, [0] * outside
        complete = 0
        for number, encoding in enumerate(self._tokenizer.encode_batch(list(sentences), add_special_tokens=False)):
            room = MAX_TOKENS - len(ids) - 1
            if room <= 0:
                break
            length = min(len(encoding.ids), room)
            ids += [*encoding.ids[:length], self._end]
            sentence += [number] * (length + 1)
            starts += [start for start, _ in encoding.offsets[:length]] + [0]
            ends += [end for _, end in encoding.offsets[:length]] + [0]
            complete = number + (length == len(encoding.ids))
        return EncodedPassage(_array(ids), _array(sentence), _array(starts), _array(ends), complete)


def _array(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
