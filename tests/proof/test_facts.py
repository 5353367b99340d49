from __future__ import annotations

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.proof.facts import facts


def keys(text: str) -> list[tuple[str, str, str | None]]:
    return [(fact.kind, fact.key, fact.unit) for fact in facts(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("am 9. Dezember 2013", "am 09.12.2013"),
        ("1,5 Mio. Euro", "1.500.000 €"),
        ("38,5 v. H.", "38,5 Prozent"),
        ("zwölf Stellen", "12 Stellen"),
        ("dreiundzwanzig Kinder", "23 Kinder"),
        ("dreihundertfünfzigtausend Euro", "350.000 Euro"),
        ("im vierten Quartal", "im IV. Quartal"),
        ("§ 7 Abs. 2", "§ 7 Absatz 2"),
        ("Kommune 07", "Kommune 7"),
        ("die Kommunen 01, 02 und 19", "die Kommunen 1, 2 und 19"),
    ],
)
def test_a_fact_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert keys(one) == keys(other) != []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("rund 300.000 Euro", "about"),
        ("bis zu 170.000 Euro", "at_most"),
        ("mindestens 40 Personen", "at_least"),
        ("mehr als 300 Fälle", "more"),
        ("unter 3 Jahren", "less"),
        ("300 Fälle", None),
    ],
)
def test_what_qualifies_a_number_belongs_to_it(text: str, bound: str | None) -> None:
    assert [fact.bound for fact in facts(text)] == [bound]


def test_articles_are_no_numbers_and_a_number_in_a_word_is_none() -> None:
    assert facts("Eine Stelle für ein KI der ersten Wahl; achte auf Zweifel.") == []


@given(st.text(alphabet="0123456789.,:/ §%€IVXaeinzwKommunebis-–", max_size=60))
def test_any_text_has_facts_in_order_that_do_not_overlap(text: str) -> None:
    found = facts(text)
    for one, other in pairwise(found):
        assert one.span.end <= other.span.start


def test_a_word_of_a_thousand_thousands_is_no_number() -> None:
    assert facts("tausend" * 2_000) == []


@pytest.mark.parametrize("piece", ["Am 1.1.2014 ", "das vierte ", "5 Euro, ", "zwölf Prozent "])
def test_facts_are_found_in_a_time_that_grows_with_the_text(piece: str) -> None:
    def seconds(times: int) -> float:
        started = process_time()
        facts(piece * times)
        return process_time() - started

    seconds(100)
    assert seconds(4_000) < 12 * max(seconds(1_000), 0.02)
