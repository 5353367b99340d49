"""Is the answer right: expected strings in what it states, and the short answer against the expected one."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from assistant.answer import Answer
from eval.metrics.judged import Judged
from eval.normalisation import occurs
from eval.questions import EvaluationQuestion
from eval.records import Pair

Normaliser = Callable[[str], str]

_ENGLISH_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_GERMAN_ARTICLES = re.compile(r"\b(?:ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b")
_PUNCTUATION = frozenset(string.punctuation)


def english_normalised(text: str) -> str:
    """Lower case, without ASCII punctuation and a/an/the, blanks collapsed: SQuAD (Rajpurkar et al. 2016)."""
    kept = "".join(character for character in text.lower() if character not in _PUNCTUATION)
    return " ".join(_ENGLISH_ARTICLES.sub(" ", kept).split())


def german_normalised(text: str) -> str:
    """The same with German articles and all punctuation of Unicode: MLQA's script for ``de`` (Lewis et al. 2020)."""
    kept = "".join(
        character
        for character in text.lower()
        if character not in _PUNCTUATION and not unicodedata.category(character).startswith("P")
    )
    return " ".join(_GERMAN_ARTICLES.sub(" ", kept).split())


def exact_match(given: str, expected: Sequence[str], normalised: Normaliser) -> float:
    """1 if the normalised short answer is one of the expected ones, else 0 (Rajpurkar et al. 2016)."""
    return float(any(normalised(given) == normalised(one) for one in expected))


def token_f1(given: str, expected: Sequence[str], normalised: Normaliser) -> float:
    """The best harmonic mean of token precision and recall over the expected answers (Rajpurkar et al. 2016)."""
    return max((_token_f1(normalised(given).split(), normalised(one).split()) for one in expected), default=0.0)


def _token_f1(given: Sequence[str], expected: Sequence[str]) -> float:
    if not given or not expected:
        return float(given == expected)
    common = sum((Counter(given) & Counter(expected)).values())
    return 2 * common / (len(given) + len(expected))


def short_answer_scores(short: str | None, expected: Sequence[str]) -> dict[str, Pair]:
    """Exact match and F1 with both normalisers, and whether there is a short answer at all; none scores 0."""
    given = short or ""
    if not expected:
        return {}
    return {
        "short_answer_given": (bool(short), 1),
        "exact_match_en": (bool(short) and exact_match(given, expected, english_normalised), 1),
        "f1_en": (token_f1(given, expected, english_normalised) if short else 0.0, 1),
        "exact_match_de": (bool(short) and exact_match(given, expected, german_normalised), 1),
        "f1_de": (token_f1(given, expected, german_normalised) if short else 0.0, 1),
    }


def is_right(question: EvaluationQuestion, answer: Answer) -> bool:
    """Whether an answer is right.

    An unanswerable question is right if it is refused. An answerable one is right if it is answered, one of ``answers``
    (if there are any) occurs, and all of ``must_contain`` occur; this is the containment that open-domain question
    answering uses for free-form answers (Mallen et al. 2023; string exact match of ASQA, Stelmakh et al. 2022), with
    numbers, dates and amounts in canonical form (:func:`eval.normalisation.occurs`). What counts is what the answer
    states: short answer, quotes, and statements, except notices and statements that failed their proof. A short answer
    that is none of the expected strings, nor a part of one, makes it wrong whatever the quotes say: it is read first.
    """
    if answer.status == "not_found" or not question.answerable:
        return answer.status == "not_found" and not question.answerable
    if answer.short_answer is not None and not _is_expected(answer.short_answer, question):
        return False
    stated = [answer.short_answer or "", *(citation.quote for citation in answer.citations)]
    stated += [s.text for s in answer.statements if s.kind != "notice" and s.verification != "unsupported"]

    def states(expected: str) -> bool:
        return any(occurs(expected, text) for text in stated)

    return (not question.answers or any(map(states, question.answers))) and all(map(states, question.must_contain))


def _is_expected(short: str, question: EvaluationQuestion) -> bool:
    expected = [*question.answers, *question.must_contain]
    return not expected or any(occurs(one, short) or occurs(short, one) for one in expected)


def answer_accuracy(judged: Judged) -> Pair:
    """Share of questions that are right, see :func:`is_right`."""
    return is_right(judged.question, judged.answer), 1
