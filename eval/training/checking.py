"""A look at questions that are not learnt from, while training goes on: OMoS-QA's development pages."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.reader.encoding import MAX_TOKENS, PassageEncoder
from eval.training.batches import EncodedExample, collated, encoded
from eval.training.examples import Example
from eval.training.network import ReadingNetwork
from eval.training.sources import Labelled, read_omos

_log = logging.getLogger(__name__)


class Check:
    """Scores every page in pieces as long as the network reads, and tells the best it could do with one threshold.

    That is a look, not a result: the threshold is chosen on the same questions.
    """

    def __init__(self, data: Path, encoder: PassageEncoder, network: ReadingNetwork, device: str) -> None:
        self._questions = list(read_omos("omos", data / "omos-qa" / "dev_de.jsonl"))
        self._pieces = [self._encoded(question, encoder) for question in self._questions]
        self._network = network
        self._device = device

    def __call__(self, step: int) -> None:
        """Log the figures after ``step`` steps."""
        scored = [
            self._scores(pieces, len(question.text.spans))
            for question, pieces in zip(self._questions, self._pieces, strict=True)
        ]
        first = [
            int(scores.argmax()) in (question.belonging or ())
            for question, (scores, _) in zip(self._questions, scored, strict=True)
            if question.belonging
        ]
        best = max((self._per_question(scored, threshold), threshold) for threshold in np.linspace(0.05, 0.9, 35))
        answerable = np.array([bool(question.belonging) for question in self._questions])
        passages = np.array([passage for _, passage in scored])
        pairs = (passages[answerable][:, None] > passages[~answerable][None]).mean()
        _log.info(
            "after step %d: first choice %.3f, per question %.3f at %.2f, answerable AUROC %.3f",
            step, float(np.mean(first)), best[0], best[1], float(pairs),
        )  # fmt: skip

    def _per_question(self, scored: Sequence[tuple[NDArray[np.float64], float]], threshold: float) -> float:
        values = []
        for question, (scores, _) in zip(self._questions, scored, strict=True):
            chosen = {int(number) for number in (scores >= threshold).nonzero()[0]}
            wanted = set(question.belonging or ())
            hits = len(chosen & wanted)
            values.append(2 * hits / (len(chosen) + len(wanted)) if chosen or wanted else 1.0)
        return float(np.mean(values))

    def _scores(self, pieces: Sequence[EncodedExample], sentences: int) -> tuple[NDArray[np.float64], float]:
        """Probabilities of the sentences of a page, and the best piece's log-odds of answering."""
        batch = collated(pieces).to(self._device)
        with torch.no_grad():
            found = self._network(batch.ids, batch.mask, batch.sentence, batch.holding.shape[1])
        probabilities = torch.sigmoid(found.sentences[..., 1]).cpu()
        scores = [float(p) for row, piece in zip(probabilities, pieces, strict=True) for p in row[: len(piece.holding)]]
        return np.array(scores + [0.0] * (sentences - len(scores))), float(found.passages.max())

    @staticmethod
    def _encoded(question: Labelled, encoder: PassageEncoder) -> list[EncodedExample]:
        pieces: list[list[str]] = [[]]
        size = 0
        sentences = question.text.sentences
        for sentence, length in zip(sentences, encoder.lengths(sentences), strict=True):
            if pieces[-1] and size + length > MAX_TOKENS - 130:
                pieces.append([])
                size = 0
            pieces[-1].append(sentence)
            size += length
        examples = (
            Example("", question.question, question.text.title, piece, [0] * len(piece), [0] * len(piece), None, 0)
            for piece in pieces
        )
        return encoded(examples, encoder)
