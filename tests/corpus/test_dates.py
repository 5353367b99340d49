"""Dates as people write and read them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import full_year, german_date, with_full_dates


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("am 9.12.13 beschlossen", "am 09.12.2013 beschlossen"),
        ("am 9. 12. 2013?", "am 09.12.2013?"),
        ("seit 1.2.99.", "seit 01.02.1999."),
        ("Abschnitt 3.1.2", "Abschnitt 3.1.2"),
        ("Was steht in Kapitel 4.2.10?", "Was steht in Kapitel 4.2.10?"),
        ("am 31.2.14", "am 31.2.14"),
        ("1.234.567 Euro", "1.234.567 Euro"),
        ("Version 10.11.12.13", "Version 10.11.12.13"),
    ],
)
def test_short_dates_are_written_out_and_other_figures_stay(written: str, full: str) -> None:
    assert with_full_dates(written) == full


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2068, 12, 31)))
def test_every_way_of_writing_a_date_in_figures_becomes_the_same(when: date) -> None:
    expected = german_date(when.isoformat())
    for text in (f"{when.day}.{when.month}.{when:%y}", f"{when.day}. {when.month}. {when.year}", expected):
        assert with_full_dates(f"am {text} beraten") == f"am {expected} beraten"


def test_two_digits_stand_for_the_years_from_1969_to_2068() -> None:
    assert [full_year(text) for text in ("68", "69", "14", "2014")] == [2068, 1969, 2014, 2014]
