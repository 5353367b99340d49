"""Figures and their intervals: the values of the definitions, and the width that the data allow."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.curves import reliability, risk_coverage
from eval.figures import Auroc, CalibrationError, Figure, Harmonic, Ratio, SurerHalfRisk
from eval.metrics.ranking import RANKING_FIGURES, ranking_scores
from eval.metrics.refusals import REFUSAL_FIGURES, refusal_scores
from eval.records import Record, Table
from eval.statistics import Resamples, percentile

RIGHT = Ratio("right", "richtig")


def record(name: int, *, group: str = "", right: float = 1, **raw: float) -> Record:
    return Record(str(name), group or str(name), "fact", "test", {"right": (right, 1)}, raw)


def value(figure: Figure, records: Sequence[Record]) -> float:
    return float(figure.values(Table(records), np.ones((1, len(records))))[0])


def sure(confidences: Sequence[float], answerable: Sequence[int]) -> list[Record]:
    return [
        record(number, confidence=confidence, answerable=label)
        for number, (confidence, label) in enumerate(zip(confidences, answerable, strict=True))
    ]


def test_a_ratio_is_a_sum_over_a_sum_and_nothing_where_nothing_was_tested() -> None:
    records = [Record(str(n), str(n), "fact", None, {"r": pair}) for n, pair in enumerate([(1, 2), (0, 3), (2, 3)])]
    assert value(Ratio("r", ""), records) == 3 / 8
    assert math.isnan(value(Ratio("other", ""), records))


def test_a_harmonic_mean_is_that_of_the_two_figures_and_not_of_the_questions() -> None:
    records = [
        Record("1", "1", "fact", None, {"p": (1, 1), "r": (0, 1)}),
        Record("2", "2", "fact", None, {"p": (0, 1), "r": (0.5, 1)}),
    ]
    figure = Harmonic("f", "", Ratio("p", ""), Ratio("r", ""))
    assert value(figure, records) == pytest.approx(2 * 0.5 * 0.25 / 0.75)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_that_of_scikit_learn_also_with_ties(drawn: list[tuple[int, bool]]) -> None:
    labels = [int(label) for _, label in drawn]
    confidences = [score / 5 for score, _ in drawn]
    found = value(Auroc(), sure(confidences, labels))
    if len(set(labels)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(labels, confidences))


def test_weights_count_a_question_as_often_as_it_was_drawn() -> None:
    records = sure([0.9, 0.8, 0.3, 0.6], [1, 0, 0, 1])
    weights = np.array([[2.0, 1.0, 0.0, 3.0]])
    drawn = [records[0]] * 2 + [records[1]] + [records[3]] * 3
    for figure in (Auroc(), CalibrationError(), RIGHT):
        assert figure.values(Table(records), weights)[0] == pytest.approx(value(figure, drawn))


def test_the_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    # Bin 9: two questions, mean confidence .95, half of them answerable; bin 1: one question, .15 against 0.
    records = sure([0.94, 0.96, 0.15], [1, 0, 0])
    assert value(CalibrationError(), records) == pytest.approx((2 * 0.45 + 0.15) / 3)
    assert value(CalibrationError(), sure([1.0, 0.0], [1, 0])) == 0


def test_the_risk_of_the_surer_half_leaves_out_what_was_refused() -> None:
    answers = [(0.9, 1, 1), (0.8, 0, 1), (0.7, 0, 1), (0.6, 0, 1), (0.95, 0, 0)]
    records = [record(n, confidence=c, right=r, answered=a) for n, (c, r, a) in enumerate(answers)]
    records = [Record(r.id, r.group, r.kind, r.split, {}, {**r.raw, "right": a[1]}) for r, a in zip(records, answers)]  # noqa: B905 - same length
    assert value(SurerHalfRisk(), records) == 0.5


def test_risk_over_coverage_goes_from_the_surest_answer_to_all_that_were_given() -> None:
    rows = [(0.9, 1, 1), (0.8, 0, 1), (0.8, 1, 1), (0.1, 0, 0)]
    records = [
        Record(str(n), str(n), "fact", None, {}, {"confidence": c, "right": r, "answered": a})
        for n, (c, r, a) in enumerate(rows)
    ]
    assert risk_coverage(records) == [(0.25, 0.0, 0.9), (0.75, pytest.approx(1 / 3), 0.8)]


def test_reliability_tells_the_share_of_answerable_questions_in_each_bin() -> None:
    assert reliability(sure([0.05, 0.91, 0.99, 1.0], [0, 1, 0, 1])) == [
        (pytest.approx(0.05), 0.0, 1),
        (pytest.approx(29 / 30), pytest.approx(2 / 3), 3),
    ]


def test_refusal_figures_are_those_of_a_confusion_matrix_counted_by_hand() -> None:
    counts = {(False, True): 3, (True, True): 2, (False, False): 1, (True, False): 4}
    records = [
        Record(f"{key}{n}", f"{key}{n}", "fact", None, refusal_scores(answerable=key[0], refused=key[1]))
        for key, count in counts.items()
        for n in range(count)
    ]
    found = {figure.name: value(figure, records) for figure in REFUSAL_FIGURES}
    assert found == pytest.approx(
        {
            "refusal_precision": 3 / 5,
            "refusal_recall": 3 / 4,
            "refusal_f1": 2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4),
            "hallucination_rate": 1 / 4,
            "error_rate": 2 / 6,
        }
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.permutations(list("abcdefghijklmn")), st.sets(st.sampled_from("abcdefghijklmnxyz"), min_size=1)),
        min_size=1,
        max_size=5,
    )
)
def test_ranking_figures_are_those_of_the_definitions(drawn: list[tuple[list[str], set[str]]]) -> None:
    found = ranking_scores(
        {str(n): ranking for n, (ranking, _) in enumerate(drawn)},
        {str(n): relevant for n, (_, relevant) in enumerate(drawn)},
    )
    for number, (ranking, relevant) in enumerate(drawn):
        hits = [key in relevant for key in ranking]
        scores = {name: pair[0] for name, pair in found[str(number)].items()}
        first = next((rank for rank, hit in enumerate(hits[:10], start=1) if hit), None)
        gain = sum(1 / math.log2(rank + 1) for rank, hit in enumerate(hits[:10], start=1) if hit)
        best = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(relevant)) + 1))
        assert scores == pytest.approx(
            {
                "hit_at_1": float(hits[0]),
                "hit_at_5": float(any(hits[:5])),
                "recall_at_10": sum(hits[:10]) / len(relevant),
                "mrr_at_10": 1 / first if first else 0.0,
                "ndcg_at_10": gain / best,
            },
            abs=1e-6,
        )
    assert set(found["0"]) == {figure.name for figure in RANKING_FIGURES}


def test_a_question_that_nothing_was_found_for_scores_zero_and_one_without_an_answer_is_left_out() -> None:
    found = ranking_scores({"1": [], "2": ["a"]}, {"1": ["b"], "2": []})
    assert set(found["1"].values()) == {(0.0, 1)}
    assert "2" not in found
    assert ranking_scores({"1": ["a"]}, {"1": []}) == {}


def test_the_interval_holds_the_value_repeats_and_narrows_with_more_texts() -> None:
    few = [record(n, right=n % 4 != 0) for n in range(20)]
    many = [record(n, right=n % 4 != 0) for n in range(400)]
    one, again, more = (Resamples(Table(records)).estimate(RIGHT) for records in (few, few, many))
    assert one == again
    assert one.value == 0.75
    # The bootstrap of a share comes near the binomial standard error: 0.75 ± 1.96 · sqrt(0.75 · 0.25 / 20).
    assert (one.low, one.high) == (pytest.approx(0.56, abs=0.06), pytest.approx(0.94, abs=0.06))
    assert (more.high or 0) - (more.low or 0) < ((one.high or 0) - (one.low or 0)) / 3


def test_questions_on_one_text_that_fail_together_make_the_interval_wider() -> None:
    alone = [record(n, right=n < 60) for n in range(80)]
    together = [record(n, group=str(n // 20), right=n < 60) for n in range(80)]
    narrow, wide = (Resamples(Table(records)).estimate(RIGHT) for records in (alone, together))
    assert narrow.value == wide.value
    assert (wide.high or 0) - (wide.low or 0) > 2 * ((narrow.high or 0) - (narrow.low or 0))


def test_a_real_difference_is_told_from_one_by_chance() -> None:
    before = [record(n, right=n % 2) for n in range(100)]
    better = [record(n, right=n % 2 or n < 30) for n in range(100)]
    mixed = [record(n, right=(n % 2) ^ (n in (4, 5, 6, 7))) for n in range(100)]
    clear = Resamples(Table(better)).difference(RIGHT, Table(before))
    assert clear.difference.value == pytest.approx(0.15)
    assert (clear.difference.low or 0) > 0
    assert clear.p is not None
    assert clear.p < 0.01
    assert clear.ratio.value == pytest.approx(1.3)
    chance = Resamples(Table(mixed)).difference(RIGHT, Table(before))
    assert chance.difference.value == pytest.approx(0)
    assert chance.p == pytest.approx(1)


def test_the_same_run_does_not_differ_from_itself() -> None:
    records = [record(n, right=n % 3 != 0) for n in range(30)]
    same = Resamples(Table(records)).difference(RIGHT, Table(records))
    assert (same.difference.low, same.difference.value, same.difference.high, same.p) == (0, 0, 0, 1)


def test_runs_on_different_questions_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same questions"):
        Resamples(Table([record(1)])).difference(RIGHT, Table([record(2)]))


def test_no_questions_have_no_figures() -> None:
    assert Resamples(Table([])).estimate(RIGHT).value is None
    assert Resamples(Table([])).estimate(Auroc()).value is None


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([1, 2, 3, 4], 0.5) == 2
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95
    assert percentile([7], 0.99) == 7
    assert percentile([], 0.5) is None
