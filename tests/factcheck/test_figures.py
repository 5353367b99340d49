"""What a draft's own figures contradict: weekdays, sums, shares."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.factcheck.figures import german_number, miscounts

DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def wrong(sentence: str) -> list[tuple[str, str]]:
    return [(sentence[one.span.start : one.span.end], one.right) for one in miscounts(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Der Ausschuss tagt am Mittwoch, dem 17.03.2014.", [("Mittwoch", "Montag")]),
        ("Der Ausschuss tagt am Montag, dem 17. März 2014.", []),
        ("Der Ausschuss tagt am 17. März 2014.", []),
        (
            "Für Personal 50.000 Euro, für Sachkosten 20.000 Euro, zusammen 80.000 Euro.",
            [("80.000 Euro", "70.000 Euro")],
        ),
        ("Für Personal 50.000 Euro und für Sachkosten 20.000 Euro, zusammen also 70.000 Euro.", []),
        ("Von 90.000 Euro gehen 50.000 Euro ab, insgesamt bleiben 40.000 Euro.", []),
        ("Das haben 47 von 54 Kreisen, das sind mehr als 90 Prozent.", [("90 Prozent", "87 %")]),
        ("Das haben 47 von 54 Kreisen, das sind rund 87 Prozent.", []),
        ("Das haben 47 von 54 Kreisen, das sind mehr als 80 Prozent.", []),
        ("Das haben 47 von 54 Kreisen; 12 Prozent der Kosten trägt das Land.", []),
    ],
)
def test_only_what_disagrees_with_itself_is_wrong(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert wrong(sentence) == expected


@given(st.integers(0, 20_000), st.integers(0, 6))
def test_a_weekday_is_wrong_unless_the_calendar_has_it(days: int, named: int) -> None:
    day = date(1990, 1, 1) + timedelta(days=days)
    found = wrong(f"Die Sitzung war am {DAYS[named]}, dem {day.day:02}.{day.month:02}.{day.year}.")
    assert found == ([] if named == day.weekday() else [(DAYS[named], DAYS[day.weekday()])])


@given(st.lists(st.integers(1, 900), min_size=2, max_size=4), st.integers(-50, 50))
def test_a_sum_is_wrong_unless_it_is_the_sum(parts: list[int], off: int) -> None:
    total = sum(parts) + off
    if total < 1:
        return
    listed = ", ".join(f"{part} Euro" for part in parts)
    found = wrong(f"Dafür sind {listed} vorgesehen, zusammen {total} Euro.")
    assert found == ([] if off == 0 else [(f"{total} Euro", f"{german_number(Decimal(sum(parts)))} Euro")])
