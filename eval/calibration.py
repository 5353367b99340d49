"""Fits the reader's small models on public development data and finds its thresholds.

    python -m eval.calibration DATA_FOLDER

``DATA_FOLDER`` holds ``omos-qa/dev_de.jsonl`` (Kleinle, Prange and Friedrich, KONVENS 2024, CC BY 4.0),
``mlqa-de/mlqa.dev.de.jsonl`` (Lewis et al., ACL 2020, CC BY-SA 3.0) and ``nomiracl-de/dev-half.jsonl`` (Thakur et al.,
EMNLP Findings 2024, Apache-2.0): nothing that the network learnt from, because it is surer of that than of anything
else. Added are the calibration questions of our own sets; the test questions are never used. What is reported as
quality is cross-fitted: each fifth of the texts is judged by models that were fitted on the other four.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from assistant.reader.features import (
    BELONGING_FEATURES,
    QUESTION_FEATURES,
    SENTENCE_FEATURES,
    belonging_features,
    question_features,
)
from assistant.reader.models import WEIGHTS_FILE, LinearModel, OperatingPoint, Weights
from assistant.reader.network import network_weights
from corpus.settings import Settings, load_settings
from eval.examples import Example, mlqa_examples, nomiracl_examples, omos_examples, packaged_examples
from eval.fitting import auroc, fit_choice, fit_probability
from eval.packaged import PACKAGED

_FILES: Final = ("omos-qa/dev_de.jsonl", "mlqa-de/mlqa.dev.de.jsonl", "nomiracl-de/dev-half.jsonl")
_FOLDS: Final = 5
_FALSE_ALARMS: Final = 0.1
"""Share of unanswerable questions that the careful operating point may answer."""
_RELIABLE: Final = 0.6
"""How often a short answer must be right to be shown."""
_LOST: Final = 0.02
"""Share of answerable questions that may lose their evidence because further passages are not read."""
_OWN: Final = frozenset(chosen.name for chosen in PACKAGED)
_WHOLE: Final = _OWN | {"omos"}
"""Sets that mark all sentences of an answer, not only the one that holds the short one."""
_log = logging.getLogger(__name__)


def main() -> int:
    """Fit, calibrate, write the weights beside the reader, and print how well they do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=Path, help="folder that keeps the ingested texts for the next time")
    options = parser.parse_args()
    data: Path = options.data
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    examples = list(all_examples(data, load_settings(), options.keep))
    weights = fit(examples)
    quality = cross_fitted_quality(examples)
    _write(weights, data, quality)
    sys.stdout.write(json.dumps(quality, indent=2) + "\n")
    return 0


def all_examples(data: Path, settings: Settings, keep: Path | None = None) -> Iterator[Example]:
    """The examples of all sets, one set after the other."""
    public = (omos_examples, mlqa_examples, nomiracl_examples)
    parts = (
        *(
            examples(data / file, settings, keep / Path(file).parent if keep is not None else None)
            for examples, file in zip(public, _FILES, strict=True)
        ),
        *(packaged_examples(chosen, settings) for chosen in PACKAGED),
    )
    for part in parts:
        count = 0
        source = ""
        for example in part:
            count, source = count + 1, example.source
            yield example
        _log.info("%s: %d examples", source, count)


def fit(read: Sequence[Example]) -> Weights:
    """All models and thresholds from these examples."""
    enough_at = _enough_at(read)
    examples = [example.as_read(enough_at) for example in read]
    sentence = fit_choice([(e.features, e.labels) for e in examples if e.labels is not None and e.labels.any()])
    belonging = _fit_belonging(sentence, [e for e in examples if e.source in _WHOLE and e.labels is not None])
    question = _calibrated(_fit_question(sentence, examples), sentence, [e for e in examples if e.source in _OWN])
    weights = Weights(
        sentence=sentence,
        belonging=belonging,
        question=question,
        answer_at={"vorsichtig": 0.0, "ausgewogen": 0.0},
        quote_at=_quote_at(sentence, belonging, examples),
        short_at=_short_at(sentence, examples),
        enough_at=enough_at,
    )
    return replace(weights, answer_at=_operating_points(weights, [e for e in examples if e.source in _OWN]))


def cross_fitted_quality(read: Sequence[Example]) -> dict[str, float]:
    """How well models do on texts that they were not fitted on."""
    folds = [int(hashlib.sha256(f"{e.source} {e.group}".encode()).hexdigest(), 16) % _FOLDS for e in read]
    values: dict[str, list[float]] = {}
    answerable: dict[str, list[tuple[bool, float]]] = {}
    for fold in range(_FOLDS):
        weights = fit([e for e, of in zip(read, folds, strict=True) if of != fold])
        for whole in (e for e, of in zip(read, folds, strict=True) if of == fold):
            example = whole.as_read(weights.enough_at)
            scores = weights.sentence.score(example.features)
            probability = _answerable(weights, example)
            answerable.setdefault(example.source, []).append((example.answerable, probability))
            values.setdefault("read_in_full", []).append(float(example is whole))
            for point, at in weights.answer_at.items():
                wrong = "wrongly_refused" if example.answerable else "wrongly_answered"
                refused = probability < at
                values.setdefault(f"{example.source}_{point}_{wrong}", []).append(float(refused == example.answerable))
            if example.labels is None:
                continue
            if example.answerable:
                values.setdefault(f"{example.source}_first_choice", []).append(float(example.labels[scores.argmax()]))
            if example.source == "omos":
                chosen = _chosen(weights, example, scores)
                if probability < weights.answer_at["ausgewogen"]:
                    chosen[:] = False
                values.setdefault("omos_per_question_f1", []).append(_f1(chosen, example.labels))
    quality = {name: float(np.mean(of)) for name, of in sorted(values.items())}
    for source, rows in answerable.items():
        right = np.array([is_wanted for is_wanted, _ in rows])
        quality[f"{source}_answerable_auroc"] = auroc(right, np.array([probability for _, probability in rows]))
    return {name: round(value, 3) for name, value in quality.items()}


# -- fitting -------------------------------------------------------------------------------------------------------


def _fit_belonging(sentence: LinearModel, examples: Sequence[Example]) -> LinearModel:
    """In which every set weighs the same."""
    rows = [belonging_features(e.features, sentence.score(e.features), e.candidates) for e in examples]
    labels = np.concatenate([e.labels for e in examples if e.labels is not None])
    sources = np.concatenate([np.full(len(e.candidates), e.source) for e in examples])
    shares = np.zeros(len(labels))
    for source in np.unique(sources):
        shares[sources == source] = 1 / int((sources == source).sum())
    return fit_probability(np.concatenate(rows), labels, shares / shares.sum(), rising=False)


def _fit_question(sentence: LinearModel, examples: Sequence[Example]) -> LinearModel:
    """In which every set and either class weighs the same."""
    features = np.stack([question_features(e.features, sentence.score(e.features)) for e in examples])
    labels = np.array([e.answerable for e in examples])
    sources = np.array([e.source for e in examples])
    shares = np.zeros(len(examples))
    for source in np.unique(sources):
        for answerable in (False, True):
            rows = (sources == source) & (labels == answerable)
            shares[rows] = 1 / max(1, int(rows.sum()))
    return fit_probability(features, labels, shares / shares.sum(), rising=True)


def _calibrated(question: LinearModel, sentence: LinearModel, examples: Sequence[Example]) -> LinearModel:
    """The same model with its log-odds stretched and moved so that they are right on these examples (Platt 1999).

    What the public sets ask, and how often in vain, is not what a council is asked.
    """
    odds = np.array([[_log_odds(sentence, question, e)] for e in examples])
    labels = np.array([e.answerable for e in examples])
    found = fit_probability(odds, labels, np.full(len(labels), 1 / len(labels)), rising=True)
    slope = float(found.weights[0] / found.scale[0])
    return LinearModel(
        question.mean,
        question.scale,
        question.weights * slope,
        slope * (question.bias - float(found.mean[0])) + found.bias,
    )


def _log_odds(sentence: LinearModel, question: LinearModel, example: Example) -> float:
    return float(question.score(question_features(example.features, sentence.score(example.features))))


def _answerable(weights: Weights, example: Example) -> float:
    return float(expit(_log_odds(weights.sentence, weights.question, example)))


# -- thresholds ----------------------------------------------------------------------------------------------------


def _enough_at(examples: Sequence[Example]) -> float:
    """The log-odds of answering from which on the first passages are as good as all.

    The lowest at which no more than one in fifty answerable questions loses the best sentence by it.
    """
    asked = [e for e in examples if e.answerable and e.labels is not None and len(e.first) < len(e.candidates)]
    reached = np.array([float(e.findings.answers[list(e.first)].max()) for e in asked])
    lost = np.array([e.labels is not None and not e.labels[list(e.first)].any() for e in asked])
    grid = np.arange(-2.0, 8.0, 0.25)
    losing = [float((lost & (reached >= threshold)).mean()) for threshold in grid]
    return float(next((at for at, share in zip(grid, losing, strict=True) if share <= _LOST), grid[-1]))


def _operating_points(weights: Weights, examples: Sequence[Example]) -> Mapping[OperatingPoint, float]:
    """The balanced one has the most questions treated rightly; the careful one keeps false alarms rare."""
    probabilities = np.array([_answerable(weights, e) for e in examples])
    answerable = np.array([e.answerable for e in examples])
    hit = np.array(
        [e.labels is not None and bool(e.labels[int(weights.sentence.score(e.features).argmax())]) for e in examples]
    )
    grid = np.linspace(0.02, 0.98, 97)
    right = [np.where(probabilities >= at, hit, ~answerable).mean() for at in grid]
    balanced = int(np.argmax(right))
    alarms = [(probabilities[~answerable] >= at).mean() for at in grid]
    careful = next((index for index, share in enumerate(alarms) if share <= _FALSE_ALARMS), len(grid) - 1)
    careful = max(careful, balanced)
    return {"vorsichtig": round(float(grid[careful]), 3), "ausgewogen": round(float(grid[balanced]), 3)}


def _quote_at(sentence: LinearModel, belonging: LinearModel, examples: Sequence[Example]) -> float:
    """The probability of belonging from which on quoting a sentence gives the best mean F1 of a question.

    The public set, where many sentences answer, and our own ones, where few do, count alike.
    """
    found = []
    for example in examples:
        if example.source in _WHOLE and example.answerable and example.labels is not None:
            scores = sentence.score(example.features)
            odds = belonging.score(belonging_features(example.features, scores, example.candidates))
            found.append((example.source in _OWN, int(scores.argmax()), expit(odds), example.labels))

    def quality(threshold: float) -> float:
        values: dict[bool, list[float]] = {True: [], False: []}
        for own, best, belongs, wanted in found:
            chosen = belongs >= threshold
            chosen[best] = True
            values[own].append(_f1(chosen, wanted))
        return float(np.mean([np.mean(of) for of in values.values()]))

    return round(float(max(np.linspace(0.1, 0.8, 71), key=quality)), 3)


def _short_at(sentence: LinearModel, examples: Sequence[Example]) -> float:
    """The log-probability from which on the best sentence's short answer is right often enough to be shown."""
    rows = []
    for example in examples:
        if example.short is not None:
            best = int(sentence.score(example.features).argmax())
            rows.append((float(example.features[best, SENTENCE_FEATURES.index("span")]), bool(example.short[best])))
    rows.sort(reverse=True)
    right = np.cumsum([is_right for _, is_right in rows]) / np.arange(1, len(rows) + 1)
    enough = np.flatnonzero(right >= _RELIABLE)
    return round(rows[int(enough[-1])][0], 3) if len(enough) else 0.0


def _chosen(weights: Weights, example: Example, scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = (
        expit(weights.belonging.score(belonging_features(example.features, scores, example.candidates)))
        >= weights.quote_at
    )
    chosen[int(scores.argmax())] = True
    return chosen


def _f1(chosen: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    """Of one question; 1 where nothing is chosen and nothing wanted."""
    total = int(chosen.sum()) + int(wanted.sum())
    return 2 * int((chosen & wanted).sum()) / total if total else 1.0


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
        "network_sha256": hashlib.sha256(network_weights()).hexdigest(),
        "data_sha256": {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in _FILES},
        "questions_sha256": {s.name: hashlib.sha256(s.file.read_bytes()).hexdigest() for s in PACKAGED},
        "quality_cross_fitted": quality,
        "answer_at": dict(weights.answer_at),
        "quote_at": weights.quote_at,
        "short_at": weights.short_at,
        "enough_at": weights.enough_at,
        "sentence": stored(weights.sentence, SENTENCE_FEATURES),
        "belonging": stored(weights.belonging, BELONGING_FEATURES),
        "question": stored(weights.question, QUESTION_FEATURES),
    }
    target = Path(__file__).parent.parent / "assistant" / "reader" / WEIGHTS_FILE
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
