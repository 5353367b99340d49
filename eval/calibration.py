"""Learns the linear reader's weights from public German data and finds its thresholds on held-out questions.

    python -m eval.calibration DATA_FOLDER

``DATA_FOLDER`` holds ``omos-qa/{train,dev}_de.jsonl`` (Kleinle, Prange and Friedrich, KONVENS 2024, CC BY 4.0),
``mlqa-de/mlqa.dev.de.jsonl`` (Lewis et al., ACL 2020, CC BY-SA 3.0) and ``nomiracl-de/dev-half.jsonl`` (Thakur et al.,
EMNLP Findings 2024, Apache-2.0). The sentence model learns from OMoS-QA train and MLQA-de, the question model from
these, NoMIRACL, and the same questions with their own page or paragraph taken away; OMoS-QA dev is held out.
``answer_at`` is the best threshold on the calibration third of our own questions. The test questions are never used.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp, softmax
from scipy.stats import rankdata

from assistant.assistant import Assistant
from assistant.question import QuestionReader
from assistant.reader.features import (
    QUESTION_FEATURES,
    SENTENCE_FEATURES,
    question_features,
)
from assistant.reader.linear import WEIGHTS_FILE, LinearModel, Weights
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings, load_settings
from corpus.spelling import Vocabulary
from eval.examples import Example, mlqa_examples, nomiracl_examples, omos_examples
from eval.metrics.answers import is_right
from eval.packaged import AKTEN, VORLAGE
from eval.questions import load_questions
from ingest.pipeline import Ingestor

_FILES = (
    "omos-qa/train_de.jsonl",
    "omos-qa/dev_de.jsonl",
    "mlqa-de/mlqa.dev.de.jsonl",
    "nomiracl-de/dev-half.jsonl",
)


def main() -> int:
    """Fit, calibrate, write the weights beside the reader, and print how well they do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    settings = load_settings()
    embedding = open_embedding(settings)
    reader = QuestionReader([], Vocabulary({}))
    omos_train = list(omos_examples(data / _FILES[0], embedding, reader))
    omos_dev = list(omos_examples(data / _FILES[1], embedding, reader))
    mlqa = list(mlqa_examples(data / _FILES[2], embedding, reader))
    nomiracl = list(nomiracl_examples(data / _FILES[3], embedding, reader))
    sentences = _fit_sentences([*omos_train, *mlqa])
    question = _fit_question(sentences, omos_train, mlqa, nomiracl)
    distance = _best_distance(sentences, omos_train, mlqa)
    weights = Weights(sentence=sentences, question=question, answer_at=0.0, quote_within=round(distance, 2))
    # A model of its own, in the state in which a user's run begins: after large jobs vectors differ in the last digits.
    answer_at, ours = _best_answer_threshold(weights, settings, open_embedding(settings))
    quality = {**_quality(sentences, question, omos_dev, mlqa), **ours}
    _write(replace(weights, answer_at=answer_at), data, quality)
    sys.stdout.write(
        json.dumps({"answer_at": answer_at, "quote_within": weights.quote_within, **quality}, indent=2) + "\n"
    )
    return 0


# -- fitting -------------------------------------------------------------------------------------------------------

_RIDGE = 1e-3
"""Weight of the squared weights beside the mean loss of a question."""
_MOST_QUOTES = 3


def _fit_sentences(examples: Sequence[Example]) -> LinearModel:
    """The conditional logit: maximise the share that softmax gives to a question's evidence, all questions alike."""
    labelled = [example for example in examples if example.labels is not None and example.answerable]
    every = np.concatenate([example.features for example in labelled])
    mean, scale = every.mean(axis=0), every.std(axis=0)
    scale[scale == 0] = 1.0
    data = [((e.features - mean) / scale, e.labels == 1) for e in labelled if e.labels is not None]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(weights)
        for features, evidence in data:
            scores = features @ weights
            total += float(logsumexp(scores) - logsumexp(scores[evidence]))
            gradient += softmax(scores) @ features - softmax(scores[evidence]) @ features[evidence]
        ridge = _RIDGE * float(weights @ weights)
        return total / len(data) + ridge, gradient / len(data) + 2 * _RIDGE * weights

    found = minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B")
    return LinearModel(mean, scale, found.x, 0.0)


def _first_choice(model: LinearModel, examples: Sequence[Example]) -> float:
    """How often the best-scored sentence is evidence, over answerable questions."""
    hits = [
        float(example.labels[int(model.score(example.features).argmax())])
        for example in examples
        if example.labels is not None and example.answerable
    ]
    return float(np.mean(hits))


def _best_distance(model: LinearModel, *sets: Sequence[Example]) -> float:
    """How far below the best score a sentence may be quoted: the best mean F1 of a question, all sets alike."""

    def quality(example: Example, labels: NDArray[np.int64], distance: float) -> float:
        scores = model.score(example.features)
        best = np.argsort(-scores)[:_MOST_QUOTES]
        chosen = best[scores[best] >= scores[best[0]] - distance]
        hits = float(labels[chosen].sum())
        return 2 * hits / (len(chosen) + float(labels.sum()))

    answerable = [[(e, e.labels) for e in examples if e.labels is not None and e.answerable] for examples in sets]
    return float(
        max(
            np.linspace(0, 4, 41),
            key=lambda distance: np.mean(
                [np.mean([quality(*example, distance) for example in part]) for part in answerable]
            ),
        )
    )


def _overall(model: LinearModel, examples: Sequence[Example]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Question features, shape (examples, features), and whether each is answerable."""
    rows = [question_features(example.features, model.score(example.features)) for example in examples]
    return np.stack(rows), np.array([int(example.answerable) for example in examples], dtype=np.int64)


def _fit_question(sentences: LinearModel, *sets: Sequence[Example]) -> LinearModel:
    """A logistic regression with weights of at least zero, in which every set and either class weighs the same."""
    parts = [_overall(sentences, examples) for examples in sets]
    features = np.concatenate([part[0] for part in parts])
    mean, scale = np.nanmean(features, axis=0), np.nanstd(features, axis=0)
    standard = np.nan_to_num((features - mean) / scale)
    signs = np.concatenate([2.0 * part[1] - 1 for part in parts])
    shares = np.concatenate(
        [np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean())) / len(labels) for _, labels in parts]
    )

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (standard @ parameters[:-1] + parameters[-1])
        slopes = -shares * signs * expit(-margins)
        gradient = np.append(slopes @ standard + 2 * _RIDGE * parameters[:-1], slopes.sum())
        return float(shares @ np.logaddexp(0, -margins) + _RIDGE * (parameters[:-1] @ parameters[:-1])), gradient

    bounds = [(0.0, None)] * len(mean) + [(None, None)]
    found = minimize(loss, np.zeros(len(mean) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return LinearModel(mean, scale, found.x[:-1], float(found.x[-1]))


def _auroc(labels: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """The share of pairs in which the answerable question scores higher (Mann and Whitney 1947), ties half."""
    ranks = rankdata(scores)
    positive = int(labels.sum())
    return float((ranks[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive)))


def _quality(
    sentences: LinearModel, question: LinearModel, omos_dev: Sequence[Example], mlqa: Sequence[Example]
) -> dict[str, float]:
    """How well the models do on questions that they were not fitted on."""
    features, labels = _overall(sentences, omos_dev)
    halves = [_first_choice(_fit_sentences(mlqa[half::2]), mlqa[1 - half :: 2]) for half in (0, 1)]
    return {
        "omos_dev_first_choice": round(_first_choice(sentences, omos_dev), 3),
        "omos_dev_answerable_auroc": round(_auroc(labels, question.score(features)), 3),
        "mlqa_first_choice_two_fold": round(float(np.mean(halves)), 3),
    }


def _best_answer_threshold(
    weights: Weights, settings: Settings, embedding: SentenceEmbedding
) -> tuple[float, dict[str, float]]:
    """The threshold with the most right answers less the wrong ones on the calibration questions.

    A wrong answer costs as much as a right one is worth, a refusal nothing: a wrong quote is worse than none. The
    shares among answerable and among unanswerable questions are added, because a set's mixture of both says nothing
    about the questions of a council.
    """
    questions = [q for q in load_questions(VORLAGE.file) if q.split == "calibration"]
    with tempfile.TemporaryDirectory() as directory:
        there = settings.model_copy(
            update={"data": Path(directory), "models": settings.models_directory, "examples": VORLAGE.examples}
        )
        Ingestor(there, embedding).ingest([AKTEN])
        assistant = Assistant(there, embedding, weights=weights)
        scored = []
        for question in questions:
            answer = assistant.answer(question.question, history=question.turns())
            scored.append(
                (answer.confidence, answer.status != "not_found", is_right(question, answer), question.answerable)
            )
        assistant.close()
    answerable = sum(wanted for *_, wanted in scored)
    grid = sorted({round(probability, 3) for probability, *_ in scored} | {0.5})

    def gain(threshold: float) -> float:
        answers = [(wanted, right) for p, answered, right, wanted in scored if answered and p >= threshold]
        return sum(1 if right else -1 for wanted, right in answers if wanted) / answerable - sum(
            1 for wanted, _ in answers if not wanted
        ) / (len(scored) - answerable)

    best = max(map(gain, grid))
    # The middle of all equally good thresholds stands farthest from where it would get worse.
    chosen = float(np.median([threshold for threshold in grid if gain(threshold) >= best - 1e-9]))
    return round(chosen, 3), {"calibration_gain": round(best, 3), "calibration_questions": float(len(scored))}


def _write(weights: Weights, data: Path, quality: dict[str, float]) -> None:
    def stored(model: LinearModel, names: Sequence[str]) -> dict[str, object]:
        return {
            "features": list(names),
            "mean": [round(float(value), 6) for value in model.mean],
            "scale": [round(float(value), 6) for value in model.scale],
            "weights": [round(float(value), 6) for value in model.weights],
            "bias": round(model.bias, 6),
        }

    content = {
        "made_by": "python -m eval.calibration",
        "data_sha256": {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in _FILES},
        "questions_sha256": hashlib.sha256(VORLAGE.file.read_bytes()).hexdigest(),
        "quality": quality,
        "answer_at": weights.answer_at,
        "quote_within": weights.quote_within,
        "sentence": stored(weights.sentence, SENTENCE_FEATURES),
        "question": stored(weights.question, QUESTION_FEATURES),
    }
    target = Path(__file__).parent.parent / "assistant" / "reader" / WEIGHTS_FILE
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
