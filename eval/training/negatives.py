"""Passages that look as if they answered a question: of the same document, or with the question's words in them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.training.sources import Labelled, Text

_NEAREST: Final = 8
_SAME_DOCUMENT: Final = 0.4


class Neighbours:
    """The texts of one data set, compared by TF-IDF over words and letter groups."""

    def __init__(self, texts: Sequence[Text]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._texts = list(texts)
        self._vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=200_000
        )
        self._matrix = self._vectorizer.fit_transform([text.text[:6000] for text in self._texts])
        self._ranked: dict[str, NDArray[np.int64]] = {}
        self._by_group: dict[str, list[int]] = {}
        for position, text in enumerate(self._texts):
            self._by_group.setdefault(text.group, []).append(position)

    def near(self, labelled: Labelled, chance: random.Random) -> Text:
        """A text near the question that does not contain its short answer; any other where there is none."""
        answer = "" if labelled.answer is None else labelled.text.text[labelled.answer.start : labelled.answer.end]
        beside = [
            position
            for position in self._by_group.get(labelled.text.group, ())
            if self._fits(position, labelled, answer)
        ]
        if beside and chance.random() < _SAME_DOCUMENT:
            return self._texts[chance.choice(beside)]
        nearest = [int(p) for p in self._nearest(labelled.question) if self._fits(int(p), labelled, answer)]
        if nearest:
            return self._texts[chance.choice(nearest[:_NEAREST])]
        return self._texts[chance.randrange(len(self._texts))]

    def _nearest(self, question: str) -> NDArray[np.int64]:
        """Kept, since every pass asks the same questions."""
        ranked = self._ranked.get(question)
        if ranked is None:
            scores = (self._matrix @ self._vectorizer.transform([question]).T).toarray().ravel()
            ranked = self._ranked.setdefault(question, np.argsort(-scores, kind="stable")[: 4 * _NEAREST])
        return ranked

    def _fits(self, position: int, labelled: Labelled, answer: str) -> bool:
        text = self._texts[position]
        return text.text != labelled.text.text and (not answer or answer.lower() not in text.text.lower())
