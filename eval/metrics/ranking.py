"""Is what answers ranked high: recall, success, reciprocal rank and nDCG, computed by ir-measures.

ir-measures calls the reference implementations (trec_eval); see MacAvaney, Macdonald and Ounis, ECIR 2022.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from eval.figures import Ratio
from eval.records import Pair

RANKING_FIGURES: Final = (
    Ratio("hit_at_1", "richtig auf Platz 1"),
    Ratio("hit_at_5", "richtig unter den ersten 5"),
    Ratio("recall_at_10", "Trefferquote bei 10"),
    Ratio("mrr_at_10", "MRR@10", share=False),
    Ratio("ndcg_at_10", "nDCG@10", share=False),
)


def ranking_scores(
    rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Pair]]:
    """What each question adds to the figures of ranking; questions without anything relevant add nothing.

    ``rankings`` holds the keys of what was found, best first, ``relevant`` the keys of what answers (all equally).
    ``hit_at_k``: whether any of the first k answers. ``recall_at_10``: the share of what answers among the first 10.
    ``mrr_at_10``: 1/rank of the first that answers, 0 from rank 11 on (Voorhees 1999). ``ndcg_at_10``: the
    discounted gain of the first 10 in relation to the best order (Järvelin and Kekäläinen 2002).
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    measures = {
        Success @ 1: "hit_at_1", Success @ 5: "hit_at_5", R @ 10: "recall_at_10", RR @ 10: "mrr_at_10",
        nDCG @ 10: "ndcg_at_10",
    }  # fmt: skip
    judged = [ir_measures.Qrel(name, key, 1) for name, keys in relevant.items() for key in keys]
    if not judged:
        return {}
    run = [
        ir_measures.ScoredDoc(name, key, float(len(keys) - position))
        for name, keys in rankings.items()
        for position, key in enumerate(dict.fromkeys(keys))
    ]
    scores: dict[str, dict[str, Pair]] = {}
    for metric in ir_measures.iter_calc(list(measures), judged, run):
        scores.setdefault(metric.query_id, {})[measures[metric.measure]] = (float(metric.value), 1)
    return scores
